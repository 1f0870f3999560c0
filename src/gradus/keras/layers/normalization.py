"""Normalisation with Keras' conventions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from gradus import nn
from gradus.base.record import param, state, static
from gradus.keras.layers.base import Layer
from gradus.nn.layer import channelwise
from gradus.nn.norm import moments, scaled, standardized


class BatchNorm(nn.Layer):
    """`nn.BatchNorm` with Keras' running variance, which is divided by n and not by n − 1."""

    momentum: float = static()
    epsilon: float = static()
    gain: Any = param()
    bias: Any = param()
    mean: Any = state()
    variance: Any = state()

    def init(self, key, shape):
        if self.gain is not None:
            return self
        ones, zeros = jnp.ones(shape[-1]), jnp.zeros(shape[-1])
        return self.replace(gain=ones, bias=zeros, mean=zeros, variance=ones)

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        mean, variance = self.mean, self.variance
        if forward.training:
            mean, variance, _ = moments(x, forward.present)
            old, new = self.momentum, 1 - self.momentum
            moved = {
                "mean": old * self.mean + new * mean,
                "variance": old * self.variance + new * variance,
            }
            forward.update(self, **moved)
        y = standardized(x, channelwise(mean, x), channelwise(variance, x), self.epsilon)
        return scaled(y, self.gain, self.bias)

    def output_shape(self, shape):
        return shape


@dataclass(eq=False)
class BatchNormalization(Layer):
    """Each channel at mean 0 and variance 1 over the batch, then γ and β, as in Keras.

    Where the last batch of an epoch is short, only the examples it has count.
    """

    axis: int = -1
    momentum: float = 0.99
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    synchronized: bool = False

    arrays = {  # noqa: RUF012
        "gamma": "gain",
        "beta": "bias",
        "moving_mean": "mean",
        "moving_variance": "variance",
    }

    def __post_init__(self):
        super().__post_init__()
        usual = {"center": True, "scale": True, "synchronized": False}
        starts = {"moving_mean_initializer": "zeros", "moving_variance_initializer": "ones"}
        self.only(beta_initializer="zeros", gamma_initializer="ones", **usual, **starts)

    def build(self, size):
        self.only(axis=[-1, len(size)])
        super().build(size)

    def translated(self):
        return BatchNorm(self.momentum, self.epsilon)


@dataclass(eq=False)
class LayerNormalization(Layer):
    """The last axis of each example at mean 0 and variance 1: `nn.LayerNorm`."""

    axis: int = -1
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    arrays = {"gamma": "gain", "beta": "bias"}  # noqa: RUF012

    def __post_init__(self):
        super().__post_init__()
        self.only(center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones")

    def build(self, size):
        self.only(axis=[-1, len(size)])
        super().build(size)

    def translated(self):
        return nn.LayerNorm(self.epsilon)


@dataclass(eq=False)
class GroupNormalization(Layer):
    """Groups of channels at mean 0 and variance 1: `nn.GroupNorm`."""

    groups: int = 32
    axis: int = -1
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    arrays = {"gamma": "gain", "beta": "bias"}  # noqa: RUF012

    def __post_init__(self):
        super().__post_init__()
        self.only(center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones")

    def build(self, size):
        self.only(axis=[-1, len(size)])
        super().build(size)

    def translated(self):
        return nn.GroupNorm(self.groups, self.epsilon)
