"""Optimisers made from optimisers: `clipped(adam(1e-3), norm=1.0)`.

Of several, the outermost sees the gradient first; `per_layer` comes after the direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import jax
import jax.numpy as jnp
import optax
from jax import random

from gradus.base.errors import InputError, nearest
from gradus.base.tree import leaves, map_leaves
from gradus.optim.optimizer import Optimizer
from gradus.optim.wording import check_not_negative, spelled


def clipped(
    optimizer: Optimizer, *, norm: float | None = None, value: float | None = None
) -> Optimizer:
    """Shorten long gradients before the optimiser sees them.

    Arguments:
        optimizer: what follows the shortened gradient.
        norm: limit c on the length of the whole gradient: g ← g·min(1, c/‖g‖). The direction
            stays.
        value: limit c on every number: g ← min(max(g, −c), c). The direction may change.

    Raises InputError unless exactly one of the limits is given, and above 0.

    >>> from gradus.optim import sgd
    >>> import jax.numpy as jnp
    >>> optimizer, w = clipped(sgd(1.0), norm=1.0), jnp.zeros(2)
    >>> change, _ = optimizer.update(jnp.array([3.0, 4.0]), optimizer.init(w), w)
    >>> change
    Array([-0.6, -0.8], dtype=float32)

    Pascanu, Mikolov and Bengio (2013); Goodfellow, Bengio and Courville (2016), section 10.11.1.
    `norm` is that of all arrays together, as in PyTorch; Keras's `clipnorm` treats every array
    alone.
    """
    given = {k: v for k, v in {"norm": norm, "value": value}.items() if v is not None}
    if len(given) != 1 or not min(given.values()) > 0:
        raise InputError(
            "clipped",
            expected="one limit above 0: norm=… or value=…",
            got=spelled("clipped", optimizer, **given),
            fix="start with clipped(optimizer, norm=1.0)",
        )
    [(kind, limit)] = given.items()
    clip = optax.clip_by_global_norm(limit) if kind == "norm" else optax.clip(limit)
    return _before(clip, optimizer, spelled("clipped", optimizer, **given))


def noisy(
    optimizer: Optimizer, *, variance: float = 0.01, annealing: float = 0.55, seed: int = 0
) -> Optimizer:
    """Add noise to the gradient that dies out: g ← g + N(0, η/tᵞ) at step t = 1, 2, …

    Arguments:
        optimizer: what follows the noisy gradient.
        variance: η, at least 0; 0.01 to 1 in the paper.
        annealing: γ; 0 keeps the variance constant.
        seed: equal seeds give equal noise, also in runs that differ otherwise.

    >>> from gradus.optim import sgd
    >>> noisy(sgd(0.1), seed=1)
    noisy(sgd(0.1), variance=0.01, annealing=0.55, seed=1)

    Neelakantan et al. (2015), equation 1.
    """
    check_not_negative("noisy", variance=variance, annealing=annealing)
    settings = {"variance": variance, "annealing": annealing, "seed": seed}
    noise = _add_noise(variance, annealing, seed)
    return _before(noise, optimizer, spelled("noisy", optimizer, **settings))


def per_layer(optimizer: Optimizer, factors: Mapping[str, float]) -> Optimizer:
    """Other learning rates for some layers: a tenth for those that were trained elsewhere.

    Arguments:
        optimizer: gives the direction and the rate.
        factors: by the beginning of an array's name (`"0"`, `"head"`, `"0.weight"`), what its
            rate is multiplied by; of several the longest counts. 0 holds a layer fast. Arrays
            that are not named keep the whole rate.

    Raises InputError, when learning starts, for a name that fits no array of the model.

    >>> from gradus.optim import sgd
    >>> import jax.numpy as jnp
    >>> optimizer = per_layer(sgd(1.0), {"body": 0.1})
    >>> w = {"body": jnp.ones(1), "head": jnp.ones(1)}
    >>> optimizer.update(w, optimizer.init(w), w)[0]
    {'body': Array([-0.1], dtype=float32), 'head': Array([-1.], dtype=float32)}

    The factor comes after the direction, so it also works where the length of the gradient does
    not matter (`adam`); weight decay is scaled too.
    """
    check_not_negative("per_layer", **factors)

    def init(params):
        _check_names(factors, [leaf.name for leaf in leaves(params)])
        return optax.EmptyState()

    def update(updates, state, params=None):
        return map_leaves(lambda leaf: leaf.value * _factor(factors, leaf.name), updates), state

    return replace(
        optimizer,
        name=spelled("per_layer", optimizer, dict(factors)),
        direction=optax.chain(optimizer.direction, optax.GradientTransformation(init, update)),
    )


def _before(change: optax.GradientTransformation, optimizer: Optimizer, name: str) -> Optimizer:
    return replace(optimizer, name=name, direction=optax.chain(change, optimizer.direction))


def _add_noise(variance: float, annealing: float, seed: int) -> optax.GradientTransformation:
    """Optax's own keeps a key in its state; here the noise of step t follows from seed and t."""

    def init(params):
        return jnp.zeros((), jnp.int32)

    def update(updates, state, params=None):
        t = state + 1
        deviation = jnp.sqrt(variance / t**annealing)
        noise = optax.tree.random_like(random.fold_in(random.key(seed), t), updates)
        return jax.tree.map(lambda g, n: g + deviation.astype(g.dtype) * n, updates, noise), t

    return optax.GradientTransformation(init, update)


def _factor(factors: Mapping[str, float], name: str) -> float:
    fitting = [prefix for prefix in factors if _fits(prefix, name)]
    return factors[max(fitting, key=len)] if fitting else 1.0


def _fits(prefix: str, name: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def _check_names(prefixes: Iterable[str], names: list[str]) -> None:
    lost = [p for p in prefixes if not any(_fits(p, name) for name in names)]
    if lost:
        parts = [name.split(".") for name in names]
        known = {".".join(p[:n]): None for p in parts for n in range(1, len(p) + 1)}
        raise InputError(
            "per_layer: no array has a name that begins like this",
            expected="beginnings of names such as " + ", ".join(map(repr, names[:4])),
            got=", ".join(map(repr, lost)),
            fix=nearest(lost[0], known),
        )
