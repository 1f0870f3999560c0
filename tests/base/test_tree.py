"""Which arrays of a model are learned, and what they are called."""

import jax
import jax.numpy as jnp
import pytest

from gradus import nn
from gradus.base import tree

MODEL = nn.Sequential(
    nn.Dense(4, nn.relu), nn.BatchNorm(), nn.frozen(nn.Dense(3)), nn.Dense(2, use_bias=False)
).init(jax.random.key(0), (5,))

KINDS = {
    "0.weight": "weight",
    "0.bias": "param",
    "1.gain": "param",
    "1.bias": "param",
    "1.mean": "state",
    "1.variance": "state",
    "2.weight": "frozen",
    "2.bias": "frozen",
    "3.weight": "weight",
}


def test_every_array_has_its_name_and_kind():
    assert {leaf.name: leaf.kind for leaf in tree.leaves(MODEL)} == KINDS


def test_leaves_come_in_the_order_of_jax():
    ours = [leaf.value for leaf in tree.leaves(MODEL)]
    assert all(a is b for a, b in zip(ours, jax.tree.leaves(MODEL), strict=True))


def test_split_takes_the_trainable_arrays_and_merge_puts_them_back():
    params, rest = tree.split(MODEL)
    trained = [kind in ("weight", "param") for kind in KINDS.values()]
    assert len(jax.tree.leaves(params)) == sum(trained) == 5
    assert len(jax.tree.leaves(rest)) == len(trained) - 5
    whole = tree.merge(params, rest)
    assert jax.tree.structure(whole) == jax.tree.structure(MODEL)
    assert all(a is b for a, b in zip(jax.tree.leaves(whole), jax.tree.leaves(MODEL), strict=True))


def test_counts_worked_by_hand():
    # Dense(4): 5·4 + 4 = 24; norm: 4 gains, 4 biases, 4 means, 4 variances;
    # frozen Dense(3): 4·3 + 3 = 15; Dense(2) without bias: 3·2 = 6
    assert tree.count(MODEL) == 24 + 16 + 15 + 6
    assert tree.count(MODEL, trainable=True) == 24 + 8 + 6


def test_map_leaves_keeps_the_structure():
    names = tree.map_leaves(lambda leaf: leaf.name, MODEL)
    assert jax.tree.leaves(names) == list(KINDS)
    assert names.layers[0].weight == "0.weight"


def test_integers_are_never_trained():
    leaf = tree.leaves({"count": jnp.arange(3), "w": jnp.ones((2, 2)), "b": jnp.ones(2)})
    assert {a.name: a.kind for a in leaf} == {"count": "state", "w": "weight", "b": "param"}


NAMES = {
    "a bare array": (jnp.ones(1), ["value"]),
    "a list": ([jnp.ones(1), jnp.ones(1)], ["0", "1"]),
    "nested": ({"a": (jnp.ones(1), {"b": jnp.ones(1)})}, ["a.0", "a.1.b"]),
}


@pytest.mark.parametrize("case", NAMES)
def test_names_of_paths(case):
    value, names = NAMES[case]
    assert [leaf.name for leaf in tree.leaves(value)] == names


def test_arrays_by_name():
    model = nn.Sequential(nn.Dense(2), nn.Dense(1)).init(jax.random.key(0), (3,))
    assert {name: a.shape for name, a in tree.by_name(model).items()} == {
        "0.weight": (3, 2),
        "0.bias": (2,),
        "1.weight": (2, 1),
        "1.bias": (1,),
    }


def test_children_can_be_taken_out_and_put_back():
    parts, rebuild = tree.children(MODEL)
    assert jax.tree.structure(rebuild(parts)) == jax.tree.structure(MODEL)
    assert [type(part).__name__ for part in parts] == ["tuple"]
