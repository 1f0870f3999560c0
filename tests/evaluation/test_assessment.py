"""Assessment: predictions, measures and hard examples of models with known weights."""

import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.data import Dataset
from gradus.evaluation.assessment import assess
from gradus.likelihoods import Bernoulli, Categorical, Gaussian, Poisson


def linear(weight):
    """y = x W with a given W and no bias."""
    weight = jnp.asarray(weight, jnp.float32)
    return nn.Dense(weight.shape[1], use_bias=False).replace(weight=weight)


def rows(*values):
    return np.array(values, np.float32)


IDENTITY = linear(np.eye(2))


def test_classes_by_hand():
    # Logits (0, 0), (log 3, 0), (log 3, 0): p = (½, ½), (¾, ¼), (¾, ¼) for the classes 0, 0, 1.
    x = rows([0, 0], [np.log(3), 0], [np.log(3), 0])
    assessment = assess(IDENTITY, Categorical(2), x, [0, 0, 1], labels=["no", "yes"])
    assert assessment.kind == "classification"
    np.testing.assert_allclose(assessment.probabilities, [[0.5, 0.5], [0.75, 0.25], [0.75, 0.25]])
    assert assessment.predicted.tolist() == [0, 0, 0]
    np.testing.assert_allclose(
        assessment.loss_per_row, [np.log(2), np.log(4 / 3), np.log(4)], rtol=1e-6
    )
    assert assessment.measures["accuracy"] == pytest.approx(2 / 3)
    assert assessment.measures["log_loss"] == pytest.approx(assessment.loss_per_row.mean())
    assert assessment.labels == ("no", "yes")


def test_the_worst_come_first_with_their_inputs():
    x = np.arange(20, dtype=np.float32)[:, None]
    assessment = assess(linear([[1.0]]), Gaussian(), x, np.zeros(20, np.float32))
    assert assessment.worst.tolist() == list(range(19, 7, -1))
    assert assessment.worst_inputs[0] == 19


@pytest.mark.parametrize(
    ("n", "width", "kept"),
    [(5, 1, 5), (401, 1, 200), (4, 200_000, 2), (2, 600_000, 0)],
)
def test_some_rows_are_kept_as_far_as_they_are_light(n, width, kept):
    """200 at most, and 2 MB: a float of 4 bytes for each column."""
    x = np.zeros((n, width), np.float32)
    assessment = assess(linear(np.ones((width, 1))), Gaussian(), x, np.zeros(n, np.float32))
    assert len(assessment.sample) == len(assessment.sample_inputs) == kept
    assert list(assessment.sample[[0, -1]] if kept else []) == [0, n - 1][:kept]


def test_numbers_by_hand():
    # Errors 1, 1 and 4: MSE 6, RMSE √6.
    assessment = assess(linear([[2.0]]), Gaussian(), rows([1], [2], [3]), rows(1, 5, 2))
    assert assessment.kind == "regression"
    assert assessment.probabilities is None
    assert assessment.predicted.tolist() == [2, 4, 6]
    assert assessment.measures["rmse"] == pytest.approx(np.sqrt(6))


def test_several_numbers_per_row():
    x = rows([1, 2], [3, 4], [5, 6])
    assessment = assess(IDENTITY, Gaussian(), x, x, labels=["a", "b"], train=(x, x))
    assert assessment.predicted.shape == assessment.y.shape == (3, 2)
    assert assessment.loss_per_row.shape == (3,)
    assert assessment.measures["rmse"] == 0
    assert len(assessment.baselines) == 3


@pytest.mark.parametrize("y", [[0, 1, 1], [False, True, True]])
def test_one_logit_gives_two_classes(y):
    x = rows([-5], [np.log(3)], [5])
    assessment = assess(linear([[1.0]]), Bernoulli(), x, np.array(y))
    assert assessment.kind == "classification"
    assert assessment.labels == ("0", "1")
    np.testing.assert_allclose(assessment.probabilities[1], [0.25, 0.75], rtol=1e-6)
    assert assessment.measures["accuracy"] == 1


def test_probabilities_as_targets_are_numbers():
    assessment = assess(linear([[1.0]]), Bernoulli(), rows([0], [0]), rows(0.25, 1))
    assert assessment.kind == "regression"
    assert assessment.predicted.tolist() == [0.5, 0.5]


def test_several_classes_per_row_count_alike_and_have_no_baselines():
    x, y = rows([5, -5], [5, 5]), np.array([[1, 0], [1, 0]])
    assessment = assess(IDENTITY, Bernoulli(), x, y, train=(x, y))
    assert assessment.probabilities.shape == (2, 2, 2)
    assert assessment.measures["accuracy"] == 0.75
    assert assessment.baselines == {}


def test_counts():
    x = np.linspace(0, 1, 30, dtype=np.float32)[:, None]
    y = np.arange(30) % 4
    assessment = assess(linear([[0.0]]), Poisson(), x, y, train=(x, y))
    assert assessment.kind == "counts"
    assert (assessment.predicted == 1).all()
    assert list(assessment.baselines) == ["mean", "5 nearest neighbours", "Poisson regression"]


def test_baselines_are_measured_on_the_same_rows():
    x, y = rows([0], [1], [2], [3]), np.array([0, 0, 0, 1])
    assessment = assess(linear([[1.0, 0]]), Categorical(2), x, y, train=(x[:3], y[:3]))
    # Trained on class 0 alone, the majority class is right for 3 of 4.
    assert assessment.baselines["majority class"]["accuracy"] == 0.75


def test_baselines_say_what_they_say_about_the_very_rows():
    """y = 5x: the nearest neighbour of every row but the last is itself, which is 10 off."""
    x = rows([0], [1], [2], [3], [50])
    y = np.array([0, 5, 10, 15, 25], np.float32)
    assessment = assess(
        linear([[1.0]]), Gaussian(), x, y, train=(x[:4].repeat(9, 0), y[:4].repeat(9))
    )
    assert assessment.baselines["5 nearest neighbours"]["mse"] == pytest.approx(10**2 / 5)


def test_it_prints_the_model_beside_its_baselines():
    x = np.linspace(0, 1, 30, dtype=np.float32)[:, None]
    assessment = assess(linear([[1.0]]), Gaussian(), x, x[:, 0], train=(x, x[:, 0]))
    header, *lines = str(assessment).splitlines()
    assert header.split()[:2] == ["mse", "rmse"]
    assert lines[0].split()[:2] == ["model", "0.0000"]
    assert [line[:5].strip() for line in lines] == ["model", "mean", "5 nea", "ridge"]
    assert len({len(line) for line in [header, *lines]}) == 1


@pytest.mark.parametrize(("x", "y"), [(rows([1], [2]), [0]), (np.zeros((0, 1)), [])])
def test_rows_that_do_not_match_are_refused(x, y):
    with pytest.raises(InputError, match=r"Expected: .*(2|one)"):
        assess(linear([[1.0]]), Gaussian(), x, y)


def test_targets_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="row 1"):
        assess(IDENTITY, Categorical(2), rows([0, 0], [0, 0]), [0, 7])


def test_a_model_that_diverged_is_refused():
    with pytest.raises(InputError, match="predictions"):
        assess(linear([[np.nan]]), Gaussian(), rows([0], [1]), rows(0, 0))


def test_decoded_numbers_are_in_the_units_of_the_user():
    # z = (y − 10)/2: targets 12, 20, 14 and predictions 14, 18, 22; errors 2, −2 and 8.
    def decode(z):
        return 2 * z + 10

    x, z = rows([1], [2], [3]), rows(1, 5, 2)
    model = linear([[2.0]])
    assessment = assess(model, Gaussian(), x, z, train=(x, z), decode=decode)
    assert assessment.y.tolist() == [12, 20, 14]
    assert assessment.predicted.tolist() == [14, 18, 22]
    assert assessment.measures["rmse"] == pytest.approx(np.sqrt(24))
    plain = assess(model, Gaussian(), x, z, train=Dataset(x, z))
    np.testing.assert_array_equal(assessment.loss_per_row, plain.loss_per_row)
    assert list(assessment.baselines) == list(plain.baselines)
    for name, measures in assessment.baselines.items():
        assert measures["rmse"] == pytest.approx(2 * plain.baselines[name]["rmse"], rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"train": rows([0], [1])}, r"^train\n(.*\n)+.*train=\(x_train, y_train\)"),
        ({"train": (rows([0], [1]),)}, "a tuple of 1"),
        ({"train": Dataset(rows([0], [1]))}, "a Dataset that has both"),
        ({"x": Dataset(rows([0], [1]))}, r"assess\(model, likelihood, data\.x, data\.y\)"),
        ({"model": Gaussian()}, "the model comes first"),
        ({"likelihood": linear([[1.0]])}, "the model comes first"),
        ({"likelihood": Gaussian}, "the class Gaussian"),
        ({"likelihood": Poisson(), "decode": np.exp}, "decode\n.*real numbers\n.*counts"),
    ],
)
def test_arguments_of_another_kind_are_refused(changes, wording):
    right = {"model": linear([[1.0]]), "likelihood": Gaussian(), "x": rows([0], [1]), "y": [0, 1]}
    with pytest.raises(InputError, match=wording):
        assess(**right | changes)
