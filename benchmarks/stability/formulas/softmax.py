"""Softmax, its logarithm, and the losses, mixtures and attention made of it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from mpmath import mp

from benchmarks.stability.exactly import dot, logsumexp, mean, softmax, softplus, total
from benchmarks.stability.formula import Formula


def probabilities(z):
    """Softmax of a vector, as lecture notes define it."""
    return jnp.exp(z) / jnp.sum(jnp.exp(z))


def rows(z):
    """Softmax of every row, with the sum kept as a column."""
    e = jnp.exp(z)
    return e / jnp.sum(e, axis=-1, keepdims=True)


@jax.jit
def compiled_rows(z):
    """Softmax of every row behind a compilation boundary, reshaped by hand."""
    e = jnp.exp(z)
    return e / e.sum(axis=1).reshape(-1, 1)


def focal(p):
    """Focal loss with exponent 2 of the probability of the true class."""
    return -((1 - p) ** 2) * jnp.log(p)


def normal(x, m, s):
    """Density of the normal distribution."""
    return jnp.exp(-0.5 * ((x - m) / s) ** 2) / (s * jnp.sqrt(2 * jnp.pi))


def log_normal(x, m, s):
    """Exact log density of the normal distribution."""
    return -(((x - m) / s) ** 2) / 2 - mp.log(s) - mp.log(2 * mp.pi) / 2


def batch_loss(z):
    """Exact mean cross-entropy of two rows with labels 1 and 0."""
    return mean([logsumexp(z[0]) - z[0][1], logsumexp(z[1]) - z[1][0]])


def attention(z, v):
    """Exact attention with the last key masked."""
    return dot(softmax(z[:2]), v[:2])


def logistic_mixture(x):
    """Exact log density of two logistic distributions at 0 and 4, each with weight 1/2."""
    parts = [-t - 2 * softplus(-t) for t in (x, x - 4)]
    return logsumexp(parts) - mp.log(2)


def contrast(a, b):
    """Exact InfoNCE of two queries and two keys at temperature 1/8."""
    scores = [[8 * dot(p, q) for q in b] for p in a]
    return mean([logsumexp(s) - s[i] for i, s in enumerate(scores)])


def running(z):
    """Softmax normaliser summed in a loop."""
    return lax.scan(lambda s, a: (s + jnp.exp(a), None), jnp.zeros((), z.dtype), z)[0]


LOGITS = [
    ([0.5, -1.0, 2.0],),
    ([300.0, 0.0, -300.0],),
    ([1000.0, 1000.5, 999.0],),
    ([-200.0, -201.0, -198.5],),
    ([-1000.0, 3.0, 40.0],),
    ([88.0, 88.5, 87.0],),
]
BATCH = [
    ([[0.5, -1.0, 2.0], [1.0, 0.25, -0.5]],),
    ([[200.0, 0.0, 3.0], [-1.0, 110.0, 2.0]],),
    ([[1000.0, 1001.0, 999.0], [-900.0, -901.0, -899.5]],),
    ([[3.0, -120.0, 1.0], [-800.0, 5.0, 4.0]],),
]
MASK = jnp.array([True, True, False])
CLASSES = jnp.array([1, 0])

FORMULAS = [
    Formula(
        "log-sum-exp",
        "softmax",
        logsumexp,
        {
            "jnp.sum": lambda z: jnp.log(jnp.sum(jnp.exp(z))),
            "method": lambda z: jnp.log(jnp.exp(z).sum()),
            "written out": lambda z: jnp.log(jnp.exp(z[0]) + jnp.exp(z[1]) + jnp.exp(z[2])),
            "dot with ones": lambda z: jnp.log(jnp.exp(z) @ jnp.ones_like(z)),
            "scan": lambda z: jnp.log(running(z)),
        },
        LOGITS,
    ),
    Formula(
        "log-mean-exp",
        "softmax",
        lambda z: logsumexp(z) - mp.log(len(z)),
        {
            "jnp.mean": lambda z: jnp.log(jnp.mean(jnp.exp(z))),
            "sum / n": lambda z: jnp.log(jnp.sum(jnp.exp(z)) / z.shape[0]),
            "log n apart": lambda z: jnp.log(jnp.sum(jnp.exp(z))) - jnp.log(3.0),
        },
        LOGITS,
    ),
    Formula(
        "log(exp a + exp b)",
        "softmax",
        lambda a, b: logsumexp([a, b]),
        {
            "as written": lambda a, b: jnp.log(jnp.exp(a) + jnp.exp(b)),
            "stacked": lambda a, b: jnp.log(jnp.sum(jnp.exp(jnp.stack([a, b])))),
            "a + log(1 + exp(b - a))": lambda a, b: a + jnp.log(1 + jnp.exp(b - a)),
        },
        [(0.5, 1.0), (100.0, 99.0), (-120.0, -121.0), (3.0, 200.0), (-2.0, -800.0), (750.0, 0.0)],
    ),
    Formula(
        "softmax, one component",
        "softmax",
        lambda z: softmax(z)[1],
        {
            "e / sum": lambda z: probabilities(z)[1],
            "index first": lambda z: jnp.exp(z[1]) / jnp.sum(jnp.exp(z)),
            "keepdims": lambda z: rows(z[None, :])[0, 1],
            "1 / Σ exp(z - z1)": lambda z: 1 / jnp.sum(jnp.exp(z - z[1])),
            "scan": lambda z: jnp.exp(z[1]) / running(z),
        },
        LOGITS,
    ),
    Formula(
        "log softmax, one component",
        "softmax",
        lambda z: z[2] - logsumexp(z),
        {
            "log(e / sum)": lambda z: jnp.log(probabilities(z))[2],
            "index inside": lambda z: jnp.log(probabilities(z)[2]),
            "jax.nn.softmax": lambda z: jnp.log(jax.nn.softmax(z))[2],
            "log e - log sum": lambda z: jnp.log(jnp.exp(z[2])) - jnp.log(jnp.sum(jnp.exp(z))),
            "z - log sum": lambda z: (z - jnp.log(jnp.sum(jnp.exp(z))))[2],
            "nested jit, transposed": lambda z: jnp.log(compiled_rows(z[None, :]).T)[2, 0],
            "[:, None]": lambda z: jnp.log(
                jnp.exp(z[None]) / jnp.exp(z[None]).sum(1)[:, None]
            ).reshape(3)[2],
        },
        LOGITS,
    ),
    Formula(
        "softmax cross-entropy, label as one-hot input",
        "softmax",
        lambda z, y: dot(y, [logsumexp(z) - a for a in z]),
        {
            "-sum(y log p)": lambda z, y: -jnp.sum(y * jnp.log(probabilities(z))),
            "jax.nn.softmax": lambda z, y: -jnp.sum(y * jnp.log(jax.nn.softmax(z))),
            "dot": lambda z, y: -jnp.dot(y, jnp.log(probabilities(z))),
            "matmul": lambda z, y: -(y @ jnp.log(rows(z[None])[0])),
            "einsum": lambda z, y: -jnp.einsum("i,i->", y, jnp.log(probabilities(z))),
        },
        [
            ([0.5, -1.0, 2.0], [0.0, 1.0, 0.0]),
            ([200.0, 0.0, -50.0], [0.0, 1.0, 0.0]),
            ([1000.0, 1001.0, 999.0], [0.25, 0.5, 0.25]),
            ([-120.0, 5.0, 3.0], [1.0, 0.0, 0.0]),
            ([-800.0, 30.0, 0.0], [1.0, 0.0, 0.0]),
        ],
    ),
    Formula(
        "softmax cross-entropy of a class",
        "softmax",
        lambda z: logsumexp(z) - z[1],
        {
            "-log(p[1])": lambda z: -jnp.log(probabilities(z)[1]),
            "y @ p": lambda z: -jnp.log(jnp.array([0.0, 1.0, 0.0], z.dtype) @ probabilities(z)),
            "jax.nn.softmax, y @ p": lambda z: (
                -jnp.log(jax.nn.one_hot(1, 3, dtype=z.dtype) @ jax.nn.softmax(z))
            ),
            "sum(y p)": lambda z: (
                -jnp.log(jnp.sum(jax.nn.one_hot(1, 3, dtype=z.dtype) * probabilities(z)))
            ),
            "log(1/p)": lambda z: jnp.log(1 / jax.nn.softmax(z)[1]),
            "log sum - z": lambda z: jnp.log(jnp.sum(jnp.exp(z))) - z[1],
            "where": lambda z: (
                -jnp.sum(jnp.where(jnp.arange(3) == 1, jnp.log(probabilities(z)), 0.0))
            ),
        },
        LOGITS,
    ),
    Formula(
        "softmax cross-entropy of a batch",
        "softmax",
        batch_loss,
        {
            "one-hot": lambda z: (
                -jnp.mean(
                    jnp.sum(jax.nn.one_hot(CLASSES, 3, dtype=z.dtype) * jnp.log(rows(z)), axis=1)
                )
            ),
            "indexing": lambda z: -jnp.mean(jnp.log(rows(z))[jnp.arange(2), CLASSES]),
            "index before log": lambda z: -jnp.log(rows(z)[jnp.arange(2), CLASSES]).mean(),
            "take_along_axis": lambda z: (
                -jnp.mean(
                    jnp.take_along_axis(
                        jnp.log(jax.nn.softmax(z, axis=-1)), CLASSES[:, None], axis=1
                    )
                )
            ),
            "take_along_axis of p": lambda z: (
                -jnp.mean(
                    jnp.log(jnp.take_along_axis(compiled_rows(z), CLASSES[:, None], axis=1)[:, 0])
                )
            ),
            "vmap": lambda z: jnp.mean(
                jax.vmap(lambda row, y: -jnp.log(probabilities(row)[y]))(z, CLASSES)
            ),
            "sum / n": lambda z: (
                -jnp.sum(jax.nn.one_hot(CLASSES, 3, dtype=z.dtype) * jnp.log(compiled_rows(z)))
                / z.shape[0]
            ),
            "fori_loop": lambda z: lax.fori_loop(
                0,
                2,
                lambda i, s: s - jnp.log(probabilities(z[i])[CLASSES[i]]) / 2,
                jnp.zeros((), z.dtype),
            ),
        },
        BATCH,
    ),
    Formula(
        "softmax at a temperature",
        "softmax",
        lambda z, t: logsumexp([a / t for a in z]) - z[0] / t,
        {
            "z / T": lambda z, t: -jnp.log(probabilities(z / t)[0]),
            "exp(z / T) named": lambda z, t: (lambda e: -jnp.log(e[0] / e.sum()))(jnp.exp(z / t)),
            "p^(1/T) normalised": lambda z, t: (lambda q: -jnp.log(q[0] / jnp.sum(q)))(
                jnp.exp(z) ** (1 / t)
            ),
        },
        [
            ([0.5, -1.0, 2.0], 1.5),
            ([0.5, -1.0, 2.0], 0.015625),
            ([30.0, -20.0, 31.0], 0.25),
            ([-64.0, 10.0, 2.0], 0.0625),
            ([100.0, 101.0, 0.0], 0.5),
        ],
    ),
    Formula(
        "attention with the mask -1e9",
        "softmax",
        attention,
        {
            "where": lambda z, v: probabilities(jnp.where(MASK, z, -1e9)) @ v,
            "added": lambda z, v: jnp.sum(
                jax.nn.softmax(z + jnp.array([0.0, 0.0, -1e9], z.dtype)) * v
            ),
            "keepdims": lambda z, v: (rows(jnp.where(MASK, z, -1e9)[None]) @ v[:, None])[0, 0],
        },
        [
            ([0.5, 1.0, 2.0], [1.0, 2.0, 3.0]),
            ([100.0, 99.0, 300.0], [1.0, -2.0, 3.0]),
            ([-300.0, -301.0, 4.0], [0.5, 2.0, 8.0]),
            ([-800.0, -801.0, 900.0], [0.5, 2.0, 8.0]),
        ],
    ),
    Formula(
        "attention with the mask -inf",
        "softmax",
        attention,
        {
            "where": lambda z, v: probabilities(jnp.where(MASK, z, -jnp.inf)) @ v,
            "jax.nn.softmax": lambda z, v: jnp.dot(jax.nn.softmax(jnp.where(MASK, z, -jnp.inf)), v),
            "einsum": lambda z, v: jnp.einsum(
                "i,i->", probabilities(jnp.where(MASK, z, -jnp.inf)), v
            ),
            "mask times exp": lambda z, v: (lambda e: jnp.sum(e / jnp.sum(e) * v))(
                jnp.where(MASK, jnp.exp(z), 0.0)
            ),
        },
        [
            ([0.5, 1.0, 2.0], [1.0, 2.0, 3.0]),
            ([100.0, 99.0, 300.0], [1.0, -2.0, 3.0]),
            ([-300.0, -301.0, 4.0], [0.5, 2.0, 8.0]),
            ([-800.0, -801.0, 900.0], [0.5, 2.0, 8.0]),
        ],
    ),
    Formula(
        "masked log-likelihood of a token",
        "softmax",
        lambda z: z[0] - logsumexp(z[:2]),
        {
            "-inf": lambda z: jnp.log(probabilities(jnp.where(MASK, z, -jnp.inf)))[0],
            "-1e9": lambda z: jnp.log(jax.nn.softmax(jnp.where(MASK, z, -1e9)))[0],
            "where=": lambda z: z[0] - jnp.log(jnp.sum(jnp.exp(z), where=MASK)),
        },
        [
            ([0.5, 1.0, 2.0],),
            ([-110.0, 2.0, 300.0],),
            ([100.0, 130.0, 400.0],),
            ([-800.0, 1.0, 0.0],),
        ],
    ),
    Formula(
        "one minus a softmax",
        "softmax",
        lambda z: softmax(z)[1] + softmax(z)[2],
        {
            "1 - p[0]": lambda z: 1 - probabilities(z)[0],
            "1 - softmax(z)[0]": lambda z: 1 - jax.nn.softmax(z)[0],
            "sum without it": lambda z: probabilities(z)[1:].sum(),
        },
        [
            ([0.5, -1.0, 2.0],),
            ([30.0, 2.0, 1.0],),
            ([200.0, 190.0, 180.0],),
            ([120.0, 60.0, 70.0],),
        ],
    ),
    Formula(
        "log of one minus a softmax",
        "softmax",
        lambda z: logsumexp(z[1:]) - logsumexp(z),
        {
            "log(1 - p[0])": lambda z: jnp.log(1 - probabilities(z)[0]),
            "log1p(-p[0])": lambda z: jnp.log1p(-jax.nn.softmax(z)[0]),
        },
        [([0.5, -1.0, 2.0],), ([20.0, 2.0, 1.0],), ([100.0, -20.0, 3.0],), ([-120.0, 3.0, 4.0],)],
    ),
    Formula(
        "log-odds of two classes",
        "softmax",
        lambda z: z[0] - z[1],
        {
            "log(p0 / p1)": lambda z: (lambda p: jnp.log(p[0] / p[1]))(probabilities(z)),
            "log p0 - log p1": lambda z: (lambda p: jnp.log(p[0]) - jnp.log(p[1]))(
                jax.nn.softmax(z)
            ),
        },
        [
            ([0.5, -1.0, 2.0],),
            ([100.0, -100.0, 2.0],),
            ([-90.0, -120.0, 3.0],),
            ([0.0, 1.0, 900.0],),
        ],
    ),
    Formula(
        "entropy of a softmax",
        "softmax",
        lambda z: logsumexp(z) - dot(softmax(z), z),
        {
            "-sum(p log p)": lambda z: (lambda p: -jnp.sum(p * jnp.log(p)))(probabilities(z)),
            "jax.nn.softmax": lambda z: (lambda p: -(p * jnp.log(p)).sum())(jax.nn.softmax(z)),
            "-p @ log p": lambda z: (lambda p: -p @ jnp.log(p))(rows(z[None])[0]),
        },
        [
            ([0.5, -1.0, 2.0],),
            ([300.0, 0.0, -300.0],),
            ([120.0, 121.0, -10.0],),
            ([-900.0, -1000.0, -900.5],),
            ([0.0, -105.0, -4.0],),
        ],
    ),
    Formula(
        "perplexity of a batch",
        "softmax",
        lambda z: mp.exp(batch_loss(z)),
        {
            "exp of the mean loss": lambda z: jnp.exp(
                -jnp.mean(jnp.log(rows(z)[jnp.arange(2), CLASSES]))
            ),
            "one-hot": lambda z: jnp.exp(
                -jnp.sum(jax.nn.one_hot(CLASSES, 3, dtype=z.dtype) * jnp.log(rows(z))) / 2
            ),
        },
        [
            ([[0.5, -1.0, 2.0], [1.0, 0.25, -0.5]],),
            ([[1000.0, 1001.0, 999.0], [-900.0, -901.0, -899.5]],),
            ([[104.0, 103.0, 3.0], [2.0, -1.0, 1.0]],),
            ([[8.0, 0.0, 3.0], [-200.0, -190.0, -198.0]],),
        ],
    ),
    Formula(
        "divergence of two softmaxes",
        "softmax",
        lambda a, b: dot(
            softmax(a), [(x - logsumexp(a)) - (y - logsumexp(b)) for x, y in zip(a, b, strict=True)]
        ),
        {
            "p log(p / q)": lambda a, b: (lambda p, q: jnp.sum(p * jnp.log(p / q)))(
                probabilities(a), probabilities(b)
            ),
            "p (log p - log q)": lambda a, b: (lambda p, q: jnp.sum(p * (jnp.log(p) - jnp.log(q))))(
                jax.nn.softmax(a), jax.nn.softmax(b)
            ),
        },
        [
            ([0.5, -1.0, 2.0], [1.0, 0.0, -1.0]),
            ([100.0, 0.0, 3.0], [1.0, 0.0, -1.0]),
            ([1.0, 2.0, 3.0], [0.0, 120.0, -120.0]),
            ([0.0, -800.0, 1.0], [900.0, 2.0, 901.5]),
        ],
    ),
    Formula(
        "multi-class focal loss",
        "softmax",
        lambda z: (softmax(z)[1] + softmax(z)[2]) ** 2 * (logsumexp(z) - z[0]),
        {
            "helper": lambda z: focal(probabilities(z)[0]),
            "jax.nn.softmax": lambda z: focal(jax.nn.softmax(z)[0]),
            "one-hot": lambda z: focal(
                jnp.sum(jnp.array([1.0, 0.0, 0.0], z.dtype) * probabilities(z))
            ),
        },
        [([0.5, -1.0, 2.0],), ([-120.0, 3.0, 5.0],), ([9.0, 0.0, 1.0],), ([0.0, 900.0, 901.0],)],
    ),
    Formula(
        "cross-entropy with smoothed labels",
        "softmax",
        lambda z: logsumexp(z) - 0.875 * z[0] - 0.0625 * (z[1] + z[2]),
        {
            "smoothed one-hot": lambda z: (
                lambda y: -jnp.sum((0.8125 * y + 0.1875 / 3) * jnp.log(probabilities(z)))
            )(jax.nn.one_hot(0, 3, dtype=z.dtype)),
            "two terms": lambda z: (
                lambda p: -0.8125 * jnp.log(p[0]) - 0.1875 * jnp.mean(jnp.log(p))
            )(jax.nn.softmax(z)),
        },
        [([0.5, -1.0, 2.0],), ([100.0, -20.0, 0.0],), ([1.0, 300.0, 301.0],), ([800.0, 0.0, 1.0],)],
    ),
    Formula(
        "InfoNCE",
        "softmax",
        contrast,
        {
            "diagonal of softmax": lambda a, b: (
                -jnp.mean(jnp.log(jnp.diagonal(rows(a @ b.T / 0.125))))
            ),
            "positive / sum": lambda a, b: (
                lambda e: -jnp.mean(jnp.log(jnp.diagonal(e) / jnp.sum(e, axis=1)))
            )(jnp.exp(8 * jnp.einsum("ik,jk->ij", a, b))),
            "one-hot": lambda a, b: (
                -(jnp.eye(2, dtype=a.dtype) * jnp.log(jax.nn.softmax(a @ b.T * 8, axis=1))).sum()
                / 2
            ),
        },
        [
            ([[0.5, 0.25], [0.0, 1.0]], [[1.0, 0.5], [-0.5, 0.75]]),
            ([[4.0, 0.0], [0.0, 4.0]], [[-4.0, 0.5], [1.0, 4.0]]),
            ([[4.0, 4.0], [2.0, 4.0]], [[4.0, 3.75], [3.5, 4.0]]),
            ([[10.0, 0.0], [1.0, 10.0]], [[-10.0, 1.0], [0.5, -2.0]]),
        ],
    ),
    Formula(
        "log density of a mixture of two normals",
        "softmax",
        lambda x: logsumexp(
            [mp.log(0.25) + log_normal(x, 0, mp.one), mp.log(0.75) + log_normal(x, 3, mp.mpf(0.5))]
        ),
        {
            "as written": lambda x: jnp.log(
                0.25 * normal(x, 0.0, 1.0) + 0.75 * normal(x, 3.0, 0.5)
            ),
            "vector of parts": lambda x: (lambda w, m, s: jnp.log(jnp.sum(w * normal(x, m, s))))(
                jnp.array([0.25, 0.75], x.dtype),
                jnp.array([0.0, 3.0], x.dtype),
                jnp.array([1.0, 0.5], x.dtype),
            ),
        },
        [(0.5,), (-15.0,), (20.0,), (-60.0,), (100.0,)],
    ),
    Formula(
        "log density of a mixture with learned parts",
        "softmax",
        lambda x, z, m: logsumexp(
            [b - logsumexp(z) + log_normal(x, c, mp.one) for b, c in zip(z, m, strict=True)]
        ),
        {
            "softmax weights": lambda x, z, m: jnp.log(
                jnp.sum(probabilities(z) * normal(x, m, jnp.ones_like(m)))
            ),
            "w @ densities": lambda x, z, m: jnp.log(
                jax.nn.softmax(z) @ (jnp.exp(-((x - m) ** 2) / 2) / jnp.sqrt(2 * jnp.pi))
            ),
        },
        [
            (0.5, [0.0, 1.0], [-1.0, 1.0]),
            (20.0, [0.0, 1.0], [-1.0, 1.0]),
            (2.0, [300.0, -20.0], [-30.0, 1.0]),
            (-50.0, [900.0, 899.0], [3.0, 4.0]),
        ],
    ),
    Formula(
        "log density of a mixture of logistics",
        "softmax",
        logistic_mixture,
        {
            "e/(1 + e)²": lambda x: jnp.log(
                0.5 * jnp.exp(-x) / (1 + jnp.exp(-x)) ** 2
                + 0.5 * jnp.exp(4 - x) / (1 + jnp.exp(4 - x)) ** 2
            ),
            "p(1 - p)": lambda x: (lambda p, q: jnp.log(0.5 * p * (1 - p) + 0.5 * q * (1 - q)))(
                jax.nn.sigmoid(x), jax.nn.sigmoid(x - 4)
            ),
        },
        [(0.5,), (20.0,), (-60.0,), (100.0,), (-800.0,)],
    ),
    Formula(
        "responsibility of a part of a mixture",
        "softmax",
        lambda x: softmax([-(x**2) / 2, -((x - 3) ** 2) / 2])[0],
        {
            "density / sum": lambda x: (
                normal(x, 0.0, 1.0) / (normal(x, 0.0, 1.0) + normal(x, 3.0, 1.0))
            ),
            "exps only": lambda x: (
                jnp.exp(-(x**2) / 2) / (jnp.exp(-(x**2) / 2) + jnp.exp(-jnp.square(x - 3) / 2))
            ),
            "parts of a vector": lambda x: (lambda d: (d / d.sum())[0])(
                jnp.exp(-0.5 * (x - jnp.array([0.0, 3.0], x.dtype)) ** 2)
            ),
        },
        [(0.5,), (-16.0,), (18.0,), (22.0,), (-60.0,)],
    ),
    Formula(
        "weighted mean by exponentials",
        "softmax",
        lambda z: dot(softmax(z), z),
        {
            "sum(z e) / sum(e)": lambda z: jnp.sum(z * jnp.exp(z)) / jnp.sum(jnp.exp(z)),
            "dot": lambda z: (lambda e: z @ e / e.sum())(jnp.exp(z)),
            "softmax times z": lambda z: jnp.sum(probabilities(z) * z),
        },
        [
            ([0.5, -1.0, 2.0],),
            ([100.0, 100.5, 20.0],),
            ([-120.0, -121.0, -118.0],),
            ([800.0, 3.0, 650.0],),
            ([-900.0, -96.0, -97.5],),
        ],
    ),
    Formula(
        "partition function ratio",
        "softmax",
        lambda z, w: mp.exp(logsumexp(z) - logsumexp(w)),
        {
            "sum / sum": lambda z, w: jnp.sum(jnp.exp(z)) / jnp.sum(jnp.exp(w)),
            "mean / mean": lambda z, w: jnp.mean(jnp.exp(z)) / jnp.exp(w).mean(),
        },
        [
            ([0.5, -1.0], [1.0, 2.0]),
            ([100.0, 101.0], [99.0, 100.0]),
            ([-120.0, -121.0], [-118.0, -119.0]),
            ([800.0, 1.0], [801.0, 799.0]),
        ],
    ),
    Formula(
        "free energy",
        "softmax",
        lambda e, b: -logsumexp([-b * a for a in e]) / b,
        {
            "-log(Z) / β": lambda e, b: -jnp.log(jnp.sum(jnp.exp(-b * e))) / b,
            "Z named": lambda e, b: (lambda z: -(1 / b) * jnp.log(z))(jnp.exp(-e * b).sum()),
        },
        [
            ([0.5, 1.0, 2.0], 1.5),
            ([100.0, 101.0, 130.0], 1.0),
            ([-64.0, 3.0, 2.0], 8.0),
            ([200.0, 201.0, 230.0], 0.5),
        ],
    ),
    Formula(
        "policy gradient surrogate",
        "softmax",
        lambda z, a: dot(a, [(x - logsumexp(z)) * s for x, s in zip(z, softmax(z), strict=True)]),
        {
            "sum(a p log p)": lambda z, a: (lambda p: jnp.sum(a * p * jnp.log(p)))(
                probabilities(z)
            ),
            "sum(p (a log p))": lambda z, a: (lambda p: jnp.sum(p * (a * jnp.log(p))))(
                jax.nn.softmax(z)
            ),
        },
        [
            ([0.5, -1.0, 2.0], [1.0, -0.5, 0.25]),
            ([200.0, 0.0, 1.0], [1.0, -0.5, 0.25]),
            ([-1.0, -120.0, 900.0], [2.0, 1.0, -1.0]),
        ],
    ),
    Formula(
        "log of the total probability of two classes",
        "softmax",
        lambda z: logsumexp(z[:2]) - logsumexp(z),
        {
            "log(p0 + p1)": lambda z: (lambda p: jnp.log(p[0] + p[1]))(probabilities(z)),
            "log(sum(p[:2]))": lambda z: jnp.log(jnp.sum(jax.nn.softmax(z)[:2])),
            "log(sum(m p))": lambda z: jnp.log(
                jnp.sum(jnp.array([1.0, 1.0, 0.0], z.dtype) * probabilities(z))
            ),
        },
        [
            ([0.5, -1.0, 2.0],),
            ([-120.0, -119.0, 4.0],),
            ([0.0, 1.0, 300.0],),
            ([900.0, 899.0, 890.0],),
        ],
    ),
    Formula(
        "sum of squared probabilities",
        "softmax",
        lambda z: total([p**2 for p in softmax(z)]),
        {
            "p**2": lambda z: jnp.sum(probabilities(z) ** 2),
            "p @ p": lambda z: (lambda p: p @ p)(jax.nn.softmax(z)),
            "sum(e²) / sum(e)²": lambda z: jnp.sum(jnp.exp(z) ** 2) / jnp.sum(jnp.exp(z)) ** 2,
            "sum(exp 2z) / sum(e)²": lambda z: jnp.sum(jnp.exp(2 * z)) / jnp.exp(z).sum() ** 2,
        },
        [
            ([0.5, -1.0, 2.0],),
            ([50.0, 51.0, 3.0],),
            ([-60.0, -61.0, -58.0],),
            ([800.0, 801.0, 7.0],),
        ],
    ),
]
