"""Estimators on disk, in pickles, in other processes, and in clones."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
from sklearn.base import clone

from gradus import InputError, load, nn, optim
from gradus.estimators import Autoencoder, Classifier, DensityEstimator, Regressor
from gradus.likelihoods import HeteroscedasticGaussian
from gradus.optim import cosine_decay

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = X[:, 0] - X[:, 1]
NAMES = np.array(["no", "yes"], dtype=object)[(Y > 0).astype(int)]

FITTED = {
    "classifier": lambda: Classifier((4,), epochs=2, class_weight={"no": 2.0, "yes": 1.0}).fit(
        X, NAMES
    ),
    "numbers": lambda: Classifier((4,), epochs=2, class_weight={0: 1, 1: 3}).fit(X, Y > 0),
    "several labels": lambda: Classifier((), epochs=2).fit(X, (X > 0).astype(int)),
    "regressor": lambda: Regressor((4,), likelihood=HeteroscedasticGaussian(), epochs=2).fit(X, Y),
    "own model": lambda: Regressor(model=nn.Sequential(nn.Dense(2, nn.tanh), nn.Dense(1)),
                                   epochs=2).fit(X, Y),
    "autoencoder": lambda: Autoencoder(2, (4,), "tanh", epochs=2).fit(X),
    "density": lambda: DensityEstimator(2, (4,), epochs=2).fit(X),
}  # fmt: skip


def answer(estimator):
    """What an estimator says about the examples."""
    for name in ("predict_proba", "predict", "transform", "score_samples"):
        if hasattr(estimator, name):
            return getattr(estimator, name)(X)
    raise AssertionError(estimator)


@pytest.mark.parametrize("name", FITTED)
def test_what_was_saved_comes_back(name, tmp_path):
    ours = FITTED[name]()
    again = type(ours).load(ours.save(tmp_path))
    np.testing.assert_array_equal(answer(again), answer(ours))
    assert again.get_params() == ours.get_params()
    assert again.n_features_in_ == 3
    assert again.loss_curve_ == ours.loss_curve_
    if name in ("classifier", "numbers"):
        np.testing.assert_array_equal(again.classes_, ours.classes_)
        assert again.classes_.dtype == ours.classes_.dtype
        assert again.class_weight == ours.class_weight


def test_a_loaded_estimator_goes_on(tmp_path):
    ours = Regressor((4,), epochs=5, warm_start=True, random_state=0).fit(X, Y)
    again = Regressor.load(ours.save(tmp_path)).fit(X, Y)
    assert again.n_iter_ == 10
    assert again.loss_curve_[5] < again.loss_curve_[0]


def test_the_folder_is_that_of_a_run_and_runs_no_code(tmp_path):
    ours = FITTED["classifier"]()
    ours.save(tmp_path)
    np.testing.assert_allclose(load(tmp_path).probabilities(X), ours.predict_proba(X), rtol=1e-5)
    assert json.loads((tmp_path / "run.json").read_text())["status"] == "finished 2 epochs"
    names = {"model.safetensors", "history.csv", "run.json", "estimator.safetensors"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_what_cannot_be_saved_or_loaded_is_refused(tmp_path):
    with pytest.raises(InputError, match=r'optimiser cannot be saved\n(.*\n)+.*optimizer="adam"'):
        Regressor((), optimizer=optim.adam(0.1), epochs=1).fit(X, Y).save(tmp_path)
    assert list(tmp_path.iterdir()) == []
    FITTED["regressor"]().save(tmp_path)
    with pytest.raises(InputError, match=r"a Classifier of format 1(.*\n)+.*Regressor"):
        Classifier.load(tmp_path)
    (tmp_path / "estimator.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match="none, or a damaged one"):
        Regressor.load(tmp_path)


@pytest.mark.parametrize("name", FITTED)
def test_a_pickle_says_the_same(name):
    ours = FITTED[name]()
    again = pickle.loads(pickle.dumps(ours))
    np.testing.assert_array_equal(answer(again), answer(ours))


def test_clones_have_the_parameters_and_nothing_learned():
    ours = Regressor(model=nn.Dense(1), optimizer=optim.sgd(0.1), epochs=1).fit(X, Y)
    again = clone(ours)
    assert again.get_params() == ours.get_params()
    assert not hasattr(again, "run_")


def test_a_schedule_is_a_learning_rate():
    rate = cosine_decay(0.1, steps=20)
    net = Regressor((), learning_rate=rate, epochs=20, batch_size=40, random_state=0).fit(X, Y)
    assert net.history_["rate"][-1] < 0.01
