"""Products of many factors, powers and factorials."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.special import factorial, gamma
from mpmath import mp

from benchmarks.stability.exactly import product, softplus, total
from benchmarks.stability.formula import Formula


def log_product(p):
    """Exact Σ log pᵢ."""
    return total([mp.log(a) for a in p])


def looped(p):
    """A product in `lax.scan`."""
    return lax.scan(lambda s, a: (s * a, None), jnp.ones((), p.dtype), p)[0]


def counted(p):
    """A product in `lax.fori_loop` with a known number of steps."""
    return lax.fori_loop(0, p.shape[0], lambda i, s: s * p[i], jnp.ones((), p.dtype))


def log_forward(a, b):
    """Exact log probability of ten observations of a hidden Markov chain with two states."""
    state = [mp.mpf(1) / 2, mp.mpf(1) / 2]
    for _ in range(10):
        state = [b[j] * (state[0] * a[0][j] + state[1] * a[1][j]) for j in range(2)]
    return mp.log(total(state))


def forward_step(a, b):
    """One step of the forward algorithm with probabilities."""
    return lambda state, _: (b * (state @ a), None)


FEW = [
    ([0.5, 0.25, 0.75, 0.5],),
    ([1e-12, 2e-12, 3e-12, 0.5],),
    ([1e15, 2e15, 3e12, 4.0],),
    ([1e-30, 2e-25, 3e-30, 1e-20],),
    ([1e-30, 1e30, 1e-35, 1e10],),
]
MANY = [
    ([0.5 + i / 64 for i in range(16)],),
    ([2.0**-10] * 16,),
    ([2.0**-80] * 16,),
    ([2.0**12] * 8 + [2.0**-30] * 8,),
]
BINARY = [
    ([0.5, 0.25, 0.75], [0.25, 0.5, 0.5]),
    ([1e-15, 2e-15, 3e-15], [2e-15, 1e-15, 3e-15]),
    ([1e-30, 2e-30, 1e-25], [1e-30, 3e-28, 2e-30]),
    ([0.5, 0.25, 0.75], [1e-30, 2e-10, 1e-20]),
]

FORMULAS = [
    Formula(
        "log of a product",
        "products",
        log_product,
        {
            "jnp.prod": lambda p: jnp.log(jnp.prod(p)),
            "method": lambda p: jnp.log(p.prod()),
            "scan": lambda p: jnp.log(looped(p)),
            "fori_loop": lambda p: jnp.log(counted(p)),
            "last of cumprod": lambda p: jnp.log(jnp.cumprod(p)[-1]),
            "written out": lambda p: jnp.log(p[0] * p[1] * p[2] * p[3]),
        },
        FEW,
    ),
    Formula(
        "log likelihood of many",
        "products",
        log_product,
        {
            "jnp.prod": lambda p: jnp.log(jnp.prod(p)),
            "scan": lambda p: jnp.log(looped(p)),
            "fori_loop": lambda p: jnp.log(counted(p)),
            "minus log of the reciprocal": lambda p: -jnp.log(1 / jnp.prod(p)),
        },
        MANY,
    ),
    Formula(
        "log of a product of sigmoids",
        "products",
        lambda z: -total([softplus(-a) for a in z]),
        {
            "prod(sigmoid)": lambda z: jnp.log(jnp.prod(jax.nn.sigmoid(z))),
            "prod(1/(1 + exp(-z)))": lambda z: jnp.log(jnp.prod(1 / (1 + jnp.exp(-z)))),
            "scan": lambda z: jnp.log(looped(jax.nn.sigmoid(z))),
        },
        [
            ([0.5, -1.0, 2.0, 0.0],),
            ([-50.0, -40.0, -30.0, 2.0],),
            ([-300.0, 2.0, 3.0, -1.0],),
            ([-800.0, 100.0, -900.0, 3.0],),
        ],
    ),
    Formula(
        "geometric mean",
        "products",
        lambda p: mp.exp(log_product(p) / len(p)),
        {
            "prod ** (1/n)": lambda p: jnp.prod(p) ** (1 / p.size),
            "jnp.power": lambda p: jnp.power(jnp.prod(p), 0.25),
            "root of roots": lambda p: jnp.sqrt(jnp.sqrt(jnp.prod(p))),
            "exp(log(prod)/n)": lambda p: jnp.exp(jnp.log(jnp.prod(p)) / 4),
        },
        FEW[:4],
    ),
    Formula(
        "inverse probability per word",
        "products",
        lambda p: mp.exp(-log_product(p) / len(p)),
        {
            "prod ** (-1/n)": lambda p: jnp.prod(p) ** (-1 / p.size),
            "(1/prod) ** (1/n)": lambda p: (1 / jnp.prod(p)) ** (1 / p.size),
        },
        [*FEW[:2], ([1e-14, 2e-13, 3e-14, 1e-12],)],
    ),
    Formula(
        "log of a likelihood ratio",
        "products",
        lambda p, q: log_product(p) - log_product(q),
        {
            "log(prod/prod)": lambda p, q: jnp.log(jnp.prod(p) / jnp.prod(q)),
            "log - log": lambda p, q: jnp.log(jnp.prod(p)) - jnp.log(jnp.prod(q)),
            "log(prod(p/q))": lambda p, q: jnp.log(jnp.prod(p / q)),
        },
        BINARY,
    ),
    Formula(
        "likelihood ratio",
        "products",
        lambda p, q: product(p) / product(q),
        {
            "prod/prod": lambda p, q: jnp.prod(p) / jnp.prod(q),
            "scan": lambda p, q: looped(p) / looped(q),
        },
        BINARY[:3],
    ),
    Formula(
        "naive Bayes posterior",
        "products",
        lambda p, q: product(p) / (product(p) + product(q)),
        {
            "prod/(prod + prod)": lambda p, q: jnp.prod(p) / (jnp.prod(p) + jnp.prod(q)),
            "priors": lambda p, q: 0.5 * jnp.prod(p) / (0.5 * jnp.prod(p) + 0.5 * jnp.prod(q)),
            "axis": lambda p, q: (lambda l: (l / jnp.sum(l))[0])(
                jnp.prod(jnp.stack([p, q]), axis=1)
            ),
        },
        BINARY[:3],
    ),
    Formula(
        "log posterior of naive Bayes",
        "products",
        lambda p, q: log_product(p) - mp.log(product(p) + product(q)),
        {
            "log of the posterior": lambda p, q: jnp.log(jnp.prod(p) / (jnp.prod(p) + jnp.prod(q))),
            "joint named": lambda p, q: (lambda l: jnp.log(l / l.sum())[0])(
                jnp.stack([jnp.prod(p), jnp.prod(q)])
            ),
        },
        BINARY[:3],
    ),
    Formula(
        "log probability of a path of a Markov chain",
        "products",
        lambda p: 4 * mp.log(p[0][1]) + 4 * mp.log(p[1][0]),
        {
            "scan": lambda p: jnp.log(
                lax.scan(
                    lambda s, _: (s * p[0, 1] * p[1, 0], None),
                    jnp.ones((), p.dtype),
                    length=4,
                )[0]
            ),
            "indexing, prod": lambda p: jnp.log(
                jnp.prod(p[jnp.array([0, 1] * 4), jnp.array([1, 0] * 4)])
            ),
            "python loop": lambda p: jnp.log(
                p[0, 1] * p[1, 0] * p[0, 1] * p[1, 0] * p[0, 1] * p[1, 0] * p[0, 1] * p[1, 0]
            ),
        },
        [
            ([[0.5, 0.5], [0.25, 0.75]],),
            ([[0.5, 1e-6], [1e-8, 0.75]],),
            ([[0.5, 1e-30], [1e-25, 0.75]],),
        ],
    ),
    Formula(
        "forward algorithm of a hidden Markov chain",
        "products",
        log_forward,
        {
            "scan": lambda a, b: jnp.log(
                jnp.sum(lax.scan(forward_step(a, b), jnp.full(2, 0.5, a.dtype), length=10)[0])
            ),
            "fori_loop": lambda a, b: jnp.log(
                jnp.sum(
                    lax.fori_loop(
                        0,
                        10,
                        lambda _, s: b * jnp.einsum("i,ij->j", s, a),
                        jnp.full(2, 0.5, a.dtype),
                    )
                )
            ),
        },
        [
            ([[0.5, 0.5], [0.25, 0.75]], [0.5, 0.25]),
            ([[0.5, 0.5], [0.25, 0.75]], [2e-5, 1e-5]),
            ([[0.5, 0.5], [0.25, 0.75]], [2e-35, 1e-34]),
        ],
    ),
    Formula(
        "log of a ratio of factorials",
        "products",
        lambda x: mp.log(x * (x - 1) * (x - 2)),
        {
            "gamma/gamma": lambda x: jnp.log(gamma(x + 1) / gamma(x - 2)),
            "factorial": lambda x: jnp.log(factorial(x) / factorial(x - 3)),
        },
        [(5.0,), (30.5,), (40.0,), (200.0,)],
    ),
    Formula(
        "log of a binomial coefficient",
        "products",
        lambda n, k: mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1),
        {
            "gamma": lambda n, k: jnp.log(gamma(n + 1) / (gamma(k + 1) * gamma(n - k + 1))),
            "factorial": lambda n, k: jnp.log(factorial(n) / factorial(k) / factorial(n - k)),
        },
        [(5.0, 2.0), (30.0, 12.0), (60.0, 20.0), (300.0, 100.0)],
    ),
    Formula(
        "log of a binomial probability",
        "products",
        lambda p: mp.log(mp.binomial(40, 15)) + 15 * mp.log(p) + 25 * mp.log(1 - p),
        {
            "gamma": lambda p: jnp.log(
                gamma(41.0) / (gamma(16.0) * gamma(26.0)) * p**15 * (1 - p) ** 25
            ),
            "factors": lambda p: jnp.log(
                jnp.prod(jnp.arange(26.0, 41.0) / jnp.arange(1.0, 16.0)) * p**15 * (1 - p) ** 25
            ),
        },
        [(0.5,), (0.25,), (0.0009765625,), (0.9990234375,), (1e-20,)],
    ),
    Formula(
        "log of a power",
        "products",
        lambda x: 50 * mp.log(x),
        {
            "x**50": lambda x: jnp.log(x**50),
            "jnp.power": lambda x: jnp.log(jnp.power(x, 50.0)),
            "prod of copies": lambda x: jnp.log(jnp.prod(jnp.full(50, 1.0, x.dtype) * x)),
            "fori_loop": lambda x: jnp.log(
                lax.fori_loop(0, 50, lambda _, s: s * x, jnp.ones((), x.dtype))
            ),
        },
        [(0.5,), (0.0625,), (30.0,), (1e-20,), (1e20,)],
    ),
    Formula(
        "log of a discounted power",
        "products",
        lambda p: 40 * mp.log(p) + 60 * mp.log(1 - p),
        {
            "p**n (1 - p)**m": lambda p: jnp.log(p**40 * (1 - p) ** 60),
            "jnp.power": lambda p: jnp.log(jnp.power(p, 40.0) * jnp.power(1 - p, 60.0)),
            "where and prod": lambda p: jnp.log(
                jnp.prod(jnp.where(jnp.arange(100) < 40, p, 1 - p))
            ),
        },
        [(0.5,), (0.0625,), (0.9990234375,), (1e-10,), (1e-30,)],
    ),
    Formula(
        "sum of the logs of running products",
        "products",
        lambda p: total([(len(p) - i) * mp.log(a) for i, a in enumerate(p)]),
        {
            "cumprod": lambda p: jnp.sum(jnp.log(jnp.cumprod(p))),
            "scan": lambda p: jnp.sum(
                jnp.log(lax.scan(lambda s, a: (s * a, s * a), jnp.ones((), p.dtype), p)[1])
            ),
        },
        [FEW[0], FEW[1], FEW[3]],
    ),
    Formula(
        "survival by a product of complements",
        "products",
        lambda h: total([mp.log(1 - a) for a in h]),
        {
            "log(prod(1 - h))": lambda h: jnp.log(jnp.prod(1 - h)),
            "cumprod": lambda h: jnp.log(jnp.cumprod(1 - h)[-1]),
        },
        [
            ([0.5, 0.25, 0.125, 0.5],),
            ([1e-5, 2e-6, 1e-7, 1e-9],),
            ([1e-12, 3e-20, 1e-18, 1e-13],),
        ],
    ),
    Formula(
        "log of the chance of at least one",
        "products",
        lambda h: mp.log(1 - product([1 - a for a in h])),
        {
            "1 - prod(1 - h)": lambda h: jnp.log(1 - jnp.prod(1 - h)),
            "noisy or": lambda h: jnp.log(1 - jnp.exp(jnp.sum(jnp.log(1 - h)))),
        },
        [([0.5, 0.25, 0.125],), ([1e-5, 2e-6, 1e-7],), ([1e-12, 3e-20, 1e-18],)],
    ),
    Formula(
        "importance weight of a trajectory",
        "products",
        lambda a, b: mp.exp(total(a) - total(b)),
        {
            "prod(exp)/prod(exp)": lambda a, b: jnp.prod(jnp.exp(a)) / jnp.prod(jnp.exp(b)),
            "exp(sum)/exp(sum)": lambda a, b: jnp.exp(jnp.sum(a)) / jnp.exp(jnp.sum(b)),
            "prod of ratios": lambda a, b: jnp.prod(jnp.exp(a) / jnp.exp(b)),
        },
        [
            ([0.5, -1.0], [0.25, 0.75]),
            ([-60.0, -50.0], [-59.0, -52.0]),
            ([100.0, 90.0], [101.0, 88.0]),
            ([-900.0, -2.0], [-901.0, -1.0]),
        ],
    ),
]
