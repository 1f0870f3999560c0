"""Single equations of a JAX program: run with values, and put into words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from gradus.calculus.traceable import is_users
from gradus.calculus.tracing.notation import Term, call, element_of, number, written
from gradus.calculus.tracing.steps import Node, Operand

SHOWN = 6  # elements of a stack that are written out
PARTS = ("slice", "dynamic_slice", "gather")
NEUTRAL = {"max": -np.inf, "min": np.inf}
SIMPLE = {"mul": 1, "add": 0, "add_any": 0}

Wording = Callable[[Sequence[Term]], Term]


def bind(equation: Any, values: Sequence[Any]) -> list[jax.Array]:
    """The results of an equation for these values, as a list."""
    params = equation.primitive.get_bind_params(equation.params)
    results = equation.primitive.bind(*values, **params)
    return list(results) if equation.primitive.multiple_results else [results]


def opened(program: Any) -> tuple[Any, Sequence[Any]]:
    """The equations and the constants of an inner program, closed or not."""
    return (program.jaxpr, program.consts) if hasattr(program, "consts") else (program, ())


def literal(atom: Any) -> Operand | None:
    """A number that stands in an equation itself; None for the name of a result."""
    if not isinstance(atom, Literal):
        return None
    return Operand(np.asarray(atom.val, jnp.result_type(atom.aval)))


def wording(equation: Any, operands: Sequence[Operand], result: int = 0) -> Wording:
    """How an equation is written, given the terms of its operands."""
    name, params = equation.primitive.name, equation.params
    shapes = [np.shape(operand.value) for operand in operands]
    if name == "slice":
        starts, limits, strides = (params[k] for k in ("start_indices", "limit_indices", "strides"))
        return lambda terms: Term(element_of(terms[0].text, starts, limits, strides, shapes[0]))
    if name == "dynamic_slice":
        sizes = params["slice_sizes"]
        return lambda terms: Term(f"{terms[0].text}[{_places(terms[1:], sizes, shapes[0])}]")
    if name == "gather":
        return lambda terms: Term(f"{terms[0].text}[{terms[1].text}]", ndim=1)
    if "call_jaxpr" in params:
        name = params["call_jaxpr"].jaxpr.debug_info.func_name
    if len(equation.outvars) > 1:
        return lambda terms: Term(f"{call(name)(terms, {}).text}[{result}]", ndim=1)
    return lambda terms: written(name, params, terms)


def element(array: Operand, index: int, groups: tuple) -> Operand:
    """One element of an array, as a loop over the array takes it."""
    value = array.value[index]
    if array.node is None:
        return Operand(value)
    word = lambda terms: Term(f"{terms[0].text}[{index}]", ndim=np.ndim(value))  # noqa: E731
    return new_node("element", (array,), lambda whole: whole[index], value, word, groups)


def stacked(elements: Sequence[Operand], shape: Any, groups: tuple) -> Operand:
    """Values of all steps of a loop as one array."""
    if not elements:
        return Operand(jnp.zeros(shape.shape, shape.dtype))
    value = jnp.stack([jnp.asarray(e.value) for e in elements])
    if all(e.node is None for e in elements):
        return Operand(value)
    return new_node("stack", elements, lambda *parts: jnp.stack(parts), value, _list, groups)


def new_node(
    operation: str, operands: Sequence[Operand], apply: Callable, value: Any, word: Wording, groups
) -> Operand:
    """A node as an operand of later ones."""
    node = Node(operation, {}, tuple(operands), apply, value, word, groups)
    return Operand(value, node)


def reshaped(equation: Any, operand: Operand) -> Operand:
    """The same numbers in another shape or type: no step of its own."""

    def through(value: jax.Array) -> jax.Array:
        return bind(equation, [operand.through(value)])[0]

    return Operand(bind(equation, [operand.value])[0], operand.node, through)


def squeezed(equation: Any, operand: Operand) -> Operand | None:
    """A single element taken out of an array, as one step; None for other operands."""
    part = operand.node
    if equation.primitive.name != "squeeze" or part is None or part.operation not in PARTS:
        return None
    if np.shape(part.value) != np.shape(operand.value):
        return None
    (value,) = bind(equation, [operand.value])

    def apply(*inputs: Any) -> jax.Array:
        return bind(equation, [part.apply(*inputs)])[0]

    return Operand(value, replace(part, apply=apply, value=value))


def unchanged(name: str, operands: Sequence[Operand], simplify: bool) -> Operand | None:
    """The operand that an equation merely repeats; None where it computes something.

    Selections that a constant decides and max(−∞, x) are JAX's own and always repeat; 1 · x and
    x + 0 do so where formulas are to be simplified.
    """
    decides, *cases = operands
    if name == "select_n" and decides.node is None and np.size(decides.value) == 1:
        return cases[int(np.asarray(decides.value).item())]
    neutral = (NEUTRAL | SIMPLE if simplify else NEUTRAL).get(name)
    if neutral is None:
        return None
    for one, other in (operands, operands[::-1]):
        constant = one.node is None and bool(np.all(np.asarray(one.value) == neutral))
        if constant and np.shape(one.value) in ((), np.shape(other.value)):
            return other
    return None


def user_source(equation: Any) -> str:
    """File and line of the user's program that an equation comes from."""
    traceback = equation.source_info.traceback
    frames = [f for f in traceback.frames if is_users(f.file_name)] if traceback else []
    return f"{Path(frames[0].file_name).name}:{frames[0].line_num}" if frames else ""


def _places(starts: Sequence[Term], sizes: Sequence[int], shape: Sequence[int]) -> str:
    """Where a part of an array lies, as Python writes it."""
    places = []
    for start, size, whole in zip(starts, sizes, shape, strict=True):
        several = start.text if size == 1 else f"{start.text}:{start.text}+{number(size)}"
        places.append(":" if size == whole else several)
    return ", ".join(places)


def _list(terms: Sequence[Term]) -> Term:
    shown = [term.text for term in terms]
    if len(shown) > SHOWN:
        shown = [*shown[: SHOWN // 2], "…", *shown[-SHOWN // 2 :]]
    return Term(f"[{', '.join(shown)}]", ndim=1)
