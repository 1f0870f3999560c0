"""Maps of surfaces, the ways over them, and spectra: what they draw."""

import jax.numpy as jnp
import numpy as np
import pytest
from report.reading import Page

from gradus import InputError, report
from gradus.calculus import curvature
from gradus.optim import adam, sgd
from gradus.optim.surfaces import SURFACES, Surface
from gradus.report.contours import level_lines
from gradus.report.landscapes import descend

X = np.linspace(-2, 2, 41)


def heights(f):
    return f(*np.meshgrid(X, X))


def test_a_cone_has_circles():
    [line] = level_lines(X, X, heights(lambda x, y: np.hypot(x, y)), 1.03)
    np.testing.assert_array_equal(line[0], line[-1])  # closed
    np.testing.assert_allclose(np.hypot(*line.T), 1.03, atol=2e-3)
    angles = np.unwrap(np.arctan2(line[:, 1], line[:, 0]))
    assert abs(angles[-1] - angles[0]) == pytest.approx(2 * np.pi)


def test_a_pass_has_two_branches():
    lines = level_lines(X, X, heights(lambda x, y: x * y), 0.5)
    assert len(lines) == 2
    for line in lines:
        np.testing.assert_allclose(line[:, 0] * line[:, 1], 0.5, atol=2e-2)
        assert (np.abs(line[[0, -1]]).max(axis=1) == 2).all()  # from border to border


def test_points_of_a_line_are_neighbours():
    for line in level_lines(X, X, heights(lambda x, y: np.sin(3 * x) * np.cos(2 * y)), 0.1):
        assert np.linalg.norm(np.diff(line, axis=0), axis=1).max() < 0.15


def test_no_line_beside_the_heights():
    assert level_lines(X, X, heights(lambda x, y: x), 5.0) == []


def test_ways_by_hand():
    # ½x₀² + 5x₁² with rate 0.1: x₀ shrinks by 0.9 at each step, x₁ is 0 after the first.
    way = descend(SURFACES["quadratic"], sgd(0.1), (1.0, 1.0), 2)
    np.testing.assert_allclose(way, [[1, 1], [0.9, 0], [0.81, 0]], atol=1e-7)


def test_the_picture_is_whole_and_says_how_it_ended():
    optimizers = {"sgd <1>": sgd(1e-3), "too fast": sgd(1.0), "adam": adam(0.1)}
    picture = report.landscape("ravine", optimizers, steps=50)
    page = Page(picture)
    assert page.faults == []
    [texts] = page.svgs.values()
    assert {"sgd <1>", "too fast", "adam", "x₀", "x₁"} <= set(texts)
    assert "after 50 steps: sgd" in page.text
    assert "too fast at height nan" in page.text
    assert "NaN" not in picture


def test_a_surface_of_ones_own():
    bowl = Surface(lambda x: jnp.sum(x**2), (1.0, 1.0), (), (-2, -2), (2, 2))
    picture = report.landscape(bowl, {"sgd": sgd(0.5)}, steps=1, start=(-1.0, 1.5))
    assert "sgd at height 0" in picture


def test_a_spectrum_shows_the_limit_of_the_rate():
    found = curvature(lambda w: w @ (jnp.array([1.0, 3.0]) * w), jnp.ones(2), rate=0.5)
    page = Page(report.spectrum(found))
    assert page.faults == []
    assert "2/rate" in page.svgs["Spectrum of the Hessian"]
    assert "Curvatures from 2 to 6. the rate 0.5 is above 2/λmax = 0.333" in page.text
    quiet = curvature(lambda w: 0.0 * jnp.sum(w), jnp.ones(2))
    assert Page(report.spectrum(quiet)).faults == []


def test_a_picture_as_a_file_needs_no_page():
    file = report.standalone(report.landscape("saddle", {"sgd": sgd(0.1)}, steps=3))
    assert file.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert "var(" not in file


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"surface": "rosenbrok"}, "landscape: surface"),
        ({"surface": "sadle"}, "did you mean 'saddle'"),
        ({"optimizers": {}}, "one to 6 of them"),
        ({"optimizers": {"sgd": 0.1}}, "in a dict by name"),
        ({"optimizers": sgd(0.1)}, "in a dict by name"),
        ({"steps": 0}, "a whole number above 0"),
        ({"start": (1.0,)}, "landscape: start"),
        ({"start": (9.0, 0.0)}, "two numbers between"),
    ],
)
def test_wrong_use(arguments, words):
    right = {"surface": "saddle", "optimizers": {"sgd": sgd(0.1)}}
    with pytest.raises(InputError, match=words):
        report.landscape(**right | arguments)


def test_rosenbrock_is_found_by_his_name():
    with pytest.raises(InputError, match="ravine"):
        report.landscape("rosenbrock", {"sgd": sgd(0.1)})
