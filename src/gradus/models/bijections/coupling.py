"""Coupling: one half of the columns says how the other half is moved."""

from __future__ import annotations

import jax.numpy as jnp

from gradus.base.errors import InputError, located
from gradus.models.bijections.affine import restored, standardized
from gradus.models.bijections.bijection import Bijection
from gradus.nn.layer import Layer


class Coupling(Bijection):
    """x = (a, b) ↦ (a, (b − μ(a)) e^(−s(a))), log|det| = −Σ s(a).

    Both ways cost one pass of the network, which itself need not be undone. As a stays what it
    is, layers are stacked with a `Permutation` between.

    Arguments:
        network: maps a, the first ⌊D / 2⌋ columns, to one number for each of the others, its
            shift μ (additive coupling), or to two, μ and what s = 3 tanh(· / 3) is made from
            (affine coupling).

    Raises InputError for a single column, and for a network of another number of outputs.

    >>> import jax
    >>> from gradus import nn
    >>> layer = Coupling(nn.Dense(4)).init(jax.random.key(0), (3,))
    >>> x = jnp.array([[1.0, 2.0, 3.0]])
    >>> layer.inverse(layer(x))[0].round(5)
    Array([[1., 2., 3.]], dtype=float32)

    Dinh, Krueger and Bengio, "NICE" (2015); Dinh, Sohl-Dickstein and Bengio, "RealNVP" (2017),
    where s is the output of a tanh with a learned factor.
    """

    network: Layer

    def init(self, key, shape):
        if shape[-1] < 2:
            raise InputError(
                "Coupling: columns",
                expected="two columns or more, of which some move the others",
                got=shape[-1],
                fix='choose a flow of another kind: models.flow(1, kind="planar")',
            )
        kept, moved = shape[-1] // 2, shape[-1] - shape[-1] // 2
        with located("Coupling"):
            network = self.network.init(key, (kept,))
        outputs = network.output_shape((kept,))
        if outputs not in ((moved,), (2 * moved,)):
            raise InputError(
                "Coupling: outputs of the network",
                expected=f"{moved} shifts, or {2 * moved} numbers for shifts and scales",
                got=outputs,
                fix=f"end the network with {2 * moved} units",
            )
        return self.replace(network=network)

    def forward(self, x):
        a, b = self._halves(x)
        b, log_det = standardized(b, self.network(a))
        return jnp.concatenate([a, b], axis=1), log_det

    def inverse(self, y):
        a, b = self._halves(y)
        b, log_det = restored(b, self.network(a))
        return jnp.concatenate([a, b], axis=1), log_det

    def _halves(self, x):
        return jnp.split(x, [x.shape[1] // 2], axis=1)
