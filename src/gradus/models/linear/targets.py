"""What stands on the left of a formula: numbers, counts, or classes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.design import Design


class Classes(NamedTuple):
    """The classes of a target in sorted order, and the number of each row's class."""

    labels: tuple[Any, ...]
    y: np.ndarray


def number_target(made: Design) -> np.ndarray:
    """The target as float64 numbers that differ; text is refused."""
    if made.y.dtype.kind not in "biuf":
        raise InputError(
            f"target {made.target!r} is no number",
            expected="numbers",
            got=f"labels, such as {made.y[0]!r} in row 0",
            fix="use linear.logistic for two classes, linear.softmax for more",
        )
    y = made.y.astype(np.float64)
    if np.ptp(y) == 0:
        raise InputError(
            f"target {made.target!r}",
            expected="values that differ",
            got=f"{y[0]:g} in every row",
            fix="choose another target: nothing is to be explained",
        )
    return y


def count_target(made: Design) -> np.ndarray:
    """The target as whole numbers from 0."""
    y = number_target(made)
    wrong = (y < 0) | (y != np.floor(y))
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            f"target {made.target!r}, row {row} (counted from 0)",
            expected="a count: a whole number from 0",
            got=y[row],
            fix="use linear.least_squares for other numbers",
        )
    return y


def class_target(made: Design, most: int | None = None) -> Classes:
    """The target as classes.

    Arguments:
        made: the design.
        most: how many classes the method can tell apart; None: any number.
    """
    labels, y = np.unique(made.y, return_inverse=True)
    if len(labels) < 2:
        raise InputError(
            f"target {made.target!r}",
            expected="at least two classes",
            got=f"only {labels[0]!r}",
            fix="choose another target, or add rows of another class",
        )
    if most is not None and len(labels) > most:
        raise InputError(
            f"target {made.target!r} has {len(labels)} classes",
            expected=f"{most} classes",
            got=", ".join(map(repr, labels[:6].tolist())) + (" …" if len(labels) > 6 else ""),
            fix="use linear.softmax or linear.one_vs_rest; for numbers, linear.least_squares",
        )
    return Classes(tuple(labels.tolist()), y)
