"""Normalisation: bring activations to mean 0 and variance 1, then learn the scale they need.

H' = (H − μ) / √(var + δ), y = γ H' + β. The layers differ in what μ and var are taken over.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from gradus.base.errors import InputError
from gradus.base.record import param, state, static
from gradus.nn.channels import means, spread, sums
from gradus.nn.checks import check_shape, check_width
from gradus.nn.layer import INFERENCE, Forward, Layer, channelwise


class BatchNorm(Layer):
    """Normalise each channel over the batch, and over all positions where there are any.

    In training μ and var are those of the batch, and the gradient runs through both; running
    averages of them are kept, and used at inference.

    Arguments:
        momentum: m in mean ← m · mean + (1 − m) · μ.
        epsilon: δ, keeps the root away from 0.

    Raises InputError for inputs of another width than at `init`, and in training for a batch with
    one number per channel, which would always become 0.

    >>> layer = BatchNorm().init(jax.random.key(0), (1,))
    >>> x = jnp.array([[1.0], [3.0]])
    >>> layer(x, Forward(training=True)).round(2)
    Array([[-1.],
           [ 1.]], dtype=float32)
    >>> layer(x).round(2)
    Array([[1.],
           [3.]], dtype=float32)

    Ioffe and Szegedy (2015); Goodfellow, Bengio and Courville (2016), section 8.7.1. PyTorch's
    `momentum` is 1 − m. As there and in the paper, the running variance is the unbiased one
    (divided by n − 1); Keras keeps the biased one, and m = 0.99.
    """

    momentum: float = static(0.9)
    epsilon: float = static(1e-5)
    gain: jax.Array = param()
    bias: jax.Array = param()
    mean: jax.Array = state()
    variance: jax.Array = state()

    def init(self, key, shape):
        check_shape(self, shape)
        if self.gain is not None:
            return self
        size = shape[-1]
        return self.replace(
            gain=jnp.ones(size),
            bias=jnp.zeros(size),
            mean=jnp.zeros(size),
            variance=jnp.ones(size),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        check_width(self, x, self.gain)
        mean, variance = self.mean, self.variance
        if forward.training:
            mean, variance = self._of_batch(x, forward)
        slope = self.gain / jnp.sqrt(variance + self.epsilon)
        # the gradient by μ goes through the vector beside the large array, which saves a sum
        constant = lax.stop_gradient(mean)
        rest = self.bias - slope * (mean - constant)
        return (x - channelwise(constant, x)) * spread(slope, x.shape) + spread(rest, x.shape)

    def output_shape(self, shape):
        return shape

    def _of_batch(self, x, forward: Forward) -> tuple[jax.Array, jax.Array]:
        """μ and var of the examples in the batch; reports the running averages moved to them."""
        numbers = x.size // x.shape[-1]
        if numbers < 2:
            raise InputError(
                "BatchNorm: a batch with one number per channel",
                expected="two numbers or more to take a variance of",
                got=numbers,
                fix="train with larger batches, or use LayerNorm or GroupNorm",
            )
        mean, variance, n = moments(x, forward.present)
        m, unbiased = self.momentum, variance * (n / jnp.maximum(n - 1, 1))
        enough = n > 1  # a batch filled up around a single example has no variance
        mean, variance = (
            jnp.where(enough, mean, self.mean),
            jnp.where(enough, variance, self.variance),
        )
        forward.update(
            self,
            mean=m * self.mean + (1 - m) * mean,
            variance=jnp.where(enough, m * self.variance + (1 - m) * unbiased, self.variance),
        )
        return mean, variance


@jax.custom_jvp
def moments(x: jax.Array, present: jax.Array | None) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Mean and variance of each channel over the rows that are present, and of how many numbers.

    >>> mean, variance, n = moments(jnp.array([[1.0], [3.0], [9.0]]), jnp.array([1.0, 1.0, 0.0]))
    >>> float(mean[0]), float(variance[0]), float(n)
    (2.0, 1.0, 2.0)
    """
    share, n = shares(x, present)
    mean = sums(x * share) / n
    return mean, sums(jnp.square(x - channelwise(mean, x)) * share) / n, n


@moments.defjvp
def _(primals, tangents):
    """∂μ = mean of ∂x, ∂var = mean of 2 (x − μ) ∂x: what ∂μ does to the variance is 0."""
    (x, present), (change, _) = primals, tangents
    (mean, variance, n), (share, _) = moments(x, present), shares(x, present)
    axes, centred = tuple(range(x.ndim - 1)), (x - channelwise(mean, x)) * share
    slopes = jnp.sum(change * share, axes) / n, 2 * jnp.sum(change * centred, axes) / n
    return (mean, variance, n), (*slopes, jnp.zeros_like(n))


def shares(x: jax.Array, present: jax.Array | None) -> tuple[jax.Array, jax.Array]:
    """1 for numbers that count and 0 for others, and for how many they stand, at least 1."""
    if present is None:
        return jnp.ones((), x.dtype), jnp.asarray(x.size // x.shape[-1], x.dtype)
    share = jnp.expand_dims(present, tuple(range(1, x.ndim))).astype(x.dtype)
    n = present.sum().astype(x.dtype) * (x.size // x.shape[0] // x.shape[-1])
    return share, jnp.maximum(n, 1)


class LayerNorm(Layer):
    """Normalise the last axis of each example by itself: the same in training and at inference.

    Arguments:
        epsilon: δ, keeps the root away from 0.

    Raises InputError for inputs of another width than at `init`.

    >>> layer = LayerNorm().init(jax.random.key(0), (3,))
    >>> layer(jnp.array([[1.0, 2.0, 3.0]])).round(3)
    Array([[-1.225,  0.   ,  1.225]], dtype=float32)

    Ba, Kiros and Hinton (2016). δ is PyTorch's; Keras takes 0.001.
    """

    epsilon: float = static(1e-5)
    gain: jax.Array = param()
    bias: jax.Array = param()

    def init(self, key, shape):
        check_shape(self, shape)
        if self.gain is not None:
            return self
        return self.replace(gain=jnp.ones(shape[-1]), bias=jnp.zeros(shape[-1]))

    def __call__(self, x, forward: Forward = INFERENCE):
        check_width(self, x, self.gain)
        mean = means(x)
        variance = means(jnp.square(x - mean))
        return scaled(standardized(x, mean, variance, self.epsilon), self.gain, self.bias)

    def output_shape(self, shape):
        return shape


class GroupNorm(Layer):
    """Normalise groups of channels of each example, over all positions.

    One group takes all channels together; as many groups as channels is instance normalisation.

    Arguments:
        groups: number of groups of neighbouring channels; divides the number of channels.
        epsilon: δ, keeps the root away from 0.

    Raises InputError where the groups do not divide the channels, and for inputs of another
    width than at `init`.

    >>> layer = GroupNorm(2).init(jax.random.key(0), (4,))
    >>> layer(jnp.array([[1.0, 3.0, 10.0, 30.0]])).round(3)
    Array([[-1.,  1., -1.,  1.]], dtype=float32)

    Wu and He (2018). δ is PyTorch's; Keras takes 0.001, and 32 groups.
    """

    groups: int = static()
    epsilon: float = static(1e-5)
    gain: jax.Array = param()
    bias: jax.Array = param()

    def init(self, key, shape):
        check_shape(self, shape)
        if self.gain is not None:
            return self
        if self.groups < 1 or shape[-1] % self.groups:
            raise InputError(
                "GroupNorm",
                expected=f"groups that divide {shape[-1]} channels",
                got=self.groups,
                fix="choose another number of groups; 1 always fits",
            )
        return self.replace(gain=jnp.ones(shape[-1]), bias=jnp.zeros(shape[-1]))

    def __call__(self, x, forward: Forward = INFERENCE):
        channels = check_width(self, x, self.gain)
        split = x.reshape(x.shape[0], -1, self.groups, channels // self.groups)
        mean = split.mean(axis=(1, 3), keepdims=True)
        variance = split.var(axis=(1, 3), keepdims=True)
        y = standardized(split, mean, variance, self.epsilon).reshape(x.shape)
        return scaled(y, self.gain, self.bias)

    def output_shape(self, shape):
        return shape


class LocalResponseNorm(Layer):
    """Divide by the size of neighbouring channels: yᵢ = xᵢ / (k + α Σ xⱼ²)^β, |i − j| ≤ size // 2.

    Arguments:
        size: number of channels in the sum, odd; beyond the first and last channel there is 0.
        alpha, beta, k: as in the formula.

    Raises InputError for an even size.

    >>> LocalResponseNorm(size=1, alpha=1.0, beta=0.5, k=0.0)(jnp.array([[3.0, -4.0]]))
    Array([[ 1., -1.]], dtype=float32)

    Krizhevsky, Sutskever and Hinton (2012), whose numbers are the defaults. PyTorch takes the
    mean over the neighbours in the place of the sum: its alpha is size · ours.
    """

    size: int = static(5)
    alpha: float = static(1e-4)
    beta: float = static(0.75)
    k: float = static(2.0)

    def __check_init__(self):
        if self.size < 1 or self.size % 2 == 0:
            raise InputError(
                "LocalResponseNorm",
                expected="an odd size: as many neighbours on the left as on the right",
                got=self.size,
                fix="take 3 or 5",
            )

    def __call__(self, x, forward: Forward = INFERENCE):
        channels, reach = x.shape[-1], self.size // 2
        squares = jnp.pad(jnp.square(x), [(0, 0)] * (x.ndim - 1) + [(reach, reach)])
        total = sum(squares[..., i : i + channels] for i in range(self.size))
        return x / (self.k + self.alpha * total) ** self.beta

    def output_shape(self, shape):
        return shape


def standardized(x: jax.Array, mean: jax.Array, variance: jax.Array, epsilon: float) -> jax.Array:
    """(x − μ) / √(var + δ)."""
    return (x - mean) / jnp.sqrt(variance + epsilon)


def scaled(x: jax.Array, gain: jax.Array, bias: jax.Array) -> jax.Array:
    """γ x + β, with one γ and β for every channel of the last axis."""
    return spread(gain, x.shape) * x + spread(bias, x.shape)
