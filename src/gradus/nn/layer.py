"""The contract of every layer, and one forward pass through a model."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import random

from gradus.base.errors import InputError
from gradus.base.record import Record
from gradus.base.tree import children

Shape = Any  # a tuple of ints without the batch axis, or a tuple / dict of such shapes


class Forward:
    """One forward pass: whether this is training, fresh random keys, and what layers report.

    Arguments:
        training: layers behave as in training (batch statistics, running averages move).
        key: a JAX key; with one, noise is on (dropout, noise layers). A key without `training`
            gives Monte-Carlo passes: noise on, statistics fixed.
        present: which rows of the batch are examples, shape (B,): 1 for those, 0 for rows that
            only fill up a short batch and must not enter its statistics; None: all are.
        step: how many steps were taken before this pass, for what changes in the course of
            learning; None outside learning.

    A layer may call, while the pass runs:
        `forward.key()`: a fresh key, different at each call.
        `forward.update(self, mean=…)`: new values for its `state()` fields.
        `forward.note(name, value)`: something to look at, or to penalise.
    """

    def __init__(
        self,
        training: bool = False,
        key: jax.Array | None = None,
        present: jax.Array | None = None,
        step: jax.Array | None = None,
    ):
        self.training = training
        self.present = present
        self.step = step
        self.notes: dict[str, list] = {}
        self._key = key
        self._keys_given = 0
        self._updates: list[tuple[Layer, dict]] = []

    @property
    def noisy(self) -> bool:
        """Whether layers should draw random numbers in this pass."""
        return self._key is not None

    def key(self) -> jax.Array:
        """A fresh random key; raises InputError in a pass without noise."""
        if self._key is None:
            raise InputError(
                "a layer asked this pass for a random key",
                expected="a pass with a key, such as Forward(training=True, key=key)",
                got="a pass without one",
                fix="call the model with `Forward(key=…)`, or ask only when `forward.noisy`",
            )
        self._keys_given += 1
        return random.fold_in(self._key, self._keys_given)

    def update(self, layer: Layer, **values: jax.Array) -> None:
        """New values for state fields of `layer`, applied by `updated` after the pass.

        Raises InputError where a layer reports twice in one pass: only one could be kept.
        """
        if any(other is layer for other, _ in self._updates):
            raise InputError(
                f"{type(layer).__name__} was called twice in one training pass",
                expected="one call of a layer that keeps running averages",
                got="two calls of the same layer",
                fix="give each place a layer of its own, or use one without averages (LayerNorm)",
            )
        if self is not INFERENCE:  # it is shared by all calls, and would keep every value
            self._updates.append((layer, values))

    def note(self, name: str, value: jax.Array) -> None:
        """Report a value under a name; several reports of one name are kept in order."""
        if self is not INFERENCE:
            self.notes.setdefault(name, []).append(value)

    def at_inference(self) -> Forward:
        """A silent pass for parts that must behave as at inference (frozen layers)."""
        return Forward()

    def updated(self, model: Any) -> Any:
        """The model with every reported update applied.

        Raises InputError for an update of a layer that is not part of `model`: inside `scan`,
        `vmap` or `remat` layers are copies, and their updates must be returned instead.
        """
        pending = {id(layer): values for layer, values in self._updates}
        new = _with_updates(model, pending)
        if pending:
            lost = next(layer for layer, _ in self._updates if id(layer) in pending)
            raise InputError(
                f"an update of {type(lost).__name__} has no place to go",
                expected="updates of layers that are part of the model",
                got="a layer that the model does not hold (a copy made by scan, vmap or remat?)",
                fix="return the new value from the transformed function and report it outside",
            )
        return new


INFERENCE = Forward()


class Layer(Record):
    """A map from a batch to a batch: a frozen dataclass pytree.

    The constructor takes hyperparameters only. `init(key, shape)` gives the same layer with
    weights for inputs of `shape`, the batch axis left out; a layer that has its weights already
    keeps them. Calling the layer maps `(B, *shape)` to `(B, *output_shape(shape))`.
    """

    def init(self, key: jax.Array, shape: Shape) -> Layer:
        """The layer with weights for inputs of `shape`; one without weights returns itself."""
        return self

    @abstractmethod
    def __call__(self, x: Any, forward: Forward = INFERENCE) -> Any:
        """Map a batch of inputs to a batch of outputs."""

    def check(self, x: Any) -> None:
        """Refuse raw inputs, NumPy arrays with the batch axis, whose numbers do not fit.

        Called where data comes in, before anything is compiled: a compiled program sees shapes
        and no numbers. Layers that take any number have nothing to refuse; those that hold layers
        pass the question on to the ones that see the inputs.
        """

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one output for one input of `shape`, found without computing anything."""
        example = jax.tree.map(
            lambda s: jax.ShapeDtypeStruct((1, *s), jnp.result_type(float)),
            shape,
            is_leaf=is_shape,
        )
        ready = eqx.filter_eval_shape(lambda key: self.init(key, shape), random.key(0))
        out = eqx.filter_eval_shape(lambda layer, x: layer(x), ready, example)
        return jax.tree.map(lambda a: a.shape[1:], out)

    def with_output_bias(self, bias: jax.Array) -> Layer:
        """The layer, before `init`, with `bias` (g⁻¹ of the targets' mean) as its last bias.

        Layers that have weights already, or no bias at their end, return themselves.
        """
        return self


def is_shape(value: Any) -> bool:
    """Whether `value` is one shape, rather than a tuple or dict of shapes."""
    return isinstance(value, tuple) and all(isinstance(n, int) for n in value)


def check_input(layer: Layer, x: jax.Array, expected: tuple, fix: str) -> None:
    """Refuse `x` unless its shape matches `expected`; letters in `expected` match any length."""
    fits = x.ndim == len(expected) and all(
        isinstance(e, str) or e == n for e, n in zip(expected, x.shape, strict=True)
    )
    if not fits:
        raise InputError(
            f"{type(layer).__name__}: wrong input shape",
            expected="(" + ", ".join(map(str, expected)) + ")",
            got=x.shape,
            fix=fix,
        )


def channelwise(vector: jax.Array, x: jax.Array) -> jax.Array:
    """Reshape a vector over the last axis so that it lines up with `x`."""
    return vector.reshape((1,) * (x.ndim - 1) + vector.shape)


def _with_updates(node: Any, pending: dict[int, dict]) -> Any:
    values = pending.pop(id(node), {}) if isinstance(node, Layer) else {}
    parts, rebuild = children(node)
    if len(parts) == 1 and parts[0] is node:
        return node
    new = rebuild([_with_updates(part, pending) for part in parts])
    return new.replace(**values) if values else new
