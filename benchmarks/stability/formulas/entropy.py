"""Entropies and divergences, where 0 log 0 is 0."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from mpmath import mp

from benchmarks.stability.exactly import dot, mean, total, xlogx
from benchmarks.stability.formula import Formula


def entropy(p):
    """Exact entropy of a vector."""
    return -total([xlogx(a) for a in p])


def entropy_gradient(p):
    """-log p - 1; infinite at 0."""
    return [-mp.log(a) - 1 if a else mp.inf for a in p]


def cross(p, q):
    """Exact Σ p log q."""
    return total([a * mp.log(b) for a, b in zip(p, q, strict=True) if a])


def cross_gradient(p, q):
    """-log q by p and -p/q by q; a zero p has no slope by q."""
    return (
        [-mp.log(b) if b else mp.inf for b in q],
        [-a / b if a else mp.zero for a, b in zip(p, q, strict=True)],
    )


def divergence(p, q):
    """Exact Kullback-Leibler divergence."""
    return -entropy(p) - cross(p, q)


def divergence_gradient(p, q):
    """log(p/q) + 1 by p, -p/q by q."""
    return (
        [mp.log(a / b) + 1 if a else -mp.inf for a, b in zip(p, q, strict=True)],
        [-a / b for a, b in zip(p, q, strict=True)],
    )


def jensen(p, q):
    """Exact Jensen-Shannon divergence."""
    m = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    return entropy(m) - (entropy(p) + entropy(q)) / 2


def mutual_information(t):
    """Exact mutual information of a joint table."""
    rows, columns = [total(r) for r in t], [total(c) for c in zip(*t, strict=True)]
    return entropy(rows) + entropy(columns) - entropy([a for r in t for a in r])


def mutual_gradient(t):
    """log(t / rows columns) - 1, -inf at empty cells."""
    rows, columns = [total(r) for r in t], [total(c) for c in zip(*t, strict=True)]
    return [
        [mp.log(a / (r * c)) - 1 if a else -mp.inf for a, c in zip(row, columns, strict=True)]
        for row, r in zip(t, rows, strict=True)
    ]


def plogp(p):
    """p log p, as a helper."""
    return p * jnp.log(p)


TABLE = [
    ([0.5, 0.25, 0.25],),
    ([1e-30, 0.75, 0.25],),
    ([0.0, 0.75, 0.25],),
    ([1.0, 0.0, 0.0],),
]
TWO = [
    ([0.5, 0.25, 0.25], [0.25, 0.5, 0.25]),
    ([0.0, 0.75, 0.25], [0.25, 0.5, 0.25]),
    ([0.0, 1.0, 0.0], [0.25, 0.5, 0.25]),
    ([1e-30, 0.75, 0.25], [0.25, 1e-30, 0.75]),
]
LABELS = [*TWO, ([0.0, 1.0, 0.0], [0.0, 0.5, 0.5])]

FORMULAS = [
    Formula(
        "x log x",
        "entropy",
        xlogx,
        {
            "as written": lambda x: x * jnp.log(x),
            "log x * x": lambda x: jnp.log(x) * x,
            "log(x**x)": lambda x: jnp.log(x**x),
            "-x log(1/x)": lambda x: -x * jnp.log(1 / x),
        },
        [(0.5,), (3.0,), (0.0,), (1e-30,), (100.0,)],
        lambda x: mp.log(x) + 1 if x else -mp.inf,
    ),
    Formula(
        "x² log x",
        "entropy",
        lambda x: x * xlogx(x),
        {
            "x**2": lambda x: x**2 * jnp.log(x),
            "x * x": lambda x: x * x * jnp.log(x),
            "x * (x log x)": lambda x: x * (x * jnp.log(x)),
        },
        [(0.5,), (3.0,), (0.0,), (1e-15,)],
        lambda x: 2 * xlogx(x) + x,
    ),
    Formula(
        "sqrt(x) log x",
        "entropy",
        lambda x: mp.sqrt(x) * mp.log(x) if x else mp.zero,
        {"jnp.sqrt": lambda x: jnp.sqrt(x) * jnp.log(x), "** 0.5": lambda x: x**0.5 * jnp.log(x)},
        [(0.5,), (3.0,), (0.0,), (1e-30,)],
        lambda x: (mp.log(x) / 2 + 1) / mp.sqrt(x) if x else -mp.inf,
    ),
    Formula(
        "entropy",
        "entropy",
        entropy,
        {
            "-sum(p log p)": lambda p: -jnp.sum(p * jnp.log(p)),
            "dot": lambda p: -p @ jnp.log(p),
            "helper, vmap": lambda p: -jnp.sum(jax.vmap(plogp)(p)),
            "sum(p log(1/p))": lambda p: jnp.sum(p * jnp.log(1 / p)),
            "einsum": lambda p: -jnp.einsum("i,i->", p, jnp.log(p)),
        },
        TABLE,
        entropy_gradient,
    ),
    Formula(
        "entropy in bits",
        "entropy",
        lambda p: entropy(p) / mp.log(2),
        {
            "jnp.log2": lambda p: -jnp.sum(p * jnp.log2(p)),
            "log / log 2": lambda p: -jnp.sum(p * jnp.log(p)) / jnp.log(2.0),
            "scan": lambda p: jax.lax.scan(
                lambda s, a: (s - a * jnp.log2(a), None), jnp.zeros((), p.dtype), p
            )[0],
        },
        TABLE,
        lambda p: [s / mp.log(2) for s in entropy_gradient(p)],
    ),
    Formula(
        "binary entropy",
        "entropy",
        lambda p: -xlogx(p) - xlogx(1 - p),
        {
            "as written": lambda p: -p * jnp.log(p) - (1 - p) * jnp.log(1 - p),
            "one bracket": lambda p: -(plogp(p) + plogp(1 - p)),
            "stacked": lambda p: -jnp.sum(plogp(jnp.stack([p, 1 - p]))),
        },
        [(0.25,), (0.5,), (0.0,), (1.0,), (1e-12,), (1e-30,)],
        lambda p: mp.log(1 - p) - mp.log(p) if 0 < p < 1 else (mp.inf if p == 0 else -mp.inf),
    ),
    Formula(
        "cross-entropy of probabilities",
        "entropy",
        lambda p, q: -cross(p, q),
        {
            "-sum(p log q)": lambda p, q: -jnp.sum(p * jnp.log(q)),
            "dot": lambda p, q: -jnp.dot(p, jnp.log(q)),
            "matmul": lambda p, q: -(p @ jnp.log(q)),
            "vdot": lambda p, q: -jnp.vdot(p, jnp.log(q)),
            "einsum": lambda p, q: -jnp.einsum("i,i->", p, jnp.log(q)),
        },
        LABELS,
        cross_gradient,
    ),
    Formula(
        "binary cross-entropy of probabilities",
        "entropy",
        lambda p, y: -cross([y, 1 - y], [p, 1 - p]),
        {
            "as written": lambda p, y: -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p)),
            "two terms": lambda p, y: -y * jnp.log(p) - (1 - y) * jnp.log(1 - p),
        },
        [(0.25, 1.0), (0.5, 0.25), (0.0, 0.0), (1.0, 1.0), (1e-30, 0.0), (1e-12, 0.5)],
        lambda p, y: (
            (-y / p if y else mp.zero) + ((1 - y) / (1 - p) if y < 1 else mp.zero),
            (mp.log(1 - p) if p < 1 else -mp.inf) - (mp.log(p) if p else -mp.inf),
        ),
    ),
    Formula(
        "Kullback-Leibler divergence",
        "entropy",
        divergence,
        {
            "p log(p/q)": lambda p, q: jnp.sum(p * jnp.log(p / q)),
            "p (log p - log q)": lambda p, q: jnp.sum(p * (jnp.log(p) - jnp.log(q))),
            "dot": lambda p, q: p @ jnp.log(p / q),
            "-p log(q/p)": lambda p, q: -jnp.sum(p * jnp.log(q / p)),
            "entropies": lambda p, q: jnp.sum(p * jnp.log(p)) - jnp.sum(p * jnp.log(q)),
        },
        TWO,
        divergence_gradient,
    ),
    Formula(
        "Jensen-Shannon divergence",
        "entropy",
        jensen,
        {
            "two divergences": lambda p, q: (
                lambda m: 0.5 * jnp.sum(p * jnp.log(p / m)) + 0.5 * jnp.sum(q * jnp.log(q / m))
            )((p + q) / 2),
            "logs apart": lambda p, q: (
                lambda m: jnp.sum(p * (jnp.log(p) - jnp.log(m)) + q * (jnp.log(q) - jnp.log(m))) / 2
            )(0.5 * (p + q)),
        },
        [
            ([0.5, 0.25, 0.25], [0.25, 0.5, 0.25]),
            ([0.0, 0.75, 0.25], [0.25, 0.5, 0.25]),
            ([1.0, 0.0], [0.0, 1.0]),
            ([1e-30, 0.5], [0.5, 1e-25]),
        ],
        lambda p, q: tuple(
            [mp.log(2 * a / (a + b)) / 2 if a else -mp.inf for a, b in zip(u, v, strict=True)]
            for u, v in ((p, q), (q, p))
        ),
    ),
    Formula(
        "mutual information",
        "entropy",
        mutual_information,
        {
            "outer product": lambda t: jnp.sum(
                t * jnp.log(t / (jnp.sum(t, 1, keepdims=True) * jnp.sum(t, 0, keepdims=True)))
            ),
            "[:, None]": lambda t: jnp.sum(
                t * (jnp.log(t) - jnp.log(t.sum(axis=1)[:, None]) - jnp.log(t.sum(axis=0)[None, :]))
            ),
        },
        [
            ([[0.25, 0.125], [0.125, 0.5]],),
            ([[0.5, 0.0], [0.125, 0.375]],),
            ([[1e-30, 0.5], [0.25, 0.25]],),
        ],
        mutual_gradient,
    ),
    Formula(
        "perplexity of probabilities",
        "entropy",
        lambda p: mp.exp(entropy(p)),
        {
            "exp(entropy)": lambda p: jnp.exp(-jnp.sum(p * jnp.log(p))),
            "2 ** bits": lambda p: 2.0 ** (-jnp.sum(p * jnp.log2(p))),
        },
        TABLE[:3],
        lambda p: [mp.exp(entropy(p)) * s for s in entropy_gradient(p)],
    ),
    Formula(
        "Rényi entropy of order 2",
        "entropy",
        lambda p: -mp.log(total([a * a for a in p])),
        {
            "p**2": lambda p: -jnp.log(jnp.sum(p**2)),
            "dot": lambda p: -jnp.log(p @ p),
            "1/(1 - α)": lambda p: 1 / (1 - 2) * jnp.log(jnp.sum(jnp.power(p, 2.0))),
        },
        [([0.5, 0.25, 0.25],), ([0.0, 1.0, 0.0],), ([1e-24, 2e-24, 0.0],), ([3e-30, 0.5, 0.0],)],
    ),
    Formula(
        "Tsallis entropy of order 3",
        "entropy",
        lambda p: (1 - total([a**3 for a in p])) / 2,
        {
            "p**3": lambda p: (1 - jnp.sum(p**3)) / 2,
            "jnp.power": lambda p: (1 - jnp.sum(jnp.power(p, 3.0))) / (3 - 1),
        },
        [([0.5, 0.25, 0.25],), ([0.0, 0.5, 0.25],), ([1e-20, 0.5, 0.5],)],
    ),
    Formula(
        "expected log-likelihood of counts",
        "entropy",
        lambda n, p: cross(n, p),
        {
            "n log p": lambda n, p: jnp.sum(n * jnp.log(p)),
            "log of powers": lambda n, p: jnp.sum(jnp.log(p**n)),
            "log of their product": lambda n, p: jnp.log(jnp.prod(p**n)),
        },
        [
            ([2.0, 1.0, 3.0], [0.5, 0.25, 0.25]),
            ([200.0, 100.0, 300.0], [0.5, 0.25, 0.25]),
            ([0.0, 40.0, 3.0], [0.25, 1e-20, 0.5]),
        ],
        lambda n, p: (
            [mp.log(b) for b in p],
            [a / b if a else mp.zero for a, b in zip(n, p, strict=True)],
        ),
    ),
    Formula(
        "Poisson deviance",
        "entropy",
        lambda y, m: 2 * (xlogx(y) - (y * mp.log(m)) - (y - m)),
        {
            "y log(y/m)": lambda y, m: 2 * (y * jnp.log(y / m) - (y - m)),
            "logs apart": lambda y, m: 2 * (y * (jnp.log(y) - jnp.log(m)) - y + m),
        },
        [(3.0, 2.0), (0.0, 0.5), (2.0, 1e-30), (1.0, 40.0)],
        lambda y, m: (2 * mp.log(y / m) if y else -mp.inf, 2 - 2 * y / m),
    ),
    Formula(
        "Itakura-Saito divergence",
        "entropy",
        lambda p, q: mean([a / b - mp.log(a / b) - 1 for a, b in zip(p, q, strict=True)]),
        {
            "log(p/q)": lambda p, q: jnp.mean(p / q - jnp.log(p / q) - 1),
            "ratio named": lambda p, q: (lambda r: jnp.mean(r - jnp.log(r) - 1))(p / q),
        },
        [
            ([1.0, 2.0], [0.5, 3.0]),
            ([1e-30, 2e-30], [3e-30, 1e-30]),
            ([1.0, 2.0], [1.0009765625, 1.9990234375]),
        ],
    ),
    Formula(
        "generalised divergence of masses",
        "entropy",
        lambda p, q: divergence(p, q) - total(p) + total(q),
        {
            "as written": lambda p, q: jnp.sum(p * jnp.log(p / q) - p + q),
            "three sums": lambda p, q: p @ jnp.log(p / q) - jnp.sum(p) + jnp.sum(q),
        },
        [([1.0, 2.0], [0.5, 3.0]), ([0.0, 2.0], [0.5, 3.0]), ([1e-30, 2.0], [0.25, 1.0])],
        lambda p, q: (
            [mp.log(a / b) if a else -mp.inf for a, b in zip(p, q, strict=True)],
            [1 - a / b for a, b in zip(p, q, strict=True)],
        ),
    ),
    Formula(
        "expected surprise of a softened label",
        "entropy",
        lambda y, p: -dot(y, [mp.log(a) for a in p]),
        {
            "log of a product": lambda y, p: -jnp.log(jnp.prod(p**y)),
            "sum of log powers": lambda y, p: -jnp.sum(jnp.log(p**y)),
        },
        [
            ([0.5, 0.25], [0.5, 0.25]),
            ([4.0, 3.0], [1e-10, 1e-12]),
            ([64.0, 32.0], [0.125, 0.0625]),
        ],
    ),
]
