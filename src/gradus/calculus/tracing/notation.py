"""How one primitive operation is written on the board, and how numbers are.

Formulas are built from terms that know how strongly they hold together, so that parentheses
stand where they are needed and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

CHOICE, COMPARISON, SUM, SIGN, PRODUCT, PREFIX, POWER, ATOM = range(8)  # from loose to tight

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Term(NamedTuple):
    """A piece of a formula.

    Arguments:
        text: what is written.
        binding: how strongly it holds together, from CHOICE (`a if p else b`) to ATOM (a name).
        ndim: how many axes its value has; tells a product of numbers from one of arrays.
    """

    text: str
    binding: int = ATOM
    ndim: int = 0

    def within(self, binding: int) -> str:
        """The text, in parentheses where it holds together less than `binding`."""
        return self.text if self.binding >= binding else f"({self.text})"


Writer = Callable[[Sequence[Term], Mapping[str, Any]], Term]


def written(primitive: str, params: Mapping[str, Any], operands: Sequence[Term]) -> Term:
    """One primitive operation of JAX as it is written on the board.

    Arguments:
        primitive: its name, such as "mul".
        params: its parameters, such as `{"y": 2}` of "integer_pow".
        operands: what it is applied to.

    Primitives without a notation of their own are written as calls.

    >>> written("mul", {}, [Term("v1"), written("add", {}, [Term("x"), Term("y")])]).text
    'v1 · (x + y)'
    >>> written("integer_pow", {"y": 2}, [Term("v1")]).text
    'v1²'
    >>> written("sin", {}, [Term("v1")]).text
    'sin v1'
    """
    writer = WRITERS.get(primitive, call(primitive))
    return writer(operands, params)


def number(value: Any, digits: int = 4) -> str:
    """A number with that many significant digits, with a true minus sign.

    >>> number(-0.41614684), number(-0.00037018342, 6), number(2.0), number(1e-12), number(True)
    ('−0.4161', '−0.000370183', '2', '1e−12', 'true')
    """
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, int | np.integer):
        return str(value).replace("-", "−")
    text = f"{float(value) + 0.0:.{digits}g}"  # + 0.0: no sign for zero
    return text.replace("inf", "∞").replace("e+0", "e").replace("e-0", "e-").replace("-", "−")


def constant(value: Any) -> Term:
    """A constant of a formula: π and e by their names, other numbers with up to six digits.

    >>> constant(3.0).text, constant(math.pi / 2).text, constant(0.1).text
    ('3', 'π/2', '0.1')
    """
    for factor, text in ((1, "π"), (2, "2π"), (0.5, "π/2")):
        if math.isclose(float(value), factor * math.pi, rel_tol=1e-7):
            return Term(text, ATOM if factor == 1 else PRODUCT)
    if math.isclose(float(value), math.e, rel_tol=1e-7):
        return Term("e")
    text = number(value, 6)
    return Term(text, SIGN if text.startswith("−") else ATOM)


def superscript(exponent: int) -> str:
    """A whole number as an exponent: `-2` becomes ⁻²."""
    return str(exponent).translate(SUPERSCRIPTS)


def element_of(name: str, starts: Sequence, limits: Sequence, strides: Any, shape: Sequence) -> str:
    """A part of an array as Python writes it; one row or column where limit and start say so.

    >>> element_of("x", (1,), (2,), None, (3,)), element_of("W", (0, 1), (3, 2), None, (3, 4))
    ('x[1]', 'W[:, 1]')
    """
    parts = []
    for start, limit, step, size in zip(
        starts, limits, strides or [1] * len(shape), shape, strict=True
    ):
        ends = f"{start or ''}:{'' if limit == size else limit}"
        single = limit - start == 1 and size != 1
        parts.append(str(start) if single else ends + (f":{step}" if step != 1 else ""))
    return f"{name}[{', '.join(parts)}]"


def call(name: str) -> Writer:
    """An operation written as a call: `max(a, b)`."""
    return lambda terms, _: Term(f"{name}({', '.join(t.text for t in terms)})", ATOM, axes(terms))


def prefix(name: str, space: str = " ") -> Writer:
    """A function written before its operand: `sin v1`."""

    def write(terms: Sequence[Term], _: Mapping[str, Any]) -> Term:
        (a,) = terms
        if a.binding < ATOM:
            return Term(f"{name}({a.text})", POWER, a.ndim)
        return Term(f"{name}{space}{a.text}", PREFIX if space else POWER, a.ndim)

    return write


def around(left: str, right: str) -> Writer:
    """A function written around its operand: `|v1|`."""
    return lambda terms, _: Term(f"{left}{terms[0].text}{right}", ATOM, axes(terms))


def between(sign: str, binding: int, left: int, right: int) -> Writer:
    """An operation between two operands, each of at least the given binding."""

    def write(terms: Sequence[Term], _: Mapping[str, Any]) -> Term:
        a, b = terms
        return Term(f"{a.within(left)} {sign} {b.within(right)}", binding, axes(terms))

    return write


def axes(terms: Sequence[Term]) -> int:
    """How many axes an elementwise result has."""
    return max((term.ndim for term in terms), default=0)


def _sum(terms: Sequence[Term], _: Mapping[str, Any]) -> Term:
    a, b = terms
    if b.binding == SIGN:  # a + −b
        return Term(f"{a.within(SUM)} − {b.text[1:]}", SUM, axes(terms))
    return Term(f"{a.within(SUM)} + {b.within(SUM)}", SUM, axes(terms))


def _product(terms: Sequence[Term], _: Mapping[str, Any]) -> Term:
    sign = "⊙" if all(term.ndim for term in terms) else "·"
    a, b = terms
    return Term(f"{a.within(PRODUCT)} {sign} {b.within(PRODUCT)}", PRODUCT, axes(terms))


def _matrix_product(terms: Sequence[Term], params: Mapping[str, Any]) -> Term:
    a, b = terms
    (over_a, over_b), (batch, _) = params["dimension_numbers"]
    ndim = a.ndim + b.ndim - 2 * len(over_a) - len(batch)
    if not over_a:
        return Term(f"{a.within(PREFIX)} ⊗ {b.within(PREFIX)}", PRODUCT, ndim)
    left = a.within(PREFIX) + ("ᵀ" if a.ndim > 1 and tuple(over_a) == (0,) else "")
    right = b.within(PREFIX) + ("ᵀ" if b.ndim > 1 and tuple(over_b) == (b.ndim - 1,) else "")
    return Term(f"{left} @ {right}", PRODUCT, ndim)


def _whole_power(terms: Sequence[Term], params: Mapping[str, Any]) -> Term:
    return Term(terms[0].within(ATOM) + superscript(params["y"]), POWER, terms[0].ndim)


def _choice(terms: Sequence[Term], _: Mapping[str, Any]) -> Term:
    which, *cases = terms
    if len(cases) != 2:
        return call("select")(terms, {})
    no, yes = cases
    text = f"{yes.within(SUM)} if {which.within(COMPARISON)} else {no.within(CHOICE)}"
    return Term(text, CHOICE, axes(cases))


def _same(terms: Sequence[Term], _: Mapping[str, Any]) -> Term:
    return terms[0]


def _transposed(terms: Sequence[Term], _: Mapping[str, Any]) -> Term:
    return Term(f"{terms[0].within(ATOM)}ᵀ", POWER, terms[0].ndim)


def _reduced(name: str) -> Writer:
    def write(terms: Sequence[Term], params: Mapping[str, Any]) -> Term:
        over = tuple(params.get("axes", ()))
        ndim = max(terms[0].ndim - len(over), 0)
        where = f" over axis {', '.join(map(str, over))}" if ndim else ""
        return Term(f"{name} {terms[0].within(ATOM)}{where}", PREFIX, ndim)

    return write


def _listed(terms: Sequence[Term], _: Mapping[str, Any]) -> Term:
    return Term(f"[{', '.join(term.text for term in terms)}]", ATOM, max(axes(terms), 1))


PREFIXES = (
    *("exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
    *("asinh", "acosh", "atanh", "erf", "erfc", "sign", "floor", "ceil", "round", "digamma"),
)
COMPARED = {"gt": ">", "lt": "<", "ge": "≥", "le": "≤", "eq": "=", "ne": "≠"}
SAME = (  # what changes shape or type, and no number
    *("broadcast_in_dim", "reshape", "squeeze", "expand_dims", "convert_element_type"),
    *("copy", "copy_p", "pvary"),
)

WRITERS: dict[str, Writer] = {
    **{name: prefix(name) for name in PREFIXES},
    **{name: between(sign, COMPARISON, SUM, SUM) for name, sign in COMPARED.items()},
    **dict.fromkeys(SAME, _same),
    "add": _sum,
    "add_any": _sum,
    "sub": between("−", SUM, SUM, PRODUCT),
    "mul": _product,
    "div": between("/", PRODUCT, POWER, POWER),
    "rem": between("mod", PRODUCT, POWER, POWER),
    "neg": lambda terms, _: Term(f"−{terms[0].within(PRODUCT)}", SIGN, axes(terms)),
    "pow": between("**", POWER, ATOM, ATOM),
    "integer_pow": _whole_power,
    "square": lambda terms, _: _whole_power(terms, {"y": 2}),
    "sqrt": prefix("√", ""),
    "cbrt": prefix("∛", ""),
    "rsqrt": lambda terms, _: Term(f"1 / √{terms[0].within(ATOM)}", PRODUCT, axes(terms)),
    "exp2": lambda terms, _: Term(f"2 ** {terms[0].within(ATOM)}", POWER, axes(terms)),
    "expm1": lambda terms, _: Term(f"exp({terms[0].text}) − 1", SUM, axes(terms)),
    "log1p": lambda terms, _: Term(f"log(1 + {terms[0].within(PRODUCT)})", ATOM, axes(terms)),
    "logistic": call("σ"),
    "lgamma": lambda terms, _: Term(f"log Γ({terms[0].text})", PREFIX, axes(terms)),
    "abs": around("|", "|"),
    "stop_gradient": call("stop_gradient"),
    "and": between("and", COMPARISON, COMPARISON, COMPARISON),
    "or": between("or", COMPARISON, COMPARISON, COMPARISON),
    "not": prefix("not"),
    "clamp": lambda terms, _: call("clip")((terms[1], terms[0], terms[2]), {}),
    "select_n": _choice,
    "dot_general": _matrix_product,
    "transpose": _transposed,
    "reduce_sum": _reduced("Σ"),
    "reduce_prod": _reduced("Π"),
    "reduce_max": _reduced("max"),
    "reduce_min": _reduced("min"),
    "argmax": _reduced("argmax"),
    "argmin": _reduced("argmin"),
    "concatenate": _listed,
    "stack": _listed,
}
