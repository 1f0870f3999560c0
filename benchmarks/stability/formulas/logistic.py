"""Sigmoids, their logarithms and the losses made of them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from mpmath import mp

from benchmarks.stability.exactly import mean, sigmoid, softplus
from benchmarks.stability.formula import Formula


def probability(x):
    """The sigmoid as a helper function, as lecture notes define it."""
    return 1 / (1 + jnp.exp(-x))


@jax.jit
def compiled_probability(x):
    """The sigmoid behind a compilation boundary."""
    return jnp.exp(x) / (1 + jnp.exp(x))


def cross_entropy(p, y):
    """Binary cross-entropy of a probability."""
    return -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))


def branches(p, y):
    """Binary cross-entropy with a choice in place of products."""
    return -jnp.where(y == 1, jnp.log(p), jnp.log(1 - p))


def bernoulli_loss(z, y):
    """Exact cross-entropy of a logit."""
    return y * softplus(-z) + (1 - y) * softplus(z)


def entropy_of_logit(z):
    """Exact entropy of a Bernoulli distribution."""
    return sigmoid(z) * softplus(-z) + sigmoid(-z) * softplus(z)


LOGITS = [(0.5,), (-3.0,), (20.0,), (-40.0,), (100.0,), (-120.0,), (800.0,), (-760.0,)]
FEW = [(0.7,), (30.0,), (-95.0,), (800.0,)]

FORMULAS = [
    Formula(
        "softplus",
        "logistic",
        softplus,
        {
            "log(1 + exp x)": lambda x: jnp.log(1 + jnp.exp(x)),
            "log1p": lambda x: jnp.log1p(jnp.exp(x)),
            "log(exp x + 1)": lambda x: jnp.log(jnp.exp(x) + 1.0),
            "minus log of a sigmoid": lambda x: -jnp.log(probability(-x)),
            "minus log(1 - p)": lambda x: -jnp.log(1 - jax.nn.sigmoid(x)),
        },
        LOGITS,
    ),
    Formula(
        "log sigmoid",
        "logistic",
        lambda x: -softplus(-x),
        {
            "log(1/(1 + exp(-x)))": lambda x: jnp.log(1 / (1 + jnp.exp(-x))),
            "log(exp x/(1 + exp x))": lambda x: jnp.log(jnp.exp(x) / (1 + jnp.exp(x))),
            "jax.nn.sigmoid": lambda x: jnp.log(jax.nn.sigmoid(x)),
            "lax.logistic": lambda x: jnp.log(jax.lax.logistic(x)),
            "by tanh": lambda x: jnp.log(0.5 * (1 + jnp.tanh(x / 2))),
            "helper": lambda x: jnp.log(probability(x)),
            "nested jit": lambda x: jnp.log(compiled_probability(x)),
            "reciprocal": lambda x: jnp.log(jnp.reciprocal(1.0 + jnp.exp(-x))),
            "minus log(1 + exp(-x))": lambda x: -jnp.log(1 + jnp.exp(-x)),
        },
        LOGITS,
    ),
    Formula(
        "log of one minus sigmoid",
        "logistic",
        lambda x: -softplus(x),
        {
            "jax.nn.sigmoid": lambda x: jnp.log(1 - jax.nn.sigmoid(x)),
            "helper": lambda x: jnp.log(1.0 - probability(x)),
            "log1p(-p)": lambda x: jnp.log1p(-jax.nn.sigmoid(x)),
            "nested jit": lambda x: jnp.log(-compiled_probability(x) + 1),
            "1/(1 + exp x)": lambda x: jnp.log(1 / (1 + jnp.exp(x))),
        },
        LOGITS,
    ),
    Formula(
        "sigmoid",
        "logistic",
        sigmoid,
        {
            "1/(1 + exp(-x))": lambda x: 1 / (1 + jnp.exp(-x)),
            "exp x/(1 + exp x)": lambda x: jnp.exp(x) / (1 + jnp.exp(x)),
            "e named once": lambda x: (lambda e: e / (e + 1))(jnp.exp(x)),
            "by tanh": lambda x: 0.5 * (1 + jnp.tanh(0.5 * x)),
            "power -1": lambda x: (1 + jnp.exp(-x)) ** -1,
        },
        LOGITS,
    ),
    Formula(
        "sigmoid derivative",
        "logistic",
        lambda x: sigmoid(x) * sigmoid(-x),
        {
            "p(1 - p)": lambda x: (lambda p: p * (1 - p))(probability(x)),
            "p - p²": lambda x: (lambda p: p - p**2)(jax.nn.sigmoid(x)),
            "e/(1 + e)²": lambda x: jnp.exp(-x) / (1 + jnp.exp(-x)) ** 2,
            "jax.grad": lambda x: jax.grad(probability)(x),
        },
        FEW,
    ),
    Formula(
        "logit of a sigmoid",
        "logistic",
        lambda x: x + 0,
        {
            "log(p/(1 - p))": lambda x: (lambda p: jnp.log(p / (1 - p)))(probability(x)),
            "log p - log(1 - p)": lambda x: (lambda p: jnp.log(p) - jnp.log(1 - p))(
                jax.nn.sigmoid(x)
            ),
        },
        [(0.75,), (-20.0,), (50.0,), (-110.0,), (780.0,)],
    ),
    Formula(
        "odds of a sigmoid",
        "logistic",
        mp.exp,
        {
            "p/(1 - p)": lambda x: (lambda p: p / (1 - p))(probability(x)),
            "jax.nn.sigmoid": lambda x: jax.nn.sigmoid(x) / (1 - jax.nn.sigmoid(x)),
        },
        [(0.5,), (-3.0,), (18.0,), (-25.0,), (40.0,)],
    ),
    Formula(
        "binary cross-entropy of a logit",
        "logistic",
        bernoulli_loss,
        {
            "helper": lambda z, y: cross_entropy(probability(z), y),
            "jax.nn.sigmoid": lambda z, y: cross_entropy(jax.nn.sigmoid(z), y),
            "nested jit": lambda z, y: cross_entropy(compiled_probability(z), y),
            "two terms apart": lambda z, y: (
                -y * jnp.log(probability(z)) - (1 - y) * jnp.log(1 - probability(z))
            ),
            "by tanh": lambda z, y: cross_entropy((1 + jnp.tanh(z / 2)) / 2, y),
            "log(1 + exp z) - y z": lambda z, y: jnp.log(1 + jnp.exp(z)) - y * z,
        },
        [(0.5, 1.0), (-2.0, 0.25), (90.0, 0.0), (-105.0, 1.0), (40.0, 0.5), (-800.0, 1.0)],
    ),
    Formula(
        "binary cross-entropy, label chosen",
        "logistic",
        lambda z: softplus(z),
        {
            "where y": lambda z: branches(probability(z), 0.0),
            "p_true = 1 - p": lambda z: (
                -jnp.log(jnp.where(False, probability(z), 1 - probability(z)))
            ),
            "y p + (1 - y)(1 - p)": lambda z: (
                -jnp.log(0.0 * jax.nn.sigmoid(z) + 1.0 * (1 - jax.nn.sigmoid(z)))
            ),
            "p^y (1 - p)^(1 - y)": lambda z: (
                -jnp.log(jax.nn.sigmoid(z) ** 0.0 * (1 - jax.nn.sigmoid(z)) ** 1.0)
            ),
        },
        FEW,
    ),
    Formula(
        "mean binary cross-entropy",
        "logistic",
        lambda z, y: mean([bernoulli_loss(a, b) for a, b in zip(z, y, strict=True)]),
        {
            "jnp.mean": lambda z, y: jnp.mean(cross_entropy(probability(z), y)),
            "sum / n": lambda z, y: jnp.sum(cross_entropy(jax.nn.sigmoid(z), y)) / len(z),
            "vmap": lambda z, y: jnp.mean(jax.vmap(cross_entropy)(probability(z), y)),
            "column": lambda z, y: jnp.mean(cross_entropy(probability(z[:, None]), y[:, None])),
            "dot products": lambda z, y: (
                -(y @ jnp.log(probability(z)) + (1 - y) @ jnp.log(1 - probability(z))) / z.size
            ),
        },
        [
            ([0.5, -1.0, 2.0], [1.0, 0.0, 1.0]),
            ([100.0, -100.0, 3.0], [0.0, 1.0, 1.0]),
            ([20.0, -90.0, 110.0], [1.0, 1.0, 0.25]),
            ([800.0, -2.0, -900.0], [0.0, 0.5, 1.0]),
        ],
    ),
    Formula(
        "logistic loss of a margin",
        "logistic",
        lambda w, x: softplus(-(w[0] * x[0] + w[1] * x[1])),
        {
            "dot": lambda w, x: jnp.log(1 + jnp.exp(-jnp.dot(w, x))),
            "matmul": lambda w, x: -jnp.log(1 / (1 + jnp.exp(-(w @ x)))),
            "sum": lambda w, x: jnp.log1p(jnp.exp(-jnp.sum(w * x))),
            "einsum": lambda w, x: -jnp.log(jax.nn.sigmoid(jnp.einsum("i,i->", w, x))),
        },
        [
            ([0.5, -1.0], [1.0, 2.0]),
            ([8.0, -4.0], [-12.0, 8.0]),
            ([8.0, 4.0], [6.0, -2.0]),
            ([32.0, 4.0], [-30.0, 8.0]),
        ],
    ),
    Formula(
        "swish",
        "logistic",
        lambda x: x * sigmoid(x),
        {
            "x/(1 + exp(-x))": lambda x: x / (1 + jnp.exp(-x)),
            "x p": lambda x: x * probability(x),
            "x exp x/(1 + exp x)": lambda x: x * jnp.exp(x) / (1 + jnp.exp(x)),
        },
        [(1.5,), (-30.0,), (90.0,), (-100.0,), (750.0,), (-800.0,)],
    ),
    Formula(
        "mish",
        "logistic",
        lambda x: x * mp.tanh(softplus(x)),
        {
            "log(1 + exp x)": lambda x: x * jnp.tanh(jnp.log(1 + jnp.exp(x))),
            "log1p": lambda x: x * jnp.tanh(jnp.log1p(jnp.exp(x))),
        },
        [(1.5,), (-20.0,), (90.0,), (-50.0,), (750.0,)],
    ),
    Formula(
        "tanh by a sigmoid",
        "logistic",
        mp.tanh,
        {
            "2σ(2x) - 1": lambda x: 2 * jax.nn.sigmoid(2 * x) - 1,
            "2/(1 + exp(-2x)) - 1": lambda x: 2 / (1 + jnp.exp(-2 * x)) - 1,
        },
        [(0.5,), (1e-5,), (-3e-12,), (60.0,), (-400.0,)],
    ),
    Formula(
        "Bernoulli entropy of a logit",
        "logistic",
        entropy_of_logit,
        {
            "-p log p - q log q": lambda z: (lambda p: -p * jnp.log(p) - (1 - p) * jnp.log(1 - p))(
                probability(z)
            ),
            "-(p log p + q log q)": lambda z: (
                lambda p: -(p * jnp.log(p) + (1.0 - p) * jnp.log(1.0 - p))
            )(jax.nn.sigmoid(z)),
            "nested jit": lambda z: (lambda p, q: -(p * jnp.log(p) + q * jnp.log(q)))(
                compiled_probability(z), 1 - compiled_probability(z)
            ),
        },
        [(0.5,), (-4.0,), (25.0,), (-60.0,), (100.0,), (800.0,)],
    ),
    Formula(
        "Bernoulli divergence of logits",
        "logistic",
        lambda a, b: (
            sigmoid(a) * (softplus(-b) - softplus(-a)) + sigmoid(-a) * (softplus(b) - softplus(a))
        ),
        {
            "p log(p/q)": lambda a, b: (
                lambda p, q: p * jnp.log(p / q) + (1 - p) * jnp.log((1 - p) / (1 - q))
            )(jax.nn.sigmoid(a), jax.nn.sigmoid(b)),
            "p (log p - log q)": lambda a, b: (
                lambda p, q: (
                    p * (jnp.log(p) - jnp.log(q)) + (1 - p) * (jnp.log(1 - p) - jnp.log(1 - q))
                )
            )(probability(a), probability(b)),
        },
        [(0.5, -1.0), (20.0, -20.0), (-100.0, 3.0), (2.0, 120.0), (1.0, -800.0)],
    ),
    Formula(
        "binary focal loss",
        "logistic",
        lambda z: sigmoid(-z) ** 2 * softplus(-z),
        {
            "(1 - p)**2": lambda z: (lambda p: -((1 - p) ** 2) * jnp.log(p))(probability(z)),
            "square": lambda z: (lambda p: -jnp.square(1 - p) * jnp.log(p))(jax.nn.sigmoid(z)),
            "power": lambda z: (lambda p: -jnp.power(1 - p, 2.0) * jnp.log(p))(jax.nn.sigmoid(z)),
        },
        [(0.5,), (12.0,), (-90.0,), (-130.0,), (-800.0,)],
    ),
    Formula(
        "Bradley-Terry loss",
        "logistic",
        lambda a, b: softplus(b - a),
        {
            "exp a/(exp a + exp b)": lambda a, b: -jnp.log(jnp.exp(a) / (jnp.exp(a) + jnp.exp(b))),
            "sigmoid of the difference": lambda a, b: -jnp.log(jax.nn.sigmoid(a - b)),
            "1/(1 + exp(b - a))": lambda a, b: -jnp.log(1 / (1 + jnp.exp(b - a))),
        },
        [(1.0, 0.5), (100.0, 99.0), (-110.0, -112.0), (3.0, 120.0), (40.0, 10.0), (0.0, 760.0)],
    ),
    Formula(
        "hinge made smooth",
        "logistic",
        lambda x: softplus(8 * (1 - x)) / 8,
        {
            "log(1 + exp)": lambda x: jnp.log(1 + jnp.exp(8 * (1 - x))) / 8,
            "0.125 log1p": lambda x: 0.125 * jnp.log1p(jnp.exp(8.0 - 8.0 * x)),
        },
        [(0.5,), (-12.0,), (4.0,), (-100.0,), (8.0,)],
    ),
    Formula(
        "inverse of softplus",
        "logistic",
        lambda x: x + mp.log(-mp.expm1(-x)),
        {
            "log(exp x - 1)": lambda x: jnp.log(jnp.exp(x) - 1),
            "log(expm1 x)": lambda x: jnp.log(jnp.expm1(x)),
        },
        [(1.0,), (1e-6,), (100.0,), (1e-20,), (720.0,)],
    ),
    Formula(
        "complementary log-log likelihood",
        "logistic",
        lambda x: mp.log(-mp.expm1(-mp.exp(x))),
        {
            "log(1 - exp(-exp x))": lambda x: jnp.log(1 - jnp.exp(-jnp.exp(x))),
            "rate named": lambda x: (lambda rate: jnp.log(1 - jnp.exp(-rate)))(jnp.exp(x)),
        },
        [(0.5,), (-10.0,), (-20.0,), (-50.0,), (2.0,)],
    ),
    Formula(
        "log of a sigmoid in base 2",
        "logistic",
        lambda x: -softplus(-x) / mp.log(2),
        {
            "jnp.log2": lambda x: jnp.log2(probability(x)),
            "log / log 2": lambda x: jnp.log(jax.nn.sigmoid(x)) / jnp.log(2.0),
        },
        FEW,
    ),
]
