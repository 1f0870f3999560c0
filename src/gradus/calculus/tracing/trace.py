"""A function at one point, with everything that differentiation does to it made visible."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.calculus.traceable import check_function, function_name, positional
from gradus.calculus.tracing import accumulation
from gradus.calculus.tracing.accumulation import Row
from gradus.calculus.tracing.derivative import Derivative
from gradus.calculus.tracing.graph import Graph
from gradus.calculus.tracing.program import Program, program
from gradus.calculus.tracing.table import PASSES, accumulation_table


def trace(f: Callable) -> Callable[..., Trace]:
    """Make a function show how its value and its derivatives come about.

    Arguments:
        f: a function of floating-point numbers or arrays made of JAX operations; it may branch
            and loop by `jax.lax` and call other functions.

    Calling the result at a point gives a `Trace`: the computational graph, and the tables of
    forward and reverse accumulation.

    Raises InputError for what is no function and, when called, for a function that cannot be
    traced (naming the line), for whole numbers as arguments, for arguments that it does not take,
    and for more than 20 000 steps.

    >>> import jax.numpy as jnp
    >>> at = trace(lambda x1, x2: x1 * x2 + jnp.sin(x1))(2.0, 3.0)
    >>> print(at.forward(1, 0))
    node  expression  value   local derivative        tangent
    x1    input       2                               1
    x2    input       3                               0
    v1    x1 · x2     6       ∂x1: x2 = 3, ∂x2: x1 = 2  1 · 3 + 0 · 2 = 3
    v2    sin x1      0.9093  cos x1 = −0.4161        1 · (−0.4161) = −0.4161
    v3    v1 + v2     6.909   ∂v1: 1, ∂v2: 1          3 · 1 + (−0.4161) · 1 = 2.584
    >>> print(*at.gradient)
    2.5838532 2.0

    Goodfellow, Bengio and Courville (2016), section 6.5; Griewank and Walther (2008), chapter 3.
    """

    check_function(f)

    @functools.wraps(f)
    def at(*args: Any, **named: Any) -> Trace:
        given = positional(f, args, named)
        return Trace(f, program(f, given, simplify=isinstance(f, Derivative)))

    return at


@dataclass(frozen=True, eq=False)
class Accumulation:
    """A table of the chain rule; prints as text and shows itself in notebooks.

    Arguments:
        rows: its rows with all numbers in full precision.
        derivative: what is accumulated, "tangent" or "adjoint".
        result: forward, the derivative of the result in the direction of the seeds; reverse, the
            gradient, in the form of the arguments.
    """

    rows: tuple[Row, ...]
    derivative: str
    result: Any

    def text(self, digits: int = 4, passes: int = PASSES) -> str:
        """The table as aligned text.

        Arguments:
            digits: significant digits of every number.
            passes: how many passes of each loop are shown.
        """
        return accumulation_table(self.rows, self.derivative, digits, passes).text()

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return accumulation_table(self.rows, self.derivative).html()


@dataclass(frozen=True, eq=False)
class Trace:
    """A function at one point, step by step.

    Arguments:
        function: the function.
        program: its steps.

    >>> at = trace(lambda x, y, z: (x + y) * z)(-2.0, 5.0, -4.0)
    >>> print(at.reverse())
    node  expression  value  local derivative           adjoint               pattern
    v2    v1 · z      −12    ∂v1: z = −4, ∂z: v1 = 3    1                     mul switches
    v1    x + y       3      ∂x: 1, ∂y: 1               1 · (−4) = −4         add distributes
    z     input       −4                                1 · 3 = 3
    y     input       5                                 (−4) · 1 = −4
    x     input       −2                                (−4) · 1 = −4
    """

    function: Callable
    program: Program

    @property
    def value(self) -> Any:
        """What the function returns."""
        return self._as_result([node.value for node in self.program.outputs])

    @property
    def graph(self) -> Graph:
        """The computational graph: prints as a table, draws as a picture."""
        return Graph(self.program)

    @property
    def gradient(self) -> tuple:
        """The gradient by each argument."""
        return self.reverse().result

    def forward(self, *seeds: Any) -> Accumulation:
        """Forward accumulation: from the inputs to the result, the tangent of every step.

        Arguments:
            seeds: dx for every argument: a number, or an array of its shape. May be left out
                for a function of one number, where it is 1.

        `result` is the derivative in the direction of the seeds, J · dx.

        Raises InputError for another number of seeds or another shape.
        """
        count = len(self.program.arguments.children())
        if not seeds and count == 1 and np.size(self.program.inputs[0].value) == 1:
            seeds = (1.0,)
        if len(seeds) != count:
            raise InputError(
                f"forward accumulation of {function_name(self.function)}",
                expected=f"a seed for each of {count} arguments" if count > 1 else "one seed",
                got=f"{len(seeds)} seeds",
                fix="say in which direction to go: forward(1, 0) is the derivative by the first"
                if count > 1
                else "say in which direction to go, by an array of the argument's shape",
            )
        values = self.program.arguments.unflatten([n.value for n in self.program.inputs])
        filled = [_spread(s, v, "seed") for s, v in zip(seeds, values, strict=True)]
        rows = accumulation.forward(self.program, jax.tree.leaves(filled))
        tangents = {row.name: row.derivative for row in rows}
        result = self._as_result([tangents[node.name] for node in self.program.outputs])
        return Accumulation(tuple(rows), "tangent", result)

    def reverse(self, seed: Any = None) -> Accumulation:
        """Reverse accumulation: from the result to the inputs, the adjoint of every step.

        Arguments:
            seed: the adjoint of the result, with its structure; 1 for a function that returns
                one number.

        `result` is the gradient in the form of the arguments, seedᵀ · J.

        Raises InputError where the function returns more than one number and no seed is given.
        """
        if seed is None:
            seed = self._scalar_seed()
        leaves = jax.tree.leaves(_spread(seed, self.value, "seed"))
        rows = accumulation.reverse(self.program, leaves)
        adjoints = {row.name: row.derivative for row in rows}
        gradient = [adjoints[node.name] for node in self.program.inputs]
        return Accumulation(tuple(rows), "adjoint", self.program.arguments.unflatten(gradient))

    def __str__(self) -> str:
        return str(self.graph)

    def _repr_html_(self) -> str:
        return self.graph._repr_html_()

    def _scalar_seed(self) -> Any:
        sizes = [np.size(node.value) for node in self.program.outputs]
        if sizes != [1]:
            shapes = ", ".join(str(np.shape(node.value)) for node in self.program.outputs)
            raise InputError(
                f"reverse accumulation of {function_name(self.function)}",
                expected="a function that returns one number, or a seed",
                got=f"a result of shape {shapes}",
                fix="sum it up, or give the adjoint of the result: reverse(seed)",
            )
        return self._as_result([jnp.ones_like(self.program.outputs[0].value)])

    def _as_result(self, leaves: Sequence[jax.Array]) -> Any:
        return self.program.result.unflatten(leaves)


def _spread(given: Any, values: Any, what: str) -> Any:
    """A seed for every leaf: structures as they are, a single number for all elements."""
    if np.ndim(given) == 0 and not isinstance(given, tuple | list | dict):
        return jax.tree.map(lambda v: jnp.full_like(v, given), values)
    same = jax.tree.structure(given) == jax.tree.structure(values)
    fits = same and all(
        np.shape(g) == np.shape(v)
        for g, v in zip(jax.tree.leaves(given), jax.tree.leaves(values), strict=True)
    )
    if not fits:
        raise InputError(
            what,
            expected=f"a number, or the shape {jax.tree.map(np.shape, values)}",
            got=f"the shape {jax.tree.map(np.shape, given)}",
            fix="give one number for every element",
        )
    return jax.tree.map(lambda g, v: jnp.asarray(g, v.dtype), given, values)
