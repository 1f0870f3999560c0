"""What forecasts are worth on rows that were held out, beside those of simple rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from gradus.data import SeriesPreprocessor
from gradus.evaluation.assessment import as_text
from gradus.models.sequences.naive import forecast_baselines

SHOWN = 4  # windows that are kept to look at
SEEN = 3  # rows of a window that are shown, in horizons
BAND = (0.1, 0.9)  # quantiles of the errors
FEWEST = 20  # windows that quantiles can be taken from


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Errors of a model and of baselines over many windows.

    Arguments:
        targets: names of the columns that were forecast, K of them.
        rows: how many windows there were.
        measures: name -> value; of a single target in its units, of several in standard
            deviations of the training part, in which they can be averaged.
        baselines: name of a baseline -> its measures.
        by_step: root mean squared error of each step ahead, in the same units, shape (1 + number
            of baselines, H), the model first.
        by_target: the same of each target in its own units, shape (…, K).
        band: the 10 and 90 % quantiles of the model's errors, true − forecast, at each step, in
            the targets' own units, shape (2, H, K); NaN where there were fewer than 20 windows.
        known: what some windows knew of the targets, in their own units, (n, L, K).
        ahead: what came then, (n, H, K); NaN where it is missing.
        guesses: what was forecast, (n, 1 + number of baselines, H, K).

    >>> found = Forecasts(("sold",), 20, {"rmse": 2.5}, {"last value": {"rmse": 4.0}})
    >>> print(found)
                  rmse
    model       2.5000
    last value  4.0000
    """

    noun: ClassVar[str] = "window"
    targets: tuple[str, ...]
    rows: int
    measures: Mapping[str, float]
    baselines: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    by_step: np.ndarray = field(default_factory=lambda: np.zeros((1, 0)))
    by_target: np.ndarray = field(default_factory=lambda: np.zeros((1, 0)))
    band: np.ndarray = field(default_factory=lambda: np.zeros((2, 0, 0)))
    known: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    ahead: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    guesses: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 0, 0)))

    @property
    def headline(self) -> str:
        """The measure that stands for all; less of it is better."""
        return next(iter(self.measures))

    def table(self) -> list[tuple[str, Mapping[str, float]]]:
        """The model and then its baselines, each with its measures."""
        return [("model", self.measures), *self.baselines.items()]

    def __str__(self) -> str:
        return as_text(self.table())


def assess_forecasts(
    predict: Callable[[np.ndarray], np.ndarray],
    preprocessor: SeriesPreprocessor,
    part: tuple[Any, ...],
    train: tuple[Any, ...] | None = None,
) -> Forecasts:
    """Measure forecasts on windows that nothing was learned from.

    Arguments:
        predict: from windows to standardised forecasts, such as `run.predict`.
        preprocessor: what made the windows.
        part: windows and what came after them, and what of it counts, as it gives them.
        train: the training part likewise; with it baselines are fitted and measured too.

    >>> t = {"sold": np.tile([1.0, 2.0, 3.0, 4.0], 12)}
    >>> prep = SeriesPreprocessor.fit(t, ["sold"], horizon=2, length=4)
    >>> x, y, _ = prep.windows(t)
    >>> print(assess_forecasts(lambda x: x[:, :2, 0], prep, (x, y), (x, y)))
                        rmse     mae  standardised mse
    model             0.0000  0.0000            0.0000
    last value        1.8770  1.7558            2.8186
    last season       0.0000  0.0000            0.0000
    ridge regression  0.0204  0.0143          0.000333
    """
    width, horizon = preprocessor.width, preprocessor.horizon
    x, true, counts = part[0], *as_steps(part, horizon, width)
    rules = {}
    if train is not None:
        period = preprocessor.period or None
        rules = forecast_baselines(train[0], train[1], targets=width, period=period)
    shape = (len(x), horizon, width)
    guesses = {"model": predict(x).reshape(shape)}
    guesses |= {name: np.reshape(rule(x), shape) for name, rule in rules.items()}
    errors = {name: np.where(counts, true - guess, np.nan) for name, guess in guesses.items()}
    stds = np.array(preprocessor.stds[:width])
    measures = {name: measured(error, stds) for name, error in errors.items()}
    some = np.unique(np.linspace(0, len(x) - 1, SHOWN).astype(int))
    unit = stds if width == 1 else np.ones(1)
    seen = x[some, -SEEN * horizon :, :width]

    def in_units(z: np.ndarray) -> np.ndarray:
        return z * stds + np.array(preprocessor.means[:width])

    return Forecasts(
        targets=preprocessor.targets,
        rows=len(x),
        measures=measures.pop("model"),
        baselines=measures,
        by_step=np.stack([root_mean(e * unit, (0, 2)) for e in errors.values()]),
        by_target=np.stack([root_mean(e * stds, (0, 1)) for e in errors.values()]),
        band=band_of(errors["model"] * stds),
        known=in_units(seen),
        ahead=in_units(np.where(counts, true, np.nan)[some]),
        guesses=in_units(np.stack([guess[some] for guess in guesses.values()], axis=1)),
    )


def as_steps(part: tuple[Any, ...], horizon: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """What came after the windows, and what of it counts, each (n, H, K)."""
    y = np.asarray(part[1], np.float64)
    shape = (len(y), horizon, width)
    weight = part[2] if len(part) > 2 else None
    counts = np.ones(shape, bool) if weight is None else weight.reshape(shape) > 0
    return y.reshape(shape), counts


def measured(errors: np.ndarray, stds: np.ndarray) -> dict[str, float]:
    """The measures of standardised errors (n, H, K)."""
    mse, mae = float(np.nanmean(errors**2)), float(np.nanmean(abs(errors)))
    if len(stds) > 1:
        return {"standardised mse": mse, "standardised mae": mae}
    return {"rmse": stds[0] * mse**0.5, "mae": stds[0] * mae, "standardised mse": mse}


def root_mean(errors: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """√ of the mean square over some axes, of what counts."""
    return np.sqrt(np.nanmean(errors**2, axis=axes))


def band_of(errors: np.ndarray) -> np.ndarray:
    """Between which errors 80 % of all lie, at each step, (2, H, K)."""
    if len(errors) < FEWEST:
        return np.full((2, *errors.shape[1:]), np.nan)
    return np.nanquantile(errors, BAND, axis=0)
