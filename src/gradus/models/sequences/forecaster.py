"""Forecasters: from a window of a series to the rows that come after it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from gradus import nn
from gradus.base.checks import check_name, check_whole
from gradus.base.errors import InputError, located
from gradus.base.record import static
from gradus.models.sequences.causal import CausalConvolutions
from gradus.models.sequences.decomposition import DecomposedLinear
from gradus.nn.recurrent.sequence import check_sequence_shape

SMALLEST = 1e-5  # added to the variance of a window


class Forecaster(nn.Layer):
    """The next H rows of the first K columns of a window, in units of the window itself.

    Each target column of a window is moved and scaled, z = (x − m) / s, the body says what comes
    next, and the way is gone back, y = m + s · body(z): a level that the training part has not
    seen is no other thing than one that it has.

    Arguments:
        body: a layer from (L, C) to H · K · outputs numbers, in that order.
        horizon: H.
        targets: K, the columns that are forecast, which come first; others stay as they are.
        outputs: numbers that describe each value, see `Likelihood.size`; the first of them is in
            units of the series and goes the way back, further ones, such as spreads, do not.
        normalise: "standard": m and s are mean and standard deviation of the window; "last": m is
            the last value and s is 1, for series with a trend; "none": m is 0 and s is 1.

    Gives outputs as a likelihood reads them: for targets (B, H, K), with one target (B, H), and
    with one row of it (B,). Raises InputError for bodies of another size, and for windows of
    fewer than K columns.

    >>> body = nn.Sequential(nn.LSTM(8), nn.Dense(12))
    >>> model = Forecaster(body, horizon=6, targets=2).init(jax.random.key(0), (48, 3))
    >>> model(jnp.ones((5, 48, 3))).shape
    (5, 6, 2)

    Kim and others, "Reversible instance normalization" (2022), for "standard", without their
    learned scale; Zeng and others (2023), NLinear, for "last".
    """

    body: nn.Layer
    horizon: int = static()
    targets: int = static(1)
    outputs: int = static(1)
    normalise: str = static("standard")

    def init(self, key, shape):
        _, columns = check_sequence_shape(self, shape)
        if columns < self.targets:
            raise InputError(
                "Forecaster: columns of a window",
                expected=f"{self.targets} or more, the targets first",
                got=columns,
                fix="give the targets among the inputs, or forecast fewer columns",
            )
        with located("body"):
            ready = self.body.init(key, shape)
            made, wanted = ready.output_shape(shape), self.horizon * self.targets * self.outputs
        if math.prod(made) != wanted:
            raise InputError(
                "Forecaster: body",
                expected=f"{wanted} numbers, {self.horizon} rows of {self.targets} targets with "
                f"{self.outputs} outputs",
                got=f"outputs of shape {made}",
                fix=f"end it with nn.Dense({wanted})",
            )
        return self.replace(body=ready)

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        known = x[:, :, : self.targets]
        move, scale = NORMALISERS[self.normalise](known)
        z = jnp.concatenate([(known - move) / scale, x[:, :, self.targets :]], axis=2)
        shape = (x.shape[0], self.horizon, self.targets, self.outputs)
        raw = self.body(z, forward).reshape(shape)
        level = raw[..., :1] * scale[..., None] + move[..., None]
        y = jnp.concatenate([level, raw[..., 1:]], axis=3)
        return y.reshape(x.shape[0], *self.output_shape(x.shape[1:]))

    def output_shape(self, shape):
        if self.targets > 1:
            return (self.horizon, self.targets * self.outputs)
        return (self.horizon * self.outputs,)


def as_they_are(known: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Nothing is moved."""
    return jnp.zeros((1, 1, 1)), jnp.ones((1, 1, 1))


def by_last(known: jax.Array) -> tuple[jax.Array, jax.Array]:
    """From the last value on."""
    return known[:, -1:], jnp.ones((1, 1, 1))


def by_moments(known: jax.Array) -> tuple[jax.Array, jax.Array]:
    """From the mean of the window, in its standard deviations."""
    variance = known.var(axis=1, keepdims=True)
    return known.mean(axis=1, keepdims=True), jnp.sqrt(variance + SMALLEST)


NORMALISERS = {"standard": by_moments, "last": by_last, "none": as_they_are}


def forecaster(
    horizon: int,
    targets: int = 1,
    kind: str = "linear",
    *,
    outputs: int = 1,
    normalise: str = "standard",
    average: int = 25,
    hidden: Sequence[int] = (64,),
    dropout: float = 0.0,
) -> Forecaster:
    """A net that forecasts the next rows of a series from a window of it.

    Arguments:
        horizon: H, rows to forecast.
        targets: K, columns to forecast, the first of each window; a window may have others.
        kind: "linear": trend and remainder with a linear map each, see `DecomposedLinear`;
            "rnn": a GRU over the window, and a linear map of its last state;
            "cnn": dilated convolutions over time, see `CausalConvolutions`, and a linear map of
            their last step;
            "mlp": hidden layers over all numbers of the window.
        outputs: numbers that describe each value: the `size` of the likelihood.
        normalise: what each window is measured from: "standard", "last" or "none", see
            `Forecaster`.
        average: rows of the moving average of "linear".
        hidden: units of each layer of "rnn" and "mlp"; the channels of "cnn" are the first;
            "mlp" without any is linear.
        dropout: probability of dropping a hidden unit.

    Takes windows (B, L, C) as `data.SeriesPreprocessor` makes them. Raises InputError for unknown
    names and for sizes below 1.

    >>> model = forecaster(horizon=24, targets=2).init(jax.random.key(0), (96, 5))
    >>> model(jnp.ones((3, 96, 5))).shape
    (3, 24, 2)
    """
    check_name("forecaster: kind", kind, KINDS)
    check_name("forecaster: normalise", normalise, NORMALISERS)
    units = tuple(hidden) or ((0,) if kind in NEED_UNITS else ())
    sizes = {"horizon": horizon, "targets": targets, "outputs": outputs, "average": average}
    for name, size in (sizes | {f"hidden[{i}]": n for i, n in enumerate(units)}).items():
        check_whole(f"forecaster: {name}", size)
    if kind == "linear":
        body = DecomposedLinear(horizon, targets, outputs, average)
    else:
        body = KINDS[kind](units, horizon * targets * outputs, dropout)
    return Forecaster(body, horizon, targets, outputs, normalise)


def recurrent(hidden: tuple[int, ...], numbers: int, dropout: float) -> nn.Layer:
    """GRUs over the window, and a map of the last state."""
    layers = [nn.GRU(units) for units in hidden]
    return nn.Sequential(nn.Stack(*layers), *head(numbers, dropout))


def convolutional(hidden: tuple[int, ...], numbers: int, dropout: float) -> nn.Layer:
    """Causal convolutions over the window, and a map of the last step."""
    return nn.Sequential(CausalConvolutions(hidden[0]), *head(numbers, dropout))


def dense(hidden: tuple[int, ...], numbers: int, dropout: float) -> nn.Layer:
    """Hidden layers over all numbers of the window."""
    layers = [nn.Dense(units, nn.relu) for units in hidden]
    return nn.Sequential(nn.Flatten(), *layers, *head(numbers, dropout))


def head(numbers: int, dropout: float) -> list[nn.Layer]:
    """A linear map that begins at 0: the first forecast is what the normalisation says."""
    last = nn.Dense(numbers, weight_init=nn.Zeros())
    return [nn.Dropout(dropout), last] if dropout else [last]


KINDS: dict[str, Callable[..., nn.Layer]] = {
    "linear": DecomposedLinear,
    "rnn": recurrent,
    "cnn": convolutional,
    "mlp": dense,
}
NEED_UNITS = ("rnn", "cnn")
