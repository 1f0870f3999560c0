import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn, optim
from gradus.base.errors import InputError
from gradus.base.tree import split
from gradus.optim import surfaces

GRADIENT = {"a": jnp.array([3.0, 0.0]), "b": jnp.array([[-4.0]])}  # length 5


def change_of(optimizer, gradient):
    return optimizer.update(gradient, optimizer.init(gradient), gradient)[0]


def flat(tree):
    return jnp.concatenate([a.reshape(-1) for a in jax.tree.leaves(tree)])


@pytest.mark.parametrize(("limit", "length"), [(1.0, 1.0), (4.9, 4.9), (5.1, 5.0), (100.0, 5.0)])
def test_the_norm_is_clipped_and_the_direction_stays(limit, length):
    change = flat(change_of(optim.clipped(optim.sgd(1.0), norm=limit), GRADIENT))
    np.testing.assert_allclose(change, -flat(GRADIENT) * length / 5, rtol=1e-6)


def test_short_gradients_are_untouched():
    for limit in ({"norm": 5.1}, {"value": 4.1}):
        change = change_of(optim.clipped(optim.sgd(1.0), **limit), GRADIENT)
        np.testing.assert_array_equal(flat(change), -flat(GRADIENT))


def test_values_are_clipped_one_by_one():
    change = change_of(optim.clipped(optim.sgd(1.0), value=3.5), GRADIENT)
    np.testing.assert_array_equal(flat(change), [-3.0, 0.0, 3.5])


def test_clipping_stops_the_leap_from_a_cliff():
    wall = jnp.array([1.0, 0.0])
    gradient = jax.grad(surfaces.cliff)(wall)
    assert jnp.abs(change_of(optim.sgd(0.1), gradient)).max() > 10
    assert jnp.abs(change_of(optim.clipped(optim.sgd(0.1), norm=1.0), gradient)).max() <= 0.1


@pytest.mark.parametrize("limits", [{}, {"norm": 1.0, "value": 1.0}, {"norm": 0.0}])
def test_clipping_needs_one_limit(limits):
    with pytest.raises(InputError, match="one limit above 0"):
        optim.clipped(optim.sgd(), **limits)


def test_noise_has_the_variance_it_promises_and_dies_out():
    optimizer = optim.noisy(optim.sgd(1.0), variance=4.0, annealing=1.0)
    still = jnp.zeros(20_000)
    state = optimizer.init(still)
    for t in (1, 2, 3):  # standard deviation √(4/t)
        change, state = optimizer.update(still, state, still)
        assert float(jnp.std(change)) == pytest.approx((4 / t) ** 0.5, rel=0.03)
        assert abs(float(jnp.mean(change))) < 0.05


def test_noise_follows_its_seed():
    one, again, other = (
        change_of(optim.noisy(optim.sgd(), seed=s), jnp.ones(3)) for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).all()


def small_model():
    model = nn.Sequential(nn.Dense(4, nn.relu), nn.Sequential(nn.Dense(2)))
    return split(model.init(jax.random.key(0), (3,)))[0]


def test_layers_have_rates_of_their_own():
    params = small_model()
    gradient = jax.tree.map(jnp.ones_like, params)
    optimizer = optim.per_layer(optim.sgd(1.0), {"0": 0.1, "1": 0.0, "1.0.bias": 0.5})
    first, second = optimizer.update(gradient, optimizer.init(params), params)[0].layers
    np.testing.assert_allclose(flat(first), -0.1)
    np.testing.assert_array_equal(second.layers[0].weight, 0.0 * params.layers[1].layers[0].weight)
    np.testing.assert_allclose(second.layers[0].bias, [-0.5, -0.5])


def test_a_name_is_matched_as_a_whole():
    w = {"1": jnp.ones(1), "10": jnp.ones(1), "name": jnp.ones(1)}
    change = change_of(optim.per_layer(optim.sgd(1.0), {"1": 0.5, "name": 0.2}), w)
    np.testing.assert_allclose(flat(change), [-0.5, -1.0, -0.2])


def test_factors_come_after_the_direction_and_carry_over_to_momentum():
    w = {"a": jnp.ones(1), "b": jnp.ones(1)}
    for make in (optim.adam, optim.momentum, lambda rate: optim.adamw(rate, weight_decay=0.5)):
        optimizer = optim.per_layer(make(0.1), {"a": 0.25})
        state = optimizer.init(w)
        for _ in range(3):
            change, state = optimizer.update(w, state, w)
        np.testing.assert_allclose(change["a"], 0.25 * change["b"], rtol=1e-6)


def test_a_wrong_name_is_refused_with_the_nearest():
    optimizer = optim.per_layer(optim.sgd(), {"0": 0.1, "1.0.wieght": 1.0})
    with pytest.raises(InputError, match=r"'1\.0\.wieght'") as error:
        optimizer.init(small_model())
    assert "did you mean '1.0.weight'?" in str(error.value)
    assert "'0.weight'" in str(error.value)


def test_negative_factors_are_refused():
    with pytest.raises(InputError, match="per_layer: 0"):
        optim.per_layer(optim.sgd(), {"0": -1.0})


def test_the_outermost_modifier_sees_the_gradient_first():
    loud = optim.noisy(optim.clipped(optim.sgd(1.0), norm=1.0), variance=100.0)
    assert jnp.linalg.norm(change_of(loud, jnp.ones(10))) == pytest.approx(1.0)
    assert loud.name == ("noisy(clipped(sgd(1), norm=1), variance=100, annealing=0.55, seed=0)")
