"""Small problems that train in milliseconds once compiled."""

import numpy as np
import pytest

from gradus import nn, supervised
from gradus.likelihoods import Categorical, Gaussian
from gradus.optim import adam, sgd


@pytest.fixture(scope="session")
def blobs():
    """Three classes in the plane, 70 examples: not a whole number of batches of 16."""
    random = np.random.default_rng(0)
    y = np.arange(70, dtype=np.int32) % 3
    centres = np.array([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]])
    return (centres[y] + random.normal(size=(70, 2))).astype("float32"), y


@pytest.fixture(scope="session")
def line():
    """y = 3x − 1 without noise, 40 examples."""
    x = np.linspace(-1, 1, 40, dtype="float32")[:, None]
    return x, 3 * x[:, 0] - 1


@pytest.fixture
def classify():
    """A small net for three classes, with noise, so that keys matter too."""
    model = nn.Sequential(nn.Dense(8, nn.relu), nn.Dropout(0.2), nn.Dense(3))
    return supervised(model, Categorical(3), adam(0.02))


@pytest.fixture
def regress():
    """Linear regression by gradient descent."""
    return supervised(nn.Dense(1), Gaussian(), sgd(0.1))
