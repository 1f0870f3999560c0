"""How far back a gradient reaches, against gradients taken by hand."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.insight import ByLag, gradient_by_lag, weightings
from gradus.report import heads, lags
from gradus.report.lags import back_in_time


def linear(factor: float, **choices: Any) -> nn.SimpleRNN:
    """hₜ = xₜ + factor · hₜ₋₁."""
    one, back = nn.Constant(1.0), nn.Constant(factor)
    return nn.SimpleRNN(1, activation=nn.identity, weight_init=one, recurrent_init=back, **choices)


@pytest.mark.parametrize(("factor", "word"), [(0.5, "vanishes"), (1.0, "lasts"), (2.0, "explodes")])
def test_powers_of_the_recurrent_weight(factor, word):
    """∂y_T/∂x_{T−l} = 3 · factorˡ behind an output weight of 3."""
    model = nn.Sequential(linear(factor), nn.Dense(1, weight_init=nn.Constant(3.0)))
    found = gradient_by_lag(model.init(jax.random.key(0), (5, 1)), np.ones((2, 5, 1)))
    np.testing.assert_allclose(found.norms, 3 * factor ** np.arange(5), rtol=1e-5)
    np.testing.assert_allclose(found.factor, factor, rtol=1e-5)
    assert found.verdict.startswith(word)
    assert word in lags(found)


def test_several_outputs_and_tokens():
    """The mean square over all signs is the squared Frobenius norm of the Jacobian."""
    model = nn.Sequential(nn.Embedding(5, 3), nn.GRU(4), nn.Dense(2)).init(jax.random.key(0), (6,))
    x = np.array([[1, 2, 3, 4, 0, 2]])
    table, *rest = model.layers
    jacobian = jax.jacobian(lambda v: nn.Sequential(*rest)(v)[0])(table(jnp.asarray(x)))[:, 0]
    whole = np.sum(np.square(jacobian), axis=(0, 2))[::-1]
    both = [gradient_by_lag(model, x, seed=seed).norms ** 2 for seed in range(12)]
    unlike = [b for i, b in enumerate(both) if not any(np.allclose(b, c) for c in both[:i])]
    assert len(unlike) == 2  # signs that are equal, and signs that differ
    np.testing.assert_allclose(np.mean(unlike, axis=0), whole, rtol=1e-4)


def test_lags_are_counted_from_the_last_step_of_each_sequence():
    layer = linear(0.5).init(jax.random.key(0), (4, 1))
    mask = np.array([[1, 1, 0, 0], [0, 1, 0, 1]], np.float32)
    found = gradient_by_lag(layer, (np.ones((2, 4, 1), np.float32), mask))
    np.testing.assert_allclose(found.norms, [1, 0.5])


def test_every_step_returned_is_asked_at_the_last():
    one = linear(0.5, return_sequences=True).init(jax.random.key(0), (4, 1))
    found = gradient_by_lag(nn.Sequential(one), np.ones((1, 4, 1)))
    np.testing.assert_allclose(found.norms, [1, 0.5, 0.25, 0.125])


def test_a_gradient_of_zero_has_no_factor():
    found = ByLag(np.zeros(3))
    assert np.isnan(found.factor)
    assert found.verdict == "there is no gradient"
    with pytest.raises(InputError, match="lags"):
        lags(found)


def test_models_that_are_not_recurrent_are_refused():
    with pytest.raises(InputError, match="gradient_by_lag: model"):
        gradient_by_lag(nn.Dense(1).init(jax.random.key(0), (3,)), np.ones((2, 3)))
    pooled = nn.Sequential(nn.GlobalMeanPool(), nn.Dense(1)).init(jax.random.key(0), (4, 3))
    with pytest.raises(InputError, match="gradient_by_lag: model"):
        gradient_by_lag(pooled, np.ones((2, 4, 3)))


def test_heads_of_a_machine_are_seen_and_drawn():
    machine = nn.NeuralTuringMachine(2, 5, 3, controller=nn.Dense(4), reads=2)
    model = nn.Sequential(machine, nn.Dense(2)).init(jax.random.key(0), (6, 3))
    x = np.random.default_rng(0).normal(size=(2, 6, 3))
    found = weightings(model, x)
    assert found["read weightings"].shape == (2, 6, 2, 5)
    np.testing.assert_allclose(found["write weightings"].sum(axis=-1), 1, rtol=1e-5)
    assert heads(model, x).count("<image") == 3
    with pytest.raises(InputError, match="weightings: model"):
        weightings(nn.LSTM(2).init(jax.random.key(0), (6, 3)), x)


class Seen:
    """What a page needs of a run and of an assessment."""

    def __init__(self, model: Any, x: Any = None):
        self.model, self.sample_inputs = model, x


def test_pages_show_it_for_recurrent_models_alone():
    layer = linear(0.5).init(jax.random.key(0), (4, 1))
    run: Any = Seen(layer)
    shown: Any = Seen(None, np.ones((2, 4, 1)))
    assert "vanishes, 0.5 times per step" in back_in_time(run, shown)
    assert back_in_time(run, None) == ""
    dense: Any = Seen(nn.Dense(1).init(jax.random.key(0), (3,)))
    assert back_in_time(dense, Seen(None, np.ones((2, 3)))) == ""  # type: ignore[arg-type]
