"""The planar flow: squeeze or stretch space along one direction."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import lax

from gradus.base.record import param, weight
from gradus.models.bijections.bijection import Bijection
from gradus.nn.checks import check_shape, check_width

HALVINGS = 60  # of an interval no longer than 2 |wᵀû|: to the last bit, in 64 bits too


class Planar(Bijection):
    """y = x + û tanh(wᵀx + b), log|det| = log(1 + wᵀû (1 − tanh²(wᵀx + b))).

    It can be undone where wᵀû > −1, so û is the learned u, moved along w until
    wᵀû = m(wᵀu), m(a) = ζ(a + log(e − 1)) − 1. The inverse has no formula: with a = wᵀx + b,
    a + wᵀû tanh a = wᵀy + b rises in a, and is solved by halving an interval that holds a.

    Raises InputError for inputs of another width than at `init`.

    >>> layer = Planar().init(jax.random.key(0), (2,))
    >>> layer(jnp.ones((1, 2)))  # u starts at 0, the layer as the identity
    Array([[1., 1.]], dtype=float32)

    Rezende and Mohamed (2015), section 4.1 and appendix A.1. There m(a) = ζ(a) − 1; moved so that
    m(0) = 0, it lets a flow start as the identity.
    """

    weight: jax.Array = weight()
    direction: jax.Array = param()
    bias: jax.Array = param()

    def init(self, key, shape):
        check_shape(self, shape)
        if self.weight is not None:
            return self
        w = jax.random.normal(key, shape) / math.sqrt(shape[0])
        return self.replace(weight=w, direction=jnp.zeros(shape), bias=jnp.zeros(()))

    def forward(self, x):
        check_width(self, x, self.weight)
        direction, slope = self._allowed()
        t = jnp.tanh(x @ self.weight + self.bias)
        return x + t[:, None] * direction[None], jnp.log1p(slope * (1 - t**2))

    def inverse(self, y):
        check_width(self, y, self.weight)
        direction, slope = self._allowed()
        t = jnp.tanh(_solved(slope, y @ self.weight + self.bias))
        return y - t[:, None] * direction[None], -jnp.log1p(slope * (1 - t**2))

    def _allowed(self) -> tuple[jax.Array, jax.Array]:
        """û, and wᵀû > −1."""
        w, u = self.weight, self.direction
        slope = jax.nn.softplus(w @ u + math.log(math.e - 1)) - 1
        return u + (slope - w @ u) * w / (w @ w), slope


def _solved(slope: jax.Array, goal: jax.Array) -> jax.Array:
    """a with a + slope · tanh a = goal; a last step of Newton's gives it its derivatives."""

    def halve(_, ends):
        low, high = ends
        middle = (low + high) / 2
        below = middle + slope * jnp.tanh(middle) < goal
        return jnp.where(below, middle, low), jnp.where(below, high, middle)

    ends = lax.stop_gradient((goal - jnp.abs(slope), goal + jnp.abs(slope)))
    low, high = lax.fori_loop(0, HALVINGS, halve, ends)
    a = lax.stop_gradient((low + high) / 2)
    t = jnp.tanh(a)
    return a - (a + slope * t - goal) / (1 + slope * (1 - t**2))
