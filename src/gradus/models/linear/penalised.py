"""Least squares with a price on large coefficients: ridge, lasso, elastic net."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.design import INTERCEPT, Design, design
from gradus.models.linear.fitted import Coefficient, LinearFit
from gradus.models.linear.least_squares import as_it_is
from gradus.models.linear.targets import number_target

MOST_STEPS = 100_000
REMARK = (
    "no standard errors, p-values or intervals: a penalty pulls estimates towards 0, and what is "
    "known of the errors of unbiased estimates does not hold for them"
)


def ridge(formula: str, table: Any, *, penalty: float) -> LinearFit:
    """Least squares with squared coefficients: min RSS/(2n) + ½ λ Σ (s_j β_j)².

    Columns count in units of their standard deviation s_j, and the intercept is free, so that the
    units of the table do not matter. Works where columns are sums of others, and with more
    columns than rows.

    Arguments:
        formula, table: as of `least_squares`.
        penalty: λ ≥ 0; near 0 is least squares, large shrinks all coefficients towards 0.

    Raises InputError where `least_squares` does but for those columns, and for a negative penalty.

    >>> table = {"x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 4.0, 6.0, 8.0]}
    >>> round(ridge("y ~ x", table, penalty=1.0)["x"].estimate, 6)
    1.0

    Hoerl and Kennard (1970). The scale of λ is that of glmnet; scikit-learn's `Ridge` has n λ,
    and does not standardise.
    """
    return _fit("ridge regression", formula, table, penalty, mix=0.0)


def lasso(formula: str, table: Any, *, penalty: float) -> LinearFit:
    """Least squares with absolute coefficients: min RSS/(2n) + λ Σ |s_j β_j|; many become 0.

    Arguments and refusals as of `ridge`.

    >>> table = {"x": [1.0, 2.0, 3.0, 4.0], "z": [1, 0, 0, 1], "y": [2.0, 4.1, 6.0, 8.0]}
    >>> fit = lasso("y ~ x + z", table, penalty=0.5)
    >>> round(fit["x"].estimate, 4), fit["z"].estimate == 0
    (1.5428, True)

    Tibshirani (1996).
    """
    return _fit("lasso", formula, table, penalty, mix=1.0)


def elastic_net(formula: str, table: Any, *, penalty: float, mix: float = 0.5) -> LinearFit:
    """Between ridge and lasso: min RSS/(2n) + λ Σ (m |s_j β_j| + ½ (1−m) (s_j β_j)²).

    Arguments:
        formula, table, penalty: as of `ridge`.
        mix: m, from 0 (ridge) to 1 (lasso).

    Refusals as of `ridge`.

    >>> table = {"x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 4.0, 6.0, 8.0]}
    >>> round(elastic_net("y ~ x", table, penalty=1.0)["x"].estimate, 4)
    1.0352

    Zou and Hastie (2005).
    """
    return _fit("elastic net", formula, table, penalty, mix)


def _fit(kind: str, formula: str, table: Any, penalty: float, mix: float) -> LinearFit:
    check_penalty(penalty, mix)
    made = design(formula, table, full_rank=False)
    y = number_target(made)
    free = np.array([term == INTERCEPT for term in made.terms])
    centre = made.x.mean(axis=0) * made.has_intercept
    spread = np.where(free, 1.0, made.x.std(axis=0))
    if np.any(spread == 0):
        raise _constant(made.terms[int(np.argmax(spread == 0))])
    z = ((made.x - centre) / spread)[:, ~free]
    results = _estimator(penalty, mix, len(y), made.has_intercept).fit(z, y)
    beta = np.zeros(len(made.terms))
    beta[~free] = results.coef_ / spread[~free]
    beta[free] = results.intercept_ - centre[~free] @ beta[~free]
    beta += 0.0  # no −0
    return LinearFit(
        kind=f"{kind}, penalty {penalty:g}",
        design=made,
        beta=beta,
        mean=as_it_is,
        coefficients=tuple(map(Coefficient, made.terms, beta.tolist())),
        measures=measures(made, y, beta),
        remark=REMARK,
        results=results,
    )


def _estimator(penalty: float, mix: float, n: int, intercept: bool) -> Any:
    from sklearn import linear_model

    if penalty == 0:
        return linear_model.LinearRegression(fit_intercept=intercept)
    if mix == 0:
        return linear_model.Ridge(alpha=n * penalty, fit_intercept=intercept)
    return linear_model.ElasticNet(
        alpha=penalty, l1_ratio=mix, fit_intercept=intercept, max_iter=MOST_STEPS, tol=1e-10
    )


def measures(made: Design, y: np.ndarray, beta: np.ndarray) -> dict[str, float]:
    """What is left of the squares, and how many coefficients are not 0."""
    rss = float(np.sum((y - made.x @ beta) ** 2))
    total = float(np.sum((y - y.mean() * made.has_intercept) ** 2))
    nonzero = sum(b != 0 and t != INTERCEPT for b, t in zip(beta, made.terms, strict=True))
    return {"rss": rss, "r2": 1 - rss / total if total else np.nan, "nonzero": nonzero}


def check_penalty(penalty: float, mix: float) -> None:
    """Refuse a penalty or a mix that is none."""
    for name, value, most in (("penalty", penalty, np.inf), ("mix", mix, 1.0)):
        if not (isinstance(value, int | float) and 0 <= value <= most and np.isfinite(value)):
            raise InputError(
                name,
                expected="a number from 0" + (" to 1" if most == 1 else ""),
                got=repr(value),
                fix=f"such as {name}=0.1",
            )


def _constant(term: str) -> InputError:
    return InputError(
        f"column {term!r}",
        expected="values that differ",
        got="the same value in every row",
        fix="take it out of the formula: the intercept does its work",
    )
