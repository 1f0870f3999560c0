"""Reservoirs against their formulas in NumPy, and what they refuse."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.tree import split
from gradus.nn.reservoir.connections import sparse, spectral_radius, with_radius

B, T, D = 2, 30, 3


def echo(p, x):
    h = np.zeros(p.units)
    for row in x:
        h = 0.7 * h + 0.3 * np.tanh(row @ p.weight + h @ p.recurrent + p.bias)
        yield h


def liquid(p, x):
    """Each unit by itself; one that has fired rests for two steps."""
    r, v, s, awake_at = (np.zeros(p.units) for _ in range(4))
    for t, row in enumerate(x):
        heard, fired = row @ p.weight + s @ p.recurrent, np.zeros(p.units)
        for i in range(p.units):
            v[i] = 0.8 * v[i] + heard[i] if t >= awake_at[i] else 0
            if v[i] >= 1:
                v[i], fired[i], awake_at[i] = 0, 1, t + 3
        s = fired
        r = 0.9 * r + 0.1 * s
        yield r.copy()


KINDS: dict[str, tuple[Any, Any]] = {
    "echo": (nn.EchoState(8, leak=0.3, bias_scale=1.0, connections=4), echo),
    "liquid": (nn.LiquidState(20, leak=0.8, scale=2.0), liquid),
}


@pytest.mark.parametrize("name", KINDS)
def test_formula(name, float64):
    layer, steps = KINDS[name]
    layer = layer.with_sequences().init(jax.random.key(0), (T, D))
    x = np.random.default_rng(0).normal(size=(B, T, D))
    numpy = jax.tree.map(np.asarray, layer)
    expected = np.array([list(steps(numpy, one)) for one in x])
    found = layer(jnp.asarray(x))
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)
    assert found.std(axis=(0, 1)).mean() > 0.01  # units are neither silent nor always on


@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_trained(name):
    layer = KINDS[name][0].init(jax.random.key(0), (T, D))
    assert jax.tree.leaves(split(layer)[0]) == []


def test_spectral_radius_is_that_of_the_eigenvalues(float64):
    for seed, units in ((0, 3), (1, 40)):
        matrix = sparse(jax.random.key(seed), units, 10)
        expected = np.abs(np.linalg.eigvals(np.asarray(matrix))).max()
        np.testing.assert_allclose(spectral_radius(matrix), expected, rtol=1e-4)
        scaled = with_radius(matrix, 0.7)
        np.testing.assert_allclose(np.abs(np.linalg.eigvals(scaled)).max(), 0.7, rtol=1e-4)


def test_no_connections_have_no_radius():
    np.testing.assert_array_equal(with_radius(jnp.zeros((3, 3)), 0.9), jnp.zeros((3, 3)))
    forward_only = jnp.triu(jnp.ones((3, 3)), 1)  # every power but two is 0
    np.testing.assert_array_equal(with_radius(forward_only, 0.9), forward_only)


def test_echoes_fade_where_the_radius_is_below_one():
    """Two states that differ forget it: the echo state property."""
    x = jax.random.normal(jax.random.key(1), (1, 200, 1))

    def apart(radius):
        layer = nn.EchoState(30, radius=radius, scale=0.1).init(jax.random.key(0), (200, 1))
        one, other = (layer.steps(x, (jnp.full((1, 30), h),))[0][0, -1] for h in (0.5, -0.5))
        return float(jnp.abs(one - other).max())

    assert apart(0.8) < 1e-5
    assert apart(2.5) > 0.1


def test_a_fifth_of_the_units_inhibits():
    matrix = nn.LiquidState(50).init(jax.random.key(0), (T, D)).recurrent
    assert (matrix[:40] >= 0).all()
    assert (matrix[40:] <= 0).all()
    assert (matrix[40:] < 0).any()


WRONG = {
    "radius": (lambda: nn.EchoState(5, radius=0.0), "EchoState: radius"),
    "leak": (lambda: nn.EchoState(5, leak=1.5), "EchoState: leak"),
    "trace": (lambda: nn.LiquidState(5, trace=0.0), "LiquidState: trace"),
    "connections": (lambda: nn.LiquidState(5, connections=0), "LiquidState: units"),
    "units": (lambda: nn.EchoState(0), "EchoState: units"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_choices_are_refused(name):
    make, wording = WRONG[name]
    with pytest.raises(InputError) as refusal:
        make()
    assert wording in str(refusal.value)
