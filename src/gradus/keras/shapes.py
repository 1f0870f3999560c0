"""Shapes with lengths that are not known yet, which Keras writes as None."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import Any

import equinox as eqx
import jax

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.tree import leaves

# Two lengths to stand for an unknown one: what depends on it differs between the two.
STAND_INS = (96, 160)

Shape = tuple[int | None, ...]


def is_shape(value: Any) -> bool:
    """Whether this is one shape, rather than several."""
    return isinstance(value, tuple) and all(n is None or isinstance(n, int) for n in value)


def filled(shape: Any, length: int) -> Any:
    """The shape, or the shapes, with `length` for every unknown length."""
    if is_shape(shape):
        return tuple(length if n is None else int(n) for n in shape)
    return tuple(filled(part, length) for part in shape)


def abstract(layer: nn.Layer, shape: Any) -> nn.Layer:
    """The layer with shapes for its weights, which no unknown length may decide."""
    shapes = [filled(shape, n) for n in STAND_INS]
    with quiet():
        found = [
            eqx.filter_eval_shape(lambda key, s=s: layer.init(key, s), jax.random.key(0))
            for s in dict.fromkeys(shapes)
        ]
    sizes = [[leaf.value.shape for leaf in leaves(each)] for each in found]
    if sizes[0] != sizes[-1]:
        raise InputError(
            "the shape of its weights depends on an unknown length",
            expected="known lengths where a layer needs them",
            got=f"inputs of shape {batched(shape)}",
            fix="say the length: Input(shape=(100,)), or input_length=100 in Embedding",
        )
    return found[0]


def output_shape(layer: nn.Layer, shape: Any) -> Any:
    """The shape of one output; lengths that depend on unknown ones are None."""
    found = [layer.output_shape(s) for s in dict.fromkeys(filled(shape, n) for n in STAND_INS)]
    return common(found[0], found[-1])


@contextmanager
def quiet():
    """No warnings of layers, about windows that leave inputs out: Keras gives none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def common(first: Any, second: Any) -> Any:
    """What two shapes share, None where they differ."""
    if is_shape(first):
        return tuple(a if a == b else None for a, b in zip(first, second, strict=True))
    return tuple(common(a, b) for a, b in zip(first, second, strict=True))


def batched(shape: Any) -> str:
    """A shape as Keras writes it, the batch first.

    >>> batched((28, 28, 1))
    '(None, 28, 28, 1)'
    """
    if is_shape(shape):
        return str((None, *shape))
    return "[" + ", ".join(batched(part) for part in shape) + "]"
