"""The multilayer perceptron."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradus import nn
from gradus.models.checks import check_numbers


def mlp(
    hidden: Sequence[int],
    outputs: int,
    *,
    activation: Callable = nn.relu,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    batch_norm: bool = False,
) -> nn.Sequential:
    """Dense layers one after the other: h₀ = x, hᵢ = g(hᵢ₋₁ Wᵢ + bᵢ), outputs = hₙ W + b.

    Inputs of several axes are flattened.

    Arguments:
        hidden: units of each hidden layer; empty for a linear model.
        outputs: numbers the model gives, `likelihood.size` for one target.
        activation: the function g.
        dropout: probability of dropping a hidden unit in training.
        input_dropout: probability of dropping an input.
        batch_norm: normalise before each activation; the layers then need no bias of their own.

    Raises InputError for hidden units that are no list of numbers.

    >>> import jax
    >>> model = mlp([4], 2).init(jax.random.key(0), (3,))
    >>> from gradus.base.tree import count
    >>> count(model)
    26

    Goodfellow, Bengio and Courville (2016), chapter 6.
    """
    check_numbers("mlp", "hidden", hidden, [256, 128])
    layers: list[nn.Layer] = [nn.Flatten()]
    if input_dropout:
        layers.append(nn.Dropout(input_dropout))
    for units in hidden:
        if batch_norm:
            layers += [nn.Dense(units, use_bias=False), nn.BatchNorm(), nn.Lambda(activation)]
        else:
            layers.append(nn.Dense(units, activation))
        if dropout:
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers, nn.Dense(outputs))
