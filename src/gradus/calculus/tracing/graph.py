"""The computational graph of a program, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gradus.base.files import write_atomically
from gradus.calculus.tracing.accumulation import Partial, partials
from gradus.calculus.tracing.notation import number
from gradus.calculus.tracing.picture import Arrow, Box, svg
from gradus.calculus.tracing.program import Program
from gradus.calculus.tracing.steps import LoopStep, Node
from gradus.calculus.tracing.table import PASSES, Table, grouped, more, shown

MOST_BOXES = 60  # that a person can read; above, named functions and loops are one box each
LONGEST = 42  # letters of an expression in a box


class Item(NamedTuple):
    """One box of the picture: a step, or steps that are folded together."""

    nodes: list[Node]
    folded: str


@dataclass(frozen=True, eq=False)
class Graph:
    """The computational graph of a function at a point.

    Arguments:
        program: its steps.

    `str` gives a table, `svg` a picture, and notebooks show the picture.

    >>> from gradus.calculus.tracing import trace
    >>> print(trace(lambda x, y: (x + y) * y)(1.0, 2.0).graph)
    node  expression  value  used by
    x     input       1      v1
    y     input       2      v1, v2
    v1    x + y       3      v2
    v2    v1 · y      6      result
    """

    program: Program

    def text(self, digits: int = 4, passes: int = PASSES) -> str:
        """The graph as an aligned table.

        Arguments:
            digits: significant digits of every number.
            passes: how many passes of each loop are shown.
        """
        return self._table(digits, passes).text()

    def svg(self, digits: int = 4, passes: int = PASSES) -> str:
        """The graph as a picture from top to bottom, with local derivatives on the arrows.

        Loops show their first passes; where there are more than 60 boxes, named functions and
        loops become one box each.

        Arguments:
            digits: significant digits of every number.
            passes: how many passes of each loop are shown.
        """
        items = folded(self.program.nodes, passes)
        boxes = [_box(item, self.program.outputs, digits) for item in items]
        title = "Computational graph"
        return svg(boxes, _arrows(items, digits), title, self.text(digits, passes))

    def save(self, path: str | Path) -> None:
        """Write the picture to a file."""
        write_atomically(path, self.svg().encode())

    def __str__(self) -> str:
        return self.text()

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        return self.svg() + self._table(4, PASSES).html()

    def _table(self, digits: int, passes: int) -> Table:
        users: dict[Node, list[str]] = {node: [] for node in self.program.nodes}
        for node in self.program.nodes:
            for parent in dict.fromkeys(node.parents):
                users[parent].append(node.name)
        for node in self.program.outputs:
            users[node].append("result")

        def cells(node: Node) -> tuple[str, ...]:
            used = users[node] if len(users[node]) <= 6 else [*users[node][:5], "…"]
            return node.name, node.expression, shown(node.value, digits), ", ".join(used)

        header = ("node", "expression", "value", "used by")
        return Table(header, grouped(self.program.nodes, cells, passes))


def folded(nodes: Sequence[Node], passes: int = PASSES, most: int = MOST_BOXES) -> list[Item]:
    """The boxes of a picture, in the order of evaluation.

    Arguments:
        nodes: all steps.
        passes: how many passes of each loop stay as they are.
        most: with more boxes than that, outermost groups become one box each.
    """
    items = _gathered(nodes, lambda node: _late_pass(node, passes))
    return items if len(items) <= most else _gathered(nodes, _outermost)


def _gathered(nodes: Sequence[Node], fold) -> list[Item]:
    """Steps with one key from `fold` together, steps without one alone."""
    found: dict[Hashable, Item] = {}
    for node in nodes:
        key, label = fold(node) or (node, "")
        found.setdefault(key, Item([], label)).nodes.append(node)
    return sorted(found.values(), key=lambda item: _rank(item.nodes[-1]))


def _rank(node: Node) -> int:
    return -1 if node.operation == "input" else node.order


def _late_pass(node: Node, passes: int) -> tuple[Hashable, str] | None:
    """The loop of a step in a pass that is not shown."""
    for group in node.groups:
        if isinstance(group, LoopStep) and group.index >= passes:
            return group.loop, more(group.loop.steps - passes)
    return None


def _outermost(node: Node) -> tuple[Hashable, str] | None:
    """The outermost group of a step."""
    if not node.groups:
        return None
    group = node.groups[0]
    if isinstance(group, LoopStep):
        return group.loop, f"loop, {group.loop.steps} steps"
    return group, group.label


def _box(item: Item, outputs: Sequence[Node], digits: int) -> Box:
    last = item.nodes[-1]
    value = shown(last.value, digits)
    if item.folded:
        return Box((_short(item.folded), f"{last.name} = {value}"), "folded")
    if last.operation == "input":
        return Box((last.name, value), "input")
    kind = "output" if last in outputs else "step"
    where = (_short(last.groups[-1].label),) if last.groups else ()
    return Box((_short(f"{last.name} = {last.expression}"), value, *where), kind)


def _arrows(items: Sequence[Item], digits: int) -> list[Arrow]:
    """The edges between boxes; those inside a box are left out."""
    home = {node: i for i, item in enumerate(items) for node in item.nodes}
    labels: dict[tuple[int, int], list[str]] = {}
    for item in items:
        for node in item.nodes:
            for parent, partial in zip(node.parents, partials(node), strict=True):
                edge = home[parent], home[node]
                if edge[0] != edge[1]:
                    labels.setdefault(edge, []).append(_edge_text(partial, digits))
    return [
        Arrow(*edge, " + ".join(texts) if len(texts) <= 2 else "") for edge, texts in labels.items()
    ]


def _edge_text(partial: Partial, digits: int) -> str:
    if partial.value is not None:
        return number(partial.value, digits)
    return partial.formula or "{} × {}".format(*partial.shape)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
