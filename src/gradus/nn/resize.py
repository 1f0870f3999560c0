"""Layers that make images larger or smaller without weights."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError, nearest
from gradus.base.record import static
from gradus.nn.layer import INFERENCE, Forward, Layer
from gradus.nn.window import Lengths, Padding, check_positions, pairs_of, per_axis

EDGES = {"zeros": "constant", "circular": "wrap", "reflect": "reflect", "edge": "edge"}
METHODS = ("nearest", "linear", "cubic")


class Pad(Layer):
    """Add a margin around the positions of each example.

    Arguments:
        width: how much: a number for every side, or for each axis a number or a pair.
        mode: what is added: "zeros", the opposite edge ("circular"), the mirror image without the
            edge itself ("reflect"), or the edge again ("edge").

    Raises InputError for another mode, for widths that are no margins, and for a mirror image
    wider than the inputs.

    >>> Pad(((1, 2),), "reflect")(jnp.array([[1.0, 2.0, 3.0]])[..., None])[0, :, 0]
    Array([2., 1., 2., 3., 2., 1.], dtype=float32)
    """

    width: Padding = static()
    mode: str = static("zeros")

    def __check_init__(self):
        _check_choice(self, "mode", self.mode, EDGES)

    def __call__(self, x, forward: Forward = INFERENCE):
        margins = self._margins(x.shape[1:])
        return jnp.pad(x, ((0, 0), *margins, (0, 0)), mode=EDGES[self.mode])

    def output_shape(self, shape):
        margins = self._margins(shape)
        return (*(n + sum(m) for n, m in zip(shape[:-1], margins, strict=True)), shape[-1])

    def _margins(self, shape):
        check_positions(self, shape)
        margins = pairs_of(self, self.width, len(shape) - 1)
        reach = min(n - max(m) for n, m in zip(shape[:-1], margins, strict=True))
        if self.mode == "reflect" and reach < 1:
            raise InputError(
                "Pad: the mirror image is wider than the inputs",
                expected=f"margins below {shape[:-1]}",
                got=margins,
                fix='pad less, or with mode="edge"',
            )
        return margins


class Crop(Layer):
    """Cut a margin off the positions of each example.

    Arguments:
        width: how much: a number for every side, or for each axis a number or a pair.

    Raises InputError for widths that are no margins, and where nothing is left.

    >>> Crop(1)(jnp.array([[1.0, 2.0, 3.0]])[..., None])
    Array([[[2.]]], dtype=float32)
    """

    width: Padding = static()

    def __call__(self, x, forward: Forward = INFERENCE):
        lengths = self.output_shape(x.shape[1:])[:-1]
        margins = pairs_of(self, self.width, len(lengths))
        cuts = (slice(a, a + n) for (a, _), n in zip(margins, lengths, strict=True))
        return x[:, *cuts]

    def output_shape(self, shape):
        check_positions(self, shape)
        margins = pairs_of(self, self.width, len(shape) - 1)
        lengths = tuple(n - sum(m) for n, m in zip(shape[:-1], margins, strict=True))
        if min(lengths) < 1:
            raise InputError(
                "Crop: nothing is left",
                expected=f"margins that leave something of {shape[:-1]}",
                got=margins,
                fix="cut off less",
            )
        return (*lengths, shape[-1])


class Upsample(Layer):
    """Make images larger by a whole factor.

    Arguments:
        factor: how many times as long: one number, or one per axis.
        method: "nearest" repeats inputs; "linear" and "cubic" interpolate between the middles of
            pixels.

    Raises InputError for another method, and for a factor that is no whole number from 1 up.

    >>> Upsample(2)(jnp.array([[1.0, 2.0]])[..., None])[0, :, 0]
    Array([1., 1., 2., 2.], dtype=float32)
    >>> Upsample(2, "linear")(jnp.array([[1.0, 2.0]])[..., None])[0, :, 0]
    Array([1.  , 1.25, 1.75, 2.  ], dtype=float32)

    As PyTorch's without `align_corners`. With a `Conv` after it, it makes no chequered patterns as
    `ConvTranspose` may: Odena, Dumoulin and Olah (2016).
    """

    factor: Lengths = static(2)
    method: str = static("nearest")

    def __check_init__(self):
        _check_choice(self, "method", self.method, METHODS)

    def __call__(self, x, forward: Forward = INFERENCE):
        shape = (x.shape[0], *self.output_shape(x.shape[1:]))
        if self.method != "nearest":
            return jax.image.resize(x, shape, self.method)
        for axis, factor in enumerate(self._factors(x.shape[1:]), 1):
            x = jnp.repeat(x, factor, axis)
        return x

    def output_shape(self, shape):
        factors = self._factors(shape)
        return (*(n * f for n, f in zip(shape[:-1], factors, strict=True)), shape[-1])

    def _factors(self, shape):
        check_positions(self, shape)
        return per_axis(self, "factor", self.factor, len(shape) - 1)


def _check_choice(layer: Layer, name: str, choice: str, choices) -> None:
    if choice not in choices:
        raise InputError(
            f"{type(layer).__name__}: {name}",
            expected=f"one of {', '.join(map(repr, choices))}",
            got=repr(choice),
            fix=nearest(str(choice), choices),
        )
