"""The laws every layer keeps, and faults that the checks must find.

A new layer is one line in LAYERS.
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from jax.test_util import check_grads

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import decode, encode, named
from gradus.base.tree import leaves, merge, split
from gradus.nn.layer import is_shape


class Case(NamedTuple):
    """A layer, the shape of one input, its arrays and their kinds, and what it refuses.

    Inputs are normal numbers, or tokens where their number is given. A layer that `mixes` is
    meant to see the whole batch at once.
    """

    layer: nn.Layer
    shape: Any
    kinds: dict[str, str] = {}  # noqa: RUF012 - never changed
    refuses: str | None = None  # wording for an input of another width
    tokens: int | None = None
    mixes: bool = False


@named
def doubled(x):
    return 2 * x


DENSE = {"weight": "weight", "bias": "param"}
NORM = {"gain": "param", "bias": "param"}
BATCH_NORM = {**NORM, "mean": "state", "variance": "state"}
RNN = {"weight": "weight", "recurrent": "weight", "bias": "param"}
PEEPHOLE = {**RNN, "peepholes": "param"}
GRU = {**RNN, "recurrent_bias": "param"}
HEADS = {
    f"{part}.{name}": kind
    for part in ("query", "key", "value", "output")
    for name, kind in DENSE.items()
}
RESERVOIR = dict.fromkeys(RNN, "state")
MACHINE = {
    **{f"controller.{name}": kind for name, kind in RNN.items()},
    "interface": "weight",
    "interface_bias": "param",
    "output_weight": "weight",
    "output_bias": "param",
}
SEQUENCE, MASKED = (5, 3), ((5, 3), (5,))
WIDTH = "wrong input shape"


def inside(place: str, kinds: dict[str, str], kind: str | None = None) -> dict[str, str]:
    return {f"{place}.{name}": kind or own for name, own in kinds.items()}


LAYERS = {
    "dense": Case(nn.Dense(2, nn.relu), (3,), DENSE, WIDTH),
    "masked dense": Case(nn.MaskedDense((1, 2, 3), (1, 2, 2)), (3,), DENSE, WIDTH),
    "dense over time": Case(nn.Dense(2, nn.tanh), (5, 3), DENSE, WIDTH),
    "dense without bias": Case(nn.Dense(2, use_bias=False), (3,), {"weight": "weight"}, WIDTH),
    "dense cosine": Case(nn.Dense(2, nn.cosine), (3,), DENSE, WIDTH),
    "prelu": Case(nn.PReLU(), (5, 3), {"slope": "param"}, WIDTH),
    "rrelu": Case(nn.RReLU(), (5, 3)),
    "maxout": Case(nn.Maxout(2, pieces=3), (5, 3), DENSE, WIDTH),
    "rbf": Case(nn.RBF(2), (5, 3), {"centres": "param", "log_widths": "param"}, WIDTH),
    "lambda": Case(nn.Lambda(doubled), (3,)),
    "sequential": Case(
        nn.Sequential(nn.Dense(4, nn.gelu), nn.Dense(2)),
        (3,),
        inside("0", DENSE) | inside("1", DENSE),
        f"layer 0 › Dense: {WIDTH}",
    ),
    "empty sequential": Case(nn.Sequential(), (3,)),
    "residual": Case(
        nn.Residual(nn.Dense(4, nn.relu), nn.Dense(3)),
        (3,),
        inside("0", DENSE) | inside("1", DENSE),
        f"Residual › layer 0 › Dense: {WIDTH}",
    ),
    "residual with shortcut": Case(
        nn.Residual(nn.Dense(4, nn.tanh), shortcut=nn.Dense(4)),
        (3,),
        DENSE | inside("shortcut", DENSE),
        f"Residual › Dense: {WIDTH}",
    ),
    "dense connection": Case(
        nn.DenseConnection(nn.Dense(2, nn.tanh)), (5, 3), DENSE, f"DenseConnection › Dense: {WIDTH}"
    ),
    "branches": Case(
        nn.Branches(nn.Dense(2), nn.tanh),
        (3,),
        inside("0", DENSE),
        f"Branches 0 › Dense: {WIDTH}",
    ),
    "named branches": Case(
        nn.Branches(spread=nn.Dense(2), mean=nn.Dense(1)),
        (3,),
        inside("mean", DENSE) | inside("spread", DENSE),
        f"Branches mean › Dense: {WIDTH}",
    ),
    "parallel": Case(
        nn.Parallel(nn.Dense(2), nn.Dense(4)),
        ((3,), (2, 5)),
        inside("0", DENSE) | inside("1", DENSE),
        f"Parallel 0 › Dense: {WIDTH}",
    ),
    "named parallel": Case(
        nn.Parallel(image=nn.Flatten(), text=nn.Dense(2)),
        {"image": (2, 2), "text": (3,)},
        inside("text", DENSE),
        f"Parallel text › Dense: {WIDTH}",
    ),
    "concat": Case(nn.Concat(), ((3,), (2,))),
    "concat of names": Case(nn.Concat(axis=1), {"b": (3, 2), "a": (1, 2)}),
    "add": Case(nn.Add(), ((3,), (3,), (3,))),
    "two inputs, two outputs": Case(
        nn.Sequential(
            nn.Parallel(nn.Dense(2, nn.relu), nn.Dense(2)),
            nn.Concat(),
            nn.Branches(a=nn.Dense(1), b=nn.Residual(nn.Dense(4))),
        ),
        ((3,), (5,)),
        inside("0.0", DENSE) | inside("0.1", DENSE) | inside("2.a", DENSE) | inside("2.b", DENSE),
        f"layer 0 › Parallel 0 › Dense: {WIDTH}",
    ),
    "frozen": Case(
        nn.frozen(nn.Sequential(nn.Dense(4), nn.BatchNorm(), nn.Dropout())),
        (3,),
        inside("0", DENSE, "frozen") | inside("1", BATCH_NORM, "frozen"),
        WIDTH,
    ),
    "batch norm": Case(nn.BatchNorm(), (3,), BATCH_NORM, WIDTH),
    "batch norm of images": Case(nn.BatchNorm(), (2, 2, 3), BATCH_NORM, WIDTH),
    "layer norm": Case(nn.LayerNorm(), (5, 3), NORM, WIDTH),
    "group norm": Case(nn.GroupNorm(2), (2, 2, 4), NORM, WIDTH),
    "local response norm": Case(nn.LocalResponseNorm(3, alpha=0.1), (2, 2, 5)),
    "dropout": Case(nn.Dropout(0.4), (5, 3)),
    "gaussian noise": Case(nn.GaussianNoise(0.1), (5, 3)),
    "masking noise": Case(nn.MaskingNoise(0.3), (5, 3)),
    "salt and pepper": Case(nn.SaltAndPepper(0.1), (5, 3)),
    "spectral norm": Case(  # converged: its gradient is that of the limit
        nn.SpectralNorm(nn.Dense(2), iterations=40), (3,), DENSE | {"direction": "state"}, WIDTH
    ),
    "minibatch deviation": Case(nn.MinibatchDeviation(), (4, 4, 3), mixes=True),
    "minibatch discrimination": Case(
        nn.MinibatchDiscrimination(2), (3,), {"weight": "weight"}, WIDTH, mixes=True
    ),
    "weight noise": Case(nn.WeightNoise(nn.Dense(2), std=0.1), (3,), DENSE, WIDTH),
    "weight noise on batch norm": Case(
        nn.WeightNoise(nn.Sequential(nn.Dense(4), nn.BatchNorm()), std=0.1),
        (3,),
        inside("0", DENSE) | inside("1", BATCH_NORM),
        WIDTH,
    ),
    "conv": Case(nn.Conv(4, 3, nn.tanh), (5, 4, 2), DENSE, WIDTH),
    "conv over time": Case(nn.Conv(4, 3, stride=2, padding="same"), (6, 2), DENSE, WIDTH),
    "conv of volumes": Case(nn.Conv(2, 2, dilation=2), (4, 3, 3, 2), DENSE, WIDTH),
    "conv in groups": Case(
        nn.Conv(4, 3, groups=2, padding="circular", flip=True), (4, 4, 4), DENSE, WIDTH
    ),
    "depthwise conv": Case(nn.Conv(6, 2, groups=3, stride=2), (4, 4, 3), DENSE, WIDTH),
    "conv without bias": Case(
        nn.Conv(2, 3, padding="full", use_bias=False), (4, 4, 1), {"weight": "weight"}, WIDTH
    ),
    "conv transpose": Case(
        nn.ConvTranspose(2, 3, nn.tanh, stride=2, padding="same"), (3, 2, 2), DENSE, WIDTH
    ),
    "conv transpose over time": Case(
        nn.ConvTranspose(4, 2, stride=3, dilation=2, groups=2), (3, 2), DENSE, WIDTH
    ),
    "separable conv": Case(
        nn.SeparableConv(3, 3, padding="same", multiplier=2),
        (4, 4, 2),
        {"depthwise": "weight", "pointwise": "weight", "bias": "param"},
        WIDTH,
    ),
    "locally connected": Case(nn.LocallyConnected(2, 3, stride=2), (5, 5, 2), DENSE, WIDTH),
    "tiled conv": Case(nn.TiledConv(2, 2, padding="same"), (4, 3, 2), DENSE, WIDTH),
    "p4 conv, lifting": Case(nn.P4Conv(2, 3, lifting=True), (4, 4, 2), DENSE, WIDTH),
    "p4 conv": Case(nn.P4Conv(2, 3, padding="same"), (3, 3, 4), DENSE, WIDTH),
    "gaussian pool": Case(nn.GaussianPool(3, stride=2, padding="same"), (5, 4, 2)),
    "l2 pool": Case(nn.LpPool(2), (5, 4, 2)),
    "channel max pool": Case(nn.ChannelMaxPool(2), (5, 4)),
    "pad": Case(nn.Pad(1, "reflect"), (3, 3, 2)),
    "crop": Case(nn.Crop((1, (0, 1))), (3, 3, 2)),
    "upsample": Case(nn.Upsample(2), (3, 2, 2)),
    "linear upsample": Case(nn.Upsample((2, 3), "linear"), (3, 2, 2)),
    "max pool": Case(nn.MaxPool(2), (5, 4, 2)),
    "overlapping max pool": Case(nn.MaxPool(3, stride=2, padding="same"), (5, 4, 2)),
    "mean pool": Case(nn.MeanPool(3, stride=2, padding="same"), (5, 4, 2)),
    "global max pool": Case(nn.GlobalMaxPool(), (5, 4, 2)),
    "global mean pool": Case(nn.GlobalMeanPool(), (5, 2)),
    "note": Case(nn.Note("hidden"), (3,)),
    "mean over time": Case(nn.MeanOverTime(), SEQUENCE),
    "mean over masked time": Case(nn.MeanOverTime(), MASKED),
    "maximum over time": Case(nn.MaxOverTime(), MASKED),
    "maximum of patterns": Case(
        nn.MaxOverTime(nn.TimeDelay(2, 2, nn.tanh)),
        SEQUENCE,
        inside("layer", DENSE),
        f"MaxOverTime › TimeDelay: {WIDTH}",
    ),
    "embedding": Case(nn.Embedding(7, 3), (5,), {"weight": "weight"}, tokens=7),
    "embedding with padding": Case(
        nn.Embedding(7, 3, padding=0), (5,), {"weight": "weight"}, tokens=7
    ),
    "simple rnn": Case(nn.SimpleRNN(2), SEQUENCE, RNN, WIDTH),
    "simple rnn, every step": Case(
        nn.SimpleRNN(2, activation=nn.softplus, return_sequences=True), MASKED, RNN
    ),
    "lstm": Case(nn.LSTM(2), SEQUENCE, RNN, WIDTH),
    "lstm, every step": Case(nn.LSTM(2, return_sequences=True), MASKED, RNN),
    "lstm with peepholes": Case(nn.LSTM(2, peephole=True), SEQUENCE, PEEPHOLE, WIDTH),
    "coupled lstm": Case(nn.LSTM(2, peephole=True, coupled=True), MASKED, PEEPHOLE),
    "gru": Case(nn.GRU(2), MASKED, GRU),
    "gru, reset before": Case(
        nn.GRU(2, reset_after=False, return_sequences=True), SEQUENCE, RNN, WIDTH
    ),
    "multiplicative lstm": Case(
        nn.MultiplicativeLSTM(2), SEQUENCE, {**RNN, "shift": "weight", "mixing": "weight"}, WIDTH
    ),
    "jordan": Case(
        nn.Jordan(4, 2, return_sequences=True),
        SEQUENCE,
        {**RNN, "output_weight": "weight", "output_bias": "param"},
        WIDTH,
    ),
    "leaky": Case(nn.Leaky(3, alphas=(0.1, 0.9)), SEQUENCE, RNN, WIDTH),
    "delay": Case(nn.Delay(2, delay=3), MASKED, {**RNN, "delayed": "weight"}),
    "time delay": Case(nn.TimeDelay(2, 3, nn.tanh, return_sequences=True), SEQUENCE, DENSE, WIDTH),
    "time delay of one": Case(nn.TimeDelay(2, 1, nn.tanh), MASKED, DENSE),
    "neural turing machine": Case(
        nn.NeuralTuringMachine(2, slots=3, width=2, controller=nn.SimpleRNN(2)), MASKED, MACHINE
    ),
    "dnc": Case(nn.DNC(2, slots=3, width=2, controller=nn.SimpleRNN(2)), SEQUENCE, MACHINE, WIDTH),
    "echo state": Case(nn.EchoState(3, bias_scale=0.5), MASKED, RESERVOIR),
    "liquid state": Case(nn.LiquidState(3, return_sequences=True), SEQUENCE, RESERVOIR, WIDTH),
    "stack": Case(
        nn.Stack(nn.GRU(3), nn.Dropout(0.3), nn.LSTM(2)),
        MASKED,
        inside("0", GRU) | inside("2", RNN),
    ),
    "bidirectional stack": Case(
        nn.Bidirectional(nn.Stack(nn.SimpleRNN(3), nn.TimeDelay(2, 2)), merge="product"),
        SEQUENCE,
        {
            f"{side}.{name}": kind
            for side in ("there", "back")
            for name, kind in (inside("0", RNN) | inside("1", DENSE)).items()
        },
        f"layer 0 › SimpleRNN: {WIDTH}",
    ),
    "bidirectional": Case(
        nn.Bidirectional(nn.LSTM(2)),
        SEQUENCE,
        inside("there", RNN) | inside("back", RNN),
        f"Bidirectional › LSTM: {WIDTH}",
    ),
    "bidirectional sum": Case(
        nn.Bidirectional(nn.SimpleRNN(2, return_sequences=True), merge="sum"),
        MASKED,
        inside("there", RNN) | inside("back", RNN),
    ),
    "tagger": Case(
        nn.Sequential(nn.Embedding(7, 3, padding=0), nn.GRU(2, return_sequences=True), nn.Dense(2)),
        (5,),
        {"0.weight": "weight"} | inside("1", GRU) | inside("2", DENSE),
        tokens=7,
    ),
    "attention": Case(
        nn.Attention("additive", cross=True),
        (MASKED, ((4, 2), (4,))),
        {"scores.query": "weight", "scores.key": "weight", "scores.vector": "weight"},
    ),
    "multi-head attention": Case(
        nn.MultiHeadAttention(4, 2, dropout=0.3, return_sequences=False),
        SEQUENCE,
        HEADS,
        f"MultiHeadAttention: {WIDTH}",
    ),
    "positional encoding": Case(nn.PositionalEncoding(), SEQUENCE),
    "positional embedding": Case(nn.PositionalEmbedding(6), SEQUENCE, {"weight": "weight"}, WIDTH),
    "transformer block": Case(
        nn.TransformerBlock(4, 2, hidden=3, causal=True, dropout=0.2, activation=nn.gelu),
        ((5, 4), (5,)),
        inside("attention", HEADS)
        | inside("feedforward.0", DENSE)
        | inside("feedforward.2", DENSE)
        | inside("first_norm", NORM)
        | inside("second_norm", NORM),
    ),
    "reshape": Case(nn.Reshape((3, -1)), (2, 6)),
    "flatten": Case(nn.Flatten(), (2, 3)),
}


@pytest.fixture(params=LAYERS.values(), ids=LAYERS.keys(), scope="module")
def case(request):
    return request.param


def ready(case: Case) -> nn.Layer:
    """The layer with weights, moved away from the zeros and ones it starts with."""
    layer = case.layer.init(random.key(0), case.shape)
    keys = iter(random.split(random.key(1), 100))
    params, rest = split(layer)
    moved = jax.tree.map(lambda a: a + 0.1 * random.uniform(next(keys), a.shape), params)
    return merge(moved, rest)


def batch(shape: Any, seed: int = 2, tokens: int | None = None) -> Any:
    """Four random examples of `shape`."""
    keys = iter(random.split(random.key(seed), 10))
    if tokens is not None:
        return random.randint(next(keys), (4, *shape), 0, tokens)
    return jax.tree.map(lambda s: random.normal(next(keys), (4, *s)), shape, is_leaf=is_shape)


def training() -> nn.Forward:
    return nn.Forward(training=True, key=random.key(3))


def apply(layer, x):
    return layer(x)


def train(layer, x):
    forward = training()
    return layer(x, forward), forward.updated(layer)


def assert_equal(a: Any, b: Any, rtol: float = 0.0) -> None:
    """Equal trees: same structure, types, shapes, and numbers up to `rtol`."""
    assert jax.tree.structure(a) == jax.tree.structure(b)
    for one, two in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        assert one.dtype == two.dtype
        np.testing.assert_allclose(one, two, rtol=rtol, atol=rtol)


def check_gradient(layer: nn.Layer, x: Any) -> None:
    """Reverse mode against central differences, for parameters and inputs, in training."""
    params, rest = split(layer)
    real, tokens = eqx.partition(x, eqx.is_inexact_array)

    @jax.jit
    def outputs(params, real):
        return merge(params, rest)(eqx.combine(real, tokens), training())

    check_grads(outputs, (params, real), order=1, modes=["rev"], atol=1e-6, rtol=1e-6)


def check_rows(layer: nn.Layer, x: Any) -> None:
    """At inference an output depends on its own example only."""
    y = layer(x)
    for i in (0, 3):
        changed = jax.tree.map(lambda a, i=i: (a.max() - a).at[i].set(a[i]), x)
        kept, same = jax.tree.map(lambda a, i=i: a[i], (y, layer(changed)))
        assert_equal(kept, same, rtol=1e-6)


def test_output_shape_is_the_shape_of_the_output(case):
    layer = ready(case)
    real = jax.tree.map(lambda a: a.shape[1:], layer(batch(case.shape, tokens=case.tokens)))
    assert case.layer.output_shape(case.shape) == real
    assert layer.output_shape(case.shape) == real


def test_init_compiled_is_init(case):
    compiled = eqx.filter_jit(lambda key: case.layer.init(key, case.shape))(random.key(0))
    assert_equal(case.layer.init(random.key(0), case.shape), compiled, rtol=1e-6)


def test_compiled_is_eager_and_keeps_float32(case):
    layer, x = ready(case), batch(case.shape, tokens=case.tokens)
    for function in (apply, train):
        compiled = eqx.filter_jit(function)(layer, x)
        assert_equal(function(layer, x), compiled, rtol=1e-5)
        assert {a.dtype for a in jax.tree.leaves(compiled)} <= {jnp.dtype("float32")}


def test_gradient_and_float64(case, float64):
    layer, x = ready(case), batch(case.shape, tokens=case.tokens)
    assert {a.dtype for a in jax.tree.leaves((layer, layer(x)))} == {jnp.dtype("float64")}
    check_gradient(layer, x)


def test_each_output_depends_on_its_own_example_only(case):
    with pytest.raises(AssertionError) if case.mixes else nullcontext():
        check_rows(ready(case), batch(case.shape, tokens=case.tokens))


def test_vmap_over_batches_is_a_loop(case):
    layer = ready(case)
    x = jax.tree.map(
        lambda *a: jnp.stack(a),
        batch(case.shape, 4, case.tokens),
        batch(case.shape, 5, case.tokens),
    )
    loop = [layer(jax.tree.map(lambda a, i=i: a[i], x)) for i in range(2)]
    stacked = jax.tree.map(lambda *a: jnp.stack(a), *loop)
    assert_equal(jax.vmap(layer)(x), stacked, rtol=1e-5)


def test_saved_and_read_again(case):
    layer, x = ready(case), batch(case.shape, tokens=case.tokens)
    arrays: dict[str, np.ndarray] = {}
    text = json.dumps(encode(layer, arrays))
    again = decode(json.loads(text), arrays)
    assert_equal(layer, again)
    assert_equal(layer(x), again(x))


def test_init_keeps_weights(case):
    layer = ready(case)
    assert_equal(layer.init(random.key(9), case.shape), layer)


def test_kinds_of_arrays(case):
    layer = case.layer.init(random.key(0), case.shape)
    assert {leaf.name: leaf.kind for leaf in leaves(layer)} == case.kinds
    # a buffer that is held twice could not be donated
    assert len({id(leaf.value) for leaf in leaves(layer)}) == len(case.kinds)


def test_equal_seeds_equal_weights_and_equal_noise(case):
    assert_equal(ready(case), ready(case))
    assert_equal(
        train(ready(case), batch(case.shape, tokens=case.tokens)),
        train(ready(case), batch(case.shape, tokens=case.tokens)),
    )


@pytest.mark.parametrize("name", [name for name, case in LAYERS.items() if case.refuses])
def test_another_width_is_refused(name):
    case = LAYERS[name]
    wider = jax.tree.map(
        lambda a: jnp.concatenate([a, a], axis=-1), batch(case.shape, tokens=case.tokens)
    )
    with pytest.raises(InputError) as refusal:
        ready(case)(wider)
    assert case.refuses in str(refusal.value)
    assert "give inputs with" in str(refusal.value)


@pytest.mark.parametrize(
    "layer", [nn.PReLU(), nn.Maxout(2), nn.RBF(2), nn.BatchNorm(), nn.LayerNorm(), nn.GroupNorm(1)]
)
def test_a_layer_without_weights_says_so(layer):
    with pytest.raises(InputError, match="has no weights yet") as refusal:
        layer(jnp.ones((2, 3)))
    assert "model.init(key, shape)" in str(refusal.value)


@jax.custom_vjp
def nearly_tanh(x):
    return jnp.tanh(x)


def _forward(x):
    return jnp.tanh(x), x


def _backward(x, g):
    return (1.001 * g * (1 - jnp.tanh(x) ** 2),)


nearly_tanh.defvjp(_forward, _backward)


def test_a_gradient_wrong_by_a_thousandth_is_found(float64):
    layer = nn.Sequential(nn.Dense(3), nn.Lambda(nearly_tanh)).init(random.key(0), (3,))
    with pytest.raises(AssertionError):
        check_gradient(layer, batch((3,)))


@pytest.mark.parametrize(
    "mixing", [lambda x: x - x.mean(axis=0, keepdims=True), lambda x: jnp.roll(x, 1, axis=0)]
)
def test_a_layer_that_mixes_examples_is_found(mixing):
    with pytest.raises(AssertionError):
        check_rows(nn.Lambda(mixing), batch((3,)))


def test_every_layer_class_is_in_the_table():
    classes = {c for c in vars(nn).values() if isinstance(c, type) and issubclass(c, nn.Layer)}
    assert classes - {nn.Layer} == {type(case.layer) for case in LAYERS.values()}
