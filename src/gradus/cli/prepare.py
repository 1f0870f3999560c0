"""From examples to the numbers that a model learns from, divided into three parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.words import counted
from gradus.cli.settings import Settings, option_name
from gradus.cli.source import Source
from gradus.data import Dataset, ImagePreprocessor, Preprocessor, Stream, infer_target_kind, split
from gradus.data.columns import numbers_of
from gradus.data.inference import almost_numbers, is_free_text
from gradus.data.preprocess import check_column
from gradus.data.targets import fit_target

KINDS = {  # what the target is, by likelihood
    "categorical": "classification",
    "gaussian": "regression",
    "heteroscedastic": "regression",
    "laplace": "regression",
    "mixture": "regression",
    "poisson": "counts",
}

TEXT_HINT = "texts of several words; --text {0} learns from these, and from nothing else"

Part = tuple[Any, ...]


class Prepared(NamedTuple):
    """What a run needs from the data.

    Arguments:
        train, validation, test: inputs and targets (None without targets), and weights, where not
            everything counts; None for a part that was not wanted.
        preprocessor: what made them, fitted on the training part alone.
        kind: "classification", "regression" or "counts"; without targets the task.
        sentences: what was decided, for people to read.
        rest: a stream of the training examples that memory does not hold.
    """

    train: Part
    validation: Part | None
    test: Part | None
    preprocessor: Any
    kind: str
    sentences: list[str]
    rest: Stream | None = None

    @property
    def rows(self) -> int:
        """How many examples an epoch has."""
        return len(self.train[0]) + (0 if self.rest is None else self.rest.length or 0)

    @property
    def lessons(self) -> Part | Stream:
        """What is learned from: the training part, and then the rest."""
        first, rest = self.train, self.rest
        if rest is None:
            return first

        def chunks(seed: int) -> Iterator[tuple]:
            yield from Stream.from_arrays(*first)(seed)
            yield from rest(seed)

        return Stream(chunks, self.rows)


def prepare(source: Source, settings: Settings) -> Prepared:
    """Divide and encode the examples; raises InputError for what cannot be learned from."""
    refuse_other_tasks(settings)
    if isinstance(source.examples, Dataset):
        return prepare_arrays(source, settings)
    return prepare_table(source, settings.target or source.target, settings)


def refuse_other_tasks(settings: Settings) -> None:
    """Refuse to compare settings of what is no prediction."""
    if settings.task != "predict":
        raise InputError(
            f"--task {settings.task}",
            expected="predict: settings are compared by how well they predict from columns",
            got=settings.task,
            fix="gradus fit DATA with the same options; `gradus.evaluate` in Python does folds of "
            "text"
            if settings.task == "text"
            else f"gradus fit DATA --task {settings.task}",
        )


def columns_fitted(rows: Any, target: str, settings: Settings, kind: str) -> Preprocessor:
    """Columns are judged, encoded and standardised by what the training part shows."""
    return Preprocessor.fit(rows, target, kinds=chosen_kinds(settings), target_kind=kind)


def prepare_table(
    source: Source, target: str, settings: Settings, fit: Callable[..., Any] = columns_fitted
) -> Prepared:
    """A table: `fit` makes the preprocessor of a training part, whose target is of some kind."""
    table = source.examples
    for name in filter(None, [target, settings.group, settings.time]):
        check_column(name, table.columns)
    if not target:
        raise InputError(
            "the target is not named",
            expected="the column to predict, as in --target price",
            got="no --target",
            fix=nearest("", table.columns) + hint_at_texts(settings.data),
        )
    known = table.filter(table[target].is_not_null())
    left_out = table.height - known.height
    kind = KINDS.get(settings.likelihood) or infer_target_kind(table[target])
    check_values(table, target, kind, settings)
    rows = split(known.height, settings.validation, settings.test, seed=settings.seed,
                 **rule(known, target, kind, settings))  # fmt: skip
    preprocessor = fit(known[rows.train], target, settings, kind)
    train, validation, test = (encoded(preprocessor, known[r] if len(r) else None) for r in rows)
    missing = [f"{counted(left_out, 'row')} without {target!r} left out"] if left_out else []
    text = [f"{s.name}: text, as {why}" for s in table if (why := almost_numbers(s))]
    text += [f"{name}: {TEXT_HINT.format(name)}" for name in free_text(known, preprocessor)]
    counts = sizes([train, validation, test], how(kind, settings))
    sentences = [*source.notes, *missing, *text, *preprocessor.sentences, counts]
    return Prepared(train, validation, test, preprocessor, kind, sentences)


def hint_at_texts(data: str) -> str:
    """What else can be done with a text file."""
    return f"; of a text: gradus fit {data} --language-model" if data.endswith(".txt") else ""


def free_text(table: Any, preprocessor: Any) -> list[str]:
    """The columns of texts that are not learned from."""
    dropped = [name for name, _ in getattr(preprocessor, "dropped", ())]
    return [name for name in dropped if is_free_text(table[name])]


def check_values(table: Any, target: str, kind: str, settings: Settings) -> None:
    """Refuse what cannot be learned from before the rows are shuffled, to name the right one."""
    check_numbers(table.drop(target), settings)
    values = table[target]
    fit_target(values.fill_null(values.drop_nulls()[0]), target, kind)


def check_numbers(table: Any, settings: Settings) -> None:
    """Refuse numbers that are not finite, in columns that are learned from as such."""
    chosen = chosen_kinds(settings)
    for series in table:
        if series.dtype.is_numeric() and series.name not in chosen:
            numbers_of(series)


def prepare_arrays(source: Source, settings: Settings) -> Prepared:
    """Images: a channel is one scale. Parts that the publisher made are left as they are."""
    refuse_columns(settings)
    examples: Dataset = source.examples
    drawn = examples.split(
        0 if source.validation else settings.validation,
        0 if source.test else settings.test,
        seed=settings.seed,
    )
    preprocessor = ImagePreprocessor.fit(drawn.train)
    train = encoded(preprocessor, drawn.train)
    validation = encoded(preprocessor, source.validation or drawn.validation)
    test = encoded(preprocessor, source.test or drawn.test)
    kind = "classification" if examples.labels else "regression"
    published = [name for name in ("validation", "test") if getattr(source, name)]
    words = how(kind, settings)
    if published:
        words = f"the {' and '.join(published)} part is its publisher's"
    counts = sizes([train, validation, test], words)
    sentences = [*source.notes, *preprocessor.sentences, counts]
    rest = None if source.rest is None else source.rest(preprocessor=preprocessor)
    if rest is not None:
        sentences += [f"{rest.length:,} others are read while it learns"]
    return Prepared(train, validation, test, preprocessor, kind, sentences, rest)


def encoded(preprocessor: Any, part: Any) -> Any:
    """Inputs and targets of a part as the model sees them; None for none."""
    return None if part is None else (preprocessor.inputs(part), preprocessor.targets(part))


def refuse_columns(settings: Settings) -> None:
    """Refuse settings that name columns, where there are none."""
    for name in ("target", "group", "time", "drop", "category"):
        if getattr(settings, name):
            raise InputError(
                option_name(name),
                expected="a table with named columns",
                got="arrays of images, which have no columns",
                fix="leave it out",
            )


def rule(table: Any, target: str, kind: str, settings: Settings) -> dict[str, np.ndarray]:
    """By what a table is divided: groups, time, classes, or nothing."""
    columns = {"groups": settings.group, "time": settings.time}
    chosen = {rule: complete(table[column]) for rule, column in columns.items() if column}
    return chosen or ({"stratify": table[target].to_numpy()} if kind == "classification" else {})


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


def sizes(parts: Sequence[Part | None], words: str) -> str:
    """How many rows each part has.

    >>> sizes([(np.zeros(7), np.zeros(7)), None, (np.zeros(3), np.zeros(3))], "at random")
    'rows: 7 for training, 3 for testing, at random'
    """
    names = ("training", "validation", "testing")
    shown = [
        f"{len(part[0]):,} for {name}"
        for name, part in zip(names, parts, strict=True)
        if part is not None
    ]
    return f"rows: {', '.join(shown)}, {words}"
