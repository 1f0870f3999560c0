"""Virtual adversarial training: its direction, its gradient, and examples without labels."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import fit, models, nn, optim, supervised
from gradus.base.errors import InputError
from gradus.base.tree import by_name
from gradus.data.batch import Batch
from gradus.learn import virtual_adversarial
from gradus.learn.virtual_adversarial import sharpest
from gradus.likelihoods import Bernoulli, Categorical, Gaussian
from gradus.robust import divergence

CLASSES, SGD = Categorical(3), optim.sgd(1.0)


def kl(model, x, r):
    """KL(p(x) ‖ p(x + r)) of one example, written out."""
    p, q = (jax.nn.softmax(model(z[None])[0]) for z in (x, x + r))
    return jnp.sum(p * jnp.log(p / q))


def tiny(key, dtype):
    """A smooth net from 4 numbers to 3 classes, and two inputs."""
    with jax.enable_x64(False):  # the same random numbers in both types
        net = nn.Sequential(nn.Dense(5, nn.tanh), nn.Dense(3)).init(key, (4,))
        x = jax.random.normal(jax.random.key(5), (2, 4))
    return jax.tree.map(lambda a: a.astype(dtype), (net, x))


def worst(model, x):
    """The eigenvector of the largest eigenvalue of ∇²KL at r = 0, one for each example."""
    hessian = jax.jit(jax.hessian(lambda r, z: kl(model, z, r)))
    return np.stack([np.linalg.eigh(hessian(jnp.zeros(4, z.dtype), z))[1][:, -1] for z in x])


def test_the_direction_is_the_eigenvector_of_the_largest_curvature(key):
    """In 32 bits, beside explicit Hessians in 64."""
    with jax.enable_x64(True):
        expected = worst(*tiny(key, "float64"))
    model, x = tiny(key, "float32")
    apart = jax.tree_util.Partial(lambda r: divergence(CLASSES, model(x), model(x + r)))
    found = jax.jit(sharpest, static_argnums=3)(apart, x, key, 20)
    np.testing.assert_allclose(np.abs(np.sum(found * expected, axis=1)), 1, atol=1e-4)


def test_the_gradient_of_the_penalty(key, float64):
    """By the eigenvector worked out above, and p(x) and r as constants."""
    model, x = tiny(key, "float64")
    r = 0.7 * worst(model, x)

    @jax.jit
    def penalty(changed, signs):
        """The mean of KL, p(x) of the net as it is."""
        p, log_q = jax.nn.softmax(model(x)), jax.nn.log_softmax(changed(x + signs[:, None] * r))
        return jnp.mean(jnp.sum(p * (jnp.log(p) - log_q), axis=1))

    learn = virtual_adversarial(model, CLASSES, SGD, epsilon=0.7, weight=2.0, power_steps=60)
    batch = Batch(x, jnp.array([-1, -1]))
    after, info = jax.jit(learn.step)(learn.init(key, batch), batch, key)
    divergence = float(info["divergence"])
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], float)  # of eigenvectors
    chosen = min(signs, key=lambda signs: abs(float(penalty(model, signs)) - divergence))
    assert float(penalty(model, chosen)) == pytest.approx(divergence, rel=1e-6)
    expected = by_name(jax.grad(penalty)(model, chosen))
    for name, moved in by_name(jax.tree.map(jnp.subtract, model, after.model)).items():
        np.testing.assert_allclose(moved, 2 * expected[name], rtol=1e-4, atol=1e-8)


def steps_of(learn, batch, key):
    """The weights after three steps, and the measures of the last."""
    step, state, info = jax.jit(learn.step), learn.init(key, batch), {}
    for n in range(3):
        state, info = step(state, batch, jax.random.fold_in(key, n))
    info.pop("trace")
    return by_name(state.model), info


@pytest.mark.parametrize(
    ("likelihood", "outputs"), [(Categorical(2), 2), (Bernoulli(), 1)], ids=["softmax", "sigmoid"]
)
def test_without_weight_unlabelled_examples_count_for_nothing(likelihood, outputs, key):
    x, net = jax.random.normal(key, (6, 3)), models.mlp([4], outputs)
    y = jnp.array([0, -1, 1, 1, -1, -1])
    known = Batch(x[y >= 0], y[y >= 0])
    learn = virtual_adversarial(net, likelihood, SGD, epsilon=1.0, weight=0.0)
    mixed, info = steps_of(learn, Batch(x, y), key)
    alone, other = steps_of(learn, known, key)
    plain, _ = steps_of(supervised(net, likelihood, SGD), known, key)
    for name, array in mixed.items():
        np.testing.assert_allclose(array, alone[name], rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(array, plain[name], rtol=1e-6, atol=1e-7)
    assert float(info["accuracy"]) == float(other["accuracy"])


def test_measures_of_an_epoch_are_means_over_labelled_examples():
    """A net that always says class 0; of 7 labels 4 are 0. Batches of 4 hold 0 to 4 labels."""
    y = np.array([0, -1, -1, -1, 1, 1, -1, -1, 0, 0, 0, 1, -1, -1, -1, -1])
    fixed = nn.Dense(2).init(jax.random.key(0), (1,))
    fixed = fixed.replace(weight=jnp.zeros((1, 2)), bias=jnp.array([1.0, 0.0]))
    still = virtual_adversarial(fixed, Categorical(2), optim.sgd(0.0), epsilon=0.1)
    x = np.zeros((16, 1), "float32")
    run = fit(still, (x, y), epochs=2, batch=4, validation=(x[:9], y[:9]))
    np.testing.assert_allclose(run.history["accuracy"], 4 / 7, rtol=1e-6)
    np.testing.assert_allclose(run.history["val_accuracy"], 2 / 4, rtol=1e-6)


def test_dropout_is_no_divergence(key):
    """The same units are dropped at x and at x + r: with r = 0 nothing differs."""
    net = nn.Sequential(nn.Dense(8, nn.relu), nn.Dropout(0.5), nn.Dense(3))
    learn = virtual_adversarial(net, CLASSES, SGD, epsilon=0.0)
    batch = Batch(jax.random.normal(key, (6, 4)), jnp.array([0, 1, 2, -1, -1, -1]))
    _, info = jax.jit(learn.step)(learn.init(key, batch), batch, key)
    assert float(info["divergence"]) == pytest.approx(0, abs=1e-7)


def test_convolution_and_pooling_are_differentiated_twice_and_once_more(key):
    net = nn.Sequential(
        nn.Conv(4, 3), nn.BatchNorm(), nn.relu, nn.MaxPool(2), nn.Flatten(), nn.Dense(3)
    )
    x = np.asarray(jax.random.normal(key, (24, 6, 6, 1)))
    y = np.where(np.arange(24) % 2, np.arange(24) % 3, -1)
    learn = virtual_adversarial(
        net, CLASSES, optim.adam(0.01), epsilon=0.5, entropy_weight=0.1, weight=0.5
    )
    run = fit(learn, (x, y), epochs=12, batch=12)
    history = run.history
    parts = history["divergence"] * 0.5 + history["entropy"] * 0.1
    assert np.all(history["divergence"] > 0)
    assert np.all(history["loss"] > parts)
    assert history["loss"][-1] < history["loss"][0]


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"likelihood": Gaussian()}, r"Categorical or Bernoulli\n.*Gaussian"),
        ({"epsilon": -1}, r"^epsilon\n.*from 0 up"),
        ({"weight": "much"}, r"^weight"),
        ({"entropy_weight": -0.1}, r"^entropy_weight"),
        ({"power_steps": 0}, r"^power_steps"),
    ],
)
def test_what_is_refused(changes, wording):
    given = {"model": nn.Dense(2), "likelihood": Categorical(2), "optimizer": SGD, "epsilon": 1.0}
    with pytest.raises(InputError, match=wording):
        virtual_adversarial(**given | changes)


@pytest.mark.parametrize(
    ("data", "wording"),
    [
        ((np.zeros((3, 2)), [-1, -1, -1]), r"^y\n.*\n.*−1 only"),
        ((np.zeros((3, 2)), [0, -2, 1]), r"target in row 1\n"),
        ((np.zeros((3, 2)), [0, -1, 2]), r"target in row 2\n"),
        ((np.zeros((3, 2), int), [0, -1, 1]), r"^x\n.*floats"),
        (np.zeros((3, 2)), "no targets"),
    ],
)
def test_data_that_cannot_be_learned_from_is_refused(data, wording):
    learn = virtual_adversarial(nn.Dense(2), Categorical(2), SGD, epsilon=1.0)
    with pytest.raises(InputError, match=wording):
        fit(learn, data)
