"""Several classes: softmax regression, and one logistic regression for each."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import located
from gradus.models.linear.design import Design, design
from gradus.models.linear.fitted import Coefficient, LinearFit
from gradus.models.linear.generalised import maximum, sigmoid
from gradus.models.linear.inference import (
    check_confidence,
    coefficients,
    quiet,
    scaled,
    scales,
    slopes,
    unsettled,
)
from gradus.models.linear.separation import binary_sides, check_separation, class_sides
from gradus.models.linear.targets import class_target

NEAR = 1e-10  # to the maximum, squared, in standard errors


def softmax(formula: str, table: Any, *, confidence: float = 0.95) -> LinearFit:
    """k classes by their log odds against the first: log p_c/p_0 = x·β_c, of largest likelihood.

    The classes are sorted; the first is the baseline, whose coefficients are 0.

    Arguments:
        formula: the target has two classes or more.
        table, confidence: as of `least_squares`.

    Raises InputError where `least_squares` does, for a target of one class, and where the classes
    can be told apart without a mistake, but for ties.

    >>> table = {"x": [1.0, 2.0, 3.0, 2.0, 3.0, 4.0, 3.0, 5.0, 4.0], "y": list("aaabbbccc")}
    >>> fit = softmax("y ~ x", table)
    >>> round(fit["x", "c"].estimate, 3), fit.predict({"x": [0.0, 9.0]}).tolist()
    (2.873, ['a', 'c'])

    James, Witten, Hastie and Tibshirani (2021), section 4.3.5.
    """
    made = design(formula, table)
    check_confidence(confidence)
    labels, y = class_target(made)

    import statsmodels.api as sm

    sides, alike = class_sides(y, len(labels)), f"classes of {made.target!r}"
    try:
        with quiet():
            results = sm.MNLogit(y, scaled(made)).fit(disp=0, maxiter=50, tol=1e-10)
    except np.linalg.LinAlgError:  # a curvature of 0, as far along a way that never ends
        check_separation(made, np.full(1, np.inf), sides, alike)
        raise unsettled(made) from None
    against = np.asarray(results.params) / scales(made.x)[:, None]
    beta = np.column_stack([np.zeros(len(against)), against])
    check_separation(made, made.x @ beta, sides, alike)
    if not _distance(results) < NEAR:
        raise unsettled(made)
    return LinearFit(
        kind="softmax regression",
        design=made,
        beta=beta,
        mean=shares,
        coefficients=_against_first(results, made, labels, confidence),
        measures=_measures(results),
        labels=labels,
        statistic="z",
        confidence=confidence,
        results=results,
        remark=f"log odds against {labels[0]!r}",
    )


def one_vs_rest(formula: str, table: Any, *, confidence: float = 0.95) -> LinearFit:
    """k classes by one logistic regression each: log p_c/(1−p_c) = x·β_c, the class against all
    others; the most probable is predicted.

    The probabilities are divided by their sum. `results` is a tuple, one for each class.

    Arguments and refusals as of `softmax`; the class that is told apart is named.

    >>> table = {"x": [1.0, 2.0, 3.0, 2.0, 3.0, 4.0, 3.0, 5.0, 4.0], "y": list("aaabbbccc")}
    >>> fit = one_vs_rest("y ~ x", table)
    >>> round(fit["x", "c"].estimate, 3), fit.predict({"x": [0.0, 9.0]}).tolist()
    (1.783, ['a', 'c'])

    Differs from `softmax`: the log odds of different classes come from different models.
    """
    made = design(formula, table)
    check_confidence(confidence)
    labels, y = class_target(made)
    fits, rows = [], []
    for number, label in enumerate(labels):
        member = (y == number).astype(int)
        with located(f"class {label!r} against the rest"):
            alike = f"classes of {made.target!r}"
            results = maximum(made, member, "Binomial", binary_sides(member), alike)
        fits.append(results)
        rows += coefficients(results, made, confidence, str(label))
    return LinearFit(
        kind="one against the rest",
        design=made,
        beta=np.column_stack([slopes(results, made) for results in fits]),
        mean=shares_of_sigmoids,
        coefficients=tuple(rows),
        measures={"log_likelihood": float(sum(results.llf for results in fits))},
        labels=labels,
        statistic="z",
        confidence=confidence,
        results=tuple(fits),
        remark="log odds of each class against all others; the log-likelihood is their sum",
    )


def shares(logits: np.ndarray) -> np.ndarray:
    """Probabilities from log odds: eᶻ / Σ eᶻ."""
    from scipy.special import softmax

    return softmax(logits, axis=1)


def shares_of_sigmoids(log_odds: np.ndarray) -> np.ndarray:
    """Probabilities from the log odds of every class against all others."""
    p = sigmoid(log_odds)
    return p / p.sum(axis=1, keepdims=True)


def _against_first(
    results: Any, made: Design, labels: tuple, confidence: float
) -> tuple[Coefficient, ...]:
    """A row for every class but the first, and every term."""
    sizes = np.tile(scales(made.x), len(labels) - 1)
    parts = (results.params, results.bse, results.tvalues, results.pvalues)
    estimates, errors, z, p = (np.asarray(part).T.reshape(-1) for part in parts)
    low, high = np.asarray(results.conf_int(1 - confidence)).reshape(-1, 2).T
    columns = (estimates / sizes, errors / sizes, z, p, low / sizes, high / sizes)
    rows = np.stack(columns, axis=1).tolist()
    places = [(term, str(label)) for label in labels[1:] for term in made.terms]
    return tuple(Coefficient(t, *row, of=of) for (t, of), row in zip(places, rows, strict=True))


def _distance(results: Any) -> float:
    """How far a fit is from the maximum, squared, in standard errors: gᵀ H⁻¹ g."""
    slope = results.model.score(np.asarray(results.params).ravel("F"))
    return float(slope @ np.asarray(results.cov_params()) @ slope)


def _measures(results: Any) -> dict[str, float]:
    found = {
        "deviance": -2 * results.llf,
        "null_deviance": -2 * results.llnull,
        "pseudo_r2": results.prsquared,
        "log_likelihood": results.llf,
        "aic": results.aic,
        "bic": results.bic,
    }
    return {name: float(value) for name, value in found.items()}
