"""What every optimiser must do."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn, optim
from gradus.base.tree import merge, split
from gradus.optim import surfaces

# optimiser, a rate that suits the quadratic bowl, a rate that suits the ravine
OPTIMIZERS = [
    (optim.sgd, 0.1, 1e-3),
    (optim.momentum, 0.02, 3e-4),
    (optim.nesterov, 0.02, 3e-4),
    (optim.delta_bar_delta, 0.02, 3e-4),
    (optim.adagrad, 0.5, 0.5),
    (optim.rmsprop, 0.02, 0.01),
    (lambda rate: optim.rmsprop(rate, momentum=0.9, centred=True), 0.002, 1e-3),
    (optim.adadelta, 10.0, 10.0),
    (optim.adam, 0.05, 0.02),
    (optim.adamw, 0.05, 0.02),
    (optim.nadam, 0.05, 0.02),
    (optim.amsgrad, 0.05, 0.02),
    (optim.adamax, 0.05, 0.02),
    (lambda rate: optim.radam(rate, beta2=0.99), 0.05, 0.002),
    (optim.lion, 0.02, 0.005),
    (lambda rate: optim.clipped(optim.adam(rate), norm=1.0), 0.05, 0.02),
    (lambda rate: optim.clipped(optim.sgd(rate), value=1.0), 0.1, 1e-3),
    (lambda rate: optim.noisy(optim.sgd(rate), variance=1e-6), 0.1, 1e-3),
    (lambda rate: optim.per_layer(optim.adam(rate), {"value": 0.5}), 0.1, 0.04),
]
NAMES = [make(1e-3).name for make, _, _ in OPTIMIZERS]
make_each = pytest.mark.parametrize("make", [make for make, _, _ in OPTIMIZERS], ids=NAMES)


def descend(optimizer, surface, start, steps):
    """The point after some steps."""

    def step(_, at):
        x, state = at
        change, state = optimizer.update(jax.grad(surface)(x), state, x)
        return x + change, state

    @jax.jit
    def run(x):
        return jax.lax.fori_loop(0, steps, step, (x, optimizer.init(x)))[0]

    return run(start)


def small_model():
    """A model with weights, biases, and a leaf that is not learned (None in the params)."""
    model = nn.Sequential(nn.Dense(4, nn.relu), nn.Dense(2, use_bias=False))
    return split(model.init(jax.random.key(0), (3,)))[0]


def steps_of(optimizer, params, gradients, update):
    state = optimizer.init(params)
    for gradient in gradients:
        change, state = update(gradient, state, params)
        params = jax.tree.map(jnp.add, params, change)
    return params, state


def gradients_like(params, number):
    """Different gradients for each step, of different signs and sizes."""
    keys = jax.random.split(jax.random.key(1), number)
    flat, structure = jax.tree.flatten(params)

    def one(key):
        parts = jax.random.split(key, len(flat))
        return [jax.random.normal(k, a.shape, a.dtype) for k, a in zip(parts, flat, strict=True)]

    return [structure.unflatten(one(key)) for key in keys]


@pytest.mark.parametrize(("make", "rate", "_"), OPTIMIZERS, ids=NAMES)
def test_reaches_the_bottom_of_a_bowl(make, rate, _):
    end = descend(make(rate), surfaces.quadratic, jnp.array([1.0, -1.0]), 300)
    assert surfaces.quadratic(end) < 0.01 * 5.5


@pytest.mark.parametrize(("make", "_", "rate"), OPTIMIZERS, ids=NAMES)
def test_follows_a_ravine(make, _, rate):
    end = descend(make(rate), surfaces.ravine, jnp.array([-1.0, 1.5]), 2000)
    assert surfaces.ravine(end) < 0.1 * 29.0  # 4 + 100 (1.5 - 1)² at the start


@make_each
def test_compiled_equals_eager_and_compiles_once(make):
    optimizer = make(0.01)
    params = {"value": small_model()}  # the name that `per_layer` of the table knows
    gradients = gradients_like(params, 3)
    compilations = []

    @jax.jit
    def update(gradient, state, params):
        compilations.append(1)
        return optimizer.update(gradient, state, params)

    compiled, state = steps_of(optimizer, params, gradients, update)
    eager, _ = steps_of(optimizer, params, gradients, optimizer.update)
    assert len(compilations) == 1
    assert int(state.step) == 3
    for a, b in zip(jax.tree.leaves(compiled), jax.tree.leaves(eager), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


@make_each
@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float32, jnp.float64])
def test_dtypes_stay(make, dtype, float64):
    params = jnp.ones((3, 2), dtype)
    optimizer = make(0.01)
    state = optimizer.init(params)
    change, after = jax.eval_shape(optimizer.update, params, state, params)
    assert change.dtype == dtype
    assert jax.tree.map(lambda a: a.dtype, after) == jax.tree.map(lambda a: a.dtype, state)
    assert jax.tree.map(jnp.shape, after) == jax.tree.map(jnp.shape, state)


@make_each
def test_rates_under_vmap_equal_separate_runs(make):
    rates, start = jnp.array([0.0, 0.001, 0.01]), jnp.array([1.0, -1.0])

    def run(rate):
        return descend(make(rate), surfaces.quadratic, start, 3)

    together = jax.vmap(run)(rates)
    alone = jnp.stack([run(float(rate)) for rate in rates])
    np.testing.assert_allclose(together, alone, rtol=1e-5)
    np.testing.assert_array_equal(together[0], start)


@make_each
def test_a_zero_gradient_at_rest_changes_nothing(make):
    if make is optim.adamw or "noisy" in make(0.1).name:
        pytest.skip("decay and noise move it")
    change, _ = make(0.1).update(jnp.zeros(2), make(0.1).init(jnp.ones(2)), jnp.ones(2))
    np.testing.assert_array_equal(change, jnp.zeros(2))


def test_only_the_learned_leaves_change():
    model = nn.Sequential(nn.Dense(2)).init(jax.random.key(0), (3,))
    params, rest = split(model)
    change, _ = optim.adamw().update(params, optim.adamw().init(params), params)
    new = merge(jax.tree.map(jnp.add, params, change), rest)
    assert jax.tree.structure(new) == jax.tree.structure(model)
