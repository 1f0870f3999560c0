"""What people see: tables, pictures, formulas, and refusals."""

import math
import operator
import re
import xml.etree.ElementTree as ElementTree

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from gradus.base.errors import InputError
from gradus.calculus.traceable import traced
from gradus.calculus.tracing import derivative, formula, trace
from gradus.calculus.tracing.graph import folded
from gradus.calculus.tracing.notation import Term, number, written
from gradus.calculus.tracing.parser import Typed, values_of
from gradus.calculus.tracing.symbolic import symbolic

SVG = "{http://www.w3.org/2000/svg}"


def branches(x):
    if x > 0:
        return x
    return -x


def branches_and_loops(x):
    y = lax.cond(x > 1, lambda x: jnp.sin(x) * x, lambda x: 2 * x, x)
    y = lax.fori_loop(0, 100, lambda i, c: 0.5 * c + x, y)
    return lax.while_loop(lambda c: c > 1, lambda c: 0.5 * c, y)


@jax.jit
def share(v):
    return jax.nn.softmax(jnp.stack([v, -v]))[0]


def wide(x):
    values = [jnp.sin(k * x) for k in range(1, 9)]
    return sum(share(v) for v in values)


def chain(x):
    for _ in range(30):
        x = jnp.sin(x) + x
    return x


PROGRAMS = {
    "one number": (lambda x: x, (1.0,)),
    "a constant": (lambda x: 3.0, (1.0,)),
    "two numbers": (lambda x, y: x * y + jnp.sin(x), (1.0, 2.0)),
    "arrays": (lambda W, x: jnp.sum(jax.nn.softmax(W @ x) ** 2), (np.eye(3), np.ones(3))),
    "branches and loops": (branches_and_loops, (1.5,)),
    "many named functions": (wide, (0.5,)),
    "a long chain": (chain, (0.5,)),
    "letters that need escaping": (lambda x: jnp.where(x < 1, x, 2 * x), (0.5,)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_pictures_are_well_formed_and_their_boxes_apart(name):
    f, args = PROGRAMS[name]
    picture = ElementTree.fromstring(trace(f)(*map(jnp.asarray, args)).graph.svg())
    rects = [
        [float(r.get(k, "nan")) for k in ("x", "y", "width", "height")]
        for r in picture.iter(f"{SVG}rect")
    ]
    assert len(rects) > 0
    for i, (x, y, w, h) in enumerate(rects):
        for x2, y2, w2, h2 in rects[:i]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    assert max(x + w for x, _, w, _ in rects) <= width
    assert max(y + h for _, y, _, h in rects) <= height


def test_many_steps_are_folded_by_named_function():
    program = trace(wide)(0.5).program
    assert len(program.nodes) > 60
    items = folded(program.nodes)
    assert len(items) <= 60
    assert [item.folded for item in items].count("share") == 8


def test_the_table_shows_the_branch_taken_and_folds_loops():
    text = str(trace(branches_and_loops)(1.5).graph)
    assert "if x > 1 (true), branch 1 taken\n  v1 " in text
    assert "step 5 of 100\n" in text
    assert "step 6 of 100" not in text
    assert "… 95 more steps\n" in text
    assert "step 1 of 2, while v202 > 1" in text
    assert "(false), branch 0 taken" in str(trace(branches_and_loops)(0.5).graph)


def test_sums_over_consumers_are_shown_as_sums():
    text = str(trace(lambda x: x * x + jnp.sin(x))(2.0).reverse())
    assert "1 · (−0.4161) + 1 · 2 + 1 · 2 = 3.584" in text


def test_tables_are_html_too():
    html = trace(lambda x: jnp.where(x < 1, x, 2 * x))(0.5).reverse()._repr_html_()
    rows = ElementTree.fromstring(html).findall(".//tbody/tr")
    assert "x if x &lt; 1 else v1" in html
    assert len(rows) == 3


def test_structures_keep_their_form():
    at = trace(lambda p: p["w"] * p["b"])({"w": 2.0, "b": 3.0})
    assert jax.tree.map(float, at.gradient) == ({"w": 3.0, "b": 2.0},)
    assert "p['b']" in str(at.graph)


# formula -> its derivative as people write it
FORMULAS = {
    lambda x: jnp.sin(x) ** 2: "df/dx = 2 · sin x · cos x",
    lambda x: x**3 - 2 * x / 3 + 1: "df/dx = 3 · x² − 2/3",
    lambda x: 1 * x + 0 * x + 5: "df/dx = 1",
    lambda x: jnp.exp(2 * x): "df/dx = 2 · exp(2 · x)",
    lambda x: jnp.sqrt(1 + x**2): "df/dx = x / √(x² + 1)",
    lambda x: jax.nn.sigmoid(x): "df/dx = σ(x) · (1 − σ(x))",
    lambda x: jnp.log(x) / x: "df/dx = 1 / x² − (log x) / x²",
    lambda x: lax.fori_loop(0, 3, lambda i, c: c * x, 1.0): "df/dx = 3 · x²",
    lambda x: jnp.where(x > 0, x, -x): "df/dx = 1 if x > 0 else −1",
    lambda x, y: x * y + jnp.sin(x): "∂f/∂x = y + cos x",
}


@pytest.mark.parametrize("f", FORMULAS)
def test_derivatives_print_as_people_write_them(f):
    assert str(derivative(f)) == FORMULAS[f]


def test_derivatives_of_derivatives_have_their_name():
    f = lambda x, y: x**2 * y  # noqa: E731
    assert str(derivative(derivative(f), 1)) == "∂²f/∂y∂x = 2 · x"
    assert str(derivative(derivative(f))) == "∂²f/∂x² = 2 · y"


def test_a_long_part_that_occurs_twice_is_written_once():
    text = formula(lambda x: jnp.sin(x**5 + 2 * x**3 + 1) * jnp.exp(x**5 + 2 * x**3 + 1), 1.0)
    assert text == "sin a · exp a\n  where a = x⁵ + 2 · x³ + 1"


def test_a_derivative_is_drawn_without_ones():
    graph = trace(derivative(lambda x: jnp.sin(x) ** 2))(1.0).graph
    assert [n.expression for n in graph.program.nodes[1:]] == [
        *("sin x", "cos x", "2 · v1", "v2 · v3"),
    ]


@pytest.mark.parametrize(
    ("primitive", "operands", "text"),
    [
        ("mul", ["a + b", "c"], "(a + b) · c"),
        ("sub", ["a", "a + b"], "a − (a + b)"),
        ("div", ["a", "a · b"], "a / (a · b)"),
        ("neg", ["a + b"], "−(a + b)"),
        ("sin", ["a + b"], "sin(a + b)"),
        ("unheard_of", ["a", "b"], "unheard_of(a, b)"),
    ],
)
def test_parentheses_stand_where_they_are_needed(primitive, operands, text):
    terms = {"a": Term("a"), "b": Term("b"), "c": Term("c")}
    terms["a + b"] = written("add", {}, [terms["a"], terms["b"]])
    terms["a · b"] = written("mul", {}, [terms["a"], terms["b"]])
    assert written(primitive, {}, [terms[o] for o in operands]).text == text


def test_numbers_are_short():
    assert [number(v) for v in (0.0, -0.0, -2.0, 1e-12, math.inf, math.nan)] == [
        *("0", "0", "−2", "1e−12", "∞", "nan"),
    ]


@jax.custom_vjp
def with_a_gradient_of_its_own(x):
    return x * x


with_a_gradient_of_its_own.defvjp(lambda x: (x * x, x), lambda x, g: (3 * x * g,))


def test_gradients_of_their_own_are_kept():
    assert float(trace(with_a_gradient_of_its_own)(2.0).gradient[0]) == 6


REFUSALS = {
    "no function": (lambda: trace(2.0), "an object of type float"),
    "a value of the function": (lambda: trace(jnp.sin(1.0))(1.0), "give the function itself"),
    "too few arguments": (lambda: trace(lambda x: x)(), "missing a required argument: 'x'"),
    "too many arguments": (lambda: derivative(lambda x: x)(1.0, 2.0), "too many positional"),
    "an unknown name": (lambda: trace(lambda x: x)(1.0, y=2.0), "unexpected keyword"),
    "complex numbers": (lambda: trace(lambda x: jnp.abs(jnp.exp(1j * x)))(1.0), "real numbers"),
    "no parentheses": (lambda: Typed("sin x"), r"sin\(x\)"),
    "an equation": (lambda: Typed("y = x**2"), "right side alone"),
    "a word of Python": (lambda: Typed("lambda*x"), "choose another name"),
    "forward through a gradient of its own": (
        lambda: trace(with_a_gradient_of_its_own)(2.0).forward(),
        r"call reverse\(\)",
    ),
    "a Python condition": (
        lambda: trace(lambda x: x if x > 0 else -x)(1.0),
        "test_looks.py:.*x > 0",
    ),
    "a whole number": (lambda: trace(lambda x: x)(2), "give 2.0 instead of 2"),
    "a whole number to differentiate by": (lambda: derivative(lambda x: x)(2), "give 2.0"),
    "integers": (lambda: trace(lambda x: x)(jnp.arange(3)), "an array of int32"),
    "text": (lambda: trace(lambda x: x)("2"), "floating-point numbers"),
    "a yes or no": (lambda: trace(lambda x: x > 0)(1.0), "an array of bool"),
    "nothing": (lambda: trace(lambda x: None)(1.0), "nothing"),
    "several results": (lambda: trace(lambda x: x * x)(jnp.ones(3)).reverse(), r"shape \(3,\)"),
    "too few seeds": (lambda: trace(lambda x, y: x * y)(1.0, 1.0).forward(1), "each of 2"),
    "a seed of another shape": (
        lambda: trace(lambda x: jnp.sum(x))(jnp.ones(3)).forward(jnp.ones(2)),
        r"shape \(2,\)",
    ),
    "no such argument": (lambda: derivative(lambda x: x, 1), r"0 \(x\)"),
    "the derivative of a number": (lambda: derivative(2.0), "a function"),
    "the gradient of an array": (lambda: derivative(lambda x: x)(jnp.ones(3)), "sum the result"),
    "a power with ^": (lambda: Typed("x^2"), r"x \*\* 2"),
    "a missing sign": (lambda: Typed("2x"), r"2\*x"),
    "a missing parenthesis": (lambda: Typed("sin(x"), "parentheses"),
    "an unknown function": (lambda: Typed("sine(x)"), "did you mean 'sin'"),
    "an attribute": (lambda: Typed("x.real"), "x.real"),
    "code": (lambda: Typed("__import__('os').system('ls')"), "a function"),
    "a comprehension": (lambda: Typed("[x for x in y]"), "numbers, variables"),
    "text in a formula": (lambda: Typed("x + 'a'"), "'a'"),
    "an operand missing": (lambda: Typed("max(x)"), r"max\(a, b\)"),
    "a bare function": (lambda: Typed("sin + 1"), r"write sin\(x\)"),
    "a missing value": (lambda: values_of("x=1", ("x", "y")), "none for y"),
    "an unknown variable": (lambda: values_of("x11=1", ("x1", "x2")), "did you mean 'x1'"),
    "a value twice": (lambda: values_of("x=1,x=2", ("x",)), "give x once"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_slips_are_explained(case):
    act, words = REFUSALS[case]
    with pytest.raises(InputError) as refused:
        act()
    assert re.search(words, str(refused.value))


def test_typed_formulas_compute():
    assert float(Typed("2·x² − π")(3.0)) == pytest.approx(18 - math.pi)
    assert float(Typed("x if x > 0 else -x")(-2.0)) == 2
    assert float(Typed("9**9**9 * x")(1.0)) == math.inf
    assert float(Typed("x**-2")(2.0)) == 0.25
    assert Typed("b*a + sin(b)").variables == ("b", "a")


# Derivatives as they stand on the board: f -> its first and its second derivative.
BOARD = {
    "tanh": (jnp.tanh, "1 − (tanh x)²", "−2 · tanh x · (1 − (tanh x)²)"),
    "σ": (jax.nn.sigmoid, "σ(x) · (1 − σ(x))", "σ(x) · (1 − σ(x)) · (1 − 2 · σ(x))"),
    "softplus": (
        lambda x: jnp.log(1 + jnp.exp(x)),
        "(exp x) / (exp x + 1)",
        "(exp x) / (exp x + 1)²",
    ),
    "ELU": (jax.nn.elu, "1 if x > 0 else exp x", "0 if x > 0 else exp x"),
    "expm1": (jnp.expm1, "exp x", "exp x"),
    "|x|": (jnp.abs, "1 if x ≥ 0 else −1", "0"),
    "max(x, 0)": (lambda x: jnp.maximum(x, 0), "(1 if x ≥ 0 else 0) / (2 if x ≤ 0 else 1)", "0"),
    "2ˣ": (lambda x: 2.0**x, "2 ** x · log 2", "2 ** x · (log 2)²"),
    "erf": (jax.scipy.special.erf, "1.12838 · exp(−x²)", "−2.25676 · x · exp(−x²)"),
    "a gate": (lambda x: jnp.tanh(3 * x), "3 · (1 − (tanh(3 · x))²)", None),
    "xˣ": (lambda x: x**x, "x ** x + x ** x · log x", None),
    "log of softplus": (
        jax.nn.softplus,
        "exp(x − logaddexp(x, 0))",
        "a · (1 − a)\n  where a = exp(x − logaddexp(x, 0))",
    ),
}


@pytest.mark.parametrize("name", BOARD)
def test_derivatives_as_on_the_board(name):
    f, first, second = BOARD[name]
    slope = derivative(f)
    assert slope.formula(1.0) == first
    assert second is None or derivative(slope).formula(1.0) == second


OPERATIONS = {  # of formulas -> what they compute
    "logistic": lambda a: 1 / (1 + math.exp(-a)),
    "logaddexp": np.logaddexp,
    "select_n": lambda which, *cases: cases[int(which)],
    "log1p": np.log1p,
    "pow": lambda a, b: a**b,
    **{name: getattr(operator, name) for name in ("gt", "ge", "lt", "le", "eq")},
    **{name: getattr(math, name) for name in ("tanh", "exp", "log", "cos", "sin", "sqrt")},
}


def worth(formula, x):
    """The value of a tidy formula of one variable."""
    if formula.kind in ("number", "symbol"):
        return formula.head if formula.kind == "number" else x
    values = [worth(operand, x) for operand in formula.operands]
    if formula.kind == "call":
        return OPERATIONS[formula.head](*values)
    weights = [weight for _, weight in formula.parts]
    if formula.kind == "sum":
        return formula.head + sum(w * v for v, w in zip(values, weights, strict=True))
    return math.prod(v**w for v, w in zip(values, weights, strict=True))


TIDIED = {
    "gelu": jax.nn.gelu,
    "swish": jax.nn.silu,
    "ELU": jax.nn.elu,
    "softplus": jax.nn.softplus,
    "xˣ": lambda x: x**x,
    "cosine of a gate": lambda x: jnp.cos(jnp.tanh(3 * x) * jax.nn.sigmoid(x)),
    "a guarded logarithm": lambda x: jnp.where(x > 1, jnp.log(jnp.where(x > 1, x, 1)), x - 1),
    "a mirrored product": lambda x: (2 + 2 * jnp.sin(x)) * (1 - jnp.sin(x)) / (1 + x**2),
}


@pytest.mark.parametrize("name", TIDIED)
def test_tidying_keeps_values(name, float64):
    """What is printed is worth what is computed, to the third derivative."""
    f = TIDIED[name]
    for _ in range(4):
        (found,) = symbolic(traced(f, 1.0), ["x"])
        for x in (0.6, 1.7):
            assert worth(found, x) == pytest.approx(float(f(x)), rel=1e-9)
        f = derivative(f)


def test_arguments_may_be_named():
    seen = trace(lambda x, y: x * y)(2.0, y=3.0)
    assert [float(g) for g in seen.gradient] == [3.0, 2.0]
    assert float(derivative(lambda x, y: x**y, 1)(y=2.0, x=1.0)) == 0.0


def test_only_elementwise_jacobians_are_called_diagonal():
    at = trace(lambda W, x: jnp.sum((W @ x) ** 2))(jnp.eye(2), jnp.ones(2))
    table = at.reverse().text()
    assert "∂x: W (2 × 2)" in table
    assert "2 · v1 (2 × 2, diagonal)" in table


def test_names_of_parts_are_used():
    """Every `where` names something that is written."""

    def step(w):
        return w - w**3

    first, *others = derivative(lambda w: step(step(step(w)))).formula(1.0).splitlines()
    for line in others:
        name = line.removeprefix("  where ").split(" = ")[0]
        assert re.search(rf"\b{name}\b", first + "".join(others).replace(line, ""))
