"""Small squares of images, and how near each is to the entries of a codebook."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import state, static
from gradus.nn.layer import channelwise

NEAREST = 1e-12  # below any squared distance that counts; the root has no slope at 0


class Codebook(nn.Layer):
    """What patches have in common with learned ones: f_k = max(0, mean_j z_j − z_k).

    Every patch p of an image, size × size × C numbers, is brought to one brightness and contrast,
    n(p) = (p − mean p) / √(var p + φ), and whitened; z_k = ‖W (n(p) − μ) − c_k‖ is how far it is
    from entry k. About half of the outputs are 0: those of entries further away than on average.

    `kmeans_patches` makes one; nothing in it is trained. Outputs are (B, height − size + 1,
    width − size + 1, count); pooled over the four quadrants and with a trained last layer they tell
    images apart.

    Arguments:
        size: height and width of a patch.
        floor: φ, shape (): keeps the noise of flat patches small.
        mean: μ, shape (size² C,).
        whitening: W, shape (size² C, size² C), symmetric.
        entries: c, shape (count, size² C).

    Raises InputError for images of other channels, or smaller than a patch, and where it was not
    learned.

    >>> from gradus import data, filters
    >>> images = data.load("digits").x
    >>> codebook = filters.kmeans_patches(images, 16, 4, patches=2000)
    >>> codebook(jnp.asarray(images[:5])).shape, codebook.bank.shape
    ((5, 5, 5, 16), (4, 4, 1, 16))

    Coates, Ng and Lee (2011), where the output is called the triangle activation.
    """

    size: int = static()
    floor: jax.Array = state()
    mean: jax.Array = state()
    whitening: jax.Array = state()
    entries: jax.Array = state()

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        seen = self.whitened(self.patches(x))
        away = distances(seen, self.entries)
        return nn.relu(away.mean(axis=-1, keepdims=True) - away)

    @property
    def channels(self) -> int:
        """C, of the images it was learned from."""
        if self.mean is None:
            raise InputError(
                "Codebook has no entries yet",
                expected="one that was learned from images",
                got="one straight from its constructor",
                fix="codebook = filters.kmeans_patches(images, count, size)",
            )
        return len(self.mean) // self.size**2

    @property
    def bank(self) -> jax.Array:
        """The filters V = W C of linear answers, shape (size, size, channels, count).

        They see a patch through the whitening, and leave its brightness out: for a patch,
        c · W (n(p) − μ) = V · p / √(var p + φ) + `bias`.
        """
        filters = self.whitening @ self.entries.T
        filters = filters - filters.mean(axis=0, keepdims=True)
        return filters.reshape(self.size, self.size, self.channels, -1)

    @property
    def bias(self) -> jax.Array:
        """−c · W μ, what the linear answers are moved by, shape (count,)."""
        return -self.entries @ (self.whitening @ self.mean)

    def patches(self, x: jax.Array) -> jax.Array:
        """Every patch of images as a vector: (B, height, width, C) → (B, …, …, size² C)."""
        if x.ndim != 4 or x.shape[-1] != self.channels or min(x.shape[1:3]) < self.size:
            raise InputError(
                "Codebook: wrong input shape",
                expected=f"images (B, height, width, {self.channels}) of {self.size} × "
                f"{self.size} pixels or more",
                got=x.shape,
                fix="give images like those the codebook was learned from, channels last",
            )
        height, width = (n - self.size + 1 for n in x.shape[1:3])
        taps = [
            x[:, i : i + height, j : j + width] for i in range(self.size) for j in range(self.size)
        ]
        return jnp.concatenate(taps, axis=-1)

    def whitened(self, patches: jax.Array) -> jax.Array:
        """W (n(p) − μ) of patches on the last axis."""
        even = normalized(patches, self.floor)
        return (even - channelwise(self.mean, even)) @ self.whitening


def normalized(patches: jax.Array, floor: jax.Array) -> jax.Array:
    """(p − mean p) / √(var p + φ), along the last axis."""
    middle = patches - patches.mean(axis=-1, keepdims=True)
    return middle / jnp.sqrt(jnp.square(middle).mean(axis=-1, keepdims=True) + floor)


def distances(x: jax.Array, entries: jax.Array) -> jax.Array:
    """‖x − c_k‖ for vectors on the last axis: (…, N) and (count, N) → (…, count)."""
    square = jnp.square(x).sum(axis=-1, keepdims=True) - 2 * x @ entries.T
    square = square + channelwise(jnp.square(entries).sum(axis=-1), square)
    return jnp.sqrt(jnp.maximum(square, NEAREST))
