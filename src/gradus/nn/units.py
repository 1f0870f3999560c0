"""Hidden units with weights or noise of their own.

The layer cos(W x + b) needs no class: it is `Dense(units, cosine)`.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import random

from gradus.base.errors import InputError
from gradus.base.record import param, static, weight
from gradus.nn.checks import check_shape, check_width
from gradus.nn.initializers import Initializer, LeCunNormal, Normal
from gradus.nn.layer import INFERENCE, Forward, Layer, channelwise


class PReLU(Layer):
    """A rectifier that learns its left slope: y = z for z > 0, a z otherwise.

    Each channel of the last axis has its own a.

    Arguments:
        start: a before learning.

    Raises InputError for inputs of another width than at `init`.

    >>> layer = PReLU().init(random.key(0), (2,))
    >>> layer(jnp.array([[-1.0, 2.0]]))
    Array([[-0.25,  2.  ]], dtype=float32)

    He, Zhang, Ren and Sun (2015). PyTorch shares one slope among all channels unless told
    otherwise; Keras learns one for every position.
    """

    start: float = static(0.25)
    slope: jax.Array = param()

    def init(self, key, shape):
        check_shape(self, shape)
        if self.slope is not None:
            return self
        return self.replace(slope=jnp.full(shape[-1], float(self.start)))

    def __call__(self, x, forward: Forward = INFERENCE):
        check_width(self, x, self.slope)
        return jnp.where(x > 0, x, channelwise(self.slope, x) * x)

    def output_shape(self, shape):
        return shape


class RReLU(Layer):
    """A rectifier with a random left slope: y = z for z > 0, a z otherwise, a ~ U(lower, upper).

    Every number has its own a; without noise a is the mean, (lower + upper) / 2.

    Arguments:
        lower, upper: bounds of the slope.

    >>> RReLU(0.1, 0.3)(jnp.array([[-1.0, 2.0]]))
    Array([[-0.2,  2. ]], dtype=float32)

    Xu, Wang, Chen and Li (2015); the bounds are PyTorch's.
    """

    lower: float = static(1 / 8)
    upper: float = static(1 / 3)

    def __call__(self, x, forward: Forward = INFERENCE):
        slope = (self.lower + self.upper) / 2
        if forward.noisy:
            slope = random.uniform(forward.key(), x.shape, x.dtype, self.lower, self.upper)
        return jnp.where(x > 0, x, slope * x)

    def output_shape(self, shape):
        return shape


class Maxout(Layer):
    """The greatest of several affine maps: yᵢ = maxⱼ (x Wᵢⱼ + bᵢⱼ), j = 1 … pieces.

    Each unit learns its own convex activation function.

    Arguments:
        units: number of outputs.
        pieces: affine maps per output.
        weight_init: initialiser of W, shape (inputs, units · pieces). LeCun's keeps the size of
            signals: the larger of two alike independent normal numbers has their mean square.

    Raises InputError for inputs of another width than at `init`.

    >>> layer = Maxout(2, pieces=3).init(random.key(0), (4,))
    >>> layer(jnp.ones((5, 4))).shape
    (5, 2)

    Goodfellow, Warde-Farley, Mirza, Courville and Bengio (2013).
    """

    units: int = static()
    pieces: int = static(2)
    weight_init: Initializer = static(LeCunNormal())
    weight: jax.Array = weight()
    bias: jax.Array = param()

    def __check_init__(self):
        if self.pieces < 1:
            raise InputError(
                "Maxout", expected="pieces ≥ 1", got=self.pieces, fix="take 2 pieces or more"
            )

    def init(self, key, shape):
        check_shape(self, shape)
        if self.weight is not None:
            return self
        maps = self.units * self.pieces
        return self.replace(weight=self.weight_init(key, (shape[-1], maps)), bias=jnp.zeros(maps))

    def __call__(self, x, forward: Forward = INFERENCE):
        check_width(self, x, self.weight)
        z = x @ self.weight
        z = z + channelwise(self.bias, z)
        return z.reshape(*x.shape[:-1], self.units, self.pieces).max(axis=-1)

    def output_shape(self, shape):
        return (*shape[:-1], self.units)


class RBF(Layer):
    """Radial basis functions: yᵢ = exp(−‖x − cᵢ‖² / σᵢ²), near 1 around the centre cᵢ only.

    Centres and widths are learned; widths by their logarithm, so that they stay positive.

    Arguments:
        units: number of centres.
        width: σ before learning; by default √(2 · inputs), the usual distance of a standardised
            input from a centre.
        centre_init: initialiser of the centres, shape (inputs, units).

    Raises InputError for inputs of another width than at `init`.

    >>> layer = RBF(1, width=1.0).init(random.key(0), (2,)).replace(centres=jnp.ones((2, 1)))
    >>> layer(jnp.array([[1.0, 1.0], [1.0, 2.0]]))
    Array([[1.        ],
           [0.36787945]], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 6.3.3.
    """

    units: int = static()
    width: float | None = static(None)
    centre_init: Initializer = static(Normal(1.0))
    centres: jax.Array = param()
    log_widths: jax.Array = param()

    def init(self, key, shape):
        check_shape(self, shape)
        if self.centres is not None:
            return self
        width = (2 * shape[-1]) ** 0.5 if self.width is None else float(self.width)
        return self.replace(
            centres=self.centre_init(key, (shape[-1], self.units)),
            log_widths=jnp.log(jnp.full(self.units, width)),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        check_width(self, x, self.centres)
        centres = self.centres.reshape((1,) * (x.ndim - 1) + self.centres.shape)
        squares = jnp.square(x[..., None] - centres).sum(axis=-2)
        return jnp.exp(-squares * channelwise(jnp.exp(-2 * self.log_widths), squares))

    def output_shape(self, shape):
        return (*shape[:-1], self.units)
