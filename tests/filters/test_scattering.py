"""What scattering keeps, and what it forgets."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import filters
from gradus.base.errors import InputError


@pytest.fixture(scope="module")
def scatter():
    return jax.jit(filters.Scattering(scales=2, orientations=4))


@pytest.fixture(scope="module")
def x():
    """Three images that are smooth within a few pixels."""
    noise = jax.random.normal(jax.random.key(0), (3, 32, 32, 1))
    return filters.conv(filters.gaussian_blur(5), padding="circular")(noise)


def test_how_many_outputs_there_are():
    """C (1 + J L + L² J (J − 1) / 2): here 2 (1 + 3 · 2 + 4 · 3) = 38."""
    layer = filters.Scattering(scales=3, orientations=2)
    assert layer.output_shape((32, 24, 2)) == (4, 3, 38)


def test_a_flat_image_has_an_average_and_no_waves(scatter):
    y = scatter(jnp.full((3, 32, 32, 1), 3, jnp.float32))
    np.testing.assert_allclose(y[..., 0], np.full((3, 8, 8), 3), rtol=1e-5)
    np.testing.assert_allclose(y[..., 1:], np.zeros((3, 8, 8, 24)), atol=1e-4)


def test_a_wave_is_strong_at_its_scale_and_direction(scatter):
    """Six pixels long, running upwards: the second scale, the third direction."""
    wave = np.cos(2 * np.pi * np.arange(32) / 6)[:, None, None].astype("float32")
    first = scatter(jnp.asarray(np.broadcast_to(wave, (3, 32, 32, 1))))[0, 4, 4, 1:9]
    assert int(first.argmax()) == 4 + 2


def test_it_moves_with_its_input_by_whole_steps(scatter, x):
    moved = jnp.roll(x, (4, 8), (1, 2))
    np.testing.assert_allclose(scatter(moved), jnp.roll(scatter(x), (1, 2), (1, 2)), atol=1e-5)


def test_small_moves_change_little(scatter, x):
    """One pixel: pixels change by more than half of what they are, scattering by a tenth."""
    moved = jnp.roll(x, 1, axis=2)
    assert change(x, moved) > 0.5
    assert change(scatter(x), scatter(moved)) < 0.1


def test_slopes_are_finite_where_there_is_no_wave():
    layer = filters.Scattering(scales=1, orientations=2)
    slope = jax.jit(jax.grad(lambda x: layer(x).sum()))(jnp.zeros((1, 8, 8, 1)))
    assert bool(jnp.isfinite(slope).all())


@pytest.mark.parametrize("options", [{"scales": 0}, {"orientations": 1.5}])
def test_what_makes_no_layer_is_refused(options):
    with pytest.raises(InputError, match="whole number from 1 up"):
        filters.Scattering(**options)


def change(a, b) -> float:
    """How far apart two arrays are, in units of the first."""
    return float(jnp.linalg.norm(a - b) / jnp.linalg.norm(a))
