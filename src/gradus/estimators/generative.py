"""What estimators without targets share: columns on one scale, and the verbs of any model."""

from __future__ import annotations

from functools import partial
from typing import Any, Self

import equinox as eqx
import numpy as np

from gradus import learn, models
from gradus.estimators.blocks import in_blocks
from gradus.estimators.choices import activation_of, likelihood_of, units_of
from gradus.estimators.moments import moments
from gradus.estimators.net import Net
from gradus.learn import Algorithm
from gradus.likelihoods import Likelihood, Mixture
from gradus.models import GenerativeModel
from gradus.optim import Optimizer
from gradus.penalties import Penalty
from gradus.training import Shared


class Generative(Net):
    """The base of estimators of p(x): MADE with mixtures, or a model of the user's own.

    After `fit`, `mean_` and `std_` are those of the columns; 0 and 1 for columns of 0 and 1.
    """

    n_components: int
    likelihood: Likelihood | None

    mean_: np.ndarray
    std_: np.ndarray

    def _follow(self, X: Any, weight: Any, *, goes_on: bool, epochs: int = 0) -> Self:
        """Learn the density of examples, scaled."""
        x = np.asarray(self._numbers(X, not goes_on))
        weight = self._weights(weight, x)
        given = getattr(self.model, "likelihood", self.likelihood)
        kinds = ("regression", "classification")
        likelihood = likelihood_of(given, Mixture(self.n_components), kinds)
        if not goes_on:
            plain = np.zeros(x.shape[1]), np.ones(x.shape[1])
            real = likelihood.kind == "regression"
            self.mean_, self.std_ = moments(x, weight) if real else plain
        algorithm = self._algorithm(likelihood, x.shape[1])
        return self._learn(algorithm, self._scaled(x), None, weight, goes_on=goes_on, epochs=epochs)

    def _scaled(self, x: np.ndarray) -> np.ndarray:
        """The columns as the model sees them."""
        return (x - self.mean_) / self.std_

    def _algorithm(self, likelihood: Likelihood, columns: int) -> Shared:
        """How the net that the parameters describe learns."""
        model: Any = self.model
        if model is None:
            g = activation_of(self.activation)
            model = models.made(columns, units_of(self.hidden_units), likelihood, activation=g)

        def make(optimizer: Optimizer, penalty: Penalty | None) -> Algorithm:
            return learn.generative(model, optimizer, penalty=penalty)

        return self._shared(make, model)

    def _of_each(self, verb: str, x: np.ndarray) -> np.ndarray:
        """What the model says of every example, scaled."""
        return in_blocks(partial(answer, self.run_.model, verb), x)


@eqx.filter_jit
def answer(model: GenerativeModel, verb: str, *inputs: Any) -> Any:
    """`model.verb(*inputs)`, by a program that is compiled once for each size."""
    return getattr(model, verb)(*inputs)
