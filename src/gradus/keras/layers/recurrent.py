"""Recurrent layers and embeddings: `nn.SimpleRNN`, `nn.LSTM`, `nn.GRU`, `nn.Embedding`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import random

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.keras import activations, initializers
from gradus.keras.layers.base import Layer


@dataclass(eq=False)
class Embedding(Layer):
    """A vector for each token: `nn.Embedding`.

    >>> layer = Embedding(10000, 32)
    >>> layer.build((None,))
    >>> layer.count_params()
    320000
    """

    input_dim: int
    output_dim: int
    embeddings_initializer: Any = "uniform"
    embeddings_regularizer: Any = None
    embeddings_constraint: Any = None
    mask_zero: bool = False
    input_length: int | None = None

    arrays = {"embeddings": "weight"}  # noqa: RUF012
    takes_tokens = True

    def __post_init__(self):
        super().__post_init__()
        self.only(mask_zero=False)

    def declared_shape(self):
        return (self.input_length,)

    def translated(self):
        start = initializers.get(self.embeddings_initializer)
        return nn.Embedding(self.input_dim, self.output_dim, weight_init=start)


@dataclass(eq=False)
class Recurrent(Layer):
    """What the recurrent layers share."""

    units: int
    activation: Any = "tanh"

    arrays = {"kernel": "weight", "recurrent_kernel": "recurrent", "bias": "bias"}  # noqa: RUF012

    def refuse_others(self) -> None:
        """Refuse what these layers cannot do here."""
        self.only(
            use_bias=True,
            bias_initializer="zeros",
            recurrent_dropout=[0.0, 0],
            return_state=False,
            go_backwards=False,
            stateful=False,
            unroll=False,
        )

    def recurrence(self) -> Any:
        """The layer of `gradus.nn`, without dropout."""
        raise InputError("recurrent layer", expected="LSTM, GRU …", got="none", fix="LSTM(32)")

    def settings(self) -> dict[str, Any]:
        """What all take."""
        return {
            "return_sequences": getattr(self, "return_sequences", False),
            "weight_init": initializers.get(getattr(self, "kernel_initializer", None)),
            "recurrent_init": initializers.get(getattr(self, "recurrent_initializer", None)),
        }

    def translated(self):
        rate = getattr(self, "dropout", 0.0)
        return nn.Sequential(InputDropout(rate), self.recurrence()) if rate else self.recurrence()

    def inside(self, core: Any) -> Any:
        """The recurrence in a core."""
        return core.layers[1] if isinstance(core, nn.Sequential) else core

    def with_inside(self, core: Any, new: Any) -> Any:
        """The core with another recurrence."""
        if isinstance(core, nn.Sequential):
            return core.replace(layers=(core.layers[0], new))
        return new

    def entries(self, core):
        return super().entries(self.inside(core))

    def read(self, core):
        return super().read(self.inside(core))

    def write(self, core, weights):
        return self.with_inside(core, super().write(self.inside(core), weights))

    def regularized(self):
        return self.placed(super().regularized())

    def constrained(self):
        return self.placed(super().constrained())

    def placed(self, found: dict[str, Any]) -> dict[str, Any]:
        """Places in the recurrence as places in the core."""
        prefix = "layers.1." if getattr(self, "dropout", 0.0) else ""
        return {prefix + at: value for at, value in found.items()}


@dataclass(eq=False)
class SimpleRNN(Recurrent):
    """hₜ = g(W xₜ + U hₜ₋₁ + b): `nn.SimpleRNN`.

    >>> layer = SimpleRNN(32)
    >>> layer.build((None, 32))
    >>> layer.count_params()
    2080
    """

    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False

    def __post_init__(self):
        super().__post_init__()
        self.refuse_others()

    def recurrence(self):
        return nn.SimpleRNN(
            self.units, activation=activations.get(self.activation), **self.settings()
        )


@dataclass(eq=False)
class LSTM(Recurrent):
    """Long short-term memory: `nn.LSTM`, gates in the order i, f, c, o."""

    recurrent_activation: Any = "sigmoid"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    unit_forget_bias: bool = True
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    use_cudnn: Any = "auto"

    def __post_init__(self):
        super().__post_init__()
        self.refuse_others()
        self.only(activation="tanh", recurrent_activation="sigmoid")

    def recurrence(self):
        bias = 1.0 if self.unit_forget_bias else 0.0
        return nn.LSTM(self.units, forget_bias=bias, **self.settings())


@dataclass(eq=False)
class GRU(Recurrent):
    """Gated recurrent units: `nn.GRU`, gates in the order z, r, h."""

    recurrent_activation: Any = "sigmoid"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    reset_after: bool = True
    use_cudnn: Any = "auto"

    def __post_init__(self):
        super().__post_init__()
        self.refuse_others()
        self.only(activation="tanh", recurrent_activation="sigmoid", bias_constraint=None)

    def recurrence(self):
        return nn.GRU(self.units, reset_after=self.reset_after, **self.settings())

    def regularized(self):
        found = super().regularized()
        second = {
            at.replace("bias", "recurrent_bias"): value
            for at, value in found.items()
            if at.endswith("bias") and self.reset_after
        }
        return found | second

    def entries(self, core):
        found = super().entries(core)
        return [*found[:2], ("bias", (2, 3 * self.units))] if self.reset_after else found

    def read(self, core):
        found = super().read(core)
        if not self.reset_after:
            return found
        return [*found[:2], np.stack([found[2], np.asarray(self.inside(core).recurrent_bias)])]

    def write(self, core, weights):
        if not self.reset_after:
            return super().write(core, weights)
        first, second = np.asarray(weights[2], np.float32)
        core = super().write(core, [*weights[:2], first])
        inside = self.inside(core).replace(recurrent_bias=jnp.asarray(second))
        return self.with_inside(core, inside)


MERGES = {"concat": "concat", "sum": "sum", "ave": "mean", "mul": "product"}


@dataclass(eq=False)
class Bidirectional(Layer):
    """A recurrent layer from the first step on, and one of its kind from the last step back."""

    layer: Any
    merge_mode: str | None = "concat"
    backward_layer: Any = None

    def __post_init__(self):
        super().__post_init__()
        self.only(merge_mode=list(MERGES), backward_layer=None)
        if not isinstance(self.layer, Recurrent):
            raise InputError(
                "Bidirectional",
                expected="a recurrent layer of keras.layers",
                got=repr(self.layer),
                fix="Bidirectional(LSTM(32))",
            )
        if getattr(self.layer, "dropout", 0.0):
            raise InputError(
                f"Bidirectional: dropout in its {type(self.layer).__name__} is not supported here",
                expected=f"Bidirectional({type(self.layer).__name__}(…)) without dropout",
                got=f"dropout={self.layer.dropout}",
                fix="put layers.Dropout before or after Bidirectional",
            )

    def translated(self):
        return nn.Bidirectional(self.layer.translated(), MERGES[str(self.merge_mode)])

    def entries(self, core):
        own = [("forward", core.there), ("backward", core.back)]
        return [(f"{way}/{n}", s) for way, part in own for n, s in self.layer.entries(part)]

    def read(self, core):
        return [*self.layer.read(core.there), *self.layer.read(core.back)]

    def write(self, core, weights):
        half = len(weights) // 2
        there = self.layer.write(core.there, weights[:half])
        return core.replace(there=there, back=self.layer.write(core.back, weights[half:]))

    def regularized(self):
        return both_ways(self.layer.regularized())

    def constrained(self):
        return both_ways(self.layer.constrained())


@dataclass(eq=False)
class TimeDistributed(Layer):
    """The same layer at every step: (B, T, …) → (B, T, …)."""

    layer: Any

    def __post_init__(self):
        super().__post_init__()
        batch = type(self.layer).__name__ == "BatchNormalization"
        if not isinstance(self.layer, Layer) or batch:
            raise InputError(
                "TimeDistributed",
                expected="a layer of keras.layers other than BatchNormalization",
                got=repr(self.layer),
                fix="BatchNormalization normalises all steps of a batch without it",
            )

    def translated(self):
        return EveryStep(self.layer.translated())

    def entries(self, core):
        return self.layer.entries(core.inner)

    def read(self, core):
        return self.layer.read(core.inner)

    def write(self, core, weights):
        return core.replace(inner=self.layer.write(core.inner, weights))

    def regularized(self):
        return {f"inner.{at}": value for at, value in self.layer.regularized().items()}

    def constrained(self):
        return {f"inner.{at}": value for at, value in self.layer.constrained().items()}


class InputDropout(nn.Layer):
    """Features of a sequence dropped in training, the same ones at all steps."""

    rate: float = static()

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        if not forward.noisy:
            return x
        keep = random.bernoulli(forward.key(), 1 - self.rate, (x.shape[0], 1, *x.shape[2:]))
        return jnp.where(jnp.broadcast_to(keep, x.shape), x / (1 - self.rate), 0)

    def output_shape(self, shape):
        return shape


class EveryStep(nn.Layer):
    """A layer for the examples of all steps together."""

    inner: nn.Layer

    def init(self, key, shape):
        return self.replace(inner=self.inner.init(key, shape[1:]))

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        y = self.inner(x.reshape(-1, *x.shape[2:]), forward)
        return y.reshape(*x.shape[:2], *y.shape[1:])

    def output_shape(self, shape):
        return (shape[0], *self.inner.output_shape(shape[1:]))


def both_ways(found: dict[str, Any]) -> dict[str, Any]:
    """Places in a layer as places in both of its kind."""
    return {f"{way}.{at}": value for way in ("there", "back") for at, value in found.items()}
