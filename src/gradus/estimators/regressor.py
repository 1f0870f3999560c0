"""Regression as scikit-learn does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import jax.numpy as jnp
import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d

from gradus.base.errors import InputError
from gradus.estimators.blocks import in_blocks
from gradus.estimators.choices import likelihood_of
from gradus.estimators.moments import moments
from gradus.estimators.net import Net
from gradus.likelihoods import Gaussian, HeteroscedasticGaussian, Likelihood
from gradus.nn import Layer
from gradus.optim import Optimizer
from gradus.penalties import Penalty


class Regressor(RegressorMixin, Net):
    """A net that predicts numbers: y = μ(x) + noise, learned by `gradus.fit`.

    Targets are brought to mean 0 and standard deviation 1 inside, and predictions back, so that
    neither their unit nor their size matters; `loss_curve_` is in those units. Counts, as of
    `Poisson`, stay as they are. Inputs are taken as they are, as scikit-learn's own nets take
    them: put a `StandardScaler` before it.

    Arguments:
        hidden_units: units of each hidden layer; () is a linear model.
        likelihood: what the outputs mean; None: `Gaussian`, squared error. `Laplace()` bears
            outliers, `HeteroscedasticGaussian()` gives every prediction a spread of its own,
            `Poisson()` is for counts.

    All others as for `Classifier`. Several targets, y of shape (n, K), are learned together.
    After `fit`, `mean_` and `std_` are those of the targets. Raises ValueError for data as
    scikit-learn does, and InputError, which is one, for the parameters.

    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> x, y = load_diabetes(return_X_y=True)
    >>> net = Regressor((16,), epochs=30, random_state=0)
    >>> make_pipeline(StandardScaler(), net).fit(x, y).score(x, y) > 0.5
    True

    Differs from `MLPRegressor`: it scales the targets, and the other differences of `Classifier`.
    """

    def __init__(
        self,
        hidden_units: Sequence[int] = (64,),
        activation: str | Callable = "relu",
        *,
        dropout: float = 0.0,
        model: Layer | None = None,
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
        self.hidden_units = hidden_units
        self.activation = activation
        self.dropout = dropout
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

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from examples X, shape (n, features), and their targets y, (n,) or (n, K)."""
        return self._follow(X, y, sample_weight, goes_on=self._goes_on())

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One epoch over more examples; targets are scaled as at the first call."""
        return self._follow(X, y, sample_weight, goes_on=hasattr(self, "run_"), epochs=1)

    def predict(self, X: Any, return_std: bool = False) -> Any:
        """The best guess for every example, shape (n,) or (n, K).

        Arguments:
            X: examples, shape (n, features).
            return_std: whether to give the standard deviation of each, too, as a second array;
                for a likelihood that has one, such as `HeteroscedasticGaussian()`.
        """
        x = self._inputs(X)
        mean = self.mean_ + self.std_ * in_blocks(self.run_.predict, x)
        if not return_std:
            return mean
        likelihood = self.run_.likelihood
        if not isinstance(likelihood, HeteroscedasticGaussian):
            raise InputError(
                "return_std",
                expected="a likelihood with a spread of its own for every example",
                got=repr(likelihood),
                fix="Regressor(likelihood=HeteroscedasticGaussian())",
            )
        outputs = jnp.asarray(in_blocks(self.run_.outputs, x))
        return mean, self.std_ * np.asarray(likelihood.standard_deviation(outputs))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _follow(self, X: Any, y: Any, weight: Any, *, goes_on: bool, epochs: int = 0) -> Self:
        """Learn from examples, their targets scaled."""
        x, y = self._numbers(X, not goes_on, y=y, multi_output=True, y_numeric=True)
        y = column_or_1d(y, warn=True) if y.shape[1:] == (1,) else y
        weight = self._weights(weight, x)
        likelihood = likelihood_of(self.likelihood, Gaussian(), ("regression", "counts"))
        if not goes_on:
            real = likelihood.kind == "regression"
            self.mean_, self.std_ = moments(y, weight) if real else (0.0, 1.0)
        algorithm = self._supervised(likelihood, likelihood.output_shape(y.shape[1:])[-1])
        y = (y - self.mean_) / self.std_
        return self._learn(algorithm, x, y, weight, goes_on=goes_on, epochs=epochs)
