"""Floor 2: an output is a likelihood."""

from gradus.likelihoods.base import Likelihood
from gradus.likelihoods.categorical import Categorical
from gradus.likelihoods.gaussian import Gaussian

__all__ = ["Categorical", "Gaussian", "Likelihood"]
