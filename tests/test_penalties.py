"""Penalties: numbers worked by hand, what they leave alone, weight decay, projections."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.base.tree import leaves
from gradus.data.batch import Batch
from gradus.learn import supervised
from gradus.likelihoods import Gaussian
from gradus.optim import adam, adamw, sgd
from gradus.penalties import (
    NO_PENALTY,
    WeightPenalty,
    absolute,
    activity,
    elastic_net,
    half_square,
    l1,
    l2,
    max_norm,
)

EMPTY = Batch(None)
BATCH = Batch(x=jnp.array([[1.0, 2.0], [0.5, -1.0]]), y=jnp.array([1.0, -2.0]))


def dense(*rows, bias=7.0):
    """A dense layer with given weights."""
    weight = jnp.array(rows)
    bias = jnp.full(weight.shape[1], bias)
    return nn.Dense(weight.shape[1]).replace(weight=weight, bias=bias)


MODEL = nn.Sequential(dense([3.0, 0.0], [-4.0, 1.0]), nn.BatchNorm(), dense([2.0], [0.0])).init(
    jax.random.key(0), (2,)
)
# |w| sums to 3 + 4 + 1 + 2 = 10, w² to 9 + 16 + 1 + 4 = 30.


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [
        (NO_PENALTY, 0),
        (l2(0.1), 1.5),
        (l1(0.1), 1.0),
        (elastic_net(0.1, 0.2), 1.0 + 3.0),
        (l2(0.1) + l1(0.1) + max_norm(1.0), 2.5),
        (max_norm(1.0), 0),
        (l2(0.0), 0),
        (WeightPenalty(2.0, jnp.ones_like), 2 * 6),
    ],
)
def test_penalties_by_hand(penalty, expected):
    assert float(penalty(MODEL, {}, EMPTY)) == pytest.approx(expected)


@pytest.mark.parametrize("penalty", [l2(0.5), l1(0.5), elastic_net(0.5, 0.5)])
def test_only_weights_feel_the_gradient(penalty):
    gradient = jax.grad(lambda model: penalty(model, {}, EMPTY))(MODEL)
    for pulled, leaf in zip(leaves(gradient), leaves(MODEL), strict=True):
        assert bool(jnp.any(pulled.value != 0)) == (leaf.kind == "weight"), leaf.name


def test_frozen_weights_are_left_alone():
    model = nn.Sequential(nn.frozen(dense([3.0], [4.0])), dense([6.0]))
    assert float(l1(1.0)(model, {}, EMPTY)) == 6
    held, projected = max_norm(1.0).project(model).layers
    np.testing.assert_array_equal(held.inner.weight, [[3], [4]])
    np.testing.assert_array_equal(projected.weight, [[1]])


def test_no_pull_of_l1_at_zero():
    slope = jax.grad(lambda w: l1(3.0)(dense([0.0, 2.0, -2.0]).replace(weight=w), {}, EMPTY))
    np.testing.assert_array_equal(slope(jnp.array([[0.0, 2.0, -2.0]])), [[0, 3, -3]])


def test_a_model_without_weights_costs_nothing():
    assert float(l2(1.0)(nn.Lambda(jnp.sin), {}, EMPTY)) == 0


# --- weight decay ---------------------------------------------------------------------------


def one_step(optimizer, penalty):
    """The weights before and after one step, and the gradient of the loss alone."""
    model = dense([0.5], [-0.25], bias=0.0)
    algorithm = supervised(model, Gaussian(), optimizer, penalty=penalty)
    batch = jax.tree.map(lambda a: a.astype(float), BATCH)
    before = algorithm.init(jax.random.key(0), batch)

    def loss(model):
        return -Gaussian().log_prob(model(batch.x), batch.y).mean()

    after, _ = algorithm.step(before, batch, jax.random.key(1))
    return before.model, after.model, jax.grad(loss)(before.model)


def test_l2_is_weight_decay_for_gradient_descent(float64):
    # w ← (1−εα)w − ε∇J with ε = 1/8, α = 1/2, and the bias without the decay.
    w, new, g = one_step(sgd(0.125), l2(0.5))
    expected = (1 - 0.125 * 0.5) * w.weight - 0.125 * g.weight
    np.testing.assert_allclose(new.weight, expected, rtol=1e-15)
    np.testing.assert_allclose(new.bias, w.bias - 0.125 * g.bias, rtol=1e-15)


def test_l2_is_not_weight_decay_for_adam(float64):
    # Adam's first step has length ε whatever the size of the gradient; decay adds εαw to it.
    w, plain, _ = one_step(adam(0.125), NO_PENALTY)
    _, penalised, _ = one_step(adam(0.125), l2(0.5))
    _, decayed, _ = one_step(adamw(0.125, weight_decay=0.5), NO_PENALTY)
    np.testing.assert_allclose(penalised.weight, plain.weight, atol=1e-7)
    np.testing.assert_allclose(decayed.weight, plain.weight - 0.125 * 0.5 * w.weight, rtol=1e-12)


def test_a_step_reports_the_penalty_beside_the_loss():
    algorithm = supervised(dense([3.0], [4.0]), Gaussian(), sgd(0.1), penalty=l2(2.0))
    state = algorithm.init(jax.random.key(0), BATCH)
    info = algorithm.step(state, BATCH, jax.random.key(1))[1]
    assert float(info["penalty"]) == 25
    assert float(info["loss"]) == pytest.approx(float(algorithm.evaluate(state, BATCH)["loss"]))


# --- max-norm -------------------------------------------------------------------------------


def test_max_norm_shortens_long_columns_and_leaves_short_ones_to_the_bit():
    model = dense([3.0, 0.1, 0.0], [4.0, 0.7, 0.0], bias=9.0)
    projected = max_norm(2.5).project(model)
    np.testing.assert_allclose(projected.weight[:, 0], [1.5, 2.0], rtol=1e-6)
    np.testing.assert_array_equal(projected.weight[:, 1:], model.weight[:, 1:])
    np.testing.assert_array_equal(projected.bias, model.bias)
    np.testing.assert_array_equal(max_norm(0.0).project(model).weight, jnp.zeros((2, 3)))


def test_max_norm_holds_after_a_step():
    _, new, _ = one_step(sgd(10.0), l2(0.1) + max_norm(0.5))
    assert float(jnp.linalg.norm(new.weight)) == pytest.approx(0.5)


# --- activities -----------------------------------------------------------------------------


def test_activity_is_the_mean_over_examples_of_the_sum_over_units():
    # |h| sums to 1 + 3 = 4 and 0 + 2 = 2; ½h² to 5 and 2.
    notes = {"activation": [jnp.array([[1.0, -3.0], [0.0, 2.0]])]}
    assert float(activity(0.5)(None, notes, BATCH)) == pytest.approx(0.5 * 3)
    assert float(activity(1.0, half_square)(None, notes, BATCH)) == pytest.approx(3.5)
    twice = {"code": notes["activation"] * 2, "other": [jnp.ones((2, 9))]}
    assert float(activity(0.5, name="code")(None, twice, BATCH)) == pytest.approx(3)


@pytest.mark.parametrize("weight", [[1.0, 0.0], [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]])
def test_activity_counts_examples_by_their_weight(weight):
    batch = BATCH._replace(weight=jnp.array(weight))
    notes = {"activation": [jnp.array([[[1.0], [-3.0]], [[0.0], [2.0]]])]}
    assert float(activity(1.0)(None, notes, batch)) == pytest.approx(4)


def test_a_note_in_the_model_is_penalised_in_training():
    model = nn.Sequential(dense([1.0, 0.0], [0.0, 1.0], bias=0.0), nn.Note(), dense([0.0], [0.0]))
    algorithm = supervised(model, Gaussian(), sgd(0.5), penalty=activity(1.0))
    state = algorithm.init(jax.random.key(0), BATCH)
    new, _ = algorithm.step(state, BATCH, jax.random.key(1))
    # Mean over both examples of sign(h) xᵀ; h = x: rows (1, 2) and (½, −1).
    pull = (np.outer([1, 2], [1, 1]) + np.outer([0.5, -1], [1, -1])) / 2
    np.testing.assert_allclose(new.model.layers[0].weight, np.eye(2) - 0.5 * pull, rtol=1e-6)


def test_a_shared_silent_pass_keeps_no_notes():
    nn.Note()(jnp.ones(3))
    assert nn.INFERENCE.notes == {}


@pytest.mark.parametrize(
    ("notes", "message"),
    [({}, r"notes of nothing\n  Fix:      put nn.Note\('code'\)"), ({"cod": []}, "did you mean")],
)
def test_a_penalty_on_nothing_is_refused(notes, message):
    with pytest.raises(InputError, match=message):
        activity(1.0, name="code")(None, notes, BATCH)


# --- strengths and files --------------------------------------------------------------------


def test_many_strengths_at_once():
    strengths = jnp.array([0.0, 0.1, 0.2])
    together = jax.vmap(lambda a: (l2(a) + l1(2 * a))(MODEL, {}, EMPTY))(strengths)
    np.testing.assert_allclose(together, [0, 3.5, 7], rtol=1e-6)
    penalties = jax.vmap(lambda a: l1(a))(strengths)
    by_leaf = jax.vmap(lambda penalty: penalty(MODEL, {}, EMPTY))(penalties)
    np.testing.assert_allclose(by_leaf, [0, 1, 2], rtol=1e-6)


@pytest.mark.parametrize("make", [l1, l2, max_norm, activity, lambda a: elastic_net(a, 0.0)])
@pytest.mark.parametrize("number", [-1.0, float("nan")])
def test_a_negative_strength_is_refused(make, number):
    with pytest.raises(InputError, match="a number from 0 up"):
        make(number)


@pytest.mark.parametrize(
    "penalty", [NO_PENALTY, l2(0.1), elastic_net(0.1, 0.2) + max_norm(3.0), activity(1.0, absolute)]
)
def test_written_and_read_back(penalty):
    arrays = {}
    text = json.dumps(encode(penalty, arrays))
    assert decode(json.loads(text), arrays) == penalty
