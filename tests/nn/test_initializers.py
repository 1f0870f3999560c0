"""Variances against the formulas, fans of convolutions, and what initialisation is for."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import decode, encode

# initialiser, variance as a function of the fans N and M, greatest absolute value (None: no bound)
INITIALIZERS = {
    "zeros": (nn.Zeros(), lambda n, m: 0, lambda n, m: 0),
    "ones": (nn.Ones(), lambda n, m: 0, lambda n, m: 1),
    "constant": (nn.Constant(0.1), lambda n, m: 0, lambda n, m: 0.1),
    "normal": (nn.Normal(), lambda n, m: 0.001**2, None),
    "wide normal": (nn.Normal(2.0), lambda n, m: 4, None),
    "uniform": (nn.Uniform(), lambda n, m: 1 / n / 3, lambda n, m: n**-0.5),
    "wide uniform": (nn.Uniform(3.0), lambda n, m: 3, lambda n, m: 3),
    "glorot uniform": (
        nn.GlorotUniform(),
        lambda n, m: 2 / (n + m),
        lambda n, m: (6 / (n + m)) ** 0.5,
    ),
    "glorot normal": (nn.GlorotNormal(), lambda n, m: 2 / (n + m), None),
    "he uniform": (nn.HeUniform(), lambda n, m: 2 / n, lambda n, m: (6 / n) ** 0.5),
    "he normal": (nn.HeNormal(), lambda n, m: 2 / n, None),
    "lecun uniform": (nn.LeCunUniform(), lambda n, m: 1 / n, lambda n, m: (3 / n) ** 0.5),
    "lecun normal": (nn.LeCunNormal(), lambda n, m: 1 / n, None),
    # the 48 longer columns or rows of length 192 are orthonormal: 48 ones shared by 48 · 192
    "orthogonal": (nn.Orthogonal(), lambda n, m: 1 / max(n, m), lambda n, m: 1),
}

# a matrix, and the kernel of a convolution with a 2 × 3 window: (window …, in, out), N, M
SHAPES = {"dense": ((192, 48), 192, 48), "convolution": ((2, 3, 32, 48), 192, 288)}


@pytest.fixture(params=INITIALIZERS.values(), ids=INITIALIZERS)
def member(request):
    return request.param


@pytest.mark.parametrize("shape", SHAPES)
def test_mean_variance_and_bound(member, shape, key):
    initializer, variance, bound = member
    shape, n, m = SHAPES[shape]
    if initializer == nn.Orthogonal():
        n, m = 192, 48  # it sees one matrix: all axes before the last are one
    weights = np.asarray(initializer(key, shape), np.float64)
    assert weights.shape == shape
    expected = variance(n, m)
    # five standard errors of 9216 numbers; that of a normal's variance is √(2/n) of it
    error = 5 / weights.size**0.5
    if initializer not in (nn.Ones(), nn.Constant(0.1)):
        assert abs(weights.mean()) <= error * expected**0.5
    assert weights.var() == pytest.approx(expected, rel=error * 2**0.5, abs=1e-12)
    if bound is not None:
        limit = bound(n, m)
        assert np.abs(weights).max() <= limit + 1e-6
        assert np.abs(weights).max() >= 0.99 * limit or initializer == nn.Orthogonal()


def test_equal_keys_equal_weights_and_other_keys_others(member, key):
    initializer = member[0]
    same = initializer(key, (4, 3)), initializer(key, (4, 3))
    np.testing.assert_array_equal(*same)
    if member[1](4, 3) > 0:
        assert np.any(initializer(jax.random.key(1), (4, 3)) != same[0])


def test_is_a_value(member):
    initializer = member[0]
    again = decode(encode(initializer, {}), {})
    assert again == initializer
    assert hash(again) == hash(initializer)
    assert nn.Dense(2, weight_init=again) == nn.Dense(2, weight_init=initializer)


def test_float_type_follows_jax(member, key):
    initializer = member[0]
    assert initializer(key, (4, 3)).dtype == jnp.float32
    with jax.enable_x64(True):
        assert initializer(key, (4, 3)).dtype == jnp.float64


def test_different_settings_are_different_values():
    assert nn.Constant(0.1) != nn.Constant(0.2)
    assert nn.Normal() != nn.Normal(0.1)
    assert nn.HeNormal() != nn.HeUniform()


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 2, 3, 4)])
def test_orthogonal(shape, key, float64):
    q = nn.Orthogonal(gain=2.0)(key, shape).reshape(-1, shape[-1]) / 2
    small = q.T @ q if q.shape[0] >= q.shape[1] else q @ q.T
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)


@pytest.mark.parametrize(
    "initializer",
    [nn.Uniform(), nn.GlorotUniform(), nn.HeNormal(), nn.LeCunNormal(), nn.Orthogonal()],
)
def test_vectors_have_no_fans(initializer, key):
    with pytest.raises(InputError, match="no inputs and outputs to count") as refusal:
        nn.Dense(2, bias_init=initializer).init(key, (3,))
    assert "Zeros()" in str(refusal.value)


def test_suited_to():
    rectifiers = {"relu", "leaky_relu", "elu", "gelu", "silu"}
    for name, activation in nn.ACTIVATIONS.items():
        chosen = nn.suited_to(activation)
        if name in rectifiers:
            assert chosen == nn.HeNormal()
        else:
            assert chosen == (nn.LeCunNormal() if name == "selu" else nn.GlorotUniform())
    assert nn.suited_to(jnp.exp) == nn.GlorotUniform()


@pytest.mark.parametrize("g", [nn.relu, nn.selu, nn.tanh])
def test_signals_keep_their_size_through_twenty_layers(g, key):
    model = nn.Sequential(*[nn.Dense(128, g) for _ in range(20)]).init(key, (128,))
    size = jnp.std(model(jax.random.normal(key, (64, 128))))
    assert 0.1 < size < 3


def test_twenty_layers_of_small_numbers_lose_the_signal(key):
    layers = [nn.Dense(128, nn.relu, weight_init=nn.Normal(0.01)) for _ in range(20)]
    model = nn.Sequential(*layers).init(key, (128,))
    assert jnp.std(model(jax.random.normal(key, (64, 128)))) < 1e-10


@pytest.mark.parametrize(
    ("initializer", "alike"), [(nn.Constant(0.5), True), (nn.GlorotUniform(), False)]
)
def test_equal_weights_stay_equal(initializer, alike, key):
    """Hidden units that start alike have equal gradients: symmetry must be broken at the start."""
    model = nn.Sequential(
        nn.Dense(4, nn.tanh, weight_init=initializer), nn.Dense(1, weight_init=initializer)
    ).init(key, (3,))
    x = jax.random.normal(key, (8, 3))
    gradient = jax.grad(lambda m: jnp.square(m(x)).sum())(model).layers[0].weight
    assert np.allclose(gradient, gradient[:, :1], rtol=1e-4) == alike
