"""Keras' initialisers: each is an initialiser of `gradus.nn`, or a record beside them.

>>> import jax
>>> get("glorot_uniform")
GlorotUniform()
>>> Constant(0.5)(jax.random.key(0), (2,))
Array([0.5, 0.5], dtype=float32)
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import random
from jax.nn import initializers as of_jax

from gradus import nn
from gradus.base.record import static
from gradus.keras import missing
from gradus.keras.arguments import check_call, pick


class Initializer(nn.Initializer):
    """How an array starts; with a seed the same way each time."""

    seed: int | None = static(None)

    def __new__(cls, *given, **named):
        check_call(cls, given, named)
        return super().__new__(cls)

    def __call__(self, key, shape, dtype=None):
        return self.drawn(key if self.seed is None else random.key(self.seed), tuple(shape))

    @abstractmethod
    def drawn(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """An array of `shape`."""


class Translated(Initializer):
    """One of `gradus.nn` under Keras' name."""

    into: ClassVar[nn.Initializer]

    def drawn(self, key, shape):
        return self.into(key, shape)


class GlorotUniform(Translated):
    """U(±√(6 / (N + M))): `nn.GlorotUniform`; Keras' default for kernels."""

    into = nn.GlorotUniform()


class GlorotNormal(Translated):
    """Variance 2 / (N + M): `nn.GlorotNormal`."""

    into = nn.GlorotNormal()


class HeUniform(Translated):
    """U(±√(6/N)): `nn.HeUniform`."""

    into = nn.HeUniform()


class HeNormal(Translated):
    """Variance 2/N: `nn.HeNormal`."""

    into = nn.HeNormal()


class LecunUniform(Translated):
    """U(±√(3/N)): `nn.LeCunUniform`."""

    into = nn.LeCunUniform()


class LecunNormal(Translated):
    """Variance 1/N: `nn.LeCunNormal`."""

    into = nn.LeCunNormal()


class Zeros(Translated):
    """0 everywhere."""

    into = nn.Zeros()


class Ones(Translated):
    """1 everywhere."""

    into = nn.Ones()


class Constant(Initializer):
    """`value` everywhere."""

    value: float = static(0.0)

    def __init__(self, value: float = 0.0):
        self.value, self.seed = value, None

    def drawn(self, key, shape):
        return jnp.full(shape, float(self.value), jnp.result_type(float))


class RandomNormal(Initializer):
    """N(mean, stddev²)."""

    mean: float = static(0.0)
    stddev: float = static(0.05)

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None):
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def drawn(self, key, shape):
        return self.mean + self.stddev * random.normal(key, shape)


class TruncatedNormal(RandomNormal):
    """N(mean, stddev²), drawn again beyond two standard deviations."""

    def drawn(self, key, shape):
        return self.mean + self.stddev * random.truncated_normal(key, -2.0, 2.0, shape)


class RandomUniform(Initializer):
    """U(minval, maxval)."""

    minval: float = static(-0.05)
    maxval: float = static(0.05)

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None):
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def drawn(self, key, shape):
        return random.uniform(key, shape, minval=self.minval, maxval=self.maxval)


class VarianceScaling(Initializer):
    """Variance scale / n, n the inputs, the outputs, or their mean."""

    scale: float = static(1.0)
    mode: str = static("fan_in")
    distribution: str = static("truncated_normal")

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ):
        self.scale, self.seed = scale, seed
        self.mode = pick("VarianceScaling: mode", mode, ("fan_in", "fan_out", "fan_avg"))
        known = ("truncated_normal", "untruncated_normal", "normal", "uniform")
        self.distribution = pick("VarianceScaling: distribution", distribution, known)

    def drawn(self, key, shape):
        kinds = {"untruncated_normal": "normal", "normal": "truncated_normal"}
        kind: Any = kinds.get(self.distribution, self.distribution)
        scaling = of_jax.variance_scaling(self.scale, self.mode, kind)  # pyright: ignore[reportArgumentType]
        return scaling(key, shape, jnp.result_type(float))


class Orthogonal(Initializer):
    """gain · Q with orthonormal columns: `nn.Orthogonal`."""

    gain: float = static(1.0)

    def __init__(self, gain: float = 1.0, seed: int | None = None):
        self.gain, self.seed = gain, seed

    def drawn(self, key, shape):
        return nn.Orthogonal(self.gain)(key, shape)


class Identity(Initializer):
    """gain on the diagonal, 0 elsewhere."""

    gain: float = static(1.0)

    def __init__(self, gain: float = 1.0):
        self.gain, self.seed = gain, None

    def drawn(self, key, shape):
        return self.gain * jnp.eye(shape[0], shape[-1])


BY_NAME: dict[str, type[Initializer]] = {
    "constant": Constant,
    "glorot_normal": GlorotNormal,
    "glorot_uniform": GlorotUniform,
    "he_normal": HeNormal,
    "he_uniform": HeUniform,
    "identity": Identity,
    "lecun_normal": LecunNormal,
    "lecun_uniform": LecunUniform,
    "normal": RandomNormal,
    "ones": Ones,
    "orthogonal": Orthogonal,
    "random_normal": RandomNormal,
    "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "uniform": RandomUniform,
    "variance_scaling": VarianceScaling,
    "zeros": Zeros,
}


constant, ones, zeros, identity, orthogonal = Constant, Ones, Zeros, Identity, Orthogonal
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, IdentityInitializer, OrthogonalInitializer = VarianceScaling, Identity, Orthogonal


def get(initializer: Any) -> nn.Initializer:
    """The initialiser of a name or a class; one of Keras' or of `gradus.nn` is itself."""
    if isinstance(initializer, nn.Initializer):
        return initializer
    if isinstance(initializer, type) and issubclass(initializer, Initializer):
        return initializer()
    classes = {cls.__name__: cls for cls in BY_NAME.values()}
    table = BY_NAME | classes
    return table[pick("initializers", initializer, table)]()


def __getattr__(name: str) -> Any:
    raise missing.refusal("initializers", name)
