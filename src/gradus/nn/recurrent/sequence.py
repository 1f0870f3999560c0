"""What layers over time share: sequences with or without a mask, and a state that is carried on."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax

from gradus.base.errors import InputError
from gradus.nn.layer import INFERENCE, Forward, Layer, Shape, is_shape

State = Any  # a tuple of arrays, each with the batch axis first


class OverTime(Layer):
    """A layer over sequences, (B, T, features), or over the pair of sequences and their mask.

    The mask, shape (B, T), is 1 for steps and 0 for padding, wherever the padding is. Results
    are those of the sequences without padding: a step that is padding leaves the state as it
    is, and its output is that of the step before. A sequence of padding alone ends in the state
    in which it starts.

    Arguments:
        return_sequences: whether all outputs are returned, (B, T, units), or the last, (B, units).
    """

    return_sequences: bool = eqx.field(default=False, static=True, kw_only=True)

    def with_sequences(self) -> OverTime:
        """The same layer, returning all outputs."""
        return self.replace(return_sequences=True)


class Stepwise(OverTime):
    """A layer over sequences that sees them in order, and can go on where it has ended."""

    @abstractmethod
    def start(self, size: int) -> State:
        """The state before the first step of `size` sequences: zeros."""

    @abstractmethod
    def steps(
        self,
        x: jax.Array,
        state: State,
        mask: jax.Array | None = None,
        forward: Forward = INFERENCE,
    ) -> tuple[jax.Array, State]:
        """The outputs of all steps, (B, T, units), and the state after the last.

        Arguments:
            x: sequences, shape (B, T, features).
            state: where to begin: `start(B)`, or what the steps before have left.
            mask: 1 for steps and 0 for padding, shape (B, T); None: no padding.
            forward: the forward pass.
        """

    def __call__(self, x, forward: Forward = INFERENCE):
        x, mask = sequences_of(self, x)
        outputs, _ = self.steps(x, self.start(x.shape[0]), mask, forward)
        return outputs if self.return_sequences else outputs[:, -1]


def shape_of_outputs(layer: OverTime, shape: Shape, width: int) -> Shape:
    """The shape of one output, of `width` numbers at every step that is returned."""
    length, _ = check_sequence_shape(layer, shape)
    return (length, width) if layer.return_sequences else (width,)


def sequences_of(layer: Layer, x: Any) -> tuple[jax.Array, jax.Array | None]:
    """Sequences and their mask; raises InputError for other shapes."""
    x, mask = x if isinstance(x, tuple) and len(x) == 2 else (x, None)
    name = type(layer).__name__
    if not hasattr(x, "ndim") or x.ndim != 3 or x.shape[1] == 0:
        raise InputError(
            f"{name}: sequences",
            expected="(B, T, features) with a step or more, or a pair of that and a mask (B, T)",
            got=getattr(x, "shape", type(x).__name__),
            fix="put nn.Embedding before it for tokens, return_sequences=True in a recurrent "
            "layer, x[..., None] around a single feature",
        )
    if mask is not None and mask.shape != x.shape[:2]:
        raise InputError(
            f"{name}: the mask does not fit the sequences",
            expected=x.shape[:2],
            got=mask.shape,
            fix="give 1 for every step and 0 for padding",
        )
    return x, mask


def check_sequence_shape(layer: Layer, shape: Shape) -> tuple[int, int]:
    """Steps and features of one sequence, of a shape with or without that of a mask."""
    values, mask = shape, None
    if isinstance(shape, tuple) and len(shape) == 2 and not is_shape(shape):
        values, mask = shape
    fits = is_shape(values) and len(values) == 2 and values[0] > 0
    if not fits or mask not in (None, values[:1]):
        raise InputError(
            f"{type(layer).__name__}: shape of one sequence",
            expected="(T, features) with a step or more, or ((T, features), (T,)) with a mask",
            got=shape,
            fix="put nn.Embedding before it for tokens, return_sequences=True in a recurrent "
            "layer before it",
        )
    return values
