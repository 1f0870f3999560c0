"""The masked autoencoder for distribution estimation, in one order of the columns or in several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gradus import nn
from gradus.base.errors import InputError
from gradus.likelihoods import Likelihood
from gradus.models.generative.autoregressive import Autoregressive
from gradus.models.generative.ensemble import MaskedEnsemble
from gradus.models.generative.masked import masked_network, spread


def made(
    columns: int,
    hidden: Sequence[int],
    likelihood: Likelihood,
    *,
    activation: Callable = nn.relu,
    orders: int = 1,
    masks: int = 1,
    seed: int = 0,
) -> Autoregressive | MaskedEnsemble:
    """MADE: dense layers with connections cut so that output j sees x₁ … xⱼ₋₁ alone.

    Hidden unit k has a degree m(k) from 1 to D − 1 and sees the units below it whose degree is
    not above m(k); output j sees hidden units of degree below j. The first factor p(x₁) sees
    nothing: it is the output's bias.

    Arguments:
        columns: D, the length of x.
        hidden: units of each hidden layer; several per column.
        likelihood: of one xⱼ given the earlier ones: `Bernoulli()` for 0 and 1, `Mixture(k)` or
            another likelihood of real numbers.
        activation: of the hidden units.
        orders: how many orders of the columns: the one they come in, then random ones.
        masks: how many draws of the degrees m(k) for each order. With several orders or masks
            the model is a `MaskedEnsemble`.
        seed: of those draws.

    Raises InputError for orders or masks below 1.

    >>> import jax
    >>> import jax.numpy as jnp
    >>> from gradus.likelihoods import Bernoulli
    >>> model = made(3, [8], Bernoulli()).init(jax.random.key(0), (3,))
    >>> slopes = jax.jacobian(model.network)(jnp.ones((1, 3)))[0, :, 0]
    >>> (slopes != 0).astype(int)
    Array([[0, 0, 0],
           [1, 0, 0],
           [1, 1, 0]], dtype=int32)

    Germain, Gregor, Murray and Larochelle (2015). With one order and one mask degrees are spread
    evenly; there they are drawn at random.
    """
    if orders < 1 or masks < 1:
        raise InputError(
            "made: orders and masks",
            expected="whole numbers from 1 up",
            got=(orders, masks),
            fix="orders=1, masks=1 is a single net in the order of the columns",
        )
    first = (tuple(range(1, columns + 1)), *(spread(units, columns) for units in hidden))
    if orders == masks == 1:
        network = masked_network(first, likelihood.size, activation)
        return Autoregressive(network, likelihood, columns)
    anywhere = tuple((0,) * len(row) for row in first)
    network = masked_network(anywhere, likelihood.size, activation, last=1)
    draw = np.random.default_rng(seed)
    rows = [first[0], *(tuple((1 + draw.permutation(columns)).tolist()) for _ in range(orders - 1))]
    sets = tuple(
        (row, *(tuple(draw.permutation(m).tolist()) for m in first[1:]))
        for row in rows
        for _ in range(masks)
    )
    return MaskedEnsemble(network, likelihood, sets)
