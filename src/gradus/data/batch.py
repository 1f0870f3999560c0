"""What one step of learning sees."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError


class Batch(NamedTuple):
    """Examples side by side: inputs, targets, and how much each counts.

    Arguments:
        x: inputs; an array, or a tuple / dict of arrays, with the batch axis first.
        y: targets; None where learning needs none.
        weight: how much each example counts, shape (B,), or each target, shape `y.shape` (a mask
            of zeros and ones leaves targets out); None counts all alike.
    """

    x: Any
    y: Any = None
    weight: jax.Array | None = None

    @property
    def size(self) -> int:
        """The number of examples, those of weight zero included."""
        return jax.tree.leaves(self.x)[0].shape[0]

    @property
    def present(self) -> jax.Array | None:
        """1 for every example that counts, 0 for rows of weight 0; None where all count."""
        if self.weight is None:
            return None
        later = tuple(range(1, self.weight.ndim))
        return jnp.any(self.weight != 0, axis=later).astype(self.weight.dtype)

    def total(self) -> jax.Array:
        """Sum of the weights: how many examples this batch stands for."""
        return jnp.asarray(float(self.size)) if self.weight is None else jnp.sum(self.weight)

    def mean(self, values: jax.Array) -> jax.Array:
        """Weighted mean Σ wᵢvᵢ / Σ wᵢ; 0 where all weights are 0.

        Axes of `values` beyond those of the weights are averaged first.

        >>> batch = Batch(x=jnp.zeros((3, 1)), weight=jnp.array([1.0, 1.0, 0.0]))
        >>> float(batch.mean(jnp.array([2.0, 4.0, 100.0])))
        3.0
        """
        values = values.astype(jnp.result_type(float))
        if self.weight is None:
            return jnp.mean(values)
        if values.shape[: self.weight.ndim] != self.weight.shape:
            raise InputError(
                "weights do not fit the targets",
                expected=f"weights of shape {values.shape[:1]} or {values.shape}",
                got=self.weight.shape,
                fix="give one weight per example, or one per target",
            )
        values = values.mean(axis=tuple(range(self.weight.ndim, values.ndim)))
        total = jnp.sum(self.weight)
        return jnp.sum(values * self.weight) / jnp.where(total == 0, 1, total)
