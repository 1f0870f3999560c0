"""Maps that can be undone, and what they do to volumes."""

from __future__ import annotations

from abc import abstractmethod

import jax
import jax.numpy as jnp

from gradus.nn.layer import INFERENCE, Forward, Layer


class Bijection(Layer):
    """A layer y = f(x) with an inverse, and the determinants by which both change volumes.

    Where z = f(x) has density p(z), x has density p(f(x)) |det ∂f/∂x|.

    >>> class Double(Bijection):
    ...     def forward(self, x):
    ...         return 2 * x, x.shape[1] * jnp.log(2) * jnp.ones(len(x))
    ...     def inverse(self, y):
    ...         return y / 2, -y.shape[1] * jnp.log(2) * jnp.ones(len(y))
    >>> Inverse(Double()).forward(jnp.ones((1, 2)))
    (Array([[0.5, 0.5]], dtype=float32), Array([-1.3862944], dtype=float32))

    Goodfellow, Bengio and Courville (2016), section 3.12, equation 3.47.
    """

    @abstractmethod
    def forward(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        """y = f(x), shape (B, D), and log|det ∂y/∂x| of every example, shape (B,)."""

    @abstractmethod
    def inverse(self, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        """x = f⁻¹(y), shape (B, D), and log|det ∂x/∂y| of every example, shape (B,)."""

    def __call__(self, x, forward: Forward = INFERENCE):
        return self.forward(x)[0]

    def output_shape(self, shape):
        return shape

    def with_marginals(self, x: jax.Array, weight: jax.Array | None = None) -> Bijection:
        """The bijection, before `init`, so that f(x) has mean 0 and variance 1, where it can."""
        return self


class Chain(Bijection):
    """Bijections one after the other: y = fₙ(… f₁(x)); their log-determinants add up.

    Arguments:
        bijections: f₁ … fₙ.

    >>> from gradus.models.bijections import Permutation
    >>> Chain(Permutation((1, 2, 0)), Permutation((1, 2, 0))).forward(jnp.array([[1, 2, 3]]))[0]
    Array([[3, 1, 2]], dtype=int32)
    """

    bijections: tuple[Bijection, ...]

    def __init__(self, *bijections: Bijection):
        self.bijections = bijections

    def init(self, key, shape):
        keys = jax.random.split(key, len(self.bijections))
        ready = [f.init(k, shape) for f, k in zip(self.bijections, keys, strict=True)]
        return self.replace(bijections=tuple(ready))

    def forward(self, x):
        log_det = jnp.zeros(len(x))
        for f in self.bijections:
            x, change = f.forward(x)
            log_det = log_det + change
        return x, log_det

    def inverse(self, y):
        log_det = jnp.zeros(len(y))
        for f in self.bijections[::-1]:
            y, change = f.inverse(y)
            log_det = log_det + change
        return y, log_det

    def with_marginals(self, x, weight=None):
        """What the first of the chain makes of x is not known before `init`: it alone is set."""
        first, *others = self.bijections
        return self.replace(bijections=(first.with_marginals(x, weight), *others))


class Inverse(Bijection):
    """A bijection the other way round: what is quick forwards is quick backwards, and the reverse.

    Arguments:
        bijection: f; this is f⁻¹.

    >>> from gradus.models.bijections import Permutation
    >>> Inverse(Permutation((1, 2, 0))).forward(jnp.array([[1, 2, 3]]))[0]
    Array([[3, 1, 2]], dtype=int32)
    """

    bijection: Bijection

    def init(self, key, shape):
        return self.replace(bijection=self.bijection.init(key, shape))

    def forward(self, x):
        return self.bijection.inverse(x)

    def inverse(self, y):
        return self.bijection.forward(y)
