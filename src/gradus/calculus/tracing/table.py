"""Tables of steps: aligned text, or HTML, with the groups of steps as indented rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np

from gradus.calculus.tracing.accumulation import Partial, Row
from gradus.calculus.tracing.notation import number
from gradus.calculus.tracing.steps import Group, LoopStep

PASSES = 5  # of a loop that are shown
SMALL = 4  # elements of an array that are shown one by one
SUMMANDS = 5  # that are shown of a longer sum
INDENT = "  "


class Line(NamedTuple):
    """A row of a table, or the heading of a group where it has one cell."""

    depth: int
    cells: tuple[str, ...]


class Table(NamedTuple):
    """A table to look at.

    Arguments:
        header: names of the columns.
        lines: what is below it.
    """

    header: tuple[str, ...]
    lines: tuple[Line, ...]

    def text(self) -> str:
        """Aligned columns.

        >>> print(Table(("node", "value"), (Line(0, ("x1", "2")), Line(0, ("v1", "0.5")))).text())
        node  value
        x1    2
        v1    0.5
        """
        rows = [(INDENT * line.depth + line.cells[0], *line.cells[1:]) for line in self.lines]
        full = [row for row in rows if len(row) > 1]
        widths = [max(map(len, column)) for column in zip(self.header, *full, strict=True)]
        lines = [
            "  ".join(f"{cell:{w}}" for cell, w in zip(row, widths, strict=False)).rstrip()
            for row in (self.header, *rows)
        ]
        return "\n".join(lines)

    def html(self) -> str:
        """A table element, with everything escaped."""
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.header)
        body = "\n".join(map(self._html_row, self.lines))
        return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"

    def _html_row(self, line: Line) -> str:
        first, *rest = line.cells
        span = "" if rest else f' colspan="{len(self.header)}"'
        indent = f' style="padding-left:{line.depth + 0.5}em"'
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        return f'<tr><th scope="row"{span}{indent}>{escape(first)}</th>{cells}</tr>'


def grouped(
    steps: Iterable[Any], cells: Callable[[Any], tuple[str, ...]], passes: int = PASSES
) -> tuple[Line, ...]:
    """Steps as lines, below headings of their groups; of loops only the first passes.

    Arguments:
        steps: nodes or rows, which have `groups`.
        cells: the cells of one.
        passes: how many passes of a loop are shown.
    """
    lines: list[Line] = []
    around: tuple[Group, ...] = ()
    folded = None
    for step in steps:
        depth = _hidden(step.groups, passes)
        if depth is not None:
            loop = step.groups[depth].loop
            if loop is not folded:
                lines.append(Line(depth, (more(loop.steps - passes),)))
            folded, around = loop, step.groups[:depth]
            continue
        folded = None
        common = _common(around, step.groups)
        new = enumerate(step.groups[common:], common)
        lines += [Line(level, (group.label,)) for level, group in new]
        around = step.groups
        lines.append(Line(len(around), cells(step)))
    return tuple(lines)


def more(steps: int) -> str:
    """What stands for the passes of a loop that are not shown."""
    return f"… {steps} more step{'s' * (steps != 1)}"


def shown(value: Any, digits: int = 4) -> str:
    """A value for people: a number, a few numbers, or shape and range of many.

    >>> shown(np.float32(0.5)), shown(np.array([1.0, 2.0])), shown(np.arange(12.0).reshape(3, 4))
    ('0.5', '[1, 2]', '(3, 4): mean 5.5, min 0, max 11')
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        array = array.astype(float)
    if array.size == 1:
        return number(array.item(), digits)
    if not array.size:
        return f"{array.shape}: empty"
    if array.size <= SMALL:
        return f"[{', '.join(_listed(part, digits) for part in array)}]"
    mean, low, high = (number(v, digits) for v in (array.mean(), array.min(), array.max()))
    return f"{array.shape}: mean {mean}, min {low}, max {high}"


def _listed(part: np.ndarray, digits: int) -> str:
    """An element of a small array: a number, or a row in brackets."""
    if part.ndim == 0:
        return number(part.item(), digits)
    return f"[{', '.join(_listed(inner, digits) for inner in part)}]"


def accumulation_table(
    rows: Sequence[Row], derivative: str, digits: int = 4, passes: int = PASSES
) -> Table:
    """The table of an accumulation.

    Arguments:
        rows: its rows.
        derivative: "tangent" or "adjoint".
        digits: significant digits of the numbers.
        passes: how many passes of a loop are shown.
    """
    patterns = derivative == "adjoint" and any(row.pattern for row in rows)
    header = ("node", "expression", "value", "local derivative", derivative)

    def cells(row: Row) -> tuple[str, ...]:
        local = ", ".join(partial_text(p, len(row.partials), digits) for p in row.partials)
        plain = (row.name, row.expression, shown(row.value, digits), local, total(row, digits))
        return (*plain, row.pattern) if patterns else plain

    return Table((*header, "pattern") if patterns else header, grouped(rows, cells, passes))


def partial_text(partial: Partial, count: int, digits: int = 4) -> str:
    """A local derivative: `cos v1 = 0.5403`, or the shape of a Jacobian."""
    by = f"∂{partial.node}: " if count > 1 else ""
    if partial.value is not None:
        worth = number(partial.value, digits)
        return by + (worth if partial.formula in ("", worth) else f"{partial.formula} = {worth}")
    rows, columns = partial.shape
    shape = f"{rows} × {columns}" + (", diagonal" if partial.diagonal else "")
    return by + (f"{partial.formula} ({shape})" if partial.formula else shape)


def total(row: Row, digits: int = 4) -> str:
    """A tangent or adjoint, as a sum of products where there is something to see."""
    worth = shown(row.derivative, digits)
    if not row.shares or any(share.partial is None for share in row.shares):
        return worth
    products = [
        f"{_factor(share.derivative, digits)} · {_factor(share.partial, digits)}"
        for share in row.shares
    ]
    if len(products) > SUMMANDS:
        products[SUMMANDS - 1 :] = [f"… {len(products) - SUMMANDS + 1} more"]
    return f"{' + '.join(products)} = {worth}"


def _factor(value: Any, digits: int) -> str:
    text = shown(value, digits)
    return f"({text})" if text.startswith("−") else text


def _hidden(groups: Sequence[Group], passes: int) -> int | None:
    """At which depth a step belongs to a pass that is not shown; None where it is shown."""
    for depth, group in enumerate(groups):
        if isinstance(group, LoopStep) and group.index >= passes:
            return depth
    return None


def _common(a: Sequence[Group], b: Sequence[Group]) -> int:
    """How many groups from the outside two steps share."""
    count = 0
    for one, other in zip(a, b, strict=False):
        if one is not other:
            break
        count += 1
    return count
