"""What all layers share: a name, their gradus layer with its weights, and how they are called."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError, located
from gradus.keras import activations, constraints, missing, regularizers
from gradus.keras.arguments import Described, whole
from gradus.keras.random import next_key
from gradus.keras.shapes import STAND_INS, Shape, abstract, filled, is_shape, output_shape, quiet
from gradus.keras.tensors import KerasTensor, Node
from gradus.training.program import compile_together

COUNTS: dict[str, int] = {}
FLOATS = (None, "float32")


@dataclass(eq=False)
class Layer(Described):
    """A layer by Keras' name and arguments; `core` is the gradus layer it stands for.

    Weights live in `core`, so that a layer that is part of several models is the same in all.
    """

    _: KW_ONLY
    name: str = ""
    trainable: bool = True
    dtype: Any = None
    input_shape: Any = None
    batch_input_shape: Any = None

    arrays: ClassVar[dict[str, str]] = {}  # Keras' name -> where it is in the core, in Keras' order
    head: ClassVar[str | None] = None  # the field of the core that holds the last activation
    takes_tokens: ClassVar[bool] = False  # whether inputs are whole numbers

    def __post_init__(self):
        self.name = self.name or fresh_name(type(self).__name__)
        self.only(dtype=list(FLOATS))
        self.core: nn.Layer | None = None
        self._key: jax.Array | None = None  # of weights that are still to be drawn
        self._size: Any = None
        self.calls: list[tuple[Any, Any]] = []  # what it was called with, and what it gave
        self.check()

    def check(self) -> None:
        """Refuse widths and activations that no layer can have, where they are written."""
        for name in ("units", "filters"):
            whole(f"layer {self.name!r}", name, getattr(self, name, 1))
        with located(f"layer {self.name!r}"):
            activations.get(getattr(self, "activation", None))

    def __getattr__(self, name: str) -> Any:
        raise missing.attribute_refusal("Layer", f"layer {type(self).__name__}", name)

    def translated(self) -> nn.Layer:
        """The gradus layer with these arguments, without weights."""
        raise InputError(
            f"layer {type(self).__name__}",
            expected="a layer of gradus.keras.layers",
            got="a class of your own",
            fix="write a gradus.nn.Layer, and put it into layers.Wrapped(layer)",
        )

    def regularized(self) -> dict[str, regularizers.Regularizer]:
        """Regularisers by the place of their array in the core."""
        return given_for(self, "regularizer", regularizers.get)

    def constrained(self) -> dict[str, constraints.Constraint]:
        """Constraints by the place of their array in the core."""
        return given_for(self, "constraint", constraints.get)

    @property
    def activity(self) -> regularizers.Regularizer | None:
        """The regulariser of the layer's output."""
        return regularizers.get(getattr(self, "activity_regularizer", None))

    def declared_shape(self) -> Shape | None:
        """The shape of one input, where an argument says it."""
        if self.batch_input_shape is not None:
            return tuple(self.batch_input_shape)[1:]
        width = getattr(self, "input_dim", None)
        if width is not None:
            return (width,)
        return None if self.input_shape is None else tuple(self.input_shape)

    @property
    def built(self) -> bool:
        """Whether the shapes of the weights are known."""
        return self.core is not None

    def build(self, size: Any) -> None:
        """Fix the shapes of the weights, from the shape of one input; numbers are drawn later."""
        if self.core is None:
            self.core = abstract(self.translated(), size)
            self._key, self._size = next_key(), filled(size, STAND_INS[0])

    def size_of_output(self, size: Any) -> Any:
        """The shape of one output for one input of a shape."""
        assert self.core is not None
        return output_shape(self.core, size)

    def __call__(self, x: Any, training: bool = False, mask: None = None) -> Any:
        """The layer's symbol for symbols; its numbers for numbers."""
        if mask is not None or training:
            self.refuse_call("training" if training else "mask")
        given = tuple(x) if isinstance(x, list | tuple) else (x,)
        with located(f"layer {self.name!r}"):
            if any(isinstance(part, KerasTensor) for part in given):
                check_symbols(given)
                made = self.symbol(given)
                self.calls.append((x, made))
                return made
            arrays = tuple(jnp.asarray(part) for part in given)
            self.build(one_or_all(tuple(a.shape[1:] for a in arrays)))
            return self.ready()(one_or_all(arrays))

    def symbol(self, given: tuple) -> Any:
        """What the layer gives for symbols."""
        sizes = one_or_all(tuple(tensor.size for tensor in given))
        self.build(sizes)
        found = self.size_of_output(sizes)
        if is_shape(found):
            return KerasTensor(Node(self, given), found)
        node = Node(self, given, len(found))
        return [KerasTensor(node, size, place) for place, size in enumerate(found)]

    @property
    def input(self) -> Any:
        """The symbol, or symbols, that the layer was called with first."""
        return self.first_call()[0]

    @property
    def output(self) -> Any:
        """What the layer gave then: `Model(model.input, layer.output)` ends at this layer."""
        return self.first_call()[1]

    def first_call(self) -> tuple[Any, Any]:
        """Input and output; raises InputError where the layer is in no model yet."""
        if not self.calls:
            raise InputError(
                f"layer {self.name!r} has no input and output yet",
                expected="a layer in a model that knows the shape of its inputs",
                got="a layer that was never called",
                fix="begin the model with keras.Input(shape=(…)), or call build((None, …)) first",
            )
        return self.calls[0]

    def refuse_call(self, what: str) -> None:
        """Refuse an argument of a call."""
        raise InputError(
            f"layer {self.name!r}: {what} in a call is not supported here",
            expected="a call with inputs alone",
            got=f"{what}=…",
            fix="fit trains, predict and evaluate do not",
        )

    def sublayers(self) -> Iterator[Layer]:
        """The layer itself; of a model, its layers."""
        yield self

    def ready(self) -> nn.Layer:
        """The core with its weights."""
        draw_weights(self.sublayers())
        assert self.core is not None
        return self.core

    def entries(self, core: Any) -> list[tuple[str, tuple[int, ...]]]:
        """Keras' name and the shape of every array of a core, in Keras' order."""
        found = [(name, reach(core, at)) for name, at in self.arrays.items()]
        return [(name, array.shape) for name, array in found if array is not None]

    def read(self, core: Any) -> list[np.ndarray]:
        """The arrays of a core in Keras' order and form."""
        found = [reach(core, at) for at in self.arrays.values()]
        return [np.asarray(array) for array in found if array is not None]

    def write(self, core: Any, weights: list) -> Any:
        """The core with other arrays, in the order and form of `read`."""
        places = [at for at in self.arrays.values() if reach(core, at) is not None]
        for at, value in zip(places, weights, strict=True):
            core = put(core, at, jnp.asarray(np.asarray(value, np.float32)))
        return core

    def get_weights(self) -> list[np.ndarray]:
        """The arrays in Keras' order."""
        return [] if self.core is None else self.read(self.ready())

    def set_weights(self, weights: list) -> None:
        """Take other numbers, in the order of `get_weights`.

        Raises InputError where there are more or fewer arrays, or others of another shape.
        """
        core = self.ready()
        check_weights(self.name, weights, self.entries(core))
        self.core = self.write(core, weights)

    @property
    def weights(self) -> list[np.ndarray]:
        """The arrays, as `get_weights` gives them."""
        return self.get_weights()

    def count_params(self) -> int:
        """How many numbers the layer holds."""
        return 0 if self.core is None else total(self.entries(self.core))

    def fixed_params(self) -> int:
        """How many of them are not trained."""
        if not self.trainable or self.core is None:
            return self.count_params()
        return total([e for e in self.entries(self.core) if e[0].startswith("moving")])


class InputLayer(Layer):
    """The beginning of a model."""

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: str | None = None,
        batch_shape: Any = None,
        input_shape: Any = None,
        name: str | None = None,
    ):
        if batch_shape is not None:
            shape = tuple(batch_shape)[1:]
        shape = input_shape if shape is None else shape
        if not isinstance(shape, list | tuple):
            raise InputError(
                "Input: shape",
                expected="the shape of one example, a tuple",
                got=repr(shape),
                fix=f"Input(shape=({shape},))" if isinstance(shape, int) else "Input(shape=(20,))",
            )
        self.shape, self.kind = tuple(shape), dtype or "float32"
        Layer.__init__(self, name=name or fresh_name("InputLayer"))
        self.core = nn.Lambda(nn.identity)
        symbol = KerasTensor(Node(self), self.shape)
        self.calls = [(symbol, symbol)]

    def config(self) -> dict[str, Any]:
        return {"shape": self.shape, "dtype": self.kind, "name": self.name}

    def translated(self) -> nn.Layer:
        return nn.Lambda(nn.identity)

    @property
    def whole_numbers(self) -> bool:
        """Whether inputs are tokens and the like."""
        return "int" in self.kind


def fresh_name(kind: str) -> str:
    """`Conv2D` → `conv2d`, then `conv2d_1` …"""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind)
    kind = re.sub(r"(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower()
    number = COUNTS.get(kind, 0)
    COUNTS[kind] = number + 1
    return f"{kind}_{number}" if number else kind


def draw_weights(layers: Iterable[Layer]) -> None:
    """Draw the weights that were not needed until now, of all layers in one program."""
    waiting = [layer for layer in layers if layer._key is not None]
    if not waiting:
        return

    def draw(keys: list) -> list:
        each = zip(waiting, keys, strict=True)
        return [layer.translated().init(key, layer._size) for layer, key in each]

    keys = [layer._key for layer in waiting]
    with quiet():
        (program,) = compile_together(jax.jit(draw).trace(keys))
    for layer, core in zip(waiting, program(keys), strict=True):
        layer.core, layer._key = core, None


def given_for(layer: Layer, what: str, get: Callable) -> dict[str, Any]:
    """The arguments `kernel_…`, `bias_…` of one kind, by the place of the array they are for."""
    other = {"recurrent_kernel": "recurrent", "recurrent_bias": "bias"}
    found = {}
    for name, at in layer.arrays.items():
        value = get(getattr(layer, f"{other.get(name, name)}_{what}", None))
        if value is not None and (name != "bias" or getattr(layer, "use_bias", True)):
            found[at] = value
    return found


def reach(core: Any, at: str) -> Any:
    """The array at a place such as `inner.weight`."""
    for name in at.split("."):
        core = core[int(name)] if name.isdigit() else getattr(core, name)
    return core


def put(core: Any, at: str, value: Any) -> Any:
    """The core with something else at a place."""
    first, _, rest = at.partition(".")
    if first.isdigit():
        parts = list(core)
        parts[int(first)] = put(parts[int(first)], rest, value) if rest else value
        return tuple(parts)
    return core.replace(**{first: put(getattr(core, first), rest, value) if rest else value})


def one_or_all(parts: tuple) -> Any:
    """A single part as it is, several as a tuple."""
    return parts[0] if len(parts) == 1 else parts


def total(entries: list[tuple[str, tuple[int, ...]]]) -> int:
    """How many numbers there are in arrays of some shapes."""
    return sum(math.prod(shape) for _, shape in entries)


def check_symbols(given: tuple) -> None:
    """Refuse arrays beside symbols."""
    arrays = [part for part in given if not isinstance(part, KerasTensor)]
    if arrays:
        raise InputError(
            "inputs of two kinds",
            expected="symbols alone, or arrays alone",
            got=f"{type(arrays[0]).__name__} beside a symbol",
            fix="give the array as an input of the model: keras.Input(shape=(…))",
        )


def check_weights(owner: str, given: Any, entries: list[tuple[str, tuple[int, ...]]]) -> None:
    """Refuse arrays that are not those of a layer or model."""
    got = [np.shape(value) for value in given]
    if got == [shape for _, shape in entries]:
        return
    raise InputError(
        f"{owner}: set_weights",
        expected=", ".join(f"{name} {shape}" for name, shape in entries) or "no array",
        got=", ".join(map(str, got)) or "no array",
        fix="give the arrays in the order of get_weights()",
    )
