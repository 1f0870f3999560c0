import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus.calculus import critical_point
from gradus.optim import surfaces
from gradus.optim.surfaces import SURFACES

# surface, a point where its gradient is zero, its height there, the number of ways down
FLAT = [
    (surfaces.quadratic, (0, 0), 0, 0),
    (surfaces.ravine, (1, 1), 0, 0),
    (surfaces.local_minimum, (-2, 0), -32, 0),
    (surfaces.local_minimum, (1, 0), -5, 0),
    (surfaces.local_minimum, (0, 0), 0, 1),
    (surfaces.saddle, (0, 0), 0, 1),
    (surfaces.saddle, (0, 1), -0.25, 0),
    (surfaces.saddle, (0, -1), -0.25, 0),
    (surfaces.monkey_saddle, (0, 0), 0, 0),
    (surfaces.monkey_saddle, (-1.5, 0), -27 / 32, 0),
    (surfaces.ripples, (0, 0), 0, 0),
    (surfaces.cliff, (0, 0), 0, 0),
    (surfaces.plateau, (0, 0), 0, 0),
]


@pytest.mark.parametrize(("surface", "point", "height", "ways_down"), FLAT)
def test_points_are_what_they_are_said_to_be(surface, point, height, ways_down, float64):
    x = jnp.array(point, float)
    np.testing.assert_allclose(surface(x), height, atol=1e-12)
    np.testing.assert_allclose(jax.grad(surface)(x), 0, atol=1e-12)
    curvatures = jnp.linalg.eigvalsh(jax.hessian(surface)(x))
    assert (curvatures < 0).sum() == ways_down


def test_the_condition_number_is_the_ratio_of_curvatures():
    hessian = jax.hessian(lambda x: surfaces.quadratic(x, 50.0))(jnp.ones(2))
    assert jnp.linalg.cond(hessian) == pytest.approx(50)


def test_the_middle_of_the_monkey_saddle_is_flat_and_yet_no_minimum():
    found = critical_point(surfaces.monkey_saddle, jnp.zeros(2))
    assert (found.kind, found.flat) == ("saddle", 2)


@pytest.mark.parametrize("name", SURFACES)
def test_the_table_says_where_the_minima_are(name):
    surface = SURFACES[name]
    grid = jnp.stack(
        jnp.meshgrid(*(jnp.linspace(surface.low[i], surface.high[i], 81) for i in range(2))), -1
    )
    lowest = float(jax.vmap(surface.height)(grid.reshape(-1, 2)).min())
    for minimum in surface.minima:
        found = critical_point(surface.height, jnp.array(minimum))
        assert found.kind == "minimum"
        assert found.value <= lowest + 1e-5
    inside = np.array([surface.start, *surface.minima])
    assert ((inside > surface.low) & (inside < surface.high)).all()


def test_ripples_have_other_minima():
    x = jnp.array([1.0, 0.0])
    for _ in range(200):
        x = x - 0.01 * jax.grad(surfaces.ripples)(x)
    found = critical_point(surfaces.ripples, x, tolerance=1e-4)
    assert found.kind == "minimum"
    assert found.value > 0.9
