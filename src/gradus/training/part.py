"""Rows of examples on the device: taking, shuffling, filling up, averaging over them."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from gradus.data.batch import Batch

EVALUATION_BATCH = 1024

Rows = jax.Array | np.ndarray  # numbers of examples; NumPy's until they are on the device


def take(examples: Batch, rows: Rows) -> Batch:
    """The examples of some rows; row −1 stands for no example and gets weight 0.

    >>> examples = Batch(x=jnp.array([[1.0], [2.0], [3.0]]))
    >>> batch = take(examples, jnp.array([2, 0, -1]))
    >>> batch.x.ravel(), batch.weight
    (Array([3., 1., 1.], dtype=float32), Array([1., 1., 0.], dtype=float32))
    """

    def pick(array):
        return jnp.take(array, rows, axis=0, mode="clip")

    x, y, weight = jax.tree.map(pick, (examples.x, examples.y, examples.weight))
    present = jnp.asarray(rows >= 0, jnp.result_type(float))
    if weight is None:
        return Batch(x, y, present)
    return Batch(x, y, weight * present.reshape(-1, *(1,) * (weight.ndim - 1)))


def shuffled(rows: Rows, seed: int, epoch: int, batch: int) -> np.ndarray:
    """Rows in the random order of one epoch, filled up with −1 to a whole number of batches.

    Made by NumPy on the host, which is ten times as fast as a sort in the compiled program.

    >>> shuffled(np.arange(5), seed=0, epoch=0, batch=3)
    array([ 2,  4,  3,  0,  1, -1])
    """
    order = np.random.default_rng([seed, epoch]).permutation(rows[rows >= 0])
    whole = -(-len(rows) // batch) * batch
    return np.pad(order, (0, whole - len(order)), constant_values=-1)


def padded(rows: Rows, batch: int) -> jax.Array:
    """Rows filled up with −1 to a whole number of batches.

    >>> padded(jnp.arange(3), 2)
    Array([ 0,  1,  2, -1], dtype=int32)
    """
    return jnp.pad(rows, (0, -rows.shape[0] % batch), constant_values=-1)


def average(
    measure: Callable[[Batch], dict[str, jax.Array]],
    examples: Batch,
    rows: Rows,
    total: Callable[[Batch], jax.Array] = Batch.total,
) -> dict[str, jax.Array]:
    """Mean of `measure(batch)` over all rows, in blocks of at most 1 024, weighted by `total`."""
    block = min(EVALUATION_BATCH, rows.shape[0])
    blocks = padded(rows, block).reshape(-1, block)

    def weigh(rows):
        batch = take(examples, rows)
        weight = total(batch)
        return weight, {name: weight * value for name, value in measure(batch).items()}

    sums = jax.tree.map(lambda values: values.sum(0), lax.map(weigh, blocks))
    weight, values = sums
    return {name: value / jnp.where(weight == 0, 1, weight) for name, value in values.items()}
