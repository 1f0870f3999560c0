"""What is unlike the examples, through scikit-learn's door."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gradus import InputError, models
from gradus.estimators import AnomalyDetector
from gradus.estimators.anomaly import offset


@pytest.fixture(scope="module")
def line():
    """300 points near a line in three columns of different units."""
    rng = np.random.default_rng(0)
    t = rng.normal(size=(300, 1))
    return t * [1, 1000, -0.01] + rng.normal(size=(300, 3)) * [0.05, 50, 0.0005] + [0, 7, 0]


@pytest.fixture(scope="module")
def beside(line):
    """The same columns, each of another row: every value is usual, together they are not."""
    rng = np.random.default_rng(1)
    return np.stack([rng.permutation(column) for column in line.T], axis=1)


@pytest.fixture(scope="module")
def fitted(line):
    return AnomalyDetector(2, (16,), contamination=0.05, epochs=40, random_state=0).fit(line)


MODELS = {
    "flow": models.flow(3, 1, hidden=(8,)),
    "autoencoder": models.autoencoder(3, [], 1),
}


def test_the_share_of_the_examples_that_was_said_is_strange(fitted, line):
    """5 % of 300 are 15."""
    assert (fitted.predict(line) == -1).sum() == 15
    decision = fitted.score_samples(line) - fitted.offset_
    np.testing.assert_array_equal(fitted.decision_function(line), decision)
    np.testing.assert_array_equal(fitted.predict(line) == -1, decision < 0)


def test_what_does_not_go_together_is_strange(fitted, line, beside):
    far = np.abs(np.diff(beside[:, :2] / [1, 1000], axis=1))[:, 0] > 1
    assert (fitted.predict(beside[far]) == -1).all()


@pytest.mark.parametrize("name", MODELS)
def test_any_model_with_a_score_will_do(name, line, beside):
    guard = AnomalyDetector(model=MODELS[name], epochs=30, learning_rate=0.02, random_state=0)
    guard.fit(line)
    scores = np.concatenate([guard.score_samples(line), guard.score_samples(beside)])
    assert roc_auc_score(np.repeat([1, 0], 300), scores) > 0.85


def test_a_fitted_one_is_read_back(fitted, line, tmp_path):
    again = AnomalyDetector.load(fitted.save(tmp_path / "guard"))
    np.testing.assert_array_equal(again.predict(line), fitted.predict(line))


def test_weights_count_for_the_offset():
    """Of weights 1, 2, 1 half is 2: 1 lies below 2, both together above half."""
    scores = np.array([3.0, 2.0, 1.0])
    assert offset(scores, [1, 2, 1], 0.5) == 2
    assert offset(scores, [0, 2, 1], 0.25) == 1
    assert offset(np.arange(100.0), None, 0.29) == 29  # 0.29 · 100 is rounded to below 29


def test_wrong_parameters_are_refused(line):
    for share in (0, 0.6, "auto"):
        with pytest.raises(InputError, match=r"contamination\n.*above 0 and at most 0\.5"):
            AnomalyDetector(contamination=share).fit(line)
    gan = models.GAN(*models.dense_gan(3, [8]), latent=2)
    with pytest.raises(InputError, match=r"model\n.*a model of p\(x\), a VAE or an autoencoder"):
        AnomalyDetector(model=gan).fit(line)
    constant = np.column_stack([line[:, 0], np.ones(300), line[:, 2]])
    with pytest.raises(InputError, match="column 1 is constant"):
        AnomalyDetector(model=MODELS["flow"]).fit(constant)
