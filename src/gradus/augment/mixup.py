"""Mixtures of pairs of examples."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import random

from gradus.augment.transform import Transform, check_number
from gradus.base.errors import InputError
from gradus.data.batch import Batch


def mixup(alpha: float, classes: int = 0) -> Transform:
    """Mix each example with its neighbour in the batch: x̃ = λx + (1−λ)x′, ỹ = λy + (1−λ)y′.

    λ is drawn from Beta(α, α) once for the batch. Batches are shuffled: a neighbour is anyone. An
    example keeps its weight.

    Arguments:
        alpha: α; 0 leaves examples as they are, 0.2 is a usual choice.
        classes: how many there are, where targets are their numbers; these become rows of
            probabilities, which `Categorical` takes. 0 for targets that are real numbers.

    Raises InputError for a negative α, and for class numbers where `classes` is not given.

    >>> batch = Batch(jnp.array([0.0, 1.0]).reshape(2, 1, 1, 1), jnp.array([0, 2]))
    >>> mixed = mixup(1e6, classes=3)(batch, random.key(0))  # Beta(α, α) is near ½ for large α
    >>> mixed.x.ravel().round(2), mixed.y[0].round(2)
    (Array([0.5, 0.5], dtype=float32), Array([0.5, 0. , 0.5], dtype=float32))

    Zhang, Cisse, Dauphin and Lopez-Paz (2018).
    """
    check_number("mixup: alpha", alpha, 0, float("inf"), "mixup(0.2, classes=10)")

    def change(batch: Batch, key: jax.Array) -> Batch:
        dtype = batch.x.dtype
        share = random.beta(key, alpha, alpha, (), dtype) if alpha else jnp.ones((), dtype)

        def mixed(a: jax.Array) -> jax.Array:
            own = share.astype(a.dtype)
            return own * a + (1 - own) * jnp.roll(a, 1, axis=0)

        y = None if batch.y is None else mixed(as_numbers(batch.y, classes, dtype))
        return batch._replace(x=mixed(batch.x), y=y)

    return Transform(f"mixup({alpha}, {classes})" if classes else f"mixup({alpha})", change)


def as_numbers(y: jax.Array, classes: int, dtype: jax.typing.DTypeLike) -> jax.Array:
    """Targets that can be mixed: class numbers become rows of probabilities."""
    if classes:
        return jax.nn.one_hot(y.astype(jnp.int32), classes, dtype=dtype)
    if not jnp.issubdtype(y.dtype, jnp.floating):
        raise InputError(
            "mixup: targets are whole numbers",
            expected="the number of classes, whose numbers cannot be mixed",
            got="mixup without `classes`",
            fix="mixup(alpha, classes=10)",
        )
    return y
