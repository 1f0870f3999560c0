"""Laws of attacks, each over a table of all of them, and what is worked out by hand."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import data, fit, models, nn, supervised
from gradus.base.errors import InputError
from gradus.data.scaling import PCA, Scale, Standardize
from gradus.likelihoods import Bernoulli, Categorical
from gradus.optim import adam
from gradus.robust import fgsm, noise, pgd
from gradus.robust.norms import NORMS, length

DIGITS = Categorical(10)
LINE = nn.Dense(10).init(jax.random.key(0), (10,))
ATTACKS = {
    "fgsm": fgsm,
    "pgd": pgd,
    "pgd from x": lambda epsilon, **others: pgd(epsilon, random_start=False, **others),
    "noise": noise,
}
every_attack = pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
every_norm = pytest.mark.parametrize("norm", NORMS)


@pytest.fixture(scope="module")
def digits():
    """A small net that knows digits, pixels from 0 to 1, and 64 it has not seen."""
    train, _, test = data.load("digits").split(test=0.3, seed=0)
    x, new = (part.x.reshape(len(part.x), -1).astype("float32") for part in (train, test))
    run = fit(supervised(models.mlp([32], 10), DIGITS, adam(0.01)), (x, train.y), epochs=15)
    return run.model, jnp.asarray(new[:64]), jnp.asarray(test.y[:64])


def pixels(make, epsilon, norm):
    """An attack on pixels; all of one kind and norm are one compiled program."""
    return make(epsilon, norm=norm, low=0.0, high=1.0)


def loss(model, x, y):
    return float(-jnp.mean(DIGITS.log_prob(model(x), y)))


@every_attack
@every_norm
def test_no_change_is_longer_than_epsilon_or_leaves_the_bounds(make, norm, digits, key):
    model, x, y = digits
    moved = pixels(make, 0.3, norm)(model, DIGITS, x, y, key)
    size = jnp.abs(moved - x) if norm == "inf" else length(moved - x)
    assert 0.25 < float(size.max()) <= 0.3 + 1e-6
    assert 0 <= float(moved.min()) <= float(moved.max()) <= 1


@every_attack
@every_norm
def test_an_epsilon_of_0_changes_nothing(make, norm, digits, key):
    model, x, y = digits
    np.testing.assert_array_equal(pixels(make, 0.0, norm)(model, DIGITS, x, y, key), x)


@every_norm
def test_attacks_hurt_more_than_noise_and_many_steps_more_than_one(norm, digits, key):
    model, x, y = digits
    epsilon = {"inf": 0.1, "2": 0.8}[norm]
    hurt = {
        name: loss(model, pixels(make, epsilon, norm)(model, DIGITS, x, y, key), y)
        for name, make in ATTACKS.items()
    }
    assert hurt["pgd"] >= hurt["fgsm"] > loss(model, x, y) + 0.2
    assert hurt["pgd from x"] >= hurt["fgsm"]
    assert abs(hurt["noise"] - loss(model, x, y)) < 0.3 * (hurt["fgsm"] - loss(model, x, y))


@pytest.mark.parametrize(("norm", "dual"), [("inf", 1), ("2", 2)])
def test_the_margin_of_a_linear_model_falls_by_epsilon_times_the_dual_norm(norm, dual, key):
    """Worked out: w·(x − ε sign w) = w·x − ε‖w‖₁, and w·(x − ε w/‖w‖₂) = w·x − ε‖w‖₂."""
    line = nn.Dense(1).init(key, (20,))
    line = line.replace(weight=jax.random.normal(key, (20, 1)))
    x = jax.random.normal(jax.random.key(1), (5, 20))
    moved = fgsm(0.3, norm=norm)(line, Bernoulli(), x, jnp.array([1, 1, 1, 1, 1]))
    fall = (line(x) - line(moved))[:, 0]
    np.testing.assert_allclose(
        fall, 0.3 * np.linalg.norm(line.weight[:, 0], dual) * np.ones(5), rtol=1e-5
    )


def test_several_steps_find_the_worst_corner_of_a_linear_model(key):
    line = nn.Dense(1).init(key, (20,)).replace(weight=jax.random.normal(key, (20, 1)))
    x, y = jax.random.normal(jax.random.key(1), (5, 20)), jnp.array([0, 1, 0, 1, 1])
    one, many = (make(0.3)(line, Bernoulli(), x, y, key) for make in (fgsm, pgd))
    np.testing.assert_allclose(many, one, atol=1e-6)


def test_the_length_of_a_step_is_a_part_of_epsilon(key):
    """Three steps of ε / 10 from x, all in one direction: 0.3 ε."""
    line = nn.Dense(1).init(key, (2,)).replace(weight=jnp.array([[1.0], [-1.0]]))
    attack = pgd(0.5, steps=3, step_size=0.1, random_start=False)
    moved = attack(line, Bernoulli(), jnp.zeros((1, 2)), jnp.array([1]))
    np.testing.assert_allclose(moved, [[-0.15, 0.15]], rtol=1e-6)


def test_one_epsilon_and_one_bound_for_each_channel(key):
    net = nn.Sequential(nn.Flatten(), nn.Dense(3)).init(key, (2, 2, 2))
    x = jnp.full((4, 2, 2, 2), 0.5)
    attack = fgsm(np.array([0.1, 0.4]), high=np.array([0.55, 2.0]), low=np.array([0.0, 0.3]))
    change = attack(net, Categorical(3), x, jnp.array([0, 1, 2, 0])) - x
    assert {round(float(v), 4) for v in change[..., 0].ravel()} == {-0.1, 0.05}
    assert {round(float(v), 4) for v in change[..., 1].ravel()} == {-0.2, 0.4}


def test_without_targets_the_predicted_class_is_attacked(digits):
    model, x, y = digits
    predicted = DIGITS.predict(model(x))
    expected = fgsm(0.1)(model, DIGITS, x, predicted)
    np.testing.assert_array_equal(fgsm(0.1)(model, DIGITS, x), expected)
    other = fgsm(0.1, predicted=True)(model, DIGITS, x, (y + 1) % 10)
    np.testing.assert_array_equal(other, expected)


def test_a_scaled_attack_is_the_attack_on_raw_inputs(key):
    """The net behind the scale and the raw net are one function, so x′ are the same places."""
    raw = jax.random.uniform(key, (6, 2, 2, 3)) * jnp.array([1.0, 2.0, 3.0]).reshape(1, 1, 1, 3)
    scale = Standardize.fit(np.asarray(raw))
    mean, std = (np.tile(a.ravel(), 4) for a in (scale.mean, scale.std))
    inner = nn.Sequential(nn.Flatten(), nn.Dense(3)).init(key, (2, 2, 3))
    last = inner.layers[1]
    bias, weight = last.bias - (mean / std) @ last.weight, last.weight / std[:, None]
    whole = inner.replace(layers=(inner.layers[0], last.replace(weight=weight, bias=bias)))
    y, attack = jnp.zeros(6, int), pgd(0.2, low=0.0, high=2.9, random_start=False)
    with pytest.raises(InputError, match=r"pgd: x\n.*within the bounds(.*\n)+.*`scaled`"):
        attack(inner, Categorical(3), jnp.asarray(scale(np.asarray(raw))), y)
    attack = attack.replace(high=3.0)
    expected = attack(whole, Categorical(3), raw, y)
    found = attack.scaled(scale)(inner, Categorical(3), jnp.asarray(scale(np.asarray(raw))), y)
    np.testing.assert_allclose(scale.inverse(found), expected, atol=1e-5)


def test_bytes_are_scaled_to_one_number():
    attack = fgsm(51.0, low=0.0, high=255.0).scaled(Scale(255))
    assert (attack.epsilon, attack.low, attack.high) == pytest.approx((0.2, 0.0, 1.0))


def test_the_attack_is_a_constant_to_what_comes_after(digits):
    model, x, y = digits

    def moved(model, x):
        return jnp.sum(fgsm(0.1, norm="2")(model, DIGITS, x, y))

    slopes = jax.grad(moved, argnums=(0, 1))(model, x)
    assert all(not np.any(slope) for slope in jax.tree.leaves(slopes))


def test_a_gradient_too_small_to_be_squared_still_has_a_direction(key):
    """1e-30 squared is 0 in 32 bits."""
    line = nn.Dense(1).init(key, (2,)).replace(weight=jnp.array([[3e-30], [-4e-30]]))
    moved = fgsm(1.0, norm="2")(line, Bernoulli(), jnp.zeros((1, 2)), jnp.array([1]))
    np.testing.assert_allclose(moved, [[-0.6, 0.8]], rtol=1e-6)


@pytest.mark.parametrize("inside", [norm.inside for norm in NORMS.values()], ids=NORMS)
def test_random_starts_fill_the_ball(inside, key):
    """In three dimensions half of a ball's, or cube's, volume lies within 0.5^(1/3) = 0.794."""
    steps = inside(key, (4000, 3))
    radius = length(steps) if inside is NORMS["2"].inside else jnp.abs(steps).max(1)
    assert float(radius.max()) <= 1
    assert float(jnp.mean(radius < 0.794)) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("make", "wording"),
    [
        (lambda: fgsm(-0.1), r"^fgsm: epsilon\n.*from 0 up"),
        (lambda: fgsm("0.1"), r"^fgsm: epsilon"),
        (lambda: fgsm(0.1, norm="l2"), r"^fgsm: norm\n.*'inf', '2'"),
        (lambda: pgd(np.array([0.1, 0.2]), norm="2"), r"^pgd: epsilon\n.*one number"),
        (lambda: pgd(0.1, steps=0), r"^pgd: steps"),
        (lambda: pgd(0.1, step_size=0.0), r"^pgd: step_size"),
        (lambda: fgsm(0.1).scaled(PCA.fit(np.eye(3))), r"^fgsm: scaled\n.*Standardize"),
        (lambda: noise(0.1)(LINE, DIGITS, jnp.ones((2, 10))), r"^noise: key"),
        (
            lambda: fgsm(np.ones(3))(LINE, DIGITS, jnp.ones((2, 10))),
            r"^fgsm: epsilon\n.*last axes of \(10,\)",
        ),
        (lambda: fgsm(1)(LINE, DIGITS, jnp.ones((2, 10), int)), r"^fgsm: x\n.*floats"),
        (lambda: fgsm(1)(DIGITS, DIGITS, jnp.ones((2, 10))), r"^model\n[\s\S]*run.model"),
        (lambda: fgsm(1)(LINE, DIGITS, jnp.ones((1, 10)), jnp.array([10])), r"^y › [\s\S]*0 to 9"),
        (
            lambda: fgsm(1, high=1.0)(LINE, DIGITS, 255 * jnp.ones((2, 10))),
            r"^fgsm: x\n.*within the bounds\n.*255 to 255, high=1\.0",
        ),
    ],
)
def test_what_is_refused(make, wording):
    with pytest.raises(InputError, match=wording):
        make()
