"""From examples without targets to the numbers that a model of them learns from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.cli.prepare import (
    Prepared,
    check_numbers,
    chosen_kinds,
    how,
    refuse_columns,
    rule,
    sizes,
)
from gradus.cli.settings import Settings
from gradus.cli.source import Source
from gradus.data import Dataset, PixelPreprocessor, Preprocessor, split
from gradus.data.preprocess import check_column
from gradus.likelihoods.inputs import as_targets


class Form(NamedTuple):
    """What a task without targets learns from, and with which models.

    Arguments:
        tables, images: names of the models for these, the usual one first; none where such
            examples are of no use.
        holes: whether missing values are left open, to be filled in.
        noise: whether values that come in steps are spread over these, for densities.
    """

    tables: tuple[str, ...]
    images: tuple[str, ...] = ()
    holes: bool = False
    noise: bool = False


def prepare(source: Source, settings: Settings, form: Form) -> Prepared:
    """Divide and encode examples; raises InputError for what cannot be learned from."""
    if settings.model == "gan":
        settings = replace(settings, validation=0)  # no loss says when the players are done
    if isinstance(source.examples, Dataset):
        return prepare_images(source, settings, form)
    return prepare_rows(source, settings, form)


def prepare_rows(source: Source, settings: Settings, form: Form) -> Prepared:
    """A table: the column that is known to be a label is left out."""
    table = source.examples
    dropped = [source.target] if source.target else []
    for name in (*dropped, *filter(None, [settings.group, settings.time])):
        check_column(name, table.columns)
    table = table.drop(dropped)
    check_numbers(table, settings)
    rows = split(table.height, settings.validation, settings.test, seed=settings.seed,
                 **rule(table, "", "", settings))  # fmt: skip
    kinds = chosen_kinds(settings)
    gaps = "leave" if form.holes else "mark"
    preprocessor = Preprocessor.fit(table[rows.train], kinds=kinds, gaps=gaps)
    train, validation, test = (preprocessor.inputs(table[r]) if len(r) else None for r in rows)
    if form.noise:
        random = np.random.default_rng(settings.seed)
        grains = np.array(preprocessor.grains)
        train, validation = spread(train, grains, random), spread(validation, grains, random)
    parts = countable(train), countable(validation), None if test is None else (test, None)
    words = [f"{name}: left out, it is the label" for name in dropped]
    told = [*source.notes, *words, *preprocessor.sentences, sizes(parts, how("", settings))]
    return Prepared(*parts, preprocessor, settings.task, told)


def prepare_images(source: Source, settings: Settings, form: Form) -> Prepared:
    """Images: rows of pixels from 0 to 1; their classes are left alone."""
    refuse_columns(settings)
    examples: Dataset = source.examples
    if not form.images or examples.x.ndim != 4:
        raise InputError(
            f"--task {settings.task}",
            expected="a table" + (", or images" if form.images else ""),
            got=f"arrays of shape {examples.x.shape[1:]}",
            fix="--task compress, anomaly or generate take images of height, width and channels",
        )
    if source.rest is not None:
        raise InputError(
            f"--task {settings.task}",
            expected="images that fit into half of the memory",
            got=f"{source.name}, which is too large",
            fix="make them smaller with --image-size, or give fewer",
        )
    drawn = examples.split(
        0 if source.validation or settings.model == "gan" else settings.validation,
        0 if source.test else settings.test,
        seed=settings.seed,
    )
    preprocessor = PixelPreprocessor.fit(drawn.train)
    parts = drawn.train, source.validation or drawn.validation, source.test or drawn.test
    train, validation, test = (encoded(preprocessor, part) for part in parts)
    told = [*preprocessor.sentences, sizes([train, validation, test], how("", settings))]
    sentences = [*source.notes, *told]
    return Prepared(train, validation, test, preprocessor, settings.task, sentences)


def spread(x: np.ndarray | None, grains: np.ndarray, random: np.random.Generator) -> Any:
    """Rows with noise as wide as the steps between neighbouring values: a density of values that
    come in steps is infinite.
    """
    if x is None:
        return None
    return (x + grains * random.uniform(-0.5, 0.5, x.shape)).astype(np.float32)


def countable(x: np.ndarray | None) -> Any:
    """Rows as a part to learn from; of those with holes, what is known counts as its own target."""
    if x is None or not np.isnan(x).any():
        return None if x is None else (x, None)
    known = ~np.isnan(x)
    rows = known.any(axis=1)
    filled = np.where(known, x, 0)[rows]
    return filled, as_targets(filled), as_targets(known[rows].astype(np.float32))


def encoded(preprocessor: Any, rows: Any) -> Any:
    """A part to measure on; None for none."""
    return None if rows is None else (preprocessor.inputs(rows), None)


def with_holes(part: tuple) -> np.ndarray:
    """The rows of a part, with NaN where `countable` found them."""
    x, *_, weight = (*part, None) if len(part) == 2 else part
    return x if weight is None else np.where(weight.reshape(x.shape) > 0, x, np.nan)
