"""Margins and sizes of images."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError

ROW = jnp.array([[1.0, 2.0, 3.0]])[..., None]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("zeros", [0, 0, 1, 2, 3, 0]),
        ("circular", [2, 3, 1, 2, 3, 1]),
        ("reflect", [3, 2, 1, 2, 3, 2]),
        ("edge", [1, 1, 1, 2, 3, 3]),
    ],
)
def test_margins_by_hand(mode, expected):
    padded = nn.Pad(((2, 1),), mode)(ROW)
    assert padded[0, :, 0].tolist() == expected
    np.testing.assert_array_equal(nn.Crop(((2, 1),))(padded), ROW)


@pytest.mark.parametrize("factor", [2, (3, 2)])
@pytest.mark.parametrize("method", ["nearest", "linear"])
def test_upsampling_as_pytorch(factor, method, key):
    torch = pytest.importorskip("torch")
    x = jax.random.normal(key, (2, 4, 3, 5))
    theirs = torch.nn.functional.interpolate(
        torch.tensor(np.asarray(x)).movedim(-1, 1),
        scale_factor=factor,
        mode={"linear": "bilinear"}.get(method, method),
    ).movedim(1, -1)
    np.testing.assert_allclose(nn.Upsample(factor, method)(x), theirs.numpy(), atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "wording"),
    [
        (lambda: nn.Pad(3, "reflect")(ROW), "mirror image is wider"),
        (lambda: nn.Pad(1, "mirror"), "'reflect'"),
        (lambda: nn.Pad("same")(ROW), "Pad: margins"),
        (lambda: nn.Crop(2)(ROW), "nothing is left"),
        (lambda: nn.Upsample(1.5)(ROW), "Upsample: factor"),
        (lambda: nn.Upsample(2, "bilinear"), "did you mean 'linear'"),
    ],
)
def test_what_makes_no_size_is_refused(layer, wording):
    with pytest.raises(InputError, match=wording):
        layer()
