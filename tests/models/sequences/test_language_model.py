"""Language models: what they say of a token, and what they write, depends on what was before."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import fit, learn, models, nn, optim, supervised
from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.base.tree import count
from gradus.data import next_tokens
from gradus.likelihoods import Categorical

KEY = jax.random.key(0)
V = 7
ROWS = np.random.default_rng(0).integers(1, V, (3, 6))


@pytest.fixture(scope="module")
def model():
    return models.language_model(V, nn.GRU(4), width=3).init(KEY, (6,))


def test_log_prob_is_what_the_logits_say(model):
    log_p = np.asarray(jax.nn.log_softmax(model(jnp.asarray(ROWS))))
    expected = [[log_p[i, t, ROWS[i, t + 1]] for t in range(5)] for i in range(3)]
    np.testing.assert_allclose(model.log_prob(ROWS), expected, atol=1e-6)


def test_nothing_depends_on_what_comes_later(model):
    other = ROWS.copy()
    other[:, 4:] = 1
    one, two = (np.asarray(model(jnp.asarray(rows))) for rows in (ROWS, other))
    np.testing.assert_array_equal(one[:, :4], two[:, :4])


def test_it_goes_on_where_it_has_ended(model):
    state = model.start(3)
    parts = []
    for part in (ROWS[:, :2], ROWS[:, 2:]):
        logits, state = model.steps(jnp.asarray(part), state)
        parts.append(logits)
    whole = model(jnp.asarray(ROWS))
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-6)


def test_the_likeliest_token_at_every_step(model):
    written = np.asarray(model.generate(KEY, ROWS, 4, temperature=0))
    logits = model(jnp.asarray(np.concatenate([ROWS, written], axis=1)))
    np.testing.assert_array_equal(written, jnp.argmax(logits[:, 5:-1], axis=-1))


def test_what_may_be_written_and_where_a_text_ends(model):
    def write(key):
        prompt = np.ones((20, 1), int)
        return np.asarray(model.generate(key, prompt, 12, never=(0, 3), end=2))

    written = write(KEY)
    np.testing.assert_array_equal(written, write(KEY))
    assert (written != write(jax.random.key(1))).any()
    assert not np.isin(written, 3).any()
    for row in written:
        ends = np.flatnonzero(row == 2)
        if len(ends):
            assert (row[ends[0] + 1 :] == 0).all()
    assert (written == 2).any()


def test_tied_vectors_are_one_table(model):
    tied = models.language_model(V, nn.GRU(4), width=4, tied=True).init(KEY, (6,))
    free = models.language_model(V, nn.GRU(4), width=4).init(KEY, (6,))
    assert count(free) - count(tied) == 4 * V
    h = tied.body(tied.embedding(jnp.asarray(ROWS)))
    np.testing.assert_allclose(tied(jnp.asarray(ROWS)), h @ tied.embedding.weight.T, atol=1e-6)


def test_codes_are_those_of_the_last_token(model):
    padded = np.pad(ROWS, [(0, 0), (0, 4)])
    np.testing.assert_allclose(model.embed(padded), model.embed(ROWS), atol=1e-6)


def test_a_model_can_be_written_and_read(model):
    arrays = {}
    back = decode(encode(model, arrays), arrays)
    np.testing.assert_array_equal(back.log_prob(ROWS), model.log_prob(ROWS))


def test_a_transformer_writes_as_far_as_it_looks_back():
    block = nn.TransformerBlock(4, 2, causal=True, length=8)
    model = models.language_model(V, block, width=4).init(KEY, (6,))
    with pytest.raises(InputError, match=r"not finite\n.*look back\n.*13 tokens, the prompt inc"):
        model.generate(KEY, ROWS[:, :3], 10)


def test_it_reaches_the_entropy_of_its_source():
    """A chain of two tokens: 2 after 11, else 1 with p = 3/4; n-grams of three tokens reach it,
    too, and those of two cannot.
    """
    random = np.random.default_rng(0)
    rows = np.ones((64, 33), int)
    for t in range(2, 33):
        both = (rows[:, t - 1] == 1) & (rows[:, t - 2] == 1)
        rows[:, t] = np.where(both, 2, np.where(random.random(64) < 0.75, 1, 2))
    train, test = rows[:48], rows[48:]
    likely = np.array([
        0 if (row[t - 1] == row[t - 2] == 1) else -np.log(0.75 if row[t] == 1 else 0.25)
        for row in test for t in range(2, 33)
    ])  # fmt: skip
    model = models.language_model(3, nn.GRU(8), width=4)
    algorithm = supervised(model, Categorical(3), optim.adam(0.03))
    run = fit(algorithm, next_tokens(train), epochs=20, batch=16)
    found = -np.asarray(run.model.log_prob(test))[:, 1:].mean()
    three, two = (-models.ngram(train, 3, n).log_prob(test)[:, 1:].mean() for n in (3, 2))
    assert found < likely.mean() + 0.03
    assert three < likely.mean() + 0.03 < two


def test_what_it_writes_while_it_learns():
    rows = np.tile([1, 2, 3], (16, 3))
    learner = supervised(models.language_model(4, nn.GRU(6)), Categorical(4), optim.adam(0.05))
    run = fit(learn.writing(learner, [[1, 2]], 4, temperature=0), next_tokens(rows), epochs=15)
    written = run.history.shown["written"]
    assert written.shape == (15, 1, 6)
    assert written[-1].tolist() == [[1, 2, 3, 1, 2, 3]]
    assert "gradient/bias" in run.history  # what else is watched is kept


@pytest.mark.parametrize(
    ("call", "wording"),
    [
        (lambda m: models.language_model(V), r"layers over time\n.*none\n.*nn\.LSTM\(256\)"),
        (lambda m: models.language_model(V, nn.LSTM(5), tied=True).init(KEY, (6,)), "width=5"),
        (lambda m: m.generate(KEY, [9], 5), r"token that there is not\n.*0 to 6\n.*9"),
        (lambda m: m.generate(KEY, [1.0], 5), r"prompt\n.*numbers of one token"),
        (lambda m: m.generate(KEY, [1], 0), "length"),
        (lambda m: m.generate(KEY, [1], 5, temperature=float("nan")), "temperature"),
        (lambda m: m.generate(KEY, [1], 5, never=range(V)), "not all of them never"),
        (lambda m: m.generate(KEY, [1], 5, end=8), "never, end"),
        (lambda m: m.log_prob([1, 2]), "rows of tokens"),
    ],
)
def test_wrong_use(model, call, wording):
    with pytest.raises(InputError, match=wording):
        call(model)


@pytest.mark.parametrize(
    "layer", [nn.Bidirectional(nn.GRU(4)), nn.TransformerBlock(3, heads=1)], ids=["both", "all"]
)
def test_layers_that_see_what_comes_are_refused(layer):
    with pytest.raises(InputError, match=r"language_model › .*cannot go on"):
        models.language_model(V, layer, width=3).init(KEY, (6,))
