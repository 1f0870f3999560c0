"""Accuracy under attacks of growing strength."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

from gradus.base.errors import InputError, located
from gradus.data.checks import check_arrays
from gradus.data.scaling import Scale, Standardize
from gradus.likelihoods import Likelihood
from gradus.nn.checks import check_layer
from gradus.nn.layer import Layer
from gradus.robust.attack import Attack
from gradus.robust.attacks import fgsm, noise, pgd

BLOCK = 256  # examples attacked at once
ATTACKS = {"FGSM": fgsm, "PGD": pgd, "noise": noise}


@dataclass(frozen=True, eq=False)
class RobustnessCurve:
    """Accuracy of a model against the strength of attacks; prints as a table.

    Arguments:
        epsilons: strengths, shape (E,).
        accuracy: by the name of an attack, at each strength, shape (E,).
        examples: how many were attacked.
        unit: of ε, in words; empty: the units of the inputs.
    """

    epsilons: np.ndarray
    accuracy: dict[str, np.ndarray]
    examples: int
    unit: str = ""

    def __str__(self) -> str:
        head = f"{'ε':>8}" + "".join(f"{name:>10}" for name in self.accuracy)
        columns = zip(self.epsilons, *self.accuracy.values(), strict=True)
        rows = [f"{e:8.4g}" + "".join(f"{a:10.4f}" for a in row) for e, *row in columns]
        unit = f", ε in {self.unit}" if self.unit else ""
        return "\n".join([f"accuracy on {self.examples:,} examples{unit}", head, *rows])


def robustness_curve(
    model: Layer,
    likelihood: Likelihood,
    x: Any,
    y: Any,
    epsilons: Sequence[float],
    attacks: Mapping[str, Callable[..., Attack]] = ATTACKS,
    *,
    low: Any = None,
    high: Any = None,
    scale: Scale | Standardize | None = None,
    seed: int = 0,
) -> RobustnessCurve:
    """Attack a classifier with growing ε, and count how many examples it still gets right.

    Arguments:
        model: with weights.
        likelihood: of classes.
        x: the model's inputs, new to it, shape (n, …).
        y: their classes.
        epsilons: strengths, from 0 up.
        attacks: by name, functions of ε, `low` and `high` that give an attack, such as
            `functools.partial(pgd, steps=40)`.
        low, high: the bounds of valid inputs, such as 0 and 1 for pixels.
        scale: what brought raw inputs to those of the model, such as `preprocessor.scale`; ε, low
            and high are then in raw units. x is as the model sees it all the same.
        seed: of random starts and noise.

    Raises InputError for likelihoods without classes, strengths that are none, inputs outside the
    bounds, and data that cannot be used. `report.robustness` draws the curve.

    >>> from gradus import nn
    >>> from gradus.likelihoods import Bernoulli
    >>> line = nn.Dense(1).init(random.key(0), (2,)).replace(weight=jnp.array([[1.0], [1.0]]))
    >>> x = [[0.1, 0.1], [0.3, 0.3], [-0.3, -0.3]]
    >>> print(robustness_curve(line, Bernoulli(), x, [1, 1, 0], [0.0, 0.2, 0.4]))
    accuracy on 3 examples
           ε      FGSM       PGD     noise
           0    1.0000    1.0000    1.0000
         0.2    0.6667    0.6667    1.0000
         0.4    0.0000    0.0000    0.6667

    Goodfellow, Shlens and Szegedy (2015); Madry and others (2018), figure 6. No curve proves that
    a model is safe: it shows what these attacks find.
    """
    check_layer(model)
    check_likelihood(likelihood)
    check_attacks(attacks)
    strengths = strengths_of(epsilons)
    x, y, _ = check_arrays(x, y)
    with located("y"):
        likelihood.check(y)

    def under(kind: Callable[..., Attack], epsilon: float) -> float:
        attack = kind(epsilon, low=low, high=high)
        attack = attack if scale is None else attack.scaled(scale)
        attack.check(x)
        return float(np.mean(hits(model, likelihood, attack, x, y, seed)))

    found = {name: [under(kind, e) for e in strengths] for name, kind in attacks.items()}
    return RobustnessCurve(strengths, {n: np.array(a) for n, a in found.items()}, len(x))


def check_likelihood(likelihood: Any) -> None:
    """Refuse what does not describe classes."""
    if not isinstance(likelihood, Likelihood) or likelihood.kind != "classification":
        raise InputError(
            "robustness_curve: likelihood",
            expected="a likelihood of classes",
            got=repr(likelihood),
            fix="give that of a classifier, such as Categorical(10)",
        )


def check_attacks(attacks: Any) -> None:
    """Refuse what are no attacks by their names."""
    ready = isinstance(attacks, Mapping) and all(
        callable(kind) and not isinstance(kind, Attack) for kind in attacks.values()
    )
    if not ready or not attacks:
        raise InputError(
            "robustness_curve: attacks",
            expected="a dict of kinds of attacks, to be given ε",
            got=repr(attacks),
            fix='write {"FGSM": fgsm, "PGD": partial(pgd, steps=40)}',
        )


def strengths_of(epsilons: Any) -> np.ndarray:
    """Strengths in order, or InputError."""
    strengths = np.asarray(epsilons)
    right = strengths.ndim == 1 and len(strengths) > 0 and strengths.dtype.kind in "fiu"
    if not right or not np.all(strengths >= 0):
        raise InputError(
            "epsilons", expected="numbers from 0 up", got=epsilons, fix="give [0, 0.1, 0.2]"
        )
    return np.sort(strengths.astype(float))


def hits(
    model: Layer, likelihood: Likelihood, attack: Attack, x: np.ndarray, y: np.ndarray, seed: int
) -> np.ndarray:
    """Which targets the model gets right under an attack, in blocks of one size."""
    size = min(BLOCK, len(x))
    rows = (np.arange(-(-len(x) // size) * size) % len(x)).reshape(-1, size)
    keys = random.split(random.key(seed), len(rows))
    sizes = jax.tree.map(jnp.asarray, attack)  # one program for all strengths
    found = np.asarray(_hits(model, likelihood, sizes, x[rows], y[rows], keys))
    return found.reshape(-1, *y.shape[1:])[: len(x)]


@eqx.filter_jit
def _hits(model, likelihood, attack, x, y, keys):
    def block(part):
        x, y, key = part
        outputs = model(attack(model, likelihood, x, y, key))
        return likelihood.measures(outputs, y)["accuracy"]

    return lax.map(block, (x, y, keys))
