"""The losses of both players, by hand and at their optimum."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError
from gradus.learn.game.losses import GAMES, game_of


def both(name, a, b):
    """The discriminator's loss at one pair of logits."""
    game = game_of(name)
    return game.real(a) + game.fake(b)


def by_hand(name, a, b):
    """(discriminator's loss, generator's loss), as they stand in the papers."""

    def s(z):
        return 1 / (1 + np.exp(-z))

    cross_entropy = -np.log(s(a)) - np.log(1 - s(b))
    return {
        "minimax": (cross_entropy, np.log(1 - s(b))),
        "non-saturating": (cross_entropy, -np.log(s(b))),
        "wasserstein-gp": (b - a, -b),
        "hinge": (max(0, 1 - a) + max(0, 1 + b), -b),
    }[name]


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize(("a", "b"), [(0.3, -0.7), (2.0, -3.0), (-1.5, 1.2)])
def test_the_formulas(name, a, b, float64):
    found = both(name, a, b), game_of(name).generator(b)
    np.testing.assert_allclose(found, by_hand(name, a, b), rtol=1e-12)


def test_slopes_at_a_sure_discriminator(float64):
    """At b = −4: d/db log(1 − σ(b)) = −σ(−4) = −0.01799, nearly nothing to learn from; and
    d/db −log σ(b) = −σ(4) = −0.98201. Where D is undecided, b = 0, both are −½.
    """
    slopes = [[float(jax.grad(game_of(name).generator)(b)) for b in (-4.0, 0.0)]
              for name in ("minimax", "non-saturating")]  # fmt: skip
    np.testing.assert_allclose(slopes, [[-0.0179862, -0.5], [-0.9820138, -0.5]], rtol=1e-5)


def test_nothing_overflows():
    """Logits of ±300 are finite, with their slopes."""
    for game in GAMES.values():
        for function in game[:3]:
            values = jax.vmap(jax.value_and_grad(function))(jnp.array([-300.0, 300.0]))
            assert np.all(np.isfinite(values))


@pytest.mark.parametrize("name", ["minimax", "non-saturating"])
def test_the_best_discriminator_of_two_gaussians(name, float64):
    """D* = p / (p + q), logit log p − log q, for p = N(0, 1), q = N(1, 2²): there the slope of
    E_p real(D) + E_q fake(D) vanishes at every x, and it is a minimum.
    """
    x = jnp.linspace(-4, 5, 19)
    p, q = (jax.scipy.stats.norm.pdf(x, m, s) for m, s in ((0, 1), (1, 2)))
    game, best = game_of(name), jnp.log(p / q)

    def loss(logits):
        return jnp.sum(p * game.real(logits) + q * game.fake(logits))

    np.testing.assert_allclose(game.shown(best), p / (p + q), rtol=1e-12)
    np.testing.assert_allclose(jax.grad(loss)(best), 0, atol=1e-15)
    assert np.all(np.diag(jax.hessian(loss)(best)) > 0)
    # there the loss is 2 log 2 − 2 JS(p, q), by which G sees how far it is (Goodfellow, 2014)
    middle = (p + q) / 2
    divergence = jnp.sum(p * jnp.log(p / middle) + q * jnp.log(q / middle)) / 2
    total = jnp.log(2.0) * jnp.sum(p + q)
    np.testing.assert_allclose(loss(best), total - 2 * divergence, rtol=1e-12)


def test_the_best_hinge_discriminator_is_sure(float64):
    """E_p max(0, 1 − D) + E_q max(0, 1 + D) is least at D = ±1, by which of p and q is larger."""
    grid = jnp.linspace(-3, 3, 601)
    for p, q, best in ((0.7, 0.2, 1.0), (0.1, 0.4, -1.0)):
        values = p * game_of("hinge").real(grid) + q * game_of("hinge").fake(grid)
        np.testing.assert_allclose(grid[jnp.argmin(values)], best, atol=1e-9)


def test_an_unknown_loss():
    with pytest.raises(InputError, match="did you mean 'hinge'"):
        game_of("hinges")
