"""Read-outs in closed form, and series that go on by themselves."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import data, models, nn
from gradus.base.errors import InputError


def test_readout_solves_its_equations(float64):
    """(HᵀH + nλ) B = Hᵀ Y on centred columns, for the steps after the washout."""
    x = np.random.default_rng(0).normal(size=(3, 40, 2))
    y = np.random.default_rng(1).normal(size=(3, 40))
    model = models.with_readout(nn.EchoState(7), x, y, washout=10, penalty=0.2)
    layer: Any
    output: Any
    layer, output = model.layers
    h = np.asarray(layer(jnp.asarray(x)))[:, 10:].reshape(90, 7)
    h, wanted = h - h.mean(axis=0), y[:, 10:].ravel()
    expected = np.linalg.solve(h.T @ h + 18 * np.eye(7), h.T @ (wanted - wanted.mean()))
    np.testing.assert_allclose(output.weight[:, 0], expected, rtol=1e-8)
    outputs = np.asarray(model.with_sequences()(jnp.asarray(x)))[:, 10:, 0]
    np.testing.assert_allclose(outputs.mean(), wanted.mean(), atol=1e-12)


def test_weights_that_are_there_are_kept():
    layer: Any = nn.EchoState(5).init(jax.random.key(7), (20, 1))
    x = np.random.default_rng(0).normal(size=(1, 20, 1))
    kept: Any = models.with_readout(layer, x, x[:, :, 0]).layers[0]
    np.testing.assert_array_equal(kept.recurrent, layer.recurrent)


def test_free_run_is_step_after_step():
    """The same as handing every output back by hand."""
    x = np.random.default_rng(0).normal(size=(2, 15, 1))
    model = models.with_readout(nn.EchoState(10), x[:, :-1], x[:, 1:], penalty=0.1)
    found = models.free_run(model, x, 3)
    line = jnp.asarray(x, jnp.float32)
    for step in range(3):
        y = model(line)[:, -1]
        np.testing.assert_allclose(found[:, step], y, atol=1e-5)
        line = jnp.concatenate([line, y[:, None]], axis=1)


def test_mackey_glass_goes_on_by_itself(float64):
    """NRMSE after 84 steps, 40 starts, 150 units; a thousand reach a hundredth of that."""
    series = np.tanh(data.mackey_glass(2400) - 1)
    line = series[None, :1501, None]
    layer = nn.EchoState(150, bias_scale=0.2)
    model = models.with_readout(layer, line[:, :-1], line[:, 1:], washout=200, penalty=1e-12)
    starts = 1500 + 12 * np.arange(40)
    shown = np.stack([series[at : at + 200] for at in starts])[..., None]
    wrong = models.free_run(model, shown, 84)[:, -1, 0] - series[starts + 283]
    assert np.sqrt(np.mean(wrong**2) / series.var()) < 0.1


def test_a_liquid_tells_which_channel_was_busy_first():
    """Two channels fire, one after the other; the inputs at the end say nothing about it."""
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 300)
    early = (
        random.random((300, 20, 2)) < np.where(np.arange(2)[None] == y[:, None], 0.6, 0.1)[:, None]
    )
    x = np.concatenate([early, random.random((300, 10, 2)) < 0.3], axis=1).astype(float)
    layer = nn.LiquidState(100, scale=2.0, trace=0.95).init(jax.random.key(0), (30, 2))
    model = models.with_ridge_output(layer, x[:200], y[:200], classes=2)
    right = np.argmax(model(jnp.asarray(x[200:], jnp.float32)), axis=1) == y[200:]
    assert right.mean() > 0.9


WRONG = {
    "no recurrence": (lambda: models.with_readout(DENSE, X, X), "with_readout: layer"),
    "lengths": (lambda: models.with_readout(ECHO, X, X[:, 1:]), "with_readout: x and y"),
    "a target at the end": (lambda: models.with_readout(ECHO, X, X[:, 0, 0]), "x and y"),
    "washout": (lambda: models.with_readout(ECHO, X, X, washout=9), "with_readout: washout"),
    "other outputs": (
        lambda: models.free_run(models.with_readout(ECHO, X, np.ones((2, 9, 3))), X, 2),
        "free_run",
    ),
    "steps": (lambda: models.free_run(models.with_readout(ECHO, X, X), X, 0), "free_run: steps"),
    "not recurrent": (lambda: models.free_run(DENSE, X, 2), "free_run"),
}
DENSE: Any = nn.Dense(1)
X, ECHO = np.random.default_rng(0).normal(size=(2, 9, 1)), nn.EchoState(4)


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused(name):
    make, wording = WRONG[name]
    with pytest.raises(InputError) as refusal:
        make()
    assert wording in str(refusal.value)
