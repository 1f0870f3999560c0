"""Curvature from products with the Hessian, against Hessians that are known."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from gradus import InputError, nn
from gradus.base.tree import merge, split
from gradus.calculus import Curvature, curvature


def bowl(eigenvalues):
    """½ xᵀHx, H with these eigenvalues and random axes."""
    n = len(eigenvalues)
    axes, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(n, n)))
    hessian = jnp.asarray(axes * np.asarray(eigenvalues, float) @ axes.T)
    return lambda x: 0.5 * x @ (hessian @ x)


SPECTRA = {
    "one": [3.0],
    "few": [1.0, 4.0, 10.0],
    "two values": [1.0] * 20 + [5.0] * 10,
    "indefinite": np.linspace(-3, 7, 50),
    "singular": [0.0] * 45 + [1.0, 2.0, 3.0, 100.0, 1000.0],
}


@pytest.mark.parametrize("name", SPECTRA)
def test_extreme_eigenvalues_of_known_spectra(name, float64):
    eigenvalues = np.sort(SPECTRA[name])
    found = curvature(bowl(eigenvalues), jnp.ones(len(eigenvalues)))
    np.testing.assert_allclose(found.largest, eigenvalues[-1], rtol=1e-6)
    np.testing.assert_allclose(found.smallest, eigenvalues[0], rtol=1e-6, atol=1e-6)
    assert found.weights.sum() == pytest.approx(1)


def test_shares_of_the_spectrum(float64):
    # Of 2000 eigenvalues a tenth are 5, the others 1; starts are random, so shares are nearly so.
    values = jnp.where(jnp.arange(2000) < 200, 5.0, 1.0)
    found = curvature(lambda x: 0.5 * values @ x**2, jnp.ones(2000), probes=8)
    upper = found.eigenvalues > 3
    assert found.weights[upper].sum() == pytest.approx(0.1, abs=0.02)
    np.testing.assert_allclose(found.eigenvalues[upper], 5, rtol=1e-6)


def test_the_density_has_area_1_and_its_mean_is_the_mean_curvature(float64):
    found = curvature(bowl(np.linspace(1, 9, 40)), jnp.ones(40), steps=20, probes=20)
    grid = np.linspace(-5, 15, 2001)
    density = found.density(grid, width=0.3)
    assert density.sum() * 0.01 == pytest.approx(1, abs=1e-3)
    assert (density * grid).sum() * 0.01 == pytest.approx(5, abs=0.2)


def test_small_net_against_its_whole_hessian(float64):
    model = nn.Sequential(nn.Dense(6, nn.tanh), nn.Dense(3)).init(jax.random.key(0), (4,))
    params, rest = split(model)
    x = jax.random.normal(jax.random.key(1), (30, 4), params.layers[0].weight.dtype)
    y = jnp.arange(30) % 3

    def loss(p):
        log_p = jax.nn.log_softmax(merge(p, rest)(x))
        return -jnp.mean(jnp.take_along_axis(log_p, y[:, None], axis=1))

    flat, unravel = ravel_pytree(params)
    hessian = jax.jit(jax.hessian(lambda v: loss(unravel(v))))(flat)
    gradient = jax.jit(jax.grad(lambda v: loss(unravel(v))))(flat)
    exact = np.linalg.eigvalsh(hessian)
    found = curvature(loss, params)
    np.testing.assert_allclose([found.smallest, found.largest], exact[[0, -1]], rtol=1e-6)
    assert found.gradient_norm == pytest.approx(float(jnp.linalg.norm(gradient)))
    along = gradient @ hessian @ gradient / (gradient @ gradient)
    assert found.along_gradient == pytest.approx(float(along))


def test_at_rest_nothing_is_divided_by_zero():
    found = curvature(lambda x: jnp.sum(x**2), jnp.zeros(3))
    assert (found.gradient_norm, found.along_gradient) == (0, 0)
    flat = curvature(lambda x: 0.0 * jnp.sum(x), jnp.zeros(3), rate=1.0)
    assert (flat.largest, flat.limit) == (0, np.inf)
    assert "no rate is too large" in flat.verdict


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0.5, "the rate 0.5 is above 2/λmax = 0.2: steps along the steepest direction grow"),
        (0.19, "the rate 0.19 is below 2/λmax = 0.2: steps along the steepest direction shrink"),
        (1e-4, "far below"),
        (None, "^$"),
    ],
)
def test_verdicts_of_rates(rate, words):
    found = Curvature(6.0, 10.2, 9.7, np.array([2.0, 10.0]), np.array([0.5, 0.5]), rate)
    assert re.search(words, found.verdict)
    assert str(found).endswith(found.verdict)
    assert found.condition == pytest.approx(5)


def test_equal_seeds_give_equal_spectra():
    one, again, other = (
        curvature(lambda x: jnp.arange(9.0) @ x**2, jnp.ones(9), steps=3, probes=1, seed=seed)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.eigenvalues, again.eigenvalues)
    assert not np.array_equal(one.eigenvalues, other.eigenvalues)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rate": 0.0}, "curvature: rate"),
        ({"steps": 0}, "curvature: steps"),
        ({"probes": "many"}, "curvature: probes"),
    ],
)
def test_wrong_settings(settings, words):
    with pytest.raises(InputError, match=words):
        curvature(lambda x: jnp.sum(x**2), jnp.ones(3), **settings)


def test_wrong_losses():
    with pytest.raises(InputError, match=r"shape \(3,\)"):
        curvature(lambda x: x, jnp.ones(3))
    with pytest.raises(InputError, match="derivatives of the loss"):
        curvature(lambda x: jnp.linalg.norm(x), jnp.zeros(3))
    with pytest.raises(InputError, match="at least one real number"):
        curvature(lambda p: 1.0, {})
