"""The masked autoregressive bijection: every column moved by what the earlier ones say."""

from __future__ import annotations

import jax.numpy as jnp
from jax import lax

from gradus.models.bijections.affine import restored, standardized
from gradus.models.bijections.bijection import Bijection
from gradus.nn.layer import Layer


class MaskedAutoregressive(Bijection):
    """yⱼ = (xⱼ − μⱼ) e^(−sⱼ), with μⱼ and sⱼ functions of x₁ … xⱼ₋₁; log|det| = −Σ sⱼ.

    ∂y/∂x is triangular. Forwards, one pass of the network gives all columns at once; backwards,
    xⱼ needs x₁ … xⱼ₋₁, and the D columns are found one after the other, by D passes. So a flow of
    these tells densities quickly and samples slowly; one of their inverses (`Inverse`), the
    inverse autoregressive flow, the other way round.

    Arguments:
        network: maps x, shape (B, D), to pairs μⱼ, aⱼ with sⱼ = 3 tanh(aⱼ / 3), shape (B, 2 D);
            those of column j must depend on earlier columns alone.

    >>> import jax
    >>> from gradus import nn
    >>> network = nn.MaskedDense(inputs=(1, 2), outputs=(1, 1, 2, 2), strict=True)
    >>> layer = MaskedAutoregressive(network).init(jax.random.key(0), (2,))
    >>> layer(jnp.array([[5.0, 0.0]]))[0, 0]  # the first column sees nothing
    Array(5., dtype=float32)

    Papamakarios, Pavlakou and Murray (2017); Kingma, Salimans, Jozefowicz, Chen, Sutskever and
    Welling, "Inverse autoregressive flow" (2016).
    """

    network: Layer

    def init(self, key, shape):
        return self.replace(network=self.network.init(key, shape))

    def forward(self, x):
        return standardized(x, self.network(x))

    def inverse(self, y):
        def find(j, x):
            return x.at[:, j].set(restored(y, self.network(x))[0][:, j])

        x = lax.fori_loop(0, y.shape[1], find, jnp.zeros_like(y))
        return x, restored(y, self.network(x))[1]
