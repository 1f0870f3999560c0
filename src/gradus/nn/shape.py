"""Layers that only change the shape of an example."""

from __future__ import annotations

import math

from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.nn.layer import INFERENCE, Forward, Layer


class Reshape(Layer):
    """Give every example another shape: (B, …) → (B, *shape).

    Arguments:
        shape: the new shape of one example; one length may be −1 and is found from the rest.

    Raises InputError for other lengths below 0, and where the numbers of an example do not fill
    the shape.

    >>> import jax.numpy as jnp
    >>> Reshape((2, -1))(jnp.ones((5, 6))).shape
    (5, 2, 3)
    """

    shape: tuple[int, ...] = static()

    def __check_init__(self):
        if self.shape.count(-1) > 1 or any(n < -1 for n in self.shape):
            raise InputError(
                "Reshape",
                expected="lengths of 0 or more, and at most one −1",
                got=self.shape,
                fix="give the shape of one example, such as (28, 28, 1)",
            )

    def __call__(self, x, forward: Forward = INFERENCE):
        return x.reshape(x.shape[0], *self.output_shape(x.shape[1:]))

    def output_shape(self, shape):
        size, known = math.prod(shape), math.prod(n for n in self.shape if n != -1)
        new = tuple(size // max(known, 1) if n == -1 else n for n in self.shape)
        if math.prod(new) != size:
            raise InputError(
                f"Reshape: {size} numbers do not fill the shape",
                expected=f"examples that fill {self.shape}",
                got=f"examples of shape {shape}",
                fix="choose a shape for as many numbers",
            )
        return new


class Flatten(Layer):
    """Put all numbers of an example on one axis: (B, …) → (B, n).

    Raises InputError for an input without a batch axis.

    >>> import jax.numpy as jnp
    >>> Flatten()(jnp.ones((5, 2, 3))).shape
    (5, 6)
    """

    def __call__(self, x, forward: Forward = INFERENCE):
        if x.ndim == 0:
            raise InputError(
                "Flatten: a single number",
                expected="a batch of examples, (B, …)",
                got=x.shape,
                fix="put the examples on a first axis",
            )
        return x.reshape(x.shape[0], *self.output_shape(x.shape[1:]))

    def output_shape(self, shape):
        return (math.prod(shape),)
