"""Targets that are probabilities of classes."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.likelihoods import Categorical

Z = jnp.array([[2.0, -1.0, 0.5], [0.0, 1.0, 3.0]])
Y = jnp.array([0, 2])
ROWS = jnp.eye(3)[Y]


@pytest.mark.parametrize(
    "likelihood",
    [Categorical(3), Categorical(3, smoothing=0.2), Categorical(3, class_weight=(1, 2, 4))],
    ids=["plain", "smoothed", "weighted"],
)
def test_certain_rows_are_class_numbers(likelihood):
    np.testing.assert_allclose(likelihood.log_prob(Z, ROWS), likelihood.log_prob(Z, Y), rtol=1e-6)
    hard, soft = likelihood.measures(Z, Y), likelihood.measures(Z, ROWS)
    np.testing.assert_array_equal(hard["accuracy"], soft["accuracy"])
    np.testing.assert_allclose(likelihood.marginal_bias(ROWS), likelihood.marginal_bias(Y))
    if likelihood.class_weight:
        np.testing.assert_allclose(likelihood.weight(ROWS), likelihood.weight(Y))


def test_the_loss_is_the_cross_entropy():
    """log p̂ = log ½ for both classes, whatever the target: −½ log ½ − ½ log ½ = log 2."""
    log_p = Categorical(2).log_prob(jnp.zeros((1, 2)), jnp.array([[0.3, 0.7]]))
    np.testing.assert_allclose(log_p, -np.log(2), rtol=1e-6)


def test_the_loss_is_linear_in_the_target():
    likelihood, other = Categorical(3), jnp.eye(3)[jnp.array([1, 0])]
    mixed = likelihood.log_prob(Z, 0.3 * ROWS + 0.7 * other)
    parts = 0.3 * likelihood.log_prob(Z, ROWS) + 0.7 * likelihood.log_prob(Z, other)
    np.testing.assert_allclose(mixed, parts, rtol=1e-5)


def test_rows_that_are_no_probabilities_are_refused():
    Categorical(2).check(np.array([[0.25, 0.75], [1.0, 0.0]]))
    with pytest.raises(InputError, match="row 1\n  Expected: 2 probabilities, which sum to 1"):
        Categorical(2).check(np.array([[0.5, 0.5], [0.5, 0.6]]))
    with pytest.raises(InputError, match="row 0"):
        Categorical(2).check(np.array([[-0.5, 1.5]]))
    with pytest.raises(InputError, match="row 0"):
        Categorical(2).check(np.array([[np.nan, 1.0]]))
