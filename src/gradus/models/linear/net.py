"""The same model as a net: one dense layer and a likelihood, to be trained by gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.learn.algorithm import Algorithm
from gradus.learn.supervised import supervised
from gradus.likelihoods import Bernoulli, Categorical, Gaussian, Likelihood, Poisson
from gradus.models.linear.design import INTERCEPT, Design, design
from gradus.models.linear.targets import class_target, count_target, number_target
from gradus.nn import Dense, Layer, Zeros
from gradus.optim import Optimizer, adam, exponential_decay, nesterov
from gradus.penalties import Penalty

# The largest curvature of −log p along one output: 1/L is a rate that cannot fail.
CURVATURE = {Gaussian: 1.0, Bernoulli: 1 / 4, Categorical: 1 / 2}


@dataclass(frozen=True, eq=False, repr=False)
class LinearNet:
    """A linear model ready to be trained: `fit(net.algorithm, net.data, batch=net.rows)`.

    The net sees z = (x − x̄) R⁻¹ with RᵀR the covariance of the columns: all of length 1, none
    like another. However far apart the scales of the table are, the surface is then a bowl as
    round as the likelihood allows.

    Arguments:
        algorithm: what `fit` takes.
        data: z and the targets of the likelihood; `fit` takes them in the precision of JAX.
        design: the design matrix, in the units of the table.
        centre, root: x̄ and R.
        target_mean, target_std: what targets were standardised with; 0 and 1 for classes, counts.
        labels: the classes; None where the target is a number.
    """

    algorithm: Algorithm
    data: tuple[np.ndarray, np.ndarray]
    design: Design
    centre: np.ndarray
    root: np.ndarray
    target_mean: float = 0.0
    target_std: float = 1.0
    labels: tuple[Any, ...] | None = None

    @property
    def rows(self) -> int:
        """How many rows there are: the size of a batch that is the whole table."""
        return len(self.data[0])

    def __repr__(self) -> str:
        return f"LinearNet({self.design.formula!r}, {self.algorithm.likelihood})"

    def coefficients_of(self, model: Layer) -> dict[str, float] | dict[str, dict[str, float]]:
        """The coefficients of a trained model in the units of the table, by term.

        For several classes, by class and term: log odds against the first.

        Arguments:
            model: `run.model`, from a run of `algorithm`.
        """
        if not isinstance(model, Dense) or model.weight is None:
            raise InputError(
                "coefficients_of",
                expected="the model of a run of this net",
                got=type(model).__name__,
                fix="run = fit(net.algorithm, net.data); net.coefficients_of(run.model)",
            )
        beta = self._beta(model) * self.target_std
        if self.design.has_intercept:
            beta[self.design.terms.index(INTERCEPT)] += self.target_mean
        if self.labels is None or len(self.labels) == 2:
            return dict(zip(self.design.terms, beta[:, -1].tolist(), strict=True))
        against = beta[:, 1:] - beta[:, :1]
        return {
            str(label): dict(zip(self.design.terms, column.tolist(), strict=True))
            for label, column in zip(self.labels[1:], against.T, strict=True)
        }

    def _beta(self, model: Dense) -> np.ndarray:
        """Coefficients of the columns of X from those of z, shape (p, outputs), float64."""
        slopes = np.linalg.solve(self.root, np.asarray(model.weight, np.float64))
        if model.bias is None:
            return slopes
        intercept = np.asarray(model.bias, np.float64) - self.centre @ slopes
        return np.insert(slopes, self.design.terms.index(INTERCEPT), intercept, axis=0)


def as_net(
    formula: str,
    table: Any,
    likelihood: Likelihood,
    *,
    optimizer: Optimizer | None = None,
    penalty: Penalty | None = None,
) -> LinearNet:
    """The linear model of a formula as a dense layer, a likelihood and an optimiser.

    The cost of a linear model is convex: training ends where statistics does, whatever the start.
    Train on the whole table at once, `fit(net.algorithm, net.data, epochs=300, batch=net.rows)`.

    Arguments:
        formula, table: as of `least_squares`.
        likelihood: Gaussian() for least squares, Bernoulli() for logistic, Poisson() for Poisson
            and Categorical(k) for softmax regression.
        optimizer: None takes Nesterov's momentum with the rate 1/L, L being the largest curvature
            of the likelihood on the columns z; for others than these, adam.
        penalty: on the coefficients of z.

    Raises InputError as `least_squares` does, and where target and likelihood do not fit.

    >>> from gradus import fit
    >>> table = {"km": [1e3, 2e3, 3e3, 4e3], "y": [2.1, 3.9, 6.2, 7.8]}
    >>> net = as_net("y ~ km", table, Gaussian())
    >>> run = fit(net.algorithm, net.data, epochs=100, batch=net.rows)
    >>> {term: round(value, 6) for term, value in net.coefficients_of(run.model).items()}
    {'Intercept': 0.15, 'km': 0.00194}
    """
    made = design(formula, table)
    y, mean, std, labels = _target(made, likelihood)
    slopes = [i for i, term in enumerate(made.terms) if term != INTERCEPT]
    x = made.x[:, slopes]
    centre = x.mean(axis=0) * made.has_intercept
    root = np.linalg.qr(x - centre, mode="r") / np.sqrt(len(x))
    z = np.linalg.solve(root.T, (x - centre).T).T
    model = Dense(likelihood.size, use_bias=made.has_intercept, weight_init=Zeros())
    chosen = steady(likelihood) if optimizer is None else optimizer
    algorithm = supervised(model, likelihood, chosen, penalty=penalty)
    return LinearNet(algorithm, (z, y), made, centre, root, mean, std, labels)


def steady(likelihood: Likelihood) -> Optimizer:
    """An optimiser that arrives without being tuned, on columns of length 1 unlike each other."""
    curvature = CURVATURE.get(type(likelihood))
    if curvature is None:
        return adam(exponential_decay(0.1, steps=300))
    return nesterov(1 / curvature)


def _target(made: Design, likelihood: Likelihood) -> tuple[np.ndarray, float, float, tuple | None]:
    """Targets for a likelihood, mean and spread that were taken out of them, and the classes."""
    if likelihood.kind == "classification":
        labels, y = class_target(made, most=max(2, likelihood.size))
        return y, 0.0, 1.0, labels
    if isinstance(likelihood, Poisson):
        return count_target(made), 0.0, 1.0, None
    y = number_target(made)
    mean, std = float(y.mean()) * made.has_intercept, float(y.std())
    return (y - mean) / std, mean, std, None
