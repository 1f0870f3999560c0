"""Keras' activation functions: most are those of `gradus.nn` under Keras' names.

>>> import jax.numpy as jnp
>>> get("relu")(jnp.array([-1.0, 2.0]))
Array([0., 2.], dtype=float32)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.record import named
from gradus.keras import missing
from gradus.keras.arguments import pick
from gradus.nn.activations import (
    elu,
    gelu,
    hard_tanh,
    relu,
    selu,
    sigmoid,
    silu,
    softplus,
    tanh,
)
from gradus.nn.activations import identity as linear


@named
def softmax(z: jax.Array) -> jax.Array:
    """g(z)ᵢ = exp zᵢ / Σⱼ exp zⱼ over the last axis."""
    return jax.nn.softmax(z)


@named
def log_softmax(z: jax.Array) -> jax.Array:
    """g(z)ᵢ = zᵢ − log Σⱼ exp zⱼ over the last axis."""
    return jax.nn.log_softmax(z)


@named
def leaky_relu(z: jax.Array) -> jax.Array:
    """g(z) = max(z, 0.2 z): Keras' slope."""
    return jax.nn.leaky_relu(z, 0.2)


@named
def relu6(z: jax.Array) -> jax.Array:
    """g(z) = min(max(0, z), 6)."""
    return jax.nn.relu6(z)


@named
def softsign(z: jax.Array) -> jax.Array:
    """g(z) = z / (1 + |z|)."""
    return jax.nn.soft_sign(z)


@named
def exponential(z: jax.Array) -> jax.Array:
    """g(z) = eᶻ."""
    return jnp.exp(z)


@named
def hard_sigmoid(z: jax.Array) -> jax.Array:
    """g(z) = min(max(0, z + 3), 6) / 6."""
    return jax.nn.hard_sigmoid(z)


@named
def hard_silu(z: jax.Array) -> jax.Array:
    """g(z) = z · hard_sigmoid(z)."""
    return jax.nn.hard_silu(z)


@named
def log_sigmoid(z: jax.Array) -> jax.Array:
    """g(z) = log σ(z)."""
    return jax.nn.log_sigmoid(z)


@named
def celu(z: jax.Array) -> jax.Array:
    """g(z) = max(0, z) + min(0, eᶻ − 1)."""
    return jax.nn.celu(z)


@named
def mish(z: jax.Array) -> jax.Array:
    """g(z) = z tanh ζ(z), ζ(z) = log(1 + eᶻ)."""
    return jax.nn.mish(z)


swish, hard_swish = silu, hard_silu

BY_NAME: dict[str, Callable] = {
    "celu": celu,
    "elu": elu,
    "exponential": exponential,
    "gelu": gelu,
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": hard_silu,
    "hard_swish": hard_silu,
    "hard_tanh": hard_tanh,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "log_sigmoid": log_sigmoid,
    "log_softmax": log_softmax,
    "mish": mish,
    "relu": relu,
    "relu6": relu6,
    "selu": selu,
    "sigmoid": sigmoid,
    "silu": silu,
    "softmax": softmax,
    "softplus": softplus,
    "softsign": softsign,
    "swish": silu,
    "tanh": tanh,
}


def get(activation: Any) -> Callable:
    """The function of a name; None is the identity, a function is itself."""
    if activation is None:
        return linear
    if callable(activation):
        return activation
    return BY_NAME[pick("activations", activation, BY_NAME)]


def name_of(activation: Any) -> Any:
    """The name under which `get` gives this function again; other functions are themselves."""
    names = {function: name for name, function in reversed(BY_NAME.items())}
    return names.get(activation, activation)


def __getattr__(name: str) -> Any:
    raise missing.refusal("activations", name)
