"""Forecasts that anyone would try first, for a net to be measured beside."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradus.base.errors import InputError

MOST_WINDOWS = 20_000  # that a regression learns from; more hardly change it
RIDGE = 1.0

Forecast = Callable[[np.ndarray], np.ndarray]  # windows (n, L, C) -> (n, H, K)


def forecast_baselines(
    x: np.ndarray, y: np.ndarray, *, targets: int = 1, period: int | None = None
) -> dict[str, Forecast]:
    """The customary baselines, each a function of windows (n, L, C) that gives (n, H, K).

    "last value", repeated; "last season": what was one period before, where one is given that is
    not longer than the window; "ridge regression" on all values of a target's own window.

    Arguments:
        x: windows of the training part, (n, L, C), the targets' columns first.
        y: what came after them, (n, H), or (n, H, K) for several targets, or (n,).
        targets: K.
        period: rows after which the series repeats itself.

    Raises InputError for arrays of other shapes.

    >>> x = np.arange(6.0).reshape(1, 6, 1)
    >>> known = forecast_baselines(x, np.zeros((1, 4)), period=3)
    >>> known["last value"](x)[0, :, 0].tolist(), known["last season"](x)[0, :, 0].tolist()
    ([5.0, 5.0, 5.0, 5.0], [3.0, 4.0, 5.0, 3.0])

    Hyndman and Athanasopoulos, "Forecasting: Principles and Practice" (2021), section 5.2.
    """
    ahead = as_rows(x, y, targets)
    horizon = ahead.shape[1]
    found: dict[str, Forecast] = {"last value": lambda x: season(x, 1, horizon, targets)}
    if period is not None and 1 < period <= x.shape[1]:
        found["last season"] = lambda x: season(x, period, horizon, targets)
    return found | {"ridge regression": regression(x, ahead)}


def season(x: np.ndarray, period: int, horizon: int, targets: int) -> np.ndarray:
    """The last `period` rows, over and over: ŷ(t + h) = y(t + h − period)."""
    places = np.arange(horizon) % period - period
    return x[:, x.shape[1] + places, :targets]


def regression(x: np.ndarray, y: np.ndarray) -> Forecast:
    """Linear least squares with a little ridge, on what a target's window is above its end."""
    from sklearn.linear_model import Ridge

    targets = y.shape[2]
    rows = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_WINDOWS)).astype(int))
    fitted = [Ridge(RIDGE).fit(*above(x[rows], y[rows], k)) for k in range(targets)]

    def forecast(x: np.ndarray) -> np.ndarray:
        ahead = [model.predict(x[:, :, k] - x[:, -1:, k]) for k, model in enumerate(fitted)]
        shaped = [a.reshape(len(x), -1) + x[:, -1:, k] for k, a in enumerate(ahead)]
        return np.stack(shaped, axis=2)

    return forecast


def above(x: np.ndarray, y: np.ndarray, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Window and what comes after it, from the last value on."""
    last = x[:, -1:, target].astype(np.float64)
    return x[:, :, target] - last, y[:, :, target] - last


def as_rows(x: np.ndarray, y: np.ndarray, targets: int) -> np.ndarray:
    """Targets as (n, H, K), whatever axes of length 1 they lack."""
    y = np.asarray(y)
    ahead = y.reshape(len(y), -1, targets) if y.size % max(len(y) * targets, 1) == 0 else y
    if x.ndim != 3 or ahead.ndim != 3 or len(x) != len(y) or x.shape[2] < targets:
        raise InputError(
            "windows and what comes after them",
            expected=f"x (n, L, C) with {targets} columns or more, y (n, H) or (n, H, {targets})",
            got=f"x {x.shape}, y {y.shape}",
            fix="give what SeriesPreprocessor.windows gives",
        )
    return ahead
