"""Autoregressive models of every kind: what sees what, and that they are distributions."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, fit, models, nn
from gradus.learn import density
from gradus.likelihoods import Bernoulli, Categorical, Gaussian, Mixture
from gradus.models.generative.density import chosen
from gradus.optim import adam

D = 6

# name -> a distribution of six binary columns
MODELS = {
    "fully visible": models.fully_visible(D),
    "NADE": models.nade(D, 5),
    "MADE": models.made(D, [12], Bernoulli()),
    "MADE, several orders": models.made(
        D, [12], Bernoulli(), activation=nn.tanh, orders=2, masks=2
    ),
    "PixelCNN": models.pixelcnn((2, 3), filters=4, blocks=1, first_size=3),
}


def rows_of(values, columns):
    """Every row of so many columns."""
    grid = np.indices((values,) * columns).reshape(columns, -1).T
    return jnp.asarray(grid, "float32")


def shaken(model, columns=D, size=0.8):
    """The model with random numbers in all its arrays, cut connections included."""
    arrays, structure = jax.tree.flatten(model.init(jax.random.key(0), (columns,)))
    keys = jax.random.split(jax.random.key(3), len(arrays))
    drawn = [size * jax.random.normal(k, a.shape) for k, a in zip(keys, arrays, strict=True)]
    return structure.unflatten(drawn)


def slopes_of(network, columns=D):
    """∂outputs/∂x at ones."""
    return jax.jit(jax.jacobian(lambda x: network(x[None])[0]))(jnp.ones(columns))


@pytest.fixture(scope="module", params=MODELS)
def told(request):
    """A model, all 64 rows, and their probabilities."""
    model, rows = shaken(MODELS[request.param]), rows_of(2, D)
    return model, rows, np.exp(eqx.filter_jit(model.log_prob)(rows))


def shares(drawn, rows):
    """How often each of the rows was drawn."""
    place = 2 ** np.arange(D)[::-1]
    found = np.bincount((np.asarray(drawn) @ place).astype(int), minlength=len(rows))
    return found / len(drawn)


def test_probabilities_add_up_to_one(told):
    assert told[2].sum() == pytest.approx(1, rel=1e-5)


def test_samples_come_from_the_model(told):
    """Shares of 10 000 samples, to 0.02, four standard errors of a half."""
    model, rows, p = told
    drawn = eqx.filter_jit(model.sample)(jax.random.key(1), 10_000)
    np.testing.assert_allclose(shares(drawn, rows), p, atol=0.02)


@pytest.mark.parametrize("missing", [(3, 4, 5), (0, 2)], ids=["the last", "some before others"])
def test_missing_columns_are_drawn_given_the_others(told, missing):
    """p(missing | known) = p(x) / Σ p over what the missing may be: exact where the last are
    missing; to 0.05, of 4000 draws, where 64 candidates of each stand for all.
    """
    model, rows, p = told
    lost = np.isin(np.arange(D), missing)
    known = np.array([1.0, 0, 1, 1, 0, 1])
    fits = np.all((np.asarray(rows) == known) | lost, axis=1)
    x = jnp.tile(jnp.where(lost, jnp.nan, known)[None].astype("float32"), (4000, 1))
    filled = eqx.filter_jit(model.impute)(jax.random.key(2), x, jnp.isnan(x))
    np.testing.assert_allclose(
        shares(filled, rows), np.where(fits, p, 0) / p[fits].sum(), atol=0.05
    )


@pytest.mark.parametrize("name", ["fully visible", "NADE", "MADE", "PixelCNN"])
def test_outputs_depend_on_earlier_columns_alone(name):
    slopes = slopes_of(shaken(MODELS[name]).network)
    assert not np.any(np.triu(slopes))
    assert np.any(slopes)


def test_members_of_an_ensemble_depend_on_what_comes_earlier_in_their_order():
    members = shaken(MODELS["MADE, several orders"]).members
    assert len({member.order for member in members}) == 2
    assert len({member.network.layers[0].outputs for member in members}) == 4
    for member in members:
        order = np.array(member.order)
        in_turn = np.asarray(slopes_of(member.network))[order][:, order]
        assert not np.any(np.triu(in_turn))
        assert np.all(in_turn[np.tril_indices(D, -1)] != 0)


def test_the_fully_visible_net_by_hand():
    """w₀₁ = 2, b = (0, −1): P(1, 1) = σ(0) σ(2 − 1)."""
    model = models.fully_visible(2).init(jax.random.key(0), (2,))
    network = model.network.replace(
        weight=jnp.array([[0.0, 2.0], [0.0, 0.0]]), bias=jnp.array([0.0, -1.0])
    )
    p = np.exp(model.replace(network=network)(jnp.ones((1, 2))))
    np.testing.assert_allclose(p, 0.5 / (1 + np.exp(-1)), rtol=1e-6)


def test_a_net_of_fewer_units_than_columns_sees_all_parts():
    """Degrees 1, 4 and 7 of three units: the last of ten outputs sees the first seven inputs."""
    network = shaken(models.made(10, [3], Bernoulli(), activation=nn.tanh), 10).network
    slope = jax.grad(lambda x: network(x[None])[0, 9])(jnp.full(10, 0.1))
    np.testing.assert_array_equal(slope != 0, np.arange(10) < 7)


@pytest.mark.usefixtures("float64")
def test_nade_is_its_formula():
    """yⱼ = bⱼ + σ(c + Σᵢ₍ᵢ﹤ⱼ₎ xᵢ Wᵢ) Vⱼ, each j on its own."""
    layer = shaken(models.nade(D, 5, Mixture(2))).network
    x = jax.random.normal(jax.random.key(0), (3, D))
    expected = [
        jax.nn.sigmoid(layer.bias[None] + x[:, :j] @ layer.weight[:j]) @ layer.out_weight[j]
        for j in range(D)
    ]
    expected = jnp.concatenate(expected, axis=1) + layer.out_bias[None]
    np.testing.assert_allclose(layer(x), expected, rtol=1e-12)


def test_what_a_pixel_sees():
    """All above it and all to its left, but for the blind spot: with windows of 3, what lies
    further to the right than up. The middle pixel of the last of three rows of seven.
    """
    model = shaken(models.pixelcnn((3, 7), filters=8, blocks=2, first_size=3), 21)
    at, x = 2 * 7 + 3, jax.random.normal(jax.random.key(0), (20, 21))
    slope = jax.jit(jax.grad(lambda x: model.network(x)[:, at].sum()))(x)
    up, right = np.meshgrid([2, 1, 0], np.arange(7) - 3, indexing="ij")
    seen = ((up > 0) & (right <= up)) | ((up == 0) & (right < 0))
    np.testing.assert_array_equal(slope.any(axis=0).reshape(3, 7), seen)


@pytest.mark.parametrize("size", [2, 4])
def test_windows_of_any_size_keep_the_order(size):
    model = shaken(
        models.pixelcnn((3, 3), filters=2, blocks=1, kernel_size=size, first_size=size), 9
    )
    assert not np.any(np.triu(slopes_of(model.network, 9)))


def test_grey_levels_of_an_image():
    model = shaken(models.pixelcnn((2, 2), Categorical(3), filters=4, blocks=1, first_size=3), 4)
    assert np.exp(model(rows_of(3, 4))).sum() == pytest.approx(1, rel=1e-5)
    assert set(np.unique(model.sample(jax.random.key(0), 50))) <= {0.0, 1.0, 2.0}


def test_a_chain_of_regressions_integrates_to_one():
    model = shaken(models.fully_visible(2, Gaussian()), 2)
    line = np.arange(-9, 9, 0.1, dtype="float32")
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    assert np.exp(model(grid)).sum() * 0.01 == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("name", ["NADE", "MADE, several orders", "PixelCNN"])
def test_three_bits_and_their_doubles_are_learned(name):
    """Eight rows of 64: log 8 = 2.08 nats at best, 6 log 2 = 4.16 without learning."""
    bits = np.asarray(rows_of(2, 3))
    x = np.tile(np.concatenate([bits, bits], axis=1), (20, 1))
    wide = {
        "NADE": models.nade(D, 32),
        "MADE, several orders": models.made(D, [96], Bernoulli(), orders=2, masks=2),
    }
    algorithm = density(wide.get(name, MODELS[name]), adam(0.02))
    run = fit(algorithm, x, epochs=120, batch=32)
    assert -np.mean(run.outputs(x)) < 2.4


def test_candidates_are_chosen_by_weight():
    rows = jnp.array([[[1.0], [5.0]], [[2.0], [6.0]]])
    heavy = jnp.array([[0.0, -jnp.inf], [-jnp.inf, 0.0]])
    np.testing.assert_array_equal(chosen(jax.random.key(0), rows, heavy), [[1.0], [6.0]])


def test_what_makes_no_model_is_refused():
    with pytest.raises(InputError, match="orders and masks\n.*from 1 up"):
        models.made(3, [4], Bernoulli(), orders=0)
    with pytest.raises(InputError, match="NADE: units"):
        models.nade(3, 0)
    for model in MODELS.values():
        with pytest.raises(InputError, match=r"\(B, 6\)"):
            fit(density(model, adam(0.1)), np.zeros((4, 5)))
        with pytest.raises(InputError, match="Bernoulli: target in row 0"):
            fit(density(model, adam(0.1)), np.full((4, D), 2.0))


def test_missing_numbers_of_another_shape_are_refused():
    for model in (MODELS["MADE"], MODELS["MADE, several orders"], models.flow(D)):
        with pytest.raises(InputError, match=r"missing\n.*shape of x, \(2, 6\)"):
            model.impute(jax.random.key(0), jnp.ones((2, D)), jnp.ones((2, 1)))
