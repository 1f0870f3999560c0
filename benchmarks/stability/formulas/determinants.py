"""Logarithms of determinants, and the normal densities that need them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from mpmath import mp

from benchmarks.stability.exactly import minus, product, total
from benchmarks.stability.formula import Formula


def logdet(a):
    """Exact log |det A|."""
    return mp.log(abs(mp.det(mp.matrix(a))))


def inverse_transposed(a):
    """Gradient of log |det A|."""
    return (mp.matrix(a) ** -1).T.tolist()


def log_normal(x, m, s):
    """Exact log density of a multivariate normal distribution with covariance S."""
    d = mp.matrix(minus(x, m))
    quadratic = (d.T * mp.lu_solve(mp.matrix(s), d))[0]
    return -(quadratic + logdet(s) + len(x) * mp.log(2 * mp.pi)) / 2


def log_normal_symmetric(x, m, s):
    """The same of the symmetric part of S, which is what a Cholesky factor sees."""
    n = range(len(s))
    return log_normal(x, m, [[(s[i][j] + s[j][i]) / 2 for j in n] for i in n])


def squared_mahalanobis(x, m, s):
    """(x - m)ᵀ S⁻¹ (x - m), by a linear solve."""
    return (x - m) @ jnp.linalg.solve(s, x - m)


def spread(n, a):
    """A well-conditioned n by n matrix of size a."""
    return [[a * (2.0 if i == j else 0.5 ** abs(i - j)) for j in range(n)] for i in range(n)]


TWO = [([[2.0, 1.0], [0.5, 3.0]],), (spread(2, 2.0**-80),), (spread(2, 2.0**80),)]
THREE = [(spread(3, 1.0),), (spread(3, 2.0**-50),), (spread(3, 2.0**60),)]
FIVE = [(spread(5, 1.0),), (spread(5, 2.0**-30),), (spread(5, 2.0**30),), (spread(5, 2.0**-110),)]
VECTORS = [
    ([1.0, 2.0, 0.5],),
    ([1e-20, 2e-20, 3e-20],),
    ([1e20, 2e20, 3e20],),
    ([1e-30, 1e30, 2e-30],),
]
NORMAL = [
    ([1.0, 2.0], [0.5, 0.25], [[2.0, 0.5], [0.5, 1.0]]),
    ([30.0, -20.0], [0.5, 0.25], [[2.0, 0.5], [0.5, 1.0]]),
    ([2.0**-40, 0.0], [0.0, 0.0], [[2.0**-79, 2.0**-81], [2.0**-81, 2.0**-80]]),
    ([2.0**40, 0.0], [0.0, 0.0], [[2.0**81, 2.0**79], [2.0**79, 2.0**80]]),
]

FORMULAS = [
    Formula(
        "log det of 2 by 2",
        "determinants",
        logdet,
        {
            "log(det)": lambda a: jnp.log(jnp.linalg.det(a)),
            "ad - bc": lambda a: jnp.log(a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]),
            "slogdet": lambda a: jnp.linalg.slogdet(a)[1],
            "log(abs(det))": lambda a: jnp.log(jnp.abs(jnp.linalg.det(a))),
        },
        TWO,
        inverse_transposed,
    ),
    Formula(
        "log det of 3 by 3",
        "determinants",
        logdet,
        {
            "log(det)": lambda a: jnp.log(jnp.linalg.det(a)),
            "sign times exp": lambda a: jnp.log(
                (lambda s, l: s * jnp.exp(l))(*jnp.linalg.slogdet(a))
            ),
            "half log of the square": lambda a: 0.5 * jnp.log(jnp.linalg.det(a) ** 2),
        },
        THREE,
        inverse_transposed,
    ),
    Formula(
        "log det of 5 by 5",
        "determinants",
        logdet,
        {
            "log(det)": lambda a: jnp.log(jnp.linalg.det(a)),
            "log(abs(det))": lambda a: jnp.log(jnp.abs(jnp.linalg.det(a))),
            "-log(det of the inverse)": lambda a: -jnp.log(jnp.linalg.det(jnp.linalg.inv(a))),
        },
        FIVE,
        inverse_transposed,
    ),
    Formula(
        "log of the product of a diagonal",
        "determinants",
        lambda d: total([mp.log(a) for a in d]),
        {
            "log(prod)": lambda d: jnp.log(jnp.prod(d)),
            "det of diag": lambda d: jnp.log(jnp.linalg.det(jnp.diag(d))),
            "prod of diagonal(diag)": lambda d: jnp.log(jnp.prod(jnp.diagonal(jnp.diag(d)))),
            "written out": lambda d: jnp.log(d[0] * d[1] * d[2]),
        },
        VECTORS,
    ),
    Formula(
        "log of the absolute product",
        "determinants",
        lambda d: total([mp.log(abs(a)) for a in d]),
        {
            "log(abs(prod))": lambda d: jnp.log(jnp.abs(jnp.prod(d))),
            "log(prod(abs))": lambda d: jnp.log(jnp.prod(jnp.abs(d))),
            "half log of squares": lambda d: 0.5 * jnp.log(jnp.prod(d**2)),
        },
        [([1.0, -2.0, 0.5],), ([-1e-20, 2e-20, -3e-20],), ([1e20, -2e20, 3e20],)],
    ),
    Formula(
        "log det by a Cholesky factor",
        "determinants",
        logdet,
        {
            "2 log(prod(diag))": lambda a: (
                2 * jnp.log(jnp.prod(jnp.diagonal(jnp.linalg.cholesky(a))))
            ),
            "log(prod(diag)**2)": lambda a: jnp.log(
                jnp.prod(jnp.diag(jnp.linalg.cholesky(a))) ** 2
            ),
            "2 log(det L)": lambda a: 2 * jnp.log(jnp.linalg.det(jnp.linalg.cholesky(a))),
        },
        FIVE,
        inverse_transposed,
    ),
    Formula(
        "log det by eigenvalues",
        "determinants",
        logdet,
        {
            "log(prod(eigvalsh))": lambda a: jnp.log(jnp.prod(jnp.linalg.eigvalsh(a))),
            "jit": jax.jit(lambda a: jnp.log(jnp.prod(jnp.linalg.eigvalsh(a)))),
        },
        FIVE[:3],
        inverse_transposed,
    ),
    Formula(
        "log volume of a diagonal normal",
        "determinants",
        lambda s: total([mp.log(a) for a in s]) + mp.log(2 * mp.pi) * len(s) / 2,
        {
            "product of sigmas": lambda s: jnp.log(jnp.prod(s) * (2 * jnp.pi) ** 1.5),
            "product of terms": lambda s: jnp.log(jnp.prod(jnp.sqrt(2 * jnp.pi) * s)),
            "half log of squares": lambda s: 0.5 * jnp.log(jnp.prod(2 * jnp.pi * s**2)),
        },
        VECTORS[:3],
    ),
    Formula(
        "log density of a normal in two dimensions",
        "determinants",
        log_normal,
        {
            "log of the density": lambda x, m, s: jnp.log(
                jnp.exp(-0.5 * squared_mahalanobis(x, m, s))
                / jnp.sqrt((2 * jnp.pi) ** 2 * jnp.linalg.det(s))
            ),
            "log det apart": lambda x, m, s: (
                -0.5 * squared_mahalanobis(x, m, s)
                - 0.5 * jnp.log(jnp.linalg.det(s))
                - jnp.log(2 * jnp.pi)
            ),
            "by an inverse": lambda x, m, s: (
                -0.5 * (x - m) @ jnp.linalg.inv(s) @ (x - m)
                - 0.5 * jnp.log((2 * jnp.pi) ** 2 * jnp.linalg.det(s))
            ),
        },
        NORMAL,
    ),
    Formula(
        "log density by a Cholesky factor",
        "determinants",
        log_normal_symmetric,
        {
            "log(prod(diag))": lambda x, m, s: (
                lambda l: (
                    -0.5 * jnp.sum(jnp.linalg.solve(l, x - m) ** 2)
                    - jnp.log(jnp.prod(jnp.diagonal(l)))
                    - jnp.log(2 * jnp.pi)
                )
            )(jnp.linalg.cholesky(s)),
            "one logarithm": lambda x, m, s: (
                lambda l: jnp.log(
                    jnp.exp(-0.5 * jnp.sum(jnp.linalg.solve(l, x - m) ** 2))
                    / (2 * jnp.pi * jnp.prod(jnp.diagonal(l)))
                )
            )(jnp.linalg.cholesky(s)),
        },
        NORMAL,
    ),
    Formula(
        "ratio of determinants",
        "determinants",
        lambda a, b: logdet(a) - logdet(b),
        {
            "log(det/det)": lambda a, b: jnp.log(jnp.linalg.det(a) / jnp.linalg.det(b)),
            "difference": lambda a, b: jnp.log(jnp.linalg.det(a)) - jnp.log(jnp.linalg.det(b)),
        },
        [
            (spread(3, 1.0), spread(3, 2.0)),
            (spread(3, 2.0**-60), spread(3, 2.0**-58)),
            (spread(3, 2.0**60), spread(3, 2.0**-40)),
        ],
        lambda a, b: (
            inverse_transposed(a),
            [[-v for v in row] for row in inverse_transposed(b)],
        ),
    ),
    Formula(
        "change of variables by a diagonal map",
        "determinants",
        total,
        {
            "log(prod(exp))": lambda s: jnp.log(jnp.prod(jnp.exp(s))),
            "log det diag exp": lambda s: jnp.log(jnp.linalg.det(jnp.diag(jnp.exp(s)))),
        },
        [([0.5, -1.0, 2.0],), ([60.0, 50.0, 40.0],), ([-60.0, -50.0, 300.0],)],
    ),
    Formula(
        "geometric mean of eigenvalues",
        "determinants",
        lambda d: product(d) ** (mp.one / len(d)),
        {
            "prod ** (1/n)": lambda d: jnp.prod(d) ** (1 / 3),
            "det ** (1/n)": lambda d: jnp.linalg.det(jnp.diag(d)) ** (1 / 3),
            "jnp.power": lambda d: jnp.power(jnp.prod(d), 1 / d.shape[0]),
        },
        VECTORS,
    ),
]
