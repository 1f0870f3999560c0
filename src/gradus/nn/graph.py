"""A model as a picture: its layers from top to bottom, and what flows between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.extend.core import Literal

from gradus.base.record import static
from gradus.calculus.tracing.equations import opened
from gradus.calculus.tracing.picture import Arrow, Box, Palette, svg
from gradus.nn.flops import FREE, flops_of
from gradus.nn.layer import INFERENCE, Forward, Layer, Shape, is_shape
from gradus.nn.summary import Row, summary

MARK = "layer "  # begins the names of programs that are layers
MOST_BOXES = 60
SIGNS = {"add": "+", "mul": "⊙", "sub": "−"}


class Part(NamedTuple):
    """One box: a layer, or an operation between layers.

    Arguments:
        name: where the layer is in the model, as in the names of its weights.
        layer: its class, or the operation.
        output: shape of one output, the batch axis left out.
        parameters: how many numbers in it are trained.
        flops: additions and multiplications for one example.
        sources: the parts that feed it, by their place in the list.
    """

    name: str
    layer: str
    output: Shape
    parameters: int
    flops: int
    sources: tuple[int, ...]


@dataclass(frozen=True)
class ModelGraph:
    """The parts of a model and what flows between them; prints as a table, draws as a picture.

    Arguments:
        parts: in the order of computation, the input first.
    """

    parts: tuple[Part, ...]

    @property
    def flops(self) -> int:
        """Additions and multiplications for one example."""
        return sum(part.flops for part in self.parts)

    def __str__(self) -> str:
        rows = [("Part", "Output", "Trained", "Flops", "From")]
        for part in self.parts:
            sources = ", ".join(_label(self.parts[i]) for i in part.sources)
            numbers = f"{part.parameters:,}", f"{part.flops:,}"
            rows.append((_label(part), str(part.output), *numbers, sources))
        a, b, c, d, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
        lines = [f"{u:{a}}  {v:{b}}  {w:>{c}}  {x:>{d}}  {y}".rstrip() for u, v, w, x, y in rows]
        return "\n".join([*lines, f"{self.flops:,} flops per example"])

    __repr__ = __str__

    def svg(self, palette: Palette = Palette()) -> str:
        """The picture, from top to bottom.

        Arguments:
            palette: its colours.
        """
        boxes = [_box(part) for part in self.parts]
        arrows = [Arrow(i, k) for k, part in enumerate(self.parts) for i in part.sources]
        return svg(boxes, arrows, "Layers of the model", str(self), palette)

    def _repr_svg_(self) -> str:
        return self.svg()


def graph(model: Layer, shape: Shape, dtype: Any = None) -> ModelGraph:
    """The layers of a model with output shapes, parameters and arithmetic, and their connections.

    Arguments:
        model: any layer, with or without weights.
        shape: the shape of one input (a tuple or dict of shapes for several inputs).
        dtype: what the inputs are, such as `jnp.int32` for tokens; by default the float type.

    Layers that hold layers are opened, unless more than 60 boxes would be drawn. Raises
    InputError where the layers do not fit the shape or each other.

    >>> from gradus import nn
    >>> graph(nn.Sequential(nn.Dense(4, nn.relu), nn.Dense(2)), (3,))
    Part     Output  Trained  Flops  From
    input    (3,)          0      0
    0 Dense  (4,)         16     32  input
    1 Dense  (2,)         10     18  0 Dense
    50 flops per example
    """
    rows = summary(model, shape, dtype).rows
    ready = eqx.filter_eval_shape(lambda key: model.init(key, shape), jax.random.key(0))
    dtype = dtype or jnp.result_type(float)
    example = jax.tree.map(lambda s: jax.ShapeDtypeStruct((1, *s), dtype), shape, is_leaf=is_shape)
    arrays, rest = eqx.partition(ready, lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct))

    def run(arrays: Any, x: Any) -> Any:
        return _marked(eqx.combine(arrays, rest), count())(x)

    jaxpr = jax.make_jaxpr(run)(arrays, example).jaxpr
    inputs = jaxpr.invars[len(jax.tree.leaves(arrays)) :]
    depth = max(row.depth for row in rows)
    parts = _read(jaxpr, inputs, rows, depth)
    while len(parts) > MOST_BOXES and depth > 1:
        depth -= 1
        parts = _read(jaxpr, inputs, rows, depth)
    return ModelGraph(tuple(parts))


class _Marked(Layer):
    """A layer that runs as a program of its own, so that it is found in the program of all."""

    inner: Layer
    mark: str = static()

    def __call__(self, x, forward: Forward = INFERENCE):
        def run(x):
            return self.inner(x, forward)

        run.__name__ = self.mark
        return jax.jit(run)(x)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def _marked(layer: Layer, numbers: Iterator[int]) -> Layer:
    """The layer with itself and every layer in it marked with its row in the summary."""
    mark = f"{MARK}{next(numbers)}"
    parts, structure = jax.tree.flatten(
        layer, is_leaf=lambda node: isinstance(node, Layer) and node is not layer
    )
    new = [_marked(part, numbers) if isinstance(part, Layer) else part for part in parts]
    return _Marked(structure.unflatten(new), mark)


def _read(jaxpr: Any, inputs: Sequence[Any], rows: Sequence[Row], depth: int) -> list[Part]:
    """The parts of a program; layers at `depth` and those without layers in them are one box."""
    parts = [Part("", "input", var.aval.shape[1:], 0, 0, ()) for var in inputs]
    home = {var: i for i, var in enumerate(inputs)}  # which part made a value
    _walk(jaxpr, home, parts, rows, depth)
    return parts


def _walk(jaxpr: Any, home: dict, parts: list[Part], rows: Sequence[Row], depth: int) -> None:
    for equation in jaxpr.eqns:
        sources = _sources(equation.invars, home)
        if not sources:
            continue  # made of weights alone
        number = _row_of(equation)
        if number is not None and _holds_layers(rows, number) and rows[number].depth < depth:
            inner, _ = opened(equation.params["jaxpr"])
            known = zip(inner.invars, equation.invars, strict=True)
            inside = {a: home[b] for a, b in known if not _is_literal(b) and b in home}
            _walk(inner, inside, parts, rows, depth)
            results = zip(equation.outvars, inner.outvars, strict=True)
            home |= {a: inside[b] for a, b in results if not _is_literal(b) and b in inside}
            continue
        place = sources[0]
        if number is not None or len(sources) > 1 or equation.primitive.name not in FREE:
            place = len(parts)
            parts.append(_part(equation, sources, None if number is None else rows[number]))
        home |= dict.fromkeys(equation.outvars, place)


def _part(equation: Any, sources: tuple[int, ...], row: Row | None) -> Part:
    output = equation.outvars[0].aval.shape[1:]
    work = flops_of(equation)
    if row is None:
        name = str(equation.params.get("name", equation.primitive.name))
        return Part("", SIGNS.get(name, name), output, 0, work, sources)
    return Part(row.name, row.layer, row.output or output, row.trainable, work, sources)


def _sources(atoms: Sequence[Any], home: dict) -> tuple[int, ...]:
    found = [home[atom] for atom in atoms if not _is_literal(atom) and atom in home]
    return tuple(dict.fromkeys(found))


def _row_of(equation: Any) -> int | None:
    """Which row of the summary an equation is the program of; None for other equations."""
    name = str(equation.params.get("name", ""))
    return int(name.removeprefix(MARK)) if name.startswith(MARK) else None


def _holds_layers(rows: Sequence[Row], number: int) -> bool:
    return number + 1 < len(rows) and rows[number + 1].depth > rows[number].depth


def _is_literal(atom: Any) -> bool:
    return isinstance(atom, Literal)


def _label(part: Part) -> str:
    return f"{part.name} {part.layer}".lstrip()


def _box(part: Part) -> Box:
    if part.layer == "input":
        return Box(("input", str(part.output)), "input")
    if not part.name and not part.parameters:
        return Box((part.layer, str(part.output)))
    numbers = f"{part.parameters:,} trained, {part.flops:,} flops"
    return Box((_label(part), str(part.output), numbers))
