"""Differences that vanish at zero, where all digits cancel."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from mpmath import mp

from benchmarks.stability.exactly import softplus
from benchmarks.stability.formula import Formula

SMALL = [(0.5,), (-0.25,), (1e-3,), (2e-6,), (-3e-9,), (1e-14,), (1e-25,)]
EVEN = [(0.5,), (1.5,), (0.01,), (-2e-4,), (3e-7,), (1e-10,)]
WIDE = [(0.5,), (-2.0,), (1e-4,), (-3e-8,), (1e-20,), (100.0,), (-800.0,)]


def expm1(x):
    """Exact eˣ - 1."""
    return mp.exp(x) - 1


def minus_one(x):
    """e to the x, less one, through a compiled helper."""
    return compiled_exp(x) - 1.0


@jax.jit
def compiled_exp(x):
    """e to the x behind a compilation boundary."""
    return jnp.exp(x)


FORMULAS = [
    Formula(
        "exp x - 1",
        "near zero",
        expm1,
        {
            "exp(x) - 1": lambda x: jnp.exp(x) - 1,
            "-1 + exp(x)": lambda x: -1 + jnp.exp(x),
            "-(1 - exp(x))": lambda x: -(1 - jnp.exp(x)),
            "helper": minus_one,
            "e ** x - 1": lambda x: jnp.power(jnp.exp(1.0).astype(x.dtype), x) - 1,
        },
        [*SMALL[:5], (1e-20,), (-50.0,)],
    ),
    Formula(
        "1 - exp(-x)",
        "near zero",
        lambda x: 1 - mp.exp(-x),
        {
            "1 - exp(-x)": lambda x: 1 - jnp.exp(-x),
            "1 - 1/exp(x)": lambda x: 1 - 1 / jnp.exp(x),
            "-exp(-x) + 1": lambda x: -jnp.exp(-x) + 1.0,
        },
        [*SMALL, (60.0,)],
    ),
    Formula(
        "log(1 + x)",
        "near zero",
        lambda x: mp.log(1 + x),
        {
            "log(1 + x)": lambda x: jnp.log(1 + x),
            "log(x + 1.0)": lambda x: jnp.log(x + 1.0),
            "-log(1/(1 + x))": lambda x: -jnp.log(1 / (1 + x)),
            "half log of the square": lambda x: 0.5 * jnp.log((1 + x) ** 2),
        },
        SMALL,
    ),
    Formula(
        "log(1 - x)",
        "near zero",
        lambda x: mp.log(1 - x),
        {
            "log(1 - x)": lambda x: jnp.log(1 - x),
            "log(-x + 1)": lambda x: jnp.log(-x + 1.0),
        },
        [(0.5,), (-0.25,), (1e-3,), (2e-6,), (-3e-9,), (1e-14,)],
    ),
    Formula(
        "log2(1 + x)",
        "near zero",
        lambda x: mp.log(1 + x) / mp.log(2),
        {"log2": lambda x: jnp.log2(1 + x), "log / log 2": lambda x: jnp.log(1 + x) / jnp.log(2.0)},
        SMALL,
    ),
    Formula(
        "log10(1 + x)",
        "near zero",
        lambda x: mp.log(1 + x) / mp.log(10),
        {
            "log10": lambda x: jnp.log10(1 + x),
            "log / log 10": lambda x: jnp.log(1 + x) / jnp.log(10.0),
        },
        SMALL,
    ),
    Formula(
        "1 - cos x",
        "near zero",
        lambda x: 1 - mp.cos(x),
        {
            "1 - cos(x)": lambda x: 1 - jnp.cos(x),
            "-(cos(x) - 1)": lambda x: -(jnp.cos(x) - 1),
            "1 - sqrt(1 - sin²)": lambda x: 1 - jnp.sqrt(1 - jnp.sin(x) ** 2),
        },
        EVEN,
    ),
    Formula(
        "(1 - cos x)/x²",
        "near zero",
        lambda x: (1 - mp.cos(x)) / x**2,
        {
            "x**2": lambda x: (1 - jnp.cos(x)) / x**2,
            "x * x": lambda x: (1 - jnp.cos(x)) / (x * x),
            "twice divided": lambda x: (1 - jnp.cos(x)) / x / x,
        },
        EVEN,
    ),
    Formula(
        "haversine of a distance",
        "near zero",
        lambda a, b: (1 - mp.cos(a - b)) / 2,
        {
            "(1 - cos(a - b))/2": lambda a, b: (1 - jnp.cos(a - b)) / 2,
            "by sums": lambda a, b: (1 - jnp.cos(a) * jnp.cos(b) - jnp.sin(a) * jnp.sin(b)) / 2,
        },
        [(1.0, 0.5), (1.0, 0.9990234375), (0.5, 0.500001), (2.0, 1.99999976)],
    ),
    Formula(
        "sinh by exponentials",
        "near zero",
        mp.sinh,
        {
            "(e - 1/e)/2": lambda x: (jnp.exp(x) - jnp.exp(-x)) / 2,
            "0.5 e - 0.5/e": lambda x: 0.5 * jnp.exp(x) - 0.5 / jnp.exp(x),
            "e named": lambda x: (lambda e: (e - 1 / e) / 2)(jnp.exp(x)),
        },
        [*SMALL[:5], (20.0,), (-80.0,)],
    ),
    Formula(
        "cosh x - 1",
        "near zero",
        lambda x: mp.cosh(x) - 1,
        {
            "jnp.cosh": lambda x: jnp.cosh(x) - 1,
            "exps": lambda x: (jnp.exp(x) + jnp.exp(-x)) / 2 - 1,
        },
        EVEN,
    ),
    Formula(
        "tanh by exponentials",
        "near zero",
        mp.tanh,
        {
            "(e - 1/e)/(e + 1/e)": lambda x: (
                (jnp.exp(x) - jnp.exp(-x)) / (jnp.exp(x) + jnp.exp(-x))
            ),
            "(e² - 1)/(e² + 1)": lambda x: (jnp.exp(2 * x) - 1) / (jnp.exp(2 * x) + 1),
            "(1 - e⁻²)/(1 + e⁻²)": lambda x: (1 - jnp.exp(-2 * x)) / (1 + jnp.exp(-2 * x)),
            "1 - 2/(e² + 1)": lambda x: 1 - 2 / (jnp.exp(2 * x) + 1),
            "sinh / cosh": lambda x: jnp.sinh(x) / jnp.cosh(x),
        },
        WIDE,
    ),
    Formula(
        "coth by exponentials",
        "near zero",
        mp.coth,
        {
            "(e + 1/e)/(e - 1/e)": lambda x: (
                (jnp.exp(x) + jnp.exp(-x)) / (jnp.exp(x) - jnp.exp(-x))
            ),
            "1/tanh": lambda x: 1 / ((jnp.exp(2 * x) - 1) / (jnp.exp(2 * x) + 1)),
        },
        [(0.5,), (-2.0,), (1e-4,), (-3e-8,), (100.0,), (-800.0,)],
    ),
    Formula(
        "sech by exponentials",
        "near zero",
        mp.sech,
        {
            "2/(e + 1/e)": lambda x: 2 / (jnp.exp(x) + jnp.exp(-x)),
            "1/cosh": lambda x: 1 / jnp.cosh(x),
            "2 e/(e² + 1)": lambda x: 2 * jnp.exp(x) / (jnp.exp(2 * x) + 1),
        },
        [(0.5,), (-2.0,), (1e-3,), (60.0,), (-85.0,), (100.0,), (-800.0,)],
    ),
    Formula(
        "(exp x - 1)/x",
        "near zero",
        lambda x: expm1(x) / x,
        {
            "as written": lambda x: (jnp.exp(x) - 1) / x,
            "times 1/x": lambda x: (1 / x) * (jnp.exp(x) - 1),
            "jnp.expm1": lambda x: jnp.expm1(x) / x,
        },
        [(0.5,), (-0.25,), (1e-3,), (2e-6,), (-3e-9,), (1e-14,), (-90.0,)],
    ),
    Formula(
        "x/(exp x - 1)",
        "near zero",
        lambda x: x / expm1(x),
        {
            "as written": lambda x: x / (jnp.exp(x) - 1),
            "-x/(1 - exp x)": lambda x: -x / (1 - jnp.exp(x)),
        },
        [(0.5,), (-0.25,), (1e-3,), (-3e-9,), (90.0,), (800.0,)],
    ),
    Formula(
        "sin x/x",
        "near zero",
        lambda x: mp.sin(x) / x,
        {
            "as written": lambda x: jnp.sin(x) / x,
            "times 1/x": lambda x: jnp.sin(x) * (1 / x),
        },
        [(0.5,), (2.0,), (1e-3,), (-2e-6,), (1e-12,)],
    ),
    Formula(
        "log(1 + x)/x",
        "near zero",
        lambda x: mp.log(1 + x) / x,
        {
            "as written": lambda x: jnp.log(1 + x) / x,
            "jnp.log1p": lambda x: jnp.log1p(x) / x,
        },
        [(0.5,), (-0.25,), (1e-3,), (-3e-9,), (1e-14,)],
    ),
    Formula(
        "x - sin x",
        "near zero",
        lambda x: x - mp.sin(x),
        {"as written": lambda x: x - jnp.sin(x), "-(sin x - x)": lambda x: -(jnp.sin(x) - x)},
        [(0.5,), (2.0,), (0.01,), (-1e-4,), (1e-7,)],
    ),
    Formula(
        "exp x - 1 - x",
        "near zero",
        lambda x: expm1(x) - x,
        {
            "exp(x) - 1 - x": lambda x: jnp.exp(x) - 1 - x,
            "exp(x) - (1 + x)": lambda x: jnp.exp(x) - (1 + x),
            "jnp.expm1": lambda x: jnp.expm1(x) - x,
            "exp(x) - x - 1": lambda x: jnp.exp(x) - x - 1.0,
        },
        [(0.5,), (-2.0,), (0.01,), (-1e-4,), (1e-7,), (1e-13,)],
    ),
    Formula(
        "log(1 + x) - x",
        "near zero",
        lambda x: mp.log(1 + x) - x,
        {
            "as written": lambda x: jnp.log(1 + x) - x,
            "jnp.log1p": lambda x: jnp.log1p(x) - x,
            "-(x - log(1 + x))": lambda x: -(x - jnp.log(1 + x)),
        },
        [(0.5,), (-0.25,), (0.01,), (-1e-4,), (1e-7,), (1e-13,)],
    ),
    Formula(
        "r - 1 - log r",
        "near zero",
        lambda d: mp.exp(d) - 1 - d,
        {
            "ratio of likelihoods": lambda d: (lambda r: r - 1 - jnp.log(r))(jnp.exp(d)),
            "(r - 1) - d": lambda d: (jnp.exp(d) - 1) - d,
        },
        [(0.5,), (-2.0,), (0.01,), (-1e-4,), (1e-7,), (-100.0,)],
    ),
    Formula(
        "sqrt(1 + x) - 1",
        "near zero",
        lambda x: mp.sqrt(1 + x) - 1,
        {
            "jnp.sqrt": lambda x: jnp.sqrt(1 + x) - 1,
            "** 0.5": lambda x: (1 + x) ** 0.5 - 1,
            "-1 + sqrt": lambda x: -1 + jnp.sqrt(x + 1),
        },
        SMALL,
    ),
    Formula(
        "1/(1 - x) - 1",
        "near zero",
        lambda x: 1 / (1 - x) - 1,
        {
            "as written": lambda x: 1 / (1 - x) - 1,
            "jnp.reciprocal": lambda x: jnp.reciprocal(1 - x) - 1.0,
        },
        [(0.5,), (-0.25,), (1e-3,), (2e-6,), (-3e-9,), (1e-14,)],
    ),
    Formula(
        "1 - 1/sqrt(1 + x)",
        "near zero",
        lambda x: 1 - 1 / mp.sqrt(1 + x),
        {
            "1/sqrt": lambda x: 1 - 1 / jnp.sqrt(1 + x),
            "lax.rsqrt": lambda x: 1 - jax.lax.rsqrt(1 + x),
            "** -0.5": lambda x: 1 - (1 + x) ** -0.5,
        },
        SMALL,
    ),
    Formula(
        "compound interest of ten years",
        "near zero",
        lambda x: (1 + x) ** 10 - 1,
        {
            "** 10": lambda x: (1 + x) ** 10 - 1,
            "jnp.power": lambda x: jnp.power(1 + x, 10.0) - 1,
            "exp(10 log)": lambda x: jnp.exp(10 * jnp.log(1 + x)) - 1,
        },
        [(0.5,), (0.03,), (1e-4,), (-2e-6,), (1e-9,), (1e-14,)],
    ),
    Formula(
        "interest compounded daily",
        "near zero",
        lambda r: (1 + r / 365) ** 365 - 1,
        {
            "jnp.power": lambda r: jnp.power(1 + r / 365, 365.0) - 1,
            "exp(n log)": lambda r: jnp.exp(365 * jnp.log(1 + r / 365)) - 1,
        },
        [(0.5,), (0.03,), (1e-4,), (1e-9,)],
    ),
    Formula(
        "payment of a loan",
        "near zero",
        lambda r: r / (1 - (1 + r) ** -12),
        {
            "** -12": lambda r: r / (1 - (1 + r) ** -12),
            "1/(1 + r)**12": lambda r: r / (1 - 1 / (1 + r) ** 12),
        },
        [(0.25,), (0.01,), (1e-4,), (1e-7,), (1e-12,)],
    ),
    Formula(
        "probability of at least one",
        "near zero",
        lambda p: 1 - (1 - p) ** 50,
        {
            "** 50": lambda p: 1 - (1 - p) ** 50,
            "jnp.power": lambda p: 1 - jnp.power(1 - p, 50.0),
        },
        [(0.0625,), (1e-3,), (1e-6,), (1e-9,), (1e-18,)],
    ),
    Formula(
        "log cosh",
        "near zero",
        lambda x: abs(x) + mp.log1p(mp.exp(-2 * abs(x))) - mp.log(2),
        {
            "jnp.cosh": lambda x: jnp.log(jnp.cosh(x)),
            "exps": lambda x: jnp.log((jnp.exp(x) + jnp.exp(-x)) / 2),
            "log 2 apart": lambda x: jnp.log(jnp.exp(x) + jnp.exp(-x)) - jnp.log(2.0),
        },
        [(0.5,), (-2.0,), (0.01,), (1e-4,), (100.0,), (-800.0,)],
    ),
    Formula(
        "asinh as a logarithm",
        "near zero",
        mp.asinh,
        {
            "x**2": lambda x: jnp.log(x + jnp.sqrt(x**2 + 1)),
            "1 + x * x": lambda x: jnp.log(x + jnp.sqrt(1 + x * x)),
        },
        [(0.5,), (3.0,), (1e-4,), (1e-9,), (-2000.0,), (1e25,)],
    ),
    Formula(
        "atanh as a logarithm",
        "near zero",
        mp.atanh,
        {
            "log of the quotient": lambda x: 0.5 * jnp.log((1 + x) / (1 - x)),
            "difference": lambda x: (jnp.log(1 + x) - jnp.log(1 - x)) / 2,
        },
        [(0.5,), (-0.25,), (1e-4,), (-3e-9,), (1e-14,)],
    ),
    Formula(
        "acosh as a logarithm",
        "near zero",
        mp.acosh,
        {
            "x**2": lambda x: jnp.log(x + jnp.sqrt(x**2 - 1)),
            "two roots": lambda x: jnp.log(x + jnp.sqrt(x - 1) * jnp.sqrt(x + 1)),
        },
        [(1.5,), (1.0009765625,), (1.00000012,), (3000.0,), (1e25,)],
    ),
    Formula(
        "softplus less log 2",
        "near zero",
        lambda x: softplus(x) - mp.log(2),
        {
            "as written": lambda x: jnp.log(1 + jnp.exp(x)) - jnp.log(2.0),
            "log(half)": lambda x: jnp.log((1 + jnp.exp(x)) / 2),
        },
        [(0.5,), (-3.0,), (0.01,), (1e-6,), (1e-10,), (120.0,)],
    ),
    Formula(
        "centred sigmoid",
        "near zero",
        lambda x: mp.tanh(x / 2) / 2,
        {
            "σ(x) - 0.5": lambda x: jax.nn.sigmoid(x) - 0.5,
            "1/(1 + exp(-x)) - 1/2": lambda x: 1 / (1 + jnp.exp(-x)) - 1 / 2,
        },
        WIDE,
    ),
    Formula(
        "exponential linear unit",
        "near zero",
        lambda x: mp.exp(x) - 1 if x < 0 else x,
        {
            "where": lambda x: jnp.where(x > 0, x, jnp.exp(x) - 1),
            "where, turned": lambda x: jnp.where(x <= 0, jnp.exp(x) - 1, x),
        },
        [(0.5,), (-2.0,), (-1e-4,), (-3e-9,), (90.0,), (800.0,), (-100.0,)],
    ),
]
