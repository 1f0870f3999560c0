"""Floor 2: an output is a likelihood."""

from gradus.likelihoods.base import Likelihood
from gradus.likelihoods.bernoulli import Bernoulli
from gradus.likelihoods.categorical import Categorical
from gradus.likelihoods.gaussian import Gaussian, HeteroscedasticGaussian
from gradus.likelihoods.laplace import Laplace
from gradus.likelihoods.mixture import Mixture
from gradus.likelihoods.poisson import Poisson
from gradus.likelihoods.written import Written

__all__ = [
    "Bernoulli",
    "Categorical",
    "Gaussian",
    "HeteroscedasticGaussian",
    "Laplace",
    "Likelihood",
    "Mixture",
    "Poisson",
    "Written",
]
