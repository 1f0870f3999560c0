"""Guards by `where` that mend the value and let a nan into the gradient."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from mpmath import mp

from benchmarks.stability.exactly import dot, logsumexp, norm, softplus, total, unit, zeros_like
from benchmarks.stability.formula import Formula


def log_if_positive(x):
    """The guarded logarithm as a helper."""
    return jnp.where(x > 0, jnp.log(x), 0.0)


def kept(y):
    """Exact mask of the numbers above -1."""
    return [i for i, a in enumerate(y) if a > -1]


def masked_loss(z, y):
    """Exact mean logistic loss of the rows whose label is not -1."""
    rows = kept(y)
    return total([softplus(-z[i]) * y[i] + softplus(z[i]) * (1 - y[i]) for i in rows]) / len(rows)


POINTS = [(0.5,), (3.0,), (0.0,), (-2.0,)]
MASK = jnp.array([True, False, True])

FORMULAS = [
    Formula(
        "log where positive",
        "guards",
        lambda x: mp.log(x) if x > 0 else mp.zero,
        {
            "where": lambda x: jnp.where(x > 0, jnp.log(x), 0.0),
            "turned": lambda x: jnp.where(x <= 0, 0.0, jnp.log(x)),
            "helper": log_if_positive,
            "lax.select": lambda x: lax.select(x > 0, jnp.log(x), jnp.zeros_like(x)),
            "nested jit": lambda x: jax.jit(log_if_positive)(x),
        },
        POINTS,
        lambda x: 1 / x if x > 0 else mp.zero,
    ),
    Formula(
        "square root where positive",
        "guards",
        lambda x: mp.sqrt(x) if x > 0 else mp.zero,
        {
            "where": lambda x: jnp.where(x > 0, jnp.sqrt(x), 0.0),
            "** 0.5": lambda x: jnp.where(x > 0, x**0.5, 0.0),
            "shape kept": lambda x: jnp.where(x > 0, jnp.sqrt(x), jnp.zeros_like(x)),
        },
        POINTS,
        lambda x: 1 / (2 * mp.sqrt(x)) if x > 0 else mp.zero,
    ),
    Formula(
        "reciprocal where not zero",
        "guards",
        lambda x: 1 / x if x else mp.zero,
        {
            "where": lambda x: jnp.where(x != 0, 1 / x, 0.0),
            "turned": lambda x: jnp.where(x == 0, 0.0, 1 / x),
        },
        POINTS,
        lambda x: -1 / x**2 if x else mp.zero,
    ),
    Formula(
        "x/y where y is not zero",
        "guards",
        lambda x, y: x / y if y else mp.zero,
        {
            "where": lambda x, y: jnp.where(y != 0, x / y, 0.0),
            "abs(y) > 0": lambda x, y: jnp.where(jnp.abs(y) > 0, x / y, 0.0),
        },
        [(1.0, 2.0), (3.0, 0.0), (0.0, 0.0), (-1.0, 1e-30)],
        lambda x, y: (1 / y, -x / y**2) if y else (mp.zero, mp.zero),
    ),
    Formula(
        "sin x/x, 1 at 0",
        "guards",
        lambda x: mp.sin(x) / x if x else mp.one,
        {
            "where": lambda x: jnp.where(x == 0, 1.0, jnp.sin(x) / x),
            "turned": lambda x: jnp.where(x != 0, jnp.sin(x) / x, 1.0),
        },
        [(0.5,), (2.0,), (0.0,), (-3.0,)],
        lambda x: (x * mp.cos(x) - mp.sin(x)) / x**2 if x else mp.zero,
    ),
    Formula(
        "(exp x - 1)/x, 1 at 0",
        "guards",
        lambda x: mp.expm1(x) / x if x else mp.one,
        {
            "jnp.expm1": lambda x: jnp.where(x == 0, 1.0, jnp.expm1(x) / x),
            "exp - 1": lambda x: jnp.where(x == 0, 1.0, (jnp.exp(x) - 1) / x),
        },
        [(0.5,), (2.0,), (-3.0,), (1e-6,)],
    ),
    Formula(
        "x log x, 0 at 0",
        "guards",
        lambda x: x * mp.log(x) if x > 0 else mp.zero,
        {
            "where": lambda x: jnp.where(x > 0, x * jnp.log(x), 0.0),
            "where inside": lambda x: x * jnp.where(x > 0, jnp.log(x), 0.0),
        },
        POINTS,
        lambda x: mp.log(x) + 1 if x > 0 else mp.zero,
    ),
    Formula(
        "sum of logs under a mask",
        "guards",
        lambda x: mp.log(x[0]) + mp.log(x[2]),
        {
            "where": lambda x: jnp.sum(jnp.where(MASK, jnp.log(x), 0.0)),
            "where=": lambda x: jnp.sum(jnp.log(x), where=MASK),
            "vmap": lambda x: jnp.sum(
                jax.vmap(lambda a, m: jnp.where(m, jnp.log(a), 0.0))(x, MASK)
            ),
        },
        [([0.5, 1.0, 2.0],), ([0.5, 0.0, 2.0],), ([0.5, -1.0, 1e-30],)],
        lambda x: [1 / x[0], mp.zero, 1 / x[2]],
    ),
    Formula(
        "mean quotient under a mask",
        "guards",
        lambda x, y: (x[0] / y[0] + x[2] / y[2]) / 2,
        {
            "where": lambda x, y: jnp.sum(jnp.where(MASK, x / y, 0.0)) / 2,
            "mean where": lambda x, y: jnp.mean(x / y, where=MASK),
        },
        [
            ([1.0, 2.0, 3.0], [2.0, 4.0, 5.0]),
            ([1.0, 2.0, 3.0], [2.0, 0.0, 5.0]),
            ([1.0, 0.0, 3.0], [2.0, 0.0, 1e-15]),
        ],
        lambda x, y: (
            [1 / (2 * y[0]), mp.zero, 1 / (2 * y[2])],
            [-x[0] / (2 * y[0] ** 2), mp.zero, -x[2] / (2 * y[2] ** 2)],
        ),
    ),
    Formula(
        "loss without the ignored labels",
        "guards",
        masked_loss,
        {
            "where of the loss": lambda z, y: (
                lambda keep, p: (
                    jnp.sum(jnp.where(keep, -y * jnp.log(p) - (1 - y) * jnp.log(1 - p), 0.0))
                    / jnp.sum(keep.astype(z.dtype))
                )
            )(y > -1, jax.nn.sigmoid(z)),
            "jnp.mean(where=)": lambda z, y: (
                lambda p: jnp.mean(-y * jnp.log(p) - (1 - y) * jnp.log(1 - p), where=y > -1)
            )(1 / (1 + jnp.exp(-z))),
        },
        [
            ([0.5, -1.0, 2.0], [1.0, -1.0, 0.0]),
            ([0.5, 1000.0, 2.0], [1.0, -1.0, 0.0]),
            ([100.0, -900.0, -110.0], [0.0, -1.0, 1.0]),
        ],
        lambda z, y: (
            [
                (1 / (1 + mp.exp(-a)) - b) / len(kept(y)) if b > -1 else mp.zero
                for a, b in zip(z, y, strict=True)
            ],
            [-a / len(kept(y)) if b > -1 else mp.zero for a, b in zip(z, y, strict=True)],
        ),
    ),
    Formula(
        "cross-entropy without padded tokens",
        "guards",
        lambda z: logsumexp(z[0]) - z[0][1],
        {
            "where": lambda z: (
                lambda logp: -jnp.sum(jnp.where(jnp.array([True, False]), logp[:, 1], 0.0))
            )(jnp.log(jnp.exp(z) / jnp.sum(jnp.exp(z), axis=1, keepdims=True))),
            "mask times loss": lambda z: jnp.sum(
                jnp.array([1.0, 0.0], z.dtype) * -jnp.log(jax.nn.softmax(z, axis=1)[:, 1])
            ),
        },
        [
            ([[0.5, -1.0], [1.0, 2.0]],),
            ([[0.5, -1.0], [1000.0, 2.0]],),
            ([[200.0, -1.0], [-1000.0, -2000.0]],),
        ],
    ),
    Formula(
        "norm, guarded at 0",
        "guards",
        norm,
        {
            "where": lambda x: jnp.where(jnp.any(x != 0), jnp.sqrt(jnp.sum(x**2)), 0.0),
            "sum named": lambda x: (lambda s: jnp.where(s > 0, jnp.sqrt(s), 0.0))(x @ x),
            "linalg": lambda x: jnp.where(jnp.sum(x**2) > 0, jnp.linalg.norm(x), 0.0),
        },
        [([3.0, -4.0, 1.0],), ([0.0, 0.0, 0.0],), ([3.0, 0.0, 0.0],)],
        unit,
    ),
    Formula(
        "unit vector, 0 at 0",
        "guards",
        lambda x: x[0] / norm(x) if any(x) else mp.zero,
        {
            "where": lambda x: jnp.where(jnp.sum(x**2) > 0, x / jnp.sqrt(jnp.sum(x**2)), 0.0)[0],
            "norm named": lambda x: (lambda n: jnp.where(n > 0, x / n, jnp.zeros_like(x))[0])(
                jnp.sqrt(jnp.sum(x * x))
            ),
        },
        [([3.0, -4.0, 1.0],), ([0.0, 0.0, 0.0],), ([1.0, 2.0, 0.0],)],
        lambda x: (
            [(int(i == 0) - x[0] * a / dot(x, x)) / norm(x) for i, a in enumerate(x)]
            if any(x)
            else zeros_like(x)
        ),
    ),
    Formula(
        "arc cosine of a clipped number",
        "guards",
        lambda x: mp.acos(x) if abs(x) < 1 else (mp.zero if x > 0 else +mp.pi),
        {
            "where": lambda x: jnp.where(
                jnp.abs(x) < 1, jnp.arccos(x), jnp.where(x > 0, 0.0, jnp.pi)
            ),
            "nested": lambda x: jnp.where(x >= 1, 0.0, jnp.where(x <= -1, jnp.pi, jnp.arccos(x))),
        },
        [(0.5,), (-0.25,), (1.0,), (-1.0,), (1.5,)],
        lambda x: -1 / mp.sqrt(1 - x * x) if abs(x) < 1 else mp.zero,
    ),
    Formula(
        "power where positive",
        "guards",
        lambda x: mp.sqrt(x) ** 3 / x if x > 0 else mp.zero,
        {
            "x**1.5 / x": lambda x: jnp.where(x > 0, x**1.5 / x, 0.0),
            "exp(log)": lambda x: jnp.where(x > 0, jnp.exp(0.5 * jnp.log(x)), 0.0),
        },
        POINTS,
        lambda x: 1 / (2 * mp.sqrt(x)) if x > 0 else mp.zero,
    ),
    Formula(
        "softplus with a linear branch",
        "guards",
        softplus,
        {
            "x > 20": lambda x: jnp.where(x > 20, x + jnp.exp(-x), jnp.log1p(jnp.exp(x))),
            "x > 40": lambda x: jnp.where(x > 40.0, x, jnp.log(1 + jnp.exp(x))),
        },
        [(0.5,), (-12.0,), (100.0,), (800.0,), (-60.0,)],
    ),
    Formula(
        "sigmoid by cases",
        "guards",
        lambda x: mp.exp(-softplus(-x)),
        {
            "where": lambda x: jnp.where(
                x >= 0, 1 / (1 + jnp.exp(-x)), jnp.exp(x) / (1 + jnp.exp(x))
            ),
            "lax.cond": lambda x: lax.cond(
                x >= 0,
                lambda a: 1 / (1 + jnp.exp(-a)),
                lambda a: jnp.exp(a) / (1 + jnp.exp(a)),
                x,
            ),
        },
        [(0.5,), (-12.0,), (100.0,), (-800.0,), (-60.0,)],
    ),
    Formula(
        "Box-Cox transformation, 0 allowed",
        "guards",
        lambda x, k: (mp.exp(k * mp.log(x)) - 1) / k if k else mp.log(x),
        {
            "where": lambda x, k: jnp.where(k == 0, jnp.log(x), (x**k - 1) / k),
            "jnp.power": lambda x, k: jnp.where(k != 0, (jnp.power(x, k) - 1) / k, jnp.log(x)),
        },
        [(2.0, 0.5), (3.0, -1.0), (2.0, 1e-4), (0.5, 1e-9)],
    ),
]
