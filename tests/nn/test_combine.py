"""Chains, branches, skips and frozen parts: what they compute and what they refuse."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import encode
from gradus.base.tree import count, split

X = jnp.array([[1.0, -2.0], [3.0, 0.5]])


def refuse(text, function, *args):
    with pytest.raises(InputError) as refusal:
        function(*args)
    assert text in str(refusal.value)


def test_known_values():
    np.testing.assert_array_equal(nn.Sequential(nn.relu, jnp.square)(X), [[1, 0], [9, 0.25]])
    np.testing.assert_array_equal(nn.Residual(nn.relu)(X), [[2, -2], [6, 1]])
    np.testing.assert_array_equal(nn.Residual(nn.relu, shortcut=jnp.square)(X)[0], [2, 4])
    np.testing.assert_array_equal(nn.DenseConnection(nn.relu)(X)[0], [1, -2, 1, 0])
    np.testing.assert_array_equal(nn.Branches(nn.relu, jnp.square)(X)[1], [[1, 4], [9, 0.25]])
    np.testing.assert_array_equal(nn.Branches(b=nn.relu, a=jnp.square)(X)["b"], nn.relu(X))
    np.testing.assert_array_equal(nn.Parallel(nn.relu, jnp.square)((X, X))[0], nn.relu(X))
    np.testing.assert_array_equal(nn.Concat()((X, 2 * X))[0], [1, -2, 2, -4])
    np.testing.assert_array_equal(nn.Concat()({"b": X, "a": 2 * X})[0], [2, -4, 1, -2])
    np.testing.assert_array_equal(nn.Add()((X, X, X)), 3 * X)


def test_parts_start_with_different_weights(key):
    for layer in (
        nn.Sequential(nn.Dense(3), nn.Dense(3)),
        nn.Branches(nn.Dense(3), nn.Dense(3)),
        nn.Parallel(nn.Dense(3), nn.Dense(3)),
    ):
        shape = ((3,), (3,)) if isinstance(layer, nn.Parallel) else (3,)
        one, two = layer.init(key, shape).layers
        assert np.all(one.weight != two.weight)


def test_the_order_of_names_does_not_matter(key):
    one = nn.Branches(b=nn.Dense(2), a=nn.Dense(2)).init(key, (3,))
    two = nn.Branches(a=nn.Dense(2), b=nn.Dense(2)).init(key, (3,))
    assert eqx.tree_equal(one, two)


def test_trained_parts_are_kept_in_a_new_model(key):
    body = nn.Sequential(nn.Dense(4), nn.BatchNorm()).init(key, (3,))
    model = nn.Sequential(body, nn.Dense(2)).init(jax.random.key(1), (3,))
    assert eqx.tree_equal(model.layers[0], body)


def test_output_bias_goes_to_the_last_layer(key):
    bias = jnp.array([1.0, 2.0])
    model = nn.Sequential(nn.Dense(4), nn.Sequential(nn.Dense(2))).with_output_bias(bias)
    np.testing.assert_array_equal(model.init(key, (3,)).layers[1].layers[0].bias, bias)
    assert nn.Sequential().with_output_bias(bias) == nn.Sequential()


def test_a_frozen_part_is_not_trained_and_stays_at_inference(key):
    body = nn.Sequential(nn.Dense(4), nn.BatchNorm(), nn.Dropout())
    model = nn.Sequential(nn.Dense(3), nn.frozen(body), nn.Dense(2)).init(key, (3,))
    assert count(split(model)[0]) == count(model, trainable=True) == 12 + 10
    forward = nn.Forward(training=True, key=key)
    x = jax.random.normal(key, (5, 3))
    np.testing.assert_array_equal(model(x, forward), model(x))
    assert eqx.tree_equal(forward.updated(model), model)


def test_gradients_pass_through_a_frozen_part(key):
    model = nn.Sequential(nn.Dense(3), nn.frozen(nn.Dense(2))).init(key, (3,))
    params, rest = split(model)
    gradient = jax.grad(lambda p: eqx.combine(p, rest)(jnp.ones((1, 3))).sum())(params)
    assert np.all(gradient.layers[0].weight != 0)
    assert gradient.layers[1].inner.weight is None


def test_shapes_that_do_not_fit_are_refused_before_training(key):
    def init(layer, shape=(3,)):
        return lambda: layer.init(key, shape)

    fix = "end the inner layers with as many units as the input has"
    widening = nn.Sequential(nn.Dense(4), nn.Residual(nn.Dense(3)))
    refuse("layer 1 › Residual: x and f(x) cannot be added", init(widening))
    refuse(fix, init(nn.Residual(nn.Dense(4))))
    refuse(fix, nn.Residual(lambda x: x[:, :1]), X)  # nothing is broadcast
    refuse("DenseConnection › Concat", init(nn.DenseConnection(nn.Flatten()), (2, 3)))
    unequal = nn.Sequential(nn.Branches(nn.Dense(2), nn.Dense(3)), nn.Add())
    refuse("layer 1 › Add: the shapes differ", init(unequal))
    refuse("Got:      (2, 2), (1, 2)", nn.Add(), (X, X[:1]))
    refuse("cannot be joined along axis -1", nn.Concat(), (X, X[:1]))
    refuse("cannot be joined along axis 0", nn.Concat(0), (X, X))
    refuse("cannot be joined along axis -2", nn.Concat(-2), (X, X))
    refuse("cannot be joined along axis 2", nn.Concat(2), (X, X))
    refuse("put `Branches` or `Parallel` before it", nn.Concat(), X)


def test_inputs_that_do_not_match_the_layers_are_refused(key):
    pair = nn.Parallel(nn.relu, nn.tanh)
    refuse("Got:      a single input", pair, X)
    refuse("Got:      a single input", pair.init, key, (3, 4))
    refuse("Got:      inputs 0, 1, 2", pair, (X, X, X))
    named = nn.Parallel(left=nn.relu, right=nn.tanh)
    wrong = {"left": X, "wrong": X}
    refuse("Expected: inputs left, right\n  Got:      inputs left, wrong", named, wrong)
    refuse("Got:      inputs 0, 1", named, (X, X))


def test_branches_are_given_in_one_form():
    refuse("Got:      no layer", nn.Branches)
    refuse("Got:      both", lambda: nn.Parallel(nn.relu, right=nn.tanh))


def test_a_function_without_a_name_cannot_be_saved():
    model = nn.Sequential(nn.relu, lambda x: x + 1)
    refuse("layers/1/function cannot be saved", encode, model, {})


def test_batch_norms_inside_branches_and_residuals_keep_their_averages(key):
    inner = nn.Residual(nn.Dense(3), nn.BatchNorm())
    model = nn.Sequential(nn.Branches(a=inner, b=nn.Dense(2))).init(key, (3,))

    @eqx.filter_jit
    def train(model, x):
        forward = nn.Forward(training=True, key=key)
        model(x, forward)
        return forward.updated(model)

    after = train(model, jax.random.normal(key, (8, 3)))
    averages = after.layers[0].layers["a"].inner.layers[1].mean
    assert np.all(averages != 0)


def test_what_is_no_layer_is_refused():
    refuse("Sequential(*layers)", nn.Sequential, [nn.Dense(3)])
    refuse("make a layer of the class first: nn.Dense(64)", nn.Sequential, nn.Dense, nn.relu)
    refuse("Got:      None", nn.Sequential, None)
    refuse("Got:      'relu'", nn.Sequential, "relu")
    refuse("not a layer", nn.Residual, None)
