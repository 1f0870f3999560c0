"""Graphs that are not chains: one input to several layers, several inputs, and joins.

Several arrays travel as a tuple, or as a dict of names.

>>> from gradus import nn
>>> two_inputs = nn.Sequential(Parallel(nn.Dense(4), nn.Dense(2)), Concat(), nn.Dense(1))
>>> model = two_inputs.init(jax.random.key(0), ((3,), (5,)))
>>> model((jnp.ones((7, 3)), jnp.ones((7, 5)))).shape
(7, 1)
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError, located
from gradus.base.record import static
from gradus.nn.combine import as_layer
from gradus.nn.layer import INFERENCE, Forward, Layer, is_shape


class Parts(Layer):
    """Layers side by side, in a tuple or by name; outputs come in the same form."""

    layers: tuple[Layer, ...] | dict[str, Layer]

    def __init__(self, *layers: Layer | Callable, **named: Layer | Callable):
        if bool(layers) == bool(named):
            raise InputError(
                type(self).__name__,
                expected="layers one after the other, or layers by name",
                got="both" if layers else "no layer",
                fix=f"write {type(self).__name__}(a, b) or {type(self).__name__}(left=a, right=b)",
            )
        # JAX keeps dicts in the order of their names
        by_name = {name: as_layer(named[name]) for name in sorted(named)}
        self.layers = by_name or tuple(map(as_layer, layers))

    @abstractmethod
    def share(self, whole: Any) -> Any:
        """What each layer sees of the input, in the form of the layers."""

    def init(self, key, shape):
        keys = iter(jax.random.split(key, len(self.layers)))
        return self.replace(layers=self._each(lambda layer, s: layer.init(next(keys), s), shape))

    def __call__(self, x, forward: Forward = INFERENCE):
        return self._each(lambda layer, part: layer(part, forward), x)

    def check(self, x):
        self._each(lambda layer, part: layer.check(part), x)

    def output_shape(self, shape):
        return self._each(lambda layer, part: layer.output_shape(part), shape)

    def _each(self, function: Callable, whole: Any) -> Any:
        shares = self.share(whole)

        def apply(name, layer):
            with located(f"{type(self).__name__} {name}"):
                return function(layer, shares[name])

        if isinstance(self.layers, dict):
            return {name: apply(name, layer) for name, layer in self.layers.items()}
        return tuple(apply(i, layer) for i, layer in enumerate(self.layers))


class Branches(Parts):
    """The same input to several layers: y = (f₁(x), f₂(x), …), or a dict of outputs by name.

    Arguments:
        layers: layers, or functions of a batch; positional for a tuple, by keyword for a dict.

    >>> from gradus import nn
    >>> layer = Branches(mean=nn.Dense(1), spread=nn.Dense(2)).init(jax.random.key(0), (3,))
    >>> {name: y.shape for name, y in layer(jnp.ones((5, 3))).items()}
    {'mean': (5, 1), 'spread': (5, 2)}
    """

    def share(self, whole):
        if isinstance(self.layers, dict):
            return dict.fromkeys(self.layers, whole)
        return (whole,) * len(self.layers)


class Parallel(Parts):
    """Several inputs, one layer for each: (y₁, y₂, …) = (f₁(x₁), f₂(x₂), …), or dicts by name.

    Arguments:
        layers: layers, or functions of a batch; positional for a tuple, by keyword for a dict.

    Raises InputError where the inputs do not match the layers one by one.

    >>> from gradus import nn
    >>> Parallel(nn.relu, nn.tanh)((jnp.array([[-1.0]]), jnp.array([[0.0]])))
    (Array([[0.]], dtype=float32), Array([[0.]], dtype=float32))
    """

    def share(self, whole):
        expected, got = _names(self.layers), _names(whole)
        if got != expected:
            raise InputError(
                "Parallel: the inputs do not match the layers",
                expected=f"inputs {', '.join(expected)}",
                got=f"inputs {', '.join(got)}" if got else "a single input",
                fix="give one input for every layer, as a tuple or a dict just like the layers",
            )
        return whole


class Concat(Layer):
    """Arrays side by side along one axis: (B, n₁), (B, n₂) … → (B, n₁ + n₂ + …).

    Arrays of a dict are taken in the order of their names.

    Arguments:
        axis: where to join; counted with the batch axis, which is 0 and cannot be joined.

    Raises InputError where the other axes differ.

    >>> Concat()((jnp.ones((5, 2)), jnp.ones((5, 3)))).shape
    (5, 5)
    """

    axis: int = static(-1)

    def __call__(self, x, forward: Forward = INFERENCE):
        arrays = _several(self, x)
        others = {_without(a.shape, self.axis) for a in arrays}
        if self.axis == 0 or len(others) > 1 or None in others:
            raise InputError(
                f"Concat: these arrays cannot be joined along axis {self.axis}",
                expected="an axis other than 0, and equal lengths on all other axes",
                got=", ".join(str(a.shape) for a in arrays),
                fix="change the layers before, or the axis",
            )
        return jnp.concatenate(arrays, axis=self.axis)


class Add(Layer):
    """The sum of several arrays of one shape: y = x₁ + x₂ + …

    Raises InputError where the shapes differ; nothing is broadcast.

    >>> Add()((jnp.array([[1.0]]), jnp.array([[2.0]])))
    Array([[3.]], dtype=float32)
    """

    def __call__(self, x, forward: Forward = INFERENCE):
        first, *rest = arrays = _several(self, x)
        if any(a.shape != first.shape for a in rest):
            raise InputError(
                "Add: the shapes differ",
                expected="arrays of one shape",
                got=", ".join(str(a.shape) for a in arrays),
                fix="change the layers before, for example to the same number of units",
            )
        return sum(rest, start=first)


def _several(layer: Layer, x: Any) -> list[jax.Array]:
    if not isinstance(x, tuple | list | dict):
        raise InputError(
            f"{type(layer).__name__}: one input",
            expected="a tuple or dict of arrays",
            got=f"one array of shape {x.shape}",
            fix="put `Branches` or `Parallel` before it",
        )
    return jax.tree.leaves(x)


def _without(shape: tuple, axis: int) -> tuple | None:
    """The lengths of all other axes; None where there is no such axis."""
    if not -len(shape) <= axis < len(shape):
        return None
    axis %= len(shape)
    return None if axis == 0 else shape[:axis] + shape[axis + 1 :]


def _names(parts: Any) -> list[str]:
    """The names in a dict or the places in a tuple; nothing for a single array or shape."""
    if isinstance(parts, dict):
        return sorted(parts)
    if isinstance(parts, tuple | list) and not is_shape(parts):
        return [str(i) for i in range(len(parts))]
    return []
