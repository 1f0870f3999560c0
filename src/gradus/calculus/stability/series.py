"""Formulas in one variable whose parts cancel at a point: there they are their Taylor series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gradus.calculus.stability.expressions import apply, as_written, is_move
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.laurent import ORDERS, SERIES, Laurent, number, quotient, variable

if TYPE_CHECKING:
    from gradus.calculus.stability.views import Views

POINTS = (0.0, 1.0, -1.0)
ARITHMETIC = {"add", "mul", "div", "integer_pow", "pow"}
CANCELLING = {"add", "mul", "div", "log"}
EXPONENTIALS = {"exp", "logistic", "tanh", "sinh", "cosh"}
MOST_NODES = 24
MOST_CONES = 3
MOST_EXPANSIONS = 300  # in one program: series take milliseconds each
LENGTH = {np.dtype("float32"): 24, np.dtype("float64"): 50}


class Cone(NamedTuple):
    """A formula in one variable: the nodes between the variable and the result, in order."""

    variable: Node
    inner: list[Node]


def expanded(views: Views, n: Node, outside: Node | None) -> Node | None:
    """The series around the first point where parts of n cancel, and `outside` elsewhere."""
    if n.op not in CANCELLING or (outside is not None and outside.constant is not None):
        return None
    if n.op != "add" and any(i.constant is not None for i in n.inputs[1:]):
        return None  # a number times something loses nothing
    if n.op == "mul" and outside is None and not any(i.op == "div" for i in n.inputs):
        return None
    if views.expansions > MOST_EXPANSIONS:
        return None
    for cone in cones(n):
        views.expansions += 1
        for point in POINTS if is_given(cone.variable) else (0.0,):
            with np.errstate(all="ignore"):  # coefficients beyond the range end in no series
                series = cancelling(views, cone, n, point, outside is not None)
            if series is not None:
                return near(n, cone.variable, point, series, outside)
    return None


def is_given(u: Node) -> bool:
    """Whether u comes from outside: then u − 1 has all the digits that there are."""
    while is_move(u):
        u = u.inputs[0]
    return u.op in ("argument", "part")


def opposite(n: Node) -> Node:
    """x where n is −x."""
    return n.inputs[0] if n.op == "neg" else n


def near(n: Node, u: Node, point: float, series: Laurent, outside: Node | None) -> Node | None:
    """The series around the point, the formula elsewhere."""
    length = LENGTH.get(np.dtype(n.dtype), 12)
    c = series.from_order(0)[:length]
    radius = convergence(series) if point == 0 else min(convergence(series), 0.5)
    if radius < 1e-3 or not np.all(np.isfinite(c)):
        return None
    coefficients = tuple(float(v) for v in np.trim_zeros(c, "b"))
    outside = as_written(n) if outside is None else outside
    return apply("near_point", u, outside, coefficients=coefficients, radius=radius, center=point)


def convergence(series: Laurent) -> float:
    """Half the radius of convergence, by the root test on the last coefficients; at most 1."""
    c = np.abs(series.from_order(0))
    k = np.arange(ORDERS)
    last = slice(ORDERS // 2, ORDERS - max(series.order, 0) - 4)
    grown = [a ** (1 / i) for a, i in zip(c[last], k[last], strict=True) if a > 0]
    radius = min(1.0, 0.5 / max(grown, default=0.1))
    while radius > 1e-3 and not dominated(c, radius):
        radius *= 0.75
    return float(radius)


def dominated(c: np.ndarray, radius: float) -> bool:
    """Whether the first term outweighs the others, so that nothing cancels in the series."""
    first, *others = (c * radius ** np.arange(ORDERS))[np.flatnonzero(c)]
    return sum(others) <= 0.5 * first


def cones(n: Node) -> list[Cone]:
    """The formulas in one variable that end in n, by variables nearer and farther."""
    found: list[Cone] = []
    inner: list[Node] = [n]
    frontier = {i for i in n.inputs if i.constant is None}
    while frontier and len(inner) < MOST_NODES:
        if len(frontier) == 1 and len(inner) > 1:
            found.append(Cone(next(iter(frontier)), inner[::-1]))
        last = max(frontier, key=lambda m: m.serial)
        if not analytic(last):
            break
        frontier.remove(last)
        inner.append(last)
        frontier |= {i for i in last.inputs if i.constant is None}
    return [c for c in found if c.variable.shape == n.shape][:MOST_CONES]


def only_source(n: Node) -> Node | None:
    """The one value that n is a formula in, as far back as it goes."""
    frontier, steps = {n}, 0
    while steps < MOST_NODES:
        open_ = [m for m in frontier if analytic(m)]
        if not open_:
            return next(iter(frontier)) if len(frontier) == 1 else None
        last = max(open_, key=lambda m: m.serial)
        frontier.remove(last)
        frontier |= {i for i in last.inputs if i.constant is None}
        steps += 1
    return None


def analytic(n: Node) -> bool:
    """Whether n is an elementwise operation that has a Taylor series."""
    if not n.is_float:
        return False
    if n.op == "pow":
        return n.inputs[1].constant is not None
    return n.op in ARITHMETIC or n.op in SERIES


def cancelling(views: Views, cone: Cone, n: Node, point: float, better: bool) -> Laurent | None:
    """The series of n, if parts of it cancel at the point and what is left is finite there."""
    known: dict[Node, Laurent | None] = {cone.variable: variable(point)}
    cancels = False
    for m in cone.inner:
        parts: list[Any] = [known[i] if i in known else constant(i) for i in m.inputs]
        if any(p is None for p in parts):
            return None
        series = step(m, parts)
        if series is None:
            return None
        known[m] = series
        mended = better if m is n else views.ask("value", m) is not None
        cancels = cancels or loses(m, parts, series, mended)
        cancels = cancels or (point == 0 and flat(m, parts, series))
    result = known[n]
    if better and result is not None and made_of_exponentials(cone):
        cancels = cancels or (result.order >= 0 and result.from_order(0)[1] == 0)
    if not cancels or result is None or result.order < 0:
        return None
    return result


def made_of_exponentials(cone: Cone) -> bool:
    """Whether exponentials stand in place of n: the slopes of an even function cancel in them."""
    return any(m.op in EXPONENTIALS for m in cone.inner)


def constant(n: Node) -> Laurent | None:
    """The series of a number."""
    return None if n.constant is None else number(n.constant)


def step(m: Node, parts: list[Laurent]) -> Laurent | None:
    """The series of one operation."""
    if m.op == "add":
        return parts[0] + parts[1]
    if m.op == "mul":
        return parts[0] * parts[1]
    if m.op == "div":
        return quotient(*parts)
    if m.op == "integer_pow":
        return parts[0].power(m.params["y"])
    if m.op == "pow":
        return parts[0].power(m.inputs[1].constant)
    return SERIES[m.op](parts[0])


def loses(m: Node, parts: list[Laurent], series: Laurent, mended: bool) -> bool:
    """Whether digits are lost in this operation near the point, in its value or its slope.

    `mended` says that a rule takes care of the value.
    """
    if m.op == "log":
        return parts[0].at_point == 1 and not mended
    if m.op not in ("add", "mul", "div") or series.zero:
        return False
    if m.op == "add":
        if all(i.constant is not None or is_given(i) or is_given(opposite(i)) for i in m.inputs):
            return False  # nothing has been rounded yet
        lost = series.order > min(p.order for p in parts if not p.zero)
        return lost and not mended
    if m.op == "mul":
        return min(p.order for p in parts) < 0 <= series.order
    return parts[0].at_point == 0 == parts[1].at_point


def flat(m: Node, parts: list[Laurent], series: Laurent) -> bool:
    """Whether the slopes of the parts cancel: eˣ + e⁻ˣ at 0."""
    if (
        m.op not in ("add", "mul", "div")
        or series.zero
        or series.order < 0
        or min(p.order for p in parts) < 0
    ):
        return False
    if m.op != "add" and any(p.at_point == 0 for p in parts):
        return False
    return series.from_order(0)[1] == 0 and all(p.from_order(0)[1] != 0 for p in parts)
