"""Laws of every bijection: determinants, inverses, and what they start as."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, models, nn
from gradus.models.bijections import (
    ActNorm,
    Chain,
    Coupling,
    Inverse,
    MaskedAutoregressive,
    Permutation,
    Planar,
)

D = 5


def network(outputs):
    return nn.Sequential(nn.Dense(6, nn.tanh), nn.Dense(outputs))


def masked():
    return models.flow(D, 1, hidden=[7], activation=nn.tanh).bijection.bijections[-1].network


# name -> a bijection of five columns
BIJECTIONS = {
    "actnorm": ActNorm(),
    "permutation": Permutation((3, 0, 4, 1, 2)),
    "planar": Planar(),
    "additive coupling": Coupling(network(3)),
    "affine coupling": Coupling(network(6)),
    "masked autoregressive": MaskedAutoregressive(masked()),
    "inverse autoregressive": Inverse(MaskedAutoregressive(masked())),
    "inverse planar": Inverse(Planar()),
    "chain": Chain(Planar(), Permutation((4, 3, 2, 1, 0)), Coupling(network(6)), ActNorm()),
}


def ready(name, size=0.7):
    """The bijection with random numbers in all its arrays, and five examples."""
    layer = BIJECTIONS[name].init(jax.random.key(0), (D,))
    arrays, structure = jax.tree.flatten(layer)
    keys = jax.random.split(jax.random.key(1), len(arrays) + 1)
    drawn = [size * jax.random.normal(k, a.shape) for k, a in zip(keys[1:], arrays, strict=True)]
    return structure.unflatten(drawn), 2 * jax.random.normal(keys[0], (4, D))


@eqx.filter_jit
def both_ways(layer, x):
    """Everything the laws speak of: (y, log|det|, Jacobians) of f at x, and of f⁻¹ at y."""

    def at(way, x):
        jacobians = jax.vmap(jax.jacfwd(lambda x: way(x[None])[0][0]))(x)
        return *way(x), jacobians

    there = at(layer.forward, x)
    return there, at(layer.inverse, there[0])


@pytest.fixture(scope="module", params=BIJECTIONS)
def measured(request):
    """A bijection at some examples, in double precision."""
    with jax.enable_x64(True):
        layer, x = ready(request.param)
        return x, *jax.tree.map(np.asarray, both_ways(layer, x))


def test_determinants_are_those_of_autodiff(measured):
    """log|det ∂y/∂x| against the determinant of JAX's Jacobian, to 10⁻¹⁰, both ways."""
    for _, log_det, jacobians in measured[1:]:
        sign, expected = np.linalg.slogdet(jacobians)
        np.testing.assert_allclose(log_det, expected, rtol=1e-10, atol=1e-10)
        assert np.all(sign != 0)


def test_the_inverse_undoes_it(measured):
    """To 10⁻¹⁰, with the opposite log-determinant and the inverse Jacobian."""
    x, (_, log_det, jacobians), (again, opposite, back) = measured
    np.testing.assert_allclose(again, x, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(opposite, -log_det, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(back @ jacobians, np.tile(np.eye(D), (4, 1, 1)), atol=1e-9)


@pytest.mark.parametrize("name", ["planar", "masked autoregressive", "chain"])
def test_in_single_precision_the_inverse_is_right_to_four_digits(name):
    layer, x = ready(name)
    np.testing.assert_allclose(layer.inverse(layer.forward(x)[0])[0], x, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["planar", "nice", "realnvp", "maf", "iaf"])
def test_a_flow_starts_as_columns_brought_to_mean_0_and_variance_1(kind, key):
    x = 50 + 3 * jax.random.normal(key, (200, 4)) * jnp.array([[1.0, 10.0, 0.1, 5.0]])
    model = models.flow(4, 3, kind=kind, hidden=[8]).with_marginals(x).init(key, (4,))
    z = model.embed(x)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(z.std(axis=0), 1, atol=1e-3)


def test_a_planar_layer_by_hand():
    """w = (1, 0), b = 0, u = (0, 2): wᵀu = 0 = m(0), so û = u, and y = (x₁, x₂ + 2 tanh x₁)."""
    layer = Planar().init(jax.random.key(0), (2,))
    layer = layer.replace(weight=jnp.array([1.0, 0.0]), direction=jnp.array([0.0, 2.0]))
    y, log_det = layer.forward(jnp.array([[0.5, 1.0]]))
    np.testing.assert_allclose(y, [[0.5, 1 + 2 * np.tanh(0.5)]], rtol=1e-6)
    np.testing.assert_allclose(log_det, [0.0], atol=1e-6)


def test_a_planar_layer_can_be_undone_however_u_points():
    """Without its constraint wᵀu = −8 would fold space over: here y₁ still rises with x₁."""
    layer = Planar().init(jax.random.key(0), (1,))
    layer = layer.replace(weight=jnp.array([2.0]), direction=jnp.array([-4.0]))
    y = layer(jnp.linspace(-3, 3, 200)[:, None])[:, 0]
    assert np.all(np.diff(y) > 0)


def test_steps_that_make_no_bijection_are_refused(key):
    with pytest.raises(InputError, match="Permutation: order\n.*from 0 to 2 once"):
        Permutation((0, 0, 1))
    with pytest.raises(InputError, match="Coupling: columns\n.*two columns or more"):
        Coupling(nn.Dense(2)).init(key, (1,))
    with pytest.raises(InputError, match="outputs of the network\n.*2 shifts, or 4 numbers"):
        Coupling(nn.Dense(3)).init(key, (4,))
    with pytest.raises(InputError, match="ActNorm: wrong input shape"):
        ActNorm().init(key, (2,))(jnp.ones((1, 3)))
