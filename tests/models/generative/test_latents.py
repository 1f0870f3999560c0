"""Hidden variables: divergences and densities against their definitions, draws against both."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError
from gradus.models import CategoricalLatent, GaussianLatent

TOLD = jnp.array([[0.7, -1.2, 0.3, -0.5, 0.1, 0.9]])
LATENTS = {
    "bells": GaussianLatent(3),
    "choices": CategoricalLatent(2, classes=3),
}
DRAWS = 20_000


@pytest.fixture(params=LATENTS)
def latent(request):
    return LATENTS[request.param]


def draws(latent, told, key):
    """Many draws of one q(z | x)."""
    return latent.sample(key, jnp.repeat(told, DRAWS, axis=0))


def test_the_divergence_is_the_mean_of_log_q_less_log_p(latent, key):
    """Monte Carlo, within five of the standard errors that it shows."""
    z, told = draws(latent, TOLD, key), jnp.repeat(TOLD, DRAWS, axis=0)
    prior = jnp.broadcast_to(latent.prior()[None], told.shape)
    found = latent.log_prob(told, z) - latent.log_prob(prior, z)
    exact = float(jnp.sum(latent.divergence(TOLD)))
    assert abs(float(found.mean()) - exact) < 5 * float(found.std()) / np.sqrt(DRAWS)


def test_nothing_is_told_where_q_is_the_prior(latent):
    np.testing.assert_allclose(latent.divergence(latent.prior()[None]), 0, atol=1e-6)


def test_the_mean_is_that_of_draws(latent, key):
    """Draws have a standard deviation of at most 2.5: five errors are 0.09."""
    np.testing.assert_allclose(
        draws(latent, TOLD, key).mean(axis=0), latent.mean(TOLD)[0], atol=0.09
    )


def test_sizes(latent):
    assert latent.sample(jax.random.key(0), TOLD).shape == (1, latent.width)
    assert latent.prior().shape == (latent.size,) == (6,)


def test_a_bell_by_hand():
    """μ = 2, σ = e⁻¹: KL = ½(4 + e⁻² − 1) + 1; log q(2) = 1 − ½ log 2π."""
    latent, told = GaussianLatent(1), jnp.array([[2.0, -1.0]])
    np.testing.assert_allclose(latent.divergence(told), [[0.5 * (3 + np.exp(-2)) + 1]], rtol=1e-6)
    log_q = latent.log_prob(told, jnp.array([[2.0]]))
    np.testing.assert_allclose(log_q, [1 - 0.5 * np.log(2 * np.pi)], rtol=1e-6)


def test_densities_of_choices_add_up_to_one():
    latent = CategoricalLatent(2, classes=3)
    pairs = [jnp.concatenate([a, b]) for a in jnp.eye(3) for b in jnp.eye(3)]
    log_q = [latent.log_prob(TOLD, pair[None])[0] for pair in pairs]
    np.testing.assert_allclose(np.exp(log_q).sum(), 1, rtol=1e-5)


def test_soft_choices_become_draws_as_they_cool(key):
    """Largest entries: at τ = 0.01 nearly all above 0.99, and as often as the probabilities say."""
    latent = CategoricalLatent(1, classes=3, temperature=0.01)
    logits = jnp.array([[1.0, 0.0, -1.0]])
    soft = latent.draw(key, jnp.repeat(logits, DRAWS, axis=0))
    assert float(jnp.mean(soft.max(axis=1) > 0.99)) > 0.95
    np.testing.assert_allclose(soft.mean(axis=0), jax.nn.softmax(logits)[0], atol=0.02)
    warm = CategoricalLatent(1, classes=3, temperature=5.0).draw(key, logits)
    assert float(warm.max()) < 0.9


def test_gradients_go_through_draws(latent, key):
    slope = jax.grad(lambda told: jnp.sum(jnp.square(latent.draw(key, told))))(TOLD)
    assert bool(jnp.any(slope != 0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GaussianLatent(0), "units\n.*a whole number from 1 up"),
        (lambda: CategoricalLatent(0, classes=2), "variables\n.*1 or more"),
        (lambda: CategoricalLatent(1, classes=1), "classes\n.*2 or more"),
        (lambda: CategoricalLatent(1, classes=2, temperature=0.0), "temperature\n.*above 0"),
    ],
)
def test_what_makes_no_latent_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()
