"""Derivatives of single operations as a textbook lists them: sin → cos v, a · b → b and a."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradus.calculus.tracing.notation import ATOM, POWER, PREFIX, SIGN, Term, superscript, written

# (operands, result, params) -> one formula for each operand
Rule = Callable[[Sequence[Term], Term, Mapping[str, Any]], list[Term]]

ONE, MINUS_ONE = Term("1"), Term("−1", SIGN)

PATTERNS = {  # what an operation does to the adjoint that comes back to it
    "add": "add distributes",
    "add_any": "add distributes",
    "sub": "add distributes",
    "mul": "mul switches",
    "max": "max routes",
    "min": "min routes",
    "reduce_max": "max routes",
    "reduce_min": "min routes",
    "select_n": "choice routes",
    "reduce_sum": "sum distributes",
}


def formulas(
    operation: str, params: Mapping[str, Any], operands: Sequence[Term], result: Term
) -> list[str]:
    """The partial derivatives of an operation, one for each operand; empty for unlisted ones.

    Arguments:
        operation: name of the primitive.
        params: its parameters.
        operands: the terms it is applied to.
        result: the term of its own value, for derivatives that use it.

    >>> formulas("mul", {}, [Term("x1"), Term("x2")], Term("v1"))
    ['x2', 'x1']
    >>> formulas("sin", {}, [Term("x1")], Term("v1"))
    ['cos x1']
    """
    rule = RULES.get(operation)
    return [term.text for term in rule(operands, result, params)] if rule else []


def _of(operation: str, *operands: Term, y: int = 1) -> Term:
    return written(operation, {"y": y}, operands)


def _one_over(term: Term) -> Term:
    return _of("div", ONE, term)


def _square(term: Term) -> Term:
    return _of("square", term)


def _whole_power(operands: Sequence[Term], _: Term, params: Mapping[str, Any]) -> list[Term]:
    (a,), n = operands, params["y"]
    factor = Term(str(n).replace("-", "−"), SIGN if n < 0 else ATOM)
    rest = a if n == 2 else Term(a.within(ATOM) + superscript(n - 1), POWER)
    return [_of("mul", factor, rest)]


def _unary(formula: Callable[[Term, Term], Term]) -> Rule:
    return lambda operands, result, _: [formula(operands[0], result)]


def _binary(formula: Callable[[Term, Term, Term], list[Term]]) -> Rule:
    return lambda operands, result, _: formula(operands[0], operands[1], result)


def _matrix_product(operands: Sequence[Term], _: Term, params: Mapping[str, Any]) -> list[Term]:
    """∂(W x)/∂W = I ⊗ xᵀ and ∂(W x)/∂x = W; nothing for products of other shapes."""
    a, b = operands
    over_a = params["dimension_numbers"][0][0]
    if (a.ndim, b.ndim, tuple(over_a)) == (2, 1, (1,)):
        return [Term(f"I ⊗ {b.within(ATOM)}ᵀ"), a]
    if (a.ndim, b.ndim, tuple(over_a)) == (1, 1, (0,)):
        return [Term(f"{b.within(ATOM)}ᵀ"), Term(f"{a.within(ATOM)}ᵀ")]
    return []


RULES: dict[str, Rule] = {
    "add": _binary(lambda a, b, v: [ONE, ONE]),
    "add_any": _binary(lambda a, b, v: [ONE, ONE]),
    "sub": _binary(lambda a, b, v: [ONE, MINUS_ONE]),
    "mul": _binary(lambda a, b, v: [b, a]),
    "div": _binary(
        lambda a, b, v: [_one_over(b), _of("neg", _of("div", a, _square(b)))],
    ),
    "pow": _binary(
        lambda a, b, v: [
            _of("mul", b, _of("pow", a, _of("sub", b, ONE))),
            _of("mul", v, _of("log", a)),
        ]
    ),
    "integer_pow": _whole_power,
    "square": lambda operands, result, _: _whole_power(operands, result, {"y": 2}),
    "neg": _unary(lambda a, v: MINUS_ONE),
    "exp": _unary(lambda a, v: _of("exp", a)),
    "exp2": _unary(lambda a, v: _of("mul", v, Term("log 2", PREFIX))),
    "expm1": _unary(lambda a, v: _of("exp", a)),
    "log": _unary(lambda a, v: _one_over(a)),
    "log1p": _unary(lambda a, v: _one_over(_of("add", ONE, a))),
    "sqrt": _unary(lambda a, v: _one_over(_of("mul", Term("2"), v))),
    "rsqrt": _unary(lambda a, v: _of("neg", _of("div", _of("integer_pow", v, y=3), Term("2")))),
    "sin": _unary(lambda a, v: _of("cos", a)),
    "cos": _unary(lambda a, v: _of("neg", _of("sin", a))),
    "tan": _unary(lambda a, v: _of("add", ONE, _square(v))),
    "asin": _unary(lambda a, v: _one_over(_of("sqrt", _of("sub", ONE, _square(a))))),
    "acos": _unary(lambda a, v: _of("neg", _one_over(_of("sqrt", _of("sub", ONE, _square(a)))))),
    "atan": _unary(lambda a, v: _one_over(_of("add", ONE, _square(a)))),
    "sinh": _unary(lambda a, v: _of("cosh", a)),
    "cosh": _unary(lambda a, v: _of("sinh", a)),
    "tanh": _unary(lambda a, v: _of("sub", ONE, _square(v))),
    "logistic": _unary(lambda a, v: _of("mul", v, _of("sub", ONE, v))),
    "abs": _unary(lambda a, v: _of("sign", a)),
    "dot_general": _matrix_product,
    "reduce_sum": _unary(lambda a, v: ONE),
    "stop_gradient": _unary(lambda a, v: Term("0")),
}
