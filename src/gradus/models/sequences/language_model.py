"""What comes next: a recurrent net that gives every token its probability given those before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError, located
from gradus.base.record import param, static, weight
from gradus.models.sequences.cells import dropped
from gradus.models.sequences.decoding import Written, by_chance, likeliest, write
from gradus.models.sequences.grams import checked
from gradus.models.sequences.prompt import as_prompt, check_writing
from gradus.nn.initializers import GlorotUniform
from gradus.nn.layer import INFERENCE, Forward, Layer


class LanguageModel(Layer):
    """p(xₜ₊₁ | x₁ … xₜ) = softmax(hₜ W + b), h from layers over time that see vectors of tokens.

    Called on tokens (B, T) it gives logits (B, T, V): those at step t are about the token after
    it. So the targets are the tokens one step later, see `data.next_tokens`, and what they mean
    is `Categorical(V)`. Layers that see the steps in their order make padding at the end
    harmless: its targets have weight 0.

    Arguments:
        embedding: the vectors of the tokens; V of them.
        body: layers over time.
        tied: whether W is the table of vectors, turned: a token is likely where h is like its
            vector. The last layer then has as many units as vectors have numbers.

    `start` and `steps` carry the state on, as those of a recurrent layer; `log_prob` measures
    and `generate` writes.

    >>> model = language_model(5, nn.LSTM(8)).init(jax.random.key(0), (7,))
    >>> model(jnp.zeros((2, 7), int)).shape
    (2, 7, 5)

    Mikolov, Karafiát, Burget, Černocký and Khudanpur (2010); tied: Press and Wolf (2017).
    """

    embedding: nn.Embedding
    body: nn.Stack
    tied: bool = static(False)
    weight: jax.Array | None = weight()
    bias: jax.Array = param()

    @property
    def tokens(self) -> int:
        """V, how many tokens there are."""
        return self.embedding.tokens

    def init(self, key, shape):
        one, two, three = jax.random.split(key, 3)
        embedding = self.embedding.init(one, shape)
        seen = embedding.output_shape(shape)
        ready = self.replace(embedding=embedding, body=self.body.init(two, seen))
        check_order(ready.body, embedding.width)
        units = ready.body.output_shape(seen)[-1]
        if self.tied:
            check_tied(units, embedding.width)
        elif self.weight is None:
            ready = ready.replace(weight=GlorotUniform()(three, (units, self.tokens)))
        return ready if self.bias is not None else ready.replace(bias=jnp.zeros(self.tokens))

    def __call__(self, x, forward: Forward = INFERENCE):
        return self.logits(self.body(self.embedding(x, forward), forward))

    def start(self, size: int) -> Any:
        """The state before the first token of `size` texts."""
        return self.body.start(size)

    def steps(
        self,
        x: jax.Array,
        state: Any,
        mask: jax.Array | None = None,
        forward: Forward = INFERENCE,
    ) -> tuple[jax.Array, Any]:
        """The logits after each of some tokens, (B, T, V), and the state after the last."""
        vectors: Any = self.embedding(x, forward)
        h, state = self.body.steps(vectors, state, mask, forward)
        return self.logits(h), state

    def log_prob(self, rows: Any) -> jax.Array:
        """log p of every token given those before it, shape (n, T − 1).

        Arguments:
            rows: tokens, shape (n, T); of the first of each row nothing is said. What is said of
                padding means nothing: leave it out by `next_tokens(rows).weight`.

        Raises InputError for tokens that there are not.
        """
        rows = jnp.asarray(checked(rows, self.tokens), jnp.int32)
        return _log_prob(self, rows)

    def embed(self, rows: Any, padding: int = 0) -> jax.Array:
        """What the last layer's units are once each row was read, shape (n, units).

        Arguments:
            rows: tokens, padding after them, shape (n, T).
            padding: the token that only fills rows up.

        Raises InputError for tokens that there are not.
        """
        rows = checked(rows, self.tokens)
        last = np.maximum((rows != padding).sum(axis=1) - 1, 0)
        return _embed(self, jnp.asarray(rows, jnp.int32), jnp.asarray(last, jnp.int32))

    def generate(
        self,
        key: jax.Array,
        prompt: Any,
        length: int,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        never: Sequence[int] = (),
        end: int | None = None,
    ) -> jax.Array:
        """New tokens after each prompt, shape (n, length), int32: drawn one after the other from
        softmax(logits / temperature), compiled.

        Arguments:
            key: equal keys write equal texts.
            prompt: tokens to go on from, shape (P,) or (n, P).
            length: how many tokens are written, at most.
            temperature: 1 as the model says; below, the likely become more likely; 0 for the
                likeliest token at every step.
            top_k: how many of the likeliest tokens may be drawn; None: all.
            never: tokens that are not written, such as padding and unknown.
            end: the token after which a text is over; padding, 0, stands after it.

        Raises InputError for prompts without tokens, and numbers out of bounds.
        """
        rows = as_prompt(prompt, self.tokens)
        check_writing(length, temperature, never, end, self.tokens)
        given = jnp.asarray(rows), length, float(temperature), top_k, tuple(never), end
        new = _written(self, key, *given)
        check_remembered(new, rows.shape[1] + length)
        return new.tokens

    def logits(self, h: jax.Array) -> jax.Array:
        """h W + b."""
        table: Any = self.embedding.weight.T if self.tied else self.weight
        return h @ table + self.bias[None, None, :]

    def output_shape(self, shape):
        return (*shape, self.tokens)

    def check(self, x):
        self.embedding.check(x)

    def with_output_bias(self, bias):
        return self if self.bias is not None else self.replace(bias=bias)


@eqx.filter_jit
def _log_prob(model: LanguageModel, rows: jax.Array) -> jax.Array:
    log_p = jax.nn.log_softmax(model(rows[:, :-1]))
    return jnp.take_along_axis(log_p, rows[:, 1:, None], axis=-1)[..., 0]


@eqx.filter_jit
def _embed(model: LanguageModel, rows: jax.Array, last: jax.Array) -> jax.Array:
    outputs = model.body(model.embedding(rows))
    return jnp.take_along_axis(outputs, last[:, None, None], axis=1)[:, 0]


def written(
    model: LanguageModel,
    key: jax.Array,
    prompt: jax.Array,
    length: int,
    temperature: float,
    top_k: int | None,
    never: Sequence[int],
    end: int | None,
) -> Written:
    """What `generate` compiles, and how likely it was; for prompts of shape (n, P)."""

    def step(tokens: jax.Array, state: Any):
        logits, state = model.steps(tokens[:, None], state)
        return logits[:, 0].at[:, list(never)].set(-jnp.inf), state

    state = model.start(len(prompt))
    if prompt.shape[1] > 1:
        _, state = model.steps(prompt[:, :-1], state)
    choose = likeliest if temperature == 0 else by_chance(temperature, top_k)
    return write(step, prompt[:, -1], state, length, choose, key, end)


_written = eqx.filter_jit(written)


def language_model(
    tokens: int,
    *layers: Layer,
    width: int = 64,
    dropout: float = 0.0,
    tied: bool = False,
) -> LanguageModel:
    """A language model: vectors of tokens, layers over time, and logits of the token that follows.

    Arguments:
        tokens: V, how many tokens there are, such as `Characters.size`.
        layers: layers that see the steps in their order, such as `nn.LSTM(256), nn.LSTM(256)`.
        width: numbers in the vector of each token.
        dropout: probability of dropping a number on its way from layer to layer, never on its
            way from step to step.
        tied: whether the table of vectors is also that of the logits; see `LanguageModel`.

    Raises InputError without layers, where tied sizes do not fit, and, at `init`, for layers that
    see the steps after them.

    >>> from gradus.base.tree import count
    >>> model = language_model(65, nn.GRU(16), nn.GRU(16), width=16, tied=True)
    >>> count(model.init(jax.random.key(0), (10,)))
    4369

    Dropout: Zaremba, Sutskever and Vinyals (2014).
    """
    if not layers:
        raise InputError(
            "language_model: layers",
            expected="layers over time",
            got="none",
            fix="models.language_model(tokens, nn.LSTM(256))",
        )
    between = dropped(dropout)
    body = [part for layer in layers for part in (*between, layer)]
    return LanguageModel(
        nn.Embedding(tokens, width), nn.Stack(*body, *between).with_sequences(), tied
    )


def check_order(body: nn.Stack, width: int) -> None:
    """Refuse layers that see the steps after them: they would read off what they should foretell.

    Those are the layers that cannot go on step by step; nothing is computed.
    """
    step = jnp.zeros((1, 1, width))
    with located("language_model"):
        eqx.filter_eval_shape(lambda body: body.steps(step, body.start(1)), body)


def check_tied(units: int, width: int) -> None:
    """Refuse vectors that cannot be compared with the last layer's units."""
    if units != width:
        raise InputError(
            "language_model: tied",
            expected="a last layer with as many units as the vectors have numbers",
            got=f"{units} units, vectors of {width} numbers",
            fix=f"width={units}, or tied=False",
        )


def check_remembered(written: Written, length: int) -> None:
    """Refuse texts beyond what a layer can look back at: its outputs are NaN from there on."""
    if jnp.isnan(written.log_prob).any():
        raise InputError(
            "generate: the model's numbers are not finite",
            expected="a text no longer than the model can look back",
            got=f"{length} tokens, the prompt included",
            fix="write less, or give the layers more: nn.TransformerBlock(…, length=1000)",
        )
