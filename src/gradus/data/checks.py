"""Arrays at the door: what cannot be learned from is refused here, with its row and column."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError, located


def check_arrays(x: Any, y: Any = None, weight: Any = None) -> tuple[Any, Any, Any]:
    """The arrays as NumPy arrays of types that a model takes, or InputError.

    64-bit floats and integers become 32-bit, unless `jax_enable_x64` is set; other types, and
    memory-mapped arrays (which are not read here), stay as they are. Shapes are never changed:
    targets of shape (n,) and (n, 1) differ.

    Arguments:
        x: inputs, an array or a tuple / dict of arrays, examples first.
        y: targets, numbers; None where there are none.
        weight: how much each example counts, shape (n,), or each target, shape of `y`; ≥ 0.

    Raises InputError for text and Python objects, for NaN and infinities, for different lengths,
    for whole-number targets of shape (n, 1), and for negative weights.

    >>> x, y, _ = check_arrays([[1.0], [2.0]], [0, 1])
    >>> x.dtype, y.dtype
    (dtype('float32'), dtype('int32'))
    >>> check_arrays([[1.0], [np.nan]], [0, 1])
    Traceback (most recent call last):
    gradus.base.errors.InputError: x, row 1, column 0
      Expected: a finite number (in 32 bits)
      Got:      nan
      Fix:      fill or drop this row; `Preprocessor` fills missing values of tables
    """
    x = _check_inputs(x, "x")
    n = len(next(iter(arrays_of(x).values())))
    for name, array in arrays_of(x).items():
        _check_length(name, array, n)
    if y is not None:
        y = _check_array(y, "y")
        _check_length("y", y, n)
        _check_targets(y)
    if weight is not None:
        weight = _check_array(weight, "weight")
        _check_weight(weight, n, None if y is None else y.shape)
    return x, y, weight


def arrays_of(x: Any, name: str = "x") -> dict[str, np.ndarray]:
    """Every array of an input, by a readable name: `x`, `x[0]`, `x['image']`."""
    if isinstance(x, dict):
        return {k: v for key in x for k, v in arrays_of(x[key], f"{name}[{key!r}]").items()}
    if isinstance(x, tuple):
        return {
            k: v for i, part in enumerate(x) for k, v in arrays_of(part, f"{name}[{i}]").items()
        }
    return {name: x}


def _check_inputs(x: Any, name: str) -> Any:
    if isinstance(x, dict) and x:
        return {key: _check_inputs(part, f"{name}[{key!r}]") for key, part in x.items()}
    if isinstance(x, tuple) and x:
        return tuple(_check_inputs(part, f"{name}[{i}]") for i, part in enumerate(x))
    return _check_array(x, name)


def _check_array(value: Any, name: str) -> np.ndarray:
    if isinstance(value, np.memmap):
        return value
    try:
        array = np.asarray(value)
    except ValueError:
        raise _not_numbers(name, *_uneven(value)) from None
    if array.dtype.kind not in "biuf":
        raise _not_numbers(name, *_advice(array, name))
    if array.ndim == 0 or array.shape[0] == 0:
        raise InputError(
            name, expected="at least one example", got=array.shape, fix="give an array of examples"
        )
    narrow = _as_jax_keeps_it(array, name)
    _refuse_not_finite(narrow, array, name)
    return narrow


def _uneven(value: Any) -> tuple[str, str]:
    if isinstance(value, list) and all(hasattr(part, "shape") for part in value):
        fix = "give a tuple of arrays: (x, y); images must be of one size"
        return "a list of arrays of different shapes", fix
    return "rows of different lengths", "make all rows equally long"


def _advice(array: np.ndarray, name: str) -> tuple[str, str]:
    if name == "y" and array.ndim == 1 and all(isinstance(value, str) for value in array.flat):
        return "text", "number the classes: np.unique(y, return_inverse=True)[1]"
    if array.dtype.kind in "OUST":
        fix = "encode tables with `Preprocessor`, labels with `ClassTarget`, and text as tokens"
        return f"text or Python objects (dtype {array.dtype})", fix
    return f"dtype {array.dtype}", "turn it into numbers first, as with `Preprocessor` for dates"


def _not_numbers(name: str, got: str, fix: str) -> InputError:
    return InputError(f"{name} cannot be learned from", expected="numbers", got=got, fix=fix)


def _as_jax_keeps_it(array: np.ndarray, name: str) -> np.ndarray:
    """The array in the precision JAX computes with: 32 bits, unless `jax_enable_x64` is set."""
    kept = jax.dtypes.canonicalize_dtype(array.dtype)
    if kept == array.dtype:
        return array
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):  # becomes infinite, and is refused as such
            return array.astype(kept)
    limits = np.iinfo(kept)
    if array.size and (array.min() < limits.min or array.max() > limits.max):
        raise InputError(
            f"{name} holds integers beyond 32 bits",
            expected=f"whole numbers from {limits.min} to {limits.max}",
            got=f"{array.min()} to {array.max()}",
            fix="number the values from 0, or give floats",
        )
    return array.astype(kept)


def _refuse_not_finite(narrow: np.ndarray, array: np.ndarray, name: str) -> None:
    if narrow.dtype.kind != "f":
        return
    with np.errstate(invalid="ignore", over="ignore"):
        total = narrow.sum(dtype=np.float64)
    if np.isfinite(total):
        return  # a finite sum shows that all are finite, and needs no copy
    wrong = ~np.isfinite(narrow)
    if not wrong.any():
        return  # 64-bit floats so large that their sum is infinite
    place = tuple(np.argwhere(wrong)[0].tolist())
    column = f", column {place[1]}" if len(place) == 2 else f", place {place[1:]}"
    raise InputError(
        f"{name}, row {place[0]}" + (column if len(place) > 1 else ""),
        expected="a finite number (in 32 bits)",
        got=array[place],
        fix="fill or drop this row; `Preprocessor` fills missing values of tables",
    )


def _check_length(name: str, array: np.ndarray, n: int) -> None:
    if array.ndim == 0 or len(array) != n:
        raise InputError(
            f"{name} does not fit the other arrays",
            expected=f"{n} examples, as in the first array",
            got=f"shape {array.shape}",
            fix="give every array one row per example",
        )


def _check_targets(y: np.ndarray) -> None:
    if y.ndim == 2 and y.shape[1] == 1 and y.dtype.kind in "biu":
        raise InputError(
            "y has a second axis of length 1",
            expected=f"one label or count per example, shape ({len(y)},)",
            got=y.shape,
            fix="give `y.ravel()`, or `y.to_numpy().ravel()` of a data frame",
        )


def _check_weight(weight: np.ndarray, n: int, y_shape: tuple[int, ...] | None) -> None:
    with located("weight"):
        if weight.shape not in ((n,), y_shape):
            raise InputError(
                "shape",
                expected=f"({n},)" + (f" or {y_shape}" if y_shape not in (None, (n,)) else ""),
                got=weight.shape,
                fix="give one weight per example, or one per target",
            )
        negative = weight < 0
        if negative.any():
            row = int(np.argwhere(negative)[0][0])
            raise InputError(
                f"row {row}", expected="0 or more", got=weight[row], fix="give weights ≥ 0"
            )
