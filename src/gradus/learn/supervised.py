"""Learning from examples with targets: minimise −log p(y | x) plus penalties."""

from __future__ import annotations

from collections.abc import Callable

import jax

from gradus.base.errors import located
from gradus.base.tree import split
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm, require_targets
from gradus.learn.checks import as_likelihood, check_model, check_optimizer, check_penalty
from gradus.learn.descent import State, begin, descent, measures_of
from gradus.learn.stability import as_written, is_users_own, remark, stable_form
from gradus.likelihoods import Likelihood
from gradus.nn.layer import Forward, Layer
from gradus.optim.optimizer import Optimizer
from gradus.penalties import Penalty


def supervised(
    model: Layer,
    likelihood: Likelihood | Callable[[jax.Array, jax.Array], jax.Array],
    optimizer: Optimizer,
    *,
    penalty: Penalty | None = None,
    stable: bool = True,
) -> Algorithm:
    """Maximum likelihood by gradient steps: θ ← θ − ε · direction(∇J), J = −E log p(y|x) + penalty.

    Arguments:
        model: any layer; weights it already has are kept.
        likelihood: what the model's outputs mean; or a loss of your own, a function of outputs
            and targets that gives one number per example, see `likelihoods.Written`.
        optimizer: how to follow the gradient.
        penalty: what is added to the loss, see `gradus.penalties`; the history shows it apart.
        stable: whether a likelihood or loss of your own is evaluated in its numerically stable
            form, together with the model's last layers; the run says what is replaced. Those of
            gradus are stable as they are, and computed as they are.

    Raises InputError for arguments of another kind, where the model's outputs do not fit the
    likelihood, and for a loss that is averaged already.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> from gradus.data.batch import Batch
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import sgd
    >>> line = supervised(nn.Dense(1, weight_init=nn.Zeros()), Gaussian(), sgd(0.1))
    >>> batch = Batch(jnp.array([[1.0], [2.0]]), jnp.array([1.0, 2.0]))
    >>> state, info = line.step(line.init(jax.random.key(0), batch), batch, jax.random.key(1))
    >>> state.model.weight, float(info["mse"])
    (Array([[0.025]], dtype=float32), 0.25)

    A loss as it stands on the board, for a model that is wrong by a logit of 200, where log p is
    log 0 in 32 bits:

    >>> def cross_entropy(outputs, y):
    ...     p = 1 / (1 + jnp.exp(-outputs[:, 0]))
    ...     return -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))
    >>> wrong = nn.Dense(1, weight_init=nn.Constant(-200.0))
    >>> yes_no = supervised(wrong, cross_entropy, sgd(100.0))
    >>> batch = Batch(jnp.array([[1.0], [-1.0]]), jnp.array([1.0, 0.0]))
    >>> state, info = yes_no.step(yes_no.init(jax.random.key(0), batch), batch, jax.random.key(1))
    >>> float(info["loss"]), state.model.weight
    (200.0, Array([[-100.]], dtype=float32))

    Goodfellow, Bengio and Courville (2016), sections 5.5 and 6.2. Differs from Keras: the last
    layer's bias starts where every example is predicted to be average.
    """

    check_model(model)
    likelihood = as_likelihood(likelihood)
    check_optimizer(optimizer)
    check_penalty(penalty)
    repaired = stable and is_users_own(likelihood)
    form = stable_form if repaired else as_written

    def measured(model: Layer, batch: Batch, forward: Forward):
        return measure(likelihood, model(batch.x, forward), batch)

    def init(key: jax.Array, batch: Batch) -> State:
        bias = likelihood.marginal_bias(batch.y, batch.weight)
        biased = model if bias is None else model.with_output_bias(bias)
        return begin(biased.init(key, jax.tree.map(lambda a: a.shape[1:], batch.x)), optimizer)

    def check(data: Batch) -> None:
        check_examples(model, likelihood, data)

    def remarks(state: State, batch: Batch) -> dict[str, str]:
        return remark(likelihood, measures_of(measured), *split(state.model), batch)

    settings = {
        "model": model,
        "likelihood": likelihood,
        "optimizer": optimizer.name,
        "penalty": penalty,
    }
    if is_users_own(likelihood) and not stable:
        settings["stable form"] = "switched off"
    told = remarks if repaired else None
    return Algorithm(
        init,
        *descent(measured, optimizer, penalty, form),
        check=check,
        likelihood=likelihood,
        settings=settings,
        remarks=told,
    )


def check_examples(model: Layer, likelihood: Likelihood, data: Batch) -> None:
    """Refuse inputs that the model cannot take, and targets the likelihood does not describe."""
    require_targets(data)
    with located("x"):
        model.check(data.x)
    likelihood.check(data.y)


def measure(likelihood: Likelihood, outputs: jax.Array, batch: Batch) -> dict[str, jax.Array]:
    """Loss −log p and the likelihood's measures of one batch, as weighted means."""
    loss, weight = -likelihood.log_prob(outputs, batch.y), likelihood.weight(batch.y)
    values = likelihood.measures(outputs, batch.y)
    values["loss"] = loss if weight is None else weight * loss
    return {name: batch.mean(value) for name, value in values.items()}
