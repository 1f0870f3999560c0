"""One net under many masks: an ensemble of autoregressive models of several orders."""

from __future__ import annotations

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

from gradus import nn
from gradus.base.record import static
from gradus.likelihoods import Likelihood
from gradus.models.generative.autoregressive import CANDIDATES, Autoregressive
from gradus.models.generative.density import DensityModel, check_rows, chosen
from gradus.models.generative.masked import Degrees, rows_of
from gradus.models.generative.missing import holes
from gradus.models.generative.verbs import verb
from gradus.nn.layer import INFERENCE, Forward


class MaskedEnsemble(DensityModel):
    """One set of weights under several masks: p(x) = 1/M Σₘ pₘ(x), each pₘ a MADE of its own order.

    In training every batch takes one of the masks at random and makes −log pₘ(x) small, which is
    on average above −log p(x); densities are those of the mean of all, samples come from all alike.

    Arguments:
        network: `masked_network` without cuts.
        likelihood: what the outputs say about a column.
        degrees: for each m the degrees of the columns, and of the units of each hidden layer.

    >>> from gradus import models
    >>> from gradus.likelihoods import Bernoulli
    >>> model = models.made(3, [8], Bernoulli(), orders=2, masks=2).init(jax.random.key(0), (3,))
    >>> rows = jnp.array(np.indices((2, 2, 2)).reshape(3, -1).T)
    >>> jnp.exp(model(rows)).sum().round(4)
    Array(1., dtype=float32)

    Germain, Gregor, Murray and Larochelle (2015), section 4.2; Uria, Murray and Larochelle (2014).
    """

    network: nn.Sequential
    likelihood: Likelihood
    degrees: tuple[Degrees, ...] = static()

    def init(self, key, shape):
        return self.replace(network=self.network.init(key, shape))

    @property
    def members(self) -> list[Autoregressive]:
        """The weights under each of the masks."""
        return [self._under(degrees) for degrees in self.degrees]

    def _under(self, degrees: Degrees) -> Autoregressive:
        cuts = pairwise(rows_of(degrees, self.likelihood.size))
        layers = tuple(
            layer.replace(inputs=below, outputs=above)
            for layer, (below, above) in zip(self.network.layers, cuts, strict=True)
        )
        order = tuple(np.argsort(degrees[0]).tolist())
        network = self.network.replace(layers=layers)
        return Autoregressive(network, self.likelihood, len(order), order)

    def __call__(self, x, forward: Forward = INFERENCE):
        members = self.members
        if forward.noisy:
            which = random.randint(forward.key(), (), 0, len(members))
            return lax.switch(which, [lambda x, m=member: m(x) for member in members], x)
        log_p = jnp.stack([member(x) for member in members])
        return jax.nn.logsumexp(log_p, axis=0) - jnp.log(len(members))

    @verb
    def sample(self, key, count):
        *keys, mix = random.split(key, len(self.degrees) + 1)
        each = -(-count // len(keys))
        drawn = [m.sample(k, each) for m, k in zip(self.members, keys, strict=True)]
        return random.permutation(mix, jnp.concatenate(drawn))[:count]

    @verb
    def impute(self, key, x, missing):
        """As one net does, with candidates from all."""
        *keys, choose = random.split(key, len(self.degrees) + 1)
        (missing, x), each = holes(x, missing), -(-CANDIDATES // len(keys))
        found = [
            member.candidates(k, x, missing, each)
            for member, k in zip(self.members, keys, strict=True)
        ]
        rows, log_weight = (jnp.concatenate(parts) for parts in zip(*found, strict=True))
        return chosen(choose, rows, log_weight)

    def with_marginals(self, x, weight=None):
        network = self.members[0].with_marginals(x, weight).network
        return self.replace(network=network)

    def check(self, x):
        check_rows(x, len(self.degrees[0][0]))
        self.members[0].check(x)

    def check_examples(self, x):
        self.members[0].check_examples(x)
