"""Random labels, and the net that needs 2n + d weights to know them by heart."""

import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier

from gradus import InputError, nn, random_labels, supervised
from gradus.base.tree import count
from gradus.evaluation import memorizer
from gradus.likelihoods import Categorical
from gradus.optim import adam


@pytest.fixture(scope="module")
def thirds():
    """90 points in four dimensions, three classes."""
    random = np.random.default_rng(0)
    return random.normal(size=(90, 4)).astype("float32"), (np.arange(90) % 3).astype("int32")


def test_a_nearest_neighbour_knows_everything_by_heart(thirds):
    memory = random_labels(KNeighborsClassifier(1), thirds, draws=2)
    assert (memory.accuracy, memory.memorised, memory.rademacher) == (1, 1, 1)
    assert memory.verdict.startswith("it memorises nearly any labels")
    assert memory.weights is None


def test_the_majority_class_knows_nothing(thirds):
    """Of signs it takes the more frequent: E |Σσᵢ| / n ≈ √(2 / πn) = 0.084."""
    memory = random_labels(DummyClassifier(), thirds, draws=200)
    assert memory.memorised < 0.1
    assert memory.rademacher == pytest.approx(np.sqrt(2 / np.pi / 90), abs=0.02)
    assert memory.verdict.startswith("it hardly memorises")


def test_a_wide_net_memorises_and_a_line_does_not(thirds):
    net = nn.Sequential(nn.Dense(128, nn.relu), nn.Dense(3))
    wide = random_labels(
        supervised(net, Categorical(3), adam(0.03)), thirds, draws=1, epochs=200, batch=90
    )
    assert wide.memorised > 0.9
    assert wide.weights == 4 * 128 + 128 + 128 * 3 + 3
    assert wide.enough == 2 * 90 + 4
    line = supervised(nn.Dense(3), Categorical(3), adam(0.03))
    flat = random_labels(line, thirds, draws=1, epochs=100, batch=90)
    assert flat.memorised < 0.5
    assert "of what chance leaves" in flat.verdict


def test_it_prints(thirds):
    text = str(random_labels(DummyClassifier(), thirds))
    assert "training accuracy, random labels" in text
    assert "184" in text


def test_2n_plus_d_weights_are_enough_for_any_labels():
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 5))
    y = random.choice([-1.0, 1.0], 60)
    net = memorizer(x, y)
    assert count(net) == 2 * 60 + 5
    said = np.asarray(net(jnp.asarray(x, jnp.float32)))[:, 0]
    assert (np.sign(said) == y).all()


def test_any_numbers_are_known_to_all_digits(float64):
    random = np.random.default_rng(1)
    x, y = random.normal(size=(40, 3)), random.normal(size=40)
    np.testing.assert_allclose(memorizer(x, y)(jnp.asarray(x)).ravel(), y, rtol=1e-8)


@pytest.mark.parametrize(
    ("x", "y", "wording"),
    [
        (np.zeros((3, 2)), np.zeros(3), "row . twice"),
        (np.zeros((3, 2)), np.zeros(2), r"\(3, 2\) and \(2,\)"),
    ],
)
def test_inputs_that_cannot_be_told_apart_are_refused(x, y, wording):
    with pytest.raises(InputError, match=wording):
        memorizer(x, y)


def test_targets_that_are_no_classes_are_refused(thirds):
    with pytest.raises(InputError, match="a learner for classes"):
        random_labels(LinearRegression(), thirds)
    with pytest.raises(InputError, match="draws"):
        random_labels(DummyClassifier(), thirds, draws=0)
