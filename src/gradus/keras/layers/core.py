"""Dense layers, activations, noise, and changes of shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.tree import leaves
from gradus.keras import activations, initializers
from gradus.keras.layers.base import Layer
from gradus.keras.layers.mapped import Mapped


@dataclass(eq=False)
class Dense(Layer):
    """y = g(x W + b): `nn.Dense`.

    >>> import numpy as np
    >>> layer = Dense(2, activation="relu")
    >>> layer(np.ones((5, 3))).shape, layer.count_params()
    ((5, 2), 8)
    """

    units: int
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    input_dim: int | None = field(default=None, kw_only=True)

    arrays = {"kernel": "weight", "bias": "bias"}  # noqa: RUF012
    head = "activation"

    def translated(self):
        return nn.Dense(
            self.units,
            activations.get(self.activation),
            use_bias=self.use_bias,
            weight_init=initializers.get(self.kernel_initializer),
            bias_init=initializers.get(self.bias_initializer),
        )


@dataclass(eq=False)
class Activation(Layer):
    """y = g(x), by name or function.

    >>> import numpy as np
    >>> Activation("relu")(np.array([[-1.0, 2.0]]))
    Array([[0., 2.]], dtype=float32)
    """

    activation: Any
    activity_regularizer: Any = None
    head = "function"

    def translated(self):
        return nn.Lambda(activations.get(self.activation))


@dataclass(eq=False)
class Lambda(Layer):
    """A function of a batch: `nn.Lambda`. A model with one is saved where `gradus.named` knows it.

    >>> import numpy as np
    >>> Lambda(lambda x: 2 * x)(np.array([[1.0]]))
    Array([[2.]], dtype=float32)
    """

    function: Callable
    output_shape: Any = None
    mask: Any = None
    arguments: Any = None

    def __post_init__(self):
        super().__post_init__()
        self.only(mask=None, arguments=None)

    def translated(self):
        return nn.Lambda(self.function)


@dataclass(eq=False)
class Wrapped(Layer):
    """Any gradus layer among Keras' ones: what this library adds.

    >>> import numpy as np
    >>> Wrapped(nn.RBF(4))(np.zeros((5, 2))).shape
    (5, 4)
    """

    layer: nn.Layer

    def translated(self):
        return self.layer

    def entries(self, core):
        return [(leaf.name, leaf.value.shape) for leaf in leaves(core)]

    def read(self, core):
        return [np.asarray(leaf.value) for leaf in leaves(core)]

    def write(self, core, weights):
        return jax.tree.structure(core).unflatten([jnp.asarray(w) for w in weights])


@dataclass(eq=False)
class Dropout(Layer):
    """Numbers set to 0 in training, the others divided by 1 − rate: `nn.Dropout`."""

    rate: float
    noise_shape: Any = None
    seed: int | None = None

    def __post_init__(self):
        super().__post_init__()
        self.only(noise_shape=None)

    def translated(self):
        return nn.Dropout(self.rate)


@dataclass(eq=False)
class GaussianNoise(Layer):
    """Normal noise added in training: `nn.GaussianNoise`."""

    stddev: float
    seed: int | None = None

    def translated(self):
        return nn.GaussianNoise(self.stddev)


@dataclass(eq=False)
class ActivityRegularization(Layer):
    """Hands its input on; l1 · Σ|x| + l2 · Σx² of an example joins the loss."""

    l1: float = 0.0
    l2: float = 0.0

    @property
    def activity_regularizer(self):
        """What is added."""
        from gradus.keras.regularizers import L1L2

        return L1L2(self.l1, self.l2)

    def translated(self):
        return nn.Lambda(nn.identity)


@dataclass(eq=False)
class Flatten(Layer):
    """(B, …) → (B, n): `nn.Flatten`."""

    data_format: Any = None

    def __post_init__(self):
        super().__post_init__()
        self.only(data_format=[None, "channels_last"])

    def translated(self):
        return nn.Flatten()


@dataclass(eq=False)
class Reshape(Layer):
    """(B, …) → (B, *target_shape): `nn.Reshape`."""

    target_shape: tuple[int, ...]

    def translated(self):
        return nn.Reshape(tuple(self.target_shape))


@dataclass(eq=False)
class Permute(Layer):
    """Axes in another order, counted from 1; the batch axis stays."""

    dims: tuple[int, ...]

    def translated(self):
        return Mapped(jnp.transpose, ((0, *self.dims),))


@dataclass(eq=False)
class RepeatVector(Layer):
    """(B, d) → (B, n, d): the same vector at each of n steps."""

    n: int

    def translated(self):
        return Mapped(repeated, (self.n,))


@dataclass(eq=False)
class Identity(Layer):
    """y = x."""

    def translated(self):
        return nn.Lambda(nn.identity)


@dataclass(eq=False)
class Rescaling(Layer):
    """y = scale · x + offset: bytes to [0, 1] with scale=1/255."""

    scale: float
    offset: float = 0.0

    def translated(self):
        return Mapped(rescaled, (self.scale, self.offset))


def repeated(x, n: int):
    """The same vector n times along a new axis."""
    if x.ndim != 2:
        raise InputError(
            "RepeatVector",
            expected="vectors, (B, d)",
            got=x.shape,
            fix="put a layer before that gives vectors, such as an LSTM without return_sequences",
        )
    return jnp.repeat(x[:, None, :], n, axis=1)


def rescaled(x, scale: float, offset: float):
    """scale · x + offset."""
    return scale * x + offset
