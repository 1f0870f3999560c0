"""Learning from examples and from what misleads the model near them."""

from __future__ import annotations

from collections.abc import Callable

from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.learn.checks import check_likelihood, check_number, require
from gradus.learn.descent import descent, key_of
from gradus.learn.supervised import check_examples, measure, supervised
from gradus.likelihoods import Likelihood
from gradus.nn.layer import Forward, Layer
from gradus.optim.optimizer import Optimizer
from gradus.penalties import Penalty
from gradus.robust import Attack, fgsm


def adversarial(
    model: Layer,
    likelihood: Likelihood,
    optimizer: Optimizer,
    *,
    attack: Attack = fgsm(0.25),
    share: float = 0.5,
    penalty: Penalty | None = None,
) -> Algorithm:
    """Adversarial training: gradient steps on J = α E J(x) + (1−α) E J(x′) + penalty.

    x′ is where `attack` finds the model of the moment wrong; it is a constant of the step. The
    loss of the history, also of the validation part, is J; other measures are those of clean
    examples, and after `adversarial_` those under attack.

    Arguments:
        model: any layer; weights it already has are kept. What it normalises by averages of the
            batch, it does for x and x′ apart; running averages are those of x.
        likelihood: what the model's outputs mean.
        optimizer: how to follow the gradient.
        attack: such as `fgsm(0.25, low=0.0, high=1.0)` or `pgd(…)`, in the units of x.
        share: α, from 0 to 1; 0 learns from x′ alone.
        penalty: what is added to the loss, see `gradus.penalties`.

    Raises InputError for arguments of another kind, a share outside [0, 1], and inputs that are
    whole numbers or outside the bounds of the attack.

    >>> import numpy as np
    >>> from gradus import fit, nn
    >>> from gradus.likelihoods import Bernoulli
    >>> from gradus.optim import adam
    >>> x = np.random.default_rng(0).normal(size=(256, 2))
    >>> learn = adversarial(nn.Dense(1), Bernoulli(), adam(0.1), attack=fgsm(0.5))
    >>> run = fit(learn, (x, x[:, 0] > 0), epochs=10)
    >>> bool(run.history["adversarial_accuracy"][-1] < run.history["accuracy"][-1])
    True

    Goodfellow, Shlens and Szegedy (2015), section 6; with `pgd` and a share of 0 Madry and others
    (2018). Goodfellow, Bengio and Courville (2016), section 7.13.
    """
    check_likelihood(likelihood)
    fix = "give an attack such as robust.fgsm(0.25); a class is called first"
    require(attack, Attack, "attack", "an attack", fix)
    check_number("share", share, most=1)
    inner = supervised(model, likelihood, optimizer, penalty=penalty)

    def measured(model: Layer, batch: Batch, forward: Forward):
        moved = attack(model, likelihood, batch.x, batch.y, key_of(forward))
        clean = measure(likelihood, model(batch.x, forward), batch)
        misled = measure(likelihood, model(moved, again(forward)()), batch)
        loss = share * clean["loss"] + (1 - share) * misled["loss"]
        return clean | {f"adversarial_{k}": v for k, v in misled.items()} | {"loss": loss}

    def check(data: Batch) -> None:
        attack.check(data.x)
        check_examples(model, likelihood, data)

    changes = descent(measured, optimizer, penalty)._asdict() | {"check": check}
    settings = {"learning": "adversarial", "attack": attack, "share": share}
    return inner._replace(**changes, settings=inner.settings | settings)


def again(forward: Forward) -> Callable[[], Forward]:
    """More passes of the same kind, whose reports nobody reads, all with one and the same noise."""
    key = forward.key() if forward.noisy else None
    return lambda: Forward(forward.training, key, forward.present, forward.step)
