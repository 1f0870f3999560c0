"""n − 1 and n + 1, without the 1 that hides the small rest."""

from __future__ import annotations

import math

from gradus.calculus.stability.expressions import (
    apply,
    as_written,
    exp,
    logistic,
    select,
    stretched,
)
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import Linear, combine, difference, linear
from gradus.calculus.stability.views import Views, rule


def expm1(u: Node) -> Node:
    """eᵘ − 1"""
    return apply("expm1", u)


@rule("minus_one", "exp", formula="eᵘ − 1 = expm1 u")
def _(views: Views, n: Node) -> Node:
    return expm1(n.inputs[0])


@rule("minus_one", "pow", formula="aᵘ − 1 = expm1(u log a)")
def _(views: Views, n: Node) -> Node | None:
    base, power = n.inputs
    if base.constant is not None and base.constant > 0:
        return expm1(power * math.log(base.constant))
    if power.constant is not None and views.minus_one(base) is None and not base.positive:
        return None
    return small_power(views, n)


def small_power(views: Views, n: Node) -> Node:
    """xᵘ − 1 = expm1(u log x) where x > 0, as it stands elsewhere."""
    base, power = n.inputs
    product = expm1(apply("absorbed", stretched(power, n.shape), views.log_of(base)))
    if base.positive:
        return product
    return guarded_power(n, base, product)


@rule("minus_one", "integer_pow", formula="x² − 1 = (x − 1)(x + 1)")
def _(views: Views, n: Node) -> Node | None:
    if n.params["y"] != 2:
        return None
    (x,) = n.inputs
    below, above = views.minus_one(x), views.plus_one(x)
    if below is None and above is None:
        return None
    return (x - 1.0 if below is None else below) * (x + 1.0 if above is None else above)


@rule("minus_one", "integer_pow", formula="xᵏ − 1 = (x − 1)(1 + x + … + xᵏ⁻¹)")
def _(views: Views, n: Node) -> Node | None:
    (x,), k = n.inputs, n.params["y"]
    below = views.minus_one(x)
    if below is None or k > 16:
        return None
    total = x + 1.0
    for _ in range(k - 2):
        total = total * x + 1.0
    return below * total


@rule("minus_one", "integer_pow", formula="xᵏ − 1 = expm1(k log x) for x > 0 and large k")
def _(views: Views, n: Node) -> Node | None:
    (x,) = n.inputs
    if views.minus_one(x) is None:
        return None
    power = expm1(views.log_of(x) * float(n.params["y"]))
    return power if x.positive else guarded_power(n, x, power)


def guarded_power(n: Node, base: Node, power: Node) -> Node:
    """The power by its logarithm where the base is positive, as written elsewhere."""
    return select(n.graph.compare("gt", base, 0.0), as_written(n - 1.0), power)


@rule("minus_one", "add", formula="(x + 1) − 1 = x")
def _(views: Views, n: Node) -> Node | None:
    form = linear(n)
    if form.constant != 1 or not form.terms:
        return None
    return combine(Linear(form.terms, 0.0), n)


@rule("minus_one", "cos", formula="cos u − 1 = −2 sin²(u/2)")
def _(views: Views, n: Node) -> Node:
    return apply("sin", n.inputs[0] * 0.5) ** 2 * -2.0


@rule("minus_one", "cosh", formula="cosh u − 1 = 2 sinh²(u/2)")
def _(views: Views, n: Node) -> Node:
    return apply("sinh", n.inputs[0] * 0.5) ** 2 * 2.0


@rule("minus_one", "logistic", formula="σ(u) − 1 = −σ(−u)")
def _(views: Views, n: Node) -> Node:
    return -logistic(-n.inputs[0])


@rule("minus_one", "tanh", formula="tanh u − 1 = −2 σ(−2u)")
def _(views: Views, n: Node) -> Node:
    return logistic(n.inputs[0] * -2.0) * -2.0


@rule("minus_one", "erf", formula="erf u − 1 = −erfc u")
def _(views: Views, n: Node) -> Node:
    return -apply("erfc", n.inputs[0])


@rule("minus_one", "erfc", formula="erfc u − 1 = −erf u")
def _(views: Views, n: Node) -> Node:
    return -apply("erf", n.inputs[0])


@rule("minus_one", "reduce_prod", formula="Π x − 1 = expm1(Σ log x), with the signs apart")
def _(views: Views, n: Node) -> Node | None:
    if views.minus_one(n.inputs[0]) is None:
        return None
    logs, sign = views.ask("log_abs", n)
    return expm1(logs) if sign is None else apply("signed_expm1", logs, sign)


@rule("minus_one", "sqrt", formula="√q − 1 = (q − 1)/(√q + 1)")
def _(views: Views, n: Node) -> Node | None:
    rest = views.minus_one(n.inputs[0])
    if rest is None:
        return None
    if rest.op == "integer_pow" and rest.params["y"] == 2:  # √(1 + x²): x² may overflow
        (x,) = rest.inputs
        return x * (x / (n + 1.0))
    return rest / (n + 1.0)


@rule(
    "minus_one",
    "add", "mul", "div", "neg",
    formula="Q − 1 of a quotient Q of sums of exponentials, with what cancels left out",
)  # fmt: skip
def _(views: Views, n: Node) -> Node | None:
    return views.exponentials.minus_one_of(n)


@rule("minus_one", "add", "mul", formula="k (x + 1) − 1 = k (x − 1) for k = ½, and the like")
def _(views: Views, n: Node) -> Node | None:
    form = linear(n)
    if len(form.terms) != 1:
        return None
    ((x, k),) = form.terms.items()
    if x.op == "select_n":
        condition, *branches = x.inputs
        parts = (branch * k + form.constant for branch in branches)
        return select(condition, *(less_one(views, p) for p in parts))
    rest = {-k: views.minus_one(x), k: views.plus_one(x)}.get(form.constant - 1)
    return None if rest is None else rest * k


def less_one(views: Views, n: Node) -> Node:
    """n − 1 in the best way there is."""
    found = views.minus_one(n)
    return n - 1.0 if found is None else found


@rule("minus_one", "mul", formula="ab − 1 = (a − 1) b + (b − 1)")
def _(views: Views, n: Node) -> Node | None:
    a, b = n.inputs
    below_a, below_b = views.minus_one(a), views.minus_one(b)
    if below_a is None or below_b is None:
        return None
    return below_a * b + below_b


@rule("minus_one", "div", formula="a/b − 1 = (a − b)/b")
def _(views: Views, n: Node) -> Node | None:
    a, b = n.inputs
    rest = views.minus_one(b) if a.constant == 1 else None
    if rest is not None:
        return -rest / b
    gap = difference(a, b)
    return None if gap is None else views.value(gap) / b


@rule("plus_one", "tanh", formula="tanh u + 1 = 2 σ(2u)")
def _(views: Views, n: Node) -> Node:
    return logistic(n.inputs[0] * 2.0) * 2.0


@rule("plus_one", "erf", formula="erf u + 1 = erfc(−u)")
def _(views: Views, n: Node) -> Node:
    return apply("erfc", -n.inputs[0])


@rule("plus_one", "cos", formula="cos u + 1 = 2 cos²(u/2)")
def _(views: Views, n: Node) -> Node:
    return apply("cos", n.inputs[0] * 0.5) ** 2 * 2.0


@rule("plus_one", "expm1", formula="(eᵘ − 1) + 1 = eᵘ")
def _(views: Views, n: Node) -> Node:
    return exp(n.inputs[0])


@rule("plus_one", "add", formula="(x − 1) + 1 = x")
def _(views: Views, n: Node) -> Node | None:
    form = linear(n)
    return combine(Linear(form.terms, 0.0), n) if form.constant == -1 and form.terms else None


@rule("plus_one", "neg", formula="1 − n = −(n − 1)")
def _(views: Views, n: Node) -> Node | None:
    rest = views.minus_one(n.inputs[0])
    return None if rest is None else -rest
