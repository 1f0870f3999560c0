"""Slips that are common in lecture notes: the wrong form is refuted, Gradus has the right one.

Where a slip is a derivative, the claimed one is planted into the function and the gradient check
is the judge. Where it is another formula, numbers are.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import metrics, nn, optim
from gradus.base.tree import merge, split
from gradus.calculus import check_gradient, critical_point
from gradus.data.batch import Batch
from gradus.learn import supervised
from gradus.likelihoods import Bernoulli, Categorical, Gaussian

W, X, Y = 0.7, 1.5, 0.25  # a weight, an input, a target


def claim(f, slope):
    """f with a derivative that somebody claims."""

    @jax.custom_jvp
    def claimed(x):
        return f(x)

    claimed.defjvp(lambda at, change: (f(*at), slope(*at) * change[0]))
    return claimed


def sigma(z):
    return 1 / (1 + jnp.exp(-z))


def logistic_loss(b):
    p = sigma(X * b)
    return -(Y * jnp.log(p) + (1 - Y) * jnp.log(1 - p))


def logistic_slope(sign):
    """−Xσ(1−σ)[y/p ± (1−y)/(1−p)]"""

    def slope(b):
        p = sigma(X * b)
        return -X * p * (1 - p) * (Y / p + sign * (1 - Y) / (1 - p))

    return slope


# a function, the slope that lecture notes claim, the right slope, the point
SLOPES = {
    "tanh": (jnp.tanh, lambda x: (1 - jnp.tanh(x)) ** 2, lambda x: 1 - jnp.tanh(x) ** 2, 0.6),
    "squared error": (lambda p: 0.5 * (Y - p) ** 2, lambda p: Y - p, lambda p: p - Y, 0.9),
    "absolute value": (jnp.abs, lambda x: 1.0, lambda x: -1.0, -2.0),
    "reciprocal": (lambda x: 1 / x, lambda x: 1 / x**2, lambda x: -1 / x**2, 1 + np.exp(-9.0)),
    "logistic loss": (logistic_loss, logistic_slope(+1), logistic_slope(-1), W),
    "logistic loss, short": (
        logistic_loss,
        lambda b: X * (Y - sigma(X * b)),
        lambda b: X * (sigma(X * b) - Y),
        W,
    ),
}


@pytest.mark.parametrize("name", SLOPES)
def test_wrong_slopes_are_refuted_and_right_ones_pass(name):
    f, wrong, right, at = SLOPES[name]
    assert not check_gradient(claim(f, wrong), at).ok
    assert check_gradient(claim(f, right), at).ok


@pytest.mark.parametrize("activation", [nn.tanh, nn.absolute, nn.softplus, nn.sigmoid])
def test_our_activations_have_the_slopes_of_their_values(activation):
    assert check_gradient(lambda z: jnp.sum(activation(z)), np.array([-2.0, -0.3, 0.4, 3.0])).ok


def test_the_left_arm_of_the_absolute_value_falls():
    assert nn.absolute(jnp.array(-3.0)) == 3
    assert jax.grad(nn.absolute)(-3.0) == -1


def test_the_slope_of_a_logistic_unit_is_that_of_its_likelihood():
    def loss(b):
        return -Bernoulli().log_prob(jnp.full((1, 1), X) * b, jnp.array([Y]))[0]

    assert check_gradient(loss, W).ok
    np.testing.assert_allclose(jax.grad(loss)(W), X * (sigma(X * W) - Y), rtol=1e-6)


def test_a_radial_unit_is_largest_at_its_centre():
    layer = nn.RBF(1, width=2.0).init(jax.random.key(0), (2,)).replace(centres=jnp.ones((2, 1)))
    x = jnp.array([[1.0, 1.0], [1.0, 3.0], [4.0, 5.0]])
    squares = jnp.array([0.0, 4.0, 25.0])
    np.testing.assert_allclose(layer(x)[:, 0], jnp.exp(-squares / 4), rtol=1e-6)
    wrong = jnp.exp(jnp.sum(x**2, axis=1) / 4)  # exp(+‖x‖²/σ²) knows no centre and has no bound
    assert wrong[0] < wrong[2]
    assert layer(x)[0, 0] > layer(x)[2, 0]
    assert check_gradient(lambda layer, x: jnp.sum(layer(x)), layer, x).ok


def test_zero_one_loss_counts_mistakes():
    assert metrics.error_rate([0, 1, 1, 1], [0, 1, 1, 0]) == 0.25


def test_the_rate_is_no_weight_decay_and_steps_lead_downhill():
    w = jnp.array([1.0, -2.0])
    for rate in (0.1, 0.2):
        optimizer = optim.sgd(rate)
        at_rest, _ = optimizer.update(jnp.zeros(2), optimizer.init(w), w)
        np.testing.assert_array_equal(at_rest, jnp.zeros(2))  # a decay would pull towards 0
        step, _ = optimizer.update(2 * w, optimizer.init(w), w)
        np.testing.assert_allclose(step, -rate * 2 * w)  # not +η ∂L/∂θ
        assert jnp.sum((w + step) ** 2) < jnp.sum(w**2) < jnp.sum((w - step) ** 2)


def test_the_loss_is_minus_the_mean_log_likelihood():
    x, y = jnp.array([[1.0], [2.0], [-1.0]]), jnp.array([1, 1, 0])
    algorithm = supervised(nn.Dense(1), Bernoulli(), optim.sgd(0.1))
    state = algorithm.init(jax.random.key(0), Batch(x, y))
    mean = jnp.mean(Bernoulli().log_prob(state.model(x), y))
    loss = algorithm.evaluate(state, Batch(x, y))["loss"]
    assert loss > 0
    np.testing.assert_allclose(loss, -mean, rtol=1e-6)
    params, rest = split(state.model)

    def of_params(p):
        return -jnp.mean(Bernoulli().log_prob(merge(p, rest)(x), y))

    assert check_gradient(of_params, params).ok


def test_a_clipped_probability_cannot_learn_from_its_mistakes():
    def clip(z):
        return jnp.maximum(0.0, jnp.minimum(1.0, z))

    def clipped_error(z):
        return clip(z) ** 2  # of a target 0

    assert clipped_error(3.0) == 1  # as wrong as can be, and yet the slope is 0
    assert jax.grad(clipped_error)(3.0) == 0
    assert check_gradient(clipped_error, 3.0).ok
    z = jnp.linspace(-3, 3, 13)
    assert not any(np.allclose(g(z), clip(z)) for g in nn.ACTIVATIONS.values())

    def ours(z):
        return -Bernoulli().log_prob(z[None, None], jnp.array([0]))[0]

    assert jax.grad(ours)(3.0) > 0.9


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_gaussian_density_has_area_1(scale):
    y = jnp.linspace(-40, 40, 8001)
    density = jnp.exp(Gaussian(scale).log_prob(jnp.zeros((8001, 1)), y))
    assert float(density.sum()) * 0.01 == pytest.approx(1, abs=1e-4)
    bell = np.exp(-0.5 * (np.asarray(y) / scale) ** 2)
    assert bell.sum() * 0.01 / np.sqrt(2 * np.pi * scale**2) == pytest.approx(1, abs=1e-4)
    assert abs(bell.sum() * 0.01 / np.sqrt(2 * np.pi**2 * scale) - 1) > 0.02


@pytest.mark.parametrize("d", [2, 3, 4])
def test_the_joint_density_of_d_numbers_has_2_pi_to_the_d(d):
    at_mean = Gaussian().log_prob(jnp.zeros((1, d)), jnp.zeros((1, d))).sum()
    assert float(at_mean) == pytest.approx(-0.5 * np.log((2 * np.pi) ** d), rel=1e-6)
    wrong = -0.5 * np.log((2 * np.pi) ** 2)
    assert (abs(float(at_mean) - wrong) < 1e-6) == (d == 2)


def test_smoothing_is_of_the_label():
    """−(1−ε) log p_y − ε/(k−1) Σ log p_j is least where p is the smoothed label."""
    smoothed = jnp.array([0.1 / 3, 0.9, 0.1 / 3, 0.1 / 3])

    def loss(logits):
        return -Categorical(4, smoothing=0.1).log_prob(logits[None], jnp.array([1]))[0]

    found = critical_point(loss, jnp.log(smoothed))
    assert found.gradient_norm < 1e-6
    assert (found.definiteness, found.flat) == ("positive semidefinite", 1)  # a shift of all logits
    assert check_gradient(loss, np.array([0.3, -1.0, 2.0, 0.1])).ok


def test_the_minimax_generator_saturates_where_the_other_learns():
    """D = σ(z) of a sample that the discriminator is sure about: z = −12."""

    def minimax(z):
        return jnp.log1p(-sigma(z))

    def non_saturating(z):
        return -jnp.log(sigma(z))

    for loss in (minimax, non_saturating):
        assert check_gradient(loss, -12.0).ok
    assert abs(jax.grad(minimax)(-12.0)) < 1e-5
    assert jax.grad(non_saturating)(-12.0) == pytest.approx(-1, abs=1e-4)
