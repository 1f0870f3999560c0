"""First filters: where they are, how they lie, and how rough chance makes them."""

import jax
import numpy as np
import pytest

from gradus import insight, nn
from gradus.base.errors import InputError
from gradus.insight.filters import _variance, roughness

CASES = {
    "a convolution": (nn.Conv(3, 5), (8, 8, 2), (3, 5, 5, 2)),
    "inside frozen and residual layers": (
        nn.Sequential(nn.frozen(nn.Residual(nn.Conv(2, 3, padding="same"))), nn.Flatten()),
        (8, 8, 2),
        (2, 3, 3, 2),
    ),
    "a dense layer": (nn.Sequential(nn.Flatten(), nn.Dense(7)), (4, 3, 2), (7, 4, 3, 2)),
}


@pytest.mark.parametrize("case", CASES)
def test_filters_lie_as_pictures_do(case):
    """The output at one place is the sum of filter ⊙ picture, whatever the layer."""
    model, shape, expected = CASES[case]
    found = insight.first_filters(model.init(jax.random.key(0), shape), shape)
    assert found.weights.shape == expected


def test_a_dense_filter_meets_the_pixels_it_belongs_to():
    model = nn.Sequential(nn.Flatten(), nn.Dense(2)).init(jax.random.key(0), (4, 3, 2))
    x = np.random.default_rng(0).normal(size=(1, 4, 3, 2)).astype(np.float32)
    found = insight.first_filters(model, (4, 3, 2)).weights
    np.testing.assert_allclose((found * x).sum(axis=(1, 2, 3)), model(x)[0], rtol=1e-5)


def test_roughness_by_hand():
    """A chequered 2 × 2: all 4 pairs differ by 2, so 4·4 = 16; N − 1 = 3, 2P = 8, Σ(w − w̄)² = 4:
    C = 3·16 / (8·4) = 1.5. A step in a row of 4: one pair of 3 by 2: 3·4 / (6·4) = 0.5.
    """
    chequered = np.array([[1.0, -1], [-1, 1]])[None, :, :, None]
    step = np.array([[1.0, 1, -1, -1]])[None, :, :, None]
    np.testing.assert_allclose([*roughness(chequered), *roughness(step)], [1.5, 0.5])
    assert roughness(np.ones((1, 3, 3, 1)))[0] == 0


@pytest.mark.parametrize(("height", "width"), [(3, 3), (5, 5), (2, 7)])
def test_chance_makes_it_one_with_the_spread_of_the_formula(height, width):
    """20 000 pictures: the mean within 4, the variance within 5 standard errors, about."""
    n = 20_000
    found = roughness(np.random.default_rng(0).normal(size=(n, height, width, 1)))
    variance = _variance(height, width)
    assert abs(found.mean() - 1) < 4 * np.sqrt(variance / n)
    assert found.var() == pytest.approx(variance, rel=0.06)


def filters_of(pictures):
    """Filters of a dense layer that has these pictures as its weights."""
    layer = nn.Dense(len(pictures)).init(jax.random.key(0), (pictures[0].size,))
    layer = layer.replace(weight=jax.numpy.asarray(pictures.reshape(len(pictures), -1).T))
    return insight.first_filters(layer, pictures.shape[1:])


def test_the_verdict_tells_clean_from_noisy_and_chequered():
    noise = np.random.default_rng(0).normal(size=(9, 8, 8, 1)).astype(np.float32)
    waves = np.sin(np.arange(8) / 2 + np.arange(9)[:, None])[:, :, None, None]
    chequers = (-1.0) ** np.add.outer(np.arange(8), np.arange(8))[None, :, :, None] + 0.1 * noise
    clean = (waves * np.ones((9, 8, 8, 1))).astype(np.float32)
    assert "9 filters, no smoother than random" in filters_of(noise).verdict
    assert "9 filters, smoother than random" in repr(filters_of(clean))
    assert "rougher than random" in filters_of(chequers.astype(np.float32)).verdict


DENSE = nn.Dense(2).init(jax.random.key(0), (12,))
REFUSED = {
    "no shape": (DENSE, None, r"shape=\(height, width, channels\)"),
    "a shape that does not fit": (DENSE, (3, 3, 1), "the shape of 12 inputs"),
    "no weights": (nn.Sequential(nn.Flatten()), None, "a model with weights"),
    "weights before init": (nn.Conv(2, 3), None, "a model with weights"),
    "another kind": (nn.PReLU().init(jax.random.key(0), (4,)), None, "a model with weights|PReLU"),
    "a single weight": (nn.Conv(2, 1).init(jax.random.key(0), (4, 4, 1)), None, "several pixels"),
    "no layer": (3, None, "run.model"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    model, shape, words = REFUSED[case]
    with pytest.raises(InputError, match=words):
        insight.first_filters(model, shape)
