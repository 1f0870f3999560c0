"""Norms, distances, standard deviations and normalisations."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from mpmath import mp

from benchmarks.stability.exactly import dot, mean, minus, norm, unit, variance, zeros_like
from benchmarks.stability.formula import Formula


def distance_gradient(a, b):
    """Gradient of the distance by both points; 0 where they meet."""
    u = unit(minus(a, b))
    return u, [-c for c in u]


def deviation_gradient(x):
    """Gradient of the standard deviation; 0 for equal numbers."""
    center, spread = mean(x), mp.sqrt(variance(x))
    return [(a - center) / (len(x) * spread) for a in x] if spread else zeros_like(x)


def standardized(x, i):
    """(xᵢ - mean)/deviation, exactly."""
    return (x[i] - mean(x)) / mp.sqrt(variance(x))


def layer_norm(x):
    """First number of a normalised row, eps = 2⁻²⁰, as its definition says."""
    return (x[0] - mean(x)) / mp.sqrt(variance(x) + mp.mpf(2) ** -20)


def pairwise(x):
    """Sum of all distances, exactly."""
    return sum(norm(minus(a, b)) for a in x for b in x)


def pairwise_gradient(x):
    """Its gradient: a pair that meets pulls nowhere."""
    pulls = [[unit(minus(a, b)) for b in x] for a in x]
    return [[2 * mp.fsum(p[k] for p in row) for k in range(len(x[0]))] for row in pulls]


def hidden_norm(v):
    """The norm as a compiled helper."""
    return jax.jit(lambda u: jnp.sqrt(jnp.sum(u**2)))(v)


VECTORS = [
    ([3.0, -4.0, 1.0],),
    ([0.0, 0.0, 0.0],),
    ([3e20, -4e20, 1e19],),
    ([3e-25, -4e-25, 1e-24],),
    ([0.0, 2e-30, 0.0],),
]
PAIRS = [
    ([1.0, 2.0], [0.5, 3.0]),
    ([3e20, 1e20], [-2e20, 4e20]),
    ([3e-25, 1e-24], [2e-25, -5e-25]),
    ([1e20, 2e20], [1e-20, 3e-20]),
]
ROWS = [
    ([1.0, 2.0, 4.0],),
    ([10000.0, 10001.0, 10005.0],),
    ([-0.5, -0.5009765625, -0.49609375],),
    ([3e-22, 1e-22, 7e-22],),
    ([3e20, 1e20, 7e20],),
]

FORMULAS = [
    Formula(
        "Euclidean norm",
        "norms",
        norm,
        {
            "x**2": lambda x: jnp.sqrt(jnp.sum(x**2)),
            "x * x": lambda x: jnp.sqrt(jnp.sum(x * x)),
            "jnp.square": lambda x: jnp.sqrt(jnp.square(x).sum()),
            "x @ x": lambda x: jnp.sqrt(x @ x),
            "jnp.dot": lambda x: jnp.dot(x, x) ** 0.5,
            "jnp.linalg.norm": lambda x: jnp.linalg.norm(x),
            "nested jit": hidden_norm,
        },
        VECTORS,
        unit,
    ),
    Formula(
        "hypotenuse",
        "norms",
        lambda a, b: mp.sqrt(a * a + b * b),
        {
            "a**2 + b**2": lambda a, b: jnp.sqrt(a**2 + b**2),
            "a * a + b * b": lambda a, b: jnp.sqrt(a * a + b * b),
            "complex modulus": lambda a, b: jnp.sqrt(jnp.square(a) + jnp.square(b)),
        },
        [(3.0, 4.0), (0.0, 0.0), (3e20, -4e20), (3e-25, 4e-25), (0.0, -2.0), (1e30, 1e-30)],
        lambda a, b: tuple(unit([a, b])),
    ),
    Formula(
        "distance of two points",
        "norms",
        lambda a, b: norm(minus(a, b)),
        {
            "(a - b)**2": lambda a, b: jnp.sqrt(jnp.sum((a - b) ** 2)),
            "difference named": lambda a, b: (lambda d: jnp.sqrt(jnp.dot(d, d)))(a - b),
            "jnp.linalg.norm": lambda a, b: jnp.linalg.norm(a - b),
            "einsum": lambda a, b: jnp.sqrt(jnp.einsum("i,i->", a - b, a - b)),
        },
        [
            ([1.0, 2.0], [0.5, 3.0]),
            ([1.0, 2.0], [1.0, 2.0]),
            ([3e20, 1e20], [-2e20, 4e20]),
            ([1.0, 2.0], [1.00000012, 2.0]),
            ([3e-25, 0.0], [1e-25, 2e-25]),
        ],
        distance_gradient,
    ),
    Formula(
        "sum of pairwise distances",
        "norms",
        pairwise,
        {
            "broadcast": lambda x: jnp.sum(
                jnp.sqrt(jnp.sum((x[:, None, :] - x[None, :, :]) ** 2, axis=-1))
            ),
            "vmap": lambda x: jnp.sum(
                jax.vmap(lambda a: jax.vmap(lambda b: jnp.sqrt(jnp.sum(jnp.square(a - b))))(x))(x)
            ),
        },
        [
            ([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]],),
            ([[1.0, 2.0], [1.0, 2.0], [3.0, 0.25]],),
            ([[1e20, 2e20], [-1e20, 0.0], [3e20, 1e20]],),
        ],
        pairwise_gradient,
    ),
    Formula(
        "unit direction",
        "norms",
        lambda x: x[0] / norm(x),
        {
            "x / sqrt(sum)": lambda x: (x / jnp.sqrt(jnp.sum(x**2)))[0],
            "x * rsqrt": lambda x: (x * jax.lax.rsqrt(jnp.sum(x * x)))[0],
            "jnp.linalg.norm": lambda x: x[0] / jnp.linalg.norm(x),
            "keepdims": lambda x: (x / jnp.sqrt(jnp.sum(x**2, keepdims=True)))[0],
        },
        [
            ([3.0, -4.0, 1.0],),
            ([3e20, -4e20, 1e19],),
            ([3e-25, -4e-25, 1e-24],),
            ([1e-30, 1.0, 2.0],),
        ],
    ),
    Formula(
        "cosine similarity",
        "norms",
        lambda a, b: dot(a, b) / (norm(a) * norm(b)),
        {
            "dot / (norm norm)": lambda a, b: (
                jnp.dot(a, b) / (jnp.linalg.norm(a) * jnp.linalg.norm(b))
            ),
            "sum / sqrt sqrt": lambda a, b: (
                jnp.sum(a * b) / (jnp.sqrt(jnp.sum(a**2)) * jnp.sqrt(jnp.sum(b**2)))
            ),
            "one root": lambda a, b: (a @ b) / jnp.sqrt((a @ a) * (b @ b)),
            "two unit vectors": lambda a, b: jnp.sum(
                a / jnp.sqrt(jnp.sum(a**2)) * (b / jnp.sqrt(jnp.sum(b**2)))
            ),
        },
        PAIRS,
    ),
    Formula(
        "standard deviation",
        "norms",
        lambda x: mp.sqrt(variance(x)),
        {
            "jnp.std": lambda x: jnp.std(x),
            "sqrt(var)": lambda x: jnp.sqrt(jnp.var(x)),
            "mean of squares": lambda x: jnp.sqrt(jnp.mean((x - jnp.mean(x)) ** 2)),
            "sum / n": lambda x: jnp.sqrt(jnp.sum((x - x.mean()) ** 2) / x.size),
            "two moments": lambda x: jnp.sqrt(jnp.mean(x**2) - jnp.mean(x) ** 2),
        },
        [*ROWS, ([2.0, 2.0, 2.0],), ([0.0, 0.0, 0.0],)],
        deviation_gradient,
    ),
    Formula(
        "standardised number",
        "norms",
        lambda x: standardized(x, 0),
        {
            "jnp.std": lambda x: ((x - jnp.mean(x)) / jnp.std(x))[0],
            "two moments": lambda x: (
                (x - jnp.mean(x)) / jnp.sqrt(jnp.mean(x**2) - jnp.mean(x) ** 2)
            )[0],
            "keepdims": lambda x: (
                (x - x.mean(keepdims=True))
                / jnp.sqrt(jnp.mean(jnp.square(x - x.mean(keepdims=True)), keepdims=True))
            )[0],
        },
        ROWS,
    ),
    Formula(
        "layer norm",
        "norms",
        layer_norm,
        {
            "sqrt(var + eps)": lambda x: ((x - jnp.mean(x)) / jnp.sqrt(jnp.var(x) + 2.0**-20))[0],
            "two moments": lambda x: (
                (x - jnp.mean(x)) / jnp.sqrt(jnp.mean(x**2) - jnp.mean(x) ** 2 + 2.0**-20)
            )[0],
            "rsqrt": lambda x: (
                (x - x.mean()) * jax.lax.rsqrt(jnp.mean(x * x) - jnp.square(jnp.mean(x)) + 2.0**-20)
            )[0],
        },
        [
            ([1.0, 2.0, 4.0],),
            ([5.0, 5.0, 5.0],),
            ([4096.0, 4096.5, 4097.0],),
            ([100000.0, 100001.0, 100005.0],),
            ([3e20, 1e20, 7e20],),
        ],
    ),
    Formula(
        "batch norm of a column",
        "norms",
        lambda x: standardized([row[0] for row in x], 1),
        {
            "axis 0": lambda x: (
                (x - jnp.mean(x, axis=0, keepdims=True)) / jnp.std(x, axis=0, keepdims=True)
            )[1, 0],
            "two moments, [None]": lambda x: (
                (x - x.mean(0)[None])
                / jnp.sqrt(jnp.mean(x**2, axis=0) - jnp.mean(x, axis=0) ** 2)[None]
            )[1, 0],
            "vmap": lambda x: jax.vmap(
                lambda c: (c - c.mean()) / jnp.sqrt(jnp.mean((c - c.mean()) ** 2)),
                in_axes=1,
                out_axes=1,
            )(x)[1, 0],
        },
        [
            ([[1.0, 0.5], [2.0, -1.0], [4.0, 3.0]],),
            ([[10000.0, 0.5], [10001.0, -1.0], [10005.0, 3.0]],),
            ([[1.0, 2.0], [2.0, 2.0], [4.0, 2.0]],),
        ],
    ),
    Formula(
        "root mean square norm",
        "norms",
        lambda x: x[0] / mp.sqrt(mean([a * a for a in x])),
        {
            "x**2": lambda x: (x / jnp.sqrt(jnp.mean(x**2)))[0],
            "rsqrt": lambda x: (x * jax.lax.rsqrt(jnp.mean(jnp.square(x))))[0],
            "sum / n": lambda x: x[0] / jnp.sqrt(jnp.sum(x * x) / len(x)),
        },
        [([3.0, -4.0, 1.0],), ([3e20, -4e20, 1e19],), ([3e-25, -4e-25, 1e-24],)],
    ),
    Formula(
        "root mean square error",
        "norms",
        lambda a, b: norm(minus(a, b)) / mp.sqrt(len(a)),
        {
            "mean": lambda a, b: jnp.sqrt(jnp.mean((a - b) ** 2)),
            "square": lambda a, b: jnp.sqrt(jnp.square(a - b).mean()),
            "sum / n": lambda a, b: jnp.sqrt(jnp.sum((b - a) * (b - a)) / a.shape[0]),
        },
        [
            ([1.0, 2.0], [0.5, 3.0]),
            ([1.0, 2.0], [1.0, 2.0]),
            ([3e20, 1e20], [-2e20, 4e20]),
            ([3e-25, 1e-24], [2e-25, -5e-25]),
        ],
        lambda a, b: tuple([c / mp.sqrt(len(a)) for c in side] for side in distance_gradient(a, b)),
    ),
    Formula(
        "pseudo-Huber loss",
        "norms",
        lambda x: mp.sqrt(1 + x * x) - 1,
        {
            "x**2": lambda x: jnp.sqrt(1 + x**2) - 1,
            "x * x": lambda x: jnp.sqrt(x * x + 1.0) - 1.0,
        },
        [(0.5,), (3.0,), (1e-3,), (2e-6,), (0.0,), (1e25,)],
    ),
    Formula(
        "harmonic mean",
        "norms",
        lambda x: len(x) / mp.fsum(1 / a for a in x),
        {
            "n / sum(1/x)": lambda x: len(x) / jnp.sum(1 / x),
            "1 / mean(1/x)": lambda x: 1 / jnp.mean(1 / x),
        },
        [([1.0, 2.0, 4.0],), ([2e-38, 1.0, 2.0],), ([1e25, 2e25, 3e25],)],
    ),
    Formula(
        "norm of order 4",
        "norms",
        lambda x: mp.sqrt(mp.sqrt(mp.fsum(a**4 for a in x))),
        {
            "** 0.25": lambda x: jnp.sum(x**4) ** 0.25,
            "two roots": lambda x: jnp.sqrt(jnp.sqrt(jnp.sum(jnp.square(x) ** 2))),
        },
        [([3.0, -4.0, 1.0],), ([3e12, -4e12, 1e12],), ([3e-12, -4e-12, 1e-12],)],
    ),
    Formula(
        "weights clipped to norm 1",
        "norms",
        lambda x: x[0] / max(norm(x), mp.one),
        {
            "maximum": lambda x: (x / jnp.maximum(jnp.sqrt(jnp.sum(x**2)), 1.0))[0],
            "minimum": lambda x: (x * jnp.minimum(1.0, 1 / jnp.linalg.norm(x)))[0],
        },
        [([3.0, -4.0, 1.0],), ([0.25, 0.5, 0.0],), ([0.0, 0.0, 0.0],), ([3e20, -4e20, 1e19],)],
    ),
    Formula(
        "absolute value as a root",
        "norms",
        abs,
        {
            "sqrt(x**2)": lambda x: jnp.sqrt(x**2),
            "sqrt(x * x)": lambda x: jnp.sqrt(x * x),
            "(x**2)**0.5": lambda x: jnp.square(x) ** 0.5,
        },
        [(0.5,), (-3.0,), (0.0,), (1e25,), (-1e-30,)],
        lambda x: (mp.sign(x),),
    ),
    Formula(
        "triplet loss margin",
        "norms",
        lambda a, p, n: norm(minus(a, p)) - norm(minus(a, n)),
        {
            "difference of distances": lambda a, p, n: (
                jnp.sqrt(jnp.sum((a - p) ** 2)) - jnp.sqrt(jnp.sum((a - n) ** 2))
            ),
            "jnp.linalg.norm": lambda a, p, n: jnp.linalg.norm(a - p) - jnp.linalg.norm(a - n),
        },
        [
            ([1.0, 2.0], [0.5, 3.0], [-1.0, 0.0]),
            ([1.0, 2.0], [1.0, 2.0], [-1.0, 0.0]),
            ([1e20, 2e20], [5e19, 3e20], [-1e20, 0.0]),
        ],
        lambda a, p, n: (
            minus(unit(minus(a, p)), unit(minus(a, n))),
            unit(minus(p, a)),
            unit(minus(a, n)),
        ),
    ),
]
