"""To maximise a likelihood is to minimise a loss: which, is a table of the field."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus.likelihoods import Bernoulli, Categorical, Gaussian, Laplace, Poisson

KEY = jax.random.key(0)
OUTPUTS = jax.random.normal(KEY, (50, 1))
REAL = jax.random.normal(jax.random.key(1), (50,))
YES = (REAL > 0).astype(jnp.int32)
COUNTS = jax.random.poisson(jax.random.key(2), 2.0, (50,))


def squared(z, y):
    return jnp.mean((y - z) ** 2) / 2


def absolute(z, y):
    return jnp.mean(jnp.abs(y - z))


def binary_cross_entropy(z, y):
    p = 1 / (1 + jnp.exp(-z))
    return -jnp.mean(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))


def poisson_loss(z, y):
    return jnp.mean(jnp.exp(z) - y * z)


LOSSES = {
    "Gaussian → squared error": (Gaussian(), REAL, squared),
    "Laplace → absolute error": (Laplace(), REAL, absolute),
    "Bernoulli → binary cross-entropy": (Bernoulli(), YES, binary_cross_entropy),
    "Poisson → λ − y log λ": (Poisson(), COUNTS, poisson_loss),
}


@pytest.mark.parametrize("case", LOSSES)
def test_the_loss_is_minus_the_log_likelihood_but_for_a_constant(case):
    likelihood, y, loss = LOSSES[case]

    def gap(outputs):
        cost = -jnp.mean(likelihood.log_prob(outputs, y))
        return float(cost - loss(outputs[:, 0], y.astype(float)))

    for other in (OUTPUTS + 1, -OUTPUTS, 2 * OUTPUTS):
        assert gap(other) == pytest.approx(gap(OUTPUTS), abs=1e-5)


def test_categorical_is_cross_entropy():
    outputs = jax.random.normal(KEY, (50, 3))
    y = jax.random.randint(KEY, (50,), 0, 3)
    p = jnp.exp(outputs) / jnp.exp(outputs).sum(axis=1, keepdims=True)
    expected = -jnp.log(p[jnp.arange(50), y])
    np.testing.assert_allclose(-Categorical(3).log_prob(outputs, y), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("likelihood", "y", "best"),
    [
        (Gaussian(), REAL, jnp.mean(REAL)),
        (Laplace(), REAL, jnp.median(REAL)),
        (Bernoulli(), YES, jnp.log(jnp.mean(YES) / (1 - jnp.mean(YES)))),
        (Poisson(), COUNTS, jnp.log(jnp.mean(COUNTS))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_best_constant(likelihood, y, best):
    """Mean, median, share and mean count: no constant nearby is more likely."""

    def loss(constant):
        return -float(jnp.mean(likelihood.log_prob(jnp.full((50, 1), constant), y)))

    assert loss(best) <= min(loss(best + step) for step in (-0.1, -0.01, 0.01, 0.1)) + 1e-6
