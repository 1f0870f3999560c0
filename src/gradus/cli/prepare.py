"""From examples to the numbers that a model learns from, divided into three parts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.cli.settings import Settings
from gradus.cli.source import Source
from gradus.data import Dataset, ImagePreprocessor, Preprocessor, infer_target_kind, split

KINDS = {  # what the target is, by likelihood
    "categorical": "classification",
    "gaussian": "regression",
    "heteroscedastic": "regression",
    "laplace": "regression",
    "mixture": "regression",
    "poisson": "counts",
}

Part = tuple[np.ndarray, np.ndarray]


class Prepared(NamedTuple):
    """What a run needs from the data.

    Arguments:
        train, validation, test: inputs and targets; None for a part that was not wanted.
        preprocessor: what made them, fitted on the training part alone.
        kind: "classification", "regression" or "counts".
        sentences: what was decided, for people to read.
    """

    train: Part
    validation: Part | None
    test: Part | None
    preprocessor: Any
    kind: str
    sentences: list[str]


def prepare(source: Source, settings: Settings) -> Prepared:
    """Divide and encode the examples; raises InputError for what cannot be learned from."""
    if isinstance(source.examples, Dataset):
        return prepare_arrays(source.examples, source.test, settings)
    return prepare_table(source.examples, settings.target or source.target, settings)


def prepare_table(table: Any, target: str, settings: Settings) -> Prepared:
    """A table: columns are judged, encoded and standardised by what the training part shows."""
    for name in filter(None, [target, settings.group, settings.time]):
        check_column(name, table.columns)
    if not target:
        raise InputError(
            "the target is not named",
            expected="the column to predict, as in --target price",
            got="no --target",
            fix=f"choose one of {', '.join(table.columns)}",
        )
    known = table.filter(table[target].is_not_null())
    left_out = table.height - known.height
    kind = KINDS.get(settings.likelihood) or infer_target_kind(known[target])
    rows = split(known.height, settings.validation, settings.test, seed=settings.seed,
                 **rule(known, target, kind, settings))  # fmt: skip
    preprocessor = Preprocessor.fit(
        known[rows.train], target, kinds=chosen_kinds(settings), target_kind=kind
    )
    parts = [
        (preprocessor.inputs(known[r]), preprocessor.targets(known[r])) if len(r) else None
        for r in rows
    ]
    missing = [f"{left_out} rows without {target!r} are left out"] if left_out else []
    sentences = [*missing, *preprocessor.sentences, sizes(parts, how(kind, settings))]
    return Prepared(*parts, preprocessor, kind, sentences)


def prepare_arrays(examples: Dataset, test: Dataset | None, settings: Settings) -> Prepared:
    """Images: all pixels of a channel on one scale; the publisher's test part, if there is one."""
    parts = examples.split(settings.validation, 0 if test else settings.test, seed=settings.seed)
    parts = parts._replace(test=test or parts.test)
    preprocessor = ImagePreprocessor.fit(parts.train)
    encoded = [
        None if part is None else (preprocessor.inputs(part), preprocessor.targets(part))
        for part in parts
    ]
    words = "the test part is its publisher's" if test else "at random"
    kind = "classification" if examples.labels else "regression"
    sentences = [*preprocessor.sentences, sizes(encoded, words)]
    return Prepared(*encoded, preprocessor, kind, sentences)


def check_column(name: str, columns: list[str]) -> None:
    """Refuse a name that no column has, with the nearest one."""
    if name not in columns:
        raise InputError(
            f"the table has no column {name!r}",
            expected=f"one of {', '.join(columns)}",
            got=name,
            fix=nearest(name, columns),
        )


def rule(table: Any, target: str, kind: str, settings: Settings) -> dict[str, np.ndarray]:
    """By what a table is divided: groups, time, classes, or nothing."""
    for rule, column in (("groups", settings.group), ("time", settings.time)):
        if column:
            return {rule: complete(table[column])}
    return {"stratify": table[target].to_numpy()} if kind == "classification" else {}


def complete(series: Any) -> np.ndarray:
    """A column by which the rows are divided; missing values are refused."""
    if series.null_count():
        raise InputError(
            f"column {series.name!r} divides the rows",
            expected="a value in every row",
            got=f"{series.null_count()} missing",
            fix="fill these rows or take them out",
        )
    return series.to_numpy()


def chosen_kinds(settings: Settings) -> dict[str, str]:
    """What the user decided about columns."""
    dropped = [*settings.drop, *filter(None, [settings.group])]
    return {**dict.fromkeys(settings.category, "category"), **dict.fromkeys(dropped, "drop")}


def how(kind: str, settings: Settings) -> str:
    """How the rows were divided, in words."""
    if settings.group:
        return f"no {settings.group!r} in two parts"
    if settings.time:
        return f"in the order of {settings.time!r}"
    return "every class alike" if kind == "classification" else "at random"


def sizes(parts: list[Part | None], words: str) -> str:
    """How many rows each part has.

    >>> sizes([(np.zeros(7), np.zeros(7)), None, (np.zeros(3), np.zeros(3))], "at random")
    'rows: 7 for training, 3 for testing, at random'
    """
    names = ("training", "validation", "testing")
    counted = [
        f"{len(part[0]):,} for {name}"
        for name, part in zip(names, parts, strict=True)
        if part is not None
    ]
    return f"rows: {', '.join(counted)}, {words}"
