"""A tag for every token, which may rest on all others."""

from __future__ import annotations

from gradus import nn
from gradus.models.sequences.cells import cell_named, dropped


def tagger(
    tokens: int,
    tags: int,
    *,
    units: int = 64,
    width: int = 64,
    cell: str = "lstm",
    layers: int = 1,
    bidirectional: bool = True,
    dropout: float = 0.0,
) -> nn.Sequential:
    """Logits for a tag at every step: vectors of tokens, layers over time in both directions.

    Arguments:
        tokens: how many there are; 0 is padding.
        tags: numbers for each token, the `size` of the likelihood: how many tags there are.
        units: of each layer, in each direction.
        width: numbers in the vector of each token.
        cell: "lstm" or "gru".
        layers: how many layers lie on top of each other.
        bidirectional: whether a tag may rest on what comes after its token.
        dropout: probability of dropping a number of the vectors and of the outputs.

    Takes tokens (B, T) and gives (B, T, tags). It learns by `supervised` with `Categorical(tags)`
    from targets (B, T) and weights (B, T) that are 0 at padding.
    Raises InputError for other cells.

    >>> import jax, jax.numpy as jnp
    >>> model = tagger(20, 3, units=4, width=5).init(jax.random.key(0), (7,))
    >>> model(jnp.ones((2, 7), int)).shape
    (2, 7, 3)

    Graves and Schmidhuber (2005).
    """
    recurrent = cell_named("tagger", cell)

    def over_time() -> nn.Layer:
        layer = recurrent(units, return_sequences=True)
        return nn.Bidirectional(layer) if bidirectional else layer

    between = dropped(dropout)
    body = [part for _ in range(layers) for part in (*between, over_time())]
    return nn.Sequential(
        nn.Embedding(tokens, width, padding=0), nn.Stack(*body, *between), nn.Dense(tags)
    )
