"""Learning from few labels and many inputs: predictions that change little near every input."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.learn.adversarial import again
from gradus.learn.algorithm import Algorithm, require_targets
from gradus.learn.checks import check_likelihood, check_number
from gradus.learn.descent import State, descent, key_of
from gradus.learn.supervised import check_examples, measure, supervised
from gradus.likelihoods import Likelihood
from gradus.nn.layer import Forward, Layer
from gradus.optim.optimizer import Optimizer
from gradus.penalties import Penalty
from gradus.robust.attack import constant, require_floats
from gradus.robust.divergence import divergence, entropy, log_probabilities
from gradus.robust.norms import unit

UNLABELLED = -1  # as in scikit-learn's semi-supervised learning


def virtual_adversarial(
    model: Layer,
    likelihood: Likelihood,
    optimizer: Optimizer,
    *,
    epsilon: float,
    weight: float = 1.0,
    power_steps: int = 1,
    entropy_weight: float = 0.0,
    penalty: Penalty | None = None,
) -> Algorithm:
    """Virtual adversarial training: J = −E log p(y|x) + λ E KL(p(·|x) ‖ p(·|x+r)) + penalty.

    r is the step of length ε that changes the prediction most; it needs no label. The first mean
    is over the examples that have one, the second over all: those with target −1 count there
    alone. Every batch should hold some labels: repeat the labelled examples where they are few.
    Measures are means over labelled examples; batches without any do not enter the history.

    Arguments:
        model: any layer; weights it already has are kept.
        likelihood: `Categorical` or `Bernoulli`.
        optimizer: how to follow the gradient.
        epsilon: ε, the Euclidean length of r, in the units of x.
        weight: λ.
        power_steps: steps of power iteration from a random direction towards the eigenvector of
            the largest curvature of KL at x, along which it grows fastest.
        entropy_weight: how much of the entropy E H(p(·|x)) is added, so that unlabelled examples
            get sure predictions, too (Grandvalet and Bengio, 2005).
        penalty: what is added to the loss, see `gradus.penalties`.

    Raises InputError for arguments of another kind, data without a single label, and labels that
    are neither classes nor −1.

    >>> import numpy as np
    >>> from gradus import fit, models
    >>> from gradus.likelihoods import Categorical
    >>> from gradus.optim import adam
    >>> angle = np.linspace(0, 3.1, 100)
    >>> upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> x = np.concatenate([upper, [1.0, 0.4] - upper])  # two moons
    >>> truth = np.repeat([0, 1], 100)
    >>> y = np.where(np.arange(200) % 25 == 12, truth, -1)  # eight labels
    >>> learn = virtual_adversarial(models.mlp([32], 2), Categorical(2), adam(0.02), epsilon=0.3)
    >>> run = fit(learn, (x, y), epochs=200, batch=200)
    >>> print(f"{np.mean(run.predict(x) == truth):.2f}")  # by `supervised` on the eight: 0.90
    1.00

    Miyato, Maeda, Koyama and Ishii (2018); Goodfellow, Bengio and Courville (2016), section 7.13.
    Differs from the paper: the curvature is exact, where the paper takes a difference of gradients
    a small ξ apart, which in 32 bits is mostly rounding.
    """
    check_likelihood(likelihood)
    log_probabilities(likelihood)  # refuses those without classes
    check_number("epsilon", epsilon)
    check_number("weight", weight)
    check_number("entropy_weight", entropy_weight)
    check_power_steps(power_steps)
    inner = supervised(model, likelihood, optimizer, penalty=penalty)

    def measured(model: Layer, batch: Batch, forward: Forward):
        outputs, key, passes = model(batch.x, forward), key_of(forward), again(forward)

        def change(model: Layer, r: jax.Array) -> jax.Array:
            here = lax.stop_gradient(model(batch.x, passes()))
            return divergence(likelihood, here, model(batch.x + r, passes()))

        r = epsilon * sharpest(partial(change, constant(model)), batch.x, key, power_steps)
        found = measure(likelihood, outputs, labelled(batch))
        found["divergence"] = batch.mean(change(model, r))
        found["entropy"] = batch.mean(entropy(likelihood, outputs))
        found["loss"] += weight * found["divergence"] + entropy_weight * found["entropy"]
        return found

    def init(key: jax.Array, batch: Batch) -> State:
        return inner.init(key, labelled(batch))

    def check(data: Batch) -> None:
        require_targets(data)
        require_floats("x", data.x)
        check_examples(model, likelihood, data._replace(y=classes_of(data.y)))

    settings = {
        "learning": "virtual adversarial",
        "epsilon": epsilon,
        "weight": weight,
        "power_steps": power_steps,
        "entropy_weight": entropy_weight,
    }
    return inner._replace(
        init=init,
        **descent(measured, optimizer, penalty)._asdict(),
        check=check,
        total=lambda batch: labelled(batch).total(),
        settings=inner.settings | settings,
    )


def sharpest(
    change: Callable[[jax.Array], jax.Array], x: jax.Array, key: jax.Array, power_steps: int
) -> jax.Array:
    """The step of length 1 from each x along which the change of the prediction curves most.

    Power iteration d ← Hd / ‖Hd‖ from a random direction; H is the Hessian of the change at x.
    Reverse mode twice: layers with a gradient of their own know no forward mode.

    Arguments:
        change: steps r, shaped as x -> how much each example's prediction changes at x + r; its
            smallest value, 0, is at r = 0.
        x: inputs, shape (B, …).
        key: of the random direction.
        power_steps: how many.

    >>> bowl = lambda r: jnp.sum(jnp.array([[1.0, 100.0]]) * r**2, axis=1)
    >>> abs(sharpest(bowl, jnp.zeros((1, 2)), random.key(0), 3)).round(3)
    Array([[0., 1.]], dtype=float32)
    """
    slope = jax.grad(lambda r: jnp.sum(change(r)))
    d = unit(random.normal(key, x.shape, x.dtype))
    for _ in range(power_steps):
        d = unit(jax.grad(lambda r, d=d: jnp.vdot(slope(r), d))(jnp.zeros_like(x)))
    return lax.stop_gradient(d)


def labelled(batch: Batch) -> Batch:
    """The batch in which examples without a label have weight 0.

    >>> batch = labelled(Batch(x=jnp.zeros((3, 1)), y=jnp.array([1, -1, 0])))
    >>> batch.y, batch.weight
    (Array([1, 0, 0], dtype=int32), Array([1., 0., 1.], dtype=float32))
    """
    known = (batch.y != UNLABELLED).astype(jnp.result_type(float))
    y = jnp.where(batch.y == UNLABELLED, 0, batch.y)
    if batch.weight is None:
        return batch._replace(y=y, weight=known)
    one_each = (1,) * (known.ndim - batch.weight.ndim)
    return batch._replace(y=y, weight=known * batch.weight.reshape(*batch.weight.shape, *one_each))


def classes_of(y: np.ndarray) -> np.ndarray:
    """Targets with class 0 in the place of those that are missing; InputError if all are."""
    if np.all(y == UNLABELLED):
        raise InputError(
            "y",
            expected="a class for some of the examples, −1 for all others",
            got="−1 only",
            fix="label a few examples of each class",
        )
    return np.where(y == UNLABELLED, 0, y)


def check_power_steps(steps: int) -> None:
    """Refuse numbers of steps that are none."""
    if not isinstance(steps, int) or steps < 1:
        fix = "take 1"
        raise InputError("power_steps", expected="a whole number above 0", got=steps, fix=fix)
