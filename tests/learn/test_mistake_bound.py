"""How many mistakes the perceptron can make."""

import numpy as np
import pytest

from gradus import InputError, fit, perceptron
from gradus.learn import mistake_bound

SIGNS = np.array([1, 1, -1, -1])


def test_by_hand():
    # The points ±1 on a line: with the 1 of the bias, R² = 2; the plane (1, 0) has margin 1.
    bound = mistake_bound(np.array([[1.0], [-1.0]]), np.array([1, -1]))
    assert bound.radius == pytest.approx(2**0.5)
    assert bound.margin == pytest.approx(1)
    assert bound.mistakes == pytest.approx(2)
    np.testing.assert_allclose(bound.plane, [1, 0], atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_margin_is_the_largest_there_is(seed):
    """A general optimiser finds the shortest w with yᵢ w·xᵢ ≥ 1 too, in its slow way."""
    from scipy.optimize import minimize

    random = np.random.default_rng(seed)
    x = random.normal(size=(40, 3))
    y = np.sign(x @ random.normal(size=3) + 0.2).astype(int)
    rows = np.column_stack([x, np.ones(40)]) * y[:, None]
    apart = {"type": "ineq", "fun": lambda w: rows @ w - 1, "jac": lambda w: rows}
    start = 100 * mistake_bound(x, y).plane
    w = minimize(lambda w: w @ w, start, jac=lambda w: 2 * w, constraints=[apart], tol=1e-12).x
    assert mistake_bound(x, y).margin == pytest.approx(1 / np.linalg.norm(w), rel=1e-5)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_the_rule_keeps_the_bound_and_the_plane_separates(scale):
    random = np.random.default_rng(1)
    x = random.normal(size=(80, 2))
    side = x @ [1.0, -2.0]
    x, y = scale * x[np.abs(side) > 0.3], np.sign(side[np.abs(side) > 0.3]).astype(int)
    bound = mistake_bound(x, y)
    assert (y * (x @ bound.plane[:-1] + bound.plane[-1]) > 0).all()
    run = fit(perceptron(), (x.astype("float32"), y), epochs=300, batch=len(y))
    assert run.history["loss"][-1] == 0
    assert 0 < run.history["mistakes"][-1] <= bound.mistakes


def test_classes_that_touch_have_no_bound():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    with pytest.raises(InputError, match="that a plane separates"):
        mistake_bound(x, np.array([1, -1, 1, -1]))
    with pytest.raises(InputError, match="that a plane separates"):
        mistake_bound(np.zeros((2, 1)), np.array([1, -1]))


def test_wrong_use():
    with pytest.raises(InputError, match="−1 or \\+1"):
        mistake_bound(np.ones((4, 1)), np.array([0, 1, 0, 1]))
    with pytest.raises(InputError, match="shape \\(n, D\\)"):
        mistake_bound(np.ones((4, 2, 2)), SIGNS)
