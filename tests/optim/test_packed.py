import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from gradus.optim.packed import SMALL, packed

TREES = {
    "several small": {"a": (2, 3), "b": (4,), "c": ()},
    "small and large": {"a": (3,), "b": (SMALL + 1,), "c": (2, 2)},
    "only large": {"a": (SMALL + 1,)},
    "none": {},
}


@pytest.mark.parametrize("shapes", TREES.values(), ids=TREES)
def test_changes_nothing_but_the_layout(shapes):
    rng = np.random.default_rng(0)
    gradients = [
        {k: jnp.asarray(rng.normal(size=s), jnp.float32) for k, s in shapes.items()}
        for _ in range(3)
    ]
    alone, together = optax.trace(0.5), packed(optax.trace(0.5))
    state, packed_state = alone.init(gradients[0]), together.init(gradients[0])
    for gradient in gradients:
        expected, state = alone.update(gradient, state)
        found, packed_state = together.update(gradient, packed_state)
        assert jax.tree.structure(found) == jax.tree.structure(expected)
        jax.tree.map(np.testing.assert_array_equal, found, expected)


def test_dtypes_are_kept_apart(float64):
    tree = [jnp.ones(2, jnp.float32), jnp.ones(3, jnp.float64), None, jnp.ones(1, jnp.float32)]
    direction = packed(optax.trace(0.5))
    vectors, large = direction.init(tree).trace
    assert {k: v.shape for k, v in vectors.items()} == {"float32": (3,), "float64": (3,)}
    assert large == []
    found, _ = direction.update(tree, direction.init(tree))
    assert [a.dtype.name for a in jax.tree.leaves(found)] == ["float32", "float64", "float32"]
