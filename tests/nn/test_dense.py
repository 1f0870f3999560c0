"""Known networks by hand, and PyTorch's Linear."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError

CORNERS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
XOR = np.array([[0.0], [1], [1], [0]])


def test_xor_is_beyond_a_linear_model():
    """Least squares gives w = 0 and b = ½: the linear model says ½ everywhere."""
    design = np.hstack([CORNERS, np.ones((4, 1))])
    best = np.linalg.lstsq(design, XOR, rcond=None)[0]
    np.testing.assert_allclose(best, [[0], [0], [0.5]], atol=1e-12)
    layer = nn.Dense(1).replace(weight=jnp.asarray(best[:2]), bias=jnp.asarray(best[2]))
    np.testing.assert_allclose(layer(jnp.asarray(CORNERS)), 0.5 * np.ones((4, 1)), atol=1e-6)


def test_xor_by_two_rectifiers():
    """h = relu(x W + c) is (0,0), (1,0), (1,0), (2,1); h w is 0, 1, 1, 2 − 2 = 0."""
    hidden = nn.Dense(2, nn.relu).replace(weight=jnp.ones((2, 2)), bias=jnp.array([0.0, -1.0]))
    output = nn.Dense(1).replace(weight=jnp.array([[1.0], [-2.0]]), bias=jnp.zeros(1))
    y = nn.Sequential(hidden, output)(jnp.asarray(CORNERS))
    np.testing.assert_array_equal(y, XOR)


def test_as_pytorch(float64, key):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.Linear(3, 2).double()
    ours = nn.Dense(2).replace(
        weight=jnp.asarray(theirs.weight.detach().numpy().T),
        bias=jnp.asarray(theirs.bias.detach().numpy()),
    )
    x = np.asarray(jax.random.normal(key, (5, 3)))
    at = torch.tensor(x, requires_grad=True)
    theirs(at).square().sum().backward()

    gradient, slope = jax.grad(lambda m, x: jnp.square(m(x)).sum(), (0, 1))(ours, jnp.asarray(x))
    np.testing.assert_allclose(ours(jnp.asarray(x)), theirs(at).detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(gradient.weight, theirs.weight.grad.numpy().T, rtol=1e-12)
    np.testing.assert_allclose(gradient.bias, theirs.bias.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(slope, at.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "wording"),
    [
        (lambda: nn.Dense(4, "relu"), r"Dense: activation\n.*\n.*'relu'\n.*nn\.relu"),  # pyright: ignore
        (lambda: nn.Dense(4, 64), r"activation\n(.*\n)+.*Dense\(64, nn\.relu\)"),  # pyright: ignore
        (lambda: nn.Dense(3, nn.PReLU()), "put it after Dense in a Sequential"),
        (lambda: nn.Dense(3, nn.PReLU), "Expected: a function"),
        (lambda: nn.Dense(0), r"Dense: units\n.*from 1 up\n.*0"),
        (lambda: nn.Dense(-1), "Dense: units"),
        (lambda: nn.Dense(2.0), r"Got: +2\.0"),  # pyright: ignore
        (lambda: nn.Dense(True), "Got: +True"),
    ],
)
def test_hyperparameters_that_make_no_layer_are_refused(make, wording):
    with pytest.raises(InputError, match=wording):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "wording"),
    [
        (nn.Dense(1), (), r"Got: +\(\)\n.*x\[:, None\]"),
        (nn.Dense(1), 3, r"such as \(3,\)"),
        (nn.Dense(1), ((3,), (4,)), r"join the branches with nn\.Concat\(\)"),
        (nn.Dense(1), {"a": (3,)}, r"nn\.Concat\(\)"),
        (
            nn.Sequential(nn.Branches(nn.relu, nn.tanh), nn.Dense(1)),  # pyright: ignore
            (3,),
            r"layer 1 (.*\n)+.*Concat",
        ),
        (nn.PReLU(), (), "PReLU: shape"),
        (nn.Maxout(2), (), "Maxout: shape"),
        (nn.RBF(2), (), "RBF: shape"),
        (nn.BatchNorm(), (), "BatchNorm: shape"),
        (nn.LayerNorm(), (), "LayerNorm: shape"),
        (nn.GroupNorm(1), (), "GroupNorm: shape"),
    ],
)
def test_inputs_without_features_are_refused(layer, shape, wording, key):
    with pytest.raises(InputError, match=wording):
        layer.init(key, shape)


def test_over_positions_every_product_is_one_of_two_matrices(key):
    """Products over arrays of more axes have gradients that turn them in memory."""
    layer = nn.Dense(2).init(key, (5, 3))
    loss = lambda layer, x: jnp.sum(jnp.sin(layer(x)))  # noqa: E731
    program = jax.make_jaxpr(jax.grad(loss, argnums=(0, 1)))(layer, jnp.ones((4, 5, 3)))
    products = [e for e in program.jaxpr.eqns if e.primitive.name == "dot_general"]
    assert len(products) >= 3
    assert all(var.aval.ndim == 2 for e in products for var in e.invars)
