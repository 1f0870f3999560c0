"""Where a program can still leave the numbers: log 0, division by 0, overflow, cancellation.

The ranges of the arguments are carried through the rewritten program; what it handles already,
such as log(1 + eˣ), is no hazard any more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.calculus.stability.evaluating import reachable
from gradus.calculus.stability.explaining import Opened, opened
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.ranges import Range
from gradus.calculus.stability.reach import Reach
from gradus.calculus.stability.spelling import line_of, spelled
from gradus.calculus.stability.views import Views
from gradus.calculus.tracing.notation import number


class Spot(NamedTuple):
    """One place where the numbers can be left.

    Arguments:
        line: file and line of the user's program; empty for what no line stands for.
        written: the expression.
        operand: where the operand that matters can lie.
        trouble: what can happen.
        remedy: what to do about it.
    """

    line: str
    written: str
    operand: Range
    trouble: str
    remedy: str


class Hazards(NamedTuple):
    """What `hazards` found; true where there is something."""

    spots: tuple[Spot, ...]

    def __bool__(self) -> bool:
        return bool(self.spots)

    def __str__(self) -> str:
        if not self.spots:
            return "no hazards"
        rows = [("line", "expression", "operand", "what can happen", "remedy")]
        rows += [(s.line, s.written, interval(s.operand), s.trouble, s.remedy) for s in self.spots]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


class Trouble(NamedTuple):
    """What a table entry finds: the operand that matters, what can happen, and a remedy."""

    operand: Range
    what: str
    remedy: str


def hazards(f: Callable, **ranges: Range) -> Callable[..., Hazards]:
    """Risky spots of f that remain in its stable form, for arguments in these ranges.

    Arguments:
        f: a function of arrays, or of trees of arrays.
        ranges: argument name → where its numbers can lie; by default from the smallest to the
            largest number of the array that is given.

    What f does with numbers of unknown range, as those from a loop, is not judged.

    Raises InputError for the name of no argument, and for a function that cannot be traced.

    >>> found = hazards(lambda x: jnp.log(x) / (x - 2))(jnp.array([0.0, 3.0]))
    >>> [(spot.written, spot.trouble) for spot in found.spots]
    [('log x', 'log 0 is −∞'), ('(log x) / (x − 2)', 'division by 0')]
    >>> bool(hazards(lambda z: jnp.log(1 + jnp.exp(z)), z=Range(-1e4, 1e4))(0.0))
    False
    """

    def found(*args: Any, **kwargs: Any) -> Hazards:
        program = opened(f, args, kwargs)
        views, reach = Views(), Reach(known(program, ranges))
        spots = [
            Spot(line_of(n), spelled(n, program.names).text, *trouble)
            for n in sorted(reachable(views, program.body), key=lambda n: n.serial)
            for trouble in troubles(views, reach, n)
        ]
        return Hazards(tuple(dict.fromkeys(spots)))

    return found


def known(program: Opened, given: Mapping[str, Range]) -> dict[Node, Range]:
    """The range of every argument."""
    for name in given:
        if name not in program.roots.values():
            raise InputError(
                "hazards",
                expected=f"names of arguments: {', '.join(dict.fromkeys(program.roots.values()))}",
                got=name,
                fix=nearest(name, program.roots.values()),
            )
    return {
        n: given.get(program.roots[n]) or extent(value)
        for n, value in zip(program.body.arguments, program.leaves, strict=True)
        if n.is_float or np.dtype(n.dtype).kind in "biu"
    }


def extent(value: Any) -> Range:
    """From the smallest to the largest number."""
    numbers = np.asarray(value, float)
    numbers = numbers[~np.isnan(numbers)]
    return Range(float(numbers.min()), float(numbers.max())) if numbers.size else Range(0.0, 0.0)


def interval(r: Range) -> str:
    """A range as people write it: [0, 1), and a single number by itself."""
    if r.single:
        return number(r.low)
    left = "(" if r.open_low or r.low == -math.inf else "["
    right = ")" if r.open_high or r.high == math.inf else "]"
    return f"{left}{number(r.low)}, {number(r.high)}{right}"


def troubles(views: Views, reach: Reach, n: Node) -> Iterator[Trouble]:
    """What can happen at a node whose operands have known ranges."""
    if not n.is_float or not n.inputs:
        return
    operands = [r for r in (reach.of_both(i, views.value(i)) for i in n.inputs) if r]
    if len(operands) < len(n.inputs):
        return
    if n.op in SPOTS:
        yield from SPOTS[n.op](n, operands)
    largest = float(jnp.finfo(n.dtype).max)
    found = reach.of(n)
    if n.op in GROWING and found and size(found) > largest >= max(map(size, operands)):
        what = f"overflow beyond {number(largest, 2)}"
        yield Trouble(operands[0], what, "keep its logarithm, or scale the operand down")


GROWING = ("exp", "expm1", "exp2", "sinh", "cosh", "mul", "integer_pow", "pow", "add", "reduce_sum")


def size(r: Range) -> float:
    """The largest absolute value."""
    return max(abs(r.low), abs(r.high))


def smallest(n: Node) -> float:
    """The smallest normal number: what is below may be rounded to 0."""
    return float(jnp.finfo(n.dtype).tiny)


def _log(n: Node, operands: list[Range]) -> Iterator[Trouble]:
    x = operands[0]
    edge = -1.0 if n.op == "log1p" else 0.0
    if x.low < edge:
        yield Trouble(x, "log of a negative number is not a number", "bound its operand from below")
    elif x.low == edge and not x.open_low:
        yield Trouble(
            x,
            f"log {'0' if edge == 0 else '(1 − 1)'} is −∞",
            "add a small number, or start from logits",
        )
    elif edge == 0 and x.low < smallest(n):
        yield Trouble(x, "its operand rounds to 0, and log 0 is −∞", "keep the operand's logarithm")


def _root(n: Node, operands: list[Range]) -> Iterator[Trouble]:
    (x,) = operands
    if x.low < 0:
        yield Trouble(x, "root of a negative number is not a number", "clip its operand at 0")
    elif not x.positive:
        yield Trouble(x, "the slope of √ at 0 is infinite", "add a small number under the root")


def _quotient(n: Node, operands: list[Range]) -> Iterator[Trouble]:
    _, b = operands
    if not b.never_zero:
        yield Trouble(b, "division by 0", "add a small number, or choose by jnp.where before it")
    elif min(abs(b.low), abs(b.high)) < smallest(n):
        yield Trouble(b, "the divisor rounds to 0", "divide by subtracting logarithms")


def _power(n: Node, operands: list[Range]) -> Iterator[Trouble]:
    a, b = operands
    whole = b.single and b.low == round(b.low)
    if a.low < 0 and not whole:
        yield Trouble(a, "power of a negative number is not a number", "take |x|, or clip at 0")
    elif not a.never_zero and b.low < 0:
        yield Trouble(a, "division by 0", "add a small number to the base")
    elif not a.never_zero and b.low < 1 and not whole:
        yield Trouble(a, "the slope at 0 is infinite", "add a small number to the base")


def _inverse(low: float, high: float, slope: bool) -> Callable:
    """The inverse of a function with values from `low` to `high`."""

    def trouble(n: Node, operands: list[Range]) -> Iterator[Trouble]:
        (x,) = operands
        if x.low < low or x.high > high:
            yield Trouble(x, f"{n.op} of this is not a number", "clip its operand")
        elif (x.low == low and not x.open_low) or (x.high == high and not x.open_high):
            what = "the slope at the end is infinite" if slope else "infinite at the end"
            yield Trouble(x, what, "clip its operand a little earlier")

    return trouble


def _sum(n: Node, operands: list[Range]) -> Iterator[Trouble]:
    """a − b of rounded numbers that may be equal up to rounding."""
    a, b = operands[0], -operands[1]
    if not (a.positive and b.positive) and not ((-a).positive and (-b).positive):
        return
    overlap = Range(max(a.low, b.low), min(a.high, b.high))
    if overlap.low < overlap.high < math.inf and all(map(is_rounded, n.inputs)):
        yield Trouble(
            overlap, "nearly equal rounded numbers cancel", "subtract before what is alike is added"
        )


def is_rounded(n: Node) -> bool:
    """Whether a value was computed with rounding, and not just taken, moved or negated."""
    while n.inputs and n.op in EXACT:
        n = n.inputs[0]
    return bool(n.inputs)


EXACT = {"neg", "abs", "max", "min", "reduce_max", "reduce_min", "select_n", "sign", "clamp"}
EXACT |= {"broadcast_in_dim", "reshape", "squeeze", "expand_dims", "transpose", "rev", "slice"}
EXACT |= {"gather", "dynamic_slice", "stop_gradient", "copy", "convert_element_type"}

SPOTS: dict[str, Callable[[Node, list[Range]], Iterator[Trouble]]] = {
    "add": _sum,
    "log": _log,
    "log1p": _log,
    "sqrt": _root,
    "div": _quotient,
    "pow": _power,
    "acos": _inverse(-1, 1, slope=True),
    "asin": _inverse(-1, 1, slope=True),
    "acosh": _inverse(1, math.inf, slope=True),
    "atanh": _inverse(-1, 1, slope=False),
}
