"""A function as the flat list of steps that it takes at given arguments.

Named functions are opened, the branch that is taken is followed, and loops are unrolled, because
all values are known. What does not depend on the arguments is computed on the way and appears
as a constant; what only changes the shape belongs to the step that uses it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import tree_util as jtu

from gradus.base.errors import InputError
from gradus.calculus.traceable import function_name, traced
from gradus.calculus.tracing.control import CONTROL
from gradus.calculus.tracing.equations import (
    bind,
    literal,
    opened,
    reshaped,
    squeezed,
    unchanged,
    user_source,
    wording,
)
from gradus.calculus.tracing.notation import SAME, Term
from gradus.calculus.tracing.steps import Call, Node, Operand, constant_term, is_float

MOST_STEPS = 20_000
CALLS = {"jit": "jaxpr", "pjit": "jaxpr", "closed_call": "call_jaxpr", "remat2": "jaxpr"}
LETTERS = "vutsrqpb"  # what steps are called: the first that no argument begins with


@dataclass(frozen=True, eq=False)
class Program:
    """The steps of a function at given arguments.

    Arguments:
        nodes: all named steps in the order of evaluation, inputs first.
        inputs: the nodes of the arguments' leaves.
        outputs: the nodes of the result's leaves.
        arguments: structure of the arguments, for gradients of the same form.
        result: structure of the result.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    arguments: Any
    result: Any


def program(f: Callable, args: Sequence[Any], *, simplify: bool = False) -> Program:
    """Follow a function through all its steps at some arguments.

    Arguments:
        f: a function of floating-point arrays (or of structures of them) made of JAX operations.
        args: where to evaluate it.
        simplify: leave out what multiplies by 1 or adds 0.

    Raises InputError for whole numbers as arguments, for a function that cannot be traced (with
    the line), one that returns no floating-point numbers or uses complex ones, and one of more
    than 20 000 steps.
    """
    check_numbers(f, args)
    args = jax.tree.map(jnp.asarray, tuple(args))
    names = leaf_names(f, args)
    inputs = [_input(name, x) for name, x in zip(names, jax.tree.leaves(args), strict=True)]
    closed = traced(f, *args)
    results = Follower(simplify).run(closed, [Operand(node.value, node) for node in inputs], ())
    outputs = [_as_node(result) for result in results]
    _check_outputs(f, outputs)
    steps = _reachable(outputs)
    letter = next(a for a in LETTERS if not any(name.startswith(a) for name in names))
    for i, node in enumerate(steps, 1):
        node.name = f"{letter}{i}"
    return Program(
        (*inputs, *steps),
        tuple(inputs),
        tuple(outputs),
        jax.tree.structure(args),
        jax.tree.structure(jax.eval_shape(f, *args)),
    )


class Follower:
    """Evaluates equations one by one, and writes down the steps."""

    def __init__(self, simplify: bool):
        self.simplify = simplify
        self.steps = 0

    def run(self, program: Any, operands: Sequence[Operand], groups: tuple) -> list[Operand]:
        """The results of a program, given what its arguments are."""
        jaxpr, consts = opened(program)
        known = dict(zip(jaxpr.constvars, map(Operand, consts), strict=True))
        known |= dict(zip(jaxpr.invars, operands, strict=True))

        def read(atom: Any) -> Operand:
            return literal(atom) or known[atom]

        for equation in jaxpr.eqns:
            results = self.step(equation, [read(atom) for atom in equation.invars], groups)
            known.update(zip(equation.outvars, results, strict=True))
        return [read(atom) for atom in jaxpr.outvars]

    def step(self, equation: Any, operands: list[Operand], groups: tuple) -> list[Operand]:
        """The results of one equation."""
        name, params = equation.primitive.name, equation.params
        if all(operand.node is None for operand in operands):
            return [Operand(value) for value in bind(equation, [o.value for o in operands])]
        if name in CALLS:
            return self.called(params[CALLS[name]], params.get("name", ""), operands, groups)
        if name in CONTROL:
            return CONTROL[name](self.run, params, operands, groups)
        if name in SAME:
            return [squeezed(equation, operands[0]) or reshaped(equation, operands[0])]
        same = unchanged(name, operands, self.simplify)
        return [same] if same else self.operation(equation, operands, groups)

    def called(
        self, inner: Any, name: str, operands: list[Operand], groups: tuple
    ) -> list[Operand]:
        """The results of a named function; one of a single equation forms no group."""
        named = len(opened(inner)[0].eqns) > 1 and name.strip("_")
        return self.run(inner, operands, (*groups, Call(named)) if named else groups)

    def operation(self, equation: Any, operands: list[Operand], groups: tuple) -> list[Operand]:
        """A step for each result of one primitive."""
        self._count(groups)
        values = bind(equation, [operand.value for operand in operands])
        check_real(equation.primitive.name, values)
        results = []
        for k, value in enumerate(values):
            node = Node(
                operation=equation.primitive.name,
                params=equation.params,
                operands=tuple(operands),
                apply=lambda *inputs, k=k: bind(equation, inputs)[k],
                value=value,
                wording=wording(equation, operands, k),
                groups=groups,
                source=user_source(equation),
            )
            results.append(Operand(value, node))
        return results

    def _count(self, groups: tuple) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise InputError(
                f"a program of more than {MOST_STEPS:,} steps at these values",
                expected="a program short enough to be looked at",
                got="loops that run for long" if groups else "many operations",
                fix="trace one pass of the loop, or give values for which it is short",
            )


def check_numbers(f: Callable, args: Sequence[Any]) -> None:
    """Refuse arguments that are not made of floating-point numbers."""
    leaves = jax.tree.leaves(tuple(args))
    for name, value in zip(leaf_names(f, args), leaves, strict=True):
        kind = getattr(value, "dtype", type(value).__name__)
        if str(kind).startswith(("float", "bfloat")):
            continue
        fix = "convert it by jnp.asarray(value, float), or fix it by a lambda if it is no number"
        raise InputError(
            f"argument {name} of {function_name(f)}",
            expected="floating-point numbers: only these can change a little",
            got=f"{value!r} ({kind})" if np.ndim(value) == 0 else f"an array of {kind}",
            fix=f"give {value}.0 instead of {value}" if type(value) is int else fix,
        )


def check_real(operation: str, values: Sequence[Any]) -> None:
    """Refuse steps that leave the real numbers."""
    if any(jnp.iscomplexobj(value) for value in values):
        raise InputError(
            f"a step of the program, {operation}",
            expected="real numbers",
            got="complex numbers",
            fix="write real and imaginary part apart",
        )


def leaf_names(f: Callable, args: Sequence[Any]) -> list[str]:
    """What the arguments are called in the function, with the place of each leaf.

    >>> leaf_names(lambda x, w: x, (1.0, {"a": 2.0, "b": 3.0}))
    ['x', "w['a']", "w['b']"]
    >>> leaf_names(lambda *numbers: 0, (1.0, 2.0))
    ['x1', 'x2']
    """
    given = argument_names(f, len(args))
    paths, _ = jtu.tree_flatten_with_path(tuple(args))
    return [given[path[0].idx] + jtu.keystr(path[1:]) for path, _ in paths]


def argument_names(f: Callable, count: int) -> list[str]:
    """The names of a function's parameters; x1, x2 … where it does not tell them."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [*plain, *(f"x{i + 1}" for i in range(len(plain), count))][:count]


def _input(name: str, value: jax.Array) -> Node:
    return Node("input", {}, (), lambda: value, value, lambda _: Term("input"), name=name)


def _as_node(result: Operand) -> Node:
    """A result as a node of its own, also where it is a constant or in another shape."""
    node, value = result.node, jnp.asarray(result.value)
    if node is not None and node.value.shape == value.shape and node.value.dtype == value.dtype:
        return node
    if node is None:
        return Node("constant", {}, (), lambda: value, value, lambda _: constant_term(value))
    return Node("reshape", {}, (result,), lambda same: same, value, lambda terms: terms[0])


def _check_outputs(f: Callable, outputs: Sequence[Node]) -> None:
    wrong = [node for node in outputs if not is_float(node.value)]
    if wrong or not outputs:
        raise InputError(
            f"result of {function_name(f)}",
            expected="floating-point numbers: only these have derivatives",
            got=f"an array of {wrong[0].value.dtype}" if wrong else "nothing",
            fix="return the number that is to be differentiated",
        )


def _reachable(outputs: Sequence[Node]) -> list[Node]:
    """The steps that the outputs depend on, in the order of evaluation."""
    found, waiting = set(), list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in found and node.operation != "input":
            found.add(node)
            waiting += node.parents
    return sorted(found, key=lambda node: node.order)
