"""Splits: disjoint, covering, fair, in order where asked, and equal for equal seeds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradus.base.errors import InputError
from gradus.data import bootstrap, k_folds, leave_one_out, split

N = 60
LABELS = np.repeat(["a", "b", "c"], [36, 15, 9])
GROUPS = np.repeat(np.arange(20), 3)
TIMES = np.random.default_rng(0).permutation(N)
RULES = {
    "random": {},
    "stratified": {"stratify": LABELS},
    "grouped": {"groups": GROUPS},
    "time": {"time": TIMES},
}


@pytest.fixture(params=RULES.values(), ids=RULES)
def rule(request):
    return request.param


def test_parts_are_disjoint_and_cover_everything(rule):
    parts = split(N, 0.2, 0.3, **rule)
    assert sorted(np.concatenate(parts).tolist()) == list(range(N))
    assert [len(part) for part in parts] == [30, 12, 18]


def test_equal_seeds_give_equal_parts(rule):
    for first, second in zip(split(N, seed=3, **rule), split(N, seed=3, **rule), strict=True):
        np.testing.assert_array_equal(first, second)


def test_other_seeds_give_other_parts(rule):
    same = np.array_equal(split(N, seed=1, **rule).test, split(N, seed=2, **rule).test)
    assert same == ("time" in rule)


def test_folds_test_every_row_once(rule):
    folds = k_folds(N, 5, **rule)
    tested = np.concatenate([fold.test for fold in folds])
    assert len(folds) == 5
    if "time" in rule:
        assert sorted(TIMES[tested]) == list(range(10, 60))  # the first block only trains
    else:
        assert sorted(tested.tolist()) == list(range(N))
        assert all(len(fold.train) + len(fold.test) == N for fold in folds)
    assert not any(np.intersect1d(fold.train, fold.test).size for fold in folds)


def test_a_random_split_is_shuffled_and_its_parts_are_not_the_last_rows():
    parts = split(1000)
    assert not np.array_equal(parts.train, np.sort(parts.train))
    assert abs(parts.test.mean() - 500) < 100


@given(
    counts=st.lists(st.integers(4, 30), min_size=2, max_size=5),
    validation=st.floats(0.1, 0.3),
    test=st.floats(0.1, 0.3),
    seed=st.integers(0, 5),
)
def test_every_class_gets_its_share_to_within_one(counts, validation, test, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    n = len(labels)
    if round(n * test) == 0 or round(n * validation) == 0:
        return
    parts = split(n, validation, test, stratify=labels, seed=seed)
    for rows, size in [(parts.test, round(n * test)), (parts.validation, round(n * validation))]:
        found = np.bincount(labels[rows], minlength=len(counts))
        assert len(rows) == size
        assert np.all(np.abs(found - np.array(counts) * size / n) < 2)
    found = np.bincount(labels[parts.test], minlength=len(counts))
    assert np.all(np.abs(found - np.array(counts) * len(parts.test) / n) < 1)


@given(counts=st.lists(st.integers(4, 30), min_size=2, max_size=5), seed=st.integers(0, 5))
def test_stratified_folds_differ_by_one_at_most(counts, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    folds = k_folds(len(labels), 4, stratify=labels, seed=seed)
    table = np.array([np.bincount(labels[f.test], minlength=len(counts)) for f in folds])
    assert np.all(np.ptp(table, axis=0) <= 1)
    assert np.ptp([len(f.test) for f in folds]) <= 1


def test_the_rarest_class_stays_in_training():
    labels = np.array(["common"] * 18 + ["rare"] * 2)
    assert "rare" in labels[split(20, 0.3, 0.4, stratify=labels).train]


def test_no_group_is_shared():
    for parts in [split(N, groups=GROUPS), *k_folds(N, 4, groups=GROUPS)]:
        of_part = [set(GROUPS[rows]) for rows in parts]
        assert sum(map(len, of_part)) == len(set.union(*of_part))


def test_time_order_is_kept():
    parts = split(N, time=TIMES)
    assert TIMES[parts.train].max() < TIMES[parts.validation].min()
    assert TIMES[parts.validation].max() < TIMES[parts.test].min()
    for fold in k_folds(N, 5, time=TIMES):
        assert TIMES[fold.train].max() < TIMES[fold.test].min()


def test_a_part_may_be_left_out():
    assert [len(part) for part in split(10, validation=0, test=0.2)] == [8, 0, 2]


def test_leave_one_out():
    folds = leave_one_out(4)
    assert [fold.train.tolist() for fold in folds] == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]


def test_bootstrap_draws_with_replacement():
    folds = bootstrap(500, samples=20, seed=1)
    assert len(folds) == 20
    for fold in folds:
        assert len(fold.train) == 500
        assert set(fold.train) | set(fold.test) == set(range(500))
        assert not set(fold.train) & set(fold.test)
    left_out = np.mean([len(fold.test) for fold in folds]) / 500
    assert left_out == pytest.approx(np.exp(-1), abs=0.02)  # (1 − 1/n)ⁿ → 1/e


REFUSED = {
    "fractions": (lambda: split(10, 0.5, 0.5), "less than 1 together"),
    "negative": (lambda: split(10, -0.1, 0.5), "validation ≥ 0"),
    "too few": (lambda: split(3), "validation part would be empty"),
    "one example of a class": (lambda: split(9, stratify=[0] * 8 + [1]), "only 1 of class 1"),
    "one class": (lambda: split(9, stratify=["x"] * 9), "only class x"),
    "wrong length": (lambda: split(9, stratify=[0, 1]), "shape (9,)"),
    "two rules": (lambda: split(9, groups=[1] * 9, time=[1] * 9), "groups and time"),
    "one group": (lambda: split(9, groups=[1] * 9), "would be empty"),
    "more folds than examples": (lambda: k_folds(3, 5), "as many as there are examples, 3"),
    "one fold": (lambda: k_folds(3, 1), "at least 2 folds"),
    "more folds than groups": (lambda: k_folds(4, 3, groups=[1, 1, 2, 2]), "groups, 2"),
    "more folds than of a class": (lambda: k_folds(9, 3, stratify=[0] * 7 + [1] * 2), "only 2"),
    "one example": (lambda: leave_one_out(1), "2 examples or more"),
    "nothing to draw from": (lambda: bootstrap(0, 1), "2 examples or more"),
}


@pytest.mark.parametrize(("attempt", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses(attempt, words):
    with pytest.raises(InputError) as error:
        attempt()
    assert words in str(error.value)
