"""Adversarial training: the loss it follows, what it measures, and that it makes nets resist."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import data, fit, models, nn, optim, supervised
from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.learn import adversarial
from gradus.likelihoods import Bernoulli, Categorical
from gradus.robust import fgsm, robustness_curve

SGD = optim.sgd(1.0)


def one_step(algorithm, batch, key):
    """The state before and after a step, and its measures."""
    before = algorithm.init(key, batch)
    after, info = jax.jit(algorithm.step)(before, batch, key)
    return before.model, after.model, info


def test_a_step_on_a_logistic_model_worked_out(key):
    """J = ½ ς(−m) + ½ ς(−m + ε‖w‖₁) for the margin m = w·x, ς the softplus.

    The perturbation is a constant of the step: ∂/∂w of the second part is −σ(ε‖w‖₁ − m)(x − εs),
    s = sign w. Here w = (2, −1), x = (1, 1), so m = 1; ε = ½ gives ‖w‖₁ε = 1.5, s = (1, −1).
    """
    w, x, s = np.array([2.0, -1.0]), np.array([1.0, 1.0]), np.array([1.0, -1.0])
    model = nn.Dense(1, use_bias=False).init(key, (2,)).replace(weight=jnp.asarray(w[:, None]))
    learn = adversarial(model, Bernoulli(), SGD, attack=fgsm(0.5), share=0.5)
    batch = Batch(jnp.asarray(x[None], jnp.float32), jnp.array([1]))
    _, after, info = one_step(learn, batch, key)
    softplus, sigma = lambda z: np.log1p(np.exp(z)), lambda z: 1 / (1 + np.exp(-z))
    assert float(info["loss"]) == pytest.approx((softplus(-1) + softplus(0.5)) / 2, rel=1e-5)
    assert float(info["adversarial_loss"]) == pytest.approx(softplus(0.5), rel=1e-5)
    assert (float(info["accuracy"]), float(info["adversarial_accuracy"])) == (1, 0)
    step = sigma(-1) * x + sigma(0.5) * (x - 0.5 * s)
    np.testing.assert_allclose(after.weight[:, 0], w + step / 2, rtol=1e-5)


def test_learning_from_clean_examples_alone_is_supervised_learning(key):
    x = jax.random.normal(key, (8, 3))
    batch = Batch(x, (x[:, 0] > 0).astype(int))
    model = models.mlp([4], 2)
    plain = one_step(supervised(model, Categorical(2), SGD), batch, key)[1]
    clean = one_step(adversarial(model, Categorical(2), SGD, share=1.0), batch, key)[1]
    for a, b in zip(jax.tree.leaves(plain), jax.tree.leaves(clean), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_convolution_pooling_averages_and_noise_inside_the_compiled_run(key):
    """The gradient at the inputs inside the gradient at the weights."""
    net = nn.Sequential(
        nn.Conv(4, 3), nn.BatchNorm(), nn.relu, nn.MaxPool(2), nn.Dropout(0.2), nn.Flatten(),
        nn.Dense(2),
    )  # fmt: skip
    x = np.asarray(jax.random.uniform(key, (32, 6, 6, 1)))
    y = (x[:, :3].mean((1, 2, 3)) > x[:, 3:].mean((1, 2, 3))).astype(int)
    attack = fgsm(0.05, low=0.0, high=1.0)
    learn = adversarial(net, Categorical(2), optim.adam(0.02), attack=attack)
    run = fit(learn, (x, y), epochs=15, batch=16, validation=(x, y))
    history = run.history
    assert history["adversarial_loss"][-1] < history["adversarial_loss"][0]
    assert history["val_adversarial_loss"][-1] > history["val_loss"][-1]


def test_running_averages_are_those_of_clean_inputs(key):
    net = nn.Sequential(nn.BatchNorm(), nn.Dense(2))
    batch = Batch(jax.random.normal(key, (8, 3)), jnp.array([0, 1, 0, 1, 0, 1, 0, 1]))
    still = optim.sgd(0.0)
    plain = one_step(supervised(net, Categorical(2), still), batch, key)[1]
    same = one_step(adversarial(net, Categorical(2), still), batch, key)[1]
    for a, b in zip(jax.tree.leaves(plain), jax.tree.leaves(same), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_it_repairs_most_of_what_the_attack_does():
    """Digits, and an attack that leaves a plain net less than one in three."""
    train, _, test = data.load("digits").split(test=0.3, seed=0)
    x, new = (part.x.reshape(len(part.x), -1) for part in (train, test))
    net, attack = models.mlp([64], 10), fgsm(0.15, low=0.0, high=1.0)
    found = {}
    for learn in (
        supervised(net, Categorical(10), optim.adam(0.005)),
        adversarial(net, Categorical(10), optim.adam(0.005), attack=attack),
    ):
        run = fit(learn, (x, train.y), epochs=25)
        curve = robustness_curve(
            run.model, Categorical(10), new, test.y, [0, 0.15], {"fgsm": fgsm}, low=0.0, high=1.0
        )
        found[len(found)] = curve.accuracy["fgsm"]
    (plain, hurt), (clean, left) = found[0], found[1]
    assert hurt < 0.35
    assert left > hurt + 0.3
    assert clean > plain - 0.02


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"attack": fgsm}, r"^attack\n(.*\n)+.*called first"),
        ({"share": 1.5}, r"^share\n.*0 to 1"),
        ({"likelihood": Categorical}, r"^likelihood"),
        ({"penalty": 0.1}, "a penalty"),
    ],
)
def test_what_is_refused(changes, wording):
    given = {"model": nn.Dense(2), "likelihood": Categorical(2), "optimizer": SGD} | changes
    with pytest.raises(InputError, match=wording):
        adversarial(**given)


@pytest.mark.parametrize(
    ("x", "wording"),
    [
        (np.zeros((4, 2), int), r"^fgsm: x\n.*floats"),
        (255 * np.ones((4, 2)), r"^fgsm: x\n.*within the bounds"),
        ((np.zeros((4, 2)), np.zeros((4, 2))), r"^fgsm: x\n.*one array"),
    ],
)
def test_data_that_cannot_be_attacked_is_refused(x, wording):
    learn = adversarial(nn.Dense(2), Categorical(2), SGD, attack=fgsm(0.1, low=0.0, high=1.0))
    with pytest.raises(InputError, match=wording):
        fit(learn, (x, [0, 1, 0, 1]))
