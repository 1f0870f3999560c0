"""Our back-propagation through time against plain differentiation of the same steps."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from gradus import nn
from gradus.nn.recurrent import bptt
from gradus.nn.recurrent.bptt import Steps, through_time

B, T, D, H = 3, 4, 2, 4

LAYERS: dict[str, Any] = {
    "simple": nn.SimpleRNN(H, activation=nn.softplus),
    "lstm": nn.LSTM(H),
    "peephole": nn.LSTM(H, peephole=True),
    "coupled": nn.LSTM(H, coupled=True, peephole=True),
    "multiplicative": nn.MultiplicativeLSTM(H),
    "gru": nn.GRU(H),
    "gru, reset before": nn.GRU(H, reset_after=False),
    "jordan": nn.Jordan(H, 3),
    "leaky": nn.Leaky(H),
    "delay": nn.Delay(H, delay=3),
}


def by_scan(cell, weights, constants, steps, start):
    """The recurrence as a plain loop."""

    def step(state, at):
        new = cell(lambda k, v: v @ weights[k], constants, at.inputs, state)
        if at.present is not None:
            new = tuple(
                jnp.where(at.present[:, None] != 0, n, s) for n, s in zip(new, state, strict=True)
            )
        return new, new[0]

    end, outputs = lax.scan(step, start, steps)
    return outputs, end


def unrolled(cell, weights, constants, steps, start):
    """The recurrence as one long graph, without a loop."""
    state, outputs = start, []
    for t in range(T):
        at = jax.tree.map(lambda z, t=t: z[t], steps.inputs)
        new = cell(lambda k, v: v @ weights[k], constants, at, state)
        there = steps.present[t][:, None] != 0
        state = tuple(jnp.where(there, n, s) for n, s in zip(new, state, strict=True))
        outputs.append(state[0])
    return jnp.stack(outputs), state


def arguments(layer: Any, masked: bool):
    layer = layer.init(jax.random.key(0), (T, D))
    keys = iter(jax.random.split(jax.random.key(1), 30))
    layer = jax.tree.map(lambda a: jax.random.normal(next(keys), a.shape), layer)
    inputs = layer.inputs(jax.random.normal(next(keys), (T, B, D)))
    present = (jax.random.uniform(next(keys), (T, B)) > 0.3).astype(float) if masked else None
    start = tuple(jax.random.normal(next(keys), s.shape) for s in layer.start(B))
    return layer.cell, (layer.matrices, layer.constants, Steps(inputs, present), start)


def slopes(run, cell, given):
    """Gradients of a number that all outputs and the whole last state go into."""

    def number(given):
        outputs, end = run(cell, *given)
        ends = sum(jnp.sum(jnp.cos((k + 1) * s)) for k, s in enumerate(end))
        return jnp.sum(jnp.sin(outputs * jnp.arange(1.0, T + 1)[:, None, None])) + ends

    return jax.jit(jax.value_and_grad(number))(given)


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("name", LAYERS)
def test_gradient_is_that_of_the_plain_loop(name, masked, float64):
    cell, given = arguments(LAYERS[name], masked)
    assert_close(slopes(through_time, cell, given), slopes(by_scan, cell, given))


@pytest.mark.parametrize("name", ["simple", "lstm", "gru, reset before"])
def test_gradient_is_that_of_the_unrolled_graph(name, float64):
    cell, given = arguments(LAYERS[name], masked=True)
    assert_close(slopes(through_time, cell, given), slopes(unrolled, cell, given))


def test_truncated_gradient_leaves_out_what_lies_before(float64):
    """Stopped at the border, the gradient is that of the last part from a given state."""
    layer = nn.LSTM(H).init(jax.random.key(0), (T, D))
    x = jax.random.normal(jax.random.key(1), (B, T, D))

    def truncated(layer):
        _, state = layer.steps(x[:, :2], layer.start(B))
        y, _ = layer.steps(x[:, 2:], lax.stop_gradient(state))
        return jnp.sum(jnp.sin(y))

    _, state = layer.steps(x[:, :2], layer.start(B))
    last = jax.grad(lambda layer: jnp.sum(jnp.sin(layer.steps(x[:, 2:], state)[0])))(layer)
    whole = jax.grad(
        lambda layer: jnp.sum(jnp.sin(layer.replace(return_sequences=True)(x)[:, 2:]))
    )(layer)
    assert_close(jax.grad(truncated)(layer), last)
    assert not np.allclose(last.recurrent, whole.recurrent)


def test_second_derivatives(float64):
    """A product of the Hessian with a vector, forward over reverse and reverse over reverse."""
    cell, given = arguments(nn.LSTM(H), masked=True)
    direction = jax.tree.map(jnp.cos, given)

    def slope(run):
        return lambda given: slopes(run, cell, given)[1]

    def along(given):
        pairs = jax.tree.map(lambda a, b: jnp.sum(a * b), slope(through_time)(given), direction)
        return sum(jax.tree.leaves(pairs))

    _, expected = jax.jvp(slope(by_scan), (given,), (direction,))
    assert_close(jax.jvp(slope(through_time), (given,), (direction,))[1], expected)
    assert_close(jax.jit(jax.grad(along))(given), expected)


def test_several_members_side_by_side(float64):
    cell, given = arguments(nn.GRU(H, reset_after=False), masked=False)
    several = jax.tree.map(lambda a: jnp.stack([a, 0.5 * a]), given)
    found = jax.vmap(lambda given: slopes(through_time, cell, given))(several)
    assert_close(jax.tree.map(lambda a: a[0], found), slopes(by_scan, cell, given))


def test_no_array_is_kept_twice():
    """What the way back stacks: the gradient of z is that of the product, and h is there."""
    cell, given = arguments(nn.LSTM(H), masked=False)
    jaxpr = jax.make_jaxpr(lambda given: slopes(through_time, cell, given))(given)
    back = [e for e in scans(jaxpr.jaxpr) if e.params["reverse"]]
    stacked = [var.aval.shape for var in back[0].outvars[back[0].params["num_carry"] :]]
    assert stacked == [(T, B, 4 * H)]
    products = [e for e in within(back[0].params["jaxpr"].jaxpr) if "dot" in e.primitive.name]
    assert len(products) == 1


class Wrong(NamedTuple):
    """A step that multiplies past `product`: the gradient of its matrix cannot be seen."""

    def __call__(self, product, constants, z, state):
        return (jnp.tanh(z + product(0, lax.stop_gradient(state[0]))),)


def test_a_wrong_gradient_is_found(float64):
    cell, given = arguments(nn.SimpleRNN(H), masked=False)
    with pytest.raises(AssertionError):
        assert_close(slopes(through_time, Wrong(), given), slopes(by_scan, cell, given))


def test_compiled_once():
    """Layers of equal kinds and shapes share their compiled steps, outside of `jit` too."""
    layer = nn.LSTM(H).init(jax.random.key(0), (T, D))
    layer(jnp.ones((B, T, D)))
    before = bptt.through_time._cache_size()
    for _ in range(3):
        nn.LSTM(H).init(jax.random.key(1), (T, D))(jnp.zeros((B, T, D)))
    assert bptt.through_time._cache_size() == before


def within(jaxpr):
    """All equations of a program, those of inner programs too."""
    for equation in jaxpr.eqns:
        yield equation
        for value in equation.params.values():
            inner = getattr(value, "jaxpr", value)
            if hasattr(inner, "eqns"):
                yield from within(inner)


def scans(jaxpr):
    return [e for e in within(jaxpr) if e.primitive.name == "scan"]


def assert_close(one, other):
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-11)
