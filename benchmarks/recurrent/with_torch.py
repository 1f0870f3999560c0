"""PyTorch's usual step, its fused recurrent layers and its own Transformer blocks."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

from benchmarks.recurrent.nets import BLOCKS, HEADS, NETS, RATE, TOKENS, data, places

LAYERS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class Recurrent(nn.Module):
    """One layer that returns every step."""

    def __init__(self, net: str):
        super().__init__()
        self.layer = LAYERS[net](NETS[net].features, NETS[net].units, batch_first=True)

    def forward(self, x):
        return self.layer(x)[0]


class CharacterModel(nn.Module):
    """Embedding, two LSTMs, dense."""

    def __init__(self, units: int):
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, units)
        self.layers = nn.LSTM(units, units, num_layers=2, batch_first=True)
        self.output = nn.Linear(units, TOKENS)

    def forward(self, x):
        return self.output(self.layers(self.embedding(x))[0])


class Transformer(nn.Module):
    """Causal blocks with the norm first."""

    def __init__(self, length: int, units: int):
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, units)
        block = nn.TransformerEncoderLayer(units, HEADS, 4 * units, 0.0, "relu", 1e-5, True, True)
        self.blocks = nn.TransformerEncoder(
            block, BLOCKS, nn.LayerNorm(units), enable_nested_tensor=False
        )
        self.output = nn.Linear(units, TOKENS)
        self.register_buffer("places", torch.from_numpy(places(length, units)))
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(length))

    def forward(self, x):
        h = self.blocks(self.embedding(x) + self.places, self.mask, is_causal=True)
        return self.output(h)


def model_of(net: str) -> nn.Module:
    """The same net."""
    sizes = NETS[net]
    if net == "char_lm":
        return CharacterModel(sizes.units)
    return Transformer(sizes.length, sizes.units) if net == "transformer" else Recurrent(net)


def trainer(net: str, threads: int, compiled: bool = False) -> Callable[[], None]:
    """A run of all steps."""
    torch.set_num_threads(threads)
    x, y = map(torch.from_numpy, data(net))
    layer, model = net in LAYERS, model_of(net)
    optimizer = (torch.optim.SGD if layer else torch.optim.Adam)(model.parameters(), RATE)
    y = y if layer else y.long()

    def step(x, y):
        optimizer.zero_grad()
        outputs = model(x)
        if layer:
            loss = functional.mse_loss(outputs, y)
        else:
            loss = functional.cross_entropy(outputs.flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()

    step = torch.compile(step) if compiled else step

    def run():
        for one, other in zip(x, y, strict=True):
            step(one, other)

    return run
