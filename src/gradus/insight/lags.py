"""How far back in time a gradient reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, located
from gradus.base.record import static
from gradus.data.checks import check_arrays
from gradus.nn.checks import check_layer
from gradus.nn.layer import INFERENCE, Forward, Layer
from gradus.nn.recurrent.bidirectional import Bidirectional
from gradus.nn.recurrent.sequence import Stepwise
from gradus.nn.watched import layers_of

RECURRENT = (Stepwise, Bidirectional)
LASTS = 0.01  # a change per step that is taken for none


class ByLag(NamedTuple):
    """The size of a gradient against the lag.

    Arguments:
        norms: for lag 0, 1, … how long the gradient of the last outputs is by the input so many
            steps before the last, as a root of the mean square over examples.

    >>> ByLag(np.array([1.0, 0.9, 0.81])).verdict
    'vanishes, 0.9 times per step'
    """

    norms: np.ndarray

    @property
    def factor(self) -> float:
        """By what the gradient is multiplied from one step to the one before, in the mean: the
        slope of a line through its logarithms; NaN where fewer than two can be taken.
        """
        lags = np.flatnonzero(np.isfinite(self.norms) & (self.norms > 0))
        if len(lags) < 2:
            return float("nan")
        return float(np.exp(np.polyfit(lags, np.log(self.norms[lags]), 1)[0]))

    @property
    def verdict(self) -> str:
        """Whether the gradient explodes, vanishes or lasts."""
        if not np.isfinite(self.factor):
            return "there is no gradient"
        change = f"{self.factor:.3g} times per step"
        if abs(self.factor - 1) < LASTS:
            return f"lasts, {change}"
        return f"{'explodes' if self.factor > 1 else 'vanishes'}, {change}"


class Altered(Layer):
    """A layer whose inputs are altered on their way in; in all else the layer itself."""

    inner: Layer
    alter: Callable = static()

    def __call__(self, x, forward: Forward = INFERENCE):
        return self.inner(self.alter(x), forward)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def gradient_by_lag(model: Layer, x: Any, *, seed: int = 0) -> ByLag:
    """How far back the outputs at the end depend on what was seen: ‖∂y_T / ∂x_{T−l}‖ for every
    lag l, x the inputs of the first layer over time (the vectors of tokens, not their numbers).

    A net learns from what lies far back by this gradient alone: what falls below the noise of a
    step is not learned, however many are taken.

    Arguments:
        model: any net with its weights that holds a recurrent layer and calls it once.
        x: inputs of the model, few; sequences, tokens, or a pair of sequences and mask. Lags are
            counted from the last step of each sequence that is no padding.
        seed: of the signs v: what is taken is ‖vᵀ ∂y_T/∂x‖, whose mean square is that of all
            outputs together.

    Raises InputError for models without a layer over time, and inputs that do not fit.

    >>> from gradus import nn
    >>> halves = nn.SimpleRNN(1, activation=nn.identity, recurrent_init=nn.Constant(0.5))
    >>> found = gradient_by_lag(halves.init(jax.random.key(0), (4, 1)), np.ones((2, 4, 1)))
    >>> (found.norms / found.norms[0]).round(3), found.verdict
    (array([1.   , 0.5  , 0.25 , 0.125]), 'vanishes, 0.5 times per step')

    Pascanu, Mikolov and Bengio (2013), section 2. `calculus.through_time` is what the recurrent
    matrix alone would do, without what the units and gates add.
    """
    check_layer(model)
    x, _, _ = check_arrays(x)
    with located("x"):
        model.check(x)
    x = jax.tree.map(jnp.asarray, x)
    if not is_recurrent(model):
        raise InputError(
            "gradient_by_lag: model",
            expected="a model with a recurrent layer, such as nn.LSTM",
            got=f"{type(model).__name__} without one",
            fix="give a net of nn.SimpleRNN, nn.LSTM, nn.GRU …",
        )
    inputs, mask = inputs_of(model, x)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=outputs_at_end(model, x).shape)
    slopes = np.asarray(_slopes(model, x, inputs, jnp.asarray(signs, inputs.dtype)), np.float64)
    there = np.ones(slopes.shape[:2]) if mask is None else np.asarray(mask != 0, np.float64)
    return ByLag(np.sqrt(by_lag(np.sum(slopes**2, axis=2), there)))


def by_lag(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The mean over examples for every lag, counted from the last step that is there.

    Arguments:
        values: one for every step, shape (B, T).
        there: 1 for steps, 0 for padding, shape (B, T).

    >>> by_lag(np.array([[1.0, 2.0, 9.0], [3.0, 4.0, 5.0]]), np.array([[1, 1, 0], [1, 1, 1]]))
    array([3.5, 2.5, 3. ])
    """
    lags = (np.cumsum(there[:, ::-1], axis=1)[:, ::-1] - 1).astype(int)
    shown = there > 0
    sums = np.bincount(lags[shown], values[shown])
    return sums / np.bincount(lags[shown])


def recurrent_layers(model: Layer) -> Iterator[Layer]:
    """The layers that go through time, from the outermost and first on."""
    return (layer for _, _, layer in layers_of(model) if isinstance(layer, RECURRENT))


def is_recurrent(model: Layer) -> bool:
    """Whether a layer in the model goes through time."""
    return any(True for _ in recurrent_layers(model))


def altered(model: Layer, alter: Callable[[Any], Any]) -> Layer:
    """The model with the inputs of its first layer over time altered."""
    first = next(recurrent_layers(model))
    return eqx.tree_at(lambda node: next(recurrent_layers(node)), model, Altered(first, alter))


def inputs_of(model: Layer, x: Any) -> tuple[Any, Any]:
    """What the first layer over time is given, with its mask, or None in the place of one."""
    seen: list[Any] = []

    def look(given: Any) -> Any:
        seen.append(given)
        return given

    altered(model, look)(x)
    if not seen:
        raise InputError(
            "gradient_by_lag: model",
            expected="a model that calls its recurrent layer",
            got=f"{type(model).__name__}, which takes its steps one by one",
            fix="ask the recurrent layer itself, with its own inputs",
        )
    return seen[0] if isinstance(seen[0], tuple) else (seen[0], None)


def outputs_at_end(model: Layer, x: Any) -> jax.Array:
    """The outputs, at the last step where there is one for each."""
    y = model(x)
    return y[:, -1] if y.ndim == 3 else y


@eqx.filter_jit
def _slopes(model: Layer, x: Any, inputs: jax.Array, signs: jax.Array) -> jax.Array:
    """The gradient of Σ v y_T by the inputs of the first layer over time."""

    def number(by: jax.Array) -> jax.Array:
        def move(given: Any) -> Any:
            return (given[0] + by, given[1]) if isinstance(given, tuple) else given + by

        return jnp.sum(signs * outputs_at_end(altered(model, move), x))

    return jax.grad(number)(jnp.zeros_like(inputs))
