"""Rows and totals of summaries, for every way of putting layers together."""

from __future__ import annotations

import jax.numpy as jnp
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.tree import count


def test_three_four_two():
    """(3 × 4) + (4 × 2) = 20 weights; with 4 + 2 biases 26 parameters."""
    model = nn.Sequential(nn.Dense(4, nn.relu), nn.Dense(2))
    found = nn.summary(model, (3,))
    assert found.weights == 20
    assert found.parameters == 26
    assert str(found) == (
        "Layer       Output  Trained  Fixed\n"
        "Sequential  (2,)         26      0\n"
        "  0 Dense   (4,)         16      0\n"
        "  1 Dense   (2,)         10      0\n"
        "26 parameters, 20 of them weights"
    )


NESTED = nn.Sequential(
    nn.Parallel(image=nn.Sequential(nn.Flatten(), nn.Dense(4)), text=nn.Dense(4)),
    nn.Add(),
    nn.Residual(nn.BatchNorm(), nn.Dropout()),
    nn.frozen(nn.Dense(2)),
)
NESTED_SHAPE = {"image": (2, 2), "text": (3,)}


def test_nested_layers():
    """Dense 4→4: 20; 3→4: 16; batch norm 4 gains and 4 biases, 8 averages; frozen 4→2: 10."""
    both = {"image": (4,), "text": (4,)}
    assert list(nn.summary(NESTED, NESTED_SHAPE).rows) == [
        ("", "Sequential", 0, (2,), 44, 18),
        ("0", "Parallel", 1, both, 36, 0),
        ("0.image", "Sequential", 2, (4,), 20, 0),
        ("0.image.0", "Flatten", 3, (4,), 0, 0),
        ("0.image.1", "Dense", 3, (4,), 20, 0),
        ("0.text", "Dense", 2, (4,), 16, 0),
        ("1", "Add", 1, (4,), 0, 0),
        ("2", "Residual", 1, (4,), 8, 8),
        ("2", "Sequential", 2, (4,), 8, 8),
        ("2.0", "BatchNorm", 3, (4,), 8, 8),
        ("2.1", "Dropout", 3, (4,), 0, 0),
        ("2.shortcut", "Lambda", 2, (4,), 0, 0),
        ("3", "Frozen", 1, (2,), 0, 10),
        ("3", "Dense", 2, (2,), 0, 10),
    ]


def test_before_and_after_init_alike(key):
    ready = NESTED.init(key, NESTED_SHAPE)
    found = nn.summary(ready, NESTED_SHAPE)
    assert found == nn.summary(NESTED, NESTED_SHAPE)
    assert found.parameters + found.rows[0].fixed == count(ready)


class Twice(nn.Layer):
    """A layer of one's own, which looks into the layers it holds."""

    inside: nn.Dense
    unused: nn.Layer

    def init(self, key, shape):
        return self.replace(inside=self.inside.init(key, shape))

    def __call__(self, x, forward=nn.INFERENCE):
        return self.inside(x, forward) + x @ self.inside.weight


def test_layers_of_ones_own():
    found = nn.summary(Twice(nn.Dense(2), nn.Dropout()), (3,))
    assert [(row.name, row.output) for row in found.rows] == [
        ("", (2,)),
        ("inside", (2,)),
        ("unused", None),
    ]


def test_layers_that_compute_with_other_weights():
    """Spectral normalisation puts other weights into the layer that it holds."""
    assert nn.summary(nn.SpectralNorm(nn.Dense(2)), (3,)).parameters == 3 * 2 + 2


def test_models_of_millions_take_no_memory():
    found = nn.summary(nn.Sequential(nn.Dense(10**6), nn.Dense(10**6)), (10**6,))
    assert found.weights == 2 * 10**12
    assert "2,000,002,000,000 parameters" in str(found)


class LookUp(nn.Layer):
    """Whole numbers as rows of the identity matrix."""

    def __call__(self, x, forward=nn.INFERENCE):
        return jnp.eye(5)[x]

    def output_shape(self, shape):
        return (*shape, 5)


def test_inputs_of_another_type():
    found = nn.summary(nn.Sequential(LookUp(), nn.Dense(2)), (7,), jnp.int32)
    assert [row.output for row in found.rows] == [(7, 2), (7, 5), (7, 2)]


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match=r"layer 1 › Residual"):
        nn.summary(nn.Sequential(nn.Dense(4), nn.Residual(nn.Dense(3))), (3,))
