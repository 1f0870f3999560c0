"""One vector for a whole sequence: the mean or the largest number over its steps."""

from __future__ import annotations

from abc import abstractmethod

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError, located
from gradus.nn.layer import INFERENCE, Forward, Layer
from gradus.nn.recurrent.sequence import OverTime, check_sequence_shape, sequences_of


class PooledOverTime(Layer):
    """One number for each feature, of all steps of a sequence; padding does not count.

    Arguments:
        layer: a layer over time whose outputs are pooled, all of them; None: the inputs are.
    """

    layer: OverTime | None = None

    def __check_init__(self):
        if self.layer is not None and not isinstance(self.layer, OverTime):
            raise InputError(
                type(self).__name__,
                expected="a layer over time, or nothing",
                got=repr(self.layer),
                fix=f"write nn.{type(self).__name__}(nn.LSTM(64)), or put the layer before it",
            )

    @abstractmethod
    def pooled(self, x: jax.Array, there: jax.Array) -> jax.Array:
        """(B, T, features) → (B, features); `there`, shape (B, T, 1), is true for steps."""

    def init(self, key, shape):
        check_sequence_shape(self, shape)
        if self.layer is None:
            return self
        with located(type(self).__name__):
            return self.replace(layer=self.layer.init(key, shape))

    def __call__(self, x, forward: Forward = INFERENCE):
        steps, mask = sequences_of(self, x)
        if self.layer is not None:
            with located(type(self).__name__):
                steps = self.layer.with_sequences()(x, forward)
        there = jnp.ones(steps.shape[:2], bool) if mask is None else mask != 0
        return self.pooled(steps, there[:, :, None])

    def output_shape(self, shape):
        steps = check_sequence_shape(self, shape)
        return steps[-1:] if self.layer is None else self.layer.output_shape(shape)[-1:]


class MeanOverTime(PooledOverTime):
    """The mean of each feature over the steps of a sequence: y = Σₜ mₜ xₜ / Σₜ mₜ.

    Arguments:
        layer: a layer over time whose outputs are averaged; None: the inputs are.

    Takes sequences (B, T, features), or the pair of these and a mask (B, T), 1 for steps and 0
    for padding, which does not count. A sequence of padding alone gives zeros. Raises InputError
    for inputs of other shapes.

    >>> x = jnp.array([[[1.0], [3.0], [9.0]]])
    >>> MeanOverTime()((x, jnp.array([[1, 1, 0]])))
    Array([[2.]], dtype=float32)

    Of vectors of words it is the bag of Iyyer, Manjunatha, Boyd-Graber and Daumé (2015).
    """

    def pooled(self, x, there):
        total = jnp.where(there, x, 0).sum(axis=1)
        return total / jnp.maximum(there.sum(axis=1), 1).astype(x.dtype)


class MaxOverTime(PooledOverTime):
    """The largest number of each feature over the steps of a sequence: y = maxₜ xₜ.

    Arguments:
        layer: a layer over time whose outputs are looked at; None: the inputs are.

    Takes what `MeanOverTime` takes. The gradient goes to the first of the largest.

    >>> x = jnp.array([[[1.0], [3.0], [9.0]]])
    >>> MaxOverTime()((x, jnp.array([[1, 1, 0]])))
    Array([[3.]], dtype=float32)

    Collobert et al. (2011), section 3.2.2: of a `TimeDelay` it says whether a pattern is anywhere.
    """

    def pooled(self, x, there):
        first = jnp.argmax(jnp.where(there, x, -jnp.inf), axis=1, keepdims=True)
        largest = jnp.take_along_axis(x, first, axis=1)[:, 0]
        return jnp.where(there.any(axis=1), largest, 0)
