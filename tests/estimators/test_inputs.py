"""Tables of pandas and polars, lists, and names of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import NotFittedError

from gradus import InputError
from gradus.estimators import Autoencoder, Classifier, DensityEstimator, Regressor

RNG = np.random.default_rng(0)
COLUMNS = {"length": RNG.normal(size=40), "width": RNG.normal(size=40)}
X = np.stack(list(COLUMNS.values()), axis=1)
Y = X.sum(axis=1)
ALL = (Classifier, Regressor, Autoencoder, DensityEstimator)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_frames_are_taken_with_their_names(frame):
    table = frame(COLUMNS)
    net = Regressor((4,), epochs=2, random_state=0).fit(table, frame({"y": Y})["y"])
    assert net.feature_names_in_.tolist() == ["length", "width"]
    plain = Regressor((4,), epochs=2, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(net.predict(table), plain.predict(X))
    with pytest.raises(ValueError, match="feature names should match"):
        net.predict(frame({"length": Y, "height": Y}))


@pytest.mark.parametrize("estimator", ALL)
def test_nothing_is_said_before_fit(estimator):
    for name in ("predict", "predict_proba", "transform", "inverse_transform", "score_samples"):
        if hasattr(estimator, name):
            with pytest.raises(NotFittedError):
                getattr(estimator(), name)(X)
    with pytest.raises(NotFittedError):
        estimator().save("nowhere")


def test_numbers_beyond_32_bits_are_refused_by_place():
    far = X.copy()
    far[3, 1] = 1e300
    with pytest.raises(InputError, match="x, row 3, column 1"):
        Regressor((), epochs=1).fit(far, Y)


def test_weights_below_zero_are_refused():
    with pytest.raises(ValueError, match="[Nn]egative"):
        Regressor((), epochs=1).fit(X, Y, sample_weight=np.full(40, -1.0))
