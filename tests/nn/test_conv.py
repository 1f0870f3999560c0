"""Convolution by hand, as the textbook's sum, and as PyTorch."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.calculus import check_gradient

LENGTHS = (7, 6, 5)


def with_weights(layer: nn.Conv, shape: tuple[int, ...], seed: int = 0) -> nn.Conv:
    """Random weights and biases in float64."""
    return layer.init(jax.random.key(seed), shape).replace(
        bias=jax.random.normal(jax.random.key(seed + 1), (layer.filters,))
    )


def test_edges_of_a_step():
    """The window (−1, 1) finds where numbers change: 0 0 1 1 → 0 1 0."""
    layer = nn.Conv(1, 2).replace(weight=jnp.array([-1.0, 1.0])[:, None, None])
    assert layer(jnp.array([0.0, 0, 1, 1])[None, :, None])[0, :, 0].tolist() == [0, 1, 0]


def test_flip_is_the_convolution_of_mathematics():
    """(1, 2) ∗ (1, 10, 100) = (1, 12, 120, 200), as by multiplying polynomials."""
    layer = nn.Conv(1, 3, padding="full", flip=True)
    layer = layer.replace(weight=jnp.array([1.0, 10, 100])[:, None, None])
    assert layer(jnp.array([1.0, 2])[None, :, None])[0, :, 0].tolist() == [1, 12, 120, 200]


def test_sizes_of_the_classic_example():
    """32 × 32 × 3 under six filters of 5 × 5: 28 × 28 × 6, with 6 (75 + 1) numbers to learn."""
    found = nn.summary(nn.Conv(6, 5), (32, 32, 3))
    assert (found.rows[0].output, found.parameters) == ((28, 28, 6), 456)


@pytest.mark.parametrize(
    ("w", "k", "p", "s", "d"),
    list(itertools.product((5, 8), (1, 2, 3), (0, 1, 2), (1, 2, 3), (1, 2))),
)
@pytest.mark.filterwarnings("ignore:Conv. of every")
def test_size_of_the_output(w, k, p, s, d):
    """As many as there are starts 0, s, 2s … from which d (k − 1) more steps stay inside."""
    starts = [t for t in range(0, w + 2 * p, s) if t + d * (k - 1) < w + 2 * p]
    layer = nn.Conv(1, k, padding=p, stride=s, dilation=d)
    assert layer.output_shape((w, 1)) == (len(starts), 1)


@pytest.mark.parametrize("padding", ["same", "circular"])
@pytest.mark.parametrize(("k", "s", "d"), list(itertools.product((1, 2, 3), (1, 2, 3), (1, 2))))
def test_same_keeps_the_length(padding, k, s, d):
    for w in (7, 8, 9):
        layer = nn.Conv(1, k, padding=padding, stride=s, dilation=d)
        assert layer.output_shape((w, 1)) == (-(-w // s), 1)


OPTIONS = [
    {},
    {"stride": 2},
    {"stride": 3, "padding": 2},
    {"padding": "same"},
    {"padding": "same", "stride": 2},
    {"padding": "full"},
    {"dilation": 2, "padding": 2},
    {"dilation": 2, "stride": 2, "padding": 1},
    {"groups": 2},
    {"groups": 4, "stride": 2},
    {"padding": "circular"},
    {"flip": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_as_pytorch(axes, options, float64):
    torch = pytest.importorskip("torch")
    shape = (*LENGTHS[:axes], 4)
    ours = with_weights(nn.Conv(8, 3, **options), shape)
    x = np.asarray(jax.random.normal(jax.random.key(2), (2, *shape)))
    at = torch.tensor(x, requires_grad=True)
    kernel = torch.tensor(np.asarray(ours.weight), requires_grad=True)
    bias = torch.tensor(np.asarray(ours.bias), requires_grad=True)
    y = as_torch_would(torch, at, kernel, bias, axes, dict(options))
    y.square().sum().backward()

    at_ours = jnp.asarray(x)
    gradient, slope = jax.grad(lambda m, x: jnp.square(m(x)).sum(), (0, 1))(ours, at_ours)
    np.testing.assert_allclose(ours(at_ours), y.detach().numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(slope, at.grad.numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(gradient.weight, kernel.grad.numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(gradient.bias, bias.grad.numpy(), rtol=1e-10, atol=1e-10)


def as_torch_would(torch, x, kernel, bias, axes, options):
    """PyTorch's convolution of the same arrays, channels brought first and back."""
    if options.pop("flip", False):
        kernel = kernel.flip(tuple(range(axes)))
    padding = options.pop("padding", 0)
    x = x.movedim(-1, 1)
    if padding in ("same", "circular", "full"):
        reach, stride = 3, options.get("stride", 1)
        sides = []
        for w in reversed(LENGTHS[:axes]):
            total = max((-(-w // stride) - 1) * stride + reach - w, 0)
            sides += (reach - 1, reach - 1) if padding == "full" else (total // 2, -(-total // 2))
        x = torch.nn.functional.pad(x, sides, "circular" if padding == "circular" else "constant")
        padding = 0
    function = getattr(torch.nn.functional, f"conv{axes}d")
    kernel = kernel.permute(axes + 1, axes, *range(axes))
    return function(x, kernel, bias, padding=padding, **options).movedim(1, -1)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gradient(options, float64, key):
    layer = with_weights(nn.Conv(4, 3, **options), (5, 4, 4))
    x = jax.random.normal(key, (2, 5, 4, 4))
    found = check_gradient(lambda m, x: jnp.sin(m(x)).sum(), layer, x)
    assert found.ok, found
    assert set(found.modes) == {"forward", "reverse"}


def test_translation_goes_through(key):
    """Around the edge, the output of the moved image is the moved output, to the bit."""
    layer = nn.Conv(3, 3, nn.relu, padding="circular").init(key, (6, 8, 2))
    x = jax.random.normal(key, (1, 6, 8, 2))
    moved = jnp.roll(x, (2, 3), (1, 2))
    np.testing.assert_array_equal(layer(moved), jnp.roll(layer(x), (2, 3), (1, 2)))


@pytest.mark.parametrize(
    ("make", "shape", "wording"),
    [
        (lambda: nn.Conv(4, 5), (4, 4, 1), r"larger than its input\n.*5 × 5.*\n.*4 × 4"),
        (lambda: nn.Conv(4, 3, dilation=4), (8, 1), "at least 9"),
        (lambda: nn.Conv(4, (3, 3)), (28, 28), r"window\n(.*\n)+.*x\[\.\.\., None\]"),
        (lambda: nn.Conv(4, 3), (28,), r"shape of one input\n(.*\n)+.*Reshape"),
        (lambda: nn.Conv(4, 3), ((3, 1), (3, 1)), "shape of one input"),
        (lambda: nn.Conv(4, [3, 3]), (8, 8, 1), r"write a tuple: \(3, 3\)"),
        (lambda: nn.Conv(4, 0), (8, 8, 1), "Conv: window"),
        (lambda: nn.Conv(4, 3, stride=0), (8, 8, 1), "Conv: stride"),
        (lambda: nn.Conv(4, 3, dilation=1.5), (8, 8, 1), "Conv: dilation"),
        (lambda: nn.Conv(4, 3, padding="some"), (8, 8, 1), r"margins\n.*'valid', 'same'"),
        (lambda: nn.Conv(4, 3, padding=-1), (8, 8, 1), "Got: +-1"),
        (lambda: nn.Conv(4, 3, padding=(1, 2)), (8, 1), r"write 1, or \(\(1, 1\),\)"),
        (lambda: nn.Conv(4, 3, groups=2), (8, 8, 3), "divides 3 channels and 4 filters"),
        (lambda: nn.Conv(4, 3), (3, 32, 32), r"channels seem to stand first\n(.*\n)+.*0, 2, 3, 1"),
        (lambda: nn.Conv(4, 3), (1, 9, 28, 28), r"window|stand first"),
    ],
)
def test_what_makes_no_convolution_is_refused(make, shape, wording, key):
    with pytest.raises(InputError, match=wording):
        make().init(key, shape)


def test_a_strip_is_no_picture_with_channels_first(key):
    """Said by a window with a length for each axis."""
    assert nn.Conv(2, (1, 3)).init(key, (1, 32, 32)).output_shape((1, 32, 32)) == (1, 30, 2)
    assert nn.Conv(2, 3, padding="same").init(key, (1, 100, 32)).weight.shape == (3, 3, 32, 2)


@pytest.mark.parametrize("x", [jnp.ones((2, 8, 8, 4)), jnp.ones((2, 8, 3)), jnp.ones((8, 8, 3))])
def test_inputs_of_another_kind_are_refused(x, key):
    layer = nn.Conv(2, 3).init(key, (8, 8, 3))
    with pytest.raises(InputError, match=r"\(B, height, width, 3\)"):
        layer(x)


def test_an_example_without_its_batch_axis_is_told(key):
    with pytest.raises(InputError, match=r"a single one is x\[None\]"):
        nn.Conv(2, 3).init(key, (8, 8, 3))(jnp.ones((8, 8, 3)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Conv(4, 3),
        lambda: nn.Conv(4, 1),
        lambda: nn.Conv(4, 3, groups=2),
        lambda: nn.ConvTranspose(4, 3),
        lambda: nn.SeparableConv(4, 3),
        lambda: nn.TiledConv(4, 3),
        lambda: nn.P4Conv(4, 3, lifting=True),
    ],
)
def test_bytes_are_the_numbers_that_they_are(make, key):
    layer = make().init(key, (6, 6, 2))
    x = jnp.arange(72, dtype=jnp.uint8).reshape(1, 6, 6, 2)
    assert (jax.jit(lambda x: layer(x))(x) == layer(x.astype(jnp.float32))).all()


def test_pixels_that_are_skipped_are_told(key):
    with pytest.warns(UserWarning, match="of every 3 inputs along width the window sees 2"):
        nn.Conv(2, (3, 2), stride=3).init(key, (9, 9, 3))
    nn.Conv(2, 1, stride=2).init(key, (9, 9, 3))  # a shortcut, meant to thin out


def test_a_layer_without_weights_says_so():
    with pytest.raises(InputError, match="no weights yet"):
        nn.Conv(2, 3)(jnp.ones((1, 8, 8, 3)))


@pytest.mark.parametrize("axes", [(0, None), (None, 0), (0, 0)])
@pytest.mark.parametrize("groups", [1, 2])
def test_many_at_once_are_one_after_the_other(axes, groups, key):
    layers = [with_weights(nn.Conv(4, 3, groups=groups), (5, 5, 2), seed) for seed in range(3)]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *layers)
    x = jax.random.normal(key, (3, 2, 5, 5, 2))
    layer, inputs = layers[1] if axes[0] is None else stacked, x[1] if axes[1] is None else x
    together = jax.vmap(lambda m, x: m(x), axes)(layer, inputs)
    for i in range(3):
        one = layers[1] if axes[0] is None else layers[i]
        expected = one(x[1] if axes[1] is None else x[i])
        np.testing.assert_allclose(together[i], expected, rtol=1e-5, atol=1e-5)


def test_arithmetic_is_counted():
    """Per output number 2 · 3 · 3 · 3 for the window; 28² · 4 of them, and as many biases."""
    assert nn.graph(nn.Conv(4, 3), (30, 30, 3)).flops == 28 * 28 * 4 * (2 * 27 + 1)
    assert nn.graph(nn.Conv(3, 3, groups=3), (30, 30, 3)).flops == 28 * 28 * 3 * (2 * 9 + 1)
    assert nn.graph(nn.Conv(4, 3, groups=2), (30, 30, 4)).flops == 28 * 28 * 4 * (2 * 18 + 1)
