"""Targets: labels and units of the user, numbers of the likelihood, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.data import ClassTarget, CountTarget, NumberTarget, fit_target

LABELS = {
    "text": ["yes", "no", "no"],
    "digits as text": ["7", "10", "7"],
    "whole numbers": [3, 1, 2],
    "booleans": [True, False, True],
    "numbers": [0.5, 1.5, 0.5],
    "array of text": np.array(["b", "a"]),
    "array of objects": np.array(["b", "a"], object),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_labels_come_back_as_they_were(labels):
    target = ClassTarget.fit(labels)
    y = target.encode(labels)
    assert y.dtype == np.int32
    assert set(y.tolist()) == set(range(len(target.labels)))
    assert list(target.labels) == sorted(set(np.asarray(labels).tolist()))
    assert target.decode(y).tolist() == list(labels)


def test_classes_are_numbered_in_sorted_order():
    target = ClassTarget.fit(["no", "yes", "maybe"], "answer")
    assert target.labels == ("maybe", "no", "yes")
    assert target.encode(["yes", "maybe"]).tolist() == [2, 0]
    assert target.sentence == "answer: classification, 3 classes: 'maybe', 'no', 'yes'"


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=20))
def test_regression_targets_come_back_in_their_units(values):
    target = NumberTarget.fit(values)
    scale = max(abs(v) for v in values) + 1
    np.testing.assert_allclose(target.decode(target.encode(values)), values, atol=1e-6 * scale)


def test_standardised_by_hand():
    target = NumberTarget.fit([1.0, 3.0], "price")  # mean 2, standard deviation 1
    assert target.encode([5.0]).tolist() == [3.0]
    assert target.decode([-1.0]).tolist() == [1.0]
    assert target.sentence == "price: regression, mean 2, standard deviation 1 → standardised"


def test_several_targets_each_on_its_scale():
    y = np.array([[0.0, 100.0], [2.0, 300.0]])
    target = fit_target(y)
    np.testing.assert_array_equal(target.encode(y), [[-1, -1], [1, 1]])
    np.testing.assert_array_equal(target.decode([[0.0, 0.0]]), [[1, 200]])


def test_counts_stay():
    target = fit_target([0, 1, 5, 2, 30, 7, 8, 9, 10, 11, 12, 13], "bikers")
    assert isinstance(target, CountTarget)
    assert target.encode([0, 30]).tolist() == [0.0, 30.0]
    with pytest.raises(InputError, match="target 'bikers', row 1"):
        target.encode([1, -1])


@pytest.mark.parametrize(
    "target",
    [
        ClassTarget.fit(["b", "a"]),
        NumberTarget.fit([1 / 3, 7.0]),
        NumberTarget.fit(np.eye(3)),
        CountTarget.fit([1, 2]),
    ],
    ids=lambda t: type(t).__name__,
)
def test_saved_and_read_back(target):
    arrays = {}
    assert decode(encode(target, arrays), arrays) == target


REFUSED = {
    "unseen class": (lambda: ClassTarget.fit(["cat", "dog"]).encode(["cat", "dgo"]), "row 1"),
    "one class": (lambda: ClassTarget.fit([1, 1]), "two classes"),
    "missing label": (lambda: ClassTarget.fit(["a", None, "b"]), "row 1"),
    "missing number": (lambda: NumberTarget.fit([1.0, np.nan]), "row 1"),
    "text as number": (lambda: NumberTarget.fit(["a", "b"]), "numbers"),
    "mixed labels": (lambda: ClassTarget.fit(["a", 1]), "one type"),
    "one-hot labels": (lambda: ClassTarget.fit(np.eye(3)), "argmax"),
    "broken counts": (lambda: CountTarget.fit([0.5, 1.0]), "row 0"),
    "unknown kind": (lambda: fit_target([1, 2], kind="rank"), "'classification'"),
}


@pytest.mark.parametrize(("attempt", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses(attempt, words):
    with pytest.raises(InputError) as error:
        attempt()
    assert words in str(error.value)


def test_an_unseen_class_names_its_neighbour():
    with pytest.raises(InputError) as error:
        ClassTarget.fit(["cat", "dog"]).encode(["dgo"])
    assert error.value.fix == "did you mean 'dog'?"
