"""The methods that backpropagation replaced: what they cost, and how good they are."""

from itertools import pairwise

import jax
import numpy as np
import pytest

from gradus import InputError
from gradus.calculus import compare_perturbations

RNG = np.random.default_rng(0)


def net(*widths):
    return [(RNG.normal(size=(m, n)) / m**0.5, RNG.normal(size=n)) for m, n in pairwise(widths)]


LAYERS = net(4, 6, 2)  # 4·6 + 6 + 6·2 + 2 = 44 weights
X, Y = RNG.normal(size=(10, 4)), RNG.normal(size=(10, 2))


def test_costs_by_hand():
    found = compare_perturbations(LAYERS, X, Y, tries=5)
    assert [e.passes for e in found.estimates] == [3, 45, 6, 6]


def test_one_weight_at_a_time_is_right_up_to_its_step():
    exact, one, _, _ = compare_perturbations(LAYERS, X, Y, tries=5).estimates
    assert exact.error == 0
    assert one.error < 1e-4
    assert one.cosine == pytest.approx(1)


def test_the_error_of_random_perturbations_follows_the_law():
    """E‖ĝ − g‖² / ‖g‖² = (n + 1) / tries for ξ ~ N(0, I) in n dimensions."""
    tries, n = 200, 44
    errors = [
        compare_perturbations(LAYERS, X, Y, tries=tries, seed=seed).estimates[2].error
        for seed in range(8)
    ]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(((n + 1) / tries) ** 0.5, rel=0.2)


def test_activations_beat_weights_and_both_converge():
    few = compare_perturbations(LAYERS, X, Y, tries=200).estimates
    many = compare_perturbations(LAYERS, X, Y, tries=20_000).estimates
    assert few[3].error < few[2].error
    for a, b in zip(few[2:], many[2:], strict=True):
        assert b.error < 0.25 * a.error
        assert b.cosine > 0.99


def test_text():
    lines = str(compare_perturbations(LAYERS, X, Y, tries=5)).splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        "method",
        "reverse accumulation",
        "one weight at a time",
        "all weights at once",
        "activations",
    ]


@pytest.mark.parametrize(
    ("layers", "x", "y"),
    [
        (LAYERS, X[:, :3], Y),
        (LAYERS, X, Y[:, 0]),
        (LAYERS, X, Y[:5]),
        (LAYERS, X, Y[:, :1]),
        ([LAYERS[0], LAYERS[0]], X, Y),
        ([(LAYERS[0][0], LAYERS[1][1])], X, Y),
    ],
)
def test_shapes_that_do_not_fit(layers, x, y):
    with pytest.raises(InputError, match="compare_perturbations"):
        compare_perturbations(layers, x, y)


def test_settings_are_as_before():
    compare_perturbations(LAYERS, X, Y, tries=5)
    assert not jax.config.jax_enable_x64
