"""Floor 2: layers, what they are made of, and how they are put together."""

from gradus.nn.activations import (
    ACTIVATIONS,
    absolute,
    cosine,
    elu,
    gelu,
    hard_tanh,
    identity,
    leaky_relu,
    relu,
    selu,
    sigmoid,
    silu,
    sine,
    softplus,
    tanh,
)
from gradus.nn.attention.attention import Attention
from gradus.nn.attention.multi_head import MultiHeadAttention
from gradus.nn.attention.positions import PositionalEmbedding, PositionalEncoding
from gradus.nn.attention.transformer import TransformerBlock
from gradus.nn.branches import Add, Branches, Concat, Parallel
from gradus.nn.combine import Lambda, Sequential, as_layer, chain
from gradus.nn.conv import Conv
from gradus.nn.corruption import MaskingNoise, SaltAndPepper
from gradus.nn.dense import Dense
from gradus.nn.embedding import Embedding
from gradus.nn.frozen import Frozen, frozen
from gradus.nn.graph import graph
from gradus.nn.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Initializer,
    LeCunNormal,
    LeCunUniform,
    Normal,
    Ones,
    Orthogonal,
    Uniform,
    Zeros,
    suited_to,
)
from gradus.nn.layer import INFERENCE, Forward, Layer
from gradus.nn.local import LocallyConnected, TiledConv
from gradus.nn.masked import MaskedDense
from gradus.nn.matrix import as_matrix
from gradus.nn.memory.dnc import DNC
from gradus.nn.memory.turing import NeuralTuringMachine
from gradus.nn.minibatch import MinibatchDeviation, MinibatchDiscrimination
from gradus.nn.noise import Dropout, GaussianNoise, WeightNoise, monte_carlo
from gradus.nn.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from gradus.nn.note import Note
from gradus.nn.p4 import P4Conv
from gradus.nn.pool import (
    ChannelMaxPool,
    GaussianPool,
    GlobalMaxPool,
    GlobalMeanPool,
    LpPool,
    MaxPool,
    MeanPool,
)
from gradus.nn.recurrent.bidirectional import Bidirectional
from gradus.nn.recurrent.gru import GRU
from gradus.nn.recurrent.jordan import Jordan
from gradus.nn.recurrent.lstm import LSTM
from gradus.nn.recurrent.multiplicative import MultiplicativeLSTM
from gradus.nn.recurrent.over_time import MaxOverTime, MeanOverTime
from gradus.nn.recurrent.scales import Delay, Leaky
from gradus.nn.recurrent.simple import SimpleRNN
from gradus.nn.recurrent.stack import Stack
from gradus.nn.recurrent.time_delay import TimeDelay
from gradus.nn.reservoir.echo_state import EchoState
from gradus.nn.reservoir.liquid_state import LiquidState
from gradus.nn.resize import Crop, Pad, Upsample
from gradus.nn.separable import SeparableConv
from gradus.nn.shape import Flatten, Reshape
from gradus.nn.skip import DenseConnection, Residual
from gradus.nn.spectral import SpectralNorm
from gradus.nn.summary import Summary, summary
from gradus.nn.transposed import ConvTranspose
from gradus.nn.units import RBF, Maxout, PReLU, RReLU

__all__ = [
    "ACTIVATIONS",
    "DNC",
    "GRU",
    "INFERENCE",
    "LSTM",
    "RBF",
    "Add",
    "Attention",
    "BatchNorm",
    "Bidirectional",
    "Branches",
    "ChannelMaxPool",
    "Concat",
    "Constant",
    "Conv",
    "ConvTranspose",
    "Crop",
    "Delay",
    "Dense",
    "DenseConnection",
    "Dropout",
    "EchoState",
    "Embedding",
    "Flatten",
    "Forward",
    "Frozen",
    "GaussianNoise",
    "GaussianPool",
    "GlobalMaxPool",
    "GlobalMeanPool",
    "GlorotNormal",
    "GlorotUniform",
    "GroupNorm",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "Jordan",
    "Lambda",
    "Layer",
    "LayerNorm",
    "LeCunNormal",
    "LeCunUniform",
    "Leaky",
    "LiquidState",
    "LocalResponseNorm",
    "LocallyConnected",
    "LpPool",
    "MaskedDense",
    "MaskingNoise",
    "MaxOverTime",
    "MaxPool",
    "Maxout",
    "MeanOverTime",
    "MeanPool",
    "MinibatchDeviation",
    "MinibatchDiscrimination",
    "MultiHeadAttention",
    "MultiplicativeLSTM",
    "NeuralTuringMachine",
    "Normal",
    "Note",
    "Ones",
    "Orthogonal",
    "P4Conv",
    "PReLU",
    "Pad",
    "Parallel",
    "PositionalEmbedding",
    "PositionalEncoding",
    "RReLU",
    "Reshape",
    "Residual",
    "SaltAndPepper",
    "SeparableConv",
    "Sequential",
    "SimpleRNN",
    "SpectralNorm",
    "Stack",
    "Summary",
    "TiledConv",
    "TimeDelay",
    "TransformerBlock",
    "Uniform",
    "Upsample",
    "WeightNoise",
    "Zeros",
    "absolute",
    "as_layer",
    "as_matrix",
    "chain",
    "cosine",
    "elu",
    "frozen",
    "gelu",
    "graph",
    "hard_tanh",
    "identity",
    "leaky_relu",
    "monte_carlo",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "sine",
    "softplus",
    "suited_to",
    "summary",
    "tanh",
]
