"""Floor 6: scikit-learn estimators."""

from gradus.estimators.anomaly import AnomalyDetector
from gradus.estimators.autoencoder import Autoencoder
from gradus.estimators.classifier import Classifier
from gradus.estimators.density import DensityEstimator
from gradus.estimators.imputer import Imputer
from gradus.estimators.regressor import Regressor

__all__ = [
    "AnomalyDetector",
    "Autoencoder",
    "Classifier",
    "DensityEstimator",
    "Imputer",
    "Regressor",
]
