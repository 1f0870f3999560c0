"""Standard errors, tests and intervals, as statsmodels gives them."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.design import Design
from gradus.models.linear.fitted import Coefficient


def scales(x: np.ndarray) -> np.ndarray:
    """The powers of two next to the sizes of the columns, shape (p,).

    >>> scales(np.array([[100.0, 0.001], [150.0, 0.002]])).tolist()
    [128.0, 0.001953125]
    """
    return 2.0 ** np.round(np.log2(np.sqrt(np.mean(np.square(x), axis=0))))


def scaled(made: Design) -> Any:
    """The columns of X, brought to one size, with names that say so.

    Numerics then do not depend on the units of the table, and dividing by powers of two costs no
    digit.
    """
    import pandas

    sizes = scales(made.x)
    names = [t if s == 1 else f"{t} / {s:g}" for t, s in zip(made.terms, sizes, strict=True)]
    return pandas.DataFrame(made.x / sizes, columns=names)


def slopes(results: Any, made: Design) -> np.ndarray:
    """The coefficients of a fit to scaled columns, in the units of the table."""
    return np.asarray(results.params) / scales(made.x)


def coefficients(
    results: Any, made: Design, confidence: float, of: str = ""
) -> tuple[Coefficient, ...]:
    """A row for every term from a fit of one linear predictor to scaled columns."""
    sizes = scales(made.x)
    low, high = np.asarray(results.conf_int(1 - confidence)).T
    columns = (
        np.asarray(results.params) / sizes,
        np.asarray(results.bse) / sizes,
        np.asarray(results.tvalues),
        np.asarray(results.pvalues),
        low / sizes,
        high / sizes,
    )
    rows = np.stack(columns, axis=1).tolist()
    return tuple(Coefficient(t, *row, of=of) for t, row in zip(made.terms, rows, strict=True))


def unsettled(made: Design) -> InputError:
    """The refusal of a fit that has not come to an end."""
    return InputError(
        f"{made.formula!r} does not settle",
        expected="a likelihood with a clear maximum",
        got="coefficients that still move after many steps",
        fix="drop terms that hardly differ from sums of others, or columns of extreme values",
    )


def check_confidence(confidence: float) -> None:
    """Refuse what is no level of confidence."""
    if not 0 < confidence < 1:
        raise InputError(
            "confidence",
            expected="a number between 0 and 1",
            got=confidence,
            fix="confidence=0.95 gives intervals that hold the true value 95 times of 100",
        )


@contextmanager
def quiet():
    """Without the warnings of statsmodels: what they are about is looked at afterwards."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
