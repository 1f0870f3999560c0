"""Transposed convolution: by hand, as PyTorch, and as the transpose of a matrix."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.calculus import check_gradient

LENGTHS = (4, 3, 3)
OPTIONS = [
    {},
    {"stride": 2},
    {"stride": 3},
    {"stride": 4},
    {"stride": 2, "padding": 1},
    {"dilation": 2},
    {"stride": 2, "groups": 2},
    {"groups": 4},
]


def with_weights(layer: nn.ConvTranspose, shape: tuple[int, ...]) -> nn.ConvTranspose:
    bias = jax.random.normal(jax.random.key(1), (layer.filters,))
    return layer.init(jax.random.key(0), shape).replace(bias=bias)


def test_windows_are_laid_side_by_side_and_over_each_other():
    """1 · (1, 10, 100) at 0, and 2 · (1, 10, 100) at 2: the third number belongs to both."""
    layer = nn.ConvTranspose(1, 3, stride=2)
    layer = layer.replace(weight=jnp.array([1.0, 10, 100])[:, None, None])
    y = layer(jnp.array([1.0, 2])[None, :, None])
    assert y[0, :, 0].tolist() == [1, 10, 102, 20, 200]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_as_pytorch(axes, options, float64, key):
    torch = pytest.importorskip("torch")
    shape = (*LENGTHS[:axes], 4)
    ours = with_weights(nn.ConvTranspose(8, 3, **options), shape)
    x = np.asarray(jax.random.normal(key, (2, *shape)))
    at = torch.tensor(x, requires_grad=True)
    kernel = torch.tensor(np.asarray(ours.weight), requires_grad=True)
    groups = options.get("groups", 1)
    theirs = kernel.movedim((-2, -1), (0, 1)).unflatten(1, (groups, -1))
    theirs = theirs.transpose(0, 1).flatten(0, 1)  # (groups · C / groups, filters / groups, …)
    y = getattr(torch.nn.functional, f"conv_transpose{axes}d")(
        at.movedim(-1, 1), theirs, torch.tensor(np.asarray(ours.bias)), **options
    ).movedim(1, -1)
    y.square().sum().backward()

    inputs = jnp.asarray(x)
    gradient, slope = jax.grad(lambda m, x: jnp.square(m(x)).sum(), (0, 1))(ours, inputs)
    np.testing.assert_allclose(ours(inputs), y.detach().numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(slope, at.grad.numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(gradient.weight, kernel.grad.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("padding", ["valid", "same", "full", 1, ((0, 1), (1, 0))])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2)])
def test_its_matrix_is_that_of_a_convolution_transposed(padding, stride, dilation, float64, key):
    back = with_weights(
        nn.ConvTranspose(2, 3, stride=stride, padding=padding, dilation=dilation), (5, 6, 4)
    )
    x = jax.random.normal(key, (1, 5, 6, 4))
    shape = back.output_shape((5, 6, 4))
    there = nn.Conv(4, 3, stride=stride, padding=padding, dilation=dilation)
    there = there.replace(weight=back.weight.swapaxes(-1, -2))
    expected = nn.as_matrix(there, shape).T @ np.asarray(x).ravel()
    y = back(x) - back.bias[None, None, None]
    np.testing.assert_allclose(y.ravel(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("k", "s"), [(1, 2), (2, 2), (3, 2), (4, 2), (3, 1), (5, 3)])
def test_same_is_the_stride_times_as_long(k, s):
    layer = nn.ConvTranspose(1, k, stride=s, padding="same")
    assert layer.output_shape((5, 1)) == (5 * s, 1)


def test_gradient(float64, key):
    layer = with_weights(nn.ConvTranspose(2, 3, stride=2, padding="same"), (3, 2, 2))
    x = jax.random.normal(key, (2, 3, 2, 2))
    found = check_gradient(lambda m, x: jnp.sin(m(x)).sum(), layer, x)
    assert found.ok, found


@pytest.mark.parametrize(
    ("layer", "shape", "wording"),
    [
        (nn.ConvTranspose(2, 3, padding="circular"), (4, 4, 1), r"'circular'\n.*nn\.Upsample"),
        (nn.ConvTranspose(2, 2, padding=3), (4, 4, 1), "nothing is left of the outputs"),
        (nn.ConvTranspose(2, 3, groups=2), (4, 4, 3), "divides 3 channels"),
        (nn.ConvTranspose(2, 3), (4,), "shape of one input"),
    ],
)
def test_what_makes_no_layer_is_refused(layer, shape, wording, key):
    with pytest.raises(InputError, match=wording):
        layer.init(key, shape)
