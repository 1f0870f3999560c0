"""Coefficients, measures and predictions, against formulas worked out here."""

import numpy as np
import pytest

from gradus import InputError
from gradus.models import linear

RANDOM = np.random.default_rng(7)
N = 60
X, Z = RANDOM.normal(size=N), 50 + 10 * RANDOM.normal(size=N)
TABLE = {
    "x": X,
    "z": Z,
    "g": RANDOM.choice(["a", "b", "c"], N),
    "y": 1 + 2 * X - 0.1 * Z + RANDOM.normal(size=N),
    "two": np.where(X + RANDOM.logistic(size=N) > 0, "yes", "no"),
    "count": RANDOM.poisson(np.exp(0.5 + 0.4 * X)),
    "three": RANDOM.integers(0, 3, N),
    "w": RANDOM.uniform(0.5, 2, N),
}
ONES = np.column_stack([np.ones(N), X, Z])


def estimates(fit):
    return [c.estimate for c in fit.coefficients]


def test_inference_of_least_squares_by_its_formulas():
    """SE² = s² (XᵀX)⁻¹, t = β/SE, the interval β ± t₀.₉₇₅ SE."""
    from scipy import stats

    found = linear.least_squares("y ~ x + z", TABLE)
    beta = np.linalg.solve(ONES.T @ ONES, ONES.T @ TABLE["y"])
    residual = TABLE["y"] - ONES @ beta
    variance = residual @ residual / (N - 3)
    error = np.sqrt(variance * np.diag(np.linalg.inv(ONES.T @ ONES)))
    reach = stats.t.ppf(0.975, N - 3)
    for c, b, se in zip(found.coefficients, beta, error, strict=True):
        p = 2 * stats.t.sf(abs(b / se), N - 3)
        expected = (b, se, b / se, p, b - reach * se, b + reach * se)
        assert c[1:7] == pytest.approx(expected, rel=1e-8)
    llf = -N / 2 * (np.log(2 * np.pi * residual @ residual / N) + 1)
    assert found.measures["log_likelihood"] == pytest.approx(llf)
    assert found.measures["aic"] == pytest.approx(6 - 2 * llf)
    assert found.measures["bic"] == pytest.approx(3 * np.log(N) - 2 * llf)


def test_confidence_widens_the_interval():
    narrow, wide = (linear.least_squares("y ~ x", TABLE, confidence=c)["x"] for c in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.estimate < narrow.high < wide.high


@pytest.mark.parametrize("weights", ["w", TABLE["w"], TABLE["w"].tolist()])
def test_weighted_least_squares(weights):
    root = np.sqrt(TABLE["w"])[:, None]
    beta = np.linalg.lstsq(root * ONES, root[:, 0] * TABLE["y"], rcond=None)[0]
    found = linear.least_squares("y ~ x + z", TABLE, weights=weights)
    np.testing.assert_allclose(estimates(found), beta)
    assert found.kind == "weighted least squares"


def test_whole_weights_count_rows():
    """A row of weight 2 pulls like two rows."""
    table = {"x": [1.0, 2.0, 3.0], "y": [1.0, 3.0, 4.0]}
    twice = {"x": [1.0, 2.0, 3.0, 3.0], "y": [1.0, 3.0, 4.0, 4.0]}
    weighted = linear.least_squares("y ~ x", table, weights=[1, 1, 2])
    np.testing.assert_allclose(weighted.beta, linear.least_squares("y ~ x", twice).beta)


def test_an_exact_line():
    found = linear.least_squares("y ~ x", {"x": [1.0, 2.0, 3.0, 5.0], "y": [3.0, 5.0, 7.0, 11.0]})
    np.testing.assert_allclose(found.beta, [1, 2], atol=1e-12)
    assert found.measures["r2"] == pytest.approx(1)
    assert "2" in str(found)


def test_gaussian_maximum_likelihood():
    """μ̂ is the mean, σ̂² the mean square about it, and no other pair is more likely."""
    from scipy.stats import norm

    y = TABLE["y"]
    found = linear.gaussian("y ~ 1", TABLE)
    mu, sigma = found["Intercept"].estimate, found["σ"].estimate
    assert (mu, sigma) == pytest.approx((y.mean(), y.std()))
    best = norm.logpdf(y, mu, sigma).sum()
    assert found.measures["log_likelihood"] == pytest.approx(best)
    for da, db in [(0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1)]:
        assert norm.logpdf(y, mu + da, sigma + db).sum() < best
    assert found["Intercept"].error == pytest.approx(sigma / np.sqrt(N))


def gradient_of_likelihood(fit, y):
    """Σ (y − mean) x, 0 at the maximum of every likelihood with its natural link."""
    return fit.design.x.T @ (y - fit.fitted)


def test_logistic_regression_stands_at_the_maximum():
    found = linear.logistic("two ~ x + z", TABLE)
    y = (TABLE["two"] == "yes").astype(float)
    np.testing.assert_allclose(gradient_of_likelihood(found, y), 0, atol=1e-6)
    p = found.fitted
    llf = np.sum(np.log(np.where(y == 1, p, 1 - p)))
    assert found.measures["log_likelihood"] == pytest.approx(llf)
    assert found.measures["deviance"] == pytest.approx(-2 * llf)
    # SE² from the inverse of the information Xᵀ p(1−p) X.
    information = found.design.x.T @ (p[:, None] * (1 - p[:, None]) * found.design.x)
    error = np.sqrt(np.diag(np.linalg.inv(information)))
    np.testing.assert_allclose([c.error for c in found.coefficients], error, rtol=1e-5)


def test_classes_and_thresholds():
    found = linear.logistic("two ~ x", TABLE)
    assert found.labels == ("no", "yes")
    new = {"x": [-1.0, 0.0, 3.0]}
    p = found.probabilities(new)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_allclose(found.linear_predictor(new), np.log(p[:, 1] / p[:, 0]))
    assert found.predict(new, threshold=0).tolist() == ["yes"] * 3
    assert found.predict(new, threshold=1).tolist() == ["no"] * 3
    assert found.predict(new).tolist() == np.where(p[:, 1] >= 0.5, "yes", "no").tolist()


@pytest.mark.parametrize(
    "target", [[0, 1] * 10, [False, True] * 10, ["a", "b"] * 10, [3.0, 7.0] * 10]
)
def test_two_classes_of_any_kind(target):
    found = linear.logistic("t ~ x", {"t": target, "x": X[:20]})
    assert found.predict({"x": [0.0]})[0] in target


def test_a_polynomial_boundary():
    """Inside and outside of a circle: no line tells them apart, squares do."""
    inside = X**2 + ((Z - 50) / 10) ** 2 + RANDOM.normal(size=N) < 1.5
    table = {"x": X, "z": (Z - 50) / 10, "inside": inside}
    line = linear.logistic("inside ~ x + z", table)
    circle = linear.logistic("inside ~ x + z + I(x**2) + I(z**2)", table)
    right = [np.mean(f.predict(table) == inside) for f in (line, circle)]
    assert right[1] > right[0] + 0.1


def test_poisson_regression_stands_at_the_maximum():
    from scipy.stats import poisson

    found = linear.poisson("count ~ x + g", TABLE)
    np.testing.assert_allclose(gradient_of_likelihood(found, TABLE["count"]), 0, atol=1e-6)
    llf = poisson.logpmf(TABLE["count"], found.fitted).sum()
    assert found.measures["log_likelihood"] == pytest.approx(llf)
    np.testing.assert_allclose(found.predict(TABLE), found.fitted)


def test_softmax_stands_at_the_maximum_and_has_two_classes_as_logistic():
    found = linear.softmax("three ~ x + z", TABLE)
    hits = np.eye(3)[TABLE["three"]]
    np.testing.assert_allclose(gradient_of_likelihood(found, hits), 0, atol=1e-5)
    assert found["x", 2].of == "2"
    assert found.predict(TABLE).tolist() == found.fitted.argmax(axis=1).tolist()
    two = linear.softmax("two ~ x", TABLE)
    np.testing.assert_allclose(
        estimates(two), estimates(linear.logistic("two ~ x", TABLE)), rtol=1e-6
    )


def test_one_against_the_rest_is_one_logistic_regression_each():
    found = linear.one_vs_rest("three ~ x", TABLE)
    for label in (0, 1, 2):
        alone = linear.logistic("hit ~ x", {"x": X, "hit": TABLE["three"] == label})
        assert found["x", label][1:7] == pytest.approx(alone["x"][1:7])
    np.testing.assert_allclose(found.probabilities(TABLE).sum(axis=1), 1)
    assert set(found.predict(TABLE)) <= {0, 1, 2}


def test_ridge_by_its_formula():
    """On standardised columns (ZᵀZ + nλ) w = Zᵀ(y − ȳ)."""
    z = (ONES[:, 1:] - ONES[:, 1:].mean(axis=0)) / ONES[:, 1:].std(axis=0)
    w = np.linalg.solve(z.T @ z + N * 0.3 * np.eye(2), z.T @ (TABLE["y"] - TABLE["y"].mean()))
    found = linear.ridge("y ~ x + z", TABLE, penalty=0.3)
    np.testing.assert_allclose(found.beta[1:], w / ONES[:, 1:].std(axis=0))
    np.testing.assert_allclose(found.predict(TABLE).mean(), TABLE["y"].mean())


@pytest.mark.parametrize("mix", [0.3, 1.0])
def test_elastic_net_meets_the_conditions_of_its_optimum(mix):
    """−zᵀr/n + λ(1−m)w = −λ m sign(w) where w ≠ 0, and no larger than λ m where w = 0."""
    penalty = 0.4
    found = linear.elastic_net("y ~ x + z + g", TABLE, penalty=penalty, mix=mix)
    x = found.design.x[:, 1:]
    z, w = (x - x.mean(axis=0)) / x.std(axis=0), found.beta[1:] * x.std(axis=0)
    slope = -z.T @ (TABLE["y"] - found.fitted) / N + penalty * (1 - mix) * w
    np.testing.assert_allclose(slope[w != 0], -penalty * mix * np.sign(w[w != 0]), atol=1e-6)
    assert (np.abs(slope[w == 0]) <= penalty * mix + 1e-6).all()
    assert (w == 0).any()
    assert (w != 0).any()


@pytest.mark.parametrize("fit", [linear.ridge, linear.lasso, linear.elastic_net])
def test_penalties_from_nothing_to_too_much(fit):
    least = linear.least_squares("y ~ x + z", TABLE).beta
    np.testing.assert_allclose(fit("y ~ x + z", TABLE, penalty=0).beta, least)
    np.testing.assert_allclose(fit("y ~ x + z", TABLE, penalty=1e9).beta[1:], 0, atol=1e-6)


def test_units_do_not_matter_to_a_penalty():
    metres = linear.lasso("y ~ x + z", TABLE, penalty=0.1)
    kilometres = linear.lasso("y ~ x + z", TABLE | {"z": Z / 1000}, penalty=0.1)
    np.testing.assert_allclose(kilometres.beta, metres.beta * [1, 1, 1000], rtol=1e-6)


def test_a_penalty_takes_dependent_columns_and_few_rows():
    table = {name: TABLE[name][:3] for name in ("x", "z", "y")}
    found = linear.ridge("y ~ x + z + I(x + z) + I(x * z)", table, penalty=0.1)
    assert np.isfinite(found.beta).all()
    assert "no standard errors" in str(found)
    assert found["x"].error is None


@pytest.mark.parametrize("unit", [1e-9, 1e9, 1e12])
@pytest.mark.parametrize(
    ("fit", "formula", "close"),
    [
        (linear.least_squares, "y ~ x + z", 1e-10),
        (linear.gaussian, "y ~ x + z", 1e-10),
        (linear.logistic, "two ~ x + z", 1e-8),
        (linear.poisson, "count ~ x + z", 1e-8),
        (linear.softmax, "three ~ x + z", 1e-6),
        (linear.one_vs_rest, "three ~ x + z", 1e-8),
    ],
)
def test_units_do_not_matter(fit, formula, close, unit):
    """Nanometres or light minutes: the same z and p, estimates and errors in the new unit."""
    metres, others = fit(formula, TABLE), fit(formula, TABLE | {"z": Z * unit})
    for a, b in zip(metres.coefficients, others.coefficients, strict=True):
        factor = unit if a.term == "z" else 1
        assert b.estimate * factor == pytest.approx(a.estimate, rel=close)
        assert b.error * factor == pytest.approx(a.error, rel=close)
        assert (b.term, b.of) == (a.term, a.of)
    assert others.measures == pytest.approx(metres.measures, rel=close)
    np.testing.assert_allclose(others.beta[2] * unit, metres.beta[2], rtol=close)


@pytest.mark.parametrize(
    ("fit", "formula"),
    [
        (linear.least_squares, "y ~ x + z"),
        (linear.logistic, "two ~ x + z"),
        (linear.poisson, "count ~ x + z"),
        (linear.softmax, "three ~ x + z"),
    ],
)
def test_a_distant_origin_does_not_matter(fit, formula):
    """Years, or temperatures in other degrees: slopes and their errors stay."""
    near, far = fit(formula, TABLE), fit(formula, TABLE | {"z": Z + 10_000})
    for a, b in zip(near.coefficients, far.coefficients, strict=True):
        if a.term != "Intercept":
            assert (b.estimate, b.error) == pytest.approx((a.estimate, a.error), rel=1e-5)


def test_the_summary_is_a_table():
    found = linear.least_squares("y ~ x + g", TABLE)
    lines = found.summary().splitlines()
    assert lines[0] == "least squares: y ~ x + g (60 rows, 4 coefficients)"
    assert lines[2].split() == [
        "term",
        "estimate",
        "std.",
        "error",
        "t",
        "p",
        "95",
        "%",
        "from",
        "to",
    ]
    assert [line.split()[0] for line in lines[3:7]] == ["Intercept", "x", "g[b]", "g[c]"]
    assert len({len(line) for line in lines[2:7]}) == 1
    assert lines[8].startswith("RSS ")
    page = found._repr_html_()
    assert page.count("<tr>") == 5
    hostile = linear.least_squares("y ~ `<b>`", {"y": TABLE["y"], "<b>": X})._repr_html_()
    assert "<b>" not in hostile


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("y ~ x + I(2 * x - 1)", "= −Intercept \\+ 2·x"),
        ("y ~ x + z + I(x - 3 * z)", "I\\(x - 3 \\* z\\) = x − 3·z"),
        ("y ~ x + I(0 * x)", "= 0 in every row"),
    ],
)
def test_dependent_columns_are_named(formula, words):
    with pytest.raises(InputError, match=f"depend on each other(.|\n)*{words}"):
        linear.least_squares(formula, TABLE)


def test_nearly_dependent_columns_are_fitted():
    """Years vary by a thousandth of their size, and that is enough."""
    years = 1947.0 + np.arange(16)
    found = linear.least_squares("y ~ year + I(year**2)", {"year": years, "y": (years - 1950) ** 2})
    np.testing.assert_allclose(found.beta, [1950**2, -3900, 1], rtol=1e-5)


def gap(row, column):
    table = {name: list(TABLE[name]) for name in ("x", "y", "two")}
    table[column][row] = None
    return table


FEW = {name: TABLE[name][:3] for name in ("x", "z", "y")}
REFUSED = {
    "as many coefficients as rows": (linear.least_squares, "y ~ x + z", FEW, "too many coeff"),
    "a gap": (linear.least_squares, "y ~ x", gap(4, "x"), "column 'x', row 4"),
    "a gap in the target": (linear.logistic, "two ~ x", gap(2, "two"), "column 'two', row 2"),
    "NaN": (linear.least_squares, "y ~ x", {"y": X, "x": np.where(X > 0, Z, np.nan)}, "'x', row"),
    "text as target": (linear.least_squares, "g ~ x", TABLE, "'g' is no number"),
    "three classes": (linear.logistic, "g ~ x", TABLE, "has 3 classes(.|\n)*softmax"),
    "numbers as classes": (linear.logistic, "y ~ x", TABLE, "has 60 classes"),
    "one class": (linear.logistic, "c ~ x", {"c": ["a"] * N, "x": X}, "at least two classes"),
    "no count": (linear.poisson, "y ~ x", TABLE, "a count: a whole number"),
    "a target that never varies": (
        linear.least_squares, "c ~ x", {"c": np.ones(N), "x": X}, "values that differ"
    ),
    "no rows": (linear.least_squares, "y ~ x", {"y": [], "x": []}, "the table is empty"),
    "no table": (linear.least_squares, "y ~ x", [1, 2], "not a table"),
    "no file": (linear.least_squares, "y ~ x", "nowhere.csv", "nowhere.csv cannot be read"),
    "dates": (
        linear.least_squares, "y ~ d", {"y": [1.0, 2.0], "d": ["2024-01-01", "2024-01-02"]},
        "'d' holds dates",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_fitted(case):
    fit, formula, table, words = REFUSED[case]
    with pytest.raises(InputError, match=words):
        fit(formula, table)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weights": [1.0, 2.0]}, "weights(.|\n)*\\(2,\\)"),
        ({"weights": -TABLE["w"]}, "weights(.|\n)*above 0"),
        ({"weights": "v"}, "no column 'v'"),
        ({"weights": "g"}, "weights"),
        ({"confidence": 95}, "confidence"),
    ],
)
def test_wrong_arguments(arguments, words):
    with pytest.raises(InputError, match=words):
        linear.least_squares("y ~ x", TABLE, **arguments)


@pytest.mark.parametrize("penalty", [-1, None, float("nan")])
def test_wrong_penalties(penalty):
    with pytest.raises(InputError, match="penalty"):
        linear.ridge("y ~ x", TABLE, penalty=penalty)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"x": [1.0]}, "no column 'g'"),
        ({"x": [1.0], "g": ["z"]}, "column 'g', row 0(.|\n)*one of 'a', 'b', 'c'"),
        ({"x": ["u"], "g": ["a"]}, "column 'x'(.|\n)*numbers"),
        ({"x": [1.0], "g": [2.0]}, "column 'g'(.|\n)*text"),
        ({"x": [1.0, None], "g": ["a", "b"]}, "column 'x', row 1"),
    ],
)
def test_new_rows_of_another_kind(table, words):
    found = linear.least_squares("y ~ x + g", TABLE)
    with pytest.raises(InputError, match=words):
        found.predict(table)


def test_numbers_as_levels_that_are_new():
    table = {"y": [1.0, 2.0, 3.0, 4.0, 6.0], "year": [2003, 2004, 2003, 2004, 2005]}
    found = linear.least_squares("y ~ C(year)", table)
    assert found.predict({"year": [2005]}) == pytest.approx([6])
    with pytest.raises(InputError, match="cannot be evaluated(.|\n)*levels(.|\n)*2010"):
        found.predict({"year": [2010]})


def test_a_nearly_flat_likelihood_is_not_believed():
    """Columns that are hardly unlike the intercept: no coefficients rather than wrong ones."""
    table = {"z": 1e3 + 1e-3 * Z, "t": TABLE["three"]}
    with pytest.raises(InputError, match="does not settle"):
        linear.softmax("t ~ z", table)


def test_questions_that_a_fit_cannot_answer():
    found = linear.least_squares("y ~ x + g", TABLE)
    with pytest.raises(InputError, match="did you mean 'g\\[c\\]'"):
        found["g[q]"]
    with pytest.raises(InputError, match="a model of classes"):
        found.probabilities(TABLE)
    with pytest.raises(InputError, match="threshold"):
        found.predict(TABLE, threshold=0.5)
    with pytest.raises(InputError, match="name the class too"):
        linear.softmax("three ~ x", TABLE)["x"]
