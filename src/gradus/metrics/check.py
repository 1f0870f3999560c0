"""What every measure asks of its arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError


def matching(y: Any, predicted: Any) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of one shape and sort, not empty, without NaN; never broadcast.

    Raises InputError otherwise.

    >>> matching([1, 2, 3], [[1], [2], [3]])
    Traceback (most recent call last):
    gradus.base.errors.InputError: targets and predictions differ in shape
      Expected: predictions of shape (3,)
      Got:      (3, 1)
      Fix:      give predictions[:, 0]
    """
    y, predicted = known(y, "targets"), known(predicted, "predictions")
    if y.shape != predicted.shape:
        raise InputError(
            "targets and predictions differ in shape",
            expected=f"predictions of shape {y.shape}",
            got=predicted.shape,
            fix=_how_to_match(y.shape, predicted.shape),
        )
    if {is_text(y), is_text(predicted)} == {True, False}:
        raise InputError(
            "targets and predictions differ in type",
            expected="text with text, or numbers with numbers",
            got=f"targets of type {y.dtype} and predictions of type {predicted.dtype}",
            fix="give both as class names, or both as class numbers",
        )
    return y, predicted


def matching_numbers(y: Any, predicted: Any) -> tuple[np.ndarray, np.ndarray]:
    """`matching` for arrays of finite numbers, as 64-bit floats: bytes would wrap around."""
    pair = matching(y, predicted)
    for what, values in zip(("targets", "predictions"), pair, strict=True):
        if values.dtype.kind not in "biuf" or not np.all(np.isfinite(values)):
            raise InputError(
                what,
                expected="finite numbers",
                got="infinity" if values.dtype.kind == "f" else f"type {values.dtype}",
                fix="find out where it comes from; classes are measured by `classification`",
            )
    return pair[0].astype(float), pair[1].astype(float)


def known(values: Any, what: str) -> np.ndarray:
    """An array with at least one value and no NaN in it; raises InputError otherwise."""
    values = np.asarray(values)
    if values.size == 0:
        raise InputError(what, expected="at least one", got="none", fix=f"give some {what}")
    if values.dtype.kind == "f" and np.isnan(values).any():
        raise InputError(
            f"{what}: row {int(np.argwhere(np.isnan(values))[0][0])}",
            expected="numbers",
            got="NaN",
            fix="find out where it comes from; leave the row out if nothing is known there",
        )
    return values


def is_text(values: np.ndarray) -> bool:
    """Whether an array holds text."""
    return values.dtype.kind in "US" or isinstance(values.flat[0], str)


def _how_to_match(y: tuple, predicted: tuple) -> str:
    if predicted == (*y, 1):
        return "give predictions[:, 0]"
    if y == (*predicted, 1):
        return "give targets[:, 0]"
    return "give one prediction for every target"
