"""Formulas of the user's own are evaluated in their stable form, and the run says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradus.calculus.stability import stable as stable_form
from gradus.calculus.stability.explaining import explain
from gradus.likelihoods import Likelihood, Written

__all__ = ["as_written", "is_users_own", "remark", "stable_form"]

MOST = 4  # replacements that are told


def as_written(f: Callable) -> Callable:
    """The formula as it stands."""
    return f


def is_users_own(likelihood: Likelihood) -> bool:
    """Whether a likelihood was written outside of this package, where nobody saw to its numbers."""
    package = type(likelihood).__module__.partition(".")[0]
    return isinstance(likelihood, Written) or package != __name__.partition(".")[0]


def remark(likelihood: Likelihood, objective: Callable, *args: Any) -> dict[str, str]:
    """What is evaluated in another form than it is written in, as a setting of the run.

    Arguments:
        likelihood: the user's own, for its name.
        objective: the loss as a function of everything it depends on.
        args: its arguments; only their shapes matter.
    """
    rewrites = list(dict.fromkeys(map(str, explain(objective)(*args).rewrites)))
    name = likelihood.name if isinstance(likelihood, Written) else type(likelihood).__name__
    if not rewrites:
        return {"stable form": f"{name}: nothing to repair"}
    more = f"; and {len(rewrites) - MOST} more" if len(rewrites) > MOST else ""
    changes = "; ".join(rewrites[:MOST]) + more
    return {"stable form": f"{name} is evaluated in its stable form: {changes}"}
