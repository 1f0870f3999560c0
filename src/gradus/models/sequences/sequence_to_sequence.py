"""From something that is read to a sequence that is written: encoder and decoder."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.checks import check_whole
from gradus.base.errors import InputError, located
from gradus.base.record import static
from gradus.models.sequences.cells import cell_named, dropped
from gradus.models.sequences.decoding import beam_search, write
from gradus.models.sequences.reading import Reader, TokenReader, VectorReader
from gradus.models.sequences.writing import Writer
from gradus.nn.layer import INFERENCE, Forward, Layer

BLOCK = 100  # examples that are written about together


class SequenceToSequence(Layer):
    """p(y | x) = Πₜ p(yₜ | y₁ … yₜ₋₁, x): a reader, and a writer that begins with what was read.

    A sequence that is written ends with the mark of its end, with padding after it; the mark of
    its start is known and no part of it. Called on the pair (x, tokens), tokens (B, T) from the
    start mark on, the model gives logits (B, T, V) for the token after each of them: this is how
    it learns, see `learn.sequence_to_sequence`. Called on x alone it reads its own likeliest
    tokens, and says what it makes of them: so `run.predict(x)` gives what it writes, (B, length).

    Arguments:
        reader: what reads x.
        writer: what writes.
        start, end, padding: the numbers of these marks, as in `data.Words(ends=True)`.
        length: tokens to write at most, the end included; None: as many as the targets have that
            it learns from.

    Raises InputError where it is to write before it knows how much.

    >>> reader = TokenReader(nn.Embedding(9, 4, padding=0), nn.Stack(nn.GRU(6)).with_sequences())
    >>> writer = Writer(nn.Embedding(7, 4), nn.Stack(nn.GRU(6)).with_sequences())
    >>> model = SequenceToSequence(reader, writer, length=5).init(jax.random.key(0), (3,))
    >>> x = jnp.array([[4, 8, 5]])
    >>> model(x).shape, model((x, jnp.array([[2, 6]]))).shape
    ((1, 5, 7), (1, 2, 7))
    """

    reader: Reader
    writer: Writer
    start: int = static(2)
    end: int = static(3)
    padding: int = static(0)
    length: int | None = static(None)

    @property
    def tokens(self) -> int:
        """V, how many tokens can be written."""
        return self.writer.tokens

    def init(self, key, shape):
        one, two = jax.random.split(key)
        reader = self.reader.init(one, shape)
        summary, memory = reader.read_shapes(shape)
        return self.replace(reader=reader, writer=self.writer.ready(two, summary, memory))

    def __call__(self, x, forward: Forward = INFERENCE):
        if isinstance(x, tuple):
            read = self.reader(x[0], forward)
            return self.writer((read, x[1]), forward)
        read, first = self.reader(x, forward), self.first(x.shape[0])
        own = write(
            self.writer.step(read), first, self.writer.start(read), self._length(), end=self.end
        ).tokens
        seen = jnp.concatenate([first[:, None], own[:, :-1]], axis=1)
        return self._with_padding(self.writer((read, seen), forward), own)

    def output_shape(self, shape):
        return (self._length(), self.tokens)

    def check(self, x):
        self.reader.check(x[0] if isinstance(x, tuple) else x)

    def with_output_bias(self, bias):
        return self.replace(writer=self.writer.with_output_bias(bias))

    def first(self, size: int) -> jax.Array:
        """The mark of the start, for so many sequences."""
        return jnp.full(size, self.start, jnp.int32)

    def generate(
        self, x: Any, *, beams: int = 1, length: int | None = None, length_penalty: float = 1.0
    ) -> np.ndarray:
        """The likeliest sequences for inputs, tokens of shape (n, length), padding after the end.

        Arguments:
            x: what is read, n examples.
            beams: lines that a beam search keeps; 1 takes the likeliest token at every step.
            length: tokens at most; None: that of the model.
            length_penalty: α of `beam_search`: lines are compared by log p / (tokens)^α.

        Raises InputError for inputs that the model cannot take, and beams or a length below 1.
        """
        x, length = np.asarray(x), length or self._length()
        check_whole("beams", beams)
        with located("x"):
            self.check(x)
        blocks = []
        for rows in np.split(np.arange(len(x)), range(BLOCK, len(x), BLOCK)):
            filled = x[np.resize(rows, min(BLOCK, len(x)))]  # one size, compiled once
            found = _generated(self, filled, length, beams, length_penalty)
            blocks.append(np.asarray(found)[: len(rows)])
        return np.concatenate(blocks)

    def lines(self, x: jax.Array, length: int, beams: int, length_penalty: float) -> jax.Array:
        """The best line of a beam search for every x, (B, length)."""
        read = self.reader(x)
        step, state = self.writer.step(read, beams), self.writer.start(read)
        found = beam_search(
            step,
            self.first(x.shape[0]),
            state,
            length,
            beams,
            end=self.end,
            padding=self.padding,
            length_penalty=length_penalty,
        )
        return found.tokens[:, 0]

    def _length(self) -> int:
        if self.length is None:
            raise InputError(
                "SequenceToSequence: length",
                expected="how many tokens are written at most",
                got="None, and nothing was learned yet",
                fix="write length=20, or train the model first",
            )
        return self.length

    def _with_padding(self, logits: jax.Array, own: jax.Array) -> jax.Array:
        """The logits, saying padding with certainty after the end."""
        ended = (own == self.end).astype(jnp.int32)
        over = jnp.cumsum(ended, axis=1) > ended
        certain = jnp.where(jnp.arange(self.tokens) == self.padding, 0.0, -1e9)[None, None]
        return jnp.where(over[:, :, None], certain, logits)


@eqx.filter_jit
def _generated(model: SequenceToSequence, x, length: int, beams: int, length_penalty: float):
    return model.lines(x, length, beams, length_penalty)


def sequence_to_sequence(
    source: int,
    target: int,
    *,
    units: int = 256,
    width: int = 128,
    cell: str = "gru",
    layers: int = 1,
    bidirectional: bool = True,
    attention: str | None = "multiplicative",
    dropout: float = 0.0,
    length: int | None = None,
) -> SequenceToSequence:
    """An encoder and a decoder of gated units, with attention.

    Arguments:
        source, target: how many tokens can be read and written, such as `Words.size`; in both 0
            is padding, and in the target 2 and 3 are its start and its end.
        units: of each layer that writes; those that read in two directions have half as many in
            each, so that both have the same outputs.
        width: numbers in the vector of each token.
        cell: "gru" or "lstm".
        layers: how many layers read, and how many write.
        bidirectional: whether the source is read in both directions.
        attention: score of `nn.Attention`: "additive", "multiplicative", "dot", "scaled dot";
            None: all that is written comes from the last state of the encoder.
        dropout: probability of dropping a number of the vectors and of the outputs.
        length: tokens to write at most, the end included; None: those of the targets.

    Raises InputError for other cells and scores, and for odd units in two directions.

    >>> model = sequence_to_sequence(20, 30, units=8, width=4, length=5)
    >>> model = model.init(jax.random.key(0), (7,))
    >>> model.generate(np.ones((2, 7), int)).shape
    (2, 5)

    Sutskever, Vinyals and Le (2014); Cho et al. (2014); attention: Bahdanau, Cho and Bengio
    (2015), and where it is looked: Luong, Pham and Manning (2015).
    """
    recurrent = cell_named("sequence_to_sequence", cell)
    if bidirectional and units % 2:
        raise InputError(
            "sequence_to_sequence: units",
            expected="an even number, half of it for each direction",
            got=units,
            fix=f"units={units + 1}, or bidirectional=False",
        )

    def reading() -> nn.Layer:
        if bidirectional:
            return nn.Bidirectional(recurrent(units // 2, return_sequences=True))
        return recurrent(units, return_sequences=True)

    reader = TokenReader(
        nn.Embedding(source, width, padding=0),
        nn.Stack(*dropped(dropout), *(reading() for _ in range(layers))),
    )
    writer = Writer(
        nn.Embedding(target, width),
        nn.Stack(*(recurrent(units, return_sequences=True) for _ in range(layers))),
        None if attention is None else nn.Attention(attention, cross=True),
        dropout,
    )
    return SequenceToSequence(reader, writer, length=length)


def captioner(
    target: int,
    *,
    units: int = 256,
    width: int = 128,
    cell: str = "gru",
    dropout: float = 0.0,
    length: int | None = None,
) -> SequenceToSequence:
    """From a vector to a sequence of tokens, such as from what a net sees in an image to words.

    Arguments:
        target: how many tokens can be written; 0 is padding, 2 and 3 are start and end.
        units: of the layer that writes.
        width: numbers in the vector of each token.
        cell: "gru" or "lstm".
        dropout: probability of dropping a number of the vectors and of the outputs.
        length: tokens to write at most, the end included; None: those of the targets.

    Vectors of images come from `models.features`. Learns by `learn.sequence_to_sequence`.
    Raises InputError for other cells.

    >>> model = captioner(30, units=8, width=4, length=5).init(jax.random.key(0), (6,))
    >>> model.generate(np.ones((2, 6), "float32"), beams=3).shape
    (2, 5)

    Vinyals, Toshev, Bengio and Erhan (2015), who show the image as a first word.
    """
    recurrent = cell_named("captioner", cell)
    body = nn.Stack(recurrent(units, return_sequences=True))
    return SequenceToSequence(
        VectorReader(), Writer(nn.Embedding(target, width), body, None, dropout), length=length
    )
