"""What `stable` does to a function: every formula that it replaces, by what, and why."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from gradus.base.tree import path_name
from gradus.calculus.stability.expressions import is_move
from gradus.calculus.stability.graph import Body, Graph, Node
from gradus.calculus.stability.reading import read
from gradus.calculus.stability.rewriting import prepared
from gradus.calculus.stability.spelling import lettered, line_of, spelled, upstream
from gradus.calculus.stability.views import Views
from gradus.calculus.traceable import traced

# operation -> what goes wrong with it as written
TROUBLE = {
    "add": "digits cancel",
    "div": "numerator and denominator can overflow, or vanish together",
    "dot_general": "0 · ∞ is not a number",
    "log": "the argument can overflow, vanish or lose its digits before the logarithm",
    "log1p": "the argument can overflow or vanish before the logarithm",
    "mul": "one factor can overflow or vanish before it meets the other",
    "pow": "the base can overflow or vanish before it is raised",
    "sqrt": "the square overflows, and the root has no slope at 0",
}


class Rewrite(NamedTuple):
    """One formula that is evaluated in another form.

    Arguments:
        line: file and line where it is written.
        written: the formula as it stands there; letters stand for its parts that are kept.
        replacement: what is evaluated instead, with the same letters.
        reason: what goes wrong as written, and the identity that is used instead.
    """

    line: str
    written: str
    replacement: str
    reason: str

    def __str__(self) -> str:
        return f"{self.written} → {self.replacement}" + (f" ({self.line})" if self.line else "")


class Explanation(NamedTuple):
    """All that `stable` replaces in a function."""

    rewrites: tuple[Rewrite, ...]

    def __bool__(self) -> bool:
        return bool(self.rewrites)

    def __str__(self) -> str:
        return "\n".join(map(str, self.rewrites)) or "nothing to repair"


def explain(f: Callable) -> Callable[..., Explanation]:
    """What `stable(f)` evaluates in another form, at arguments of the given shapes.

    Arguments:
        f: a function of arrays, or of trees of arrays.

    >>> explanation = explain(lambda z: jnp.log(1 + jnp.exp(z)))(2.0)
    >>> explanation.rewrites[0].written, explanation.rewrites[0].replacement
    ('log(1 + exp z)', 'softplus(z)')
    >>> print(explain(lambda z: 2 * z)(2.0))
    nothing to repair
    """

    def explained(*args: Any, **kwargs: Any) -> Explanation:
        program, views = opened(f, args, kwargs), Views()
        prepared(views, program.body)
        pairs = sorted(replaced(views, program.body), key=lambda pair: pair[0].serial)
        found = dict.fromkeys(rewrite(views, n, better, program.names) for n, better in pairs)
        return Explanation(tuple(found))

    return explained


class Opened(NamedTuple):
    """A function as nodes.

    Arguments:
        body: the nodes of its arguments, and what it returns.
        names: what to call the argument nodes: `weight` for `model.0.weight`.
        roots: the argument of the function that each is a part of: `model`.
        leaves: their values.
    """

    body: Body
    names: dict[Node, str]
    roots: dict[Node, str]
    leaves: list[jax.Array]


def opened(f: Callable, args: tuple, kwargs: dict) -> Opened:
    """A function as nodes, at arguments of these shapes."""
    signature = inspect.signature(f)
    bound = dict(signature.bind(*args, **kwargs).arguments)
    paths, structure = jax.tree_util.tree_flatten_with_path(bound)
    leaves = [jnp.asarray(leaf) for _, leaf in paths]

    def flat(*values):
        call = inspect.BoundArguments(signature, structure.unflatten(values))
        return jax.tree.leaves(f(*call.args, **call.kwargs))

    graph = Graph()
    nodes = [graph.argument(a.shape, a.dtype) for a in leaves]
    body = read(graph, traced(flat, *leaves), nodes)
    names = {n: path_name(path[-1:]) for n, (path, _) in zip(nodes, paths, strict=True)}
    roots = {n: path_name(path[:1]) for n, (path, _) in zip(nodes, paths, strict=True)}
    return Opened(body, names, roots, leaves)


def replaced(views: Views, body: Body) -> Iterator[tuple[Node, Node]]:
    """The traced nodes that are replaced where the outputs need them, and what replaces them."""
    seen: set[Node] = set()
    stack = [*body.outputs, *body.effects]
    while stack:
        n = stack.pop()
        if n in seen:
            continue
        seen.add(n)
        better = views.value(n)
        if better is not n and n.eqn is not None:
            yield n, better
        stack += better.inputs[0].inputs if better.op == "as_written" else better.inputs
        stack += [o for b in better.bodies for o in (*b.outputs, *b.effects)]


def rewrite(views: Views, n: Node, better: Node, names: dict[Node, str]) -> Rewrite:
    """A replacement in words; the parts that both formulas share get letters."""
    kept = set(upstream(better))
    parts = [m for m in shared(n, kept) if m.constant is None]
    letters = lettered(parts, names)
    return Rewrite(
        line_of(n),
        spelled(n, letters).text,
        spelled(better, letters).text,
        f"{TROUBLE.get(n.op, 'digits are lost')}: {identity(views, n)}",
    )


def identity(views: Views, n: Node) -> str:
    """The formula of the rule that replaced n, or of the rule for the view that it took."""
    m = n.inputs[0]
    while is_move(m) or m.op == "neg":
        m = m.inputs[0]
    if n.op == "log" and ("log", m) in views.reasons:
        return views.reasons["log", m].formula
    for view in ("minus_one", "plus_one") if n.op == "add" else ():
        if views.fired[n].formula.startswith("n − 1") and (view, m) in views.reasons:
            return views.reasons[view, m].formula
    return views.fired[n].formula


def shared(n: Node, kept: set[Node]) -> list[Node]:
    """The largest parts of `n` that are in `kept`."""
    found: dict[Node, None] = {}
    stack = list(n.inputs)
    while stack:
        m = stack.pop(0)
        if m in kept or m.op == "argument":
            found[m] = None
        else:
            stack += m.inputs
    return list(found)
