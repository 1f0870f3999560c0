"""Formulas such as `sales ~ TV * radio`: read, and refused where they are more than formulas.

The library that turns formulas into numbers evaluates parts of them as Python, some already while
it reads them. A formula may come from a file or the command line, so every part is compared with
a short grammar first: names of columns, arithmetic with numbers, and the functions below.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from gradus.base.errors import InputError, nearest

ELEMENTWISE = ("I", "log", "log10", "exp", "sqrt", "center", "scale")
HIGHEST_DEGREE = 20
POWERS, ORDERS = ("**", "^"), ("1", "2", "3")  # of sums; higher orders have no end of terms
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
GRAMMAR = (
    f"columns, numbers, + - * / **, {', '.join(ELEMENTWISE)}, poly(x, 2),\n    C(x), "
    "C(x, contr.treatment('level')), C(x, contr.sum())"
)
QUOTED = re.compile(r"`([^`]*)`")


class Formula(NamedTuple):
    """A formula that is safe to evaluate.

    Arguments:
        text: as it was written.
        target: the left side, as it was written.
        target_columns, columns: the columns that the left and the right side name.
        parsed: both sides, as formulaic holds them.
    """

    text: str
    target: str
    target_columns: tuple[str, ...]
    columns: tuple[str, ...]
    parsed: Any

    @property
    def transformed(self) -> bool:
        """Whether the target is more than a column: log(sales)."""
        return (self.target,) != self.target_columns

    @property
    def labels(self) -> bool:
        """Whether the values of the target are classes, whatever they look like: C(year)."""
        names = (form for name in self.target_columns for form in (f"C({name})", f"C(`{name}`)"))
        return self.transformed and self.target in names


def read_formula(text: str, columns: Sequence[str]) -> Formula:
    """Read a formula over a table with these columns.

    Arguments:
        text: target ~ terms. `a + b` takes both, `a:b` their product, `a * b` means a + b + a:b,
            `- 1` leaves the intercept out, `.` is every other column. Names that are no plain
            words stand in backquotes.
        columns: names of the table's columns.

    Raises InputError for a formula that cannot be read, that names an unknown column, or that
    asks for anything else than `GRAMMAR`.

    >>> read_formula("sales ~ TV * `radio time`", ["sales", "TV", "radio time"]).columns
    ('TV', 'radio time')
    """
    parsed = _parsed(text, columns)
    left, right = _sides(text, parsed)
    target_columns = _used(left, columns)
    used = _used(right, columns)
    if set(target_columns) & set(used):
        raise InputError(
            f"formula {text!r}",
            expected="a target that is not among the terms",
            got=f"{target_columns[0]!r} on both sides of ~",
            fix="take it out of the right side",
        )
    return Formula(text, left[0].expr, target_columns, used, parsed)


def columns_of(expression: str, columns: Sequence[str]) -> set[str]:
    """The columns that one factor of a formula names.

    Raises InputError for whatever is no part of `GRAMMAR`.

    >>> sorted(columns_of("I(a * `b c` ** 2)", ["a", "b c"]))
    ['a', 'b c']
    >>> columns_of("I(a.b)", ["a"])
    Traceback (most recent call last):
    gradus.base.errors.InputError: formula: a.b is not allowed
      Expected: columns, numbers, + - * / **, I, log, log10, exp, sqrt, center, scale, poly(x, 2),
        C(x), C(x, contr.treatment('level')), C(x, contr.sum())
      Got:      a.b
      Fix:      compute it as a column of the table first; put names with dots in backquotes
    """
    quoted = QUOTED.findall(expression)
    places = iter(range(len(quoted)))
    plain = QUOTED.sub(lambda _: f"_quoted_{next(places)}", expression)
    names = {f"_quoted_{i}": name for i, name in enumerate(quoted)}
    found = _names(ast.parse(plain, mode="eval").body)
    return {_known(names.get(name, name), columns) for name in found}


def _parsed(text: Any, columns: Sequence[str]) -> Any:
    """The formula as formulaic reads it, every part of it compared with the grammar before."""
    if not isinstance(text, str) or "~" not in text:
        raise InputError(
            "formula",
            expected="text such as 'sales ~ TV + radio'",
            got=repr(text),
            fix="write the target, ~, and the terms",
        )
    formulaic = formulaic_library()
    context = {"__formulaic_variables_available__": list(columns)}  # what a dot stands for
    try:
        _check_tokens(text, columns)
        return formulaic.Formula(text, _context=context)
    except (formulaic.errors.FormulaicError, SyntaxError, RecursionError, MemoryError) as error:
        raise InputError(
            f"formula {text!r} cannot be read",
            expected="target ~ terms, as in 'sales ~ TV * radio + I(newspaper**2)'",
            got=(str(error).splitlines() or [type(error).__name__])[0],
            fix="correct it; put names with blanks or signs in backquotes: `radio time`",
        ) from None


def _check_tokens(text: str, columns: Sequence[str]) -> None:
    """Compare every piece of Python with the grammar; refuse powers that mean something else."""
    from formulaic.parser.algos.tokenize import tokenize
    from formulaic.parser.types import Token

    tokens = list(tokenize(text))
    for token in tokens:
        if token.kind is Token.Kind.PYTHON:
            columns_of(token.token, columns)
    for before, token in pairwise(tokens):
        of_column = token.token in POWERS and before.kind is not Token.Kind.CONTEXT
        if of_column or (before.token in POWERS and token.token not in ORDERS):
            raise InputError(
                f"formula {text!r}: {before.token} {token.token}",
                expected="(a + b)**2 or (a + b + c)**3 for the products of columns",
                got="the power of a column" if of_column else f"the power {token.token}",
                fix="write I(a**2) for the square of a column",
            )


def formulaic_library() -> Any:
    """formulaic, or a word about where to get it."""
    try:
        import formulaic
        import formulaic.errors
        import statsmodels  # noqa: F401 - the two come together
    except ImportError as error:
        raise InputError(
            "linear models by formula",
            expected="the packages formulaic and statsmodels",
            got=f"no {error.name}",
            fix='pip install "gradus[stats]"',
        ) from None
    return formulaic


def _sides(text: str, parsed: Any) -> tuple[list, list]:
    """The factors of the one term on the left, and of all terms on the right."""
    left, right = getattr(parsed, "lhs", ()), getattr(parsed, "rhs", ())
    plain = all(type(side).__name__ == "SimpleFormula" for side in (left, right))
    if not plain or len(left) != 1 or len(left[0].factors) != 1:
        raise InputError(
            f"formula {text!r}",
            expected="one target on the left of ~ and one sum of terms on the right",
            got="several targets, several parts, or no target",
            fix="fit one formula at a time; write I(a + b) for a sum as the target",
        )
    return list(left[0].factors), [factor for term in right for factor in term.factors]


def _used(factors: Iterable[Any], columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that factors name, in the order of the table."""
    found: set[str] = set()
    for factor in factors:
        method = factor.eval_method.value
        if method == "lookup":
            found.add(_known(factor.expr, columns))
        elif method == "python":
            found |= columns_of(factor.expr, columns)
    return tuple(name for name in columns if name in found)


def _names(node: ast.AST) -> set[str]:
    """The names in an expression of the grammar."""
    match node:
        case ast.Call(ast.Name("C"), [ast.Name(name)], []):
            return {name}
        case ast.Call(ast.Name("C"), [ast.Name(name), contrast], []) if _is_contrast(contrast):
            return {name}
        case ast.Call(ast.Name("poly"), [inner, ast.Constant(int(degree))], []) if (
            1 <= degree <= HIGHEST_DEGREE
        ):
            return _arithmetic(inner)
    return _arithmetic(node)


def _arithmetic(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(name):
            return {name}
        case ast.Constant(value) if type(value) in (int, float):
            return set()
        case ast.UnaryOp(ast.USub() | ast.UAdd(), inner):
            return _arithmetic(inner)
        case ast.BinOp(base, ast.Pow(), exponent) if _is_exponent(exponent) and _arithmetic(base):
            return _arithmetic(base)
        case ast.BinOp(left, op, right) if isinstance(op, ARITHMETIC):
            return _arithmetic(left) | _arithmetic(right)
        case ast.Call(ast.Name(function), [inner], []) if function in ELEMENTWISE:
            return _arithmetic(inner)
    raise InputError(
        f"formula: {ast.unparse(node)} is not allowed",
        expected=GRAMMAR,
        got=ast.unparse(node),
        fix="compute it as a column of the table first; put names with dots in backquotes",
    )


def _is_exponent(node: ast.AST) -> bool:
    """A small number: powers of large ones would never end."""
    match node:
        case ast.UnaryOp(ast.USub(), inner):
            return _is_exponent(inner)
        case ast.Constant(int() | float() as value):
            return value <= HIGHEST_DEGREE
    return False


def _is_contrast(node: ast.AST) -> bool:
    match node:
        case ast.Call(ast.Attribute(ast.Name("contr"), "treatment"), [ast.Constant()], []):
            return True
        case ast.Call(
            ast.Attribute(ast.Name("contr"), "treatment"), [], [ast.keyword("base", ast.Constant())]
        ):
            return True
        case ast.Call(ast.Attribute(ast.Name("contr"), "sum"), [], []):
            return True
    return False


def _known(name: str, columns: Sequence[str]) -> str:
    if name not in columns:
        raise InputError(
            f"formula: no column is called {name!r}",
            expected=f"one of {', '.join(map(repr, columns))}",
            got=repr(name),
            fix=nearest(name, columns),
        )
    return name
