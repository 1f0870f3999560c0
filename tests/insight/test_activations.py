"""Activations: the names of the summary, the numbers of the layers, whatever the wiring."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import insight, nn
from gradus.base.errors import InputError


@pytest.fixture(scope="module")
def wired():
    """A chain with a residual part and a frozen one."""
    model = nn.Sequential(
        nn.Conv(4, 3, nn.relu, padding="same"),
        nn.Residual(nn.Conv(4, 3, padding="same"), nn.BatchNorm()),
        nn.frozen(nn.MaxPool(2)),
        nn.Conv(2, 1),
        nn.Flatten(),
        nn.Dense(3),
    )
    return model.init(jax.random.key(0), (4, 4, 1))


def test_every_layer_tells_what_it_computes(wired):
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 1)).astype(np.float32)
    found = insight.activations(wired, x)
    value = jnp.asarray(x)
    for i, layer in enumerate(wired.layers):
        value = layer(value)
        np.testing.assert_allclose(found[str(i)], value, rtol=1e-5, atol=1e-6)


def test_names_and_shapes_are_those_of_the_summary(wired):
    found = insight.activations(wired, np.ones((2, 4, 4, 1)))
    rows = {row.name: row.output for row in nn.summary(wired, (4, 4, 1)).rows if row.name}
    assert {name: a.shape[1:] for name, a in found.items()} == rows


def test_inner_layers_come_before_the_one_that_holds_them(wired):
    names = list(insight.activations(wired, np.ones((1, 4, 4, 1))))
    assert names.index("1.0") < names.index("1.1") < names.index("1") < names.index("2")


def test_refused(wired):
    with pytest.raises(InputError, match="a layer that holds layers"):
        insight.activations(nn.Dense(2).init(jax.random.key(0), (3,)), np.ones((1, 3)))
    with pytest.raises(InputError, match="one array"):
        insight.activations(wired, {"a": np.ones((1, 4, 4, 1))})
