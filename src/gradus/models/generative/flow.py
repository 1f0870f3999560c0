"""Normalising flows: a bell, bent by maps that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from gradus import nn
from gradus.base.errors import InputError, nearest
from gradus.base.record import static
from gradus.models.bijections import (
    ActNorm,
    Bijection,
    Chain,
    Coupling,
    Inverse,
    MaskedAutoregressive,
    Permutation,
    Planar,
)
from gradus.models.generative.density import DensityModel, check_rows, refuse_constant
from gradus.models.generative.masked import masked_network, spread
from gradus.models.generative.verbs import verb
from gradus.models.mlp import mlp
from gradus.nn.initializers import Zeros
from gradus.nn.layer import INFERENCE, Forward


class Flow(DensityModel):
    """log p(x) = log N(f(x); 0, I) + log|det ∂f/∂x|, with f a bijection; samples are f⁻¹(z).

    `embed` gives the latent z = f(x), `reconstruct` its way back, which is x but for rounding;
    `impute` moves the missing coordinates by `langevin`.

    Arguments:
        bijection: f, a `Chain` of them as a rule.
        columns: D, the length of x.

    >>> from gradus.models.bijections import ActNorm
    >>> model = Flow(ActNorm(), columns=1).init(jax.random.key(0), (1,))
    >>> model.log_prob(jnp.zeros((1, 1)))  # −½ log 2π
    Array([-0.9189385], dtype=float32)

    Rezende and Mohamed (2015); Goodfellow, Bengio and Courville (2016), section 20.10.6.
    """

    bijection: Bijection
    columns: int = static()

    def init(self, key, shape):
        return self.replace(bijection=self.bijection.init(key, shape))

    def __call__(self, x, forward: Forward = INFERENCE):
        z, log_det = self.bijection.forward(x)
        return jnp.sum(jax.scipy.stats.norm.logpdf(z), axis=1) + log_det

    @verb
    def sample(self, key, count):
        return self.bijection.inverse(jax.random.normal(key, (count, self.columns)))[0]

    @verb
    def embed(self, x):
        return self.bijection.forward(x)[0]

    @verb
    def reconstruct(self, x):
        return self.bijection.inverse(self.embed(x))[0]

    def with_marginals(self, x, weight=None):
        return self.replace(bijection=self.bijection.with_marginals(x, weight))

    def check(self, x):
        check_rows(x, self.columns)

    def check_examples(self, x):
        refuse_constant(x)


def flow(
    columns: int,
    layers: int = 5,
    *,
    kind: str = "maf",
    hidden: Sequence[int] = (64, 64),
    activation: Callable = nn.relu,
) -> Flow:
    """A flow from examples to a standard normal z, which starts as a bell fitted to the columns.

    An `ActNorm`, which takes mean and standard deviation of every column from the examples, then
    so many layers of one kind, with the columns turned round in between. The layers start as the
    identity, so no other normalisation is needed to begin with.

    | kind | layer | density | sample |
    |---|---|---|---|
    | "planar" | `Planar` | 1 pass | 1 search for a root |
    | "nice" | `Coupling`, shifts alone | 1 pass | 1 pass |
    | "realnvp" | `Coupling`, shifts and scales | 1 pass | 1 pass |
    | "maf" | `MaskedAutoregressive` | 1 pass | D passes |
    | "iaf" | the inverse of that | D passes | 1 pass |

    Arguments:
        columns: D, the length of x. They must be continuous: of whole numbers, the density is
            infinite; add noise from [0, 1) first.
        layers: how many.
        kind: of the layers, as in the table.
        hidden: units of the hidden layers of each layer's network; planar layers have none.
        activation: of these units.

    Raises InputError for another kind, for less than one layer, and, at `init`, for a single
    column with couplings.

    >>> model = flow(3, 2, kind="realnvp", hidden=[8]).init(jax.random.key(0), (3,))
    >>> z = model.embed(jnp.ones((1, 3)))
    >>> model.bijection.inverse(z)[0].round(4)
    Array([[1., 1., 1.]], dtype=float32)

    Papamakarios, Nalisnick, Rezende, Mohamed and Lakshminarayanan, "Normalizing flows for
    probabilistic modeling and inference" (2021). Batch normalisation between the layers, as in
    RealNVP and MAF, makes a density depend on the rest of the batch: it is left out.
    """
    if kind not in KINDS:
        raise InputError(
            "flow: kind", expected=", ".join(KINDS), got=repr(kind), fix=nearest(str(kind), KINDS)
        )
    if layers < 1:
        raise InputError("flow: layers", expected="1 or more", got=layers, fix="layers=5")
    turn = Permutation(tuple(range(columns))[::-1])
    chain: list[Bijection] = [ActNorm()]
    for i in range(layers):
        chain += [turn] if i else []
        chain.append(KINDS[kind](columns, hidden, activation))
    return Flow(Chain(*chain), columns)


def _planar(columns: int, hidden: Sequence[int], activation: Callable) -> Bijection:
    return Planar()


def _nice(columns: int, hidden: Sequence[int], activation: Callable) -> Bijection:
    return Coupling(_network(columns - columns // 2, hidden, activation))


def _realnvp(columns: int, hidden: Sequence[int], activation: Callable) -> Bijection:
    return Coupling(_network(2 * (columns - columns // 2), hidden, activation))


def _maf(columns: int, hidden: Sequence[int], activation: Callable) -> Bijection:
    degrees = (tuple(range(1, columns + 1)), *(spread(units, columns) for units in hidden))
    network = masked_network(degrees, 2, activation, last_init=Zeros())
    return MaskedAutoregressive(network)


def _iaf(columns: int, hidden: Sequence[int], activation: Callable) -> Bijection:
    return Inverse(_maf(columns, hidden, activation))


def _network(outputs: int, hidden: Sequence[int], activation: Callable) -> nn.Layer:
    """Dense layers that say 0 at first."""
    *body, head = mlp(hidden, outputs, activation=activation).layers
    return nn.Sequential(*body, head.replace(weight_init=Zeros()))


KINDS = {"planar": _planar, "nice": _nice, "realnvp": _realnvp, "maf": _maf, "iaf": _iaf}
