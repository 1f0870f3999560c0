"""What curves of errors say, in words.

A difference counts where it is larger than its standard error, which is corrected for overlapping
training parts: the one-standard-error rule of Hastie, Tibshirani and Friedman (2009), section 7.10.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradus.evaluation.assessment import shown
from gradus.evaluation.corrected import standard_error
from gradus.evaluation.cross_validation import CrossValidation
from gradus.evaluation.measures import higher_is_better

SMALL_GAP = 0.2  # of the test error: training and test error lie side by side


def of_sizes(counts: Sequence[int], results: Sequence[CrossValidation], measure: str) -> str:
    """Whether more examples would help."""
    before, last = results[-2], results[-1]
    gain = errors(before, measure) - errors(last, measure)
    numbers = f"from {counts[-2]:,} to {counts[-1]:,} examples"
    if counts_as_more(gain, last.ratio):
        return f"more data helps: the test error falls by {shown(float(gain.mean()))} {numbers}."
    learned, tested = errors(last, measure, learned=True).mean(), errors(last, measure).mean()
    if tested - learned < SMALL_GAP * tested:
        return (
            f"more data would hardly help: training and test error lie close together "
            f"({shown(learned)} and {shown(tested)}); if that is too much, the model is too small."
        )
    return (
        f"no gain can be shown {numbers}, though the test error, {shown(tested)}, is above the "
        f"training error, {shown(learned)}: the model over-fits; try penalties, dropout or fewer "
        "units, or many more examples."
    )


def of_capacity(
    over: str, values: Sequence[Any], results: Sequence[CrossValidation], measure: str
) -> str:
    """Which model is too small, which is best, and from where on models over-fit."""
    tests = np.array([errors(result, measure) for result in results])
    means = tests.mean(1)
    best = int(means.argmin())
    learned = [errors(result, measure, learned=True).mean() for result in results]
    worse = [
        i
        for i in range(best + 1, len(values))
        if counts_as_more(tests[i] - tests[best], results[i].ratio) and learned[i] < learned[best]
    ]
    if worse:
        return (
            f"best at {over} {values[best]}; it over-fits from {values[worse[0]]} on: training "
            "errors fall further, test errors rise."
        )
    if best == len(values) - 1 and counts_as_more(tests[-2] - tests[-1], results[-1].ratio):
        return f"the model is too small: {values[-1]} is best, and the test error still falls."
    enough = next(
        i
        for i in range(best + 1)
        if i == best or not counts_as_more(tests[i] - tests[best], results[i].ratio)
    )
    return f"{over} {values[enough]} is enough: no larger one is better by a standard error."


def counts_as_more(differences: np.ndarray, ratio: float) -> bool:
    """Whether the mean of paired differences is above 0 by more than one standard error."""
    return bool(differences.mean() > standard_error(differences, ratio))


def errors(result: CrossValidation, measure: str, *, learned: bool = False) -> np.ndarray:
    """A measure of every fold so that less is better: 1 − accuracy in the place of accuracy."""
    values = result.learned[measure] if learned else result[measure]
    return 1 - values if higher_is_better(measure) else values
