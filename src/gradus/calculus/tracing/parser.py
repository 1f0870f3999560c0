"""Formulas that people type, read without running them: x1*x2 + sin(x1)."""

from __future__ import annotations

import ast
import inspect
import keyword
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, nearest

LONGEST = 2000  # letters
HIGHEST_POWER = 64  # that is multiplied out

FUNCTIONS: dict[str, tuple[Callable, int]] = {  # name -> function, number of arguments
    **{
        name: (getattr(jnp, name), 1)
        for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
    },
    **{name: (getattr(jnp, name), 1) for name in ("exp", "log", "log1p", "expm1", "sqrt", "abs")},
    "ln": (jnp.log, 1),
    "sigmoid": (jax.nn.sigmoid, 1),
    "σ": (jax.nn.sigmoid, 1),
    "softplus": (jax.nn.softplus, 1),
    "relu": (jax.nn.relu, 1),
    "erf": (jax.scipy.special.erf, 1),
    "max": (jnp.maximum, 2),
    "min": (jnp.minimum, 2),
}
CONSTANTS = {"pi": np.pi, "π": np.pi, "e": np.e}
OPERATIONS: dict[type, Callable] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
    ast.GtE: operator.ge,
    ast.LtE: operator.le,
}
SLIPS = (  # what people write, and what to write instead
    (r"[^<>=]=[^=]", "give the right side alone: x**2, not y = x**2"),
    (rf"\b({'|'.join(FUNCTIONS)})\s+\w", "write arguments in parentheses: sin(x)"),
    (
        rf"\b({'|'.join({*keyword.kwlist} - {'if', 'else'})})\b",
        "choose another name: lambda, for one, has a meaning in Python",
    ),
    (r"\d\s*[A-Za-z(]|\)\s*[\w(]", "write every product with *: 2*x, (a + b)*c"),
    ("", "look for missing parentheses and signs"),
)
BOARD = str.maketrans({"·": "*", "−": "-", "×": "*", "≥": ">=", "≤": "<="})
SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

Evaluate = Callable[[Mapping[str, Any]], Any]


class Typed:
    """A typed formula as a function of its variables, in the order in which they appear.

    Arguments:
        text: the formula.

    Raises InputError for what is no formula, naming the place.

    >>> f = Typed("x1*x2 + sin(x1)")
    >>> f.variables
    ('x1', 'x2')
    >>> print(f(2.0, 3.0))
    6.9092975
    """

    __name__ = "f"

    def __init__(self, text: str):
        self.text = text
        found: dict[str, None] = {}
        self.evaluate = _read(_parsed(text), found)
        self.variables = tuple(found)
        kind = inspect.Parameter.POSITIONAL_ONLY
        self.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in found])

    def __call__(self, *values: Any) -> Any:
        """Its value."""
        return self.evaluate(dict(zip(self.variables, values, strict=True)))


def values_of(text: str, variables: tuple[str, ...]) -> list[float]:
    """The values that `x1=2,x2=pi/2` gives to some variables, in their order.

    Raises InputError for missing, unknown and repeated names, and for what is no number.

    >>> values_of("x2=1/2, x1=2", ("x1", "x2"))
    [2.0, 0.5]
    """
    given: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name not in variables or name in given:
            _refuse_value(part, name, variables, given)
        number = Typed(value)
        if number.variables:
            _refuse_value(part, name, variables, given)
        given[name] = float(number())
    missing = [name for name in variables if name not in given]
    if missing:
        raise InputError(
            "values of the variables",
            expected=f"a value for {', '.join(variables)}",
            got=f"none for {', '.join(missing)}",
            fix="add " + ",".join(f"{name}=1" for name in missing),
        )
    return [given[name] for name in variables]


def _refuse_value(part: str, name: str, variables: tuple[str, ...], given: dict) -> NoReturn:
    if name in given:
        fix = f"give {name} once"
    elif name in variables:
        fix = f"give a number: {name}=2"
    else:
        fix = nearest(name, variables) if variables else "leave it out: the formula has no variable"
    raise InputError(
        f"value {part!r}",
        expected=f"name=number, with a name from {', '.join(variables) or 'the formula'}",
        got=part,
        fix=fix,
    )


def _parsed(text: str) -> ast.expr:
    """The formula as a tree; what stands on the board becomes what Python writes."""
    plain = SUPERSCRIPT.sub(lambda power: f"**({power.group().translate(DIGITS)})", text)
    try:
        if len(text) > LONGEST:
            raise SyntaxError(f"longer than {LONGEST} letters")
        return ast.parse(plain.translate(BOARD).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(
            "formula" + (f" {text!r}" if len(text) < 80 else ""),
            expected="one formula such as x1*x2 + sin(x1)",
            got=getattr(error, "msg", None) or "something that cannot be read",
            fix=next(fix for pattern, fix in SLIPS if re.search(pattern, text)),
        ) from None


def _read(node: ast.expr, found: dict[str, None]) -> Evaluate:
    """How to evaluate a part of a formula; the variables met are added to `found`."""
    reader = READERS.get(type(node))
    if reader is None:
        _refuse(node, "numbers, variables, + − * / **, functions, and a if x > 0 else b")
    return reader(node, found)


def _refuse(node: ast.AST, expected: str, fix: str = "write it with these") -> NoReturn:
    text = ast.unparse(node)
    raise InputError("formula", expected=expected, got=text, fix=fix)


def _number(node: Any, _: dict) -> Evaluate:
    if type(node.value) not in (int, float):
        _refuse(node, "numbers, names and functions", "leave out what is no number")
    value = float(node.value)
    return lambda _: jnp.asarray(value, float)


def _name(node: Any, found: dict) -> Evaluate:
    name = node.id
    if name in CONSTANTS:
        return lambda _: jnp.asarray(CONSTANTS[name], float)
    if name in FUNCTIONS:
        _refuse(node, f"{name} of something", f"write {name}(x)")
    found[name] = None
    return lambda values: values[name]


def _operation(node: Any, found: dict) -> Evaluate:
    if isinstance(node.op, ast.BitXor):
        left, right = ast.unparse(node.left), ast.unparse(node.right)
        _refuse(node, "powers written with **", f"write {left} ** {right}; ^ is no power here")
    if type(node.op) not in OPERATIONS:
        _refuse(node, "+ − * / and **")
    apply = OPERATIONS[type(node.op)]
    left, power = _read(node.left, found), _whole(node.right)
    if isinstance(node.op, ast.Pow) and power is not None:
        return lambda values: left(values) ** power
    right = _read(node.right, found)
    return lambda values: apply(left(values), right(values))


def _whole(node: ast.expr) -> int | None:
    """A small whole number as it stands; None for all else."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
    return value if type(value) is int and abs(value) <= HIGHEST_POWER else None


def _sign(node: Any, found: dict) -> Evaluate:
    if type(node.op) not in OPERATIONS:
        _refuse(node, "the signs + and −")
    apply, inner = OPERATIONS[type(node.op)], _read(node.operand, found)
    return lambda values: apply(inner(values))


def _call(node: Any, found: dict) -> Evaluate:
    name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
    if name not in FUNCTIONS:
        product = name in CONSTANTS or name in found or isinstance(node.func, ast.Constant)
        fix = f"write {name}*(…) for a product" if product else nearest(name, FUNCTIONS)
        _refuse(node, f"a function: {', '.join(FUNCTIONS)}", fix)
    function, count = FUNCTIONS[name]
    if len(node.args) != count or node.keywords:
        example = ", ".join("ab"[:count])
        _refuse(node, f"{name}({example})", f"give {count} argument{'s' * (count > 1)}")
    inner = [_read(argument, found) for argument in node.args]
    return lambda values: function(*[i(values) for i in inner])


def _comparison(node: Any, found: dict) -> Evaluate:
    if len(node.ops) != 1 or type(node.ops[0]) not in OPERATIONS:
        _refuse(node, "one comparison with >, <, >= or <=")
    apply = OPERATIONS[type(node.ops[0])]
    left, right = _read(node.left, found), _read(node.comparators[0], found)
    return lambda values: apply(left(values), right(values))


def _choice(node: Any, found: dict) -> Evaluate:
    if not isinstance(node.test, ast.Compare):
        _refuse(node, "a comparison after `if`", "write x if x > 0 else 0")
    test, yes, no = (_read(part, found) for part in (node.test, node.body, node.orelse))
    return lambda values: jnp.where(test(values), yes(values), no(values))


READERS: dict[type, Callable[[Any, dict], Evaluate]] = {
    ast.Constant: _number,
    ast.Name: _name,
    ast.BinOp: _operation,
    ast.UnaryOp: _sign,
    ast.Call: _call,
    ast.Compare: _comparison,
    ast.IfExp: _choice,
}
