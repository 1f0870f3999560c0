"""log |n| with the sign of n: products of factors whose signs are not known."""

from __future__ import annotations

from gradus.calculus.stability.expressions import apply, axes, reduced, stretched
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.rules.logarithms import joined
from gradus.calculus.stability.rules.shares import picked_share
from gradus.calculus.stability.views import Views, rule


@rule("log_abs", "mul", "div", formula="log |ab| = log |a| + log |b|")
def _(views: Views, n: Node):
    if picked_share(n):
        return views.log_of(n), None
    (a, s), (b, t) = (log_abs(views, i) for i in n.inputs)
    sign = t if s is None else s if t is None else apply("mul", s, t)
    return joined(n.op, a, b), sign


@rule("log_abs", "reduce_prod", formula="log |Π xᵢ| = Σ log |xᵢ|")
def _(views: Views, n: Node):
    (x,) = n.inputs
    logs, signs = log_abs(views, x)
    total = reduced("reduce_sum", stretched(logs, x.shape), axes(n))
    if signs is None:
        return total, None
    return total, reduced("reduce_prod", stretched(signs, x.shape), axes(n))


@rule("log_abs", "integer_pow", formula="log |xᵏ| = k log |x|")
def _(views: Views, n: Node):
    logs, sign = log_abs(views, n.inputs[0])
    return logs * float(n.params["y"]), sign if n.params["y"] % 2 else None


@rule("log_abs", "pow", formula="log |xᵘ| = u log |x|")
def _(views: Views, n: Node):
    base, power = n.inputs
    return apply("absorbed", power, log_abs(views, base)[0]), apply("sign", n)


@rule("log_abs", "neg", formula="log |−x| = log |x|")
def _(views: Views, n: Node):
    logs, sign = log_abs(views, n.inputs[0])
    return logs, n.inputs[0].like(-1.0) if sign is None else -sign


@rule("log_abs", "det", formula="log |det A|")
def _(views: Views, n: Node):
    logs = n.graph.make("log_abs_det", n.inputs, {}, n.shape, n.dtype)
    return logs, apply("sign", n)


def log_abs(views: Views, n: Node) -> tuple[Node, Node | None]:
    """log |n| and the sign of n, None where it is +."""
    found = views.ask("log_abs", n)
    if found is not None:
        return found
    if n.range.nonnegative:
        return views.log_of(n), None
    size = apply("abs", n)
    return views.log_of(size), apply("sign", n)
