"""Graphs of models: connections, sizes, arithmetic."""

import xml.etree.ElementTree as ElementTree

import jax
import jax.numpy as jnp
import pytest

from gradus import nn
from gradus.nn.flops import flops
from gradus.nn.graph import MOST_BOXES, graph


def test_a_chain():
    g = graph(nn.Sequential(nn.Dense(4, nn.relu), nn.Dense(2)), (3,))
    assert [(p.name, p.layer, p.output, p.parameters, p.sources) for p in g.parts] == [
        ("", "input", (3,), 0, ()),
        ("0", "Dense", (4,), 16, (0,)),
        ("1", "Dense", (2,), 10, (1,)),
    ]
    # 3·4 products and as many sums, 4 biases, 4 rectifiers; 4·2, 2 biases
    assert [p.flops for p in g.parts] == [0, 24 + 4 + 4, 16 + 2]


def test_a_skip_connection_leads_around():
    g = graph(nn.Sequential(nn.Dense(4), nn.Residual(nn.Dense(4))), (4,))
    plus = g.parts[-1]
    assert plus.layer == "+"
    assert {g.parts[i].layer for i in plus.sources} >= {"Dense"}
    assert len(plus.sources) == 2


def test_deep_models_are_folded_by_layer():
    block = nn.Residual(nn.Sequential(*[nn.Dense(3) for _ in range(10)]))
    g = graph(nn.Sequential(*[block] * 10), (3,))
    assert len(g.parts) == 1 + 10 * 3 <= MOST_BOXES
    assert {p.layer for p in g.parts[1:]} == {"Lambda", "Sequential", "+"}
    assert sum(p.parameters for p in g.parts) == 10 * 10 * 12


def test_the_picture_is_well_formed():
    picture = graph(nn.Residual(nn.Dense(3)), (3,)).svg()
    assert len(list(ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}rect"))) >= 3


def convolve(x, k):
    return jax.lax.conv_general_dilated(
        x, k, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


@pytest.mark.parametrize(
    ("f", "shapes", "count"),
    [
        (lambda a, b: a @ b, [(2, 3), (3, 4)], 2 * 2 * 3 * 4),
        (convolve, [(1, 32, 32, 3), (5, 5, 3, 6)], 2 * 28 * 28 * 6 * 5 * 5 * 3),
        (lambda a: jnp.sum(a.T), [(3, 4)], 12),
        (lambda a: jax.lax.fori_loop(0, 7, lambda i, c: jnp.sin(c), a), [(3,)], 7 * (3 + 1)),
        (lambda a: jnp.reshape(a, (4, 3)), [(3, 4)], 0),
    ],
)
def test_arithmetic_is_counted(f, shapes, count):
    assert flops(jax.make_jaxpr(f)(*map(jnp.ones, shapes)).jaxpr) == count
