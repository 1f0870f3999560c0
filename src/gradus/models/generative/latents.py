"""What the hidden causes of a variational autoencoder are: bells, or choices."""

from __future__ import annotations

import math
from abc import abstractmethod

import jax
import jax.numpy as jnp
from jax import random

from gradus.base.errors import InputError
from gradus.base.record import Record, static


class Latent(Record):
    """A prior p(z), and q(z | x) of the same family, told by the numbers that an encoder gives.

    z has shape (B, `width`); the encoder gives `size` numbers for every example, and every hidden
    variable has a divergence of its own.
    """

    @property
    @abstractmethod
    def width(self) -> int:
        """Numbers in z."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Numbers that tell q(z | x)."""

    @abstractmethod
    def sample(self, key: jax.Array, told: jax.Array) -> jax.Array:
        """z drawn from q(z | x)."""

    def draw(self, key: jax.Array, told: jax.Array) -> jax.Array:
        """z drawn in a way that gradients go through, nearly from q(z | x) where not exactly."""
        return self.sample(key, told)

    @abstractmethod
    def log_prob(self, told: jax.Array, z: jax.Array) -> jax.Array:
        """log q(z | x), shape (B,)."""

    @abstractmethod
    def prior(self) -> jax.Array:
        """The numbers that tell p(z), shape (size,)."""

    @abstractmethod
    def divergence(self, told: jax.Array) -> jax.Array:
        """KL(q(z | x) ‖ p(z)) of every hidden variable, in nats, shape (B, variables)."""

    @abstractmethod
    def mean(self, told: jax.Array) -> jax.Array:
        """E z under q(z | x)."""


class GaussianLatent(Latent):
    """Independent bells: p(z) = N(0, 1), q(z | x) = N(μ, σ²), told by μ and log σ.

    Draws are z = μ + σ ε, ε ~ N(0, 1): reparametrised, so that ∂z/∂μ = 1 and ∂z/∂σ = ε.
    KL = ½(μ² + σ² − 1) − log σ.

    Arguments:
        units: hidden variables.

    Raises InputError for fewer than one.

    >>> GaussianLatent(1).divergence(jnp.array([[2.0, 0.0]]))  # one bell, two off the prior's
    Array([[2.]], dtype=float32)

    Kingma and Welling (2014).
    """

    units: int = static()

    def __check_init__(self):
        whole = isinstance(self.units, int) and self.units >= 1
        require(whole, "GaussianLatent: units", "a whole number from 1 up", self.units)

    @property
    def width(self):
        return self.units

    @property
    def size(self):
        return 2 * self.units

    def sample(self, key, told):
        mean, log_std = jnp.split(told, 2, axis=-1)
        return mean + jnp.exp(log_std) * random.normal(key, mean.shape, mean.dtype)

    def log_prob(self, told, z):
        mean, log_std = jnp.split(told, 2, axis=-1)
        log_p = -0.5 * jnp.square((z - mean) * jnp.exp(-log_std)) - log_std
        return jnp.sum(log_p - 0.5 * math.log(2 * math.pi), axis=-1)

    def prior(self):
        return jnp.zeros(self.size)

    def divergence(self, told):
        mean, log_std = jnp.split(told, 2, axis=-1)
        return 0.5 * (jnp.square(mean) + jnp.expm1(2 * log_std)) - log_std

    def mean(self, told):
        return jnp.split(told, 2, axis=-1)[0]


class CategoricalLatent(Latent):
    """Independent choices: p(z) uniform, q(z | x) told by logits; z as ones and zeros.

    Gradients go through soft choices, z = softmax((logits + g) / τ) with g Gumbel: as τ → 0 they
    become draws from q, and their gradients wild. KL = Σ q log q + log k.

    Arguments:
        variables: hidden variables.
        classes: k, what each of them chooses among.
        temperature: τ > 0.

    Raises InputError for fewer than one variable or two classes, and a temperature not above 0.

    >>> latent = CategoricalLatent(1, classes=2)
    >>> latent.sample(random.key(0), jnp.array([[0.0, 9.0]]))
    Array([[0., 1.]], dtype=float32)
    >>> latent.divergence(jnp.array([[0.0, 99.0]])).round(4)  # sure: log 2
    Array([[0.6931]], dtype=float32)

    Jang, Gu and Poole (2017); Maddison, Mnih and Teh (2017).
    """

    variables: int = static()
    classes: int = static()
    temperature: float = static(0.67)

    def __check_init__(self):
        require(self.variables >= 1, "CategoricalLatent: variables", "1 or more", self.variables)
        require(self.classes >= 2, "CategoricalLatent: classes", "2 or more", self.classes)
        warm = self.temperature > 0
        require(warm, "CategoricalLatent: temperature", "a number above 0", self.temperature)

    @property
    def width(self):
        return self.variables * self.classes

    @property
    def size(self):
        return self.width

    def sample(self, key, told):
        chosen = random.categorical(key, self._logits(told))
        return jax.nn.one_hot(chosen, self.classes, dtype=told.dtype).reshape(told.shape)

    def draw(self, key, told):
        logits = self._logits(told)
        noisy = logits + random.gumbel(key, logits.shape, logits.dtype)
        return jax.nn.softmax(noisy / self.temperature).reshape(told.shape)

    def log_prob(self, told, z):
        return jnp.sum(self._log_q(told).reshape(told.shape) * z, axis=-1)

    def prior(self):
        return jnp.zeros(self.size)

    def divergence(self, told):
        log_q = self._log_q(told)
        return jnp.sum(jnp.exp(log_q) * log_q, axis=-1) + math.log(self.classes)

    def mean(self, told):
        return jnp.exp(self._log_q(told)).reshape(told.shape)

    def _logits(self, told):
        return told.reshape(*told.shape[:-1], self.variables, self.classes)

    def _log_q(self, told):
        return jax.nn.log_softmax(self._logits(told))


def require(fits: bool, what: str, expected: str, got: object) -> None:
    """Raise InputError for a number that makes no hidden variable."""
    if not fits:
        raise InputError(what, expected=expected, got=got, fix=f"give {expected}")
