"""Linear regions: folds double them, rectifiers on a line add one each; slips are refused."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, nn
from gradus.evaluation import linear_regions


def fold(weight, bias):
    """x ↦ |weight · x + bias|"""
    dense = nn.Dense(1, nn.absolute)
    return dense.replace(weight=jnp.full((1, 1), weight), bias=jnp.full((1,), bias))


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_every_fold_doubles_the_regions(depth):
    """1 − |2x − 1| folds [0, 1] in the middle; `depth` of them make 2^depth teeth."""
    folds = [fold(2.0, -1.0), *(fold(-2.0, 1.0) for _ in range(depth - 1))]
    assert linear_regions(nn.Sequential(*folds), 0.0, 1.0).count == 2**depth


def test_rectifiers_on_a_line_bend_it_once_each():
    bends = np.array([-0.5, 0.1, 0.7], np.float32)
    hidden = nn.Dense(3, nn.relu).replace(weight=jnp.ones((1, 3)), bias=-jnp.asarray(bends))
    out = nn.Dense(1).replace(weight=jnp.ones((3, 1)), bias=jnp.zeros(1))
    regions = linear_regions(nn.Sequential(hidden, out))
    ends = regions.grid.places[np.flatnonzero(np.diff(regions.labels))]
    assert regions.count == 4
    np.testing.assert_allclose(ends, bends, atol=1e-3)


def test_two_lines_cut_the_plane_in_four():
    hidden = nn.Dense(2, nn.relu).replace(weight=jnp.eye(2), bias=jnp.full(2, 0.05))
    out = nn.Dense(1).replace(weight=jnp.array([[1.0], [2.0]]), bias=jnp.zeros(1))
    regions = linear_regions(nn.Sequential(hidden, out))
    assert regions.count == 4
    assert "4 linear regions" in regions.picture
    assert str(regions) == "4 linear regions"


def test_depth_makes_more_regions_than_width():
    def of(*widths):
        layers = [nn.Dense(w, nn.relu, bias_init=nn.Normal(0.3)) for w in widths]
        net = nn.Sequential(*layers, nn.Dense(1)).init(jax.random.key(3), (2,))
        return linear_regions(net, -3.0, 3.0).count

    assert of(8, 8) > of(8)


def test_slips_are_refused():
    with pytest.raises(InputError, match="one or two inputs"):
        linear_regions(nn.Dense(1).init(jax.random.key(0), (3,)))
    smooth = nn.Sequential(nn.Dense(8, nn.tanh), nn.Dense(1)).init(jax.random.key(0), (1,))
    with pytest.raises(InputError, match="piecewise linear"):
        linear_regions(smooth, -5.0, 5.0)
