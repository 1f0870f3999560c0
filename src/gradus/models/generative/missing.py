"""Examples of which some numbers are not known."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from gradus.base.errors import InputError


def holes(x: jax.Array, missing: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Where numbers are missing, as truth values, and x with 0 in their places.

    Arguments:
        x: examples; what stands where numbers are missing is left alone, NaN as well.
        missing: 1 or True for every missing number, in the shape of x.

    Raises InputError for another shape, and for an example of which nothing is known: unless
    compiled, where numbers cannot be seen.

    >>> where, filled = holes(jnp.array([[1.0, jnp.nan]]), jnp.array([[0, 1]]))
    >>> filled
    Array([[1., 0.]], dtype=float32)
    """
    if missing.shape != x.shape:
        raise InputError(
            "missing",
            expected=f"an array of the shape of x, {x.shape}",
            got=missing.shape,
            fix="say of every number whether it is missing: np.isnan(x)",
        )
    where = jnp.asarray(missing).astype(bool)
    if not isinstance(where, Tracer):
        refuse_nothing_known(np.asarray(where))
    return where, jnp.where(where, 0, x)


def refuse_nothing_known(missing: np.ndarray) -> None:
    """Refuse an example of which every number is missing."""
    empty = missing.reshape(len(missing), -1).all(axis=1)
    if empty.any():
        raise InputError(
            f"x, row {int(empty.argmax())}: every number is missing",
            expected="examples of which something is known",
            got=f"{int(empty.sum())} of which nothing is",
            fix="drop these rows; `sample` gives new examples, where a model can",
        )
