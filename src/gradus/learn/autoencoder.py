"""Learning to reconstruct: supervised learning in which the inputs are the targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.learn.supervised import supervised
from gradus.likelihoods import Likelihood
from gradus.likelihoods.inputs import as_targets
from gradus.nn.layer import Layer
from gradus.optim.optimizer import Optimizer
from gradus.penalties import Penalty


def autoencoder(
    model: Layer, likelihood: Likelihood, optimizer: Optimizer, *, penalty: Penalty | None = None
) -> Algorithm:
    """Reconstruction by gradient steps on J = −E log p(x | g(f(x))) + penalty.

    Arguments:
        model: maps x to what the likelihood needs to describe x, such as `models.autoencoder`.
        likelihood: `Gaussian()` for squared error, `Bernoulli()` for numbers between 0 and 1.
        optimizer: how to follow the gradient.
        penalty: what is added to the loss, such as `penalties.activity` for sparse codes.

    Targets, where the data has some, are left alone. Raises InputError as `supervised` does.

    >>> import numpy as np
    >>> from gradus import fit, models
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import adam
    >>> t = np.linspace(-1, 1, 64, dtype="float32")
    >>> x = np.stack([t, 2 * t, -t], axis=1)  # a line in space: one number says it all
    >>> model = models.autoencoder([], code=1, outputs=3)
    >>> run = fit(autoencoder(model, Gaussian(), adam(0.05)), x, epochs=50)
    >>> run.predict([[0.5, 1.0, -0.5]]).round(2)
    array([[ 0.5,  1. , -0.5]], dtype=float32)

    Goodfellow, Bengio and Courville (2016), chapter 14.
    """
    inner = supervised(model, likelihood, optimizer, penalty=penalty)
    parts = {name: getattr(inner, name) for name in ("init", "step", "evaluate", "check")}
    return inner._replace(**{name: of_itself(part) for name, part in parts.items()})


def of_itself(function: Callable) -> Callable:
    """The same function, of a batch whose targets are its inputs."""

    def changed(*arguments: Any):
        return function(*[itself(a) if isinstance(a, Batch) else a for a in arguments])

    return changed


def itself(batch: Batch) -> Batch:
    """The batch with its inputs as targets."""
    return batch._replace(y=as_targets(batch.x))
