"""Every kind of recurrence against its formula, one step after the other in NumPy."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn

B, T, D, H = 3, 6, 2, 4


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def simple(p, x):
    h = np.zeros((B, H))
    for t in range(T):
        h = np.tanh(x[:, t] @ p["weight"] + h @ p["recurrent"] + p["bias"])
        yield h


def gated(p, x, names, peephole=False, multiplicative=False):
    """An LSTM with gates of some names; without "i" what is forgotten makes room."""
    h = c = np.zeros((B, H))
    for t in range(T):
        seen = (x[:, t] @ p["shift"]) * (h @ p["mixing"]) if multiplicative else h
        sums = x[:, t] @ p["weight"] + seen @ p["recurrent"] + p["bias"]
        z = dict(zip(names, np.split(sums, len(names), axis=1), strict=True))
        if peephole:
            w = dict(zip([n for n in names if n != "g"], p["peepholes"], strict=True))
            z = {n: s + w[n] * c if n in ("i", "f") else s for n, s in z.items()}
        f = sigmoid(z["f"])
        i = sigmoid(z["i"]) if "i" in z else 1 - f
        c = f * c + i * np.tanh(z["g"])
        if peephole:
            z["o"] = z["o"] + w["o"] * c
        h = sigmoid(z["o"]) * np.tanh(c)
        yield h


def gru(p, x, after):
    h, U = np.zeros((B, H)), np.split(p["recurrent"], 3, axis=1)
    b = np.split(p["recurrent_bias"], 3) if after else np.zeros((3, H))
    for t in range(T):
        zu, zr, zn = np.split(x[:, t] @ p["weight"] + p["bias"], 3, axis=1)
        u, r = sigmoid(zu + h @ U[0] + b[0]), sigmoid(zr + h @ U[1] + b[1])
        n = np.tanh(zn + (r * (h @ U[2] + b[2]) if after else (r * h) @ U[2]))
        h = u * h + (1 - u) * n
        yield h


def jordan(p, x):
    o = np.zeros((B, 2))
    for t in range(T):
        h = np.tanh(x[:, t] @ p["weight"] + o @ p["recurrent"] + p["bias"])
        o = sigmoid(h @ p["output_weight"] + p["output_bias"])
        yield o


def leaky(p, x):
    h, alpha = np.zeros((B, H)), np.array([0.1, 0.1, 0.9, 0.9])
    for t in range(T):
        new = np.tanh(x[:, t] @ p["weight"] + h @ p["recurrent"] + p["bias"])
        h = alpha * h + (1 - alpha) * new
        yield h


def delay(p, x):
    past = [np.zeros((B, H))] * 3
    for t in range(T):
        sums = x[:, t] @ p["weight"] + past[-1] @ p["recurrent"] + past[-3] @ p["delayed"]
        past.append(np.tanh(sums + p["bias"]))
        yield past[-1]


def time_delay(p, x):
    for t in range(T):
        window = [(t - 2 + k, p["weight"][k]) for k in range(3)]
        yield np.tanh(sum(x[:, s] @ w for s, w in window if s >= 0) + p["bias"])


KINDS: dict[str, tuple[Any, Any]] = {
    "simple": (nn.SimpleRNN(H), simple),
    "lstm": (nn.LSTM(H), lambda p, x: gated(p, x, "ifgo")),
    "peephole": (nn.LSTM(H, peephole=True), lambda p, x: gated(p, x, "ifgo", peephole=True)),
    "coupled": (nn.LSTM(H, coupled=True), lambda p, x: gated(p, x, "fgo")),
    "coupled peephole": (
        nn.LSTM(H, coupled=True, peephole=True),
        lambda p, x: gated(p, x, "fgo", peephole=True),
    ),
    "multiplicative": (
        nn.MultiplicativeLSTM(H),
        lambda p, x: gated(p, x, "ifgo", multiplicative=True),
    ),
    "gru": (nn.GRU(H), lambda p, x: gru(p, x, after=True)),
    "gru, reset before": (nn.GRU(H, reset_after=False), lambda p, x: gru(p, x, after=False)),
    "jordan": (nn.Jordan(H, 2, output_activation=nn.sigmoid), jordan),
    "leaky": (nn.Leaky(H, alphas=(0.1, 0.9)), leaky),
    "delay": (nn.Delay(H, delay=3), delay),
    "time delay": (nn.TimeDelay(H, 3, nn.tanh), time_delay),
}


def ready(layer: Any) -> Any:
    """The layer with all its arrays random, returning every step."""
    layer = layer.replace(return_sequences=True).init(jax.random.key(0), (T, D))
    keys = iter(jax.random.split(jax.random.key(1), 10))
    return jax.tree.map(lambda a: 0.7 * jax.random.normal(next(keys), a.shape), layer)


def arrays(layer: Any) -> dict[str, np.ndarray]:
    found = {name: getattr(layer, name) for name in vars(layer)}
    return {name: np.asarray(a) for name, a in found.items() if isinstance(a, jax.Array)}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def test_formula(kind, float64):
    layer, steps = ready(kind[0]), kind[1]
    x = np.random.default_rng(0).normal(size=(B, T, D))
    expected = np.stack(list(steps(arrays(layer), x)), axis=1)
    np.testing.assert_allclose(layer(jnp.asarray(x)), expected, rtol=1e-12, atol=1e-14)
    last = layer.replace(return_sequences=False)(jnp.asarray(x))
    np.testing.assert_array_equal(last, layer(jnp.asarray(x))[:, -1])


def test_parts_of_a_sequence_one_after_the_other(kind, float64):
    layer = ready(kind[0])
    x = jnp.asarray(np.random.default_rng(0).normal(size=(B, T, D)))
    state, found = layer.start(B), []
    for part in (x[:, :1], x[:, 1:4], x[:, 4:]):
        y, state = layer.steps(part, state)
        found.append(y)
    np.testing.assert_allclose(jnp.concatenate(found, axis=1), layer(x), rtol=1e-12, atol=1e-14)


MASKS = {"right": [1, 1, 1, 0, 0, 0], "left": [0, 0, 0, 1, 1, 1], "holes": [0, 1, 0, 1, 1, 0]}


@pytest.mark.parametrize("direction", ["one way", "both ways"])
def test_masked_batch_is_the_sequences_without_padding(kind, direction, float64):
    layer = kind[0] if direction == "one way" else nn.Bidirectional(kind[0])
    layer = layer.init(jax.random.key(0), (T, D))
    x = np.random.default_rng(0).normal(size=(len(MASKS), T, D))
    mask = np.array(list(MASKS.values()))
    short = np.stack([row[m == 1] for row, m in zip(x, mask, strict=True)])

    @jax.jit
    def run(layer, x):
        def number(layer):
            y = layer(x)
            return jnp.sum(jnp.sin(y)), y

        return jax.value_and_grad(number, has_aux=True)(layer)

    one, other = run(layer, (x, mask)), run(layer, short)
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def test_padding_counts_for_nothing(kind):
    layer = ready(kind[0])
    x = jax.random.normal(jax.random.key(0), (2, T, D))
    mask = jnp.array([MASKS["right"], MASKS["holes"]])
    other = jnp.where(mask[:, :, None] == 1, x, 1e6)
    there = mask[:, :, None] == 1
    one, two = (jnp.where(there, layer((a, mask)), 0) for a in (x, other))
    np.testing.assert_array_equal(one, two)
    last = layer.replace(return_sequences=False)
    slope = jax.jit(jax.grad(lambda x: jnp.sum(last((x, mask)))))(x)
    assert (jnp.where(there, 0, slope) == 0).all()


def test_padding_alone_ends_where_it_starts(kind):
    layer = ready(kind[0]).replace(return_sequences=False)
    y = layer((jnp.ones((2, T, D)), jnp.zeros((2, T))))
    np.testing.assert_array_equal(y, jnp.zeros_like(y))
