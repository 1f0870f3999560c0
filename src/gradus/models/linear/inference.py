"""Standard errors, tests and intervals, as statsmodels gives them."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.design import Design
from gradus.models.linear.fitted import Coefficient


def named(made: Design) -> Any:
    """X with the names of its columns, so that tables of statsmodels have them too."""
    import pandas

    return pandas.DataFrame(made.x, columns=list(made.terms))


def coefficients(results: Any, terms: tuple[str, ...], confidence: float, of: str = ""):
    """A row for every term from the results of one linear predictor."""
    parts = (results.params, results.bse, results.tvalues, results.pvalues)
    intervals = np.asarray(results.conf_int(1 - confidence))
    columns = [*(np.asarray(part).tolist() for part in parts), *intervals.T.tolist()]
    return tuple(Coefficient(*row, of=of) for row in zip(terms, *columns, strict=True))


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
