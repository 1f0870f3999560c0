"""Least squares, and the same line as the mean of a Gaussian."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.models.linear.columns import check_column, frame_of
from gradus.models.linear.design import design
from gradus.models.linear.fitted import Coefficient, LinearFit
from gradus.models.linear.inference import (
    check_confidence,
    coefficients,
    quiet,
    scaled,
    slopes,
)
from gradus.models.linear.targets import number_target

WITHOUT_INTERCEPT = "without an intercept, R² and F compare with 0 instead of the mean"


def least_squares(
    formula: str, table: Any, *, weights: Any = None, confidence: float = 0.95
) -> LinearFit:
    """The coefficients with the smallest sum of squares: β̂ = argmin Σ wᵢ (yᵢ − xᵢ·β)².

    Arguments:
        formula: such as "sales ~ TV * radio"; see `gradus.models.linear.read_formula`.
        table: a Polars or pandas data frame, a dict of columns, or the path of a CSV file.
        weights: wᵢ > 0, proportional to 1/variance of each target: numbers, shape (n,), or the
            name of a column; None: all alike.
        confidence: of the intervals.

    Gives a `LinearFit` with RSS, RSE = √(RSS/(n−p)), R², adjusted R², F and its p,
    log-likelihood, AIC and BIC. R counts the variance as a parameter, so its AIC is larger by 2.

    Raises InputError for unknown names, gaps, text as target, columns that are sums of others,
    and as many coefficients as rows.

    >>> table = {"x": [1.0, 2.0, 3.0, 4.0], "y": [2.1, 3.9, 6.2, 7.8]}
    >>> fit = least_squares("y ~ x", table)
    >>> round(fit["x"].estimate, 4), round(fit.measures["r2"], 4)
    (1.94, 0.9957)
    >>> fit.predict({"x": [5.0]}).round(2)
    array([9.85])

    James, Witten, Hastie and Tibshirani (2021), chapter 3.
    """
    made = design(formula, table)
    check_confidence(confidence)
    y, w = number_target(made), weights_of(weights, table, len(made.x))

    import statsmodels.api as sm

    x = scaled(made)
    results = (sm.OLS(y, x) if w is None else sm.WLS(y, x, weights=cast(Any, w))).fit()
    return LinearFit(
        kind="least squares" if w is None else "weighted least squares",
        design=made,
        beta=slopes(results, made),
        mean=as_it_is,
        coefficients=coefficients(results, made, confidence),
        measures=measures(results),
        confidence=confidence,
        remark="" if made.has_intercept else WITHOUT_INTERCEPT,
        results=results,
    )


def gaussian(formula: str, table: Any, *, confidence: float = 0.95) -> LinearFit:
    """Maximum likelihood of y ~ N(x·β, σ²): least squares for β, and σ̂ = √(RSS/n).

    With the formula "y ~ 1" the intercept is μ̂, the mean. σ̂ divides by n where RSE divides by
    n − p: likelihood does not know that β was fitted too. Errors are those of large samples,
    SE(σ̂) = σ̂/√(2n), and the tests are of normal numbers.

    Arguments and refusals as of `least_squares`.

    >>> fit = gaussian("y ~ 1", {"y": [1.0, 2.0, 3.0, 6.0]})
    >>> fit["Intercept"].estimate, round(fit["σ"].estimate ** 2, 6)
    (3.0, 3.5)

    Goodfellow, Bengio and Courville (2016), section 5.5.
    """
    made = design(formula, table)
    check_confidence(confidence)
    y = number_target(made)

    import statsmodels.api as sm
    from scipy.stats import norm

    least = sm.OLS(y, scaled(made)).fit()
    n, sigma = len(y), float(np.sqrt(least.ssr / len(y)))
    results = sm.GLM(y, scaled(made), family=sm.families.Gaussian()).fit(scale=sigma**2)
    error = sigma / np.sqrt(2 * n)
    reach = float(norm.ppf((1 + confidence) / 2)) * error
    spread = Coefficient("σ", sigma, error, low=sigma - reach, high=sigma + reach)
    return LinearFit(
        kind="Gaussian, by maximum likelihood",
        design=made,
        beta=slopes(results, made),
        mean=as_it_is,
        coefficients=(*coefficients(results, made, confidence), spread),
        measures={"log_likelihood": float(least.llf), "mse": sigma**2},
        statistic="z",
        confidence=confidence,
        results=results,
    )


def as_it_is(predictor: np.ndarray) -> np.ndarray:
    """The mean is the linear predictor."""
    return predictor


def measures(results: Any) -> dict[str, float]:
    """How well a line fits; F compares with the mean alone and needs a term beside it."""
    with quiet():  # a line without error has an infinite F
        found = {"rss": results.ssr, "rse": np.sqrt(results.scale), "r2": results.rsquared}
        if results.df_model == 0 and results.k_constant:
            found["r2"] = 0.0  # exactly: the mean is what R² compares with
        if results.df_model > 0:
            found["adjusted_r2"] = results.rsquared_adj
            found |= {"f": results.fvalue, "f_p": results.f_pvalue}
        found |= {"log_likelihood": results.llf, "aic": results.aic, "bic": results.bic}
    return {name: float(value) for name, value in found.items()}


def weights_of(weights: Any, table: Any, n: int) -> np.ndarray | None:
    """The weights as an array, from a column of the table or as they were given."""
    if weights is None:
        return None
    if isinstance(weights, str):
        frame = frame_of(table)
        if weights not in frame.columns:
            raise InputError(
                f"weights: the table has no column {weights!r}",
                expected=f"one of {', '.join(map(repr, frame.columns))}",
                got=repr(weights),
                fix=nearest(weights, frame.columns),
            )
        check_column(frame, weights)
        weights = frame[weights].to_numpy()
    try:
        w = np.asarray(weights, np.float64)
    except (TypeError, ValueError):
        w = np.zeros(0)
    if w.shape != (n,) or not np.all(np.isfinite(w) & (w > 0)):
        raise InputError(
            "weights",
            expected=f"a number above 0 for each of {n} rows, or the name of a column",
            got=f"{np.shape(weights)}" if w.shape != (n,) else f"{w.min()} in row {w.argmin()}",
            fix="weigh by 1/variance; leave out rows that should not count",
        )
    return w
