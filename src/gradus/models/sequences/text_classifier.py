"""Nets that read a text and say one thing about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradus import nn
from gradus.base.checks import check_name
from gradus.base.errors import InputError
from gradus.models.sequences.cells import cell_named
from gradus.nn.combine import Sequential


def text_classifier(
    tokens: int,
    outputs: int,
    kind: str = "bag",
    *,
    width: int = 64,
    units: int = 64,
    hidden: tuple[int, ...] = (),
    activation: Callable = nn.relu,
    windows: tuple[int, ...] = (3, 4, 5),
    cell: str = "lstm",
    bidirectional: bool = True,
    dropout: float = 0.5,
    embedding: nn.Layer | None = None,
) -> Sequential:
    """A net for texts as numbers, (B, T) with 0 for padding, which does not change what it says.

    "bag" takes the mean of the vectors of all tokens: their order is lost, and it is often enough.
    "cnn" asks for every pattern of a few neighbouring tokens how much the text has of it, at the
    place where it has most. "rnn" reads from the first token to the last and back.

    Arguments:
        tokens: how many numbers there are, `size` of a vectoriser.
        outputs: numbers at the end, as the likelihood needs them.
        kind: "bag", "cnn" or "rnn".
        width: numbers in the vector of each token.
        units: patterns of each window of a cnn; units of an rnn, in each direction.
        hidden: units of dense layers before the last one.
        activation: of these.
        windows: how many neighbouring tokens the patterns of a cnn see.
        cell: "lstm" or "gru".
        bidirectional: whether an rnn reads backwards, too.
        dropout: probability of dropping a number of what was read.
        embedding: vectors that are known, `nn.Embedding.of(table, padding=0)`, or that of
            `nn.frozen`; None: vectors begin at random.

    Raises InputError for another kind or cell, and for known vectors of another number of tokens.

    >>> import jax, jax.numpy as jnp
    >>> net = text_classifier(1000, 2, "cnn").init(jax.random.key(0), (7,))
    >>> net(jnp.array([[4, 8, 15, 16, 23, 42, 0]])).shape
    (1, 2)

    Iyyer et al. (2015); Kim (2014), whose patterns begin at each token, here they end there;
    Schuster and Paliwal (1997).
    """
    vectors = nn.Embedding(tokens, width, padding=0) if embedding is None else embedding
    check_rows(vectors, tokens)
    check_name("text_classifier: kind", kind, READERS)
    recurrent = cell_named("text_classifier", cell)
    read = READERS[kind](
        units=units, windows=windows, recurrent=recurrent, bidirectional=bidirectional
    )
    dense = [layer for n in hidden for layer in (nn.Dense(n, activation), nn.Dropout(dropout))]
    return nn.Sequential(vectors, *read, nn.Dropout(dropout), *dense, nn.Dense(outputs))


def check_rows(vectors: nn.Layer, tokens: int) -> None:
    """Refuse known vectors that are those of another vocabulary."""
    rows = getattr(getattr(vectors, "inner", vectors), "tokens", tokens)
    if rows != tokens:
        raise InputError(
            "text_classifier: embedding",
            expected=f"{tokens} vectors, one for each token",
            got=rows,
            fix="read them for this vocabulary: data.read_vectors(file, words)",
        )


def bag(**unused: Any) -> Sequence[nn.Layer]:
    """The mean of all vectors."""
    return [nn.MeanOverTime()]


def cnn(*, units: int, windows: tuple[int, ...], **unused: Any) -> Sequence[nn.Layer]:
    """The strongest answer to every pattern."""
    patterns: list[Any] = [nn.MaxOverTime(nn.TimeDelay(units, n, nn.relu)) for n in windows]
    return [nn.Branches(*patterns), nn.Concat()]


def rnn(
    *, units: int, recurrent: Callable, bidirectional: bool, **unused: Any
) -> Sequence[nn.Layer]:
    """The last state, in one direction or both."""
    layer = recurrent(units)
    return [nn.Bidirectional(layer) if bidirectional else layer]


READERS: dict[str, Callable[..., Sequence[nn.Layer]]] = {"bag": bag, "cnn": cnn, "rnn": rnn}
