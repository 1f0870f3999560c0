"""Which rows are learned from and measured on, and what is refused."""

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.evaluation import divide

CLASSES = np.array([0] * 12 + [1] * 6)
GROUPS = np.repeat(np.arange(6), 3)

# name -> what `divide(18, …)` is given
SCHEMES = {
    "5 folds": {"folds": 5},
    "5 folds, 3 times": {"folds": 5, "repeats": 3},
    "stratified": {"folds": 6, "classes": CLASSES},
    "not stratified": {"folds": 6, "classes": CLASSES, "stratify": False},
    "by groups": {"folds": 3, "groups": GROUPS},
    "by groups, not by classes": {"folds": 3, "groups": GROUPS, "classes": CLASSES},
    "in time": {"folds": 5, "time": np.arange(18)[::-1]},
    "leave one out": {"folds": "leave one out"},
    "leave-one-out": {"folds": "leave-one-out"},
    "own": {"folds": [(range(9), range(9, 18)), (range(9, 18), range(9))]},
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_row_is_learned_from_and_measured_on(scheme):
    for fold in divide(18, **SCHEMES[scheme]):
        assert min(len(fold.train), len(fold.test)) > 0
        assert not set(fold.train) & set(fold.test)


@pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "in time"])
def test_every_row_is_measured_once_in_every_repetition(scheme):
    folds = divide(18, **SCHEMES[scheme])
    for repeat in {fold.repeat for fold in folds}:
        rows = np.concatenate([fold.test for fold in folds if fold.repeat == repeat])
        assert sorted(rows.tolist()) == list(range(18))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_names_are_different_and_folds_are_equal_for_equal_seeds(scheme):
    folds, again = (divide(18, **SCHEMES[scheme], seed=4) for _ in range(2))
    assert len({fold.name for fold in folds}) == len(folds)
    assert all(np.array_equal(a.test, b.test) for a, b in zip(folds, again, strict=True))


def test_rules_are_kept():
    assert all((CLASSES[f.test] == 1).sum() == 1 for f in divide(18, **SCHEMES["stratified"]))
    for fold in divide(18, **SCHEMES["by groups"]):
        assert not set(GROUPS[fold.train]) & set(GROUPS[fold.test])
    for fold in divide(18, **SCHEMES["in time"]):  # time runs backwards here
        assert fold.train.min() > fold.test.max()


def test_repetitions_divide_anew():
    folds = divide(18, 3, repeats=2)
    assert [f.name for f in folds][2:4] == ["repeat 1, fold 3", "repeat 2, fold 1"]
    assert not np.array_equal(folds[0].test, folds[3].test)


@pytest.mark.parametrize(
    ("given", "wording"),
    [
        ({"folds": 19}, r"19 folds\n.*as many as there are examples, 18"),
        ({"folds": 1}, "from 2 folds"),
        ({"folds": 7, "classes": CLASSES}, r"6 of class 1\n.*folds=6, or stratify=False"),
        ({"folds": 7, "groups": GROUPS}, "as many as there are groups, 6"),
        ({"folds": 3, "groups": GROUPS[:5]}, "groups does not fit the examples"),
        ({"folds": 3, "groups": GROUPS, "time": GROUPS}, "one rule"),
        ({"folds": 3, "stratify": True}, "targets that are classes"),
        ({"folds": 3, "groups": GROUPS, "repeats": 2}, "the same each time"),
        ({"folds": "leave two out"}, "leave one out"),
        ({"folds": 3, "repeats": 0}, "repeats"),
        ({"folds": []}, "at least one"),
        ({"folds": [([0, 1], [1, 2])]}, r"fold 1 learns from what it is measured on(.*\n)+.*row 1"),
        ({"folds": [([0, 1], [18])]}, "from 0 to 17"),
        ({"folds": [([0.5], [1])]}, "splitters"),
        ({"folds": [([0, 3], [1])], "groups": GROUPS}, "group 0 in both"),
        ({"folds": [([0, 3], [17])], "groups": GROUPS[:4]}, r"shape \(18,\)"),
    ],
)
def test_what_cannot_be_is_refused(given, wording):
    with pytest.raises(InputError, match=wording):
        divide(18, **given)
