"""The table of vectors, its gradient, and tokens that are not in it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import fit, nn, supervised
from gradus.base.errors import InputError
from gradus.likelihoods import Bernoulli
from gradus.optim import sgd


def layer(**more):
    return nn.Embedding(5, 3, **more).init(jax.random.key(0), (4,))


def test_rows_of_the_table():
    x = jnp.array([[0, 4], [1, 1]])
    np.testing.assert_array_equal(layer()(x), np.asarray(layer().weight)[np.asarray(x)])


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "uint16"])
def test_every_type_of_whole_numbers(dtype):
    x = np.array([[0, 4], [1, 2]])
    np.testing.assert_array_equal(layer()(x.astype(dtype)), layer()(jnp.asarray(x)))


def test_gradient_is_summed_over_places():
    """Token 1 stands three times, token 2 once, the others nowhere."""
    slope = jax.grad(lambda layer: jnp.sum(layer(jnp.array([[1, 2], [1, 1]]))))(layer())
    np.testing.assert_array_equal(slope.weight, np.outer([0, 3, 1, 0, 0], np.ones(3)))


def test_mask_of_padding():
    vectors, mask = layer(padding=2)(jnp.array([[1, 2, 2], [0, 2, 4]]))
    assert vectors.shape == (2, 3, 3)
    np.testing.assert_array_equal(mask, [[1, 0, 0], [1, 0, 1]])


@pytest.mark.parametrize("token", [-1, 5, 2**31 - 1, -(2**31)])
def test_unknown_tokens_are_refused_with_their_place(token):
    x = jnp.array([[0, 1], [2, token]])
    with pytest.raises(InputError, match=r"not in the table, at \(1, 1\)") as refusal:
        layer()(x)
    assert str(token) in str(refusal.value)
    assert "from 0 to 4" in str(refusal.value)
    compiled = jax.jit(lambda layer, x: layer(x))(layer(), x)
    assert jnp.isnan(compiled[1, 1]).all()
    assert jnp.isfinite(compiled[0]).all()


@pytest.mark.parametrize(
    "x", [jnp.ones((2, 2)), jnp.ones((2, 2), bool)], ids=["floats", "booleans"]
)
def test_other_types_are_refused(x):
    with pytest.raises(InputError, match="Embedding: tokens"):
        layer()(x)


def test_padding_must_be_a_token():
    with pytest.raises(InputError, match="Embedding: padding"):
        nn.Embedding(5, 3, padding=5)


def test_a_table_has_rows():
    with pytest.raises(InputError, match="Embedding: tokens"):
        nn.Embedding(0, 3)


HOLDERS = {
    "alone": lambda e: e,
    "sequential": lambda e: nn.Sequential(e, nn.Flatten()),
    "frozen": lambda e: nn.Sequential(nn.frozen(e), nn.Flatten()),
    "parallel": lambda e: nn.Sequential(nn.Parallel(e), nn.Concat(), nn.Flatten()),
    "branches": lambda e: nn.Sequential(nn.Branches(e, e), nn.Concat(), nn.Flatten()),
    "weight noise": lambda e: nn.Sequential(nn.WeightNoise(e, 0.1), nn.Flatten()),
    "residual": lambda e: nn.Sequential(nn.Residual(e, shortcut=e), nn.Flatten()),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_refused_before_a_run(holder):
    model = HOLDERS[holder](nn.Embedding(5, 1))
    x = np.array([[0, 1], [2, 7]])
    x = (x,) if holder == "parallel" else x
    algorithm = supervised(nn.Sequential(model, nn.Dense(1)), Bernoulli(), sgd(0.1))
    with pytest.raises(InputError, match="^x › .*not in the table"):
        fit(algorithm, (x, np.array([0, 1])))


def test_refused_before_a_prediction():
    model = nn.Sequential(nn.Embedding(5, 1), nn.Flatten(), nn.Dense(1))
    x = np.array([[0, 1], [2, 4]])
    run = fit(supervised(model, Bernoulli(), sgd(0.1)), (x, np.array([0, 1])), epochs=1)
    with pytest.raises(InputError, match=r"^x › layer 0 › Embedding.*at \(0, 1\)"):
        run.predict(np.array([[0, 5]]))


def test_known_vectors():
    vectors = [[0.0, 1.0], [2.0, 3.0]]
    known = nn.Embedding.of(vectors, padding=0)
    assert (known.tokens, known.width) == (2, 2)
    ready = known.init(jax.random.key(0), (3,))
    np.testing.assert_array_equal(ready.weight, vectors)
    with pytest.raises(InputError, match="one vector for each token"):
        nn.Embedding.of([0.0, 1.0])


@pytest.mark.parametrize(
    ("vectors", "wording"),
    [([[1.0, 2.0], [3.0]], "different lengths"), ([[1.0], [np.nan]], "row 1, column 0")],
)
def test_known_vectors_that_are_none_are_refused(vectors, wording):
    with pytest.raises(InputError, match=wording):
        nn.Embedding.of(vectors)
