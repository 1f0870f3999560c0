"""What a formula may say, and how columns become numbers."""

import builtins
import os

import numpy as np
import polars as pl
import pytest

from gradus import InputError
from gradus.models import linear
from gradus.models.linear.design import design
from gradus.models.linear.formula import read_formula

TABLE = {
    "y": [1.0, 3.0, 2.0, 5.0, 4.0, 7.0],
    "x": [1.0, 2.0, 3.0, 4.0, 6.0, 5.0],
    "n": [100_000, 200_000, 1, 2, 3, 4],
    "g": ["b", "a", "c", "a", "b", "c"],
    "year": [2004, 2003, 2003, 2005, 2005, 2004],
    "yes": [True, False, True, True, False, False],
    "odd name": [1.0, 1.0, 2.0, 3.0, 5.0, 8.0],
    "a.b": [3.0, 1.0, 4.0, 1.0, 5.0, 9.0],
}
X = np.array(TABLE["x"])


def columns(formula):
    """The columns of X by name, the intercept left out."""
    made = design(formula, TABLE, full_rank=False)
    return {t: made.x[:, i] for i, t in enumerate(made.terms) if t != "Intercept"}


def test_numbers_products_and_powers():
    found = columns("y ~ x * `odd name` + I(x**2) + I(x / (n - 0.5)) + log(x) + sqrt(x) + exp(-x)")
    odd, n = np.array(TABLE["odd name"]), np.array(TABLE["n"], float)
    expected = {
        "x": X,
        "odd name": odd,
        "I(x ** 2)": X**2,
        "I(x / (n - 0.5))": X / (n - 0.5),
        "log(x)": np.log(X),
        "sqrt(x)": np.sqrt(X),
        "exp(-x)": np.exp(-X),
        "x:odd name": X * odd,
    }
    assert found.keys() == expected.keys()
    for term, values in expected.items():
        np.testing.assert_allclose(found[term], values, err_msg=term)


def test_powers_of_counts_do_not_overflow():
    np.testing.assert_array_equal(columns("y ~ I(n**4)")["I(n ** 4)"][:2], [1e20, 1.6e21])


def test_text_becomes_dummies_with_the_first_level_as_baseline():
    found = columns("y ~ g")
    assert list(found) == ["g[b]", "g[c]"]
    np.testing.assert_array_equal(found["g[b]"], [1, 0, 0, 0, 1, 0])
    np.testing.assert_array_equal(found["g[c]"], [0, 0, 1, 0, 0, 1])


def test_another_baseline():
    assert list(columns("y ~ C(g, contr.treatment('c'))")) == ["g[a]", "g[b]"]
    assert list(columns("y ~ C(g, contr.treatment(base='b'))")) == ["g[a]", "g[c]"]


def test_numbers_as_levels():
    assert list(columns("y ~ C(year)")) == ["year[2004]", "year[2005]"]
    assert list(columns("y ~ C(year, contr.treatment(2004))")) == ["year[2003]", "year[2005]"]


def test_true_and_false_are_one_and_zero():
    np.testing.assert_array_equal(columns("y ~ yes")["yes"], [1, 0, 1, 1, 0, 0])


def test_without_intercept_every_level_has_a_column():
    assert list(columns("y ~ g - 1")) == ["g[a]", "g[b]", "g[c]"]


def test_powers_of_sums_are_products():
    assert list(columns("y ~ (x + n + yes)**2")) == ["x", "n", "yes", "x:n", "x:yes", "n:yes"]


def test_orthogonal_polynomials():
    found = np.stack(list(columns("y ~ poly(x, 3)").values()), axis=1)
    np.testing.assert_allclose(found.T @ found, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=0), 0, atol=1e-12)


def test_a_dot_is_every_other_column():
    table = {name: TABLE[name] for name in ("y", "x", "g")}
    assert design("y ~ .", table).terms == ("Intercept", "x", "g[b]", "g[c]")


def test_names_with_dots():
    np.testing.assert_array_equal(columns("y ~ a.b")["a.b"], TABLE["a.b"])
    np.testing.assert_allclose(columns("y ~ log(`a.b`)")["log(`a.b`)"], np.log(TABLE["a.b"]))


@pytest.mark.parametrize("kind", ["dict", "polars", "pandas", "csv", "path"])
def test_every_kind_of_table(kind, tmp_path):
    table = {name: TABLE[name] for name in ("y", "x", "g")}
    pl.DataFrame(table).write_csv(tmp_path / "t.csv")
    given = {
        "dict": lambda: table,
        "polars": lambda: pl.DataFrame(table),
        "pandas": lambda: pytest.importorskip("pandas").DataFrame(table),
        "csv": lambda: str(tmp_path / "t.csv"),
        "path": lambda: tmp_path / "t.csv",
    }[kind]()
    expected = linear.least_squares("y ~ x + g", table).beta
    np.testing.assert_array_equal(linear.least_squares("y ~ x + g", given).beta, expected)


def test_what_was_learned_serves_for_new_rows():
    """center, scale and poly keep the means of the table that was fitted."""
    made = design("y ~ center(x) + poly(x, 2)", TABLE, full_rank=False)
    np.testing.assert_allclose(made.matrix({"x": X[:2]}), made.x[:2], atol=1e-12)


@pytest.mark.parametrize("target", ["yes", "`odd name`", "g"])
def test_a_factor_on_the_left_is_the_column_itself(target):
    """Were its dummies the target, the first of them would be fitted, and every sign turned."""
    column = target.strip("`")
    made = design(f"C({target}) ~ x", TABLE)
    assert made.y.tolist() == list(TABLE[column])


def test_models_of_classes_take_a_factor_as_target():
    table = {"x": [1.0, 2.0, 3.0, 2.0, 3.0, 4.0, 3.0, 5.0, 4.0], "k": [1, 1, 1, 2, 2, 2, 3, 3, 3]}
    plain, factor = (linear.softmax(f"{target} ~ x", table) for target in ("k", "C(k)"))
    assert factor.labels == plain.labels == (1, 2, 3)
    np.testing.assert_array_equal(factor.beta, plain.beta)
    two = {"x": table["x"], "k": list("nnynynyyy")}
    plain, factor = (linear.logistic(f"{target} ~ x", two) for target in ("k", "C(k)"))
    np.testing.assert_array_equal(factor.beta, plain.beta)
    assert factor["x"].estimate > 0


def test_a_factor_of_one_level_is_refused():
    """With and without full rank; without an intercept it is the constant, and has a column."""
    table = TABLE | {"k": ["a"] * 6}
    for fit in (linear.least_squares, lambda *of: linear.ridge(*of, penalty=0.1)):
        for terms, named in (("x + k", "k"), ("x + C(k)", "C\\(k\\)"), ("x * k", "k")):
            with pytest.raises(InputError, match=f"term '{named}' of .* makes no column"):
                fit(f"y ~ {terms}", table)
    assert linear.least_squares("y ~ k - 1", table)["k[a]"].estimate == pytest.approx(22 / 6)


@pytest.mark.parametrize(
    ("formula", "changed", "words"),
    [
        ("y ~ x", {"x": [1.0, np.inf, 3.0, 4.0, 6.0, 5.0]}, "'x', row 1 (.|\n)*leave the row out"),
        ("y ~ x", {"y": [1.0, 2.0, 3.0, 4.0, 6.0, -np.inf]}, "'y', row 5 (.|\n)*Got: *-inf"),
        ("y ~ x", {"x": [1.0, 2.0, np.nan, 4.0, 6.0, 5.0]}, "row 2 (.|\n)*drop_nans(.|\n)*dropna"),
    ],
)
def test_values_that_are_none(formula, changed, words):
    with pytest.raises(InputError, match=words):
        linear.least_squares(formula, pl.DataFrame(TABLE | changed))


def test_a_column_that_new_rows_lack():
    found = linear.least_squares("y ~ x + n", TABLE)
    with pytest.raises(InputError, match="no column 'n'(.|\n)*add a column 'n'"):
        found.predict({"x": [1.0]})


# No part of these is ever evaluated: each would leave a trace in `ran`.
HARMFUL = [
    "mark()",
    "I(mark())",
    "I(x) + log(mark())",
    "{mark()}",
    "C(g, contr.treatment(mark()))",
    "C(g, mark())",
    "poly(x, mark())",
    "poly(mark(), 2)",
    "x:I(mark())",
    "__import__('os').system('true')",
    "I(__import__('os').system('true'))",
    "I((lambda: mark())())",
    "I([mark() for _ in x])",
    "I(f'{mark()}')",
    "I(x.__class__)",
    "x.__class__",
    "np.log(x)",
    "I(x[mark()])",
    "I(x if mark() else x)",
    "I(x ** mark())",
    "I(9 ** 9 ** 9 ** 9)",
    "I(x ** 1000)",
    "I((y := mark()))",
    "hashed(x)",
    "lag(x)",
    "bs(x, 3)",
    "eval('mark()')",
    "I('text')",
    "I(True)",
    "C(g, levels=['a'])",
    "poly(x, 2, raw=mark())",
    "poly(x, 10**9)",
    "log(x, mark())",
    "`mark()`",
    "log(`mark()`)",
    "'{mark()}'",
    "[mark() for x in y]",
    "{x + mark()}",
    "mark():x",
    "(x + mark())**2",
]


@pytest.mark.parametrize("side", ["y ~ {}", "{} ~ x"])
@pytest.mark.parametrize("harmful", HARMFUL)
def test_a_formula_runs_no_code(side, harmful, monkeypatch):
    ran = []
    monkeypatch.setattr(builtins, "mark", lambda: ran.append(1), raising=False)
    monkeypatch.setattr(os, "system", lambda command: ran.append(command))
    with pytest.raises(InputError):
        linear.least_squares(side.format(harmful), TABLE)
    assert ran == []


def test_names_of_columns_run_no_code(monkeypatch):
    """A hostile file under a harmless formula: its names are names, whatever they say."""
    ran = []
    monkeypatch.setattr(builtins, "mark", lambda: ran.append(1), raising=False)
    table = {"y": TABLE["y"], "mark()": TABLE["x"], "a` + mark() + `b": TABLE["odd name"]}
    assert linear.least_squares("y ~ .", table)["mark()"].estimate != 0
    found = linear.forward("y ~ `mark()`", {n: table[n] for n in ("y", "mark()")})
    assert found.fit().predict({"mark()": [1.0]}).shape == (1,)
    with pytest.raises(InputError):
        linear.backward("y ~ .", table, by="aic").fit()
    assert ran == []


def test_deep_nesting_is_refused_or_read():
    deep = "(" * 5000 + "x" + ")" * 5000
    with pytest.raises(InputError):
        read_formula(f"y ~ I({deep})", ["y", "x"])


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("y ~ xx", "no column is called 'xx'(.|\n)*did you mean 'x'"),
        ("y ~ log(xx)", "no column is called 'xx'"),
        ("yy ~ x", "no column is called 'yy'"),
        ("y ~ x +", "'y ~ x \\+' cannot be read"),
        ("y ~ odd name", "Missing operator(.|\n)*backquotes"),
        ("y ~ x ~ n", "cannot be read"),
        ("y ~ log(x", "cannot be read"),
        ("y", "such as 'sales ~ TV \\+ radio'"),
        (3, "such as 'sales ~ TV \\+ radio'"),
        ("~ x", "one target on the left"),
        ("y + x ~ n", "one target on the left"),
        ("y ~ x | n", "one sum of terms on the right"),
        ("y ~ x + y", "'y' on both sides"),
        ("y ~ 0", "a term or an intercept"),
        ("y ~ (x + n)**1000000", "the power 1000000"),
        ("y ~ (x + n)^g", "the power g"),
        ("y ~ x**2", "the power of a column(.|\n)*I\\(a\\*\\*2\\)"),
        ("y ~ x^2 + n", "the power of a column"),
        ("y ~ np.exp(x)", "np.exp\\(x\\) is not allowed"),
        ("y ~ log(g)", "cannot be evaluated"),
        ("y ~ C(g, contr.treatment('z'))", "cannot be evaluated(.|\n)*'z'"),
        ("C(year) ~ x", "'C\\(year\\)' is no number(.|\n)*labels, such as 2004"),
        ("poly(x, 2) ~ n", "'poly\\(x, 2\\)' makes 2 columns"),
        ("C(g, contr.sum()) ~ x", "makes 3 columns"),
        ("y ~ log(x - 3)", "term 'log\\(x - 3\\)', row 0"),
    ],
)
def test_wording_of_refusals(formula, words):
    with pytest.raises(InputError, match=words):
        linear.least_squares(formula, TABLE)


def test_a_missing_package_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.partition(".")[0] == "formulaic":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"no formulaic(.|\n)*pip install \"gradus\[stats\]\""):
        linear.least_squares("y ~ x", TABLE)
