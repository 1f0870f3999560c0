"""Random hidden units and bells around centres, with outputs in closed form."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, data, fit, models, supervised
from gradus.base.tree import count
from gradus.likelihoods import Categorical, Gaussian
from gradus.models.extreme import ridge_output, with_ridge_output
from gradus.models.rbf_network import find_centres, widths
from gradus.nn import Lambda
from gradus.optim import adam

X = np.random.default_rng(0).uniform(-2, 2, size=(150, 2)).astype("float32")
Y = np.sin(2 * X[:, 0]) * X[:, 1]
MAKERS = [models.extreme_learning_machine, models.rbf_network]


def mse(model, x=X, y=Y):
    return float(np.mean((np.asarray(model(jnp.asarray(x)))[:, 0] - y) ** 2))


def test_ridge_output_by_its_equations():
    """(HᵀH + nλ) B = HᵀY on centred columns, biases free."""
    random = np.random.default_rng(1)
    h, y = random.normal(size=(20, 4)), random.normal(size=(20, 3))
    weight, bias = ridge_output(h, y, 0.3)
    centred = h - h.mean(axis=0)
    expected = np.linalg.solve(
        centred.T @ centred + 6 * np.eye(4), centred.T @ (y - y.mean(axis=0))
    )
    np.testing.assert_allclose(weight, expected)
    np.testing.assert_allclose((h @ weight + bias).mean(axis=0), y.mean(axis=0))


def test_more_units_than_rows_and_units_alike():
    """The shortest of the best outputs, without a warning."""
    h = np.ones((3, 5)) * np.array([[1.0], [2.0], [4.0]])
    weight, bias = ridge_output(h, np.array([[1.0], [2.0], [4.0]]), 0.0)
    np.testing.assert_allclose(weight, 0.2)
    np.testing.assert_allclose(bias, 0, atol=1e-12)


@pytest.mark.parametrize("make", MAKERS)
def test_a_function_is_fitted_without_a_step(make):
    small, large = (mse(make(X, Y, n, penalty=1e-6)) for n in (5, 80))
    assert large < 0.01 < small
    assert mse(make(X, Y, 80, penalty=1e6)) == pytest.approx(np.var(Y), rel=1e-2)


@pytest.mark.parametrize("make", MAKERS)
def test_classes(make):
    iris = data.load("iris")
    x = (iris.x - iris.x.mean(axis=0)) / iris.x.std(axis=0)
    model = make(x, iris.y, 40, classes=3)
    right = Categorical(3).predict(model(jnp.asarray(x))) == iris.y
    assert np.mean(right) > 0.95


@pytest.mark.parametrize("make", MAKERS)
def test_several_targets_and_equal_seeds(make):
    both = make(X, np.stack([Y, -Y], axis=1), 20, seed=3)
    one = make(X, Y, 20, seed=3)
    outputs = both(jnp.asarray(X))
    np.testing.assert_allclose(outputs[:, 0], one(jnp.asarray(X))[:, 0], atol=1e-4)
    np.testing.assert_allclose(outputs[:, 1], -outputs[:, 0], atol=1e-4)


def test_random_units_are_frozen_and_bells_are_not():
    random, bells = (make(X, Y, 20) for make in MAKERS)
    assert (count(random), count(random, trainable=True)) == (2 * 20 + 20 + 21, 21)
    assert count(bells, trainable=True) == 2 * 20 + 20 + 21


def test_bells_learn_on_from_where_they_stand():
    model = models.rbf_network(X, Y, 12)
    run = fit(supervised(model, Gaussian(), adam(0.01)), (X, Y), epochs=40, batch=150)
    assert mse(run.model) < 0.8 * mse(model)


def test_centres_lie_in_the_data_and_widths_reach_the_neighbours():
    blobs = np.repeat([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], 20, axis=0)
    blobs += 0.1 * np.random.default_rng(0).normal(size=blobs.shape)
    centres = find_centres(blobs, 3)
    np.testing.assert_allclose(sorted(map(tuple, centres.round())), [(0, 0), (0, 10), (10, 0)])
    np.testing.assert_allclose(widths(np.array([[0.0], [1.0]])), [2, 2])


def test_images_are_flattened_for_random_units():
    images = np.random.default_rng(0).random((30, 4, 4, 1)).astype("float32")
    model = models.extreme_learning_machine(images, images.sum(axis=(1, 2, 3)), 60)
    assert model(jnp.asarray(images)).shape == (30, 1)
    assert jax.tree.leaves(model)[0].dtype == jnp.float32


@pytest.mark.parametrize(
    ("make", "arguments", "words"),
    [
        (models.extreme_learning_machine, {"penalty": -1.0}, "penalty"),
        (models.extreme_learning_machine, {"classes": 2}, "the classes 0 … 1"),
        (models.extreme_learning_machine, {"hidden": 0}, "units"),
        (models.rbf_network, {"units": 1000}, "from 2 to 150 centres"),
        (models.rbf_network, {"units": 1}, "from 2"),
        (models.rbf_network, {"x": X[:, :, None]}, "shape \\(n, D\\)"),
        (models.rbf_network, {"y": Y[:5]}, "y"),
    ],
)
def test_wrong_use(make, arguments, words):
    with pytest.raises(InputError, match=words):
        make(**{"x": X, "y": Y} | arguments)


def test_any_layers_can_come_before():
    model = with_ridge_output(Lambda(jnp.square), X, X[:, 0] ** 2 - 3 * X[:, 1] ** 2, penalty=0)
    np.testing.assert_allclose(model.layers[1].weight[:, 0], [1, -3], atol=1e-4)
