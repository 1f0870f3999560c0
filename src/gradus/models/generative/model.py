"""The verbs that all models of where examples come from have in common."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

import jax

from gradus.base.errors import InputError
from gradus.models.generative.verbs import verb
from gradus.nn.layer import Layer


class GenerativeModel(Layer):
    """A layer with verbs: how likely an x is, new ones, codes, reconstructions, missing parts.

    Every family answers the verbs that its formula can answer; the others are refused, with the
    reason. All of them take and give examples as the model sees them, batch axis first, and can
    be compiled; what is random takes a key. Models with classes take `labels` as well. A verb of
    a family takes lists, too, where it is decorated with `verb`.

    >>> class Coin(GenerativeModel):
    ...     def __call__(self, x, forward=None):
    ...         return x
    ...     def sample(self, key, count):
    ...         return jax.random.bernoulli(key, shape=(count, 1)).astype(float)
    >>> Coin().sample(jax.random.key(0), 5).shape
    (5, 1)
    >>> Coin().log_prob(jax.numpy.ones((2, 1)))
    Traceback (most recent call last):
    gradus.base.errors.InputError: log_prob of Coin
      Expected: a model that can say it
      Got:      one of which nothing is known but its samples
      Fix:      choose another model, or another verb
    """

    # whether `log_prob` is log p(x) itself; "lower bound" where that is all that is known
    likeliness: ClassVar[str] = "exact"

    def log_prob(self, x: jax.Array, labels: Any = None) -> jax.Array:
        """log p(x) in nats, or a lower bound of it (see `likeliness`), shape (B,)."""
        self._cannot("log_prob", "one of which nothing is known but its samples")

    def sample(self, key: jax.Array, count: int, labels: Any = None) -> jax.Array:
        """So many new x, drawn from p(x), examples first."""
        self._cannot("sample", "one that does not say how often its examples occur")

    def embed(self, x: jax.Array, labels: Any = None) -> jax.Array:
        """The code of every x, shape (B, …)."""
        self._cannot("embed", "one without codes")

    def reconstruct(self, x: jax.Array, labels: Any = None) -> jax.Array:
        """Every x as it comes back from its code."""
        self._cannot("reconstruct", "one without codes")

    @verb
    def anomaly_score(self, x: jax.Array) -> jax.Array:
        """How unlike the examples every x is, shape (B,): −log p(x), unless a family says else."""
        return -self.log_prob(x)

    def impute(
        self, key: jax.Array, x: jax.Array, missing: jax.Array, labels: Any = None
    ) -> jax.Array:
        """Every x with its missing numbers, where `missing` (of x's shape) is 1, filled in."""
        self._cannot("impute", "one without a rule for a part of x given the rest")

    def _cannot(self, verb: str, reason: Any) -> NoReturn:
        raise InputError(
            f"{verb} of {type(self).__name__}",
            expected="a model that can say it",
            got=reason,
            fix="choose another model, or another verb",
        )
