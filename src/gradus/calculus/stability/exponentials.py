"""Quotients of sums of exponentials, added and multiplied as symbols.

σ(x), tanh x, softmax, odds, their products, complements and powers are all quotients

    (Σ aᵢ e^{Aᵢ}) / (Σ bⱼ e^{Bⱼ})

whose exponents are linear combinations of nodes. What cancels in them cancels exactly. When all
coefficients that remain are positive, neither the value nor its logarithm can lose digits, however
the formula was spelled: 1 − 1/(1 + e⁻ˣ) is 1/(1 + eˣ), and log(σ/(1 − σ)) is x.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gradus.calculus.stability.expressions import (
    apply,
    as_written,
    exp,
    is_move,
    log_sum,
    logistic,
    moved,
    softplus,
)
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import Linear, combine, linear
from gradus.calculus.stability.quotients import (
    ARITHMETIC,
    FUNCTIONS,
    MOST_TERMS,
    ONE,
    UNIT,
    Exponent,
    Quotient,
    Sum,
    has_exponentials,
    minus_exponent,
    number,
    order,
    plus,
    reduced,
    related,
    shifted,
    times,
)

if TYPE_CHECKING:
    from gradus.calculus.stability.views import Views


class Exponentials:
    """Finds and writes quotients of exponentials in one graph."""

    def __init__(self, views: Views):
        self.views = views
        self.found: dict[Node, Quotient | None] = {}
        self.written: dict[Exponent, Node] = {}
        self.atoms: set[Node] = set()

    def of(self, n: Node, depth: int = 0) -> Quotient | None:
        """The quotient that `n` is; None if it contains no exponentials or is too long."""
        if n in self.found:
            return self.found[n]
        if depth > 30 or not n.is_float:
            return None
        self.found[n] = None
        quotient = self._of(n, depth + 1)
        if quotient is not None:
            quotient = reduced(quotient)
            if quotient.terms > MOST_TERMS:
                quotient = None
        self.found[n] = quotient
        return quotient

    def _of(self, n: Node, depth: int) -> Quotient | None:
        if n.constant is not None:
            return number(n.constant)
        if n.op in ARITHMETIC:
            parts = [self.of(i, depth) for i in n.inputs]
            if any(p is None for p in parts):
                return None
            return ARITHMETIC[n.op](n, *parts)
        if n.op == "pow" and n.inputs[0].constant is not None and n.inputs[0].constant > 0:
            return Quotient(self.exponential(n.inputs[1] * math.log(n.inputs[0].constant))[0], UNIT)
        if n.op == "exp2":
            return Quotient(self.exponential(n.inputs[0] * math.log(2))[0], UNIT)
        if n.op in FUNCTIONS:
            return FUNCTIONS[n.op](*self.exponential(n.inputs[0]))
        return self._atom(n, depth)

    def _atom(self, n: Node, depth: int) -> Quotient | None:
        """A positive value with a logarithm of its own, such as a sum of exponentials."""
        if is_move(n) and n.op != "stop_gradient":
            inner = self.of(n.inputs[0], depth)
            return None if inner is None else self._moved(n, inner)
        if n.op in ("reduce_sum", "dot_general", "reduce_prod", "logaddexp") and n.positive:
            logarithm = self.views.log(n)
            if logarithm is not None:
                exponent = self.note(logarithm)
                self.atoms |= {u for u, _ in exponent}
                return Quotient({exponent: 1.0}, {ONE: 1.0})
        return None

    def _moved(self, n: Node, inner: Quotient) -> Quotient:
        def carried(total: Sum) -> Sum:
            out: Sum = {}
            for exponent, c in total.items():
                new = frozenset((moved(n, u), k) for u, k in exponent)
                self.atoms |= {moved(n, u) for u, _ in exponent if u in self.atoms}
                if exponent in self.written:
                    self.written[new] = moved(n, self.written[exponent])
                out[new] = out.get(new, 0.0) + c
            return out

        return Quotient(carried(inner.top), carried(inner.bottom))

    def exponential(self, u: Node) -> tuple[Sum, Sum]:
        """eᵘ and e⁻ᵘ as sums of one term."""
        form = linear(u)
        inside = abs(form.constant) < 30
        plus = self.note(u, form, inside)
        minus = self.note(
            -u, Linear({t: -c for t, c in form.terms.items()}, -form.constant), inside
        )
        factor = math.exp(form.constant) if inside else 1.0
        return {plus: factor}, {minus: 1 / factor}

    def note(self, u: Node, form: Linear | None = None, inside: bool = True) -> Exponent:
        """The exponent of eᵘ; remembers how it was written."""
        form = linear(u) if form is None else form
        terms = dict(form.terms)
        if not inside:
            terms[u.like(1.0)] = form.constant
        exponent = frozenset(terms.items())
        if form.constant == 0 or not inside:
            self.written.setdefault(exponent, u)
        return exponent

    # ---- answers

    def log_of(self, n: Node) -> Node | None:
        """The view `log` of n."""
        quotient = self.of(n)
        if quotient is None or not self.usable(quotient):
            return None
        return self.log(quotient, n)

    def minus_one_of(self, n: Node) -> Node | None:
        """The view `minus_one` of n."""
        return self._cancelled(n, self.of(n), UNIT)

    def sum_of(self, n: Node) -> Node | None:
        """A sum in which exponentials cancel."""
        parts: list[Any] = [self.of(i) for i in n.inputs]
        if any(p is None for p in parts) or not any(map(has_exponentials, parts)):
            return None
        if all(p.positive for p in parts):
            return None
        return self._cancelled(n, self.of(n), {})

    def quotient_of(self, n: Node) -> Node | None:
        """A quotient or product in which exponentials could overflow or cancel."""
        quotient = self.of(n)
        if quotient is None or not self.usable(quotient):
            return None
        if n.op == "mul" and (
            any(i.constant is not None for i in n.inputs)
            or all(math.isfinite(end) for i in n.inputs for end in i.range[:2])
        ):
            return None
        if n.op == "div" and n.inputs[1].constant is not None:
            return None
        return self.signed(quotient, n)

    def usable(self, quotient: Quotient) -> bool:
        """Whether it is more than a number, and free of logarithms of sums: their digits are
        used up by the shift, which mantissas with exponents keep."""
        return has_exponentials(quotient) and not any(map(self.mixed, quotient))

    def mixed(self, total: Sum) -> bool:
        """Whether logarithms of sums are among the exponents."""
        return any(u in self.atoms for exponent in total for u, _ in exponent)

    def _cancelled(self, n: Node, quotient: Quotient | None, less: Sum) -> Node | None:
        """n − less, where it is a quotient with coefficients of one sign."""
        if quotient is None or any(self.mixed(total) for total in quotient):
            return None
        top = plus(quotient.top, times(less, quotient.bottom), -1.0)
        rest = reduced(Quotient(top, quotient.bottom))
        if not rest.top:
            return n.like(0.0)
        found = self.signed(rest, n)
        if found is None or (found.shape != n.shape and found.shape != ()):
            return None
        return found

    def signed(self, quotient: Quotient, like: Node) -> Node | None:
        """A quotient whose top has one sign, or is the difference of two exponentials."""
        if quotient.positive:
            return self.value(quotient, like)
        negative = Quotient({e: -c for e, c in quotient.top.items()}, quotient.bottom)
        if negative.positive:
            found = self.value(negative, like)
            return None if found is None else -found
        if len(quotient.top) == 2 and min(quotient.bottom.values()) > 0:
            return self._difference(quotient, like)
        if len(quotient.bottom) == 2 and min(quotient.top.values()) > 0:
            below = self._difference(reduced(Quotient(quotient.bottom, quotient.top)), like)
            return None if below is None else like.like(1.0) / below
        return None

    def _difference(self, quotient: Quotient, like: Node) -> Node | None:
        """(a eᴬ − a eᴮ)/D, from the larger of the two."""
        (a, c), (b, d) = sorted(quotient.top.items(), key=lambda item: -len(item[0]))
        if abs(c + d) > 1e-12 * abs(c):
            return None
        gap = self.node(minus_exponent(a, b), like)
        if not b and len(quotient.bottom) == 1 and ONE in quotient.bottom:
            return apply("expm1", gap) * (c / quotient.bottom[ONE])
        above, below = (
            self.value(reduced(Quotient({e: abs(c)}, quotient.bottom)), like) for e in (a, b)
        )
        kind = "quotient_difference" if related(quotient.top) else "independent_quotient_difference"
        found = apply(kind, above, below, gap)
        return found if c > 0 else -found

    # ---- writing

    def node(self, exponent: Exponent, like: Node) -> Node:
        """The node of an exponent."""
        if exponent in self.written:
            return self.written[exponent]
        return combine(Linear(dict(sorted(exponent, key=order)), 0.0), like)

    def log_sum(self, total: Sum, like: Node) -> Node:
        """log Σ aᵢ e^{Aᵢ} for positive coefficients."""
        if total.get(ONE) == 1 and len(total) > 1:
            return softplus(self.log_sum({e: c for e, c in total.items() if e}, like))
        parts = [(self.node(e, like) if e else like.like(0.0), c) for e, c in total.items()]
        return log_sum(*parts)

    def log(self, quotient: Quotient, like: Node) -> Any:
        """log of a positive quotient: ± log(1 + the part by which it differs from 1)."""
        if not quotient.positive:
            return self._log_difference(quotient, like)
        top, bottom = quotient
        if len(top) == 1 and len(bottom) == 1:
            return self.log_sum(shifted(top, bottom), like)
        above = plus(top, bottom, -1.0)
        if above and min(above.values()) > 0:
            return softplus(self.log(reduced(Quotient(above, bottom)), like))
        if above and max(above.values()) < 0:
            below = {e: -c for e, c in above.items()}
            return -softplus(self.log(reduced(Quotient(below, top)), like))
        apart = self._log_apart(top, bottom, like)
        near = self.signed(reduced(Quotient(above, bottom)), like) if related(above) else None
        if near is None:
            return apart
        return apply("log_around_one", near, as_written(apart))

    def _log_apart(self, top: Sum, bottom: Sum, like: Node) -> Node:
        """log Σ − log Σ, with a single exponential taken into the other sum."""
        if len(top) == 1:
            return -self.log_sum(shifted(bottom, top), like)
        if len(bottom) == 1:
            return self.log_sum(shifted(top, bottom), like)
        return self.log_sum(top, like) - self.log_sum(bottom, like)

    def _log_difference(self, quotient: Quotient, like: Node) -> Node | None:
        """log (a eᴬ − a eᴮ)/D = log(a eᴬ/D) + log(1 − e^{B − A})"""
        if len(quotient.top) != 2 or min(quotient.bottom.values()) < 0:
            return None
        (a, c), (b, d) = sorted(quotient.top.items(), key=lambda item: -item[1])
        if abs(c + d) > 1e-12 * c:
            return None
        if not b and quotient.bottom == {ONE: c}:
            return apply("logexpm1", self.node(a, like))
        first = self.log(reduced(Quotient({a: c}, quotient.bottom)), like)
        gap = self.node(minus_exponent(b, a), like)
        size = self.views.log(-gap)
        if size is not None:
            return first + apply("log1mexp_of_small", gap, size)
        return first + apply("log1mexp", gap)

    def value(self, quotient: Quotient, like: Node) -> Any:
        """A positive quotient, written so that no exponential overflows."""
        if not quotient.positive:
            return None
        top, bottom = quotient
        if len(bottom) == 1:
            terms = shifted(top, bottom)
            return added([self.term(e, c, like) for e, c in terms.items()])
        if len(bottom) == 2 and len(top) == 1:
            return self._logistic(top, bottom, like)
        logarithm = self.log(quotient, like)
        return None if logarithm is None else exp(logarithm)

    def _logistic(self, top: Sum, bottom: Sum, like: Node) -> Node:
        """c eᴬ / (b eᴬ + d eᴮ) = (c/b) σ(A − B + log(b/d)), and 1/(eᵘ + eᵛ) without an eᴬ below."""
        ((a, c),) = top.items()
        (first, b), (second, d) = sorted(bottom.items(), key=lambda item: item[0] != a)
        gap = self.node(minus_exponent(first, second), like)
        if first == a:
            return logistic(gap + math.log(b / d)) * (c / b)
        u, v = (self.node(minus_exponent(e, a), like) for e in (first, second))
        return apply("reciprocal_sum", u + math.log(b / c), v + math.log(d / c))

    def term(self, exponent: Exponent, coefficient: float, like: Node) -> Node:
        """a eᴬ"""
        if not exponent:
            return like.like(coefficient)
        return exp(self.node(exponent, like)) * coefficient


def added(nodes: list[Node]) -> Node:
    """The sum of a few nodes."""
    total = nodes[0]
    for other in nodes[1:]:
        total = total + other
    return total
