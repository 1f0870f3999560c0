"""Learning p(x) from examples without targets: minimise −log p(x) plus penalties."""

from __future__ import annotations

import jax

from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.learn.checks import check_optimizer, check_penalty, require
from gradus.learn.descent import State, begin, descent
from gradus.models.generative.density import DensityModel
from gradus.nn.layer import Forward
from gradus.optim.optimizer import Optimizer
from gradus.penalties import Penalty


def density(
    model: DensityModel, optimizer: Optimizer, *, penalty: Penalty | None = None
) -> Algorithm:
    """Maximum likelihood without targets: θ ← θ − ε · direction(∇J), J = −E log p(x) + penalty.

    The loss is in nats per example; targets, where there are some, are left alone.

    Arguments:
        model: gives log p(x), such as `models.made(columns, hidden, likelihood)`; weights it
            already has are kept.
        optimizer: how to follow the gradient.
        penalty: what is added to the loss, see `gradus.penalties`.

    Raises InputError for arguments of another kind, and for x of another width than the model's.

    >>> import numpy as np
    >>> from gradus import fit, models
    >>> from gradus.likelihoods import Bernoulli
    >>> from gradus.optim import adam
    >>> x = np.repeat([[0, 0], [1, 1]], 32, axis=0)
    >>> run = fit(density(models.made(2, [8], Bernoulli()), adam(0.1)), x, epochs=50)
    >>> np.exp(run.outputs([[0, 0], [0, 1]])).round(1)  # the first is half of the examples
    array([0.5, 0. ], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 5.5.
    """
    fix = "give a model of p(x) such as models.made(2, [64], likelihoods.Mixture(8))"
    require(model, DensityModel, "model", "a model of p(x)", fix)
    check_optimizer(optimizer)
    check_penalty(penalty)

    def measure(model: DensityModel, batch: Batch, forward: Forward):
        return {"loss": batch.mean(-model(batch.x, forward))}

    def init(key: jax.Array, batch: Batch) -> State:
        ready = model.with_marginals(batch.x, batch.weight).init(key, batch.x.shape[1:])
        return begin(ready, optimizer)

    def check(data: Batch) -> None:
        model.check(data.x)
        model.check_examples(data.x)

    settings = {"model": model, "optimizer": optimizer.name, "penalty": penalty}
    return Algorithm(init, *descent(measure, optimizer, penalty), check=check, settings=settings)
