"""Banks that are written down: by hand, and by what they see in images one can draw."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import filters, nn
from gradus.base.errors import InputError

KEY = jax.random.key(0)
# bank -> shape, and what a flat image of brightness 1 becomes
BANKS = {
    "box_blur": (filters.box_blur(4), (4, 4, 1, 1), 1),
    "gaussian_blur": (filters.gaussian_blur(6, 1.5), (6, 6, 1, 1), 1),
    "sharpen": (filters.sharpen(0.5), (3, 3, 1, 1), 1),
    "edges": (filters.edges(), (2, 2, 1, 2), 0),
    "prewitt": (filters.prewitt(), (3, 3, 1, 2), 0),
    "sobel": (filters.sobel(), (3, 3, 1, 2), 0),
    "kirsch": (filters.kirsch(), (3, 3, 1, 8), 0),
    "gabor": (filters.gabor(9, orientations=3, wavelengths=(3, 5)), (9, 9, 1, 12), 0),
}


@pytest.mark.parametrize("name", BANKS)
def test_what_a_flat_image_becomes(name):
    bank, shape, flat = BANKS[name]
    assert (bank.shape, bank.dtype) == (shape, jnp.float32)
    np.testing.assert_allclose(bank.sum((0, 1, 2)), np.full(shape[-1], flat), atol=1e-5)


@pytest.mark.parametrize(
    ("bank", "right", "down"),
    [(filters.edges(), 1, 2), (filters.prewitt(), 6, 12), (filters.sobel(), 8, 16)],
    ids=["edges", "prewitt", "sobel"],
)
def test_slopes_of_a_ramp(bank, right, down):
    """x[i, j] = j + 2 i rises by 1 to the right and by 2 downwards; Sobel's weights sum to 8 of
    that, (1 + 2 + 1) · 2 pixels, Prewitt's to 6.
    """
    ramp = jnp.arange(6.0)[None, :] + 2 * jnp.arange(6.0)[:, None]
    y = filters.conv(bank)(ramp[None, :, :, None])
    np.testing.assert_array_equal(y[..., 0], jnp.full(y.shape[:-1], right))
    np.testing.assert_array_equal(y[..., 1], jnp.full(y.shape[:-1], down))


def test_the_eight_directions_are_told_apart():
    """A step that is bright on one side: each of Kirsch's filters is the largest for its own."""
    up, right = -(jnp.arange(3.0)[:, None] - 1), jnp.arange(3.0)[None, :] - 1
    angles = np.arange(8) * np.pi / 4
    steps = [(np.cos(a) * right + np.sin(a) * up > 0.1).astype(jnp.float32) for a in angles]
    y = filters.conv(filters.kirsch())(jnp.stack(steps)[..., None])
    assert y[:, 0, 0].argmax(axis=-1).tolist() == list(range(8))


def test_sharpening_undoes_a_little_blur():
    """The Laplacian is what such a blur adds: sharpen(a) is the identity − a ∇²."""
    assert filters.sharpen(0)[:, :, 0, 0].tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    x = jax.random.normal(KEY, (1, 12, 12, 1))
    blur = 2 * filters.sharpen(0) - filters.sharpen(0.05)  # x + a ∇²x
    blurred = filters.conv(blur, padding="circular")(x)
    again = filters.conv(filters.sharpen(0.05), padding="circular")(blurred)
    assert jnp.abs(again - x).mean() < 0.4 * jnp.abs(blurred - x).mean()


@pytest.mark.parametrize("turn", range(4))
def test_a_wave_is_seen_by_the_filter_of_its_direction_wherever_its_crests_are(turn):
    """Even and odd together: √(e² + o²) is nearly the same for all phases, and largest there."""
    bank = filters.gabor(13, orientations=4, wavelengths=(5.0,))
    along = jnp.arange(13.0) - 6
    angle = turn * np.pi / 4
    u = np.cos(angle) * along[None, :] - np.sin(angle) * along[:, None]
    shifts = jnp.arange(8.0) * np.pi / 4
    waves = jnp.cos(2 * np.pi * u[None] / 5 + shifts[:, None, None])
    y = filters.conv(bank)(waves[..., None]).reshape(8, 4, 2)
    strength = jnp.sqrt(jnp.square(y).sum(-1))
    assert set(strength.argmax(axis=-1).tolist()) == {turn}
    assert float(strength[:, turn].std() / strength[:, turn].mean()) < 0.01


def test_gabor_filters_have_length_one_and_stand_in_the_order_that_is_said():
    bank = filters.gabor(9, orientations=2, wavelengths=(3, 6), phases=(0, 1, 2))
    np.testing.assert_allclose(jnp.square(bank).sum((0, 1, 2)), jnp.ones(12), rtol=1e-5)
    one = filters.gabor(9, orientations=2, wavelengths=(6,), phases=(1,))
    np.testing.assert_allclose(bank[..., [4, 10]], one, atol=1e-6)  # 2nd wavelength, 2nd phase
    turned = jnp.rot90(filters.gabor(9, orientations=1))  # θ = 0 turned is θ = π / 2
    np.testing.assert_allclose(filters.gabor(9, orientations=2)[..., 2:], turned, atol=1e-6)


def test_random_filters_keep_the_variance():
    bank = filters.random(200, 5, 3, key=KEY)
    assert float(bank.var() * 75) == pytest.approx(1, rel=0.05)
    assert not np.array_equal(bank, filters.random(200, 5, 3, key=jax.random.key(1)))


@pytest.mark.parametrize(
    ("make", "wording"),
    [
        (lambda: filters.box_blur(0), "size\n.*whole number from 1"),
        (lambda: filters.gaussian_blur(3, 0.0), "std\n.*above 0"),
        (lambda: filters.sharpen(-1), "amount"),
        (lambda: filters.gabor(2), "size\n.*from 3"),
        (lambda: filters.gabor(7, wavelengths=(2.0,)), r"above 2 pixels, .*\n.*\(2.0,\)"),
        (lambda: filters.gabor(7, wavelengths=4.0), r"above 2 pixels, .*\n.*4\.0"),
        (lambda: filters.gabor(7, wavelengths=()), "wavelengths"),
        (lambda: filters.gabor(7, phases=()), "phases"),
        (lambda: filters.gabor(7, orientations=0), "orientations"),
        (lambda: filters.gabor(7, spread=0), "spread"),
        (lambda: filters.random(0, 5, key=KEY), "count"),
        (lambda: filters.random(8, 5, -1, key=KEY), "channels"),
    ],
)
def test_what_makes_no_bank_is_refused(make, wording):
    with pytest.raises(InputError, match=wording):
        make()


def test_fixed_or_trained():
    fixed, start = (filters.conv(filters.sobel(), trainable=t) for t in (False, True))
    assert isinstance(fixed, nn.Frozen)
    assert isinstance(start, nn.Conv)
    rows = [nn.summary(layer, (8, 8, 1)).rows[0] for layer in (fixed, start)]
    assert [(row.trainable, row.fixed) for row in rows] == [(0, 18), (18, 0)]
    np.testing.assert_array_equal(start.init(KEY, (8, 8, 1)).weight, filters.sobel())


def test_each_channel_is_seen_on_its_own(float64):
    """As with the channels given one by one; outputs are channel · count + filter."""
    bank, bias = filters.kirsch(), np.arange(8.0)
    x = jax.random.normal(KEY, (2, 6, 7, 3))
    y = filters.conv(bank, channels=3, bias=bias, stride=2, activation=nn.tanh)(x)
    alone = filters.conv(bank, bias=bias, stride=2, activation=nn.tanh)
    one_by_one = [alone(x[..., i : i + 1]) for i in range(3)]
    np.testing.assert_allclose(y, jnp.concatenate(one_by_one, axis=-1), rtol=1e-12)


def test_a_bank_with_channels_mixes_them():
    bank = filters.random(4, 3, 3, key=KEY)
    x = jax.random.normal(KEY, (2, 6, 6, 3))
    expected = nn.Conv(4, 3, use_bias=False).replace(weight=bank)(x)
    np.testing.assert_array_equal(filters.conv(bank)(x), expected)
    np.testing.assert_array_equal(filters.conv(bank, channels=3)(x), expected)


def test_a_bank_for_series():
    layer = filters.conv(np.array([-1.0, 1.0])[:, None, None], channels=2)
    x = jnp.array([[0.0, 5], [1, 5], [3, 4]])[None]
    assert layer(x).tolist() == [[[1, 0], [2, -1]]]


@pytest.mark.parametrize(
    ("make", "wording"),
    [
        (lambda: filters.conv(np.ones((3, 3))), r"no bank(.*\n)+.*w\[:, :, None, None\]"),
        (lambda: filters.conv("sobel"), "no bank"),
        (lambda: filters.conv(filters.random(4, 3, 2, key=KEY), channels=3), "2, as the bank has"),
        (lambda: filters.conv(filters.sobel(), channels=0), "channels"),
        (lambda: filters.conv(filters.sobel(), bias=np.ones(3)), r"bias of a bank\n.*\(2,\)"),
        (lambda: filters.conv(filters.sobel())(jnp.ones((1, 8, 8, 3))), "wrong input shape"),
        (lambda: filters.conv(filters.sobel()).init(KEY, (3, 28, 28)), "stand first"),
    ],
)
def test_what_makes_no_convolution_is_refused(make, wording):
    with pytest.raises(InputError, match=wording):
        make()
