"""Logistic and Poisson regression: generalised linear models by maximum likelihood."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.models.linear.design import Design, design
from gradus.models.linear.fitted import LinearFit
from gradus.models.linear.inference import (
    check_confidence,
    coefficients,
    quiet,
    scaled,
    slopes,
    unsettled,
)
from gradus.models.linear.separation import Sides, binary_sides, check_separation, count_sides
from gradus.models.linear.targets import class_target, count_target


def logistic(formula: str, table: Any, *, confidence: float = 0.95) -> LinearFit:
    """Two classes by their log odds: log p/(1−p) = x·β, with β of the largest likelihood.

    The classes are sorted; p is the probability of the second: of "Yes" beside "No", of 1
    beside 0. The cost is convex: every start leads to the same optimum, if there is one.

    Arguments:
        formula: such as "default ~ balance + student"; the target has two classes.
        table, confidence: as of `least_squares`.

    Raises InputError where `least_squares` does, for a target of one or more than two classes,
    and where the classes can be told apart without a mistake, but for ties: larger coefficients
    then always fit better, and none are best. The terms are named.

    >>> table = {"x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "y": ["no", "no", "yes", "no", "yes", "yes"]}
    >>> fit = logistic("y ~ x", table)
    >>> round(fit["x"].estimate, 4), fit.probabilities({"x": [3.5]}).round(3).tolist()
    (1.214, [[0.5, 0.5]])
    >>> fit.predict({"x": [3.0]}).tolist(), fit.predict({"x": [3.0]}, threshold=0.3).tolist()
    (['no'], ['yes'])

    James, Witten, Hastie and Tibshirani (2021), section 4.3.
    """
    made = design(formula, table)
    check_confidence(confidence)
    labels, y = class_target(made, most=2)
    results = maximum(made, y, "Binomial", binary_sides(y), f"classes of {made.target!r}")
    return LinearFit(
        kind="logistic regression",
        design=made,
        beta=slopes(results, made),
        mean=sigmoid,
        coefficients=coefficients(results, made, confidence),
        measures=measures(results),
        labels=labels,
        statistic="z",
        confidence=confidence,
        results=results,
    )


def poisson(formula: str, table: Any, *, confidence: float = 0.95) -> LinearFit:
    """Counts by the logarithm of their rate: log λ = x·β, with β of the largest likelihood.

    Arguments:
        formula: such as "bikers ~ hour + weather"; the target is a count, 0, 1, 2 …
        table, confidence: as of `least_squares`.

    Raises InputError where `least_squares` does, for a target that is no count, and where a term
    stands only beside counts of 0: its rate would be e^−∞.

    >>> table = {"x": [0.0, 1.0, 2.0, 3.0], "y": [1, 3, 7, 20]}
    >>> round(poisson("y ~ x", table)["x"].estimate, 4)
    0.9859

    James, Witten, Hastie and Tibshirani (2021), section 4.6.2.
    """
    made = design(formula, table)
    check_confidence(confidence)
    y = count_target(made)
    results = maximum(made, y, "Poisson", count_sides(y), f"counts {made.target!r}")
    return LinearFit(
        kind="Poisson regression",
        design=made,
        beta=slopes(results, made),
        mean=np.exp,
        coefficients=coefficients(results, made, confidence),
        measures=measures(results),
        statistic="z",
        confidence=confidence,
        results=results,
    )


def maximum(made: Design, y: np.ndarray, family: str, sides: Sides, alike: str) -> Any:
    """The results of statsmodels for a family of distributions, to full precision.

    Raises InputError where there is no maximum; see `check_separation` for the last arguments.
    """
    import statsmodels.api as sm

    with quiet():
        model = sm.GLM(y, scaled(made), family=getattr(sm.families, family)())
        results = model.fit(tol=1e-10, maxiter=200)
    check_separation(made, made.x @ slopes(results, made), sides, alike)
    if not results.converged:
        raise unsettled(made)
    return results


def measures(results: Any) -> dict[str, float]:
    """How well the likelihood does; pseudo R² is 1 − deviance / deviance of a constant."""
    found = {"deviance": results.deviance, "null_deviance": results.null_deviance}
    if results.null_deviance > 0:
        found["pseudo_r2"] = 1 - results.deviance / results.null_deviance
    found |= {"log_likelihood": results.llf, "aic": results.aic, "bic": results.bic_llf}
    return {name: float(value) for name, value in found.items()}


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """The probability of some log odds: σ(z) = 1/(1 + e⁻ᶻ)."""
    from scipy.special import expit

    return expit(log_odds)
