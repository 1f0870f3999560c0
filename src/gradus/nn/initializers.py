"""How weights start.

An initialiser is a record that is called with a key and a shape. The fans N (inputs) and M
(outputs) of a weight are its last two axes; axes before them are the window of a convolution, whose
positions multiply both fans.

>>> import jax
>>> GlorotUniform()(jax.random.key(0), (64, 10)).shape
(64, 10)
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import random
from jax.nn import initializers

from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.nn import activations as g


class Initializer(Record):
    """How an array starts: `(key, shape) -> array` of the default float type."""

    @abstractmethod
    def __call__(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """An array of `shape`."""


class Zeros(Initializer):
    """0 everywhere: right for biases. Weights of zero keep hidden units equal for ever."""

    def __call__(self, key, shape):
        return jnp.zeros(shape)


class Ones(Initializer):
    """1 everywhere: right for gains."""

    def __call__(self, key, shape):
        return jnp.ones(shape)


class Constant(Initializer):
    """`value` everywhere, such as 0.1 for the biases of rectifiers, which starts them open.

    Goodfellow, Bengio and Courville (2016), section 8.4.
    """

    value: float = static()

    def __call__(self, key, shape):
        return jnp.full(shape, float(self.value))


class Normal(Initializer):
    """N(0, std²): small random numbers, whatever the fans."""

    std: float = static(0.001)

    def __call__(self, key, shape):
        return self.std * random.normal(key, shape)


class Uniform(Initializer):
    """U(−limit, limit); without a limit 1/√N for N inputs.

    Goodfellow, Bengio and Courville (2016), section 8.4.
    """

    limit: float | None = static(None)

    def __call__(self, key, shape):
        limit = self.limit
        if limit is None:
            check_fans(self, shape)
            limit = 1 / math.sqrt(math.prod(shape[:-1]))
        return random.uniform(key, shape, minval=-limit, maxval=limit)


class GlorotUniform(Initializer):
    """U(±√(6 / (N + M))): variance 2/(N + M) keeps signals and gradients alike at linear units.

    Glorot and Bengio (2010).
    """

    def __call__(self, key, shape):
        check_fans(self, shape)
        return initializers.glorot_uniform()(key, shape, jnp.result_type(float))


class GlorotNormal(Initializer):
    """Normal of variance 2/(N + M), cut at two standard deviations.

    Glorot and Bengio (2010). The variance is that after the cut, as in Keras; PyTorch cuts
    nothing. So too for the other normal initialisers here.
    """

    def __call__(self, key, shape):
        check_fans(self, shape)
        return initializers.glorot_normal()(key, shape, jnp.result_type(float))


class HeUniform(Initializer):
    """U(±√(6/N)): variance 2/N keeps signals alike at rectifiers, which close half the time.

    He, Zhang, Ren and Sun (2015).
    """

    def __call__(self, key, shape):
        check_fans(self, shape)
        return initializers.he_uniform()(key, shape, jnp.result_type(float))


class HeNormal(Initializer):
    """Normal of variance 2/N, cut at two standard deviations.

    He, Zhang, Ren and Sun (2015).
    """

    def __call__(self, key, shape):
        check_fans(self, shape)
        return initializers.he_normal()(key, shape, jnp.result_type(float))


class LeCunUniform(Initializer):
    """U(±√(3/N)): variance 1/N keeps signals alike at linear units, and at SELU.

    LeCun, Bottou, Orr and Müller (1998).
    """

    def __call__(self, key, shape):
        check_fans(self, shape)
        return initializers.lecun_uniform()(key, shape, jnp.result_type(float))


class LeCunNormal(Initializer):
    """Normal of variance 1/N, cut at two standard deviations.

    LeCun, Bottou, Orr and Müller (1998).
    """

    def __call__(self, key, shape):
        check_fans(self, shape)
        return initializers.lecun_normal()(key, shape, jnp.result_type(float))


class Orthogonal(Initializer):
    """gain · Q with orthonormal columns (rows, where the matrix is wider than high).

    Axes before the last are taken as one. Saxe, McClelland and Ganguli (2014).
    """

    gain: float = static(1.0)

    def __call__(self, key, shape):
        check_fans(self, shape)
        return initializers.orthogonal(self.gain)(key, shape, jnp.result_type(float))


HE, LECUN, GLOROT = HeNormal(), LeCunNormal(), GlorotUniform()
SUITED = {g.relu: HE, g.leaky_relu: HE, g.elu: HE, g.gelu: HE, g.silu: HE, g.selu: LECUN}


def suited_to(activation: Callable) -> Initializer:
    """The initialiser that keeps the size of signals through `activation`.

    He for rectifiers, LeCun for SELU, Glorot otherwise.

    >>> suited_to(g.relu)
    HeNormal()
    """
    return SUITED.get(activation, GLOROT)


def check_fans(initializer: Initializer, shape: tuple[int, ...]) -> None:
    """Refuse shapes that have no number of inputs and outputs."""
    if len(shape) < 2:
        raise InputError(
            f"{type(initializer).__name__}: this array has no inputs and outputs to count",
            expected="a shape (…, inputs, outputs)",
            got=shape,
            fix="start biases with Zeros(), Constant(…) or Normal(…)",
        )
