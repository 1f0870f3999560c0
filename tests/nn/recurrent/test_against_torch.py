"""Values and gradients against PyTorch with the same weights."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn

torch = pytest.importorskip("torch")

LAYERS: dict[str, tuple] = {
    "tanh": (nn.SimpleRNN(4), lambda: torch.nn.RNN(3, 4, batch_first=True), [0]),
    "relu": (
        nn.SimpleRNN(4, activation=nn.relu),
        lambda: torch.nn.RNN(3, 4, nonlinearity="relu", batch_first=True),
        [0],
    ),
    "lstm": (nn.LSTM(4), lambda: torch.nn.LSTM(3, 4, batch_first=True), [0, 1, 2, 3]),
    "gru": (nn.GRU(4), lambda: torch.nn.GRU(3, 4, batch_first=True), [1, 0, 2]),
}


def gates(matrix, order):
    """A matrix of PyTorch, gates one below the other, in our order and side by side."""
    parts = np.split(matrix.detach().numpy(), len(order))
    return np.concatenate([parts[i] for i in order]).T


def with_weights(layer: Any, peer: Any, order: list[int]) -> Any:
    ready = layer.init(jax.random.key(0), (7, 3)).replace(
        weight=jnp.asarray(gates(peer.weight_ih_l0, order)),
        recurrent=jnp.asarray(gates(peer.weight_hh_l0, order)),
    )
    one, other = (jnp.asarray(gates(b, order)) for b in (peer.bias_ih_l0, peer.bias_hh_l0))
    if isinstance(layer, nn.GRU):
        return ready.replace(bias=one, recurrent_bias=other)
    return ready.replace(bias=one + other)


@pytest.mark.parametrize("name", LAYERS)
def test_values_and_gradients(name, float64):
    layer, make, order = LAYERS[name]
    torch.manual_seed(0)
    peer = make().double()
    ours = with_weights(layer.replace(return_sequences=True), peer, order)
    x = np.random.default_rng(0).normal(size=(5, 7, 3))
    look_at = np.random.default_rng(1).normal(size=(5, 7, 4))

    def loss(layer, x):
        y = layer(x)
        return jnp.sum(y * look_at), y

    (_, y), (slopes, of_x) = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)(
        ours, jnp.asarray(x)
    )
    x = torch.from_numpy(x).requires_grad_()
    theirs, _ = peer(x)
    (theirs * torch.from_numpy(look_at)).sum().backward()
    close(y, theirs.detach().numpy())
    close(of_x, x.grad.numpy())
    close(slopes.weight, gates(peer.weight_ih_l0.grad, order))
    close(slopes.recurrent, gates(peer.weight_hh_l0.grad, order))
    close(slopes.bias, gates(peer.bias_ih_l0.grad, order))
    if isinstance(layer, nn.GRU):
        close(slopes.recurrent_bias, gates(peer.bias_hh_l0.grad, order))


@pytest.mark.parametrize("name", LAYERS)
def test_state_carried_on(name, float64):
    layer, make, order = LAYERS[name]
    torch.manual_seed(0)
    peer = make().double()
    ours = with_weights(layer, peer, order)
    x = np.random.default_rng(0).normal(size=(5, 7, 3))
    state, theirs = ours.start(5), None
    for part in (x[:, :4], x[:, 4:]):
        y, state = ours.steps(jnp.asarray(part), state)
        want, theirs = peer(torch.from_numpy(part), theirs)
        close(y, want.detach().numpy())
    theirs = theirs if isinstance(theirs, tuple) else (theirs,)
    for one, other in zip(state, theirs, strict=True):
        close(one, other[0].detach().numpy())


def test_padding_as_packed_sequences(float64):
    """PyTorch packs sequences of lengths 7, 4 and 1; its outputs beyond them are zeros."""
    peer = torch.nn.LSTM(3, 4, batch_first=True, bidirectional=True).double()
    both: Any = nn.Bidirectional(nn.LSTM(4, return_sequences=True)).init(jax.random.key(0), (7, 3))
    for layer, end in ((both.there, ""), (both.back, "_reverse")):
        with torch.no_grad():
            getattr(peer, f"weight_ih_l0{end}").copy_(torch.tensor(np.array(layer.weight.T)))
            getattr(peer, f"weight_hh_l0{end}").copy_(torch.tensor(np.array(layer.recurrent.T)))
            getattr(peer, f"bias_ih_l0{end}").copy_(torch.tensor(np.array(layer.bias)))
            getattr(peer, f"bias_hh_l0{end}").zero_()
    x, lengths = np.random.default_rng(0).normal(size=(3, 7, 3)), np.array([7, 4, 1])
    mask = (np.arange(7)[None, :] < lengths[:, None]).astype(float)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.from_numpy(x), torch.from_numpy(lengths), batch_first=True
    )
    theirs, _ = torch.nn.utils.rnn.pad_packed_sequence(peer(packed)[0], batch_first=True)
    ours = both((jnp.asarray(x), jnp.asarray(mask)))
    close(ours * mask[..., None], theirs.detach().numpy())


def close(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)
