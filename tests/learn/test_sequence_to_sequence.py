"""Reading and writing: what is learned, token by token and by the model's own tokens."""

from __future__ import annotations

import json

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from gradus import fit, learn, models, nn, optim, supervised
from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.data.batch import Batch
from gradus.insight import attention_maps
from gradus.learn.sequence_to_sequence import own_tokens, teacher_forcing
from gradus.likelihoods import Categorical

END, FIRST = 3, 4


def reversed_rows(count: int, seed: int):
    """Rows of 2 to 4 tokens, and the same backwards with the end mark; padding after both."""
    rng = np.random.default_rng(seed)
    x, y = np.zeros((count, 4), np.int32), np.zeros((count, 5), np.int32)
    for row, (one, other) in enumerate(zip(x, y, strict=True)):
        length = 2 + row % 3
        one[:length] = rng.integers(FIRST, 9, length)
        other[: length + 1] = [*one[:length][::-1], END]
    return x, y


X, Y = reversed_rows(600, 0)


def small(**more):
    options = {"units": 32, "width": 8, "attention": "additive"} | more
    return models.sequence_to_sequence(9, 9, **options)


def attentive_captioner():
    """Attention to a vector, which has no parts."""
    return small(length=5).replace(reader=models.captioner(9).reader)


@pytest.fixture(scope="module")
def run():
    algorithm = learn.sequence_to_sequence(small(), optim.adam(0.01))
    return fit(algorithm, (X, Y), epochs=25, batch=50)


@pytest.fixture(scope="module")
def fresh():
    model = small(cell="lstm", attention="dot", units=6, length=5)
    return eqx.filter_jit(model.init)(random.key(0), (4,))


def test_rows_that_were_never_seen_are_reversed(run):
    x, y = reversed_rows(300, 1)
    new = ~(x[:, None] == X[None]).all(axis=2).any(axis=1)
    assert new.sum() > 50
    x, y = x[new], y[new]
    assert (run.model.generate(x) == y).all(axis=1).mean() > 0.97
    assert (run.model.generate(x, beams=3) == y).all(axis=1).mean() > 0.97
    assert (run.predict(x) == run.model.generate(x)).all()


def test_attention_goes_from_the_written_to_the_read(run):
    x, y = np.array([[5, 6, 7, 8]]), np.array([[2, 8, 7, 6, 5]])
    (weights,) = attention_maps(run.model, (x, y))
    assert weights.shape == (1, 1, 5, 4)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
    (own,) = attention_maps(run.model, x.tolist())  # from its own tokens, which are the same
    np.testing.assert_allclose(own, weights, atol=1e-5)


def test_padding_of_the_source_changes_nothing(fresh):
    padded = np.concatenate([X[:6], np.zeros((6, 3), np.int32)], axis=1)
    before = np.concatenate([np.zeros((6, 3), np.int32), X[:6]], axis=1)
    seen = jnp.asarray(np.pad(Y[:6, :-1], ((0, 0), (1, 0)), constant_values=2))
    call = eqx.filter_jit(fresh)
    for x in (padded, before):
        found = call((jnp.asarray(x), seen))
        np.testing.assert_allclose(found, call((jnp.asarray(X[:6]), seen)), atol=1e-5)


def test_step_by_step_is_all_at_once(fresh):
    x, seen = jnp.asarray(X[:3]), jnp.array([[2, 5, 6], [2, 4, 4], [2, 8, 7]])
    read = eqx.filter_jit(fresh.reader)(x)
    step, state, logits = jax.jit(fresh.writer.step(read)), fresh.writer.start(read), []
    for t in range(3):
        at, state = step(seen[:, t], state)
        logits.append(at)
    whole = eqx.filter_jit(fresh)((x, seen))
    np.testing.assert_allclose(jnp.stack(logits, axis=1), whole, atol=1e-5)


def test_the_loss_is_the_mean_over_tokens(fresh):
    algorithm = learn.sequence_to_sequence(fresh, optim.sgd(0.1))
    batch = Batch(jnp.asarray(X[:4]), jnp.asarray(Y[:4]), jnp.array([1.0, 1.0, 1.0, 0.0]))
    state = algorithm.init(random.key(0), batch)
    log_p = jax.nn.log_softmax(eqx.filter_jit(teacher_forcing)(state.model, batch, nn.INFERENCE))
    total, count = 0.0, 0
    for row in range(3):  # the fourth has weight 0
        for t, token in enumerate(Y[row]):
            if token != 0:
                total, count = total - float(log_p[row, t, token]), count + 1
    info = algorithm.evaluate(state, batch)  # type: ignore[misc]
    np.testing.assert_allclose(info["loss"], total / count, rtol=1e-5)
    assert float(algorithm.total(batch)) == count == 3 + 4 + 5


def test_scheduled_sampling_replaces_the_share_that_is_asked_for(fresh):
    compiled = eqx.filter_jit(own_tokens)

    def own(rate, y=Y):
        batch = Batch(jnp.asarray(X), jnp.asarray(y))
        return compiled(fresh, batch, jnp.asarray(rate), random.key(0))

    np.testing.assert_array_equal(own(0.0), Y)
    np.testing.assert_array_equal(own(1.0), own(1.0, 0 * Y))  # nothing of the targets is seen
    # a fresh net draws nearly evenly from 9 tokens: 8 of 9 draws differ from the target
    assert abs(float((own(0.5) != Y).mean()) - 0.5 * 8 / 9) < 0.05


def test_scheduled_sampling_follows_its_schedule():
    """At step 0 of this one nothing is drawn, and later the loss is of what was drawn."""
    rate = optim.linear_decay(0.0, steps=10, end=1.0)
    batch = Batch(jnp.asarray(X[:20]), jnp.asarray(Y[:20]))
    losses = {}
    for sampling in (0.0, rate):
        algorithm = learn.sequence_to_sequence(small(units=8), optim.sgd(1e-9), sampling=sampling)
        state, step = algorithm.init(random.key(0), batch), jax.jit(algorithm.step)
        for _ in range(2):
            state, info = step(state, batch, random.key(1))
            losses.setdefault(sampling == rate, []).append(float(info["loss"]))
    assert losses[True][0] == pytest.approx(losses[False][0], rel=1e-5)
    assert losses[True][1] != pytest.approx(losses[False][1], rel=1e-5)


def test_after_the_end_there_is_padding_with_certainty(run):
    p = run.probabilities(X[:3])  # the first row has two tokens and its end
    assert p.shape == (3, 5, 9)
    np.testing.assert_allclose(p[0, 3:, 0], 1.0)


def test_saved_and_read_again(fresh):
    arrays: dict[str, np.ndarray] = {}
    again = decode(json.loads(json.dumps(encode(fresh, arrays))), arrays)
    np.testing.assert_array_equal(again.generate(X[:4]), fresh.generate(X[:4]))


def test_one_to_many():
    x = np.eye(3, dtype=np.float32)[np.arange(60) % 3]
    y = np.array([[4, 5, 3, 0], [6, 3, 0, 0], [5, 5, 4, 3]])[np.arange(60) % 3]
    algorithm = learn.sequence_to_sequence(models.captioner(7, units=16, width=4), optim.adam(0.03))
    run = fit(algorithm, (x, y), epochs=30, batch=30)
    np.testing.assert_array_equal(run.model.generate(x[:3], beams=2), y[:3])


def test_aligned_many_to_many():
    """Each token's tag says whether the next one is larger: it needs the future, and padding
    does not count."""
    y = ((X[:, :-1] < X[:, 1:]) & (X[:, 1:] > 0)).astype(int)
    y = np.pad(y, ((0, 0), (0, 1)))
    model = models.tagger(9, 2, units=8, width=8, cell="gru")
    weight = (X > 0).astype("float32")
    run = fit(supervised(model, Categorical(2), optim.adam(0.03)), (X, y, weight), epochs=12)
    right = (run.predict(X) == y)[X > 0]
    assert right.mean() > 0.98


@pytest.mark.parametrize(
    ("what", "call"),
    [
        ("model", lambda: learn.sequence_to_sequence(nn.Dense(2), optim.adam(0.01))),  # type: ignore[arg-type]
        ("sampling", lambda: learn.sequence_to_sequence(small(), optim.adam(0.1), sampling=1.5)),
        ("units", lambda: small(units=7)),
        ("cell", lambda: small(cell="rnn")),
        ("Attention: score", lambda: small(attention="cosine")),
        ("attention to what was read", lambda: attentive_captioner().init(random.key(0), (4,))),
        ("length", lambda: small().init(random.key(0), (4,)).generate(X[:2])),
    ],
)
def test_settings_out_of_range_are_refused(what, call):
    with pytest.raises(InputError, match=what):
        call()


def test_data_that_do_not_fit_are_refused(fresh):
    check = learn.sequence_to_sequence(fresh, optim.adam(0.1)).check
    started = np.pad(Y, ((0, 0), (1, 0)), constant_values=2)
    for what, x, y in (
        ("targets begin with the mark of the start", X, started),
        ("row 0, column 1", X, np.where(np.arange(5) == 1, 9, Y)),
        ("rows of tokens", X, Y[:, 0]),
        ("not in the table", X + 5, Y),
        ("no targets", X, None),
    ):
        with pytest.raises(InputError, match=what):
            check(Batch(x, y))  # type: ignore[misc]
    with pytest.raises(InputError, match="beams"):
        fresh.generate(X, beams=0)
    with pytest.raises(InputError, match="not in the table"):
        fresh.generate(X + 5)
