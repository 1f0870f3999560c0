"""Differences of large or nearly equal numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from mpmath import mp

from benchmarks.stability.exactly import dot, mean, minus, norm, softplus, total, variance
from benchmarks.stability.formula import Formula


def covariance(x, y):
    """Exact covariance."""
    return mean([(a - mean(x)) * (b - mean(y)) for a, b in zip(x, y, strict=True)])


def correlation(x, y):
    """Exact correlation."""
    return covariance(x, y) / mp.sqrt(variance(x) * variance(y))


def quadratic(b, c):
    """Exact smaller root of x² - 2bx + c."""
    return c / (b + mp.sqrt(b * b - c))


def moment(x):
    """Mean, as a helper."""
    return jnp.sum(x) / x.shape[0]


CLOSE = [(3.0, 2.0), (1.0009765625, 1.0), (1.00000012, 1.0), (1e25, 1.5e25), (1e-25, 1.5e-25)]
ROWS = [
    ([1.0, 2.0, 6.0],),
    ([10000.0, 10001.0, 10005.0],),
    ([100000.0, 100001.0, 100005.0],),
    ([3e18, 1e18, 8e18],),
    ([0.5, 0.5, 0.5],),
]
COLUMNS = [
    ([1.0, 2.0, 6.0], [0.5, -1.0, 2.0]),
    ([10000.0, 10001.0, 10005.0], [2.0, 5.0, -4.0]),
    ([10000.0, 10001.0, 10005.0], [-20000.0, -20003.0, -20009.0]),
]

FORMULAS = [
    Formula(
        "log a - log b",
        "differences",
        lambda a, b: mp.log(a / b),
        {
            "as written": lambda a, b: jnp.log(a) - jnp.log(b),
            "log(a/b)": lambda a, b: jnp.log(a / b),
            "-log(b/a)": lambda a, b: -jnp.log(b / a),
        },
        [*CLOSE, (1e30, 1e-30)],
    ),
    Formula(
        "a² - b²",
        "differences",
        lambda a, b: (a - b) * (a + b),
        {
            "a**2 - b**2": lambda a, b: a**2 - b**2,
            "a * a - b * b": lambda a, b: a * a - b * b,
            "jnp.square": lambda a, b: jnp.square(a) - jnp.square(b),
        },
        [(3.0, 2.0), (10001.0, 10000.0), (1.00000012, 1.0), (3000.0, 2999.999755859375)],
    ),
    Formula(
        "sqrt(a² - b²)",
        "differences",
        lambda a, b: mp.sqrt((a - b) * (a + b)),
        {
            "**": lambda a, b: jnp.sqrt(a**2 - b**2),
            "products": lambda a, b: jnp.sqrt(a * a - b * b),
        },
        [(3.0, 2.0), (10001.0, 10000.0), (3e25, 1e25), (1e-25, 5e-26)],
    ),
    Formula(
        "sine from cosine",
        "differences",
        lambda c: mp.sqrt((1 - c) * (1 + c)),
        {
            "1 - c**2": lambda c: jnp.sqrt(1 - c**2),
            "1 - c * c": lambda c: jnp.sqrt(1 - c * c),
        },
        [(0.5,), (0.9990234375,), (0.99999988,), (-0.999755859375,)],
    ),
    Formula(
        "variance by two moments",
        "differences",
        variance,
        {
            "mean(x**2) - mean(x)**2": lambda x: jnp.mean(x**2) - jnp.mean(x) ** 2,
            "square": lambda x: jnp.mean(jnp.square(x)) - jnp.square(jnp.mean(x)),
            "sum / n": lambda x: jnp.sum(x * x) / x.size - (jnp.sum(x) / x.size) ** 2,
            "(Σx² - (Σx)²/n)/n": lambda x: (jnp.sum(x**2) - jnp.sum(x) ** 2 / len(x)) / len(x),
            "dot": lambda x: x @ x / x.shape[0] - jnp.mean(x) ** 2,
            "helper": lambda x: moment(x * x) - moment(x) ** 2,
            "keepdims": lambda x: (jnp.mean(x**2, keepdims=True) - jnp.mean(x, keepdims=True) ** 2)[
                0
            ],
            "vmap": lambda x: jax.vmap(lambda r: jnp.mean(r**2) - jnp.mean(r) ** 2)(x[None, :])[0],
        },
        ROWS,
    ),
    Formula(
        "sample variance",
        "differences",
        lambda x: variance(x) * len(x) / (len(x) - 1),
        {
            "(Σx² - n x̄²)/(n - 1)": lambda x: (jnp.sum(x**2) - 3 * jnp.mean(x) ** 2) / 2,
            "n/(n - 1) times": lambda x: 1.5 * (jnp.mean(x * x) - jnp.mean(x) ** 2),
            "jnp.var": lambda x: jnp.var(x, ddof=1),
        },
        ROWS,
    ),
    Formula(
        "covariance by moments",
        "differences",
        covariance,
        {
            "mean(xy) - mean mean": lambda x, y: jnp.mean(x * y) - jnp.mean(x) * jnp.mean(y),
            "dot / n": lambda x, y: x @ y / len(x) - x.mean() * y.mean(),
            "sums": lambda x, y: jnp.sum(x * y) / 3 - jnp.sum(x) * jnp.sum(y) / 9,
        },
        COLUMNS,
    ),
    Formula(
        "correlation by moments",
        "differences",
        correlation,
        {
            "moments": lambda x, y: (
                (jnp.mean(x * y) - jnp.mean(x) * jnp.mean(y))
                / jnp.sqrt(jnp.mean(x**2) - jnp.mean(x) ** 2)
                / jnp.sqrt(jnp.mean(y**2) - jnp.mean(y) ** 2)
            ),
            "n Σxy": lambda x, y: (
                (3 * jnp.sum(x * y) - jnp.sum(x) * jnp.sum(y))
                / jnp.sqrt(3 * jnp.sum(x**2) - jnp.sum(x) ** 2)
                / jnp.sqrt(3 * jnp.sum(y**2) - jnp.sum(y) ** 2)
            ),
        },
        COLUMNS,
    ),
    Formula(
        "regression slope by moments",
        "differences",
        lambda x, y: covariance(x, y) / variance(x),
        {
            "moments": lambda x, y: (
                (jnp.mean(x * y) - jnp.mean(x) * jnp.mean(y)) / (jnp.mean(x**2) - jnp.mean(x) ** 2)
            ),
            "n Σxy": lambda x, y: (
                (3 * (x @ y) - jnp.sum(x) * jnp.sum(y)) / (3 * (x @ x) - jnp.sum(x) ** 2)
            ),
        },
        COLUMNS,
    ),
    Formula(
        "squared distance by dot products",
        "differences",
        lambda a, b: total([d * d for d in minus(a, b)]),
        {
            "|a|² - 2ab + |b|²": lambda a, b: a @ a - 2 * (a @ b) + b @ b,
            "sums": lambda a, b: jnp.sum(a**2) + jnp.sum(b**2) - 2 * jnp.sum(a * b),
        },
        [
            ([1.0, 2.0], [0.5, 3.0]),
            ([100.0, 200.0], [100.0009765625, 200.0]),
            ([10000.0, -20000.0], [10001.0, -20003.0]),
            ([1.0, 2.0], [1.0, 2.0]),
        ],
    ),
    Formula(
        "sqrt(x + 1) - sqrt(x)",
        "differences",
        lambda x: 1 / (mp.sqrt(x + 1) + mp.sqrt(x)),
        {
            "jnp.sqrt": lambda x: jnp.sqrt(x + 1) - jnp.sqrt(x),
            "** 0.5": lambda x: (1 + x) ** 0.5 - x**0.5,
        },
        [(0.5,), (100.0,), (1e5,), (1e9,), (1e20,)],
    ),
    Formula(
        "sqrt(a) - sqrt(b)",
        "differences",
        lambda a, b: (a - b) / (mp.sqrt(a) + mp.sqrt(b)),
        {
            "jnp.sqrt": lambda a, b: jnp.sqrt(a) - jnp.sqrt(b),
            "** 0.5": lambda a, b: a**0.5 - b**0.5,
        },
        [(3.0, 2.0), (1.0009765625, 1.0), (1e8, 99999992.0), (1.00000012, 1.0)],
    ),
    Formula(
        "1/x - 1/(x + 1)",
        "differences",
        lambda x: 1 / (x * (x + 1)),
        {
            "as written": lambda x: 1 / x - 1 / (x + 1),
            "reciprocals": lambda x: jnp.reciprocal(x) - jnp.reciprocal(1 + x),
            "** -1": lambda x: x**-1 - (x + 1) ** -1,
        },
        [(0.5,), (100.0,), (1e4,), (1e7,), (1e10,)],
    ),
    Formula(
        "1/a - 1/b",
        "differences",
        lambda a, b: (b - a) / (a * b),
        {
            "as written": lambda a, b: 1 / a - 1 / b,
            "reciprocals": lambda a, b: jnp.reciprocal(a) - jnp.reciprocal(b),
        },
        [(3.0, 2.0), (1.0009765625, 1.0), (1.00000012, 1.0), (4096.0, 4095.5)],
    ),
    Formula(
        "smaller root of a quadratic",
        "differences",
        quadratic,
        {
            "b - sqrt(b² - c)": lambda b, c: b - jnp.sqrt(b**2 - c),
            "textbook": lambda b, c: (2 * b - jnp.sqrt((2 * b) ** 2 - 4 * c)) / 2,
        },
        [(2.0, 1.0), (100.0, 1.0), (10000.0, 0.5), (3e6, 2.0)],
    ),
    Formula(
        "log(exp a - exp b)",
        "differences",
        lambda a, b: a + mp.log(-mp.expm1(b - a)),
        {
            "as written": lambda a, b: jnp.log(jnp.exp(a) - jnp.exp(b)),
            "a + log(1 - exp(b - a))": lambda a, b: a + jnp.log(1 - jnp.exp(b - a)),
            "-exp b + exp a": lambda a, b: jnp.log(-jnp.exp(b) + jnp.exp(a)),
        },
        [(1.0, 0.5), (100.0, 99.0), (-110.0, -112.0), (1.00000012, 1.0), (800.0, 3.0)],
    ),
    Formula(
        "exp a - exp b",
        "differences",
        lambda a, b: mp.exp(b) * mp.expm1(a - b),
        {
            "as written": lambda a, b: jnp.exp(a) - jnp.exp(b),
            "-(exp b - exp a)": lambda a, b: -(jnp.exp(b) - jnp.exp(a)),
        },
        [(1.0, 0.5), (1.0009765625, 1.0), (1.00000012, 1.0), (-20.0, -20.00000191)],
    ),
    Formula(
        "softplus(a) - softplus(b)",
        "differences",
        lambda a, b: softplus(a) - softplus(b),
        {
            "log(1 + e)": lambda a, b: jnp.log(1 + jnp.exp(a)) - jnp.log(1 + jnp.exp(b)),
            "log of the quotient": lambda a, b: jnp.log((1 + jnp.exp(a)) / (1 + jnp.exp(b))),
        },
        [(1.0, 0.5), (100.0, 98.0), (-30.0, -32.0), (1.0009765625, 1.0), (800.0, -3.0)],
    ),
    Formula(
        "softplus(x) - x",
        "differences",
        lambda x: softplus(-x),
        {
            "log(1 + exp x) - x": lambda x: jnp.log(1 + jnp.exp(x)) - x,
            "-x + log1p": lambda x: -x + jnp.log1p(jnp.exp(x)),
            "-x - log(1/(1 + exp x))": lambda x: -x - jnp.log(1 / (1 + jnp.exp(x))),
        },
        [(0.5,), (12.0,), (40.0,), (100.0,), (-100.0,), (800.0,)],
    ),
    Formula(
        "sigmoid(a) - sigmoid(b)",
        "differences",
        lambda a, b: mp.sinh((a - b) / 2) / (2 * mp.cosh(a / 2) * mp.cosh(b / 2)),
        {
            "jax.nn.sigmoid": lambda a, b: jax.nn.sigmoid(a) - jax.nn.sigmoid(b),
            "1/(1 + exp)": lambda a, b: 1 / (1 + jnp.exp(-a)) - 1 / (1 + jnp.exp(-b)),
        },
        [(1.0, 0.5), (20.0, 18.0), (40.0, 30.0), (1.0009765625, 1.0), (-100.0, -2.0)],
    ),
    Formula(
        "cosh² - sinh²",
        "differences",
        lambda x: mp.one + 0 * x,
        {
            "**2": lambda x: jnp.cosh(x) ** 2 - jnp.sinh(x) ** 2,
            "products": lambda x: jnp.cosh(x) * jnp.cosh(x) - jnp.sinh(x) * jnp.sinh(x),
        },
        [(0.5,), (5.0,), (20.0,), (100.0,)],
    ),
    Formula(
        "cosh x - sinh x",
        "differences",
        lambda x: mp.exp(-x),
        {
            "jnp": lambda x: jnp.cosh(x) - jnp.sinh(x),
            "exps": lambda x: (jnp.exp(x) + jnp.exp(-x)) / 2 - (jnp.exp(x) - jnp.exp(-x)) / 2,
        },
        [(0.5,), (5.0,), (20.0,), (-30.0,)],
    ),
    Formula(
        "1 - tanh²",
        "differences",
        lambda x: mp.sech(x) ** 2,
        {
            "**2": lambda x: 1 - jnp.tanh(x) ** 2,
            "square": lambda x: 1 - jnp.square(jnp.tanh(x)),
            "(1 - t)(1 + t)": lambda x: (1 - jnp.tanh(x)) * (1 + jnp.tanh(x)),
            "jax.grad": lambda x: jax.grad(jnp.tanh)(x),
        },
        [(0.5,), (-5.0,), (12.0,), (-30.0,), (100.0,)],
    ),
    Formula(
        "log(1 - tanh²)",
        "differences",
        lambda x: 2 * (mp.log(2) - x - softplus(-2 * x)),
        {
            "**2": lambda x: jnp.log(1 - jnp.tanh(x) ** 2),
            "product": lambda x: jnp.log((1 - jnp.tanh(x)) * (1 + jnp.tanh(x))),
        },
        [(0.5,), (-5.0,), (12.0,), (-30.0,), (100.0,)],
    ),
    Formula(
        "area of a triangle",
        "differences",
        lambda a, b, c: mp.sqrt((a + b + c) * (a + b - c) * (a - b + c) * (b + c - a)) / 4,
        {
            "Heron": lambda a, b, c: (lambda s: jnp.sqrt(s * (s - a) * (s - b) * (s - c)))(
                (a + b + c) / 2
            ),
            "s as a mean": lambda a, b, c: (lambda s: jnp.sqrt(s * (s - a) * (s - b) * (s - c)))(
                1.5 * jnp.mean(jnp.stack([a, b, c]))
            ),
        },
        [(2.0, 3.0, 4.0), (2e12, 3e12, 4e12), (2e-12, 3e-12, 4e-12)],
    ),
    Formula(
        "angle of two vectors",
        "differences",
        lambda a, b: mp.acos(dot(a, b) / (norm(a) * norm(b))),
        {
            "arccos of the cosine": lambda a, b: jnp.arccos(
                a @ b / (jnp.linalg.norm(a) * jnp.linalg.norm(b))
            ),
            "one root": lambda a, b: jnp.arccos(
                jnp.sum(a * b) / jnp.sqrt(jnp.sum(a**2) * jnp.sum(b**2))
            ),
        },
        [
            ([1.0, 2.0], [0.5, -1.0]),
            ([1.0, 2.0], [1.0009765625, 2.0]),
            ([3e15, 1e15], [-2e15, 4e15]),
        ],
    ),
    Formula(
        "reciprocal of a square less one",
        "differences",
        lambda x: 1 / ((x - 1) * (x + 1)),
        {
            "x**2 - 1": lambda x: 1 / (x**2 - 1),
            "x * x - 1": lambda x: 1 / (x * x - 1.0),
        },
        [(2.0,), (1.0009765625,), (1.00000012,), (-0.99999994,)],
    ),
]
