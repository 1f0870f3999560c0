"""Windows of a sequence: the state goes on, the gradient ends, every target counts once."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import fit, models, nn, optim
from gradus.base.errors import InputError
from gradus.data import Batch
from gradus.learn import supervised, truncated_bptt
from gradus.likelihoods import Categorical, Gaussian

KEY = jax.random.key(0)
B, T = 3, 7


def example(weight=None):
    """A batch of sequences with a target at every step."""
    random = np.random.default_rng(0)
    x = random.normal(size=(B, T, 2)).astype("float32")
    y = random.normal(size=(B, T, 1)).astype("float32")
    return Batch(jnp.asarray(x), jnp.asarray(y), None if weight is None else jnp.asarray(weight))


def stack():
    return nn.Stack(nn.SimpleRNN(4, return_sequences=True), nn.Dense(1))


def stepped(algorithm, batch):
    return jax.jit(algorithm.step)(algorithm.init(KEY, batch), batch, KEY)


def evaluated(algorithm, state, batch):
    return jax.jit(algorithm.evaluate)(state, batch)


def close(one, other, tolerance=1e-5):
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=tolerance, rtol=tolerance)


def test_one_window_for_all_steps_is_the_whole_gradient():
    batch, sgd = example(), optim.sgd(0.1)
    one, told = stepped(truncated_bptt(stack(), Gaussian(), sgd, window=T + 5), batch)
    other, known = stepped(supervised(stack(), Gaussian(), sgd), batch)
    close(one.model, other.model)
    close(told, known)


@pytest.mark.parametrize("window", [1, 3])
def test_windows_are_what_a_loop_by_hand_makes_of_them(window):
    """h ← tanh(W x + U h + b), output h v; the state a constant, an update for every window."""
    batch, rate = example(), 0.1
    model = nn.Stack(nn.SimpleRNN(2, return_sequences=True), nn.Dense(1, use_bias=False))
    algorithm = truncated_bptt(model, Gaussian(), optim.sgd(rate), window=window)
    begun = algorithm.init(KEY, batch)
    ended, info = jax.jit(algorithm.step)(begun, batch, KEY)

    rnn, dense = begun.model.layers
    weights = [rnn.weight, rnn.recurrent, rnn.bias, dense.weight]

    def loss(weights, h, x, y):
        w, u, b, v = weights
        errors = []
        for t in range(x.shape[1]):
            h = jnp.tanh(x[:, t] @ w + h @ u + b[None])
            errors.append((h @ v - y[:, t]) ** 2 / 2 + 0.5 * jnp.log(2 * jnp.pi))
        return jnp.mean(jnp.stack(errors)), h

    h, losses = jnp.zeros((B, 2)), []
    for start in range(0, T, window):
        part = slice(start, start + window)
        x, y = batch.x[:, part], batch.y[:, part]
        (value, h), slopes = jax.value_and_grad(loss, has_aux=True)(weights, h, x, y)
        weights = [p - rate * g for p, g in zip(weights, slopes, strict=True)]
        losses += [value] * x.shape[1]
    after, last = ended.model.layers
    close([after.weight, after.recurrent, after.bias, last.weight], weights)
    assert float(info["loss"]) == pytest.approx(float(np.mean(losses)), rel=1e-5)


def test_the_optimiser_counts_updates():
    algorithm = truncated_bptt(stack(), Gaussian(), optim.adam(0.1), window=3)
    state, _ = stepped(algorithm, example())
    assert int(state.optimizer.step) == 3  # of 3, 3 and 1 steps


def test_windows_in_which_nothing_counts_change_nothing():
    weight = np.ones((B, T), "float32")
    weight[:, 4:] = 0
    algorithm = truncated_bptt(stack(), Gaussian(), optim.adam(0.1), window=2)
    one, told = stepped(algorithm, example(weight))
    short = jax.tree.map(lambda a: a[:, :4], example())
    other, known = stepped(algorithm, short)
    assert int(one.optimizer.step) == 2
    close((one, told), (other, known))


def test_weights_of_steps_and_of_sequences():
    weight = np.array([1.0, 0.0, 2.0], "float32")
    algorithm = truncated_bptt(stack(), Gaussian(), optim.sgd(0.1), window=3)
    one = stepped(algorithm, example(weight))
    other = stepped(algorithm, example(np.repeat(weight[:, None], T, axis=1)))
    close(one, other)


def test_evaluation_carries_the_state_over_whole_sequences():
    weight = np.random.default_rng(1).uniform(size=(B, T)).astype("float32")
    batch = example(weight)
    algorithm = truncated_bptt(stack(), Gaussian(), optim.sgd(0.1), window=2)
    whole = supervised(stack(), Gaussian(), optim.sgd(0.1))
    state = algorithm.init(KEY, batch)
    close(evaluated(algorithm, state, batch), evaluated(whole, state, batch))


def test_a_mask_beside_the_inputs_keeps_the_state_as_it_was():
    """Padding in the middle: results are those without it."""
    batch = example()
    there = np.array([1, 1, 0, 1, 0, 1, 1], "float32")
    mask = jnp.tile(jnp.asarray(there), (B, 1))
    algorithm = truncated_bptt(stack(), Gaussian(), optim.sgd(0.1), window=T)
    state = algorithm.init(KEY, batch)
    kept = np.flatnonzero(there)
    padded = Batch((batch.x, mask), batch.y, mask)
    short = Batch(batch.x[:, kept], batch.y[:, kept])
    close(evaluated(algorithm, state, padded), evaluated(algorithm, state, short))


def test_what_lies_beyond_the_window_is_reached_by_the_state_alone():
    """The token of two steps ago: whoever never sees an error two steps back cannot learn it."""
    x = np.random.default_rng(0).integers(0, 2, (32, 12))
    model = models.language_model(2, nn.GRU(8), width=4)
    y = np.roll(x, 2, axis=1)
    weight = np.ones(x.shape, "float32")
    weight[:, :2] = 0
    losses = {}
    for window in (1, 6):
        algorithm = truncated_bptt(model, Categorical(2), optim.adam(0.05), window=window)
        run = fit(algorithm, (x, y, weight), epochs=20 * window, batch=32)
        losses[window] = run.history["loss"][-1]  # 240 updates each
    assert losses[6] < 0.1
    assert losses[1] > 0.5


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        ((nn.Dense(1), Gaussian(), optim.sgd(0.1), 5), r"with `start` and `steps`\n.*Dense"),
        ((stack(), Gaussian(), optim.sgd(0.1), 0), r"window\n.*from 1 up\n.*0"),
        ((stack(), optim.sgd(0.1), Gaussian(), 5), r"^likelihood\n"),
    ],
)
def test_arguments_of_another_kind_are_refused(arguments, wording):
    *given, window = arguments
    with pytest.raises(InputError, match=wording):
        truncated_bptt(*given, window=window)


def test_a_target_of_the_whole_sequence_is_refused():
    algorithm = truncated_bptt(stack(), Gaussian(), optim.sgd(0.1))
    with pytest.raises(InputError, match=r"targets of every step\n.*\(3, 7\)(.*\n)+.*`supervised`"):
        fit(algorithm, (np.zeros((B, T, 2), "float32"), np.zeros(B, "float32")), epochs=1)
