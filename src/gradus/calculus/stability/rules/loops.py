"""Sums and products that a loop carries: carried as sign and logarithm instead."""

from __future__ import annotations

from typing import Any

from gradus.calculus.stability.expressions import apply, log, stretched
from gradus.calculus.stability.graph import Body, Node
from gradus.calculus.stability.reading import part, read
from gradus.calculus.stability.views import Scaled, Views, rule

GROWING = {"mul", "div", "dot_general", "integer_pow"}


@rule("scaled", "part", formula="what a loop carries is s eˡ, with s and l carried")
def _(views: Views, n: Node) -> Scaled | None:
    (whole,) = n.inputs
    if whole.op != "scan" or whole.params is not whole.eqn.params:  # once is enough
        return None
    if ("loop", whole) not in views.answers:
        views.answers["loop", whole] = {}
        views.answers["loop", whole] = scaled_loop(views, whole) or {}
    return views.answers["loop", whole].get(n.params["index"])


def scaled_loop(views: Views, whole: Node) -> dict[int, Scaled] | None:
    """The results of a loop that can be carried as sign and logarithm, by their index."""
    p = whole.params
    constants, carry = p["num_consts"], p["num_carry"]
    chosen = {
        i
        for i, argument in enumerate(whole.bodies[0].arguments[constants : constants + carry])
        if argument.is_float
    }
    while chosen:
        trial = Trial(views, whole, chosen)
        failed = {i for i in chosen if trial.carried(i) is None}
        if not failed:
            return trial.results() if trial.worthwhile() else None
        chosen -= failed
    return None


class Trial:
    """The body of a loop read again, with some of what it carries as sign and logarithm."""

    def __init__(self, views: Views, whole: Node, chosen: set[int]):
        self.views, self.whole, self.chosen = views, whole, sorted(chosen)
        p, old, graph = whole.params, whole.bodies[0], whole.graph
        self.constants, self.carry = p["num_consts"], p["num_carry"]
        fresh = [graph.argument(a.shape, a.dtype) for a in old.arguments[self.constants :]]
        self.given = list(whole.inputs[: self.constants])
        self.pairs = {
            i: Scaled(*(graph.argument(fresh[i].shape, fresh[i].dtype) for _ in range(2)))
            for i in self.chosen
        }
        for i, pair in self.pairs.items():
            views.answers["scaled", fresh[i]] = pair
            views.answers["log", fresh[i]] = log(pair.mantissa) + pair.exponent
        self.fresh = fresh
        self.body = read(graph, p["jaxpr"], [*self.given, *fresh])

    def carried(self, i: int) -> Any:
        """Sign and logarithm of what is carried on."""
        found = self.views.scaled(self.body.outputs[i])
        return None if found is None else signed(found, self.body.outputs[i].shape)

    def worthwhile(self) -> bool:
        """Whether exponentials are summed or something is multiplied: plain sums do not need
        logarithms."""
        seen, stack = set(), [self.body.outputs[i] for i in self.chosen]
        while stack:
            m = stack.pop()
            if m not in seen:
                seen.add(m)
                stack += m.inputs
        loops = {self.fresh[i] for i in self.chosen}
        return any(
            m.op == "exp" or (m.op in GROWING and reaches(m, loops)) for m in seen if m.is_float
        )

    def results(self) -> dict[int, Scaled]:
        """The new loop, and which of its results are sign and logarithm of which old one."""
        whole, p = self.whole, self.whole.params
        c, k = self.constants, self.carry
        outputs = self.body.outputs
        added = [part_ for i in self.chosen for part_ in self.carried(i)]
        starts = [s for i in self.chosen for s in start(self.views, whole.inputs[c + i])]
        stacks = {i: found for i in range(k, len(outputs)) if (found := self.carried(i))}
        arguments = [
            *self.given,
            *self.fresh[:k],
            *(a for i in self.chosen for a in self.pairs[i]),
            *self.fresh[k:],
        ]
        body = Body(
            arguments,
            [*outputs[:k], *added, *outputs[k:], *(q for s in stacks.values() for q in s)],
            self.body.effects,
        )
        inputs = (*whole.inputs[: c + k], *starts, *whole.inputs[c + k :])
        params = p | {"num_carry": k + len(added)}
        loop = Node(whole.graph, "scan", inputs, params, (), None, whole.eqn, (body,))
        shapes = whole.eqn.outvars
        found = {
            i: Scaled(*(part(loop, k + 2 * j + side, shapes[i].aval) for side in (0, 1)))
            for j, i in enumerate(self.chosen)
        }
        first = len(outputs) + len(added)
        return found | {
            i: Scaled(*(part(loop, first + 2 * j + side, shapes[i].aval) for side in (0, 1)))
            for j, i in enumerate(stacks)
        }


def reaches(n: Node, targets: set[Node]) -> bool:
    """Whether one of the targets is among the operands, moved at most."""
    return any(i in targets or (len(i.inputs) == 1 and reaches(i, targets)) for i in n.inputs)


def signed(found: Scaled, shape: tuple[int, ...]) -> Scaled:
    """A mantissa of size 1."""
    m, e = (stretched(q, shape) for q in found)
    return Scaled(apply("sign", m), log(apply("abs", m)) + e)


def start(views: Views, n: Node) -> Scaled:
    """Sign and logarithm of what a loop starts with."""
    found: Any = views.scaled(n)
    return signed(Scaled(n, n.like(0.0)) if found is None else found, n.shape)
