"""Branches and loops, followed at the values at hand.

Each function gives the results of one such equation. `run` follows an inner program: it takes
the program, its operands, and the groups that its steps belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradus.calculus.tracing.equations import element, stacked
from gradus.calculus.tracing.steps import Branch, Loop, LoopStep, Operand

Run = Callable[[Any, Sequence[Operand], tuple], list[Operand]]


def branch(run: Run, params: dict, operands: list[Operand], groups: tuple) -> list[Operand]:
    """The branch that is taken at these values."""
    which, *rest = operands
    branches = params["branches"]
    index = int(np.clip(np.asarray(which.value), 0, len(branches) - 1))
    return run(branches[index], rest, (*groups, Branch(index, len(branches), which)))


def while_loop(run: Run, params: dict, operands: list[Operand], groups: tuple) -> list[Operand]:
    """All passes of a loop that runs until its condition fails."""
    n, m = params["cond_nconsts"], params["body_nconsts"]
    for_condition, for_body, carry = operands[:n], operands[n : n + m], operands[n + m :]
    loop = Loop()
    while True:
        (condition,) = run(params["cond_jaxpr"], [*for_condition, *carry], groups)
        if not np.asarray(condition.value):
            return carry
        inside = (*groups, LoopStep(loop, loop.steps, condition))
        carry = run(params["body_jaxpr"], [*for_body, *carry], inside)
        loop.steps += 1


def scan(run: Run, params: dict, operands: list[Operand], groups: tuple) -> list[Operand]:
    """All passes of a loop of fixed length, over the elements of arrays."""
    n, m, length = params["num_consts"], params["num_carry"], params["length"]
    consts, carry, arrays = operands[:n], operands[n : n + m], operands[n + m :]
    loop = Loop(length)
    rows: dict[int, list[Operand]] = {}
    for step in range(length):
        place = length - 1 - step if params["reverse"] else step
        inside = (*groups, LoopStep(loop, step))
        elements = [element(array, place, inside) for array in arrays]
        results = run(params["jaxpr"], [*consts, *carry, *elements], inside)
        carry, rows[place] = results[:m], results[m:]
    shapes = params["jaxpr"].out_avals[m:]
    columns = [[rows[place][k] for place in range(length)] for k in range(len(shapes))]
    return [
        *carry,
        *(stacked(c, shape, groups) for c, shape in zip(columns, shapes, strict=True)),
    ]


CONTROL = {"cond": branch, "while": while_loop, "scan": scan}
