"""`stable(f)`: the formula as written, evaluated and differentiated in its stable form."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import jaxpr_as_fun

from gradus.calculus.stability.evaluating import Evaluator, guarded, untangle
from gradus.calculus.stability.graph import Body, Graph
from gradus.calculus.stability.reading import read
from gradus.calculus.stability.rules import load
from gradus.calculus.stability.views import Views
from gradus.calculus.traceable import refusals_at_their_line

load()


def stable(f: Callable) -> Callable:
    """f with the formulas that it knows in a stable form; its derivatives are those of that form.

    Arguments:
        f: a function of arrays or trees of arrays, made of JAX operations.

    The result is an ordinary function: `jit`, `grad`, `jvp`, `hessian` and `vmap` of it work, and
    it may stand inside and around them, loops and branches. What is not understood stays as it
    is; where nothing is to repair the program stays the same.

    >>> softplus = lambda x: jnp.log(1 + jnp.exp(x))
    >>> print(softplus(100.0), jax.grad(softplus)(100.0))
    inf nan
    >>> print(stable(softplus)(100.0), jax.grad(stable(softplus))(100.0))
    100.0 1.0
    >>> print(stable.explain(softplus)(100.0).rewrites[0].replacement)
    softplus(x)

    Raises InputError, with the line, for a function that cannot be traced. Conventions at the
    edges: 0 · log 0 is 0, the norm has slope 0 at 0, an exact zero absorbs an infinity in the
    derivative of a branch that is not taken. Higham (2002), "Accuracy and stability of numerical
    algorithms", chapter 1; Mächler (2012). PyTorch and JAX differentiate what is written.
    """

    @functools.wraps(f)
    def stabilized(*args, **kwargs):
        leaves, structure = jax.tree.flatten((args, kwargs))
        leaves = [jnp.asarray(leaf) for leaf in leaves]
        made = []

        def flat(*values):
            positional, named = jax.tree.unflatten(structure, values)
            out, tree = jax.tree.flatten(f(*positional, **named))
            made.append(tree)
            return out

        with refusals_at_their_line(f):
            program = jax.make_jaxpr(flat)(*leaves)
        return jax.tree.unflatten(made[-1], run(program, leaves))

    return stabilized


def run(program: Any, values: list[Any]) -> list[Any]:
    """A traced program in its stable form."""
    graph, views = Graph(), Views()
    arguments = [graph.argument(v.shape, v.dtype) for v in values]
    body = read(graph, program, arguments)
    fired, guard = prepared(views, body)
    if not fired and not guard:
        return jaxpr_as_fun(program)(*values)
    return Evaluator(views, guard).run(body, values)


def prepared(views: Views, body: Body) -> tuple[bool, set]:
    """Whether anything was replaced, and what has to be guarded."""
    untangle(views, body)
    return bool(views.fired), guarded(views, body)
