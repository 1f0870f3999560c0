"""Bijections that leave columns what they are: moved, stretched, or in another order."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import param, static
from gradus.likelihoods import marginal
from gradus.models.bijections.bijection import Bijection
from gradus.nn.checks import check_shape, check_width


class ActNorm(Bijection):
    """Every column moved and stretched: y = (x − μ) e^(−s), log|det| = −Σ s.

    As the first bijection of a flow that learns, it starts with the mean and the standard
    deviation of the examples, so that a flow need not be told the units of its columns.

    Raises InputError for inputs of another width than at `init`.

    >>> x = jnp.array([[1.0], [3.0]])
    >>> layer = ActNorm().with_marginals(x).init(jax.random.key(0), (1,))
    >>> layer(x)
    Array([[-1.],
           [ 1.]], dtype=float32)

    Kingma and Dhariwal, "Glow" (2018), section 3.1.
    """

    shift: jax.Array = param()
    log_scale: jax.Array = param()

    def init(self, key, shape):
        check_shape(self, shape)
        if self.shift is not None:
            return self
        return self.replace(shift=jnp.zeros(shape), log_scale=jnp.zeros(shape))

    def forward(self, x):
        check_width(self, x, self.shift)
        y = (x - self.shift[None]) * jnp.exp(-self.log_scale)[None]
        return y, jnp.full(len(x), -jnp.sum(self.log_scale))

    def inverse(self, y):
        check_width(self, y, self.shift)
        x = y * jnp.exp(self.log_scale)[None] + self.shift[None]
        return x, jnp.full(len(y), jnp.sum(self.log_scale))

    def with_marginals(self, x, weight=None):
        if self.shift is not None:
            return self
        mean, std = marginal.mean_and_std(x, weight)
        return self.replace(shift=mean, log_scale=jnp.log(jnp.where(std > 0, std, 1)))


class Permutation(Bijection):
    """The columns in another order: yⱼ = x_π(j), log|det| = 0.

    Arguments:
        order: π, the old place of every new column, from 0.

    Raises InputError for an order that leaves columns out, or names one twice.

    >>> flip = Permutation((2, 1, 0))
    >>> flip(jnp.array([[1, 2, 3]]))
    Array([[3, 2, 1]], dtype=int32)
    """

    order: tuple[int, ...] = static()

    def __post_init__(self):
        self.order = tuple(map(int, self.order))

    def __check_init__(self):
        if sorted(self.order) != list(range(len(self.order))):
            raise InputError(
                "Permutation: order",
                expected=f"every number from 0 to {len(self.order) - 1} once",
                got=self.order,
                fix="Permutation((2, 1, 0)) turns three columns round",
            )

    def forward(self, x):
        return x[:, np.array(self.order)], jnp.zeros(len(x))

    def inverse(self, y):
        return y[:, np.argsort(self.order)], jnp.zeros(len(y))
