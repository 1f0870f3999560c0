"""What recurrent layers refuse, how they start, and how they are put together."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from gradus import fit, nn, supervised
from gradus.base.errors import InputError
from gradus.likelihoods import Bernoulli, Categorical
from gradus.optim import adam

LAYERS: dict[str, Any] = {
    "simple": nn.SimpleRNN(2),
    "lstm": nn.LSTM(2),
    "gru": nn.GRU(2),
    "jordan": nn.Jordan(2, 2),
    "time delay": nn.TimeDelay(2, 3),
    "stack": nn.Stack(nn.GRU(2), nn.Dense(2)),
    "bidirectional": nn.Bidirectional(nn.LSTM(2)),
}


@pytest.fixture(params=LAYERS)
def layer(request):
    return LAYERS[request.param]


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 4, 3), ((5, 3), (4,)), ((5, 3), (5, 1)), 5])
def test_other_shapes_are_refused_at_init(layer, shape):
    with pytest.raises(InputError, match="shape of one sequence") as refusal:
        layer.init(jax.random.key(0), shape)
    assert "nn.Embedding before it" in str(refusal.value)


@pytest.mark.parametrize("x", [jnp.ones((4, 3)), jnp.ones((4, 0, 3)), jnp.ones((4, 5, 3, 1))])
def test_other_ranks_are_refused(layer, x):
    with pytest.raises(InputError, match=": sequences"):
        layer.init(jax.random.key(0), (5, 3))(x)


@pytest.mark.parametrize("shape", [(4, 6), (4,), (5, 4), (4, 5, 1)])
def test_a_mask_of_another_shape_is_refused(layer, shape):
    with pytest.raises(InputError, match="the mask does not fit") as refusal:
        layer.init(jax.random.key(0), (5, 3))((jnp.ones((4, 5, 3)), jnp.ones(shape)))
    assert "(4, 5)" in str(refusal.value)


def test_without_weights(layer):
    with pytest.raises(InputError, match="has no weights yet"):
        layer(jnp.ones((4, 5, 3)))


@pytest.mark.parametrize("dtype", [bool, np.int32, np.uint8, np.float32])
def test_masks_of_every_type(layer, dtype):
    ready = layer.init(jax.random.key(0), (5, 3))
    x = jax.random.normal(jax.random.key(1), (2, 5, 3))
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    np.testing.assert_array_equal(ready((x, mask.astype(dtype))), ready((x, mask)))


WRONG = {
    "units": (lambda: nn.LSTM(0), "LSTM: units"),
    "activation": (lambda: nn.SimpleRNN(2, activation="tanh"), "SimpleRNN: activation"),
    "outputs": (lambda: nn.Jordan(2, 0), "Jordan: units"),
    "alpha": (lambda: nn.Leaky(2, alphas=(1.0,)), "Leaky: alphas"),
    "more alphas than units": (lambda: nn.Leaky(1, alphas=(0.1, 0.2)), "Leaky: alphas"),
    "one alpha": (lambda: nn.Leaky(2, alphas=0.5), "Leaky: alphas"),
    "delay": (lambda: nn.Delay(2, delay=1), "Delay"),
    "window": (lambda: nn.TimeDelay(2, 0), "TimeDelay: units"),
    "merge": (lambda: nn.Bidirectional(nn.LSTM(2), merge="both"), "Bidirectional: merge"),
    "no layer to turn": (lambda: nn.Bidirectional(nn.Dense(2)), "Bidirectional"),
    "turned twice": (lambda: nn.Bidirectional(nn.Bidirectional(nn.LSTM(2))), "Bidirectional"),
    "no recurrent layer": (lambda: nn.Stack(nn.Dense(2)), "none of them recurrent"),
    "hidden": (lambda: nn.Stack(nn.LSTM(2), nn.frozen(nn.LSTM(2))), "Stack: layer 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_choices_are_refused(name):
    make, wording = WRONG[name]
    with pytest.raises(InputError) as refusal:
        make()
    assert wording in str(refusal.value)


def test_steps_of_a_layer_that_begins_at_the_end():
    stack = nn.Stack(nn.Bidirectional(nn.LSTM(2)), nn.LSTM(2)).init(jax.random.key(0), (5, 3))
    assert stack(jnp.ones((2, 5, 3))).shape == (2, 2)
    with pytest.raises(InputError, match="cannot go on where it has ended"):
        stack.steps(jnp.ones((2, 5, 3)), stack.start(2))


def test_a_stack_is_its_layers_one_after_the_other(float64):
    lower, upper = nn.LSTM(3, return_sequences=True), nn.GRU(2)
    stack = nn.Stack(nn.LSTM(3), nn.Dropout(0.5), upper).init(jax.random.key(0), (6, 2))
    chain = nn.Sequential(lower, nn.Dropout(0.5), upper).init(jax.random.key(0), (6, 2))
    x = jax.random.normal(jax.random.key(1), (4, 6, 2))
    np.testing.assert_array_equal(stack(x), chain(x))
    state, found = stack.start(4), []
    for part in (x[:, :2], x[:, 2:]):
        y, state = stack.steps(part, state)
        found.append(y[:, -1])
    np.testing.assert_allclose(found[-1], stack(x), rtol=1e-12)
    noisy = nn.Forward(training=True, key=jax.random.key(2))
    assert not np.allclose(stack.steps(x, stack.start(4), None, noisy)[0][:, -1], stack(x))


@pytest.mark.parametrize(
    "inner", [nn.LSTM(2), nn.Stack(nn.LSTM(3), nn.LSTM(2)), nn.Bidirectional(nn.LSTM(1))]
)
def test_inside_of_a_stack_all_steps_are_returned(inner):
    stack = nn.Stack(inner, nn.GRU(2)).init(jax.random.key(0), (6, 2))
    assert stack(jnp.ones((4, 6, 2))).shape == (4, 2)
    assert stack.layers[0](jnp.ones((4, 6, 2))).shape == (4, 6, 2)
    assert stack.with_sequences()(jnp.ones((4, 6, 2))).shape == (4, 6, 2)


def test_no_steps_leave_the_state_as_it_is():
    layer = nn.LSTM(2).init(jax.random.key(0), (5, 3))
    state = jax.tree.map(lambda a: a + 1, layer.start(4))

    def last(state):
        outputs, after = layer.steps(jnp.zeros((4, 0, 3)), state)
        assert outputs.shape == (4, 0, 2)
        return jnp.sum(after[0] * 3)

    assert float(jax.grad(last)(state)[0][0, 0]) == 3


def test_first_bias_of_the_forget_gate():
    """Keras and Jozefowicz et al. start it at 1: order i, f, g, o, without i where coupled."""
    whole = nn.LSTM(2).init(jax.random.key(0), (5, 3))
    np.testing.assert_array_equal(whole.bias, [0, 0, 1, 1, 0, 0, 0, 0])
    coupled = nn.LSTM(2, coupled=True, forget_bias=2.0).init(jax.random.key(0), (5, 3))
    np.testing.assert_array_equal(coupled.bias, [2, 2, 0, 0, 0, 0])


def test_recurrent_weights_start_orthogonal():
    recurrent = nn.SimpleRNN(6).init(jax.random.key(0), (5, 3)).recurrent
    np.testing.assert_allclose(recurrent.T @ recurrent, np.eye(6), atol=1e-5)


def gradient_against_lag(layer: Any, lags: int) -> np.ndarray:
    """|∂ h_T / ∂ x_{T − lag}| of a layer, for every lag, as a mean over examples."""
    x = jax.random.normal(jax.random.key(0), (16, lags, 1))
    ready = layer.init(jax.random.key(1), (lags, 1))
    slopes = jax.grad(lambda x: jnp.sum(ready(x)))(x)
    return np.asarray(jnp.mean(jnp.abs(slopes), axis=(0, 2)))[::-1]


def test_gradients_vanish_with_the_lag_unless_a_memory_keeps_them():
    """tanh units forget; a forget bias of 5 keeps 99 % per step: σ(5)⁵⁹ = 0.67."""
    weak = nn.Orthogonal(0.5)
    simple = gradient_against_lag(nn.SimpleRNN(16, recurrent_init=weak), 60)
    lstm = gradient_against_lag(nn.LSTM(16, recurrent_init=weak, forget_bias=5.0), 60)
    assert simple[59] < 1e-6 * simple[0]
    assert lstm[59] > 0.1 * lstm[0]


def test_truncated_learning_carries_the_state_on():
    """The sign seen at the first step is asked for at the last, two parts later."""
    layer = nn.LSTM(4).init(jax.random.key(0), (3, 1))
    parts = jnp.split(jax.random.normal(jax.random.key(1), (8, 9, 1)), 3, axis=1)

    @jax.jit
    def through(layer, parts):
        def part(state, x):
            outputs, state = layer.steps(x, lax.stop_gradient(state))
            return state, outputs

        return lax.scan(part, layer.start(8), jnp.stack(parts))

    _, outputs = through(layer, parts)
    whole, _ = layer.steps(jnp.concatenate(parts, axis=1), layer.start(8))
    np.testing.assert_allclose(jnp.concatenate(list(outputs), axis=1), whole, atol=1e-6)


def test_learns_whether_a_token_occurs():
    random = np.random.default_rng(0)
    x = random.integers(1, 6, (400, 8))
    lengths = random.integers(2, 9, 400)
    x = np.where(np.arange(8)[None, :] < lengths[:, None], x, 0)
    y = (x == 3).any(axis=1).astype(int)
    model = nn.Sequential(nn.Embedding(6, 4, padding=0), nn.LSTM(8), nn.Dense(1))
    run = fit(supervised(model, Bernoulli(), adam(0.03)), (x, y), epochs=30, seed=1)
    assert (run.predict(x) == y).mean() > 0.98


def test_learns_tags_of_every_step():
    """The tag is whether the token is that of the step before."""
    x = np.random.default_rng(0).integers(0, 3, (200, 6))
    y = np.concatenate([np.zeros((200, 1), int), (x[:, 1:] == x[:, :-1]).astype(int)], axis=1)
    model = nn.Sequential(nn.Embedding(3, 4), nn.GRU(16, return_sequences=True), nn.Dense(2))
    run = fit(supervised(model, Categorical(2), adam(0.03)), (x, y), epochs=40)
    assert (run.predict(x) == y).mean() > 0.98
