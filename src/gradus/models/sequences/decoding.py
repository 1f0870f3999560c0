"""Writing token by token: the likeliest next one, one by chance, or the best of several lines.

All work on a step function `(tokens (B,), state) -> (logits (B, V), state)`, and can be part of a
compiled program. Every array of the state has the axis of sequences first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax, random

from gradus.base.checks import check_whole
from gradus.base.errors import InputError

Step = Callable[[jax.Array, Any], tuple[jax.Array, Any]]
Choose = Callable[[jax.Array, jax.Array], jax.Array]  # (logits (B, V), key) -> tokens (B,)


class Written(NamedTuple):
    """What was written.

    Arguments:
        tokens: shape (B, length), int32, up to and with the end; padding after it.
        log_prob: log p of each sequence, its end included, in nats, shape (B,).
    """

    tokens: jax.Array
    log_prob: jax.Array


def likeliest(logits: jax.Array, key: jax.Array) -> jax.Array:
    """The token of the largest logit."""
    return jnp.argmax(logits, axis=-1).astype(jnp.int32)


def by_chance(temperature: float = 1.0, top_k: int | None = None) -> Choose:
    """A token drawn from softmax(logits / temperature), among the k likeliest.

    Arguments:
        temperature: below 1 the likely become more likely, above 1 less so; above 0.
        top_k: how many tokens may be drawn; None: all.

    Raises InputError for a temperature that is not above 0, and a `top_k` below 1.

    >>> draw = by_chance(temperature=0.5, top_k=1)
    >>> draw(jnp.array([[0.0, 1.0, 0.9]]), random.key(0))
    Array([1], dtype=int32)

    Ackley, Hinton and Sejnowski (1985); top-k: Fan, Lewis and Dauphin (2018).
    """
    if not temperature > 0:
        raise InputError(
            "temperature",
            expected="a number above 0",
            got=temperature,
            fix="take a small one, such as 0.1, or decode greedily for the likeliest tokens",
        )
    if top_k is not None:
        check_whole("top_k", top_k)

    def choose(logits: jax.Array, key: jax.Array) -> jax.Array:
        if top_k is not None and top_k < logits.shape[-1]:
            smallest = lax.top_k(logits, top_k)[0][:, -1:]
            logits = jnp.where(logits < smallest, -jnp.inf, logits)
        return random.categorical(key, logits / temperature).astype(jnp.int32)

    return choose


def write(
    step: Step,
    first: jax.Array,
    state: Any,
    length: int,
    choose: Choose = likeliest,
    key: jax.Array | None = None,
    end: int | None = None,
    padding: int = 0,
) -> Written:
    """One token after the other, each chosen by what the step before says.

    Arguments:
        step: (tokens (B,), state) -> (logits (B, V), state).
        first: what the step sees first, such as the mark of a start, shape (B,), int32.
        state: the state before it.
        length: tokens to write at most; it is over when all sequences have come to their end.
        choose: `likeliest`, which is greedy decoding, or `by_chance(…)`.
        key: for choices by chance; None where there is none.
        end: the token that ends a sequence; None: all have the whole length.
        padding: what stands after the end.

    Raises InputError for a length below 1.

    A net that says "one more", up to 4, and then 0, the end:

    >>> def step(tokens, state):
    ...     return jax.nn.one_hot((tokens + 1) % 5, 5) * 9.0, state
    >>> write(step, jnp.array([1, 3]), (), 6, end=0).tokens
    Array([[2, 3, 4, 0, 0, 0],
           [4, 0, 0, 0, 0, 0]], dtype=int32)
    """
    check_whole("length", length)
    key = random.key(0) if key is None else key
    size = first.shape[0]

    def going(place):
        t, _, _, _, over, _ = place
        return (t < length) & ~jnp.all(over)

    def go_on(place):
        t, last, state, tokens, over, total = place
        logits, state = step(last, state)
        chosen = choose(logits, random.fold_in(key, t))
        gain = jnp.take_along_axis(jax.nn.log_softmax(logits), chosen[:, None], axis=1)[:, 0]
        total = total + jnp.where(over, 0, gain)
        chosen = jnp.where(over, padding, chosen)
        tokens = lax.dynamic_update_slice_in_dim(tokens, chosen[:, None], t, axis=1)
        over = over if end is None else over | (chosen == end)
        return t + 1, chosen, state, tokens, over, total

    tokens = jnp.full((size, length), padding, jnp.int32)
    none = jnp.zeros(size, bool)
    start = 0, first.astype(jnp.int32), state, tokens, none, jnp.zeros(size)
    *_, tokens, _, total = lax.while_loop(going, go_on, start)
    return Written(tokens, total)


class Beams(NamedTuple):
    """The lines that a beam search has kept, the best first.

    Arguments:
        tokens: shape (B, beams, length), int32; padding after the end.
        scores: log p / (number of tokens)^α, shape (B, beams); −∞ for lines that do not exist.
    """

    tokens: jax.Array
    scores: jax.Array


class _Lines(NamedTuple):
    last: jax.Array  # (B, beams)
    state: Any  # (B · beams, …)
    tokens: jax.Array  # (B, beams, length)
    over: jax.Array  # (B, beams)
    total: jax.Array  # log p, (B, beams)
    count: jax.Array  # tokens of each line, (B, beams)


def beam_search(
    step: Step,
    first: jax.Array,
    state: Any,
    length: int,
    beams: int = 4,
    end: int | None = None,
    padding: int = 0,
    length_penalty: float = 0.0,
) -> Beams:
    """The likeliest sequence among several lines, all of which go on at every step.

    Of all ways to go on, the best by log p / (number of tokens)^α are kept. One line is greedy
    decoding; as many lines as there are sequences find the best of all.

    Arguments:
        step: as of `write`; it sees B · beams sequences, those of the first example first. What
            it holds besides its state is brought to this form by `side_by_side`.
        first, state, length, end, padding: as of `write`, for B sequences.
        beams: how many lines are kept.
        length_penalty: α; 0 prefers short sequences, 1 compares the mean log p of a token.

    Raises InputError for a length or beams below 1.

    The first token 1 is a little likelier, but nothing good comes after it:

    >>> table = jnp.log(jnp.array([[0.01, 0.5, 0.49], [0.34, 0.33, 0.33], [0.98, 0.01, 0.01]]))
    >>> def step(tokens, state):
    ...     return table[tokens], state
    >>> write(step, jnp.array([0]), (), 2).tokens
    Array([[1, 0]], dtype=int32)
    >>> beam_search(step, jnp.array([0]), (), 2, beams=2).tokens[:, 0]
    Array([[2, 0]], dtype=int32)

    Graves (2012); length normalisation: Cho, van Merriënboer, Bahdanau and Bengio (2014); Wu et
    al. (2016) divide by ((5 + length) / 6)^α.
    """
    check_whole("length", length)
    check_whole("beams", beams)
    size = first.shape[0]

    def going(place):
        t, lines = place
        return (t < length) & ~jnp.all(lines.over | jnp.isneginf(lines.total))

    def go_on(place):
        t, lines = place
        logits, state = step(lines.last.reshape(-1), lines.state)
        gains = jax.nn.log_softmax(logits).reshape(size, beams, -1)
        total = lines.total[:, :, None] + _only_padding(gains, lines.over, padding)
        count = lines.count + jnp.where(lines.over, 0, 1)
        parent, token, total = _best(total, count, beams, length_penalty)
        new = _continued(lines._replace(state=state, count=count), parent)
        token = jnp.where(new.over, padding, token)
        tokens = new.tokens.at[:, :, t].set(token)
        over = new.over if end is None else new.over | (token == end)
        return t + 1, new._replace(last=token, tokens=tokens, over=over, total=total)

    lines = _beginning(first.astype(jnp.int32), state, length, beams, padding)
    _, lines = lax.while_loop(going, go_on, (0, lines))
    return Beams(lines.tokens, lines.total / _power(lines.count, length_penalty))


def _beginning(first: jax.Array, state: Any, length: int, beams: int, padding: int) -> _Lines:
    """One line for each example, and places for the others."""
    size = first.shape[0]
    only_one = jnp.where(jnp.arange(beams) == 0, 0.0, -jnp.inf)
    return _Lines(
        last=jnp.repeat(first[:, None], beams, axis=1),
        state=side_by_side(state, beams),
        tokens=jnp.full((size, beams, length), padding, jnp.int32),
        over=jnp.zeros((size, beams), bool),
        total=jnp.repeat(only_one[None], size, axis=0),
        count=jnp.zeros((size, beams), jnp.int32),
    )


def _best(total, count, beams: int, length_penalty: float):
    """The best ways to go on: after which line, with which token, and log p of it all.

    Arguments:
        total: log p of each line with each token after it, shape (B, beams, V).
        count: tokens of each line, that one included, shape (B, beams).
    """
    size, _, tokens = total.shape
    scores = total / _power(count, length_penalty)[:, :, None]
    _, places = lax.top_k(scores.reshape(size, -1), beams)
    total = jnp.take_along_axis(total.reshape(size, -1), places, axis=1)
    return places // tokens, (places % tokens).astype(jnp.int32), total


def _continued(lines: _Lines, parent: jax.Array) -> _Lines:
    """The lines that go on, (B, beams), each as it was; one may go on several times."""
    size, beams = parent.shape
    rows = (parent + beams * jnp.arange(size)[:, None]).reshape(-1)

    def chosen(array: jax.Array) -> jax.Array:
        return array.reshape(size * beams, *array.shape[2:])[rows].reshape(array.shape)

    return lines._replace(
        state=jax.tree.map(lambda a: a[rows], lines.state),
        tokens=chosen(lines.tokens),
        over=chosen(lines.over),
        count=chosen(lines.count),
    )


def side_by_side(tree: Any, beams: int) -> Any:
    """Every row of every array as often as there are beams, one after the other.

    >>> side_by_side(jnp.array([3, 7]), 2)
    Array([3, 3, 7, 7], dtype=int32)
    """
    return jax.tree.map(lambda a: jnp.repeat(a, beams, axis=0), tree)


def _only_padding(gains: jax.Array, over: jax.Array, padding: int) -> jax.Array:
    """A line that is over goes on in one way, which costs nothing."""
    free = jnp.where(jnp.arange(gains.shape[-1]) == padding, 0.0, -jnp.inf)[None, None]
    return jnp.where(over[:, :, None], free, gains)


def _power(count: jax.Array, exponent: float) -> jax.Array:
    return jnp.maximum(count, 1).astype(jnp.result_type(float)) ** exponent
