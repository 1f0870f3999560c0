"""Derivatives that are functions again: to be called, printed, drawn and differentiated.

Goodfellow, Bengio and Courville (2016), section 6.5.5, call this symbol-to-symbol
differentiation, in contrast to symbol-to-number.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.calculus.traceable import (
    check_function,
    function_name,
    positional,
    refusals_at_their_line,
    traced,
)
from gradus.calculus.tracing.notation import superscript
from gradus.calculus.tracing.program import argument_names, check_numbers, leaf_names
from gradus.calculus.tracing.spelling import spelled
from gradus.calculus.tracing.symbolic import symbolic


class Derivative:
    """The derivative of a function by one of its arguments, as a function of all of them.

    Arguments:
        f: the function.
        argument: which argument, counted from 0.

    By a number the derivative is taken forward, so that the function may return arrays and loop
    for any length; by an array it is the gradient, in reverse, of a function that returns one
    number.
    """

    def __init__(self, f: Callable, argument: int = 0):
        check_argument(f, argument)
        functools.update_wrapper(self, f)
        self.function, self.argument = f, argument

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Its value.

        Raises InputError for whole numbers, for arguments that the function does not take, and
        for the gradient of a function that returns several numbers.
        """
        args = positional(self.function, args, named)
        check_numbers(self.function, args)
        variable = args[self.argument]
        with refusals_at_their_line(self.function):
            if np.ndim(variable) == 0 and not jax.tree.structure(variable).num_nodes > 1:
                return self._forward(args)
            self._check_result(args)
            return jax.grad(self.function, self.argument)(*args)

    def formula(self, *args: Any) -> str:
        """The derivative as a formula, for arguments of these shapes.

        >>> print(derivative(lambda W, x: jnp.sum((W @ x) ** 2)).formula(jnp.ones((2, 3)),
        ...     jnp.ones(3)))
        2 · (W @ x) ⊗ x
        """
        return formula(self, *args)

    def __str__(self) -> str:
        numbers = [1.0] * parameter_count(self)
        try:
            return f"{self.label} = {self.formula(*numbers)}"
        except (InputError, TypeError, ValueError, IndexError):
            return f"{self.label}; formula(…) writes it for arguments of given shapes"

    def __repr__(self) -> str:
        return f"<derivative {self.label}>"

    @property
    def label(self) -> str:
        """Its name: df/dx, ∂²f/∂x1∂x2."""
        f, variables = self, []
        names = argument_names(self, parameter_count(self))
        while isinstance(f, Derivative):
            variables.append(names[f.argument])
            f = f.function
        d = "d" if len(names) == 1 else "∂"
        order = superscript(len(variables)) if len(variables) > 1 else ""
        if len(set(variables)) == 1:
            below = f"{d}{variables[0]}{order}"
        else:
            below = "".join(f"{d}{name}" for name in variables)
        name = getattr(f, "__name__", "f")
        return f"{d}{order}{'f' if name == '<lambda>' else name}/{below}"

    def _forward(self, args: Sequence[Any]) -> Any:
        def along(x: Any) -> Any:
            return self.function(*args[: self.argument], x, *args[self.argument + 1 :])

        x = jnp.asarray(args[self.argument])
        return jax.jvp(along, (x,), (jnp.ones_like(x),))[1]

    def _check_result(self, args: Sequence[Any]) -> None:
        shape = jax.eval_shape(self.function, *args)
        if getattr(shape, "shape", None) != ():
            raise InputError(
                f"gradient of {function_name(self.function)}",
                expected="a function that returns one number",
                got=f"a result of shape {jax.tree.map(lambda s: s.shape, shape)}",
                fix="sum the result up, or use trace(f)(…).reverse(seed)",
            )


def derivative(f: Callable, argument: int = 0) -> Derivative:
    """The derivative of a function by one argument: a function that prints as a formula.

    Arguments:
        f: a function of numbers or arrays made of JAX operations.
        argument: which argument to differentiate by, counted from 0.

    Raises InputError for an argument that the function does not have.

    >>> slope = derivative(lambda x: jnp.sin(x) ** 2)
    >>> print(slope)
    df/dx = 2 · sin x · cos x
    >>> print(slope(1.0))
    0.90929735
    >>> print(derivative(slope))
    d²f/dx² = 2 · (cos x)² − 2 · (sin x)²
    """
    return Derivative(f, argument)


def formula(f: Callable, *args: Any) -> str:
    """What a function computes, as a formula, for arguments of these shapes.

    Arguments:
        f: the function.
        args: its arguments; only their shapes matter.

    Raises InputError for a function that cannot be traced, naming the line.

    >>> print(formula(lambda x: x * x + x * x, 1.0))
    2 · x²
    """
    names = leaf_names(f, args)
    texts, where = spelled(symbolic(traced(f, *args), names), names)
    lines = [texts[0] if len(texts) == 1 else f"({', '.join(texts)})"]
    lines += [f"  where {name} = {text}" for name, text in where.items()]
    return "\n".join(lines)


def parameter_count(f: Callable) -> int:
    """How many arguments a function takes by position; 1 where it does not tell."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return 1
    needed = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return sum(p.default is p.empty for p in needed) or 1


def check_argument(f: Callable, argument: int) -> None:
    """Refuse an argument that a function does not have."""
    check_function(f)
    names = argument_names(f, max(parameter_count(f), 1))
    if type(argument) is not int or argument < 0 or (names and argument >= len(names)):
        raise InputError(
            f"argument of the derivative of {function_name(f)}",
            expected="a number from 0 on: " + ", ".join(f"{i} ({n})" for i, n in enumerate(names)),
            got=repr(argument),
            fix="leave it out for the first argument",
        )
