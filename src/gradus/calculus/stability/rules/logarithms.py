"""log n, without n: what overflows and underflows is never computed."""

from __future__ import annotations

import math

from gradus.calculus.stability.expressions import (
    already_shifted,
    apply,
    axes,
    is_move,
    log,
    log_sum,
    reduced,
    select,
    softplus,
    stretched,
)
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import DEEPEST_PRODUCT, difference
from gradus.calculus.stability.rules.mantissas import added
from gradus.calculus.stability.views import Scaled, Views, rule


@rule("log", "exp", formula="log eᵘ = u")
def _(views: Views, n: Node) -> Node:
    return n.inputs[0]


@rule("log", "exp2", formula="log 2ᵘ = u log 2")
def _(views: Views, n: Node) -> Node:
    return n.inputs[0] * math.log(2)


@rule("log", "pow", formula="log aᵘ = u log a, with 0 · log 0 = 0")
def _(views: Views, n: Node) -> Node | None:
    base, power = n.inputs
    if base.constant is not None:
        return power * math.log(base.constant) if base.constant > 0 else None
    return apply("absorbed", power, views.log_of(base))


@rule(
    "log",
    "add", "mul", "div", "neg", "integer_pow", "logistic", "tanh", "sinh", "cosh",
    formula="log Q = ±log(1 + e^{log|Q − 1|}) of a quotient Q of sums of exponentials",
)  # fmt: skip
def _(views: Views, n: Node) -> Node | None:
    return views.exponentials.log_of(n)


@rule("log", "expm1", formula="log(eᵘ − 1) = u + log(1 − e⁻ᵘ)")
def _(views: Views, n: Node) -> Node:
    return apply("logexpm1", n.inputs[0])


@rule("log", "neg", formula="log −(eᵘ − 1) = log(1 − eᵘ)")
def _(views: Views, n: Node) -> Node | None:
    (x,) = n.inputs
    return apply("log1mexp", x.inputs[0]) if x.op == "expm1" else None


@rule("log", "softplus", formula="log softplus u = log log(1 + eᵘ), by u where eᵘ underflows")
def _(views: Views, n: Node) -> Node:
    return apply("log_softplus", n.inputs[0])


@rule("log", "erfc", formula="log erfc u = log 2 + log Φ(−√2 u)")
def _(views: Views, n: Node) -> Node:
    return apply("log_ndtr", n.inputs[0] * -math.sqrt(2)) + math.log(2)


@rule("log", "add", formula="log(1 ± erf u) = log 2 + log Φ(±√2 u)")
def _(views: Views, n: Node) -> Node | None:
    x, one = n.inputs
    sign, inner = (-1.0, x.inputs[0]) if x.op == "neg" else (1.0, x)
    if one.constant != 1 or inner.op != "erf":
        return None
    return apply("log_ndtr", inner.inputs[0] * (sign * math.sqrt(2))) + math.log(2)


@rule("log", "sqrt", formula="log √x = ½ log x")
def _(views: Views, n: Node) -> Node | None:
    inner = views.log(n.inputs[0])
    return None if inner is None else inner * 0.5


@rule("log", "abs", formula="log |n| by signs and logarithms of factors")
def _(views: Views, n: Node) -> Node | None:
    (x,) = n.inputs
    if x.range.nonnegative:
        return views.log(x)
    rest = views.minus_one(x)
    if rest is not None:
        return apply("log_near_one", x, rest)
    found = views.ask("log_abs", x)
    return None if found is None else found[0]


@rule("log", "integer_pow", formula="log xᵏ = k log |x| for even k, k log x where x > 0")
def _(views: Views, n: Node) -> Node | None:
    (x,), k = n.inputs, n.params["y"]
    if x.positive or (views.log(x) is not None and k % 2):
        return views.log_of(x) * float(k)
    if k % 2:
        return None
    return views.log_of(x.graph.apply("abs", x)) * float(k)


@rule("log", "div", formula="log(Σ m e^E/Σ k e^F) = log(m*/k*) + (E* − F*)")
def _(views: Views, n: Node) -> Node | None:
    if not summed(n) or any(i.constant is not None or views.scaled(i) is None for i in n.inputs):
        return None
    found = views.scaled(n)
    return None if found is None else log(found.mantissa) + found.exponent


@rule("log", "mul", "div", formula="log(ab) = log a + log b, log(a/b) = log a − log b")
def _(views: Views, n: Node) -> Node | None:
    a, b = n.inputs
    if chained(n) or may_be_close(n) or not any(known(views, i) for i in n.inputs):
        return None
    if not a.range.nonnegative and not b.range.nonnegative:  # their signs could cancel
        return None
    return joined(n.op, views.log_of(a), views.log_of(b))


@rule("log", "mul", "div", "reduce_prod", formula="log |Π xᵢ| = Σ log |xᵢ|, with the signs apart")
def _(views: Views, n: Node) -> Node | None:
    if n.op != "reduce_prod" and not chained(n) and not any(known(views, i) for i in n.inputs):
        return None
    if may_be_close(n):
        return None
    found = views.ask("log_abs", n)
    if found is None:
        return None
    logarithm, sign = found
    return logarithm if sign is None else apply("where_positive", logarithm, sign)


@rule("log", "mul", formula="log(ab) by the product where it fits, by log a + log b elsewhere")
def _(views: Views, n: Node) -> Node | None:
    if any(i.constant is not None for i in n.inputs):
        return None
    return apply("log_product", *n.inputs)


@rule("log", "div", formula="log(a/b) = log1p((a − b)/b) where a ≈ b, log a − log b elsewhere")
def _(views: Views, n: Node) -> Node | None:
    a, b = n.inputs
    if b.constant is not None or (a.constant is not None and a.constant <= 0):
        return None
    if a.constant is not None:
        return -views.log_of(b) + math.log(a.constant)
    gap, ratio = difference(a, b), apply("log_ratio", a, b)
    return ratio if gap is None else apply("log_around_one", gap / b, ratio)


@rule("log", "add", formula="log(1 + x²) = 2 log |x| + log(1 + 1/x²) for large x")
def _(views: Views, n: Node) -> Node | None:
    square, one = n.inputs
    root = views.ask("root", square) if one.constant == 1 else None
    return None if root is None else apply("log1p_square", root)


@rule("log", "part", formula="log of what a loop carries, carried as a logarithm")
def _(views: Views, n: Node) -> Node | None:
    found = views.scaled(n)
    return None if found is None else log(found.mantissa) + found.exponent


@rule("log", "max", "min", formula="log max(a, b) = max(log a, log b)")
def _(views: Views, n: Node) -> Node | None:
    better = [known(views, i) for i in n.inputs]
    if not any(better) or not all(i.positive or k for i, k in zip(n.inputs, better, strict=True)):
        return None
    return apply(n.op, *(views.log_of(i) for i in n.inputs))


@rule("log", "select_n", formula="log where(c, a, b) = where(c, log a, log b)")
def _(views: Views, n: Node) -> Node | None:
    condition, *branches = n.inputs
    if len(branches) != 2 or not any(known(views, b) for b in branches):
        return None
    return select(condition, *(views.log_of(b) for b in branches))


@rule("log", "concatenate", "stack", formula="log of joined values = joined logarithms")
def _(views: Views, n: Node) -> Node | None:
    if not any(known(views, i) for i in n.inputs):
        return None
    logs = tuple(stretched(views.log_of(i), i.shape) for i in n.inputs)
    return n.graph.make(n.op, logs, n.params, n.shape, n.dtype, n.eqn)


@rule("log", "reduce_max", "reduce_min", formula="log maxᵢ xᵢ = maxᵢ log xᵢ")
def _(views: Views, n: Node) -> Node | None:
    inner = views.log(n.inputs[0])
    return None if inner is None else reduced(n.op, stretched(inner, n.inputs[0].shape), axes(n))


@rule("log", "cumprod", formula="log of running products = running sums of logarithms")
def _(views: Views, n: Node) -> Node | None:
    (x,) = n.inputs
    logs = stretched(views.log_of(x), x.shape)
    return n.graph.make("cumsum", (logs,), n.params, n.shape, n.dtype)


@rule("log", "cumsum", formula="log of running sums of exponentials, each shifted by its largest")
def _(views: Views, n: Node) -> Node | None:
    (x,) = n.inputs
    inner = views.log(x)
    if inner is None or not x.positive:
        return None
    logs = stretched(inner, x.shape)
    return n.graph.make("cumlogsumexp", (logs,), n.params, n.shape, n.dtype)


@rule("log", "add", formula="log(1 − x) = log −(x − 1) by the view of x")
def _(views: Views, n: Node) -> Node | None:
    minus, one = n.inputs
    if one.constant != 1 or minus.op != "neg" or minus.inputs[0].op not in ("reduce_prod", "mul"):
        return None
    if minus.inputs[0].op == "mul" and views.scaled(minus.inputs[0]) is not None:
        return None
    rest = views.minus_one(minus.inputs[0])
    return None if rest is None else log(negated(rest))


def negated(n: Node) -> Node:
    """−n, in every branch."""
    if n.op != "select_n":
        return -n
    condition, *branches = n.inputs
    return select(condition, *map(negated, branches))


@rule("log", "add", formula="log(1 − eᵘ) = log1mexp u; log(eᵃ − eᵇ) = a + log(1 − e^{b − a})")
def _(views: Views, n: Node) -> Node | None:
    for a, b in (n.inputs, n.inputs[::-1]):
        if b.op != "neg" or not b.inputs[0].positive or not a.positive:
            continue
        below, above = views.log(b.inputs[0]), views.log_of(a)
        if below is None or (a.constant is None and views.log(a) is None):
            continue
        rest = views.minus_one(b.inputs[0])
        if rest is not None and b.inputs[0].op != "exp":
            return log(negated(rest)) if a.constant == 1 else None
        if a.constant is not None or views.ask("value", n) is None:
            return above + apply("log1mexp", below - above)
    return None


@rule("log", "add", formula="log(x + √(x² ± 1)) = asinh x or acosh x")
def _(views: Views, n: Node) -> Node | None:
    for x, root in (n.inputs, n.inputs[::-1]):
        if root.op != "sqrt" or root.inputs[0].op != "add":
            continue
        square, one = root.inputs[0].inputs
        if one.constant in (1, -1) and square.op == "integer_pow" and square.inputs[0] is x:
            return apply("asinh" if one.constant == 1 else "acosh", x)
    return None


@rule("log", "add", formula="log(m p + k q) = E* + log Σ m e^{E − E*}, E = log p, log q")
def _(views: Views, n: Node) -> Node | None:
    if any(i.op == "neg" or i.constant is not None for i in n.inputs):  # they could cancel
        return None
    parts = [factored(views, i) for i in n.inputs]
    if not any(found for _, found in parts):
        return None
    pairs = [Scaled(stretched(m, n.shape), stretched(e or n.like(0.0), n.shape)) for m, e in parts]
    total = added(*pairs)
    return log(total.mantissa) + total.exponent


@rule("log", "reduce_sum", "add", "dot_general", formula="log Σ m e^E = E* + log Σ m e^{E − E*}")
def _(views: Views, n: Node) -> Node | None:
    found = views.scaled(n)
    if found is None:
        return None
    return log(found.mantissa) + found.exponent


@rule("log", "reduce_sum", formula="log Σ x = log Σ e^{log x}, shifted by the largest")
def _(views: Views, n: Node) -> Node | None:
    (x,) = n.inputs
    inner = None if already_shifted(x, axes(n)) else views.log(x)
    if inner is None or not x.positive:
        return None
    return logsumexp(stretched(inner, x.shape), axes(n))


@rule("log", "add", formula="log(a + b) = log(e^{log a} + e^{log b}) for positive a, b")
def _(views: Views, n: Node) -> Node | None:
    a, b = n.inputs
    better = [known(views, i) for i in n.inputs]
    if not any(better) or not (a.positive and b.positive):
        return None
    if b.constant == 1:
        return softplus(views.log_of(a))
    return log_sum(*((views.log_of(i), 1.0) for i in n.inputs))


@rule("log", "det", formula="log det A from the logarithms of the pivots")
def _(views: Views, n: Node) -> Node:
    return n.graph.make("log_det", n.inputs, {}, n.shape, n.dtype)


@rule(
    "log",
    "add", "cos", "tanh", "erf", "select_n", "max", "min", "clamp", "div", "sqrt", "mul", "pow",
    formula="log n = log1p(n − 1)",
)  # fmt: skip
def _(views: Views, n: Node) -> Node | None:
    rest = views.minus_one(n)
    return None if rest is None or n.constant is not None else apply("log1p", rest)


@rule("log", "reduce_sum", "dot_general", formula="log Σx² = 2 log ‖x‖")
def _(views: Views, n: Node) -> Node | None:
    if n.op == "reduce_sum" and n.inputs[0].op != "integer_pow":
        return None
    root = views.ask("root", n)
    return None if root is None else log(root) * 2.0


# ---- helpers


def factored(views: Views, n: Node, depth: int = 0) -> tuple[Node, Node | None]:
    """(m, E) where n is m eᴱ, of the factors whose logarithms are known."""
    if n.op == "neg":
        rest, exponent = factored(views, n.inputs[0], depth)
        return -rest, exponent
    if n.op == "mul" and n.constant is None and depth < DEEPEST_PRODUCT:
        (a, e), (b, f) = (factored(views, i, depth + 1) for i in n.inputs)
        return a * b, f if e is None else e if f is None else e + f
    if n.positive and known(views, n):
        return stretched(n.like(1.0), n.shape), views.log_of(n)
    return n, None


def known(views: Views, n: Node) -> bool:
    """Whether log n is found in another way than by the value."""
    return n.constant is None and views.log(n) is not None


def may_be_close(n: Node) -> bool:
    """Whether n is a/b where a − b is found without rounding."""
    return n.op == "div" and difference(*n.inputs) is not None


def joined(op: str, a: Node, b: Node) -> Node:
    """log a ± log b"""
    return a + b if op == "mul" else a - b


def summed(n: Node, depth: int = 0) -> bool:
    """Whether sums are among the factors."""
    if n.op in ("add", "reduce_sum", "dot_general"):
        return True
    through = n.op in ("mul", "div") or is_move(n)
    return through and depth < 6 and any(summed(i, depth + 1) for i in n.inputs if i.is_float)


def chained(n: Node) -> bool:
    """Whether a product has more than two factors that are no numbers."""
    return n.op in ("mul", "div") and any(
        i.op in ("mul", "div", "reduce_prod", "det")
        and i.constant is None
        and not any(j.constant is not None for j in i.inputs)
        for i in n.inputs
    )


def logsumexp(x: Node, over: tuple[int, ...]) -> Node:
    """log Σ eˣ over axes."""
    shape = tuple(s for i, s in enumerate(x.shape) if i not in over)
    return x.graph.make("logsumexp", (x,), {"axes": over}, shape, x.dtype)
