"""How weights start."""

from __future__ import annotations

from abc import abstractmethod

import jax
import jax.numpy as jnp

from gradus.base.record import Record
from gradus.nn import activations as g


class Initializer(Record):
    @abstractmethod
    def __call__(self, key, shape): ...


class Zeros(Initializer):
    def __call__(self, key, shape):
        return jnp.zeros(shape)


class HeNormal(Initializer):
    def __call__(self, key, shape):
        return jax.nn.initializers.he_normal()(key, shape, jnp.result_type(float))


class GlorotUniform(Initializer):
    def __call__(self, key, shape):
        return jax.nn.initializers.glorot_uniform()(key, shape, jnp.result_type(float))


def suited_to(activation):
    return HeNormal() if activation is g.relu else GlorotUniform()
