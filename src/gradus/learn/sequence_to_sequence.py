"""Learning to write: every token given those before it, the true ones or the model's own."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random

from gradus.base.errors import InputError, located
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm, require_targets
from gradus.learn.checks import check_number, check_optimizer, check_penalty, require
from gradus.learn.descent import State, begin, descent
from gradus.learn.supervised import measure
from gradus.likelihoods import Categorical
from gradus.models.sequences.sequence_to_sequence import SequenceToSequence
from gradus.nn.layer import Forward
from gradus.optim.optimizer import Optimizer
from gradus.optim.schedules import Schedule
from gradus.penalties import Penalty


def sequence_to_sequence(
    model: SequenceToSequence,
    optimizer: Optimizer,
    *,
    sampling: float | Schedule = 0.0,
    smoothing: float = 0.0,
    penalty: Penalty | None = None,
) -> Algorithm:
    """Maximum likelihood of every token, given those before it: teacher forcing.

        J = −mean over tokens of log p(yₜ | ỹ₁ … ỹₜ₋₁, x) + penalty

    ỹ is y, or with scheduled sampling, token by token with probability ε, what the model itself
    draws at that place: in use it reads its own tokens, and so it sees in training what comes of
    its mistakes. No gradient flows through what is drawn. Tokens then are computed one after the
    other, which takes several times as long.

    Arguments:
        model: what reads x and writes y, such as `models.sequence_to_sequence(…)`.
        optimizer: how to follow the gradient.
        sampling: ε, from 0 to 1; or a schedule of it over steps, such as
            `optim.linear_decay(0.0, steps=1000, end=0.25)`, which rises.
        smoothing: share of each target that is spread over all other tokens.
        penalty: what is added to the loss.

    Data: x as the model reads it; y whole numbers (B, T), each row with the mark of its end, then
    padding, and without the mark of its start: `words.encode(texts)[:, 1:]`. Padding does not
    count. Loss and accuracy are those of a token, given the true ones before it.

    Raises InputError for models that do not write, numbers that are no tokens, and rows that begin
    with the mark of the start.

    >>> from gradus import fit, models
    >>> from gradus.optim import adam
    >>> x = np.random.default_rng(0).integers(4, 8, (200, 3))
    >>> y = np.concatenate([x[:, ::-1], np.full((200, 1), 3)], axis=1)  # backwards, and the end
    >>> model = models.sequence_to_sequence(8, 8, units=32, width=8)
    >>> run = fit(sequence_to_sequence(model, adam(0.02)), (x, y), epochs=15, batch=20)
    >>> run.model.generate([[4, 5, 7]])
    array([[7, 5, 4, 3]], dtype=int32)

    Williams and Zipser (1989) for teacher forcing; Bengio, Vinyals, Jaitly and Shazeer (2015) for
    scheduled sampling.
    """
    require(
        model,
        SequenceToSequence,
        "model",
        "a model that reads and writes",
        "make one by models.sequence_to_sequence(…) or models.captioner(…)",
    )
    check_optimizer(optimizer)
    check_penalty(penalty)
    if not isinstance(sampling, Schedule):
        check_number("sampling", sampling, 1.0)
    likelihood = Categorical(model.tokens, smoothing=smoothing)
    read_along = teacher_forcing if sampling == 0.0 else scheduled_sampling(sampling)

    def init(key: jax.Array, batch: Batch) -> State:
        target = targets(model, batch)
        bias = likelihood.marginal_bias(target.y, target.weight)
        whole = model if model.length is not None else model.replace(length=batch.y.shape[1])
        ready = whole.with_output_bias(bias).init(key, jax.tree.map(lambda a: a.shape[1:], batch.x))
        return begin(ready, optimizer)

    def measured(model: SequenceToSequence, batch: Batch, forward: Forward):
        along = read_along if forward.training else teacher_forcing
        return measure(likelihood, along(model, batch, forward), targets(model, batch))

    settings = {
        "model": model,
        "likelihood": likelihood,
        "optimizer": optimizer.name,
        "scheduled sampling": sampling,
        "penalty": penalty,
    }
    return Algorithm(
        init,
        *descent(measured, optimizer, penalty),
        check=lambda data: check_pairs(model, likelihood, data),
        likelihood=likelihood,
        settings=settings,
        total=lambda batch: targets(model, batch).total(),
    )


def targets(model: SequenceToSequence, batch: Batch) -> Batch:
    """The tokens to write, each with its weight: that of its example, and 0 for padding."""
    weight = (batch.y != model.padding).astype(jnp.result_type(float))
    if batch.weight is not None:
        later = tuple(range(batch.weight.ndim, 2))
        weight = weight * jnp.expand_dims(batch.weight, later)
    return Batch(batch.x, batch.y, weight)


def teacher_forcing(model: SequenceToSequence, batch: Batch, forward: Forward) -> jax.Array:
    """Logits (B, T, V) of every token, given the true ones before it."""
    first = model.first(batch.size)[:, None]
    seen = jnp.concatenate([first, batch.y[:, :-1].astype(first.dtype)], axis=1)
    return model((batch.x, seen), forward)


def scheduled_sampling(sampling: float | Schedule) -> Callable:
    """Logits (B, T, V) of every token, given a mixture of true ones and the model's own."""

    def along(model: SequenceToSequence, batch: Batch, forward: Forward) -> jax.Array:
        rate = sampling(forward.step) if isinstance(sampling, Schedule) else sampling
        fixed = jax.tree.map(lax.stop_gradient, model)
        own = own_tokens(fixed, batch, jnp.asarray(rate), forward.key())
        return teacher_forcing(model, batch._replace(y=own), forward)

    return along


def own_tokens(model: SequenceToSequence, batch: Batch, rate: jax.Array, key: jax.Array):
    """The targets, each replaced with probability `rate` by what the model draws in its place,
    given those before it as they were replaced.
    """
    read = model.reader(batch.x)
    step, true = model.writer.step(read), jnp.swapaxes(batch.y, 0, 1).astype(jnp.int32)

    def go_on(place, at):
        last, state = place
        token, key = at
        logits, state = step(last, state)
        draw, choose = random.split(key)
        drawn = random.categorical(draw, logits).astype(jnp.int32)
        token = jnp.where(random.bernoulli(choose, rate, token.shape), drawn, token)
        return (token, state), token

    start = model.first(batch.size), model.writer.start(read)
    _, own = lax.scan(go_on, start, (true, random.split(key, true.shape[0])))
    return jnp.swapaxes(own, 0, 1)


def check_pairs(model: SequenceToSequence, likelihood: Categorical, data: Batch) -> None:
    """Refuse inputs that cannot be read, and targets that are no rows of tokens."""
    require_targets(data)
    with located("x"):
        model.check(data.x)
    y = np.asarray(data.y)
    likelihood.check(y)
    if y.ndim != 2:
        raise InputError(
            "sequence_to_sequence: targets",
            expected="rows of tokens, (B, T)",
            got=y.shape,
            fix="encode texts by data.Words.fit(texts, ends=True), and leave out the first column",
        )
    if (y[:, 0] == model.start).all():
        raise InputError(
            "sequence_to_sequence: targets begin with the mark of the start",
            expected="rows that begin with their first token",
            got=f"{model.start} in the first column of every row",
            fix="leave that column out: y[:, 1:]",
        )
