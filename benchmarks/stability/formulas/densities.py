"""Log densities and log likelihoods, written as the logarithm of the density."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.scipy.special import erf, erfc, gamma, i0, ndtr
from jax.scipy.stats import norm
from mpmath import mp

from benchmarks.stability.exactly import mean, softmax, softplus, total
from benchmarks.stability.formula import Formula


def gaussian(x, m, s):
    """Density of the normal distribution."""
    return jnp.exp(-((x - m) ** 2) / (2 * s**2)) / (s * jnp.sqrt(2 * jnp.pi))


@jax.jit
def compiled_gaussian(x, m, s):
    """The same behind a compilation boundary, with the constant in one root."""
    return 1 / jnp.sqrt(2 * jnp.pi * s**2) * jnp.exp(-0.5 * jnp.square((x - m) / s))


def log_gaussian(x, m, s):
    """Exact log density of the normal distribution."""
    return -(((x - m) / s) ** 2) / 2 - mp.log(s) - mp.log(2 * mp.pi) / 2


def log_ndtr(x):
    """Exact log Φ(x)."""
    return mp.log(mp.erfc(-x / mp.sqrt(2)) / 2)


def mills(x):
    """Exact φ(x) / (1 - Φ(x))."""
    return mp.exp(log_gaussian(x, 0, 1) - log_ndtr(-x))


def log_sigmoid_density(z):
    """Exact log density of the standard logistic distribution."""
    return -z - 2 * softplus(-z)


def divergence(a, s, b, t):
    """Exact divergence of two normal distributions."""
    return mp.log(t / s) + (s**2 + (a - b) ** 2) / (2 * t**2) - mp.mpf(1) / 2


ONE = [(0.5,), (-2.0,), (15.0,), (-60.0,), (1000.0,)]
SCALED = [
    (0.5, 1.0, 2.0),
    (30.0, 1.0, 1.0),
    (2e-20, 0.0, 1e-20),
    (3e10, 0.0, 1e9),
    (5.0, 1.0, 1e-2),
]

FORMULAS = [
    Formula(
        "log density of a standard normal",
        "densities",
        lambda x: log_gaussian(x, 0, 1),
        {
            "exp(-x²/2)/sqrt(2π)": lambda x: jnp.log(jnp.exp(-(x**2) / 2) / jnp.sqrt(2 * jnp.pi)),
            "product": lambda x: jnp.log(1 / jnp.sqrt(2 * jnp.pi) * jnp.exp(-0.5 * x * x)),
            "helper": lambda x: jnp.log(gaussian(x, 0.0, 1.0)),
            "scipy.stats": lambda x: jnp.log(norm.pdf(x)),
        },
        ONE,
    ),
    Formula(
        "log density of a normal",
        "densities",
        log_gaussian,
        {
            "helper": lambda x, m, s: jnp.log(gaussian(x, m, s)),
            "nested jit": lambda x, m, s: jnp.log(compiled_gaussian(x, m, s)),
            "by the variance": lambda x, m, s: (
                lambda v: jnp.log(jnp.exp(-((x - m) ** 2) / (2 * v)) / jnp.sqrt(2 * jnp.pi * v))
            )(s**2),
        },
        SCALED,
    ),
    Formula(
        "negative log likelihood of normal data",
        "densities",
        lambda x, m: -total([log_gaussian(a, m, 1) for a in x]),
        {
            "log of the product": lambda x, m: -jnp.log(jnp.prod(gaussian(x, m, 1.0))),
            "sum of logs": lambda x, m: -jnp.sum(jnp.log(gaussian(x, m, 1.0))),
            "vmap": lambda x, m: (
                -jnp.log(jnp.prod(jax.vmap(lambda a: compiled_gaussian(a, m, 1.0))(x)))
            ),
        },
        [
            ([0.5, -1.0, 2.0], 0.25),
            ([8.0, -9.0, 7.0], 0.25),
            ([100.0, -1.0, 2.0], 3.0),
            ([-30.0, -28.0, -40.0], 3.0),
        ],
    ),
    Formula(
        "log density of a normal by log sigma",
        "densities",
        lambda x, l: -((x * mp.exp(-l)) ** 2) / 2 - l - mp.log(2 * mp.pi) / 2,
        {
            "exp(log sigma)": lambda x, l: jnp.log(gaussian(x, 0.0, jnp.exp(l))),
            "exp(2 log sigma)": lambda x, l: (
                -(x**2) / (2 * jnp.exp(2 * l)) - 0.5 * jnp.log(2 * jnp.pi * jnp.exp(2 * l))
            ),
        },
        [(0.5, 0.25), (3.0, 50.0), (1e-20, -46.0), (1.0, 90.0), (0.5, -2.0)],
    ),
    Formula(
        "log ratio of two normal densities",
        "densities",
        lambda x, a, b: (x - b) ** 2 / 2 - (x - a) ** 2 / 2,
        {
            "log(p/q)": lambda x, a, b: jnp.log(gaussian(x, a, 1.0) / gaussian(x, b, 1.0)),
            "log p - log q": lambda x, a, b: (
                jnp.log(gaussian(x, a, 1.0)) - jnp.log(gaussian(x, b, 1.0))
            ),
        },
        [(0.5, 1.0, -1.0), (20.0, 1.0, -1.0), (-40.0, 3.0, 8.0), (3.0, 30.0, 0.0)],
    ),
    Formula(
        "log density of a Laplace distribution",
        "densities",
        lambda x, s: -abs(x) / s - mp.log(2 * s),
        {
            "as written": lambda x, s: jnp.log(jnp.exp(-jnp.abs(x) / s) / (2 * s)),
            "product": lambda x, s: jnp.log(0.5 / s * jnp.exp(-jnp.abs(x / s))),
        },
        [(0.5, 1.0), (-100.0, 0.5), (200.0, 1.0), (1e-20, 1e-25), (900.0, 1.0)],
    ),
    Formula(
        "log density of a Cauchy distribution",
        "densities",
        lambda x: -mp.log(mp.pi) - mp.log(1 + x * x),
        {
            "1/(π(1 + x²))": lambda x: jnp.log(1 / (jnp.pi * (1 + x**2))),
            "-log(1 + x * x)": lambda x: -jnp.log(jnp.pi) - jnp.log(1 + x * x),
        },
        [(0.5,), (-30.0,), (1e12,), (1e25,), (-3e30,)],
    ),
    Formula(
        "log density of a Student distribution",
        "densities",
        lambda x: mp.log(mp.mpf(3) / 8) - mp.mpf(5) / 2 * mp.log(1 + x * x / 4),
        {
            "** -2.5": lambda x: jnp.log(3 / 8 * (1 + x**2 / 4) ** -2.5),
            "gamma": lambda x: jnp.log(
                gamma(2.5) / (jnp.sqrt(4 * jnp.pi) * gamma(2.0)) * (1 + x**2 / 4) ** (-(4 + 1) / 2)
            ),
        },
        [(0.5,), (-30.0,), (1e9,), (1e25,)],
    ),
    Formula(
        "log density of a logistic distribution",
        "densities",
        log_sigmoid_density,
        {
            "e/(1 + e)²": lambda x: jnp.log(jnp.exp(-x) / (1 + jnp.exp(-x)) ** 2),
            "p(1 - p)": lambda x: (lambda p: jnp.log(p * (1 - p)))(jax.nn.sigmoid(x)),
            "sech²": lambda x: jnp.log(1 / (4 * jnp.cosh(x / 2) ** 2)),
        },
        [(0.5,), (-20.0,), (60.0,), (-100.0,), (800.0,)],
    ),
    Formula(
        "log density of a Gumbel distribution",
        "densities",
        lambda x: -x - mp.exp(-x),
        {
            "as written": lambda x: jnp.log(jnp.exp(-(x + jnp.exp(-x)))),
            "product": lambda x: jnp.log(jnp.exp(-x) * jnp.exp(-jnp.exp(-x))),
        },
        [(0.5,), (-3.0,), (-5.0,), (100.0,), (-20.0,), (800.0,)],
    ),
    Formula(
        "log density of an exponential distribution",
        "densities",
        lambda x, r: mp.log(r) - r * x,
        {
            "as written": lambda x, r: jnp.log(r * jnp.exp(-r * x)),
            "by the scale": lambda x, r: (lambda s: jnp.log(jnp.exp(-x / s) / s))(1 / r),
        },
        [(0.5, 1.5), (100.0, 2.0), (3.0, 64.0), (2e20, 1e-20), (900.0, 1.0)],
    ),
    Formula(
        "log survival of an exponential distribution",
        "densities",
        lambda x: -x,
        {
            "log(1 - cdf)": lambda x: jnp.log(1 - (1 - jnp.exp(-x))),
            "cdf named": lambda x: (lambda cdf: jnp.log(1 - cdf))(1 - jnp.exp(-x)),
        },
        [(0.5,), (12.0,), (20.0,), (100.0,), (1e-9,), (800.0,)],
    ),
    Formula(
        "log hazard of a Weibull distribution",
        "densities",
        lambda x: mp.log(2 * x),
        {
            "log(pdf / survival)": lambda x: jnp.log(2 * x * jnp.exp(-(x**2)) / jnp.exp(-(x**2))),
            "1 - cdf": lambda x: jnp.log(2 * x * jnp.exp(-(x**2)) / (1 - (1 - jnp.exp(-(x**2))))),
        },
        [(0.5,), (4.0,), (12.0,), (40.0,)],
    ),
    Formula(
        "log probability of a Poisson count",
        "densities",
        lambda r: 5 * mp.log(r) - r - mp.log(120),
        {
            "factorial by gamma": lambda r: jnp.log(r**5 * jnp.exp(-r) / gamma(6.0)),
            "factorial by prod": lambda r: jnp.log(
                jnp.power(r, 5.0) * jnp.exp(-r) / jnp.prod(jnp.arange(1.0, 6.0).astype(r.dtype))
            ),
        },
        [(0.5,), (3.0,), (1e-12,), (120.0,), (800.0,)],
    ),
    Formula(
        "log probability of a large Poisson count",
        "densities",
        lambda r: 60 * mp.log(r) - r - mp.loggamma(61),
        {
            "factorial by gamma": lambda r: jnp.log(r**60 * jnp.exp(-r) / gamma(61.0)),
            "factorial by prod": lambda r: jnp.log(
                r**60 * jnp.exp(-r) / jnp.prod(jnp.arange(1.0, 61.0).astype(r.dtype))
            ),
            "product of r/k": lambda r: jnp.log(
                jnp.exp(-r) * jnp.prod(r / jnp.arange(1.0, 61.0).astype(r.dtype))
            ),
        },
        [(3.0,), (20.0,), (100.0,), (0.25,), (800.0,)],
    ),
    Formula(
        "log density of a beta distribution",
        "densities",
        lambda x, a, b: (
            (a - 1) * mp.log(x)
            + (b - 1) * mp.log(1 - x)
            + mp.loggamma(a + b)
            - mp.loggamma(a)
            - mp.loggamma(b)
        ),
        {
            "gamma": lambda x, a, b: jnp.log(
                gamma(a + b) / (gamma(a) * gamma(b)) * x ** (a - 1) * (1 - x) ** (b - 1)
            ),
            "log of gamma": lambda x, a, b: (
                (a - 1) * jnp.log(x)
                + (b - 1) * jnp.log(1 - x)
                + jnp.log(gamma(a + b))
                - jnp.log(gamma(a))
                - jnp.log(gamma(b))
            ),
        },
        [(0.25, 2.0, 3.0), (0.5, 40.0, 30.0), (1e-12, 6.0, 2.5), (1e-9, 3.0, 50.0)],
    ),
    Formula(
        "log of the gamma function",
        "densities",
        mp.loggamma,
        {
            "log(gamma)": lambda x: jnp.log(gamma(x)),
            "shifted": lambda x: jnp.log(gamma(x + 1) / x),
        },
        [(3.5,), (0.5,), (40.0,), (200.0,), (1e-20,)],
    ),
    Formula(
        "log density of a gamma distribution",
        "densities",
        lambda x, a: (a - 1) * mp.log(x) - x - mp.loggamma(a),
        {
            "x**(a - 1)": lambda x, a: jnp.log(x ** (a - 1) * jnp.exp(-x) / gamma(a)),
            "1/gamma": lambda x, a: jnp.log(1 / gamma(a) * jnp.power(x, a - 1) * jnp.exp(-x)),
        },
        [(0.5, 2.0), (120.0, 3.0), (40.0, 50.0), (1e-20, 4.0), (800.0, 2.0)],
    ),
    Formula(
        "log likelihood of a binomial count",
        "densities",
        lambda p: 30 * mp.log(p) + 20 * mp.log(1 - p),
        {
            "powers": lambda p: jnp.log(p**30 * (1 - p) ** 20),
            "jnp.power": lambda p: jnp.log(jnp.power(p, 30.0) * jnp.power(1 - p, 20.0)),
            "logs of powers": lambda p: jnp.log(p**30) + jnp.log((1 - p) ** 20),
        },
        [(0.5,), (0.01,), (0.99902,), (1e-12,), (1e-30,)],
    ),
    Formula(
        "log density of a von Mises distribution",
        "densities",
        lambda x, k: k * mp.cos(x) - mp.log(2 * mp.pi * mp.besseli(0, k)),
        {
            "exp over i0": lambda x, k: jnp.log(jnp.exp(k * jnp.cos(x)) / (2 * jnp.pi * i0(k))),
            "log i0 apart": lambda x, k: k * jnp.cos(x) - jnp.log(2 * jnp.pi * i0(k)),
        },
        [(0.5, 2.0), (1.0, 50.0), (2.0, 120.0), (0.5, 800.0)],
    ),
    Formula(
        "log Φ",
        "densities",
        log_ndtr,
        {
            "ndtr": lambda x: jnp.log(ndtr(x)),
            "erf": lambda x: jnp.log(0.5 * (1 + erf(x / jnp.sqrt(2.0)))),
            "erfc": lambda x: jnp.log(0.5 * erfc(-x / jnp.sqrt(2.0))),
            "norm.cdf": lambda x: jnp.log(norm.cdf(x)),
        },
        [(0.5,), (-3.0,), (-8.0,), (-15.0,), (6.0,), (-40.0,)],
    ),
    Formula(
        "log(1 - Φ)",
        "densities",
        lambda x: log_ndtr(-x),
        {
            "1 - ndtr": lambda x: jnp.log(1 - ndtr(x)),
            "erf": lambda x: jnp.log(0.5 * (1 - erf(x / jnp.sqrt(2.0)))),
            "1 - cdf": lambda x: jnp.log(1 - norm.cdf(x)),
        },
        [(0.5,), (3.0,), (8.0,), (15.0,), (-6.0,), (40.0,)],
    ),
    Formula(
        "1 - erf",
        "densities",
        mp.erfc,
        {"as written": lambda x: 1 - erf(x), "2 - (1 + erf)": lambda x: 2 - (1 + erf(x))},
        [(0.5,), (3.0,), (5.0,), (8.0,), (-2.0,)],
    ),
    Formula(
        "inverse Mills ratio",
        "densities",
        mills,
        {
            "pdf/(1 - cdf)": lambda x: norm.pdf(x) / (1 - norm.cdf(x)),
            "exps and ndtr": lambda x: jnp.exp(-(x**2) / 2) / jnp.sqrt(2 * jnp.pi) / (1 - ndtr(x)),
            "ndtr(-x)": lambda x: norm.pdf(x) / ndtr(-x),
        },
        [(0.5,), (4.0,), (8.0,), (20.0,), (-5.0,), (60.0,)],
    ),
    Formula(
        "log density of a truncated normal",
        "densities",
        lambda x, a: log_gaussian(x, 0, 1) - log_ndtr(-a),
        {
            "log(pdf/(1 - cdf))": lambda x, a: jnp.log(norm.pdf(x) / (1 - norm.cdf(a))),
            "logs apart": lambda x, a: jnp.log(gaussian(x, 0.0, 1.0)) - jnp.log(1 - ndtr(a)),
        },
        [(1.0, 0.5), (7.0, 6.0), (16.0, 15.0), (50.0, 3.0), (-1.0, -8.0)],
    ),
    Formula(
        "responsibility with weights",
        "densities",
        lambda x, w: softmax(
            [mp.log(b) + log_gaussian(x, m, 1) for b, m in zip(w, (0, 4), strict=True)]
        )[0],
        {
            "Bayes": lambda x, w: (lambda d: (d / jnp.sum(d))[0])(
                w * gaussian(x, jnp.array([0.0, 4.0], x.dtype), 1.0)
            ),
            "by hand": lambda x, w: (
                w[0]
                * gaussian(x, 0.0, 1.0)
                / (w[0] * gaussian(x, 0.0, 1.0) + w[1] * gaussian(x, 4.0, 1.0))
            ),
        },
        [(0.5, [0.25, 0.75]), (20.0, [0.25, 0.75]), (-14.0, [0.5, 0.5]), (2.0, [1e-20, 1e-20])],
    ),
    Formula(
        "divergence of two normals",
        "densities",
        divergence,
        {
            "logs apart": lambda a, s, b, t: (
                jnp.log(t) - jnp.log(s) + (s**2 + (a - b) ** 2) / (2 * t**2) - 0.5
            ),
            "log(t/s)": lambda a, s, b, t: (
                jnp.log(t / s) + 0.5 * (jnp.square(s) + jnp.square(a - b)) / jnp.square(t) - 1 / 2
            ),
        },
        [(0.5, 1.0, 1.0, 2.0), (3e25, 1e25, 1e25, 2e25), (1e-25, 3e-25, 0.0, 2e-25)],
    ),
    Formula(
        "divergence to a standard normal",
        "densities",
        lambda m, l: (m * m + mp.exp(l) - 1 - l) / 2,
        {
            "log variance": lambda m, l: -0.5 * (1 + l - m**2 - jnp.exp(l)),
            "variance": lambda m, l: (lambda v: 0.5 * (m**2 + v - 1 - jnp.log(v)))(jnp.exp(l)),
            "sigma": lambda m, l: (lambda s: 0.5 * (s**2 + m**2 - 1) - jnp.log(s))(
                jnp.exp(0.5 * l)
            ),
        },
        [(0.5, 0.25), (0.0, 1e-3), (1e-6, -1e-6), (2.0, -110.0), (1.0, -800.0)],
    ),
    Formula(
        "log density of a product of experts",
        "densities",
        lambda x: mean([log_gaussian(x, 0, 1), log_gaussian(x, 3, 1)]),
        {
            "sqrt of the product": lambda x: jnp.log(
                jnp.sqrt(gaussian(x, 0.0, 1.0) * gaussian(x, 3.0, 1.0))
            ),
            "** 0.5": lambda x: jnp.log((gaussian(x, 0.0, 1.0) * gaussian(x, 3.0, 1.0)) ** 0.5),
        },
        [(0.5,), (10.0,), (-30.0,), (100.0,)],
    ),
]
