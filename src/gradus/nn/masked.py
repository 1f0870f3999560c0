"""An affine layer in which some outputs do not see some inputs."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import param, static, weight
from gradus.nn.activations import identity
from gradus.nn.checks import check_activation, check_shape, check_width
from gradus.nn.initializers import Initializer, suited_to
from gradus.nn.layer import INFERENCE, Forward, Layer, channelwise


class MaskedDense(Layer):
    """Affine map with some connections cut, then an activation: y = g(x (M ⊙ W) + b).

    Every input and every output has a degree; input i is connected to output j where the degree
    of i is not above that of j, or, in a `strict` layer, where it is below.

    Arguments:
        inputs: the degree of every input.
        outputs: the degree of every output.
        activation: elementwise function g.
        strict: whether equal degrees are cut, too.
        weight_init: initialiser of W, shape (inputs, outputs); by default as for `Dense`. Cut
            connections have weight 0 and keep it.

    Raises InputError for no inputs or outputs, degrees that are no whole numbers, and inputs of
    another width.

    >>> import jax
    >>> layer = MaskedDense(inputs=(1, 2), outputs=(1, 2, 2)).init(jax.random.key(0), (2,))
    >>> (layer.weight != 0).astype(int)
    Array([[1, 1, 1],
           [0, 1, 1]], dtype=int32)

    Germain, Gregor, Murray and Larochelle, "MADE" (2015), equation 12 ff.
    """

    inputs: tuple[int, ...] = static()
    outputs: tuple[int, ...] = static()
    activation: Callable = static(identity)
    strict: bool = static(False)
    weight_init: Initializer | None = static(None)
    weight: jax.Array = weight()
    bias: jax.Array | None = param()

    def __post_init__(self):
        self.inputs, self.outputs = tuple(self.inputs), tuple(self.outputs)

    def __check_init__(self):
        check_degrees("inputs", self.inputs)
        check_degrees("outputs", self.outputs)
        check_activation(self, self.activation)

    @property
    def mask(self) -> np.ndarray:
        """Which connections there are, shape (inputs, outputs)."""
        of_input, of_output = np.array(self.inputs)[:, None], np.array(self.outputs)[None]
        return of_input < of_output if self.strict else of_input <= of_output

    def init(self, key, shape):
        check_shape(self, shape)
        if self.weight is not None:
            return self
        initializer = self.weight_init or suited_to(self.activation)
        drawn = initializer(key, (len(self.inputs), len(self.outputs)))
        bias = jnp.zeros(len(self.outputs)) if self.bias is None else self.bias
        return self.replace(weight=jnp.where(self.mask, drawn, 0), bias=bias)

    def __call__(self, x, forward: Forward = INFERENCE):
        check_width(self, x, self.weight)
        y = x @ jnp.where(self.mask, self.weight, 0)
        if self.bias is not None:
            y = y + channelwise(self.bias, y)
        return self.activation(y)

    def output_shape(self, shape):
        return (*shape[:-1], len(self.outputs))

    def with_output_bias(self, bias):
        fits = bias.shape == (len(self.outputs),) and self.activation is identity
        return self.replace(bias=bias) if fits and self.weight is None else self


def check_degrees(name: str, degrees: tuple) -> None:
    """Refuse what is no row of whole numbers."""
    if not degrees or not all(isinstance(d, int | np.integer) for d in degrees):
        raise InputError(
            f"MaskedDense: degrees of the {name}",
            expected="a whole number for each of them",
            got=degrees,
            fix="give tuples such as inputs=(1, 2, 3), outputs=(1, 1, 2, 2)",
        )
