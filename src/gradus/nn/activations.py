"""Elementwise activation functions g(z): plain functions, known by name so that models that hold
them can be saved.

>>> import jax.numpy as jnp
>>> relu(jnp.array([-2.0, 0.0, 3.0]))
Array([0., 0., 3.], dtype=float32)
>>> ACTIVATIONS["tanh"] is tanh
True

Every function is finite, with a finite derivative, for every finite input. Units with weights or
noise of their own (PReLU, RReLU, maxout, RBF) are layers, in `gradus.nn.units`.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus.base.record import named


@named
def identity(z: jax.Array) -> jax.Array:
    """g(z) = z: the linear unit."""
    return z


@named
def relu(z: jax.Array) -> jax.Array:
    """g(z) = max(0, z): the rectifier; its derivative at 0 is taken as 0.

    Glorot, Bordes and Bengio (2011); Goodfellow, Bengio and Courville (2016), section 6.3.1.
    """
    return jax.nn.relu(z)


@named
def absolute(z: jax.Array) -> jax.Array:
    """g(z) = |z|: a rectifier with slope −1 on the left; its derivative at 0 is taken as 1.

    Jarrett, Kavukcuoglu, Ranzato and LeCun (2009). PyTorch takes 0 at 0.
    """
    return jnp.abs(z)


@named
def leaky_relu(z: jax.Array) -> jax.Array:
    """g(z) = max(z, 0.01 z): a rectifier that never quite closes; its derivative at 0 is 1.

    Maas, Hannun and Ng (2013). PyTorch also takes 0.01, Keras 0.3. `PReLU` learns the slope.
    """
    return jax.nn.leaky_relu(z, 0.01)


@named
def elu(z: jax.Array) -> jax.Array:
    """g(z) = z for z > 0, eᶻ − 1 otherwise: smooth, and near −1 on the far left.

    Clevert, Unterthiner and Hochreiter (2016).
    """
    return jax.nn.elu(z)


@named
def selu(z: jax.Array) -> jax.Array:
    """g(z) = λz for z > 0, λα(eᶻ − 1) otherwise, with λ ≈ 1.0507 and α ≈ 1.6733.

    The two constants make mean 0 and variance 1 a fixed point from layer to layer, given LeCun's
    initialisation. Klambauer, Unterthiner, Mayr and Hochreiter (2017).
    """
    return jax.nn.selu(z)


@named
def gelu(z: jax.Array) -> jax.Array:
    """g(z) = z Φ(z), with Φ the normal distribution function (exact, by erf).

    Hendrycks and Gimpel (2016).
    """
    return jax.nn.gelu(z, approximate=False)


@named
def silu(z: jax.Array) -> jax.Array:
    """g(z) = z σ(z), also known as swish.

    Elfwing, Uchibe and Doya (2018).
    """
    return jax.nn.silu(z)


@named
def sigmoid(z: jax.Array) -> jax.Array:
    """g(z) = σ(z) = 1 / (1 + e⁻ᶻ): from 0 to 1, flat on both sides."""
    return jax.nn.sigmoid(z)


@named
def tanh(z: jax.Array) -> jax.Array:
    """g(z) = tanh z = 2 σ(2z) − 1: from −1 to 1, like the identity near 0."""
    return jnp.tanh(z)


@named
def softplus(z: jax.Array) -> jax.Array:
    """g(z) = ζ(z) = log(1 + eᶻ): a smooth rectifier, always positive.

    Dugas, Bengio, Bélisle, Nadeau and Garcia (2001).
    """
    return jax.nn.softplus(z)


@named
def hard_tanh(z: jax.Array) -> jax.Array:
    """g(z) = max(−1, min(1, z)): tanh in three straight pieces; its derivative at ±1 is 1.

    Collobert (2004).
    """
    return jax.nn.hard_tanh(z)


@named
def cosine(z: jax.Array) -> jax.Array:
    """g(z) = cos z: `Dense(units, cosine)` is the layer cos(W x + b) of Fourier features."""
    return jnp.cos(z)


@named
def sine(z: jax.Array) -> jax.Array:
    """g(z) = sin z: for nets that represent waves and images.

    Sitzmann, Martel, Bergman, Lindell and Wetzstein (2020).
    """
    return jnp.sin(z)


ACTIVATIONS = {
    "linear": identity,
    "relu": relu,
    "absolute": absolute,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "gelu": gelu,
    "silu": silu,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "softplus": softplus,
    "hard_tanh": hard_tanh,
    "cosine": cosine,
    "sine": sine,
}
