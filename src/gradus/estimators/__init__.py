"""Floor 6: scikit-learn estimators."""

from gradus.estimators.autoencoder import Autoencoder
from gradus.estimators.classifier import Classifier
from gradus.estimators.density import DensityEstimator
from gradus.estimators.regressor import Regressor

__all__ = ["Autoencoder", "Classifier", "DensityEstimator", "Regressor"]
