"""Codes and reconstructions through scikit-learn's door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from gradus import InputError, data, models, nn, optim
from gradus.estimators import Autoencoder
from gradus.likelihoods import Bernoulli


@pytest.fixture(scope="module")
def cloud():
    """200 points in five columns whose variances along rotated axes are 9, 4, 1, ¼ and 1⁄16."""
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    return (rng.normal(size=(200, 5)) * [3, 2, 1, 0.5, 0.25]) @ rotation.T + 1


@pytest.fixture(scope="module")
def linear(cloud):
    """A linear autoencoder of two numbers, trained to the end."""
    rate = optim.cosine_decay(0.05, steps=1500)
    given = {"hidden_units": (), "epochs": 1500, "batch_size": 200}
    return Autoencoder(2, learning_rate=rate, random_state=0, **given).fit(cloud)


def test_a_linear_one_spans_the_principal_components(cloud, linear):
    ours = np.asarray(linear.run_.model.decoder.layers[-1].weight).T
    assert subspace_angles(PCA(2).fit(cloud).components_.T, ours).max() < 1e-3


def test_it_reconstructs_as_well_as_principal_components(cloud, linear):
    pca = PCA(2).fit(cloud)
    theirs = cloud - pca.inverse_transform(pca.transform(cloud))
    ours = cloud - linear.inverse_transform(linear.transform(cloud))
    np.testing.assert_allclose(np.square(ours).mean(), np.square(theirs).mean(), rtol=1e-3)


def test_what_is_unlike_all_that_was_seen_scores_low(cloud, linear):
    assert linear.score_samples(cloud + 10).max() < linear.score_samples(cloud).min()
    assert linear.score(cloud) == pytest.approx(linear.score_samples(cloud).mean())


def test_the_score_is_the_log_likelihood(cloud, linear):
    """Gaussian with σ = 1: −½‖x − x̂‖² − 5 · ½ log 2π."""
    error = cloud - linear.inverse_transform(linear.transform(cloud))
    expected = -0.5 * np.square(error).sum(axis=1) - 2.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(linear.score_samples(cloud), expected, rtol=1e-4)


def test_columns_of_codes_have_names(cloud, linear):
    assert linear.get_feature_names_out().tolist() == ["autoencoder0", "autoencoder1"]
    linear.set_output(transform="pandas")
    assert isinstance(linear.transform(cloud), pd.DataFrame)
    assert list(linear.transform(cloud)) == ["autoencoder0", "autoencoder1"]
    linear.set_output(transform="default")


def test_codes_serve_a_classifier():
    flowers = data.load("iris")
    codes = Autoencoder(2, (16,), learning_rate=0.01, epochs=60, random_state=0)
    pipeline = make_pipeline(codes, LogisticRegression()).fit(flowers.x, flowers.y)
    assert pipeline.score(flowers.x, flowers.y) > 0.9


def test_binary_inputs_and_an_autoencoder_of_ones_own():
    x = np.eye(6)[np.arange(60) % 6]
    model = models.Autoencoder(nn.Dense(2), nn.Sequential(nn.Dense(16, nn.relu), nn.Dense(6)))
    net = Autoencoder(model=model, likelihood=Bernoulli(), learning_rate=0.05, random_state=0)
    made = net.fit(x).inverse_transform(net.transform(x))
    np.testing.assert_array_equal(made, x)


def test_what_makes_no_autoencoder_is_refused(cloud, linear):
    with pytest.raises(InputError, match=r"model\n.*models\.Autoencoder"):
        Autoencoder(model=nn.Dense(5)).fit(cloud)
    with pytest.raises(InputError, match="Bernoulli: target in row 0"):
        Autoencoder(likelihood=Bernoulli()).fit(cloud)
    with pytest.raises(InputError, match=r"codes\n.*\(n, 2\)\n.*\(200, 5\)"):
        linear.inverse_transform(cloud)
