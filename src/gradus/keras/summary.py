"""The table of `model.summary()`, as Keras prints it."""

from __future__ import annotations

from typing import Any

from gradus.keras.layers.base import Layer
from gradus.keras.shapes import batched
from gradus.keras.wiring import Plan

HEADS = ("Layer (type)", "Output Shape", "Param #")
SOURCES = "Connected to"


def table(model: Any, width: int | None = None) -> str:
    """The layers with their shapes and numbers of parameters, in a frame."""
    rows = [row(model, layer) for layer in model.layers] if model.built else unbuilt(model)
    heads = HEADS
    if model.built and not is_chain(model.plan):
        heads = (*HEADS, SOURCES)
        rows = [
            (*cells, sources(model.plan, layer))
            for cells, layer in zip(rows, model.layers, strict=True)
        ]
    return "\n".join([f'Model: "{model.name}"', *framed(heads, rows, width), *totals(model)])


def row(model: Any, layer: Layer) -> tuple[str, ...]:
    """What is written about a layer."""
    size = next((s for s in sizes(model.plan, layer)), None)
    shown = "?" if size is None else size
    return f"{layer.name} ({type(layer).__name__})", shown, f"{layer.count_params():,}"


def sizes(plan: Plan, layer: Layer) -> list[str]:
    """The shapes of what a layer gives."""
    tensors = [*plan.inputs, *plan.outputs]
    seen, found = set(), []
    while tensors:
        tensor = tensors.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        if tensor.node.layer is layer:
            found.append(batched(tensor.size))
        tensors += tensor.node.sources
    return found


def sources(plan: Plan, layer: Layer) -> str:
    """The layers whose values a layer is called with."""
    makers = [tensor.node.layer for tensor in plan.inputs]
    found: list[str] = []
    for call in plan.calls:
        if plan.layers[call.layer] is layer:
            found += [makers[i].name for i in call.sources]
        makers += [plan.layers[call.layer]] * (call_outputs(plan, call))
    return ", ".join(found) or "-"


def call_outputs(plan: Plan, call: Any) -> int:
    """How many values a call gives."""
    core = getattr(plan.layers[call.layer], "plan", None)
    return len(core.outputs) if core is not None else 1


def is_chain(plan: Plan) -> bool:
    """Whether every layer is called once, with what the one before gave."""
    if len(plan.inputs) > 1 or len(plan.outputs) > 1:
        return False
    return [call.sources for call in plan.calls] == [(i,) for i in range(len(plan.calls))]


def unbuilt(model: Any) -> list[tuple[str, ...]]:
    """What is known before the shape of the inputs is."""
    return [(f"{a.name} ({type(a).__name__})", "?", "0 (unbuilt)") for a in model.layers]


def framed(heads: tuple[str, ...], rows: list[tuple[str, ...]], width: int | None) -> list[str]:
    """A frame around cells; numbers stand on the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    if width is not None:
        widths[0] = max(widths[0], width - sum(widths[1:]) - 3 * len(widths) - 1)

    def joined(cells: tuple[str, ...], bar: str) -> str:
        padded = [
            cell.rjust(n) if i == 2 else cell.ljust(n)
            for i, (cell, n) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"{bar} " + f" {bar} ".join(padded) + f" {bar}"

    def ruled(left: str, line: str, cross: str, right: str) -> str:
        return left + cross.join(line * (n + 2) for n in widths) + right

    lines = [joined(cells, "│") for cells in rows]
    between = ruled("├", "─", "┼", "┤")
    inner = [part for line in lines for part in (line, between)][:-1]
    return [
        ruled("┏", "━", "┳", "┓"),
        joined(heads, "┃"),
        ruled("┡", "━", "╇", "┩"),
        *inner,
        ruled("└", "─", "┴", "┘"),
    ]


def totals(model: Any) -> list[str]:
    """The numbers of parameters below the table."""
    if not model.built:
        return [" Total params: 0 (0.00 B)"]
    every, fixed = model.count_params(), model.fixed_params()
    counted = {"Total": every, "Trainable": every - fixed, "Non-trainable": fixed}
    return [f" {name} params: {count:,} ({memory(count)})" for name, count in counted.items()]


def memory(count: int) -> str:
    """How much memory so many numbers take.

    >>> memory(322080), memory(100)
    ('1.23 MB', '400.00 B')
    """
    size, units = 4.0 * count, ["B", "KB", "MB", "GB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f"{size:.2f} {units[0]}"
