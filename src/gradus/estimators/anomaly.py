"""A detector of anomalies as scikit-learn's outlier detectors are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import OutlierMixin

from gradus.base.errors import InputError
from gradus.estimators.generative import Generative
from gradus.likelihoods import Likelihood
from gradus.models import GenerativeModel
from gradus.optim import Optimizer
from gradus.penalties import Penalty


class AnomalyDetector(OutlierMixin, Generative):
    """What is unlike the examples: unlikely under p(x), or badly made again from its code.

    `predict` gives −1 for anomalies and 1 for all else, by `decision_function`, which is
    `score_samples` − `offset_`: low is strange. Columns are brought to one scale inside, as by
    `DensityEstimator`.

    Arguments:
        n_components: Gaussians of each factor of the density.
        hidden_units: units of each hidden layer.
        contamination: the share of the examples of `fit` that are taken for anomalies, above 0
            and at most ½; `offset_` is that quantile of their scores.
        model: a `models.DensityModel`, `models.VAE`, or an autoencoder, whose squared errors are
            the scores then, in the place of MADE.
        likelihood: of one column given the earlier ones, as for `DensityEstimator`.

    All others as for `Classifier`. Raises ValueError for data as scikit-learn does, and
    InputError, which is one, for the parameters.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(200, 2))
    >>> guard = AnomalyDetector(2, (16,), contamination=0.05, epochs=30, random_state=0).fit(x)
    >>> guard.predict([[0.0, 0.0], [9.0, -9.0]]), int((guard.predict(x) == -1).sum())
    (array([ 1, -1]), 10)

    Bishop (1994), "Novelty detection and neural network validation"; Goodfellow, Bengio and
    Courville (2016), section 5.1.1.
    """

    def __init__(
        self,
        n_components: int = 8,
        hidden_units: Sequence[int] = (64, 64),
        activation: str | Callable = "relu",
        *,
        contamination: float = 0.1,
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
        self.contamination = contamination
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
        self._check_contamination()
        self._follow(X, sample_weight, goes_on=self._goes_on())
        self.offset_ = offset(self.score_samples(X), sample_weight, self.contamination)
        return self

    def score_samples(self, X: Any) -> np.ndarray:
        """How much like the examples every row is, shape (n,): log p(x) of the scaled columns."""
        strange = self._of_each("anomaly_score", self._scaled(self._inputs(X)))
        return -strange.astype(np.float64)

    def decision_function(self, X: Any) -> np.ndarray:
        """`score_samples` − `offset_`, shape (n,): below 0 for anomalies."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> np.ndarray:
        """−1 for anomalies, 1 for all else, shape (n,)."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _check_contamination(self) -> None:
        share = self.contamination
        if not isinstance(share, int | float) or not 0 < share <= 0.5:
            raise InputError(
                "contamination",
                expected="the share of anomalies, above 0 and at most 0.5",
                got=repr(share),
                fix="contamination=0.05, say",
            )


def offset(scores: np.ndarray, weight: Any, share: float) -> float:
    """The lowest score above a share of the examples.

    >>> offset(np.array([3.0, 1.0, 2.0, 4.0]), None, share=0.5)
    3.0
    """
    order = np.argsort(scores)
    below = np.cumsum(np.ones(len(scores)) if weight is None else np.asarray(weight)[order])
    place = np.searchsorted(below, share * below[-1] * (1 + 1e-9), side="right")
    return float(scores[order][place])
