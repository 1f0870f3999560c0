"""What is stable stays as it is: twice is once, and where nothing is amiss nothing changes."""

from __future__ import annotations

import re

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

pytest.importorskip("mpmath")

from benchmarks.stability.formulas import FORMULAS
from benchmarks.stability.judge import evaluate
from calculus.stability.stable_already import FORMULAS as STABLE

from gradus.calculus.stability import stable

SAMPLE = [
    f._replace(spellings=dict(list(f.spellings.items())[:1]), inputs=[f.inputs[0], f.inputs[-1]])
    for f in FORMULAS[::3]
]


def twice(f):
    """stable ∘ stable"""
    return stable(stable(f))


@pytest.mark.parametrize("part", range(5))
def test_twice_is_once(part):
    formulas = SAMPLE[part::5]
    assert len(formulas) >= 10
    for one, two in zip(evaluate(stable, formulas), evaluate(twice, formulas), strict=True):
        where = f"{one.formula.name}, {one.spelling} at {one.inputs}"
        assert (one.value_ok, one.gradient_ok) <= (two.value_ok, two.gradient_ok), where
        if one.value_ok and one.gradient_ok:
            for a, b in zip(one.got.gradient, two.got.gradient, strict=True):
                size = float(np.max(np.abs(np.where(np.isfinite(a), a, 0)))) if np.size(a) else 0.0
                np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6 * size, err_msg=where)
            np.testing.assert_allclose(one.got.value, two.got.value, rtol=2e-5, err_msg=where)


# ---- formulas that are stable already

VECTORS = np.float32(
    [
        [0.3, -1.2, 2.0],
        [0.0, 0.0, 0.0],
        [1.0, 1.0, 1.0],
        [1e-4, -1e-4, 3e-4],
        [80.0, -80.0, 0.5],
        [-30.0, -31.0, -29.5],
        [1e-12, 2.0, -1e-12],
        [500.0, 499.0, -500.0],
    ]
)


def answers(f, dtype):
    """Value and gradient at all vectors."""
    x = jnp.asarray(VECTORS, dtype)
    value, slope = jax.vmap(jax.value_and_grad(f))(x)
    return np.column_stack([value, slope]).astype(np.float64)


def misses(got, want):
    """Distance to the exact numbers, relative to each and to the largest slope of the row."""
    size = np.abs(want)
    size[:, 1:] = np.maximum(size[:, 1:], 0.1 * size[:, 1:].max(axis=1, keepdims=True))
    with np.errstate(all="ignore"):
        miss = np.abs(got - want) / np.maximum(size, 1e-30)
    return np.where(got == want, 0, np.where(np.isfinite(miss), miss, np.inf))


@pytest.mark.parametrize("name", STABLE)
def test_what_is_stable_is_not_harmed(name):
    """No further from double precision than before; a few roundings are forgiven."""
    f = STABLE[name]
    with jax.enable_x64(True):
        want = answers(f, "float64")
    known = np.isfinite(want)
    before, after = (misses(answers(g, "float32"), want) for g in (f, stable(f)))
    worse = known & (after > 2 * before + 4e-6)
    assert not worse.any(), [
        f"{VECTORS[i].tolist()}[{j}]: {before[i, j]:.2g} before, {after[i, j]:.2g} after"
        for i, j in zip(*np.nonzero(worse), strict=True)
    ]


# ---- programs without trouble


def network(x):
    """Two layers of tanh."""
    w = jnp.full((4, 8), 0.1)
    return jnp.tanh(jnp.tanh(x @ w) @ w.T) @ jnp.ones(4)


def convolved(x):
    """A convolution, relu, pooling, a mean."""
    kernel = jnp.full((2, 1, 3, 3), 0.1)
    image = jnp.broadcast_to(x, (1, 1, 4, 4))
    y = jax.lax.conv_general_dilated(image, kernel, (1, 1), "SAME")
    pooled = jax.lax.reduce_window(
        jax.nn.relu(y), -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID"
    )
    return jnp.mean(pooled)


def recurrent(x):
    """A scan of tanh."""
    return jax.lax.scan(lambda h, a: (jnp.tanh(0.5 * h + a), h), jnp.zeros(()), x)[0]


def guarded(x):
    """A double where."""
    return jnp.sum(jnp.where(x > 0, x * jnp.maximum(x, 1.0), 0.5 * x))


UNTOUCHED = {
    "network": network,
    "convolution": convolved,
    "recurrent": recurrent,
    "matrix products": lambda x: jnp.sum(jnp.outer(x, x) @ jnp.outer(x, x)),
    "waves": lambda x: jnp.sum(jnp.sin(x) + 2 * jnp.cos(3 * x)),
    "polynomial": lambda x: jnp.sum(x**3 + 2 * x**2 + 0.5 * x),
    "squared error": lambda x: jnp.mean((x - jnp.arange(4.0)) ** 2),
    "exponential": lambda x: jnp.sum(2 * jnp.exp(-x)),
    "relu": lambda x: jnp.sum(jax.nn.relu(x)),
    "softplus": lambda x: jnp.sum(jax.nn.softplus(x)),
    "log_softmax": lambda x: jax.nn.log_softmax(x)[0],
    "softmax": lambda x: jax.nn.softmax(x) @ jnp.arange(4.0),
    "log sigmoid": lambda x: jnp.sum(jax.nn.log_sigmoid(x)),
    "guarded": guarded,
    "indices": lambda x: x[jnp.array([0, 2])].sum() + x[1:3].prod(),
    "sorting": lambda x: jnp.sort(x)[0] + jnp.argmax(x).astype(jnp.float32),
    "loop": lambda x: jax.lax.fori_loop(0, 5, lambda i, s: s * 0.5 + x[0], x[1]),
    "branch": lambda x: jax.lax.cond(x[0] > 0, jnp.sum, jnp.prod, x),
    "remat": lambda x: jax.checkpoint(lambda x: jnp.sum(jnp.sin(jnp.sin(x))))(x),
    "compiled": lambda x: jnp.sum(jax.jit(lambda a: jnp.tanh(2 * a))(x)),
    "logarithm": lambda x: jnp.sum(jnp.log(x)),
    "random": lambda x: jnp.sum(x * jax.random.normal(jax.random.key(0), x.shape)),
}


def lowered(f):
    """What the compiler is given for value and gradient."""
    text = jax.jit(jax.value_and_grad(f)).lower(jnp.arange(1.0, 5.0)).as_text()
    return re.sub(r"@\w+", "@", text)


@pytest.mark.parametrize("name", UNTOUCHED)
def test_a_program_without_trouble_stays_the_same_program(name):
    f = UNTOUCHED[name]
    assert lowered(stable(f)) == lowered(f)


def test_an_equinox_network_stays_the_same_program(key):
    model = eqx.nn.MLP(4, 2, 8, 2, activation=jnp.tanh, key=key)
    arrays, rest = eqx.partition(model, eqx.is_array)

    def loss(arrays, x):
        return jnp.sum(eqx.combine(arrays, rest)(x) ** 2)

    x = jnp.ones(4)
    got = jax.jit(jax.grad(stable(loss))).lower(arrays, x).as_text()
    want = jax.jit(jax.grad(loss)).lower(arrays, x).as_text()
    assert re.sub(r"@\w+", "@", got) == re.sub(r"@\w+", "@", want)


def test_a_repaired_program_is_another_program():
    """The comparison can fail."""

    def f(x):
        return jnp.sum(jnp.log(1 + jnp.exp(x)))

    assert lowered(stable(f)) != lowered(f)
