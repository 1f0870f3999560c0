"""Formulas that somebody has already written for computers: nothing is left to repair."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import nn
from jax.scipy import special, stats

from gradus import likelihoods
from gradus.nn import ACTIVATIONS, LayerNorm


def guarded_norm(x):
    """√Σx² with a double where."""
    squares = jnp.sum(x**2)
    zero = squares == 0
    return jnp.where(zero, 0.0, jnp.sqrt(jnp.where(zero, 1.0, squares)))


def guarded_log(x):
    """log where positive, with a double where."""
    good = x > 0
    return jnp.sum(jnp.where(good, jnp.log(jnp.where(good, x, 1.0)), 0.0))


def guarded_sinc(x):
    """sin x/x with a double where."""
    zero = x == 0
    safe = jnp.where(zero, 1.0, x)
    return jnp.sum(jnp.where(zero, 1.0, jnp.sin(safe) / safe))


def shifted_softmax(z):
    """Softmax after the largest is taken off."""
    e = jnp.exp(z - jnp.max(z))
    return e / jnp.sum(e)


def shifted_logsumexp(z):
    """The same for the logarithm of the sum."""
    top = jax.lax.stop_gradient(jnp.max(z))
    return top + jnp.log(jnp.sum(jnp.exp(z - top)))


def two_pass_variance(x):
    """Mean square of what differs from the mean."""
    return jnp.mean((x - jnp.mean(x)) ** 2)


def cross_entropy_of_logits(z):
    """max(z, 0) − zy + log1p(e^−|z|), for y = 1, 0, 1."""
    y = jnp.float32([1, 0, 1]).astype(z.dtype)
    return jnp.sum(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))


def normalized(x):
    """Layer normalization with its ε."""
    centred = x - jnp.mean(x)
    return centred / jnp.sqrt(jnp.mean(centred**2) + 1e-5)


def first(f: Callable) -> Callable:
    """The first element of a result that is a vector, and a tenth of the second."""
    return lambda z: f(z)[0] + 0.1 * f(z)[1]


def summed(f: Callable) -> Callable:
    """Σ f(xᵢ)"""
    return lambda x: jnp.sum(f(x))


def likelihood(kind, targets, column: bool = True) -> Callable:
    """−log p of three rows of one output each, or of one row of three."""

    def loss(z):
        y = jnp.asarray(targets)
        y = y.astype(z.dtype) if y.dtype == jnp.float32 else y
        return -jnp.sum(kind.log_prob(z[:, None] if column else z[None], y))

    return loss


def layer_norm(x):
    """The layer of this library."""
    return LayerNorm().init(jax.random.key(0), (3,))(x[None])[0]


ONE_HOT = np.float32([0, 1, 0])
FLOATS = np.float32([1.0, 3.0, 0.5])
OUR_ACTIVATIONS = {f"our {name}": summed(f) for name, f in ACTIVATIONS.items()}

FORMULAS: dict[str, Callable] = {
    "softplus": summed(nn.softplus),
    "log_sigmoid": summed(nn.log_sigmoid),
    "sigmoid": summed(nn.sigmoid),
    "silu": summed(nn.silu),
    "mish": summed(nn.mish),
    "gelu by tanh": summed(nn.gelu),
    "gelu by erf": summed(lambda x: nn.gelu(x, approximate=False)),
    "elu": summed(nn.elu),
    "selu": summed(nn.selu),
    "celu": summed(nn.celu),
    "relu": summed(nn.relu),
    "relu6": summed(nn.relu6),
    "leaky_relu": summed(nn.leaky_relu),
    "hard_tanh": summed(nn.hard_tanh),
    "soft_sign": summed(nn.soft_sign),
    "tanh": summed(jnp.tanh),
    "sin": summed(jnp.sin),
    "expm1": summed(lambda x: jnp.expm1(x / 20)),
    "log1p of a square": summed(lambda x: jnp.log1p(x**2)),
    "arcsinh": summed(jnp.arcsinh),
    "arctan": summed(jnp.arctan),
    "erf": summed(jax.lax.erf),
    "log_ndtr": summed(special.log_ndtr),
    "log cosh": summed(lambda x: jnp.logaddexp(x, -x) - jnp.log(2.0).astype(x.dtype)),
    "softmax": first(nn.softmax),
    "log_softmax": first(nn.log_softmax),
    "logsumexp": nn.logsumexp,
    "shifted softmax": first(shifted_softmax),
    "shifted log-sum-exp": shifted_logsumexp,
    "logaddexp": lambda x: jnp.logaddexp(x[0], x[1]),
    "log mean exp": lambda x: nn.logsumexp(x) - jnp.log(3.0).astype(x.dtype),
    "xlogy": lambda x: jnp.sum(special.xlogy(jnp.abs(x), jnp.abs(x) + 1)),
    "xlog1py": lambda x: jnp.sum(special.xlog1py(x, x**2)),
    "entropy of a softmax": lambda z: -jnp.sum(nn.softmax(z) * nn.log_softmax(z)),
    "hypot": lambda x: jnp.hypot(x[0], jnp.ones_like(x[1])),
    "guarded norm": guarded_norm,
    "guarded log": guarded_log,
    "guarded sinc": guarded_sinc,
    "norm with ε": lambda x: jnp.sqrt(jnp.sum(x**2) + 1e-6),
    "two-pass variance": two_pass_variance,
    "jnp.var": jnp.var,
    "layer normalization": first(normalized),
    "rms normalization": first(lambda x: x * jax.lax.rsqrt(jnp.mean(x**2) + 1e-6)),
    "cross-entropy of logits": cross_entropy_of_logits,
    "optax sigmoid cross-entropy": lambda z: jnp.sum(
        optax.sigmoid_binary_cross_entropy(z, jnp.ones_like(z))
    ),
    "optax softmax cross-entropy": lambda z: optax.softmax_cross_entropy(
        z, jnp.asarray(ONE_HOT, z.dtype)
    ),
    "optax integer labels": lambda z: optax.softmax_cross_entropy_with_integer_labels(
        z, jnp.int32(1)
    ),
    "optax huber": lambda x: jnp.sum(optax.huber_loss(x)),
    "optax log cosh": lambda x: jnp.sum(optax.log_cosh(x)),
    "optax squared error": lambda x: jnp.sum(optax.l2_loss(x)),
    "optax cosine": lambda x: optax.cosine_similarity(
        x, jnp.arange(1.0, 4).astype(x.dtype), epsilon=1e-6
    ),
    "optax safe norm": lambda x: optax.safe_norm(x, 1e-6),
    "normal log density": summed(stats.norm.logpdf),
    "logistic log density": summed(stats.logistic.logpdf),
    "laplace log density": summed(stats.laplace.logpdf),
    "t log density": summed(lambda x: stats.t.logpdf(x, 3.0)),
    "normal log distribution": summed(stats.norm.logcdf),
    "Poisson of a log rate": lambda x: jnp.sum(jnp.exp(x / 20) - 2 * x),
    "Gaussian of a log scale": lambda x: jnp.sum(0.5 * (x[1] * jnp.exp(-x[0] / 20)) ** 2 + x[0]),
    "attention of one query": lambda x: nn.softmax(x) @ x,
    "our Bernoulli": likelihood(likelihoods.Bernoulli(), np.int32([1, 0, 1])),
    "our Categorical": likelihood(likelihoods.Categorical(3), np.int32([2]), column=False),
    "our Gaussian": likelihood(likelihoods.Gaussian(), FLOATS),
    "our Laplace": likelihood(likelihoods.Laplace(), FLOATS),
    "our LayerNorm": first(layer_norm),
    **OUR_ACTIVATIONS,
    "polynomial": lambda x: jnp.sum(1 + 2 * x + 0.5 * x**2 - x**3),
    "least squares": lambda x: jnp.sum((jnp.outer(x, x) @ x - 1) ** 2),
}
