"""Scattering: how strong waves are, and how strong the waves in that are, averaged."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus import nn
from gradus.base.record import static
from gradus.filters.bank import check_whole, conv
from gradus.filters.blur import gaussian_blur
from gradus.filters.wavelets import gabor

FINEST = 3.0  # wavelength of the finest filters, in pixels; each next scale doubles it


class Scattering(nn.Layer):
    """A convolutional net whose filters are wavelets, with nothing to learn:

        S x = (x, |x ∗ ψ₁|, ||x ∗ ψ₁| ∗ ψ₂|) ∗ φ  for ψ₂ coarser than ψ₁

    ψ are even and odd Gabor filters of some scales and orientations, |·| the strength of their
    wave, φ a Gaussian blur. What is averaged hardly changes when an image is moved or bent by less
    than 2^scales pixels; the moduli keep what the average would lose.

    Arguments:
        scales: J; wavelengths are 3, 6, 12 … pixels, and one output stands for 2^J × 2^J of them.
        orientations: L.

    Inputs are (B, height, width, C), taken to go on around the edge; outputs (B, ⌈height / 2^J⌉,
    ⌈width / 2^J⌉, channels), first the C averages, with C (1 + J L + L² J (J − 1) / 2) channels.
    Raises InputError for numbers below 1, and for inputs that are no images.

    >>> layer = Scattering(scales=2, orientations=4)
    >>> layer(jnp.ones((1, 32, 32, 1))).shape
    (1, 8, 8, 25)

    Bruna and Mallat (2013).
    """

    scales: int = static(2)
    orientations: int = static(4)

    def __check_init__(self):
        check_whole("scales", self.scales, 1)
        check_whole("orientations", self.orientations, 1)

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        first = [self._strength(x, scale) for scale in range(self.scales)]
        second = [
            self._strength(waves, scale)
            for finer, waves in enumerate(first)
            for scale in range(finer + 1, self.scales)
        ]
        return self._averaged(jnp.concatenate([x, *first, *second], axis=-1))

    def _strength(self, x: jax.Array, scale: int) -> jax.Array:
        """|x ∗ ψ| for each channel and orientation: √(even² + odd²)."""
        wavelength = FINEST * 2**scale
        bank = gabor(
            2 * round(wavelength) + 1, orientations=self.orientations, wavelengths=(wavelength,)
        )
        waves = _each_channel(bank, x, stride=1)
        energy = jnp.square(waves).reshape(*waves.shape[:-1], -1, 2).sum(axis=-1)
        some = energy > 0  # the root has no slope at 0
        return jnp.where(some, jnp.sqrt(jnp.where(some, energy, 1)), 0)

    def _averaged(self, x: jax.Array) -> jax.Array:
        """x ∗ φ, one number for 2^J × 2^J pixels."""
        stride = 2**self.scales
        return _each_channel(gaussian_blur(2 * stride + 1, stride / 2), x, stride)


def _each_channel(bank: jax.Array, x: jax.Array, stride: int) -> jax.Array:
    """Channels in the place of examples: few large products, where depthwise takes many sums."""
    alone = jnp.moveaxis(x, -1, 1).reshape(-1, *x.shape[1:3], 1)
    y = conv(bank, stride=stride, padding="circular")(alone)
    y = y.reshape(x.shape[0], x.shape[-1], *y.shape[1:])
    return jnp.moveaxis(y, 1, -2).reshape(x.shape[0], *y.shape[2:4], -1)
