"""A density as scikit-learn's estimators of densities give it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import jax
import numpy as np
from sklearn.base import DensityMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from gradus.estimators.generative import Generative, answer
from gradus.likelihoods import Likelihood
from gradus.models import GenerativeModel
from gradus.optim import Optimizer
from gradus.penalties import Penalty


class DensityEstimator(DensityMixin, Generative):
    """A neural density: log p(x) = Σⱼ log p(xⱼ | x₁ … xⱼ₋₁), every factor from one masked net.

    Real columns are brought to mean 0 and standard deviation 1 inside, and densities and samples
    back, so that units do not matter; `loss_curve_` is of the scaled columns, in nats.

    Arguments:
        n_components: Gaussians of each factor.
        hidden_units: units of each hidden layer.
        model: a `models.DensityModel`, such as `models.flow(columns)`, or a `models.VAE` in the
            place of MADE.
        likelihood: of one column given the earlier ones; None: `Mixture(n_components)`.
            `Bernoulli()` is for columns of 0 and 1.

    All others as for `Classifier`. After `fit`, `mean_` and `std_` are those of the columns.
    Raises ValueError for data as scikit-learn does, and InputError, which is one, for the
    parameters.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(5, 2, size=(500, 1))
    >>> bell = DensityEstimator(2, random_state=0).fit(x)
    >>> np.exp(bell.score_samples([[5.0]])).round(1)  # 1 / (2 √(2π)) = 0.199…
    array([0.2])
    >>> bell.sample(3, random_state=0).shape
    (3, 1)

    Germain, Gregor, Murray and Larochelle, "MADE" (2015).
    """

    def __init__(
        self,
        n_components: int = 8,
        hidden_units: Sequence[int] = (64, 64),
        activation: str | Callable = "relu",
        *,
        model: GenerativeModel | None = None,
        likelihood: Likelihood | None = None,
        optimizer: str | Optimizer = "adam",
        learning_rate: Any = 3e-3,
        epochs: int = 100,
        batch_size: int = 32,
        alpha: float = 0.0,
        penalty: Penalty | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ):
        self.n_components = n_components
        self.hidden_units = hidden_units
        self.activation = activation
        self.model = model
        self.likelihood = likelihood
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.alpha = alpha
        self.penalty = penalty
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn from examples X, shape (n, features); y is left alone."""
        return self._follow(X, sample_weight, goes_on=self._goes_on())

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """One epoch over more examples; columns are scaled as at the first call."""
        return self._follow(X, sample_weight, goes_on=hasattr(self, "run_"), epochs=1)

    def score_samples(self, X: Any) -> np.ndarray:
        """log p(x) of every example, or log P(x) of discrete ones, in nats, shape (n,).

        Of a VAE it is a lower bound, by 100 draws of the hidden causes.
        """
        log_p = self._of_each("log_prob", self._scaled(self._inputs(X)))
        return log_p - np.sum(np.log(self.std_))

    def score(self, X: Any, y: Any = None) -> float:
        """Mean of `score_samples`: higher is better."""
        return float(np.mean(self.score_samples(X)))

    def sample(self, n_samples: int = 1, random_state: Any = None) -> np.ndarray:
        """New examples, drawn from the density, shape (n_samples, features)."""
        check_is_fitted(self)
        key = jax.random.key(check_random_state(random_state).randint(2**31 - 1))
        return self.mean_ + self.std_ * np.asarray(
            answer(self.run_.model, "sample", key, n_samples)
        )
