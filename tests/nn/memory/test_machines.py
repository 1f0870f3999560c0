"""Machines with a memory against their formulas, slot by slot and step by step in NumPy."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.nn.memory import addressing
from gradus.nn.memory.allocation import allocation

B, T, D, H, N, M = 2, 5, 3, 4, 6, 3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softplus(z):
    return np.log1p(np.exp(z))


def softmax(z):
    return np.exp(z - z.max()) / np.exp(z - z.max()).sum()


def content(memory, key, strength):
    lengths = np.sqrt((memory**2).sum(axis=1) + 1e-6) * np.sqrt(key @ key + 1e-6)
    return softmax(strength * (memory @ key) / lengths)


def cut(numbers, *sizes):
    return np.split(numbers, np.cumsum(sizes)[:-1])


def dense(p, x, state):
    return [np.tanh(x @ p.weight + p.bias)]


def lstm(p, x, state):
    h, c = state
    i, f, g, o = np.split(x @ p.weight + h @ p.recurrent + p.bias, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def turing(p, xs, reads=2, writes=2):
    """One sequence through a machine whose heads are addressed one after the other."""
    memory, seen = np.full((N, M), 1e-6), np.zeros(reads * M)
    w = [np.eye(N)[0] for _ in range(reads + writes)]
    for x in xs:
        (h,) = dense(p.controller, np.concatenate([x, seen]), None)
        numbers = h @ p.interface + p.interface_bias
        *heads, writing = cut(numbers, *[M + 6] * (reads + writes), writes * 2 * M)
        for i, head in enumerate(heads):
            key, strength, gate, shift, power = cut(head, M, 1, 1, 3, 1)
            g, s = sigmoid(gate), softmax(shift)
            chosen = g * content(memory, key, softplus(strength)) + (1 - g) * w[i]
            moved = [sum(s[k + 1] * chosen[(n - k) % N] for k in (-1, 0, 1)) for n in range(N)]
            w[i] = np.array(moved) ** (1 + softplus(power))
            w[i] = w[i] / w[i].sum()
        added = np.zeros_like(memory)
        for i, head in enumerate(np.split(writing, writes)):
            erase, add = np.split(head, 2)
            memory = memory * (1 - np.outer(w[reads + i], sigmoid(erase)))
            added = added + np.outer(w[reads + i], add)
        memory = memory + added
        seen = np.concatenate([w[i] @ memory for i in range(reads)])
        yield np.concatenate([h, seen]) @ p.output_weight + p.output_bias, np.array(w)


def computer(p, xs, reads=2):
    """One sequence through a differentiable computer, its free slots given out one by one."""
    memory, links, usage, precedence = (np.zeros(s) for s in ((N, M), (N, N), N, N))
    w, write, seen = np.zeros((reads, N)), np.zeros(N), np.zeros(reads * M)
    h = c = np.zeros(H)
    for x in xs:
        h, c = lstm(p.controller, np.concatenate([x, seen]), (h, c))
        keys, strengths, free, modes, key, strength, erase, add, of_free, gate = cut(
            h @ p.interface + p.interface_bias,
            *(reads * M, reads, reads, reads * 3, M, 1, M, M, 1, 1),
        )
        kept = np.prod([1 - sigmoid(f) * one for f, one in zip(free, w, strict=True)], axis=0)
        usage = (usage + write - usage * write) * kept
        given, left = np.zeros(N), 1.0
        for n in np.argsort(usage, kind="stable"):
            given[n] = (1 - usage[n]) * left
            left = left * usage[n]
        found = content(memory, key, 1 + softplus(strength))
        share = sigmoid(of_free)
        write = sigmoid(gate) * (share * given + (1 - share) * found)
        memory = memory * (1 - np.outer(write, sigmoid(erase))) + np.outer(write, add)
        old, links = links, np.zeros((N, N))
        for i in range(N):
            for j in range(N):
                if i != j:
                    links[i, j] = (1 - write[i] - write[j]) * old[i, j] + write[i] * precedence[j]
        precedence = (1 - write.sum()) * precedence + write
        parts = zip(np.split(keys, reads), strengths, np.split(modes, reads), w, strict=True)
        w = np.array(
            [
                mode[0] * links.T @ before
                + mode[1] * content(memory, k, 1 + softplus(s))
                + mode[2] * links @ before
                for k, s, mode, before in ((k, s, softmax(m), b) for k, s, m, b in parts)
            ]
        )
        seen = (w @ memory).ravel()
        outputs = np.concatenate([h, seen]) @ p.output_weight + p.output_bias
        yield outputs, np.concatenate([w, write[None]])


MACHINES: dict[str, tuple[Any, Any]] = {
    "turing": (
        nn.NeuralTuringMachine(2, N, M, controller=nn.Dense(H, nn.tanh), reads=2, writes=2),
        turing,
    ),
    "computer": (nn.DNC(2, N, M, controller=nn.LSTM(H), reads=2), computer),
}


def ready(layer: Any) -> Any:
    """The layer with all its arrays random, returning every step."""
    layer = layer.replace(return_sequences=True).init(jax.random.key(0), (T, D))
    leaves, structure = jax.tree.flatten(layer)
    random = np.random.default_rng(1)
    return structure.unflatten([jnp.asarray(random.normal(size=a.shape)) for a in leaves])


@pytest.mark.parametrize("name", MACHINES)
def test_formula_weightings_and_padding(name, float64):
    layer, steps = MACHINES[name]
    layer = ready(layer)
    x = np.random.default_rng(0).normal(size=(B, T, D))
    numpy = jax.tree.map(np.asarray, layer)
    outputs, weightings = (
        np.array(part)
        for part in zip(
            *(zip(*steps(numpy, one), strict=True) for one in x),
            strict=True,
        )
    )
    forward = nn.Forward()
    mask = jnp.ones((B, T))
    np.testing.assert_allclose(layer((jnp.asarray(x), mask), forward), outputs, rtol=1e-9)
    noted = [forward.notes[f"{kind} weightings"][0] for kind in ("read", "write")]
    np.testing.assert_allclose(jnp.concatenate(noted, axis=2), weightings, rtol=1e-9, atol=1e-12)

    # padding in the middle leaves everything as it is
    line = jnp.asarray(np.insert(x, 2, 7.0, axis=1)[:, :T])
    there = jnp.ones((B, T)).at[:, 2].set(0)
    np.testing.assert_allclose(layer((line, there))[:, 3:], outputs[:, 2 : T - 1], rtol=1e-9)


def test_state_carried_on(float64):
    layer = ready(MACHINES["computer"][0])
    x = jax.random.normal(jax.random.key(0), (B, 4, D))
    state, found = layer.start(B), []
    for part in (x[:, :2], x[:, 2:]):
        y, state = layer.steps(part, state)
        found.append(y)
    np.testing.assert_allclose(jnp.concatenate(found, axis=1), layer(x), rtol=1e-9)


def test_the_same_net_with_more_memory(float64):
    layer = ready(MACHINES["turing"][0])
    larger = layer.replace(slots=N + 3)
    assert larger(jnp.ones((B, T, D))).shape == (B, T, 2)
    assert jax.tree.structure(larger.init(jax.random.key(0), (T, D))) == jax.tree.structure(larger)


def test_an_empty_memory_and_sharp_heads_have_finite_gradients():
    """Nothing is divided by a length of 0, and no logarithm is taken of a share of 0."""
    keys, sharp = jnp.zeros((1, 1, M)), jnp.array([[50.0]])

    def number(memory, keys, weighting):
        found = addressing.by_content(memory, keys, sharp)
        return jnp.sum(addressing.sharpened(weighting, sharp) * found)

    first = jnp.eye(N)[None, :1]
    slopes = jax.grad(number, argnums=(0, 1, 2))(jnp.zeros((1, N, M)), keys, first)
    assert all(bool(jnp.isfinite(slope).all()) for slope in slopes)


def test_shift_by_one_is_a_turn_of_the_ring():
    first = jnp.eye(4)[None, :1]
    ahead, back = (jnp.array([[share]]) for share in ([0.0, 0.0, 1.0], [1.0, 0.0, 0.0]))
    np.testing.assert_array_equal(addressing.shifted(first, ahead)[0, 0], [0, 1, 0, 0])
    np.testing.assert_array_equal(addressing.shifted(first, back)[0, 0], [0, 0, 0, 1])


def test_what_is_erased_and_added():
    """Slot 0 is replaced, slot 1 keeps half: 2 · (1 − 0.5) + 0.5 · 3 = 2.5."""
    memory = jnp.full((1, 3, 1), 2.0)
    weighting, one = jnp.array([[[1.0, 0.5, 0.0]]]), jnp.ones((1, 1, 1))
    found = addressing.written(memory, weighting, one, 3 * one)
    np.testing.assert_array_equal(found[0, :, 0], [3, 2.5, 2])


def test_slots_are_given_out_from_the_free_ones():
    """u = (0.5, 0, 1, 0.2): slot 1 is free and takes all; without it slot 3 has 0.8, then
    slot 0 has 0.5 · 0.2.
    """
    found = allocation(jnp.array([[0.5, 0.0, 1.0, 0.2], [0.5, 1.0, 1.0, 0.2]]))
    np.testing.assert_allclose(found, [[0, 1, 0, 0], [0.1, 0, 0, 0.8]], rtol=1e-6)


WRONG = {
    "slots": (lambda: nn.NeuralTuringMachine(2, 0), "units"),
    "reads": (lambda: nn.DNC(2, reads=0), "units"),
    "shift": (lambda: nn.NeuralTuringMachine(2, shift=0), "units"),
    "controller": (
        lambda: nn.DNC(2, controller=nn.Bidirectional(nn.LSTM(2))),
        "DNC: controller",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_choices_are_refused(name):
    make, wording = WRONG[name]
    with pytest.raises(InputError) as refusal:
        make()
    assert wording in str(refusal.value)


def test_inputs_that_do_not_fit_are_refused():
    machine = nn.NeuralTuringMachine(2, N, M, controller=nn.LSTM(H))
    with pytest.raises(InputError, match="has no weights yet"):
        machine(jnp.ones((B, T, D)))
    with pytest.raises(InputError, match="shape of one sequence"):
        machine.init(jax.random.key(0), (D,))
    with pytest.raises(InputError, match="mask does not fit"):
        machine.init(jax.random.key(0), (T, D))((jnp.ones((B, T, D)), jnp.ones((B, D))))
