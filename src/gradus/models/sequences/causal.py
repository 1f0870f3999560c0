"""Dilated convolutions over time that see the past alone."""

from __future__ import annotations

from gradus import nn
from gradus.base.record import static
from gradus.nn.checks import check_units
from gradus.nn.recurrent.sequence import check_sequence_shape

TAPS = 3


class CausalConvolutions(nn.Layer):
    """Convolutions of 3 taps, each twice as dilated as the one before; gives the last step.

    hᵢ₊₁[t] = hᵢ[t] + relu(Σₖ Wₖ hᵢ[t − 2ⁱ k] + b), k = 0, 1, 2: after n layers 2ⁿ⁺¹ − 1 steps are
    seen. There are as many layers as a window needs, which `init` finds out.

    Arguments:
        units: channels of every layer.

    Takes (B, L, C) and gives (B, units).

    >>> import jax, jax.numpy as jnp
    >>> layer = CausalConvolutions(8).init(jax.random.key(0), (96, 2))
    >>> layer(jnp.ones((5, 96, 2))).shape, len(layer.chain.layers)
    ((5, 8), 6)

    Van den Oord and others, "WaveNet" (2016), section 2.1, without their gates.
    """

    units: int = static()
    chain: nn.Layer | None = None

    def __check_init__(self):
        check_units(self, self.units)

    def init(self, key, shape):
        length, _ = check_sequence_shape(self, shape)
        if self.chain is not None:
            return self
        depth = max(1, (length // 2).bit_length())
        first, *rest = (dilated(self.units, 2**i) for i in range(depth))
        chain = nn.Sequential(first, *(nn.Residual(layer) for layer in rest))
        return self.replace(chain=chain.init(key, shape))

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        return self.chain(x, forward)[:, -1]  # pyright: ignore[reportOptionalCall]

    def output_shape(self, shape):
        return (self.units,)


def dilated(units: int, dilation: int) -> nn.Conv:
    """A convolution over time whose last tap is the present."""
    past = (TAPS - 1) * dilation
    return nn.Conv(units, TAPS, nn.relu, padding=((past, 0),), dilation=dilation)
