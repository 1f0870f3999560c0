"""Several looks at one image."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from gradus import augment, nn
from gradus.base.errors import InputError
from gradus.base.record import decode, encode

X = random.normal(random.key(1), (3, 6, 5, 2))
MODEL = nn.Sequential(nn.Flatten(), nn.Dense(4)).init(random.key(0), (6, 5, 2))


def mean_p(*looks):
    """Mean of the probabilities over views that were made by hand."""
    return np.mean([jax.nn.softmax(MODEL(x)) for x in looks], axis=0)


def test_probabilities_are_averaged_over_an_image_and_its_mirror_image():
    found = jnp.exp(augment.views(MODEL)(X))
    np.testing.assert_allclose(found, mean_p(X, X[:, :, ::-1]), rtol=1e-5)


def test_shifts_reflect_the_edges():
    padded = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    places = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]
    looks = [padded[:, i : i + 6, j : j + 5] for i, j in places]
    found = jnp.exp(augment.views(MODEL, flip=False, shift=1)(X))
    np.testing.assert_allclose(found, mean_p(*looks), rtol=1e-5)
    both = jnp.exp(augment.views(MODEL, shift=1)(X))
    np.testing.assert_allclose(both, mean_p(*looks, *[x[:, :, ::-1] for x in looks]), rtol=1e-5)


def test_one_view_is_the_model_itself():
    found = augment.views(MODEL, flip=False)(X)
    np.testing.assert_allclose(found, jax.nn.log_softmax(MODEL(X)), atol=1e-6)


def test_it_is_a_layer_that_can_be_saved():
    seen = augment.views(MODEL, shift=1)
    assert seen.output_shape((6, 5, 2)) == (4,)
    arrays: dict = {}
    again = decode(encode(seen, arrays), arrays)
    np.testing.assert_array_equal(again(X), seen(X))
    fresh = augment.views(nn.Sequential(nn.Flatten(), nn.Dense(4))).init(random.key(0), (6, 5, 2))
    assert fresh(X).shape == (3, 4)


def test_wrong_use_is_refused():
    with pytest.raises(InputError, match=r"views\(run.model\)"):
        augment.views(lambda x: x)
    with pytest.raises(InputError, match="a pad below 5"):
        augment.views(MODEL, shift=5)(X)
    with pytest.raises(InputError, match="no images"):
        augment.views(nn.Dense(4).init(random.key(0), (5,)))(X[:, 0, :, 0])
