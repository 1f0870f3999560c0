"""What single rows do to a fit: residuals, leverage, Cook's distance."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.fitted import LinearFit
from gradus.models.linear.inference import quiet


class Influence(NamedTuple):
    """One number for every row of the table that was fitted.

    Arguments:
        fitted: the mean that the model gives, ŷ.
        residual: y − ŷ, times the root of its weight; for classes and counts Pearson's: divided
            by the spread of y.
        standardised: the residual over its own standard error: about 1 where the model holds.
        leverage: how far the row's columns lie from the others, from 1/n to 1; their sum is p.
        cook: how far all fitted values move when the row is left out, in units of p times the
            variance; rows above 1, or far above all others, decide the fit alone.
    """

    fitted: np.ndarray
    residual: np.ndarray
    standardised: np.ndarray
    leverage: np.ndarray
    cook: np.ndarray


def influence(fit: LinearFit) -> Influence:
    """How much every row has to say in a fit of least squares, logistic or Poisson regression.

    Arguments:
        fit: from `least_squares`, `gaussian`, `logistic` or `poisson`.

    Raises InputError for other fits.

    >>> from gradus.models import linear
    >>> table = {"x": [1.0, 2.0, 3.0, 10.0], "y": [1.0, 2.1, 2.9, 10.2]}
    >>> found = influence(linear.least_squares("y ~ x", table))
    >>> found.leverage.round(2).tolist(), int(found.cook.argmax())
    ([0.43, 0.33, 0.27, 0.97], 3)

    James, Witten, Hastie and Tibshirani (2021), section 3.3.3; Cook (1977).
    """
    by_squares, by_likelihood = (hasattr(fit.results, n) for n in ("wresid", "get_influence"))
    if not (by_squares or by_likelihood) or fit.beta.ndim > 1:
        raise InputError(
            "influence",
            expected="a fit of least_squares, gaussian, logistic or poisson",
            got=fit.kind,
            fix="look at the residuals, y − fit.fitted",
        )
    with quiet():
        found = _of_squares(fit.results) if by_squares else fit.results.get_influence()
        standardised = found.resid_studentized_internal if by_squares else found.resid_studentized
        residual = fit.results.wresid if by_squares else fit.results.resid_pearson
        parts = (residual, standardised, found.hat_matrix_diag, found.cooks_distance[0])
    return Influence(fit.fitted, *map(np.asarray, parts))


def _of_squares(results: Any) -> Any:
    """The influence of rows in least squares; weights are in the rows, as their roots."""
    import statsmodels.api as sm

    return sm.OLS(results.model.wendog, results.model.wexog).fit().get_influence()
