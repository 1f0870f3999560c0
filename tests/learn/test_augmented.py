"""Any way of learning, with altered batches."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from gradus import augment, fit, fit_many, models, seeds, supervised
from gradus.base.errors import InputError
from gradus.data import Batch
from gradus.learn import Algorithm, augmented
from gradus.likelihoods import Categorical
from gradus.optim import sgd

X = np.random.default_rng(0).normal(size=(8, 4, 4, 1)).astype(np.float32)
Y = np.arange(8) % 2
PLAIN = supervised(models.mlp([], 2), Categorical(2), sgd(0.1))
FLIPPED = augmented(PLAIN, augment.flip(1))
BATCH, MIRRORED = Batch(jnp.asarray(X), jnp.asarray(Y)), Batch(jnp.asarray(X[:, :, ::-1]), Y)


def same(a, b) -> bool:
    return all(jax.tree.leaves(jax.tree.map(lambda u, v: bool((u == v).all()), a, b)))


def test_steps_see_altered_batches_and_evaluation_does_not(key):
    state = FLIPPED.init(key, BATCH)
    assert same(state, PLAIN.init(key, BATCH))
    _, theirs = random.split(key)
    expected = PLAIN.step(state, MIRRORED, theirs)[0]
    assert same(FLIPPED.step(state, BATCH, key)[0], expected)
    assert not same(expected, PLAIN.step(state, BATCH, theirs)[0])
    assert same(FLIPPED.evaluate(state, BATCH), PLAIN.evaluate(state, BATCH))


def test_any_way_of_learning_will_do(key):
    """Even one that only shows what it is given."""
    mirror = Algorithm(lambda key, batch: None, lambda state, batch, key: (state, batch.x))
    learner = augmented(mirror, augment.flip(1))
    learner.check(Batch(X))
    np.testing.assert_array_equal(learner.step(None, BATCH, key)[1], MIRRORED.x)


def test_a_run_learns_from_mixtures_and_says_what_was_done():
    learner = augmented(PLAIN, augment.crop(1), augment.mixup(0.2, classes=2))
    run = fit(learner, (X, Y), epochs=2, batch=3)
    assert run.settings["augment"] == "crop(1), mixup(0.2, 2)"
    assert run.predict(X).shape == (8,)


def test_runs_side_by_side_are_altered_each_in_its_own_way():
    runs = fit_many(augmented(PLAIN, augment.brightness(1.0)), (X, Y), seeds(2), epochs=1, batch=4)
    one, two = (run.history["loss"][0] for run in runs)
    assert one != two


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((8, 3)), "columns of a table have no neighbours"),
        (np.zeros((8, 4, 4)), r"x\[..., None\]"),
        (np.zeros((8, 3, 40, 40)), r"x.transpose\(0, 2, 3, 1\)"),
        (np.zeros((8, 4, 4, 1), np.uint8), r"x / np.float32\(255\)"),
        ({"a": np.zeros((8, 4, 4, 1))}, "Got:      dict"),
    ],
)
def test_what_is_no_image_is_refused(x, message):
    with pytest.raises(InputError, match=message):
        fit(FLIPPED, (x, Y), epochs=1)


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="a way of learning"):
        augmented(models.mlp([], 2), augment.flip())
    with pytest.raises(InputError, match="transforms\n(.|\n)*the function flip, not called"):
        augmented(PLAIN, augment.flip)
