"""What layers with windows of weights share."""

from __future__ import annotations

from collections.abc import Callable

import jax

from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.nn.activations import identity
from gradus.nn.channels import spread
from gradus.nn.checks import check_activation, check_units
from gradus.nn.initializers import Initializer, Zeros, suited_to
from gradus.nn.layer import Layer, Shape, check_input
from gradus.nn.window import AXES, Lengths, Padding, Window, warn_of_gaps, window_over

SIDE = 8  # pixels that a side of a picture has at least


class Windowed(Layer):
    """A layer that slides a window of weights over time, images or volumes.

    Arguments:
        filters, kernel_size, activation, stride, padding, dilation, use_bias, weight_init,
            bias_init: as in `Conv`.
    """

    filters: int = static()
    kernel_size: Lengths = static()
    activation: Callable = static(identity)
    stride: Lengths = static(1)
    padding: Padding = static("valid")
    dilation: Lengths = static(1)
    use_bias: bool = static(True)
    weight_init: Initializer | None = static(None)
    bias_init: Initializer = static(Zeros())

    def __check_init__(self):
        check_units(self, self.filters)
        check_activation(self, self.activation)

    def output_shape(self, shape):
        return (*self.window(shape).positions(shape[:-1]), self.filters)

    def window(self, shape: Shape) -> Window:
        """The window over examples of `shape`."""
        return window_over(self, shape, self.kernel_size, self.stride, self.padding, self.dilation)

    def first_window(self, shape: Shape) -> Window:
        """The same at `init`, where what looks wrong is said as well."""
        window = self.window(shape)
        check_picture(self, shape, self.kernel_size)
        warn_of_gaps(self, window)
        return window

    def finished(self, y: jax.Array, bias: jax.Array | None) -> jax.Array:
        """g(y + b)."""
        return self.activation(y if bias is None else y + spread(bias, y.shape))

    def start_weight(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """A weight of `shape` as it starts."""
        return (self.weight_init or suited_to(self.activation))(key, shape)

    def start_bias(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array | None:
        """A bias of `shape` as it starts; None for a layer without."""
        return self.bias_init(key, shape) if self.use_bias else None


def check_channels(
    layer: Layer, x: jax.Array, weight: jax.Array | None, axes: int, channels: int
) -> None:
    """Refuse inputs without `axes` of positions and `channels` after them.

    Refuses a layer that has no weights yet, too.
    """
    if weight is None:
        raise InputError(
            f"{type(layer).__name__} has no weights yet",
            expected="a layer that has seen `init`",
            got="a layer straight from its constructor",
            fix="call `model = model.init(key, shape)`, with the shape of one example, first",
        )
    last = f"{channels} channel{'s' if channels > 1 else ''} on the last axis"
    fix = f"give inputs with {last}, or initialise a new layer"
    if x.ndim == axes + 1:
        fix = f"the first axis counts examples: a single one is x[None]; then come {last}"
    check_input(layer, x, ("B", *AXES[axes - 1], channels), fix)


def check_groups(layer: Layer, groups: int, channels: int, filters: int) -> None:
    """Refuse groups that do not divide channels and filters."""
    if groups < 1 or channels % groups or filters % groups:
        raise InputError(
            f"{type(layer).__name__}: groups",
            expected=f"a number that divides {channels} channels and {filters} filters",
            got=groups,
            fix="choose another number of groups or filters; 1 always fits",
        )


def check_picture(layer: Layer, shape: Shape, kernel_size: Lengths) -> None:
    """Refuse what looks like a picture with its channels first: 1 or 3, then long alike sides.

    A window that is told its length along each axis shows that they are meant as they are.
    """
    first, *sides = shape
    told_apart = isinstance(kernel_size, tuple) and len(set(kernel_size)) > 1
    if len(sides) < 2 or first not in (1, 3) or told_apart:
        return
    if min(sides) >= SIDE and max(sides) <= 2 * min(sides):
        order = ", ".join(map(str, (0, *range(2, len(shape) + 1), 1)))
        raise InputError(
            f"{type(layer).__name__}: the channels seem to stand first",
            expected="examples (height, width, channels)",
            got=f"examples of shape {shape}",
            fix=f"put channels last by x.transpose({order}); if the first axis is meant as it is, "
            "give kernel_size with a length for each axis, such as (1, 3)",
        )
