"""From nodes to numbers: every node once, where it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from gradus.calculus.stability.graph import Body, Node
from gradus.calculus.stability.operations import COMPOSED, OPERATIONS, PLAIN
from gradus.calculus.stability.views import Views

MIXING = {"dot_general", "conv_general_dilated"}  # beyond these no cotangent stays exactly 0
WHOLE = {"norm", "logsumexp", "share_of_others", "log_share", "log_share_of_others"}
ELEMENTWISE = {*OPERATIONS, "add", "neg", "max", "min", "abs", "logaddexp", "sin", "cos"}
ELEMENTWISE |= {op for op in COMPOSED if op not in WHOLE}
ELEMENTWISE -= {"integer_pow", "log_det", "log_abs_det"}
BRANCHING = {"select_n", "near_point", "near_zero", "log_around_one", "cond", "max", "min"}
BRANCHING |= {"absorbed"}
PICKING = {"slice", "dynamic_slice", "gather"}  # what is not picked has cotangent 0
SATURATING = {"logistic", "tanh"}  # JAX's slopes, y (1 − y) and 1 − y², round to 0 too early
SINGULAR = {"div", "log", "log1p", "pow", "sqrt", "acos", "asin", "atanh", "near_point"}
SINGULAR |= {"root_of_squares", "absorbed", "log_ratio", "log_product", "unscaled", "abs", "exp"}


def guarded(views: Views, body: Body) -> set[Node]:
    """The nodes before a branch: a branch that is not taken must not spoil the derivative."""
    marked: set[Node] = set()
    branching = BRANCHING | PICKING if views.fired else BRANCHING
    for n in reachable(views, body):
        if n.op in branching and n not in marked:
            before = upstream(views, n)
            given = any(m.op == "argument" and m.is_float for m in before)
            if given and any(m.op in SINGULAR for m in before):
                marked |= before
    return marked


def upstream(views: Views, n: Node) -> set[Node]:
    """What a branch is computed from, back to where cotangents are mixed."""
    seen: set[Node] = set()
    stack = operands(views, n)[n.op == "select_n" :]
    stack += [views.value(o) for b in n.bodies for o in b.outputs]
    while stack:
        m = stack.pop()
        if m in seen or m.op in MIXING:
            continue
        seen.add(m)
        stack += [i for i in operands(views, m) if i.is_float or i.dtype is None]
        stack += [views.value(o) for b in m.bodies for o in b.outputs]
    return seen


def reachable(views: Views, body: Body) -> Iterator[Node]:
    """Every node that the rewritten program computes, those of inner programs included."""
    seen: set[Node] = set()
    stack = [views.value(o) for o in (*body.outputs, *body.effects)]
    while stack:
        n = stack.pop()
        if n not in seen:
            seen.add(n)
            yield n
            stack += operands(views, n)
            stack += [views.value(o) for b in n.bodies for o in (*b.outputs, *b.effects)]


def untangle(views: Views, body: Body) -> None:
    """Take back replacements that are computed from what they replace."""
    for _ in range(100):
        circle = circular(views, body)
        if not circle:
            return
        for n in circle:
            views.forget(n)


def circular(views: Views, body: Body) -> list[Node]:
    """The replaced nodes of a circle, if there is one."""
    entered, done = set(), set()
    stack = [(o, False) for o in (*body.outputs, *body.effects)]
    while stack:
        n, left = stack.pop()
        better = views.value(n)
        if left:
            entered.discard(better)
            done.add(better)
        elif better in entered:
            return [m for m, waits in stack if waits and views.value(m) is not m]
        elif better not in done:
            entered.add(better)
            inner = better.inputs[0].inputs if better.op == "as_written" else better.inputs
            stack.append((n, True))
            stack += [(i, False) for i in inner]
            stack += [(o, False) for b in better.bodies for o in (*b.outputs, *b.effects)]
    return []


def operands(views: Views, n: Node) -> list[Node]:
    """The nodes that the operation works on; what is kept as written keeps its last step."""
    if n.op == "as_written":
        return [last_as_written(n)]
    return [views.value(i) for i in n.inputs]


def last_as_written(n: Node) -> Node:
    """The node behind `as_written`, whose own inputs may be replaced, but not itself."""
    return n.inputs[0]


class Evaluator:
    """Computes nodes; an inner program has an evaluator of its own that knows the outer one."""

    def __init__(self, views: Views, guard: set[Node], outer: Evaluator | None = None):
        self.views, self.guard, self.outer = views, guard, outer
        self.numbers: dict[Node, Any] = {}

    def inside(self) -> Evaluator:
        """An evaluator for a program inside."""
        return Evaluator(self.views, self.guard, self)

    def run(self, body: Body, values: Iterable[Any]) -> list[Any]:
        """What a program returns for the values of its arguments."""
        for argument, value in zip(body.arguments, values, strict=True):
            if argument.op == "argument":
                self.numbers[argument] = value
        for effect in body.effects:
            self.number(effect)
        return [self.number(o) for o in body.outputs]

    def known(self, n: Node) -> bool:
        """Whether the number is there, here or outside."""
        return n in self.numbers or (self.outer is not None and self.outer.known(n))

    def lookup(self, n: Node) -> Any:
        """A number that is there."""
        return self.numbers[n] if n in self.numbers else self.outer.lookup(n)  # pyright: ignore[reportOptionalMemberAccess]

    def number(self, n: Node) -> Any:
        """The number of a node, without recursion: programs are long."""
        stack = [self.views.value(n)]
        while stack:
            m = stack[-1]
            if self.known(m):
                stack.pop()
                continue
            needs = operands(self.views, m)
            missing = [i for i in needs if not self.known(i)]
            if missing:
                stack += missing
                continue
            self.numbers[m] = self.compute(m, [self.lookup(i) for i in needs])
            stack.pop()
        return fitted(self.lookup(self.views.value(n)), n)

    def compute(self, n: Node, values: list[Any]) -> Any:
        """One operation on numbers."""
        if n.op == "constant":
            value = n.params["value"]
            return value if isinstance(value, jax.Array) else jnp.asarray(value, n.dtype)
        if n.op == "part":
            return values[0][n.params["index"]]
        values = [fitted(v, i) for v, i in zip(values, n.inputs, strict=True)]
        if n.bodies:
            return CONTROL[n.op](self, n, values)
        operation = self.operation(n)
        if operation is None:
            primitive = n.eqn.primitive
            return primitive.bind(*values, **primitive.get_bind_params(n.eqn.params))
        if n.op in ELEMENTWISE or (n.op in PLAIN and len(values) == 2 and n.op in ("mul", "div")):
            values = [broadcast(v, n.shape) for v in values]
        return fitted(operation(*values, **n.params), n)

    def operation(self, n: Node) -> Callable | None:
        """How a node is computed; None for a traced equation as it stands."""
        if not n.is_float:
            return None if n.eqn is not None else COMPARED[n.op]
        safe = n in self.guard or n.eqn is None or n.op in SATURATING
        if safe and n.op in OPERATIONS and (n.op not in ("mul", "div") or n in self.guard):
            return OPERATIONS[n.op]
        if n.op == "integer_pow" and safe:
            return COMPOSED["integer_pow"]
        if n.op in PLAIN:
            return PLAIN[n.op]
        if n.eqn is not None and n.eqn.primitive.name == n.op:
            return None
        return COMPOSED.get(n.op) or OPERATIONS.get(n.op) or LIBRARY[n.op]


COMPARED = {"gt": lambda a, b: a > b, "lt": lambda a, b: a < b}
LIBRARY = {"det": lambda a: jnp.linalg.det(a), "logaddexp": jnp.logaddexp}


def broadcast(value: Any, shape: tuple[int, ...]) -> Any:
    """A value stretched to a shape of as many axes, or from a number."""
    if jnp.shape(value) == tuple(shape):
        return value
    offset = len(shape) - jnp.ndim(value)
    return lax.broadcast_in_dim(value, shape, range(offset, len(shape)))


def fitted(value: Any, n: Node) -> Any:
    """A value in the shape and type that the program promised."""
    if n.dtype is None or not n.is_float or not hasattr(value, "dtype"):
        return value
    if value.dtype != n.dtype:
        value = value.astype(n.dtype)
    return broadcast(value, n.shape)


# ---- programs inside


def _scan(outer: Evaluator, n: Node, values: list[Any]) -> list[Any]:
    p, (body,) = n.params, n.bodies
    constants, carry = p["num_consts"], p["num_carry"]

    def step(state, x):
        out = outer.inside().run(body, [*values[:constants], *state, *x])
        return tuple(out[:carry]), tuple(out[carry:])

    initial = tuple(values[constants : constants + carry])
    xs = tuple(values[constants + carry :])
    final, stacked = lax.scan(
        step, initial, xs, length=p["length"], reverse=p["reverse"], unroll=p["unroll"]
    )
    return [*final, *stacked]


def _while(outer: Evaluator, n: Node, values: list[Any]) -> list[Any]:
    p, (condition, body) = n.eqn.params, n.bodies
    a, b = p["cond_nconsts"], p["body_nconsts"]
    return lax.while_loop(
        lambda state: outer.inside().run(condition, [*values[:a], *state])[0],
        lambda state: outer.inside().run(body, [*values[a : a + b], *state]),
        list(values[a + b :]),
    )


def _cond(outer: Evaluator, n: Node, values: list[Any]) -> list[Any]:
    def taken(body: Body) -> Callable:
        return lambda: outer.inside().run(body, values[1:])

    return lax.switch(values[0], [taken(b) for b in n.bodies])


def _checkpoint(outer: Evaluator, n: Node, values: list[Any]) -> list[Any]:
    p, (body,) = n.eqn.params, n.bodies
    return jax.checkpoint(
        lambda *v: outer.inside().run(body, v), prevent_cse=p["prevent_cse"], policy=p["policy"]
    )(*values)


def _custom_jvp(outer: Evaluator, n: Node, values: list[Any]) -> list[Any]:
    """The value is rewritten, the derivative stays the one that the user wrote."""
    (body,), primitive = n.bodies, n.eqn.primitive

    def written(*v):
        return primitive.bind(*v, **primitive.get_bind_params(n.eqn.params))

    @jax.custom_jvp
    def stabilized(*v):
        return Evaluator(outer.views, outer.guard).run(body, v)

    @stabilized.defjvp
    def _(primals, tangents):
        return stabilized(*primals), jax.jvp(written, primals, tangents)[1]

    return stabilized(*values)


CONTROL: dict[str, Callable[[Evaluator, Node, list[Any]], list[Any]]] = {
    "scan": _scan,
    "while": _while,
    "cond": _cond,
    "remat2": _checkpoint,
    "checkpoint": _checkpoint,
    "custom_jvp_call": _custom_jvp,
}
