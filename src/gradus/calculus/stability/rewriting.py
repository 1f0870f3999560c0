"""`stable(f)`: the formula as written, evaluated and differentiated in its stable form."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from gradus.calculus.stability import rules as rules
from gradus.calculus.stability.evaluating import Evaluator, guarded, untangle
from gradus.calculus.stability.graph import Body, Graph
from gradus.calculus.stability.reading import read
from gradus.calculus.stability.rules import load
from gradus.calculus.stability.views import Views

load()


def stable(f: Callable) -> Callable:
    """f, evaluated in its numerically stable form."""

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

        program = jax.make_jaxpr(flat)(*leaves)
        return jax.tree.unflatten(made[-1], run(program, leaves))

    return stabilized


def run(program: Any, values: list[Any]) -> list[Any]:
    """A traced program in its stable form."""
    graph, views = Graph(), Views()
    arguments = [graph.argument(jax.numpy.shape(v), jax.numpy.result_type(v)) for v in values]
    body = read(graph, program, arguments)
    fired, guard = prepared(views, body)
    if not fired and not guard:
        return jax.core.eval_jaxpr(program.jaxpr, program.consts, *values)
    return Evaluator(views, guard).run(body, values)


def prepared(views: Views, body: Body) -> tuple[bool, set]:
    """Whether anything was replaced, and what has to be guarded."""
    untangle(views, body)
    return bool(views.fired), guarded(views, body)
