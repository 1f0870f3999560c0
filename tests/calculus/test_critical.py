"""Points where the gradient vanishes, by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError
from gradus.calculus import critical_point

INDEFINITE = "indefinite"

# f, point, kind, definiteness, eigenvalues
POINTS = {
    "bowl": (lambda x: x[0] ** 2 + 2 * x[1] ** 2, (0, 0), "minimum", "positive definite", (2, 4)),
    "hill": (lambda x: 1 - x[0] ** 2 - x[1] ** 2, (0, 0), "maximum", "negative definite", (-2, -2)),
    "pass": (lambda x: x[0] ** 2 - x[1] ** 2, (0, 0), "saddle", INDEFINITE, (-2, 2)),
    "pass with a flat axis": (
        lambda x: x[0] ** 2 - x[1] ** 2 + x[2] ** 4,
        (0, 0, 0),
        "saddle",
        INDEFINITE,
        (-2, 0, 2),
    ),
    "monkey saddle": (lambda x: x[0] ** 3 - 3 * x[0] * x[1] ** 2, (0, 0), "saddle", "zero", (0, 0)),
    "inflection": (
        lambda x: x[0] ** 3 + x[1] ** 2,
        (0, 0),
        "saddle",
        "positive semidefinite",
        (0, 2),
    ),
    "quartic": (lambda x: x[0] ** 4, (0,), "plateau", "zero", (0,)),
    "gutter": (lambda x: x[0] ** 2 + 0 * x[1], (0, 5), "plateau", "positive semidefinite", (0, 2)),
    "ridge": (
        lambda x: -(x[0] ** 2) + 0 * x[1],
        (0, 5),
        "plateau",
        "negative semidefinite",
        (-2, 0),
    ),
    "beside the bottom": (lambda x: x[0] ** 2, (1,), "slope", "positive definite", (2,)),
    "gentle bowl": (lambda x: 1e-3 * x[0] ** 2, (0,), "minimum", "positive definite", (2e-3,)),
    "narrow bowl": (
        lambda x: 1e7 * x[0] ** 2 + x[1] ** 2,
        (0, 0),
        "minimum",
        "positive definite",
        (2, 2e7),
    ),
}


@pytest.mark.parametrize("name", POINTS)
def test_points_by_hand(name):
    f, x, kind, definiteness, eigenvalues = POINTS[name]
    found = critical_point(f, jnp.array(x, float))
    assert (found.kind, found.definiteness) == (kind, definiteness)
    np.testing.assert_allclose(found.eigenvalues, eigenvalues, atol=1e-9)


def test_numbers_of_a_bowl_by_hand():
    # ½(x₀² + 8x₁²) at (1, 1): gradient (1, 8), curvatures 1 and 8, 2/8 = ¼.
    found = critical_point(lambda x: 0.5 * (x[0] ** 2 + 8 * x[1] ** 2), jnp.ones(2))
    assert found.gradient_norm == pytest.approx(65**0.5)
    assert (found.condition, found.limit, found.value) == pytest.approx((8, 0.25, 4.5))


def test_no_rate_is_too_large_where_nothing_bends_upward():
    assert critical_point(lambda x: -(x[0] ** 2), jnp.zeros(1)).limit == np.inf


def test_gradient_descent_obeys_the_limit():
    def f(x):
        return jnp.cosh(x[0]) + 3 * x[1] ** 2

    limit = critical_point(f, jnp.zeros(2)).limit
    for rate, grows in ((0.99 * limit, False), (1.01 * limit, True)):
        x = np.array([1e-6, 1e-6])
        for _ in range(200):
            x = x - rate * np.array([np.sinh(x[0]), 6 * x[1]])
        assert (np.linalg.norm(x) > 1e-6) == grows


def test_xor_has_a_saddle_that_is_no_answer():
    """The linear solution of XOR, w = 0 and b = ½, in a net of one tanh unit."""
    x, y = jnp.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), jnp.array([0, 1, 1, 0.0])

    def loss(p):
        hidden = jnp.tanh(x @ p["w"] + p["c"])
        return jnp.mean((hidden * p["v"] + p["b"] - y) ** 2)

    start = {"w": jnp.zeros(2), "c": jnp.array(0.5), "v": jnp.array(0.0), "b": jnp.array(0.5)}
    found = critical_point(loss, start)
    assert found.value == pytest.approx(0.25)
    assert found.kind in ("saddle", "plateau")
    assert found.flat > 0


def test_text():
    text = str(critical_point(POINTS["monkey saddle"][0], jnp.zeros(2)))
    assert text.startswith("saddle of value 0")
    assert "no curvature along 2 of 2 axes, where the third derivative is" in text


def test_wrong_use():
    with pytest.raises(InputError, match="use `curvature`"):
        critical_point(lambda x: jnp.sum(x**2), jnp.zeros(2001))
    with pytest.raises(InputError, match="finite numbers"):
        critical_point(lambda x: jnp.linalg.norm(x), jnp.zeros(2))
    with pytest.raises(InputError, match=r"shape \(2,\)"):
        critical_point(lambda x: x, jnp.zeros(2))
    with pytest.raises(InputError, match="cannot be traced"):
        critical_point(lambda x: x[0] if x[0] > 1 else -x[0], jnp.zeros(2))
