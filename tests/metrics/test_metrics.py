"""Measures: examples worked by hand, agreement with scikit-learn, refusals."""

import math

import numpy as np
import pytest
import sklearn.metrics as peer

from gradus import metrics
from gradus.base.errors import InputError

# Of 4 positives 3 are found; of 6 negatives 2 raise a false alarm: TP 3, FN 1, FP 2, TN 4.
Y = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
PREDICTED = np.array([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])
COLOURS = np.array(["red", "green", "blue", "red", "green", "red"])
NAMED = np.array(["red", "green", "red", "red", "blue", "green"])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (metrics.accuracy_score, 7 / 10),
        (metrics.error_rate, 3 / 10),
        (metrics.recall_score, 3 / 4),
        (metrics.specificity_score, 4 / 6),
        (metrics.precision_score, 3 / 5),
        (metrics.false_positive_rate, 2 / 6),
        (metrics.false_negative_rate, 1 / 4),
        (metrics.f1_score, 2 * (3 / 5) * (3 / 4) / (3 / 5 + 3 / 4)),
    ],
)
def test_two_classes_by_hand(measure, expected):
    assert measure(Y, PREDICTED) == pytest.approx(expected)
    as_text = np.array(["no", "yes"])
    if measure not in (metrics.accuracy_score, metrics.error_rate):
        assert measure(as_text[Y], as_text[PREDICTED], positive="yes") == pytest.approx(expected)


def test_the_zero_one_loss_counts_the_wrong_ones():
    assert metrics.error_rate([1, 0], [1, 0]) == 0
    assert metrics.error_rate([1, 0], [0, 1]) == 1


def test_confusion_matrix_by_hand():
    # Rows are the truth: blue, green, red.
    expected = [[0, 0, 1], [1, 1, 0], [0, 1, 2]]
    np.testing.assert_array_equal(metrics.confusion_matrix(COLOURS, NAMED), expected)
    turned = metrics.confusion_matrix(COLOURS, NAMED, labels=["red", "green", "blue"])
    np.testing.assert_array_equal(turned, np.array(expected)[::-1, ::-1])


def test_nothing_to_count_is_nan():
    assert math.isnan(metrics.recall_score([0, 0], [0, 1]))
    assert math.isnan(metrics.precision_score([0, 1], [0, 0]))
    assert math.isnan(metrics.specificity_score([1, 1], [0, 1]))


def test_scikit_learn_agrees_on_classes(rng):
    y, predicted = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    for mine, theirs in [
        (metrics.precision_score, peer.precision_score),
        (metrics.recall_score, peer.recall_score),
        (metrics.f1_score, peer.f1_score),
    ]:
        one = theirs(y, predicted, labels=[2], average=None)[0]
        assert mine(y, predicted, positive=2) == pytest.approx(one)
    measured = metrics.classification(y, predicted)
    assert measured["f1"] == pytest.approx(peer.f1_score(y, predicted, average="macro"))
    assert measured["recall"] == pytest.approx(peer.balanced_accuracy_score(y, predicted))


def test_a_class_that_is_never_predicted_has_precision_0():
    """Precisions 1, ½ and 0: scikit-learn's mean with zero_division=0."""
    y, predicted = [0, 0, 1, 2], [0, 0, 1, 1]
    measured = metrics.classification(y, predicted)
    assert measured["precision"] == pytest.approx(1 / 2)
    theirs = peer.precision_score(y, predicted, average="macro", zero_division=0)
    assert measured["precision"] == pytest.approx(theirs)
    with_one_more = metrics.classification(y, predicted, labels=[0, 1, 2, 3])
    assert with_one_more == measured  # of a class that is not there, nothing can be said


def test_bytes_do_not_wrap_around():
    dark, light = np.array([0, 10], np.uint8), np.array([1, 8], np.uint8)
    assert metrics.regression(dark, light) == metrics.regression([0, 10], [1, 8])
    assert metrics.median_absolute_error(dark, light) == 1.5


def test_regression_by_hand():
    # Errors 0, −1, 2, 5; Σ = 30; the targets −1, 0, 2, 3 around their mean 1: Σ = 10.
    y, predicted = [-1.0, 0, 2, 3], [-1.0, -1, 4, 8]
    assert metrics.regression(y, predicted) == pytest.approx(
        {"mse": 7.5, "rmse": 7.5**0.5, "mae": 2.0, "median_error": 1.5, "r2": -2.0}
    )


def test_r2_of_the_mean_is_zero_and_of_constant_targets_unknown():
    assert metrics.r2_score([1.0, 2, 6], [3.0, 3, 3]) == 0
    assert math.isnan(metrics.r2_score([2.0, 2], [2.0, 3]))
    assert math.isnan(metrics.r2_score([2.0], [3.0]))


def test_psnr_by_hand():
    # One level of 255 off everywhere: 20 log₁₀ 255 = 48.13 dB.
    image = np.full((4, 4), 100, np.uint8)
    assert metrics.psnr_score(image, image + np.uint8(1), 255) == pytest.approx(48.1308, abs=1e-4)
    assert metrics.psnr_score(image, image, 255) == math.inf


def test_auc_of_perfect_random_reversed_and_tied_scores(rng):
    y = rng.integers(0, 2, 4000)
    assert metrics.auc_score(y, y + 0.5) == 1
    assert metrics.auc_score(y, -y) == 0
    assert metrics.auc_score(y, np.zeros(4000)) == 0.5
    # Standard error of a random AUC: √((n₁+n₀+1)/(12 n₁n₀)) ≈ 0.009.
    assert metrics.auc_score(y, rng.random(4000)) == pytest.approx(0.5, abs=0.03)


def test_auc_counts_the_pairs_in_order():
    # Of the 2·3 pairs (0.9, 0.4) × (0.1, 0.4, 0.8): five in order, minus (0.4, 0.8), tie ½.
    assert metrics.auc_score([1, 1, 0, 0, 0], [0.9, 0.4, 0.1, 0.4, 0.8]) == pytest.approx(4.5 / 6)


def test_roc_curve_by_hand():
    roc = metrics.roc_curve([1, 0, 1, 0], [0.9, 0.7, 0.5, 0.1])
    np.testing.assert_allclose(roc.true_positive_rate, [0, 0.5, 0.5, 1, 1])
    np.testing.assert_allclose(roc.false_positive_rate, [0, 0, 0.5, 0.5, 1])
    area = np.trapezoid(roc.true_positive_rate, roc.false_positive_rate)
    assert area == pytest.approx(metrics.auc_score([1, 0, 1, 0], [0.9, 0.7, 0.5, 0.1]))


def test_log_loss_by_hand(rng):
    p = np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    assert metrics.log_loss([0, 2], p) == pytest.approx(-np.log(0.5 * 0.8) / 2)
    assert metrics.log_loss([[0, 2]], p[None]) == pytest.approx(-np.log(0.5 * 0.8) / 2)
    assert metrics.log_loss([1], [0.0]) == math.inf
    y, p = rng.integers(0, 2, 50), rng.random(50)
    assert metrics.log_loss(y, p) == pytest.approx(peer.log_loss(y, p))


def test_uniform_perplexity_is_the_number_of_choices():
    assert metrics.perplexity(np.full((3, 4), -np.log(7))) == pytest.approx(7)
    assert metrics.perplexity([0.0, -math.inf]) == math.inf


def test_calibration_of_true_probabilities_is_the_diagonal(rng):
    p = rng.random(20_000)
    curve = metrics.calibration_curve(rng.random(20_000) < p, p)
    np.testing.assert_allclose(curve.observed, curve.predicted, atol=0.05)


def test_classification_of_two_classes():
    p = np.where(PREDICTED == 1, 0.8, 0.3)
    measured = metrics.classification(Y, PREDICTED, np.stack([1 - p, p], 1))
    assert set(measured) == {
        *("accuracy", "error_rate", "precision", "recall", "f1", "specificity"),
        *("log_loss", "auc"),
    }
    assert measured == pytest.approx(metrics.classification(Y, PREDICTED, p))
    text = np.array(["no", "yes"])
    assert metrics.classification(text[Y], text[PREDICTED], p) == pytest.approx(measured)


def test_classification_puts_probabilities_in_the_order_of_the_labels():
    labels = ["red", "blue", "green"]
    certain = np.stack([label == COLOURS for label in labels], 1).astype(float)
    measured = metrics.classification(COLOURS, NAMED, certain, labels)
    assert measured["log_loss"] == 0
    assert measured["accuracy"] == 0.5


def test_classification_of_one_class_has_no_auc():
    measured = metrics.classification([0, 0], [0, 1], [0.2, 0.7], labels=[0, 1])
    assert "auc" not in measured
    assert measured["log_loss"] == pytest.approx(-np.log(0.8 * 0.3) / 2)


MEASURES = [
    *(metrics.accuracy_score, metrics.error_rate, metrics.confusion_matrix, metrics.recall_score),
    *(metrics.specificity_score, metrics.precision_score, metrics.false_positive_rate),
    *(metrics.false_negative_rate, metrics.f1_score, metrics.roc_curve, metrics.auc_score),
    *(metrics.mean_squared_error, metrics.root_mean_squared_error, metrics.mean_absolute_error),
    *(metrics.median_absolute_error, metrics.r2_score, metrics.psnr_score),
    *(metrics.classification, metrics.regression, metrics.calibration_curve),
]


@pytest.mark.parametrize("measure", MEASURES)
def test_bad_arrays_are_refused(measure):
    column = np.array([[0.0], [1.0]])
    for y, predicted, message in [
        (column[:, 0], column, r"differ in shape(.|\n)*predictions\[:, 0\]"),
        (column, column[:, 0], r"targets\[:, 0\]"),
        ([0.0, 1], [0.0, 1, 1], r"shape \(2,\)\n  Got:      \(3,\)"),
        ([0.0, 1], [0.0, np.nan], "predictions: row 1\n  Expected: numbers\n  Got:      NaN"),
        ([], [], "at least one"),
        ([0.0, 1], ["no", "yes"], "differ in type"),
    ]:
        with pytest.raises(InputError, match=message):
            measure(y, predicted)


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (lambda: metrics.auc_score([1, 1], [0.1, 0.2]), "both present\n  Got:      only 1"),
        (lambda: metrics.roc_curve([0, 2], [0.1, 0.2]), "from 0 to 1\n  Got:      2"),
        (lambda: metrics.calibration_curve([0, 1], [0.5, 1.5]), "probabilities"),
        (lambda: metrics.calibration_curve([-1, 1], [0.5, 0.5]), "from 0 to 1"),
        (lambda: metrics.log_loss([0, 1], [[2.0, -1.0], [0.0, 1.0]]), "not the outputs"),
        (lambda: metrics.log_loss([0, 1], [[1.0, 1.0], [0.0, 1.0]]), "adding up to 1"),
        (lambda: metrics.log_loss([0, 1], [[1.0, 0.0]]), "shape"),
        (lambda: metrics.log_loss([0, 2], [0.5, 0.5]), "from 0 to 1\n  Got:      2"),
        (lambda: metrics.log_loss([0, -1], [0.5, 0.5]), "from 0 to 1"),
        (lambda: metrics.mean_squared_error([0.0, 1], [0.0, np.inf]), "infinity"),
        (lambda: metrics.r2_score(["a", "b"], ["a", "b"]), "finite numbers"),
        (lambda: metrics.recall_score(["no", "yes"], ["no", "yes"]), "positive='no'"),
        (lambda: metrics.confusion_matrix([0, 1], [0, 2], [0, 1]), r"\[0, 1\]\n  Got:      2"),
        (lambda: metrics.perplexity([np.nan]), "log probabilities: row 0"),
    ],
)
def test_what_cannot_be_measured_is_refused(measure, message):
    with pytest.raises(InputError, match=message):
        measure()
