"""Known answers of single optimisers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn, optim
from gradus.base.errors import InputError
from gradus.base.tree import split


def changes(optimizer, gradients):
    """What each gradient in turn changes."""
    params = jnp.zeros_like(gradients[0])

    def step(state, gradient):
        change, state = optimizer.update(gradient, state, params)
        return state, change

    return jax.lax.scan(step, optimizer.init(params), gradients)[1]


def test_momentum_keeps_its_speed_when_the_rate_falls():
    # v = -0.1, then 0.5 · -0.1 - 0 · 1: PyTorch, with ε outside, would stand still
    optimizer = optim.momentum(optim.piecewise((0.1, 0.0), changes=(1,)), decay=0.5)
    np.testing.assert_allclose(changes(optimizer, jnp.ones((3, 1)))[:, 0], [-0.1, -0.05, -0.025])


def test_momentum_reaches_its_final_speed():
    speed = changes(optim.momentum(0.1, decay=0.5), jnp.ones((30, 1)))[-1, 0]
    assert speed == pytest.approx(-0.1 / (1 - 0.5))


def test_nesterov_adds_the_next_momentum_at_once():
    # v = -0.1, change αv - εg = -0.05 - 0.1; then v = -0.15, change -0.075 - 0.1
    found = changes(optim.nesterov(0.1, decay=0.5), jnp.ones((2, 1)))
    np.testing.assert_allclose(found[:, 0], [-0.15, -0.175], rtol=1e-6)


def test_delta_bar_delta_equals_its_recursion(float64):
    gradients = np.random.default_rng(0).normal(size=(20, 4))
    gain, average, expected = np.ones(4), np.zeros(4), []
    for g in gradients:
        for i in range(4):
            if average[i] * g[i] > 0:
                gain[i] = gain[i] + 0.2
            elif average[i] * g[i] < 0:
                gain[i] = gain[i] * (1 - 0.3)
        average = 0.6 * average + 0.4 * g
        expected.append(-0.1 * gain * g)
    optimizer = optim.delta_bar_delta(0.1, increase=0.2, decrease=0.3, decay=0.6)
    np.testing.assert_allclose(changes(optimizer, jnp.asarray(gradients)), expected, rtol=1e-12)
    assert gain.min() < 1 < gain.max()


def test_delta_bar_delta_beats_plain_descent_where_it_is_flat():
    curvature = jnp.array([1.0, 100.0])

    def distance(optimizer):
        def step(_, at):
            x, state = at
            change, state = optimizer.update(curvature * x, state, x)
            return x + change, state

        start = jnp.ones(2)
        return jnp.abs(jax.lax.fori_loop(0, 200, step, (start, optimizer.init(start)))[0]).max()

    assert distance(optim.delta_bar_delta(0.001)) < 0.5 * distance(optim.sgd(0.001))


def test_centred_rmsprop_is_finite_along_a_constant_gradient():
    steps = changes(optim.rmsprop(centred=True), jnp.full((400, 3), 0.1))
    assert np.isfinite(steps).all()


def test_adamw_decays_weights_and_not_biases():
    model = nn.Dense(2).init(jax.random.key(0), (3,))
    params = split(model.replace(bias=jnp.ones(2)))[0]
    optimizer = optim.adamw(0.1, weight_decay=0.5)
    still = jax.tree.map(jnp.zeros_like, params)
    change, _ = optimizer.update(still, optimizer.init(params), params)
    np.testing.assert_allclose(change.weight, -0.1 * 0.5 * params.weight, rtol=1e-6)
    np.testing.assert_array_equal(change.bias, jnp.zeros(2))


def test_lion_moves_every_number_by_the_rate():
    found = changes(optim.lion(0.01), jnp.array([[3.0, -0.001]]))
    np.testing.assert_allclose(found[0], [-0.01, 0.01])


def test_amsgrad_never_speeds_up_again():
    # one long gradient, then short ones: Adam forgets it, AMSGrad does not
    gradients = jnp.concatenate([jnp.full((1, 1), 100.0), jnp.ones((200, 1))])
    forgetful = changes(optim.adam(beta2=0.9), gradients)[-1, 0]
    careful = changes(optim.amsgrad(beta2=0.9), gradients)[-1, 0]
    assert abs(careful) < 0.1 * abs(forgetful)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: optim.adam(-0.1), "adam.*learning rate"),
        (lambda: optim.sgd("fast"), "learning rate"),
        (lambda: optim.sgd(jnp.ones(2)), "learning rate"),
        (lambda: optim.sgd(float("nan")), "learning rate"),
        (lambda: optim.momentum(decay=1.0), "momentum: decay"),
        (lambda: optim.nesterov(decay=-0.1), "nesterov: decay"),
        (lambda: optim.adam(beta1=1.0), "adam: beta1"),
        (lambda: optim.rmsprop(epsilon=-1.0), "rmsprop: epsilon"),
        (lambda: optim.adamw(weight_decay=-1.0), "adamw: weight_decay"),
        (lambda: optim.delta_bar_delta(decrease=2.0), "delta_bar_delta: decrease"),
        (lambda: optim.delta_bar_delta(increase=-1.0), "delta_bar_delta: increase"),
    ],
)
def test_wrong_settings_are_refused(make, words):
    with pytest.raises(InputError, match=words):
        make()


def test_names_can_be_read():
    names = []

    def run(rate):
        names.append(optim.sgd(rate).name)
        return rate

    jax.jit(run)(0.1)
    assert names == ["sgd(…)"]
    assert optim.sgd(jnp.asarray(0.1)).name == "sgd(0.1)"
    assert repr(optim.sgd(optim.constant(0.1))) == "sgd(constant(0.1))"
    assert optim.sgd(lambda step: 0.1).name == "sgd(<lambda>)"
