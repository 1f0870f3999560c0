"""From a JAX program to tidy formulas of its results."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradus.calculus.tracing.algebra import TIDY, Algebra, product_of_arrays
from gradus.calculus.tracing.equations import literal, opened
from gradus.calculus.tracing.monomials import Formula, walk
from gradus.calculus.tracing.notation import SAME, element_of
from gradus.calculus.tracing.program import CALLS
from gradus.calculus.tracing.steps import constant_term

Special = Callable[["Writer", dict, list[Formula]], "list[Formula] | None"]

UNLIMITED = ("eq", "ne")  # formulas are for finite numbers: none is equal to infinity
LONGEST_LOOP = 12  # passes that are written out


def symbolic(closed: Any, names: Sequence[str]) -> list[Formula]:
    """The results of a program as formulas of its arguments.

    Arguments:
        closed: the program.
        names: of its arguments.

    Only what the results need is in them. Short loops of fixed length are written out, branches
    become `a if p else b`; other loops stay calls.
    """
    writer = Writer()
    symbols = [
        writer.algebra.symbol(name, len(var.aval.shape))
        for name, var in zip(names, closed.jaxpr.invars, strict=True)
    ]
    return writer.run(closed, symbols)


class Writer:
    """Goes through equations and keeps a formula for every result."""

    def __init__(self):
        self.algebra = Algebra()

    def run(self, program: Any, operands: Sequence[Formula]) -> list[Formula]:
        """The formulas of a program's results, given those of its arguments."""
        jaxpr, consts = opened(program)
        known = dict(zip(jaxpr.constvars, map(self.constant, consts), strict=True))
        known |= dict(zip(jaxpr.invars, operands, strict=True))

        def read(atom: Any) -> Formula:
            number = literal(atom)
            return known[atom] if number is None else self.constant(number.value)

        for equation in jaxpr.eqns:
            results = self.step(equation, [read(atom) for atom in equation.invars])
            known.update(zip(equation.outvars, results, strict=True))
        return [read(atom) for atom in jaxpr.outvars]

    def constant(self, value: Any) -> Formula:
        """A number as itself, an array by what it looks like."""
        array = np.asarray(value)
        if array.size and array.dtype.kind in "biuf" and np.all(array == array.flat[0]):
            return self.algebra.number(array.flat[0])
        term = constant_term(array)
        return self.algebra.symbol(term.text, term.ndim)

    def part(self, equation: Any, array: Formula) -> Formula:
        """A part of an argument, under its own name: x[0]."""
        starts, ends = equation.params["start_indices"], equation.params["limit_indices"]
        shape = equation.invars[0].aval.shape
        name = element_of(array.head, starts, ends, equation.params["strides"], shape)
        return self.algebra.symbol(name, len(equation.outvars[0].aval.shape))

    def step(self, equation: Any, operands: list[Formula]) -> list[Formula]:
        """The formulas of one equation's results."""
        name, params = equation.primitive.name, equation.params
        if name in CALLS:
            return self.run(params[CALLS[name]], operands)
        if name in SPECIAL and (results := SPECIAL[name](self, params, operands)) is not None:
            return results
        if name in SAME:
            return [operands[0]]
        if name in TIDY:
            return [TIDY[name](self.algebra, operands, params)]
        if name == "dot_general":
            ndim = len(equation.outvars[0].aval.shape)
            return [product_of_arrays(self.algebra, operands, params, ndim)]
        if "call_jaxpr" in params:
            name = params["call_jaxpr"].jaxpr.debug_info.func_name
        if name == "slice" and operands[0].kind == "symbol":
            return [self.part(equation, operands[0])]
        name = "loop" if name in ("while", "scan") else name
        several = len(equation.outvars) > 1
        return [
            self.algebra.call(
                f"{name}{i}" if several else name, operands, params, len(var.aval.shape)
            )
            for i, var in enumerate(equation.outvars)
        ]


def _power(self: Writer, _: dict, operands: list[Formula]) -> list[Formula] | None:
    base, exponent = operands
    return [self.algebra.power(base, exponent.head)] if exponent.kind == "number" else None


def _sum(self: Writer, params: dict, operands: list[Formula]) -> list[Formula] | None:
    return None if params["axes"] or operands[0].ndim else operands


def _choice(self: Writer, params: dict, operands: list[Formula]) -> list[Formula]:
    """One case alone where both are the same, or where the choice is a constant."""
    which, *cases = operands
    if which.kind == "number":
        return [cases[int(which.head)]]
    cases = [given(self.algebra, case, which, k) for k, case in enumerate(cases)]
    if all(case is cases[0] for case in cases):
        return [cases[0]]
    return [self.algebra.call("select_n", [which, *cases], {}, max(c.ndim for c in cases))]


def given(algebra: Algebra, formula: Formula, which: Formula, k: int) -> Formula:
    """A formula in case k of a choice, where further choices of the same kind are made."""
    parts = walk([formula])
    if which not in parts:
        return formula
    known: dict[Formula, Formula] = {}
    for part in parts:
        operands = [known[operand] for operand in part.operands]
        chosen = part.head == "select_n" and part.operands[0] is which
        known[part] = operands[k + 1] if chosen else algebra.rebuilt(part, operands)
    return known[formula]


def _comparison(name: str, compare: Callable[[Any, Any], Any]) -> Special:
    """A comparison of numbers is decided; x = max(x, y) is x ≥ y."""

    def write(self: Writer, params: dict, operands: list[Formula]) -> list[Formula] | None:
        a, b = operands
        if a.kind == b.kind == "number":
            return [self.algebra.number(compare(a.head, b.head))]
        if any(o.kind == "number" and math.isinf(o.head) for o in operands) and name in UNLIMITED:
            return [self.algebra.number(name == "ne")]
        for one, extreme in ((a, b), (b, a)):
            if name == "eq" and extreme.head in ("max", "min") and one in extreme.operands:
                (other,) = [o for o in extreme.operands if o is not one] or [one]
                return [_beyond(self.algebra, one, other, extreme)]
        return None

    return write


def _beyond(algebra: Algebra, a: Formula, b: Formula, extreme: Formula) -> Formula:
    """a ≥ b for a maximum, a ≤ b for a minimum; a number on the right."""
    above = extreme.head == "max"
    if a.kind == "number":
        a, b, above = b, a, not above
    return algebra.call("ge" if above else "le", [a, b], {}, extreme.ndim)


def _product(self: Writer, _: dict, operands: list[Formula]) -> list[Formula] | None:
    """x ** y · log x without the 1 that JAX puts in place of x = 0 there."""
    for power, log in (operands, operands[::-1]):
        guarded = log.operands[0] if log.head == "log" else log
        bases = [f.operands[0] for f in walk([power]) if f.head == "pow"]
        if log.head == "log" and guarded.head == "select_n" and guarded.operands[1] in bases:
            (base, one) = guarded.operands[1:]
            if one.head == 1.0:
                plain = self.algebra.call("log", [base], log.params or {}, log.ndim)
                return [self.algebra.multiply(power, plain)]
    return None


def _branches(self: Writer, params: dict, operands: list[Formula]) -> list[Formula]:
    which, *rest = operands
    results = [self.run(program, rest) for program in params["branches"]]
    if which.kind == "number":
        return results[int(which.head)]
    columns = zip(*results, strict=True)
    return [
        case[0]
        if all(other is case[0] for other in case)
        else self.algebra.call("select_n", [which, *case], {}, case[0].ndim)
        for case in columns
    ]


def _scan(self: Writer, params: dict, operands: list[Formula]) -> list[Formula] | None:
    """The loop written out, where it is short and goes over no arrays."""
    n, m = params["num_consts"], params["num_carry"]
    over_arrays = len(operands) > n + m or len(params["jaxpr"].out_avals) > m
    if over_arrays or params["length"] > LONGEST_LOOP:
        return None
    consts, carry = operands[:n], operands[n:]
    for _ in range(params["length"]):
        carry = self.run(params["jaxpr"], [*consts, *carry])
    return carry


SPECIAL: dict[str, Special] = {
    **{name: _comparison(name, getattr(operator, name)) for name in ("eq", "ne", "lt", "le")},
    **{name: _comparison(name, getattr(operator, name)) for name in ("gt", "ge")},
    "mul": _product,
    "pow": _power,
    "reduce_sum": _sum,
    "select_n": _choice,
    "cond": _branches,
    "scan": _scan,
}
