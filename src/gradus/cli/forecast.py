"""`gradus fit series.csv --forecast 24 --target OT --time date`: what comes next in a series."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gradus import models
from gradus.base.errors import InputError
from gradus.cli.prepare import Part, Prepared
from gradus.cli.recipe import OPTIMIZERS, build_penalty, build_schedule, optimisation
from gradus.cli.settings import Settings, choose
from gradus.cli.source import Source
from gradus.data import Dataset, SeriesPreprocessor, Split, split_windows
from gradus.data.preprocess import check_column
from gradus.data.series.windows import split_rows
from gradus.evaluation import Forecasts, assess_forecasts
from gradus.learn import Algorithm, supervised
from gradus.likelihoods import Gaussian, HeteroscedasticGaussian, Laplace
from gradus.training import Run

WORDS = {
    "linear": "linear in trend and remainder",
    "rnn": "GRU of {} units",
    "cnn": "causal convolutions of {} channels",
    "mlp": "mlp of {} hidden units",
}
NORMALISED = {
    "last": "from the last value on",
    "standard": "by the mean and the deviation of each window",
    "none": "by the level of the training part",
}
LIKELIHOODS = {"gaussian": Gaussian, "laplace": Laplace, "heteroscedastic": HeteroscedasticGaussian}
MOST_BYTES = 2**30  # of all windows of the training part


def prepare(source: Source, settings: Settings) -> Prepared:
    """Divide a series in order of time, and cut it into windows; raises InputError for what is no
    series.
    """
    refuse_no_series(source, settings)
    for name in settings.drop:
        check_column(name, source.examples.columns)
    table = source.examples.drop(settings.drop)
    early, *_ = split_rows(table.height, settings.forecast, settings.validation, settings.test)
    preprocessor = SeriesPreprocessor.fit(
        table,
        targets_of(settings, table.columns),
        horizon=settings.forecast,
        length=settings.window or None,
        time=settings.time or None,
        calendar=settings.calendar,
        period=settings.period or None,
        train=early,
    )
    parts = split_windows(
        table.height, preprocessor.length, settings.forecast, settings.validation, settings.test
    )
    whole = encoded(preprocessor, table)
    every = stride_of(parts, preprocessor)
    train, validation, test = (taken(whole, rows) for rows in parts)
    train = tuple(array[::every] for array in train or ())
    sentences = [*source.notes, *preprocessor.sentences, sizes(parts, every)]
    return Prepared(train, validation, test, preprocessor, "forecast", sentences)


def refuse_no_series(source: Source, settings: Settings) -> None:
    """Refuse what is no table, and no horizon."""
    if not settings.forecast:
        raise InputError(
            "--task forecast",
            expected="how many rows to forecast",
            got="no --forecast",
            fix="gradus fit series.csv --forecast 24 --target NAME --time NAME",
        )
    if isinstance(source.examples, Dataset):
        raise InputError(
            f"--forecast {settings.forecast}",
            expected="a table with a row for each point in time",
            got="images",
            fix="give a .csv or .parquet file",
        )


def targets_of(settings: Settings, columns: list[str]) -> list[str] | None:
    """The columns to forecast, as in OT,HULL; None, which is all, where none is named."""
    named = settings.target
    return None if not named else [named] if named in columns else named.split(",")


def encoded(preprocessor: SeriesPreprocessor, table: Any) -> Part:
    """All windows of a table and what comes after them, and what of it counts."""
    return tuple(array for array in preprocessor.windows(table) if array is not None)


def taken(whole: Part, rows: np.ndarray) -> Part | None:
    """The windows of one part, as views; None for none."""
    if not len(rows):
        return None
    return tuple(array[rows[0] : rows[-1] + 1] for array in whole)


def stride_of(parts: Split, preprocessor: SeriesPreprocessor) -> int:
    """Every how manyth window is learned from, so that all of them fit into memory."""
    length, columns = preprocessor.input_shape
    bytes_each = 4 * (length * columns + preprocessor.horizon * preprocessor.width)
    return -(-len(parts.train) * bytes_each // MOST_BYTES)


def sizes(parts: Split, every: int) -> str:
    """How many windows each part has."""
    names = ("training", "validation", "testing")
    shown = [f"{len(p):,} for {name}" for name, p in zip(names, parts, strict=True) if len(p)]
    some = f"; of those for training one in {every}, as memory holds no more" if every > 1 else ""
    return f"windows: {', '.join(shown)}, in order of time{some}"


def decided(settings: Settings, prepared: Prepared) -> Settings:
    """The settings with model, window and period decided."""
    model = "linear" if settings.model == "auto" else settings.model
    choose("model", model, WORDS, ("auto", *WORDS))
    choose("normalise", settings.normalise, NORMALISED)
    found = prepared.preprocessor
    return replace(settings, model=model, window=found.length, period=found.period, augment="none")


def build(settings: Settings, prepared: Prepared) -> Algorithm:
    """The algorithm that the settings describe, once everything in them is decided."""
    name = "gaussian" if settings.likelihood == "auto" else settings.likelihood
    likelihood = choose("likelihood", name, LIKELIHOODS, ("auto", *LIKELIHOODS))()
    model = models.forecaster(
        settings.forecast,
        prepared.preprocessor.width,
        settings.model,
        outputs=likelihood.size,
        normalise=settings.normalise,
        hidden=settings.hidden,
        dropout=settings.dropout,
    )
    optimizer = choose("optimizer", settings.optimizer, OPTIMIZERS)
    schedule = build_schedule(settings, prepared.rows)
    return supervised(model, likelihood, optimizer(schedule), penalty=build_penalty(settings))


def sentences(settings: Settings, prepared: Prepared) -> list[str]:
    """What will be trained and for how long, for people to read."""
    units = "-".join(map(str, settings.hidden))
    likelihood = "gaussian" if settings.likelihood == "auto" else settings.likelihood
    return [
        f"model: {WORDS[settings.model].format(units)}, {NORMALISED[settings.normalise]}; "
        f"{likelihood} likelihood; {optimisation(settings)}"
    ]


def measured(run: Run, part: Part, train: Part | None = None) -> Forecasts:
    """What the forecasts are worth, beside simple rules."""
    return assess_forecasts(run.predict, run.preprocessor, part, train)


def predictions(run: Run, table: Any, worth: Any = None) -> dict[str, Any]:
    """The rows after the last one of a table: times, forecasts, and between what 80 % should lie
    by the errors on rows that were held out.
    """
    prep: SeriesPreprocessor = run.preprocessor
    ahead = prep.decode(run.predict(prep.inputs(table))[0]).reshape(prep.horizon, prep.width)
    columns: dict[str, Any] = prep.ahead(table)
    known = isinstance(worth, Forecasts) and not np.isnan(worth.band).any()
    for k, name in enumerate(prep.targets):
        columns[name] = ahead[:, k]
        if known:
            low, high = worth.band[:, :, k]
            columns |= {f"{name} low": ahead[:, k] + low, f"{name} high": ahead[:, k] + high}
    return columns
