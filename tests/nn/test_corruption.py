"""Destroying noise: how much, what is put in its place, and when."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, nn
from gradus.nn import Forward

X = jnp.full((100, 200), 0.5)  # 20 000 numbers: a share of 0.3 is met up to 0.013, four errors


def test_masking_loses_a_share_and_keeps_the_rest(key):
    y = nn.MaskingNoise(0.3)(X, Forward(key=key))
    assert set(np.unique(y)) == {0.0, 0.5}
    assert jnp.mean(y == 0) == pytest.approx(0.3, abs=0.013)


def test_salt_and_pepper_come_alike_often(key):
    y = nn.SaltAndPepper(0.3, low=-1.0, high=2.0)(X, Forward(key=key))
    assert set(np.unique(y)) == {-1.0, 0.5, 2.0}
    assert jnp.mean(y == -1) == pytest.approx(0.15, abs=0.01)
    assert jnp.mean(y == 2) == pytest.approx(0.15, abs=0.01)


@pytest.mark.parametrize("layer", [nn.MaskingNoise(0.9), nn.SaltAndPepper(0.9)])
def test_at_inference_nothing_is_lost(layer):
    np.testing.assert_array_equal(layer(X), X)
    assert layer.output_shape((3, 4)) == (3, 4)


@pytest.mark.parametrize("make", [nn.MaskingNoise, nn.SaltAndPepper])
@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_another_rate_is_refused(make, rate):
    with pytest.raises(InputError, match=f"{make.__name__}\n.*0 ≤ rate < 1"):
        make(rate)


def test_a_model_with_it_can_be_compiled(key):
    out = jax.jit(lambda k: nn.MaskingNoise(0.5)(X, Forward(key=k)))(key)
    assert out.shape == X.shape
