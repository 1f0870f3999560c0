"""Weights from files and dicts: what is turned, what is named otherwise, what does not fit."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from gradus import models, nn
from gradus.base.errors import InputError
from gradus.base.tree import by_name

NET = nn.Sequential(nn.Dense(2, nn.tanh), nn.BatchNorm(), nn.Dense(1))


@pytest.fixture(scope="module")
def net():
    return NET.init(jax.random.key(0), (3,))


@pytest.fixture(scope="module")
def state():
    """What PyTorch has for a linear layer 3 → 2, batch normalisation, and a linear layer 2 → 1."""
    random = np.random.default_rng(0)
    shapes = {
        "0.weight": (2, 3),
        "0.bias": (2,),
        "2.weight": (1, 2),
        "2.bias": (1,),
        **{f"1.{name}": (2,) for name in ("weight", "bias", "running_mean", "running_var")},
    }
    arrays = {name: random.uniform(0.5, 1, shape) for name, shape in shapes.items()}
    return arrays | {"1.num_batches_tracked": np.array(7)}


def by_hand(state, x):
    h = np.tanh(x @ state["0.weight"].T + state["0.bias"])
    h = (h - state["1.running_mean"]) / np.sqrt(state["1.running_var"] + 1e-5)
    return (state["1.weight"] * h + state["1.bias"]) @ state["2.weight"].T + state["2.bias"]


X = np.random.default_rng(1).normal(size=(4, 3)).astype("float32")


def test_linear_layers_and_batch_norm(net, state):
    loaded = models.load_weights(net, state)
    assert loaded.complete
    assert str(loaded) == "8 arrays loaded"
    np.testing.assert_allclose(loaded.model(X), by_hand(state, X), rtol=1e-5)


def test_pixels_after_a_flatten():
    """Maps of 2 channels and 3 × 2 pixels: PyTorch's row has the pixels of channel 0 first."""
    net = nn.Sequential(nn.Conv(2, 1), nn.MaxPool(1), nn.Flatten(), nn.Dense(1))
    ready = net.init(jax.random.key(0), (3, 2, 1))
    row = np.arange(12.0).reshape(1, 12)
    state = {"0.weight": np.ones((2, 1, 1, 1)), "0.bias": np.zeros(2), "3.weight": row}
    loaded = models.load_weights(ready, state | {"3.bias": np.zeros(1)}).model
    found = loaded.layers[3].weight.reshape(3, 2, 2)
    np.testing.assert_array_equal(found, row.reshape(2, 3, 2).transpose(1, 2, 0))


def test_windows_are_turned():
    """(filters, channels, height, width) → (height, width, channels, filters), groups alike."""
    conv = nn.Conv(6, (2, 3), groups=2).init(jax.random.key(0), (5, 5, 4))
    weight = np.random.default_rng(0).normal(size=(6, 2, 2, 3)).astype("float32")
    loaded = models.load_weights(conv, {"weight": weight, "bias": np.zeros(6)}).model
    np.testing.assert_array_equal(loaded.weight, weight.transpose(2, 3, 1, 0))


def test_names_by_their_beginnings(net, state):
    """The longest counts, and an empty one is for all others."""
    theirs = {"0": "body.fc", "2.weight": "head", "": "rest"}
    moved = {
        name.replace("0.", "body.fc.", 1)
        if name.startswith("0.")
        else ("head" if name == "2.weight" else f"rest.{name}"): array
        for name, array in state.items()
    }
    loaded = models.load_weights(net, moved, names=theirs)
    np.testing.assert_allclose(loaded.model(X), by_hand(state, X), rtol=1e-5)


def test_shortcuts_are_called_downsample():
    net = models.resnet([1, 1], 2, width=2, stem="small")
    ready = jax.eval_shape(lambda: net.init(jax.random.key(0), (8, 8, 1)))
    names = models.load_weights(ready, {}, strict=False).missing
    assert "layer2.0.downsample.0.weight" in names
    assert "layer2.0.downsample.1.running_var" in names


def misfit(state):
    wrong = state | {"2.weight": np.ones((5, 2)), "3.bias": np.zeros(1)}
    return {name: array for name, array in wrong.items() if name != "0.bias"}


def test_what_does_not_fit_is_named(net, state):
    message = r"1 missing: 0.bias; 1 unexpected: 3.bias; 1 misfits: 2.weight \(5, 2\) for \(1, 2\)"
    with pytest.raises(InputError, match=message):
        models.load_weights(net, misfit(state))


def test_what_fits_is_taken_on_request(net, state):
    loaded = models.load_weights(net, misfit(state), strict=False)
    assert str(loaded).splitlines() == [
        "6 arrays loaded",
        "1 missing: 0.bias",
        "1 unexpected: 3.bias",
        "1 misfits: 2.weight (5, 2) for (1, 2)",
    ]
    kept, old = by_name(loaded.model), by_name(net)
    assert (kept["2.weight"] == old["2.weight"]).all()
    assert (kept["0.weight"] == state["0.weight"].T.astype("float32")).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "bfloat16"])
def test_files_of_pytorch(net, state, dtype, tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    halves = {k: torch.tensor(v).to(getattr(torch, dtype)) for k, v in state.items()}
    save_file(halves, tmp_path / "net.safetensors")
    loaded = models.load_weights(net, tmp_path / "net.safetensors")
    assert {array.dtype.name for array in by_name(loaded.model).values()} == {"float32"}
    np.testing.assert_allclose(loaded.model(X), by_hand(state, X), rtol=0.05, atol=0.02)


def test_files_of_ours(net, tmp_path):
    """Square weights too are as they were: the file says how it is laid out."""
    square = nn.Dense(3).init(jax.random.key(0), (3,))
    path = models.save_weights(square, tmp_path / "square.safetensors")
    fresh = nn.Dense(3).init(jax.random.key(1), (3,))
    assert (models.load_weights(fresh, path).model.weight == square.weight).all()
    again = models.load_weights(fresh, by_name(square), layout="gradus").model
    assert (again.weight == square.weight).all()
    turned = models.load_weights(fresh, by_name(square)).model
    assert (turned.weight == square.weight.T).all()


def test_a_file_that_can_run_code(net, tmp_path):
    path = tmp_path / "net.pt"
    path.write_bytes(b"\x80\x02c__builtin__\neval\n")
    with pytest.raises(InputError, match=r"a safetensors file[\s\S]*can run code"):
        models.load_weights(net, path)
    with pytest.raises(InputError, match="no such file"):
        models.load_weights(net, tmp_path / "nowhere.safetensors")


def test_refusals(net, state):
    with pytest.raises(InputError, match="no weights yet"):
        models.load_weights(NET, state)
    with pytest.raises(InputError, match=r"names[\s\S]*'fc'"):
        models.load_weights(net, state, names={"fc": "0"})
    with pytest.raises(InputError, match="layout"):
        models.load_weights(net, state, layout="keras")
    lstm = nn.LSTM(3).init(jax.random.key(0), (5, 3))
    with pytest.raises(InputError, match="is a LSTM"):
        models.load_weights(nn.Sequential(lstm), state)
