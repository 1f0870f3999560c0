import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus.optim import surfaces

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
