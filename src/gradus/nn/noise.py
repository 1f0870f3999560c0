"""Noise that makes models robust: on inputs, hidden units and weights.

Noise is on in a pass with a key, which is every training pass; at inference these layers do
nothing. Noise on targets is label smoothing, see `gradus.likelihoods.Categorical`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import random

from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.base.tree import Leaf, map_leaves, merge, split
from gradus.nn.combine import as_layer
from gradus.nn.layer import INFERENCE, Forward, Layer


class Dropout(Layer):
    """Set each number to 0 with probability `rate`, and divide the others by 1 − rate.

    The division keeps the mean, so that nothing has to be scaled at inference.

    Arguments:
        rate: probability of dropping a number, 0 ≤ rate < 1; 0.5 is usual for hidden units, 0.2
            for inputs.

    Raises InputError for a rate outside these bounds.

    >>> Dropout(0.5)(jnp.ones((1, 4)), Forward(key=random.key(0)))
    Array([[2., 2., 0., 2.]], dtype=float32)

    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014); Goodfellow, Bengio and
    Courville (2016), section 7.12, whose rates are those of keeping.
    """

    rate: float = static(0.5)

    def __check_init__(self):
        if not 0 <= self.rate < 1:
            raise InputError(
                "Dropout",
                expected="0 ≤ rate < 1",
                got=self.rate,
                fix="give the share of numbers to drop, such as 0.5",
            )

    def __call__(self, x, forward: Forward = INFERENCE):
        if not forward.noisy or self.rate == 0:
            return x
        keep = random.bernoulli(forward.key(), 1 - self.rate, x.shape)
        return jnp.where(keep, x / (1 - self.rate), 0)

    def output_shape(self, shape):
        return shape


class GaussianNoise(Layer):
    """Add normal noise: y = x + ε, ε ~ N(0, std²).

    Arguments:
        std: standard deviation of the noise, in the units of x.

    >>> GaussianNoise(0.1)(jnp.zeros((2, 3))).sum()
    Array(0., dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 7.5.
    """

    std: float = static()

    def __call__(self, x, forward: Forward = INFERENCE):
        if not forward.noisy:
            return x
        return x + self.std * random.normal(forward.key(), x.shape, x.dtype)

    def output_shape(self, shape):
        return shape


class WeightNoise(Layer):
    """Add normal noise to the weights of a layer, one draw for the whole batch: W + ε.

    Only weights are disturbed, not biases and gains.

    Arguments:
        inner: the layer.
        std: standard deviation of the noise, in the units of the weights.

    >>> from gradus import nn
    >>> layer = WeightNoise(nn.Dense(2), std=0.1).init(random.key(0), (3,))
    >>> layer(jnp.zeros((1, 3)), Forward(key=random.key(1)))
    Array([[0., 0.]], dtype=float32)

    Graves (2011); Goodfellow, Bengio and Courville (2016), section 7.5: it favours weights at
    which the outputs change little.
    """

    inner: Layer
    std: float = static()

    def __init__(self, inner: Layer | Callable, std: float):
        self.inner = as_layer(inner)
        self.std = std

    def init(self, key, shape):
        return self.replace(inner=self.inner.init(key, shape))

    def __call__(self, x, forward: Forward = INFERENCE):
        if not forward.noisy:
            return self.inner(x, forward)
        disturbed = map_leaves(lambda leaf: self._disturb(leaf, forward), self.inner)
        inside = Forward(forward.training, forward.key(), forward.present, forward.step)
        y = disturbed(x, inside)
        self._pass_on(inside, disturbed, forward)
        return y

    def check(self, x):
        self.inner.check(x)

    def output_shape(self, shape):
        return self.inner.output_shape(shape)

    def _disturb(self, leaf: Leaf, forward: Forward) -> jax.Array:
        if leaf.kind != "weight":
            return leaf.value
        noise = random.normal(forward.key(), leaf.value.shape, leaf.value.dtype)
        return leaf.value + self.std * noise

    def _pass_on(self, inside: Forward, disturbed: Layer, forward: Forward) -> None:
        """Tell the outer pass what the disturbed copy told: its notes and running averages."""
        for name, values in inside.notes.items():
            for value in values:
                forward.note(name, value)
        moved = merge(split(self.inner)[0], split(inside.updated(disturbed))[1])
        forward.update(self, inner=moved)


def monte_carlo(model: Layer, x: Any, key: jax.Array, samples: int = 100) -> Any:
    """Outputs of many noisy passes, shape (samples, B, …): their spread is the model's doubt.

    Noise is on, batch normalisation stays at inference. The mean over the first axis approximates
    the predictive mean, the standard deviation its uncertainty; for classes average
    probabilities, not logits.

    Arguments:
        model: a model with `Dropout` or other noise.
        x: a batch of inputs.
        key: a JAX key.
        samples: number of passes.

    >>> outputs = monte_carlo(Dropout(0.5), jnp.ones((1, 1)), random.key(0), samples=1000)
    >>> print(f"{outputs.mean():.1f} ± {outputs.std():.1f}")
    1.0 ± 1.0

    Gal and Ghahramani (2016).
    """
    return jax.vmap(lambda k: model(x, Forward(key=k)))(random.split(key, samples))
