"""Who looks at whom: masks, causes, single sequences, step by step; and what is refused."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from gradus import nn
from gradus.base.errors import InputError
from gradus.nn.attention.weights import attention_weights

SELF: dict[str, Any] = {
    "additive": nn.Attention("additive"),
    "heads": nn.MultiHeadAttention(4, 2),
    "block": nn.TransformerBlock(4, 2, hidden=3),
}
CAUSAL: dict[str, Any] = {
    "dot": nn.Attention("dot", causal=True),
    "stack": nn.Stack(
        nn.PositionalEmbedding(9), nn.TransformerBlock(4, 2, hidden=3, causal=True), nn.LayerNorm()
    ),
}
X = random.normal(random.key(1), (3, 6, 4))
MASK = jnp.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 0]])
CLOSE: dict[str, Any] = {"rtol": 1e-5, "atol": 1e-5}


def ready(layer, shape=(6, 4)):
    return layer.init(random.key(0), shape)


@pytest.mark.parametrize("name", ["additive", "block", "stack"])
def test_a_masked_batch_is_its_single_sequences(name):
    layer = ready((SELF | CAUSAL)[name])
    call = eqx.filter_jit(lambda layer, x: layer(x))
    outputs = call(layer, (X, MASK))
    for row in (1, 2):
        own = np.flatnonzero(MASK[row])
        alone = call(layer, X[row : row + 1, own])
        np.testing.assert_allclose(outputs[row, own], alone[0], **CLOSE)
    if name in SELF:
        last = call(layer.replace(return_sequences=False), (X, MASK))
        np.testing.assert_allclose(last, outputs[jnp.arange(3), jnp.array([5, 3, 4])], **CLOSE)


def test_padding_has_no_gradient_and_sequences_of_padding_alone_have_a_finite_one():
    layer, mask = ready(SELF["heads"]), MASK.at[1].set(0)

    def loss(x):
        return jnp.sum(jnp.where(mask[..., None] != 0, layer((x, mask)), 0) ** 2)

    slope = jax.jit(jax.grad(loss))(X)
    assert np.all(np.isfinite(slope))
    assert np.all(np.asarray(slope)[np.asarray(mask) == 0] == 0)


@pytest.mark.parametrize("name", ["dot", "stack"])
def test_causal_outputs_do_not_see_later_inputs(name):
    layer = ready(CAUSAL[name])
    slope = jax.jit(jax.jacrev(lambda x: layer(x[None])[0]))(X[0])  # (T, units, T', features)
    seen = np.abs(slope).max(axis=(1, 3)) > 0
    np.testing.assert_array_equal(seen, np.tril(np.ones((6, 6), bool)))


def test_without_cause_all_inputs_are_seen():
    layer = ready(SELF["block"])
    slope = jax.jit(jax.jacrev(lambda x: layer(x[None])[0]))(X[0])
    assert np.all(np.abs(slope).max(axis=(1, 3)) > 0)


@pytest.mark.parametrize("mask", [MASK, jnp.ones_like(MASK)], ids=["masked", "whole"])
def test_going_on_step_by_step_is_the_whole_sequence(mask):
    layer = ready(CAUSAL["stack"])
    whole = eqx.filter_jit(layer)((X, mask))
    steps = eqx.filter_jit(layer.steps)
    state, outputs = layer.start(3), []
    for part in (slice(0, 3), slice(3, 4), slice(4, 5), slice(5, 6)):
        y, state = steps(X[:, part], state, mask[:, part])
        outputs.append(y)
    found = jnp.concatenate(outputs, axis=1)
    np.testing.assert_allclose(found[mask != 0], whole[mask != 0], **CLOSE)


def test_weights_are_noted_and_sum_to_one_over_what_may_be_seen():
    forward = nn.Forward()
    ready(nn.MultiHeadAttention(4, 2, causal=True))((X, MASK), forward)
    (weights,) = forward.notes["attention"]
    assert weights.shape == (3, 2, 6, 6)
    allowed = np.tril(np.ones((6, 6), bool)) & (np.asarray(MASK)[:, None, None] != 0)
    assert np.all(np.asarray(weights)[~np.broadcast_to(allowed, weights.shape)] == 0)
    total = np.where(allowed.any(axis=-1), 1.0, 0.0)
    np.testing.assert_allclose(weights.sum(axis=-1), np.broadcast_to(total, (3, 2, 6)), rtol=1e-6)


def test_scores_by_hand():
    q, m = jnp.array([[[1.0, 2.0]]]), jnp.array([[[0.0, 1.0], [1.0, 1.0]]])
    expected = {"dot": [2, 3], "scaled dot": [2 / np.sqrt(2), 3 / np.sqrt(2)]}
    for name, scores in expected.items():
        _, weights = nn.Attention(name, cross=True).look(q, m, m, None)
        np.testing.assert_allclose(weights[0, 0], np.exp(scores) / np.exp(scores).sum(), rtol=1e-6)
    layer = nn.Attention("additive", cross=True).init(random.key(0), ((1, 2), (2, 2)))
    parts = layer.scores.replace(query=jnp.eye(2), key=-jnp.eye(2), vector=jnp.array([1.0, 2.0]))
    # tanh(1 − 0) + 2 tanh(2 − 1), and tanh(1 − 1) + 2 tanh(2 − 1)
    score = parts(q, parts.of_keys(m))[0, 0]
    np.testing.assert_allclose(score, [3 * np.tanh(1), 2 * np.tanh(1)], rtol=1e-6)


def test_weights_where_nothing_may_be_seen_are_zero():
    allowed = jnp.array([[True, False], [False, False]])
    np.testing.assert_array_equal(attention_weights(jnp.zeros((2, 2)), allowed), [[1, 0], [0, 0]])


def test_dropout_drops_weights_in_training_alone():
    layer = ready(nn.MultiHeadAttention(4, 2, dropout=0.5))
    noisy = layer(X, nn.Forward(key=random.key(0)))
    assert not np.allclose(noisy, layer(X))
    np.testing.assert_array_equal(layer(X), layer(X, nn.Forward(training=True)))


def test_positions_by_hand():
    found = nn.PositionalEncoding()(jnp.zeros((1, 3, 4)))[0, 2]
    np.testing.assert_allclose(found, [np.sin(2), np.cos(2), np.sin(0.02), np.cos(0.02)], rtol=1e-5)
    layer = ready(nn.PositionalEmbedding(6))
    np.testing.assert_allclose(layer(X) - X, jnp.broadcast_to(layer.weight, X.shape), **CLOSE)


@pytest.mark.parametrize("layer", [nn.PositionalEmbedding(6), nn.PositionalEncoding()])
def test_padding_takes_no_place(layer):
    added = ready(layer)((X, MASK)) - X
    np.testing.assert_allclose(added[2, 2:5], added[0, :3], **CLOSE)


def test_beyond_the_range_of_positions():
    layer = ready(nn.PositionalEmbedding(6))
    for call in (
        lambda: layer(jnp.ones((1, 7, 4))),
        lambda: eqx.filter_jit(layer)(jnp.ones((1, 7, 4))),
        lambda: layer.steps(X, jnp.array([0, 1, 0])),
        lambda: nn.PositionalEmbedding(5).init(random.key(0), (6, 4)),
    ):
        with pytest.raises(InputError, match="longer than the range of positions"):
            call()
    y, _ = eqx.filter_jit(layer.steps)(X, jnp.array([0, 1, 0]))  # a program cannot refuse
    assert np.isnan(y[1, 5]).all()
    assert np.isfinite(y[1, :5]).all()
    assert np.isfinite(y[0]).all()


def test_more_steps_than_are_remembered():
    layer = ready(nn.MultiHeadAttention(4, 2, causal=True, length=7))
    _, state = layer.steps(X, layer.start(3))
    with pytest.raises(InputError, match="more steps than it remembers") as refusal:
        layer.steps(X[:, :2], state)
    assert "length=8" in str(refusal.value)
    y, _ = eqx.filter_jit(layer.steps)(X[:, :2], state)
    assert np.isnan(y).all()


@pytest.mark.parametrize(
    ("what", "call"),
    [
        ("Attention: score", lambda: nn.Attention("cosine")),
        ("Attention: causal", lambda: nn.Attention(causal=True, cross=True)),
        (
            "MultiHeadAttention: causal",
            lambda: nn.MultiHeadAttention(4, 2, causal=True, cross=True),
        ),
        ("MultiHeadAttention: heads", lambda: nn.MultiHeadAttention(6, 4)),
        ("MultiHeadAttention: heads", lambda: nn.MultiHeadAttention(4, 0)),
        ("TransformerBlock › MultiHeadAttention: units", lambda: nn.TransformerBlock(0, 1)),
        ("TransformerBlock › Dropout", lambda: nn.TransformerBlock(4, 2, dropout=1.0)),
        ("features of every step", lambda: ready(nn.TransformerBlock(8, 2))),
        ("widths of queries and keys", lambda: ready(nn.Attention(cross=True), ((6, 4), (5, 3)))),
        ("Attention › Dot: widths", lambda: nn.Attention("dot", cross=True)((X, X[..., :2]))),
        ("Attention › ScaledDot: widths", lambda: nn.Attention(cross=True)((X, X[..., :2]))),
        ("shapes of one input", lambda: ready(nn.Attention(cross=True))),
        ("memory › Attention: shape", lambda: ready(nn.Attention(cross=True), ((6, 4), (5,)))),
        ("Attention: self-attention", lambda: nn.Attention()((X, X))),
        ("Attention: cross-attention", lambda: nn.Attention(cross=True)(X)),
        ("Attention: cross-attention", lambda: nn.Attention(cross=True)((X, MASK))),
        ("memory › Attention: the mask", lambda: nn.Attention(cross=True)((X, (X, MASK[:, :5])))),
        ("queries and memory", lambda: nn.Attention(cross=True)((X, X[:2]))),
        ("cannot go on step by step", lambda: ready(nn.MultiHeadAttention(4, 2)).start(3)),
        ("cannot go on step by step", lambda: nn.MultiHeadAttention(4, 2, causal=True).start(3)),
        ("PositionalEmbedding: units", lambda: nn.PositionalEmbedding(0)),
    ],
)
def test_refusals(what, call):
    with pytest.raises(InputError, match=what):
        call()


WITH_WEIGHTS = {
    "multiplicative": nn.Attention("multiplicative", cross=True),
    "additive": nn.Attention("additive", cross=True),
    "heads": nn.MultiHeadAttention(4, 2, cross=True),
}


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_refusals_of_widths_name_the_layer_and_the_part(name):
    layer = ready(WITH_WEIGHTS[name], ((6, 4), (6, 3)))
    kind = type(layer).__name__
    with pytest.raises(InputError, match=f"^memory › {kind}: wrong input shape") as refusal:
        layer((X, X))
    assert refusal.value.expected == "(B, T, 3)"
    with pytest.raises(InputError, match=f"^queries › {kind}: wrong input shape"):
        layer((X[..., :2], X[..., :3]))
    with pytest.raises(InputError, match=f"^queries › {kind} has no weights yet"):
        WITH_WEIGHTS[name]((X, X))


def test_self_attention_of_another_width_names_the_layer():
    layer = ready(nn.MultiHeadAttention(4, 2, causal=True))
    for call in (lambda: layer(X[..., :3]), lambda: layer.steps(X[..., :3], layer.start(3))):
        with pytest.raises(InputError, match="^MultiHeadAttention: wrong input shape"):
            call()
    with pytest.raises(InputError, match="^Attention: wrong input shape"):
        ready(nn.Attention("additive"))(X[..., :3])


def test_in_a_stack_the_mask_reaches_the_block():
    stack = ready(nn.Stack(nn.TransformerBlock(4, 2, hidden=3), nn.GRU(2)))
    np.testing.assert_allclose(eqx.filter_jit(stack)((X, MASK))[1], stack(X[1:2, :4])[0], **CLOSE)
