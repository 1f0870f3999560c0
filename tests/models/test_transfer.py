"""Features of one task under a head for another; parts that are frozen, slower, or thawed."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import fit, load, models, nn, save, supervised
from gradus.base.errors import InputError
from gradus.base.tree import by_name, count
from gradus.likelihoods import Categorical
from gradus.optim import per_layer, sgd

SHAPE = (4, 4, 1)
BODY = models.Network(
    first=nn.Sequential(nn.Conv(2, 3, padding=1), nn.BatchNorm(), nn.Lambda(nn.relu)),
    second=nn.Sequential(nn.Conv(3, 3), nn.Flatten()),
    classifier=nn.Sequential(nn.Dense(5, nn.tanh), nn.Dense(4)),
)


@pytest.fixture(scope="module")
def net():
    return BODY.init(jax.random.key(0), SHAPE)


@pytest.fixture(scope="module")
def x():
    return jax.random.normal(jax.random.key(1), (6, *SHAPE))


def test_features_are_what_the_layers_give(net, x):
    """All but the last layer of the last chain; up to a name; up to a place; a layer in a layer."""
    first, second, classifier = net.layers.values()
    maps = first(x)
    vector = classifier.layers[0](second(maps))
    np.testing.assert_array_equal(models.features(net)(x), vector)
    np.testing.assert_array_equal(models.features(net, "first")(x), maps)
    np.testing.assert_array_equal(models.features(net, 0)(x), maps)
    np.testing.assert_array_equal(models.features(net, "classifier.0")(x), vector)
    np.testing.assert_array_equal(models.features(net, -1)(x), net(x))
    np.testing.assert_array_equal(models.features(net, "second.0")(x), second.layers[0](maps))


def test_features_stay_frozen(net, x):
    held = models.freeze(net, "classifier")
    assert count(models.features(held), trainable=True) == count(models.features(net, "second"),
                                                                 trainable=True)  # fmt: skip
    np.testing.assert_array_equal(models.features(held)(x), models.features(net)(x))
    np.testing.assert_array_equal(models.features(nn.frozen(net))(x), models.features(net)(x))


def test_a_second_head_takes_the_place_of_the_first(net):
    """Names stay as they are, however often a head is put on."""
    once = models.with_head(net, 2)
    twice = models.with_head(once.init(jax.random.key(0), SHAPE), 3)
    assert [*once.layers] == [*twice.layers] == ["features", "head"]
    assert (
        twice.layers["features"] is once.layers["features"]
        or by_name(twice.layers["features"]).keys() == by_name(once.layers["features"]).keys()
    )
    assert twice.output_shape(SHAPE) == (3,)
    assert models.with_head(net, nn.Sequential(nn.GlobalMeanPool(), nn.Dense(7)), "first"
                            ).output_shape(SHAPE) == (7,)  # fmt: skip


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda net: models.features(net, "frist"), r"no such layer[\s\S]*'first'"),
        (lambda net: models.features(net, 3), "a place from -3 to 2"),
        (lambda net: models.features(net, "first.0.weight"), "layers one after the other"),
        (lambda net: models.features(nn.Dense(1)), "layers one after the other"),
        (lambda net: models.features(len), r"model\n[\s\S]*run.model"),
        (lambda net: models.freeze(len, "first"), r"model\n[\s\S]*run.model"),
        (lambda net: models.freeze(net, "frist"), r"no layer of this name[\s\S]*'first'"),
        (lambda net: models.unfreeze(models.freeze(net, "first"), "first.0"), "frozen as a whole"),
        (lambda net: models.unfreeze(models.freeze(net), "first"), "frozen as a whole"),
    ],
)
def test_refusals(net, call, message):
    with pytest.raises(InputError, match=message):
        call(net)


def test_freeze_and_unfreeze(net):
    """first: 3·3·2 + 2 weights and biases, 2 + 2 gains and biases; second: 3·3·2·3 + 3."""
    whole = count(net, trainable=True)
    part = models.freeze(net, "first", "second.0")
    assert whole - count(part, trainable=True) == 20 + 4 + 57
    assert by_name(part).keys() == by_name(net).keys()
    assert count(models.unfreeze(part, "first"), trainable=True) == whole - 57
    assert count(models.freeze(part, "second"), trainable=True) == whole - 81
    assert models.unfreeze(part).layers.keys() == net.layers.keys()
    assert count(models.unfreeze(part), trainable=True) == whole
    assert count(models.freeze(net), trainable=True) == 0


CLASSES = Categorical(2)
Y = np.array([0, 0, 0, 0, 0, 1])


def learned(model, x, optimizer, epochs=1):
    return fit(supervised(model, CLASSES, optimizer), (np.asarray(x), Y), epochs=epochs, batch=6)


@pytest.fixture(scope="module")
def held_run(net, x):
    copied = models.freeze(models.with_head(net, 2), "features")
    return learned(copied, x, sgd(0.0))


def test_what_is_frozen_stays_to_the_bit(net, held_run):
    before, after = by_name(models.features(net)), by_name(held_run.model.layers["features"])
    assert all((after[name] == before[name]).all() for name in before)


def test_a_new_head_starts_at_the_average_of_the_new_targets(held_run):
    """Five of six examples are of class 0; each class counts one more: log 6/2 apart."""
    bias = held_run.model.layers["head"].bias
    assert float(bias[0] - bias[1]) == pytest.approx(np.log(6 / 2), abs=1e-5)


def test_a_tenth_of_the_rate_and_moving_averages(net, x):
    """One step of gradient descent: the copied part moves a tenth as far as at the whole rate."""
    copied = models.with_head(net, 2)
    full, slow = (learned(copied, x, o).model for o in
                  (sgd(0.1), per_layer(sgd(0.1), {"features": 0.1})))  # fmt: skip
    before, full, slow = (by_name(m) for m in (models.features(net), full, slow))
    for name in ("first.0.weight", "classifier.weight"):
        far, near = (m[f"features.{name}"] - before[name] for m in (full, slow))
        np.testing.assert_allclose(near, far / 10, rtol=1e-2, atol=1e-6)
    np.testing.assert_array_equal(full["head.weight"], slow["head.weight"])
    assert (slow["features.first.1.mean"] != before["first.1.mean"]).any()


def test_taken_up_again_after_saving(held_run, x, tmp_path):
    """A second run begins with the first one's model, read from its folder."""
    model = load(save(held_run, tmp_path)).model
    assert [*model.layers] == ["features", "head"]
    again = learned(models.unfreeze(model, "features"), x, sgd(0.1)).model
    old, new = by_name(held_run.model), by_name(again)
    assert (new["features.first.0.weight"] != old["features.first.0.weight"]).any()
    assert jnp.isfinite(new["head.weight"]).all()
