"""What is added to the loss, or done to the weights, to keep a model simple.

Penalties act on weights (the W of x W + b) and on activations that the model notes; biases,
gains, running averages and frozen layers are left alone. They add up: `l2(1e-4) + max_norm(3)`.
Strengths are pytree leaves like any array, so that many can be tried at once with `vmap`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError, nearest
from gradus.base.record import Record, named, static
from gradus.base.tree import Leaf, leaves, map_leaves
from gradus.data.batch import Batch

__all__ = [
    "NO_PENALTY",
    "ActivityPenalty",
    "MaxNorm",
    "Penalty",
    "SparsityPenalty",
    "WeightPenalty",
    "absolute",
    "activity",
    "elastic_net",
    "half_square",
    "l1",
    "l2",
    "max_norm",
    "sparsity",
]

Number = float | jax.Array
TINY = 1e-30  # keeps 0/0 away
LEAST = 1e-6  # a share of no examples, where its logarithm is taken


class Penalty(Record):
    """No penalty; the base of all others. Penalties add up with `+`."""

    def __call__(self, model: Any, notes: dict[str, list], batch: Batch) -> jax.Array:
        """The number added to the loss."""
        return jnp.zeros(())

    def project(self, model: Any) -> Any:
        """The model moved back to where it is allowed to be, after every step."""
        return model

    def __add__(self, other: Penalty) -> Penalty:
        return Sum((self, other))


NO_PENALTY = Penalty()


@named
def half_square(w: jax.Array) -> jax.Array:
    """½w²: pulls in proportion to w."""
    return 0.5 * jnp.square(w)


@named
def absolute(w: jax.Array) -> jax.Array:
    """|w|: pulls equally hard on small and large w, and not at all on w = 0 (slope 0)."""
    return w * jnp.sign(w)  # jnp.abs has slope 1 at 0


def l2(strength: Number) -> Penalty:
    """Weight decay, ½α‖w‖²: each step of gradient descent is w ← (1−εα)w − ε∇J.

    The same as the most probable weights (MAP) under a prior w ~ N(0, τ²), α = 1/(nτ²) for n
    examples. The update is weight decay for plain gradient descent only: with Adam and its like
    the penalty's gradient is rescaled too, and decay proper is what AdamW does.

    Arguments:
        strength: α ≥ 0, a number or a traced array.

    Raises InputError for a number below 0.

    >>> from gradus import nn
    >>> model = nn.Dense(1).init(jax.random.key(0), (2,)).replace(weight=jnp.array([[3.0], [4.0]]))
    >>> float(l2(0.5)(model, {}, Batch(None)))
    6.25

    Goodfellow, Bengio and Courville (2016), sections 7.1.1 and 5.6.1. Differs from Keras and
    PyTorch: there is a ½, and biases are never penalised (PyTorch's `weight_decay` takes all).
    """
    return WeightPenalty(not_negative(strength), half_square)


def l1(strength: Number) -> Penalty:
    """Sparse weights, α‖w‖₁: many weights end at 0.

    The same as the most probable weights (MAP) under a Laplace prior of scale b, α = 1/(nb) for
    n examples. The slope at w = 0 is taken as 0.

    Arguments:
        strength: α ≥ 0, a number or a traced array.

    Raises InputError for a number below 0.

    >>> from gradus import nn
    >>> model = nn.Dense(1).init(jax.random.key(0), (2,)).replace(weight=jnp.array([[3.0], [-4.0]]))
    >>> float(l1(0.5)(model, {}, Batch(None)))
    3.5

    Goodfellow, Bengio and Courville (2016), section 7.1.2.
    """
    return WeightPenalty(not_negative(strength), absolute)


def elastic_net(l1_strength: Number, l2_strength: Number) -> Penalty:
    """α₁‖w‖₁ + ½α₂‖w‖²: sparse, and correlated inputs share their weight.

    Arguments:
        l1_strength: α₁ ≥ 0, a number or a traced array.
        l2_strength: α₂ ≥ 0, a number or a traced array.

    Raises InputError for a number below 0.

    >>> from gradus import nn
    >>> model = nn.Dense(1).init(jax.random.key(0), (2,)).replace(weight=jnp.array([[3.0], [-4.0]]))
    >>> float(elastic_net(0.5, 0.5)(model, {}, Batch(None)))
    9.75

    Zou and Hastie, "Regularization and variable selection via the elastic net" (2005).
    """
    return l1(l1_strength) + l2(l2_strength)


def max_norm(limit: Number) -> Penalty:
    """No unit's incoming weights longer than c: after every step w ← w · min(1, c/‖w‖).

    A unit's weights are those with its index on the last axis: a column of a dense layer's W, all
    taps of a convolution's filter. Shorter ones stay as they are, to the bit.

    Arguments:
        limit: c ≥ 0, a number or a traced array.

    Raises InputError for a number below 0.

    >>> from gradus import nn
    >>> model = nn.Dense(1).init(jax.random.key(0), (2,)).replace(weight=jnp.array([[3.0], [4.0]]))
    >>> max_norm(2.5).project(model).weight
    Array([[1.5],
           [2. ]], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 7.2; Srivastava et al., "Dropout" (2014).
    """
    return MaxNorm(not_negative(limit))


def activity(
    strength: Number, cost: Callable = absolute, name: str = "activation"
) -> ActivityPenalty:
    """Sparse representations: α times the mean over examples of Σ cost(h), by default α‖h‖₁.

    Put `nn.Note()` after the layers whose activations are meant.

    Arguments:
        strength: α ≥ 0, a number or a traced array.
        cost: elementwise function of the activations; `absolute`, `half_square`, or your own.
        name: what the activations are noted as.

    Raises InputError for a number below 0 and, when it is used, where nothing is noted.

    >>> batch = Batch(x=jnp.zeros((2, 1)))
    >>> float(activity(0.5)(None, {"activation": [jnp.array([[1.0, -3.0], [0.0, 2.0]])]}, batch))
    1.5

    Goodfellow, Bengio and Courville (2016), section 7.10. Differs from Keras, whose
    `activity_regularizer` is attached to a layer; here layers know nothing of penalties.
    """
    return ActivityPenalty(not_negative(strength), cost, name)


def sparsity(strength: Number, rate: Number = 0.05, name: str = "code") -> SparsityPenalty:
    """Units that are rarely on: α Σⱼ KL(ρ ‖ ρ̂ⱼ), ρ̂ⱼ the mean of unit j over the batch.

    KL(ρ ‖ ρ̂) = ρ log ρ/ρ̂ + (1−ρ) log (1−ρ)/(1−ρ̂) is 0 where a unit is on in a share ρ of the
    examples. It asks for many zeros in every unit, where `activity` asks for few in all.

    Arguments:
        strength: α ≥ 0, a number or a traced array.
        rate: ρ between 0 and 1.
        name: what the activations are noted as, numbers between 0 and 1 as of `nn.sigmoid`.

    Raises InputError for a strength below 0 and, when it is used, where nothing is noted.

    >>> batch = Batch(x=jnp.zeros((2, 1)))
    >>> notes = {"code": [jnp.array([[0.5, 0.1], [0.5, 0.9]])]}  # both are on half of the time
    >>> sparsity(1.0, rate=0.5)(None, notes, batch)
    Array(0., dtype=float32)

    Ng, "Sparse autoencoder" (2011); Goodfellow, Bengio and Courville (2016), section 14.2.1.
    """
    return SparsityPenalty(not_negative(strength), rate, name)


class Sum(Penalty):
    """Several penalties together: their numbers add up, their projections follow each other."""

    terms: tuple[Penalty, ...]

    def __call__(self, model, notes, batch):
        return add([term(model, notes, batch) for term in self.terms])

    def project(self, model):
        for term in self.terms:
            model = term.project(model)
        return model


class WeightPenalty(Penalty):
    """α Σ cost(w) over all trained weights w: `l1`, `l2`, or a cost of your own."""

    strength: Number
    cost: Callable = static()

    def __call__(self, model, notes, batch):
        weights = [leaf.value for leaf in leaves(model) if leaf.kind == "weight"]
        return self.strength * add([jnp.sum(self.cost(w)) for w in weights])


class ActivityPenalty(Penalty):
    """α times the mean over examples of Σ cost(h), over activations noted by name."""

    strength: Number
    cost: Callable = static()
    name: str = static("activation")

    def __call__(self, model, notes, batch):
        each = by_example(batch)
        return self.strength * add([self.mean(h, each) for h in noted(notes, self.name)])

    def mean(self, h: jax.Array, batch: Batch) -> jax.Array:
        """Mean over examples of Σ cost(h)."""
        return batch.mean(jnp.sum(self.cost(h).reshape(batch.size, -1), axis=1))


class SparsityPenalty(Penalty):
    """α Σⱼ KL(ρ ‖ mean of unit j), over activations noted by name."""

    strength: Number
    rate: Number
    name: str = static("code")

    def __call__(self, model, notes, batch):
        each = by_example(batch)
        return self.strength * add([self.divergence(h, each) for h in noted(notes, self.name)])

    def divergence(self, h: jax.Array, batch: Batch) -> jax.Array:
        """Σⱼ KL(ρ ‖ ρ̂ⱼ); shares of 0 and 1 count as just beside them."""
        mean = jax.vmap(batch.mean)(h.reshape(batch.size, -1).T)
        share = jnp.clip(mean, LEAST, 1 - LEAST)
        on = self.rate * jnp.log(self.rate / share)
        return jnp.sum(on + (1 - self.rate) * jnp.log((1 - self.rate) / (1 - share)))


class MaxNorm(Penalty):
    """Projects every unit's incoming weights to length `limit` or less."""

    limit: Number

    def project(self, model):
        return map_leaves(self.shorten, model)

    def shorten(self, leaf: Leaf) -> jax.Array:
        """The array of `leaf`; for weights, with no unit's longer than the limit."""
        if leaf.kind != "weight":
            return leaf.value
        incoming = tuple(range(leaf.value.ndim - 1))
        length = jnp.sqrt(jnp.sum(jnp.square(leaf.value), axis=incoming, keepdims=True))
        return leaf.value * jnp.minimum(1, self.limit / jnp.maximum(length, TINY))


def noted(notes: dict[str, list], name: str) -> list:
    """What was noted as `name`; raises InputError where nothing was."""
    if name not in notes:
        raise InputError(
            f"the penalty on {name!r} has nothing to act on",
            expected=f"a model that notes {name!r}",
            got="notes of " + (", ".join(notes) or "nothing"),
            fix=nearest(name, notes) if notes else f"put nn.Note({name!r}) into it",
        )
    return notes[name]


def by_example(batch: Batch) -> Batch:
    """The batch with one weight for each example: weights of its single targets are averaged."""
    if batch.weight is None:
        return batch
    return batch._replace(weight=batch.weight.reshape(batch.size, -1).mean(axis=1))


def add(numbers: list[jax.Array]) -> jax.Array:
    """Σ of scalars, in the usual float type whatever the types of the model."""
    usual = jnp.result_type(float)
    return sum((number.astype(usual) for number in numbers), start=jnp.zeros((), usual))


def not_negative(number: Number) -> Number:
    """The number itself; raises InputError for a plain number below 0."""
    if isinstance(number, int | float) and not number >= 0:
        raise InputError(
            "strength of a penalty",
            expected="a number from 0 up",
            got=number,
            fix="give a number from 0 up; a penalty is added to the loss, it needs no sign",
        )
    return number
