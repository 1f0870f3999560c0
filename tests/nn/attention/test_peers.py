"""Values and gradients against PyTorch and Keras with the same weights."""

from __future__ import annotations

import os
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn

RANDOM = np.random.default_rng(0)
X, MEMORY = RANDOM.normal(size=(3, 6, 4)), RANDOM.normal(size=(3, 5, 4))
LOOK_AT = RANDOM.normal(size=(3, 6, 4))
MASK = np.arange(5)[None] < np.array([[5], [3], [1]])
OWN_MASK = np.arange(6)[None] < np.array([[6], [4], [1]])


def dense(weight, bias) -> nn.Dense:
    """A layer of PyTorch, (outputs, inputs), as ours."""
    weight, bias = (jnp.asarray(a.detach().numpy()) for a in (weight, bias))
    return nn.Dense(len(bias)).replace(weight=weight.T, bias=bias)


def heads_of(peer) -> nn.MultiHeadAttention:
    weights, biases = peer.in_proj_weight.chunk(3), peer.in_proj_bias.chunk(3)
    parts = dict(zip(("query", "key", "value"), map(dense, weights, biases), strict=True))
    output = dense(peer.out_proj.weight, peer.out_proj.bias)
    return nn.MultiHeadAttention(4, 2).replace(**parts, output=output)


def slopes(layer, *x):
    """Outputs, and gradients by the inputs, where the outputs count."""

    def loss(given):
        y = layer(*given)
        return jnp.sum(y * LOOK_AT), y

    given = tuple(map(jnp.asarray, x))
    (_, y), gradients = jax.jit(jax.value_and_grad(loss, has_aux=True))(given)
    return y, gradients


def torch_slopes(torch, call, *x):
    given = [torch.tensor(a, requires_grad=True) for a in x]
    y = call(*given)
    (y * torch.tensor(LOOK_AT)).sum().backward()
    return y.detach().numpy(), [g.grad.numpy() for g in given]


def agree(ours, theirs):
    for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def test_cross_attention_with_padding(float64, torch):
    torch.manual_seed(0)
    peer = torch.nn.MultiheadAttention(4, 2, batch_first=True).double()
    ours = heads_of(peer).replace(cross=True)
    hidden = torch.tensor(~MASK)
    theirs = torch_slopes(torch, lambda x, m: peer(x, m, m, hidden)[0], X, MEMORY)
    agree(slopes(lambda x, m: ours((x, (m, jnp.asarray(MASK)))), X, MEMORY), theirs)


def test_weights_of_causal_attention(float64, torch):
    torch.manual_seed(1)
    peer = torch.nn.MultiheadAttention(4, 2, batch_first=True).double()
    ours, later = heads_of(peer).replace(causal=True), torch.ones(6, 6, dtype=torch.bool).triu(1)
    x, forward = torch.tensor(X), nn.Forward()
    y, weights = peer(x, x, x, attn_mask=later, average_attn_weights=False)
    agree(ours(jnp.asarray(X), forward), y.detach().numpy())
    agree(forward.notes["attention"][0], weights.detach().numpy())


@pytest.mark.parametrize("causal", [False, True])
def test_transformer_block(float64, torch, causal):
    torch.manual_seed(2)
    peer = torch.nn.TransformerEncoderLayer(4, 2, 7, 0.0, batch_first=True, norm_first=True)
    peer = peer.double()
    with torch.no_grad():
        for norm in (peer.norm1, peer.norm2):
            norm.weight.copy_(1 + 0.1 * torch.rand(4))
            norm.bias.copy_(torch.rand(4))
    block = nn.TransformerBlock(4, 2, hidden=7, causal=causal)
    _, dropout, _ = block.feedforward.layers
    norms = [
        nn.LayerNorm().replace(gain=jnp.asarray(n.weight.detach().numpy()),
                               bias=jnp.asarray(n.bias.detach().numpy()))
        for n in (peer.norm1, peer.norm2)
    ]  # fmt: skip
    wide = dense(peer.linear1.weight, peer.linear1.bias).replace(activation=nn.relu)
    narrow = dense(peer.linear2.weight, peer.linear2.bias)
    ours = block.replace(
        attention=heads_of(peer.self_attn).replace(causal=causal),
        feedforward=block.feedforward.replace(layers=(wide, dropout, narrow)),
        first_norm=norms[0],
        second_norm=norms[1],
    )
    present = np.broadcast_to(OWN_MASK[..., None], X.shape).astype(float)
    later = torch.ones(6, 6, dtype=torch.bool).triu(1) if causal else None
    hidden = torch.tensor(~OWN_MASK)

    def theirs(x):
        return peer(x, src_mask=later, src_key_padding_mask=hidden) * torch.tensor(present)

    agree(
        slopes(lambda x: ours((x, jnp.asarray(OWN_MASK))) * present, X),
        torch_slopes(torch, theirs, X),
    )


@pytest.fixture
def keras():
    """Keras, which adds arrays of different ranks and types."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        yield pytest.importorskip("keras", minversion="3.9")  # not the folder tests/keras


def single(array):
    return jnp.asarray(array, jnp.float32)


def test_against_keras(keras):
    x, memory, mask = single(X), single(MEMORY), jnp.asarray(MASK)
    given = ((x, (memory, mask)),)
    kinds = {"Attention": "dot", "AdditiveAttention": "additive"}
    for kind, score in kinds.items():
        peer = getattr(keras.layers, kind)(**({"use_scale": True} if kind != "Attention" else {}))
        theirs = peer([x, memory], mask=[None, mask])
        layer = nn.Attention(score, cross=True).init(jax.random.key(0), ((6, 4), (5, 4)))
        if score == "additive":
            vector = jnp.asarray(peer.scale)
            scores = layer.scores.replace(query=jnp.eye(4), key=jnp.eye(4), vector=vector)
            layer = layer.replace(scores=scores)
        np.testing.assert_allclose(layer(*given), theirs, rtol=1e-4, atol=1e-5)


def test_multi_head_against_keras(keras):
    x, memory, mask = single(X), single(MEMORY), jnp.asarray(MASK)
    layer = nn.MultiHeadAttention(4, 2, cross=True).init(jax.random.key(0), ((6, 4), (5, 4)))
    peer = keras.layers.MultiHeadAttention(2, 2)
    peer.build((3, 6, 4), (3, 5, 4))
    parts: Any = (layer.query, layer.key, layer.value)
    inner = [np.asarray(a) for d in parts
             for a in (d.weight.reshape(4, 2, 2), 0.1 + d.bias.reshape(2, 2))]  # fmt: skip
    peer.set_weights([*inner, np.asarray(layer.output.weight).reshape(2, 2, 4), np.zeros(4)])
    ours = layer.replace(
        **{n: getattr(layer, n).replace(bias=jnp.full(4, 0.1)) for n in ("query", "key", "value")}
    )
    theirs = peer(x, memory, attention_mask=mask[:, None, :])
    np.testing.assert_allclose(ours((x, (memory, mask))), theirs, rtol=1e-4, atol=1e-5)
