"""scikit-learn's own checks of estimators."""

from __future__ import annotations

import jax
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from gradus.estimators import (
    AnomalyDetector,
    Autoencoder,
    Classifier,
    DensityEstimator,
    Imputer,
    Regressor,
)
from gradus.training import program

ESTIMATORS = [
    *(Classifier(), Regressor(), Autoencoder(), DensityEstimator(), Imputer()),
    AnomalyDetector(epochs=20),
]
WEIGHTS = "check_sample_weight_equivalence_on_dense_data"


@pytest.fixture(autouse=True, scope="module")
def compiled_in_a_hurry():
    """Hundreds of tiny problems take longer to compile than to learn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "QUICK_TO_RUN", program.QUICK_TO_COMPILE)
        patch.setattr(program, "MOST_KEPT", 200)
        yield


def failures(estimator):
    """As of scikit-learn's own nets that learn in steps, which it does not ask for this."""
    reason = "the last bias starts at smoothed frequencies, not the same for repeated examples"
    return {WEIGHTS: reason} if isinstance(estimator, Classifier) else {}


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=failures)
def test_it_is_an_estimator(estimator, check):
    """Weights and repetitions are compared to seven digits, which takes 64 bits."""
    with jax.enable_x64(check.func.__name__ == WEIGHTS):
        check(estimator)
