"""What all models of p(x) have in common."""

from __future__ import annotations

from abc import abstractmethod

import jax
import jax.numpy as jnp
from jax import lax, random

from gradus.base.errors import InputError
from gradus.models.generative.langevin import langevin
from gradus.models.generative.missing import holes
from gradus.models.generative.model import GenerativeModel
from gradus.models.generative.verbs import verb
from gradus.nn.layer import INFERENCE, Forward

STARTS = 64  # samples of which each x takes the missing numbers of one, to start from


class DensityModel(GenerativeModel):
    """A layer that maps examples x to log p(x), one number for each, and can be sampled from.

    `learn.density` makes examples likely under it.

    >>> class Standard(DensityModel):
    ...     def __call__(self, x, forward=INFERENCE):
    ...         return jax.scipy.stats.norm.logpdf(x).sum(axis=1)
    ...     def sample(self, key, count):
    ...         return jax.random.normal(key, (count, 1))
    >>> round(float(Standard()(jax.numpy.zeros((1, 1)))[0]), 4)
    -0.9189
    """

    @abstractmethod
    def __call__(self, x: jax.Array, forward: Forward = INFERENCE) -> jax.Array:
        """log p(x), or log P(x) of discrete x, in nats, shape (B,)."""

    @abstractmethod
    def sample(self, key: jax.Array, count: int) -> jax.Array:
        """So many new x, drawn from p(x), examples first."""

    @verb
    def log_prob(self, x):
        return self(x)

    @verb
    def impute(self, key, x, missing):
        """Every x with its missing numbers drawn from p(missing | known), for densities of real
        numbers, by `langevin` from one of 64 samples, a likely one: near one hill, not over all.
        """
        draw, choose, walk = random.split(key, 3)
        (missing, x), drawn = holes(x, missing), self.sample(draw, STARTS)
        starts = jnp.where(missing[None], drawn[:, None], x[None])
        start = chosen(choose, starts, lax.map(self.log_prob, starts))
        return langevin(self.log_prob, walk, start, jnp.where(missing, drawn.std(0)[None], 0))

    def with_marginals(self, x: jax.Array, weight: jax.Array | None = None) -> DensityModel:
        """The model, before `init`, with each column of x described by itself, where it can be."""
        return self

    def check_examples(self, x) -> None:
        """Refuse examples, a NumPy array, from which no density can be learned.

        `check` is for any x, as of one example of which only log p(x) is wanted.
        """


def chosen(key: jax.Array, rows: jax.Array, log_weight: jax.Array) -> jax.Array:
    """For every example one of its candidates, in proportion to their weights.

    Arguments:
        key: of the choice.
        rows: candidates, shape (K, B, D).
        log_weight: shape (K, B).

    >>> rows = jnp.array([[[1.0]], [[2.0]]])
    >>> chosen(random.key(0), rows, jnp.array([[-jnp.inf], [0.0]]))
    Array([[2.]], dtype=float32)
    """
    which = random.categorical(key, log_weight, axis=0)
    return jnp.take_along_axis(rows, which[None, :, None], axis=0)[0]


def refuse_constant(x) -> None:
    """Refuse a column that never changes: its density is infinite, and learning would go there."""
    constant = (x == x[:1]).all(axis=0)
    if len(x) > 1 and constant.any():
        column = int(constant.argmax())
        raise InputError(
            f"column {column} is constant",
            expected="columns that vary: a constant has an infinite density",
            got=f"{x[0, column]} in all {len(x)} rows",
            fix=f"leave column {column} out",
        )


def check_rows(x, columns: int) -> None:
    """Refuse what is no table of so many columns."""
    if getattr(x, "shape", ())[1:] != (columns,):
        raise InputError(
            "x does not fit the model",
            expected=f"an array of shape (B, {columns})",
            got=getattr(x, "shape", f"a {type(x).__name__}"),
            fix="make the model for x.shape[1] columns; flatten images first",
        )
