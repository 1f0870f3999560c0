"""Models: chains, graphs, summaries, weights, and files."""

import numpy as np
import pytest

import gradus
import gradus.keras as keras
from gradus import InputError
from gradus.keras import layers


@pytest.fixture(autouse=True)
def _fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def line(width=1):
    """A linear model with weights by hand: y = 2a − b + 1."""
    model = keras.Sequential([layers.Dense(width, input_shape=(2,))])
    model.set_weights([np.array([[2.0], [-1.0]]), np.array([1.0])])
    return model


def test_predictions_by_hand():
    assert line().predict([[1.0, 2.0], [3.0, 0.0]]).tolist() == [[1.0], [7.0]]
    assert line().predict(np.array([[1, 2]], "uint8")).tolist() == [[1.0]]


def test_add_and_pop():
    model = keras.Sequential()
    model.add(layers.Dense(3, input_dim=2))
    model.add(layers.Dense(1))
    assert model.count_params() == 9 + 4
    assert model.pop().name == "dense_1"
    assert model.output_shape == (None, 3)
    assert model.predict(np.ones((4, 2))).shape == (4, 3)


def test_a_chain_without_a_shape_is_built_by_data():
    model = keras.Sequential([layers.Dense(3), layers.Dense(1)])
    assert not model.built
    text = []
    model.summary(print_fn=text.append)
    assert "0 (unbuilt)" in text[0]
    assert model.predict(np.ones((5, 4))).shape == (5, 1)
    assert model.count_params() == 5 * 3 + 4


def test_the_summary_of_the_course():
    text = []
    model = keras.Sequential([layers.Embedding(10000, 32), layers.SimpleRNN(32)])
    model.summary(print_fn=text.append)
    lines = text[0].splitlines()
    assert lines[0] == 'Model: "sequential"'
    assert lines[4].split("│")[1:4] == [
        " embedding (Embedding)  ",
        " (None, None, 32) ",
        " 320,000 ",
    ]
    assert lines[6].split("│")[3] == "   2,080 "
    assert lines[-3:] == [
        " Total params: 322,080 (1.23 MB)",
        " Trainable params: 322,080 (1.23 MB)",
        " Non-trainable params: 0 (0.00 B)",
    ]


def test_the_summary_of_a_graph_says_what_is_connected():
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    both = layers.concatenate([layers.Dense(4)(a), b])
    text = []
    keras.Model([a, b], layers.BatchNormalization()(both)).summary(print_fn=text.append)
    assert "dense, b" in text[0]
    assert "(None, 7)" in text[0]
    assert " Non-trainable params: 14 (56.00 B)" in text[0]


def test_layers_are_shared_between_models():
    x = keras.Input((4,))
    code = layers.Dense(2, name="code")(x)
    whole, encoder = keras.Model(x, layers.Dense(4)(code)), keras.Model(x, code)
    whole.compile("sgd", "mse")
    data = np.random.default_rng(0).normal(size=(32, 4))
    before = encoder.predict(data)
    whole.fit(data, data, epochs=2, verbose=0)
    assert np.abs(encoder.predict(data) - before).max() > 1e-4
    np.testing.assert_array_equal(
        encoder.get_weights()[0], whole.get_layer("code").get_weights()[0]
    )


def test_a_layer_that_is_called_twice_learns_from_both():
    a, b = keras.Input((2,)), keras.Input((2,))
    twin = layers.Dense(1, use_bias=False)
    model = keras.Model([a, b], layers.subtract([twin(a), twin(b)]))
    assert model.count_params() == 2
    twin.set_weights([np.array([[1.0], [2.0]])])
    # (1·1 + 2·1) − (1·0 + 2·1)
    assert model.predict([np.array([[1.0, 1.0]]), np.array([[0.0, 1.0]])]).tolist() == [[1.0]]


def test_frozen_layers_stay_as_they_are():
    base = keras.Sequential([layers.Dense(3, activation="tanh", input_shape=(2,))])
    model = keras.Sequential([base, layers.Dense(1)])
    base.trainable = False
    assert model.fixed_params() == 9
    kept = base.get_weights()
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 2)), np.zeros(8), verbose=0)
    for before, after in zip(kept, base.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    base.trainable = True
    model.fit(np.ones((8, 2)), np.zeros(8), verbose=0)
    assert np.abs(base.get_weights()[0] - kept[0]).max() > 0


def test_equal_programs_give_equal_models():
    found = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([layers.Dense(4, input_shape=(3,)), layers.Dropout(0.5)])
        model.compile("adam", "mse")
        model.fit(np.ones((8, 3)), np.ones((8, 4)), epochs=2, verbose=0)
        found.append(model.get_weights()[0])
    np.testing.assert_array_equal(*found)


def graph():
    """Two inputs, a shared layer, a nested model, two outputs."""
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    inner = keras.Sequential([layers.Input((3,)), layers.Dense(3, activation="relu")])
    shared = layers.Dense(2, name="shared", kernel_regularizer=keras.regularizers.L2(0.01))
    both = layers.concatenate([shared(inner(a)), shared(b)])
    wide = layers.Bidirectional(layers.GRU(2))(layers.Reshape((2, 2))(both))
    return keras.Model([a, b], [layers.Dense(1, name="one")(wide), layers.ReLU(name="two")(both)])


def test_a_model_comes_back_from_its_file(tmp_path):
    model = graph()
    model.compile(
        keras.optimizers.Adam(0.01),
        loss={"one": "mse", "two": keras.losses.Huber(0.5)},
        metrics={"one": ["mae"]},
    )
    rng = np.random.default_rng(0)
    x, y = [rng.normal(size=(16, 3)) for _ in range(2)], [rng.normal(size=(16, n)) for n in (1, 4)]
    model.fit(x, y, epochs=2, verbose=0)
    model.save(tmp_path / "graph.keras")
    again = keras.models.load_model(tmp_path / "graph.keras")
    for one, other in zip(model.predict(x), again.predict(x), strict=True):
        np.testing.assert_array_equal(one, other)
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    assert again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    # the optimiser goes on where it was: both take the same next step
    for each in (model, again):
        each.train_on_batch(x, y)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_weights_alone_come_back(tmp_path):
    model = line()
    model.save_weights(tmp_path / "line.weights.h5")
    other = keras.Sequential([layers.Dense(1, input_shape=(2,))])
    other.load_weights(tmp_path / "line.weights.h5")
    assert other.predict([[1.0, 2.0]]).tolist() == [[1.0]]
    with pytest.raises(InputError, match="weights alone"):
        keras.models.load_model(tmp_path / "line.weights.h5")


@gradus.named
def doubled(x):
    """2x."""
    return 2 * x


def test_functions_are_saved_by_their_names(tmp_path):
    model = keras.Sequential([layers.Input((1,)), layers.Lambda(doubled)])
    model.save(tmp_path / "named.keras")
    assert keras.models.load_model(tmp_path / "named.keras").predict([[3.0]]).tolist() == [[6.0]]
    nameless = keras.Sequential([layers.Input((1,)), layers.Lambda(lambda x: x)])
    with pytest.raises(InputError, match="named"):
        nameless.save(tmp_path / "nameless.keras")
    assert not (tmp_path / "nameless.keras").exists()


def test_files_of_others_are_refused(tmp_path):
    (tmp_path / "text.keras").write_text("hello")
    with pytest.raises(InputError, match="a file that gradus.keras wrote"):
        keras.models.load_model(tmp_path / "text.keras")
    with pytest.raises(InputError, match="no such file"):
        keras.models.load_model(tmp_path / "nowhere.keras")
    with pytest.raises(InputError, match="overwrite=True"):
        line().save(tmp_path / "text.keras", overwrite=False)


REFUSED = {
    "class": (lambda: keras.Sequential([layers.Dense]), "the class Dense"),
    "function": (lambda: keras.Sequential([np.tanh]), "layers.Lambda"),
    "input after layers": (
        lambda: keras.Sequential([layers.Dense(1), layers.Input((2,))]),
        "an Input before all layers",
    ),
    "pop of nothing": (lambda: keras.Sequential().pop(), "a layer"),
    "subclass": (lambda: type("Mine", (keras.Model,), {})(), "gradus.nn.Layer"),
    "input left out": (
        lambda: keras.Model(
            (a := keras.Input((1,))), layers.add([a, keras.Input((1,), name="forgotten")])
        ),
        "depends on input 'forgotten'",
    ),
    "no symbols": (lambda: keras.Model(np.ones(1), np.ones(1)), "what Input"),
    "shape": (lambda: keras.Input(3), r"Input\(shape=\(3,\)\)"),
    "layer that is not there": (lambda: line().get_layer("dens"), "did you mean 'dense'"),
    "weights": (lambda: line().set_weights([np.ones(2)]), r"dense/kernel \(2, 1\)"),
    "shape of inputs": (lambda: line().predict(np.ones((1, 3))), r"\(None, 2\)"),
    "nan": (lambda: line().predict([[np.nan, 1.0]]), "row 0, column 0"),
    "token": (
        lambda: keras.Sequential([layers.Embedding(10, 2)]).predict([[1, 11]]),
        "whole numbers from 0 to 9",
    ),
    "names": (
        lambda: keras.Sequential(
            [layers.Input((1,)), layers.Dense(1, name="a"), layers.Dense(1, name="a")]
        ),
        "'a' 2 times",
    ),
    "no output yet": (lambda: layers.Dense(1).output, "a layer in a model"),
    "which window": (
        lambda: keras.Sequential([layers.Input((2, 2, 1)), layers.Conv2D(1, 3, name="wide")]),
        "layer 'wide' › ",
    ),
    "which layer": (
        lambda: keras.Sequential([layers.Input((2,)), layers.LSTM(3, name="memory")]),
        "layer 'memory' › ",
    ),
    "no shape yet": (
        lambda: (
            keras.Sequential([layers.Dense(1)]).layers[0]
            and keras.Sequential([layers.Dense(1)]).outputs
        ),
        "does not know the shape",
    ),
}


@pytest.mark.parametrize("slip", REFUSED)
def test_slips_are_refused(slip):
    make, message = REFUSED[slip]
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize("functional", [True, False])
def test_a_model_that_ends_at_a_layer(functional):
    first, second = layers.Dense(3, activation="tanh"), layers.Dense(1)
    if functional:
        x = keras.Input((2,))
        whole = keras.Model(x, second(first(x)))
    else:
        whole = keras.Sequential([layers.Input((2,)), first, second])
    part = keras.Model(whole.input, [layer.output for layer in (first, second)])
    x = np.array([[1.0, -2.0]], "float32")
    activations, y = part.predict(x)
    kernel, bias = first.get_weights()
    np.testing.assert_allclose(activations, np.tanh(x @ kernel + bias), rtol=1e-5)
    np.testing.assert_array_equal(y, whole.predict(x))
    assert second.input is first.output
    assert first.output.shape == (None, 3)


def test_a_chain_without_a_shape_has_outputs_once_it_is_built():
    model = keras.Sequential([layers.Dense(3)])
    model.build((None, 2))
    assert keras.Model(model.input, model.layers[0].output).predict(np.ones((1, 2))).shape == (1, 3)
