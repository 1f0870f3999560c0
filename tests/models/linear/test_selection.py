"""Choosing terms."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from gradus import InputError
from gradus.models import linear
from gradus.models.linear.design import design
from gradus.models.linear.subsets import Candidates, Squares

RANDOM = np.random.default_rng(5)
N = 80
TABLE = {name: RANDOM.normal(size=N) for name in "abcd"} | {"g": RANDOM.choice(list("pqr"), N)}
TABLE["e"] = TABLE["a"] + TABLE["b"] + 0.4 * RANDOM.normal(size=N)
TABLE["y"] = 3 * TABLE["a"] + 3 * TABLE["b"] + 1.0 * (TABLE["g"] == "q") + RANDOM.normal(size=N)
FORMULA = "y ~ a + b + c + d + e + g"
TERMS = ("a", "b", "c", "d", "e", "g")
SEARCHES = [linear.best_subset, linear.forward, linear.backward]


def rss(terms):
    return linear.least_squares(f"y ~ {' + '.join(terms) or 1}", TABLE).measures["rss"]


def test_sums_of_squares_of_all_subsets():
    made = design(FORMULA, TABLE)
    subsets = [s for k in range(7) for s in combinations(range(6), k)]
    found = Squares(Candidates.of(made, TABLE["y"])).rss(subsets)
    np.testing.assert_allclose(found, [rss([TERMS[i] for i in s]) for s in subsets])


def test_the_best_of_every_size():
    steps = linear.best_subset(FORMULA, TABLE).steps
    assert [len(step.terms) for step in steps] == list(range(7))
    for size, step in enumerate(steps):
        best = min(combinations(TERMS, size), key=rss)
        assert step.terms == best
        assert step.rss == pytest.approx(rss(best))


def test_greedy_searches_take_the_best_step():
    forward, backward = (s(FORMULA, TABLE).steps for s in (linear.forward, linear.backward))
    for smaller, larger in pairwise(forward):
        others = set(TERMS) - set(smaller.terms)
        assert larger.rss == pytest.approx(min(rss([*smaller.terms, t]) for t in others))
    for smaller, larger in pairwise(backward):
        fewer = [[t for t in larger.terms if t != out] for out in larger.terms]
        assert smaller.rss == pytest.approx(min(map(rss, fewer)))


def test_greed_has_its_price():
    """e is almost a + b: forward takes it first and the best pair is out of reach."""
    best, greedy = (s(FORMULA, TABLE).steps[2] for s in (linear.best_subset, linear.forward))
    assert set(best.terms) == {"a", "b"}
    assert "e" in greedy.terms
    assert best.rss < greedy.rss


@pytest.mark.parametrize(
    ("search", "by"),
    [
        *((search, by) for search in SEARCHES for by in ("aic", "bic", "adjusted_r2", "cv")),
        (linear.forward, "p"),
        (linear.backward, "p"),
    ],
)
def test_every_criterion_chooses(search, by):
    found = search(FORMULA, TABLE, by=by)
    assert {"a", "b"} <= set(found.steps[found.chosen].terms)
    assert found.fit().measures["rss"] == pytest.approx(found.steps[found.chosen].rss)
    assert found.formula.startswith("y ~ ")


def test_measures_are_those_of_the_fit():
    step = linear.forward(FORMULA, TABLE).steps[3]
    measures = linear.least_squares(f"y ~ {' + '.join(step.terms)}", TABLE).measures
    for name in ("rss", "r2", "adjusted_r2", "aic", "bic"):
        assert getattr(step, name) == pytest.approx(measures[name])


def test_the_p_value_of_a_step_is_that_of_its_coefficient():
    for step in linear.forward("y ~ a + b + c", TABLE).steps[1:]:
        fit = linear.least_squares(f"y ~ {' + '.join(step.terms)}", TABLE)
        assert any(fit[t].p == pytest.approx(step.p, abs=1e-12) for t in step.terms)


def test_noise_is_left_out():
    noise = {f"n{i}": RANDOM.normal(size=N) for i in range(6)}
    table = {"y": 2 * TABLE["a"] + RANDOM.normal(size=N), "a": TABLE["a"], **noise}
    assert linear.best_subset("y ~ .", table, by="bic").formula == "y ~ a"


def test_cross_validation_repeats_the_search():
    """Of 20 columns of noise, a search over all rows finds some that seem to help; one that is
    repeated without the rows it is judged by does not.
    """
    table = {f"n{i}": RANDOM.normal(size=30) for i in range(18)} | {"y": RANDOM.normal(size=30)}
    found = linear.forward("y ~ .", table, by="cv", folds=5)
    assert found.steps[8].cv > found.steps[0].cv
    assert found.steps[8].rss < 0.6 * found.steps[0].rss


def test_the_table_says_what_every_step_changes():
    words = str(linear.best_subset("y ~ a + b + e", TABLE, by="aic"))
    lines = words.splitlines()
    assert lines[0].split()[:2] == ["step", "RSS"]
    assert lines[2].startswith("+ e")
    assert lines[3].startswith("− e + a + b")
    assert words.count("←") == 1
    assert "chosen by AIC: y ~ a + b" in words


def test_names_in_backquotes():
    table = {"y y": TABLE["y"], "a a": TABLE["a"], "b": TABLE["c"]}
    assert linear.forward("`y y` ~ `a a` + b", table).fit()["a a"].estimate > 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"by": "rss"}, "RSS always prefers the largest"),
        ({"by": "p"}, "criterion"),
        ({"by": "AIC"}, "did you mean 'aic'"),
        ({"formula": "y ~ 1"}, "terms to choose from"),
        ({"formula": "y ~ a - 1"}, "an intercept"),
        ({"formula": "g ~ a"}, "is no number"),
        ({"by": "cv", "folds": 1000}, "fold"),
    ],
)
def test_wrong_use(arguments, words):
    with pytest.raises(InputError, match=words):
        linear.best_subset(**{"formula": FORMULA, "table": TABLE} | arguments)


def test_too_many_terms_for_all_subsets():
    table = {f"n{i}": RANDOM.normal(size=N) for i in range(21)} | {"y": TABLE["y"]}
    with pytest.raises(InputError, match="2.1e\\+06 models"):
        linear.best_subset("y ~ .", table)
