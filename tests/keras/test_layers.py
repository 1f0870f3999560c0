"""Layers by Keras' names: counts of parameters, shapes, and numbers worked by hand."""

import numpy as np
import pytest

import gradus.keras as keras
from gradus import InputError, nn
from gradus.keras import layers

# name -> (layer, shape of one input, shape of one output, number of parameters by hand)
TABLE = {
    "Dense": (lambda: layers.Dense(3), (4,), (3,), 4 * 3 + 3),
    "Dense over time": (lambda: layers.Dense(3, use_bias=False), (None, 4), (None, 3), 4 * 3),
    "Activation": (lambda: layers.Activation("tanh"), (4,), (4,), 0),
    "Flatten": (lambda: layers.Flatten(), (2, 3), (6,), 0),
    "Reshape": (lambda: layers.Reshape((3, 2)), (6,), (3, 2), 0),
    "Permute": (lambda: layers.Permute((2, 1)), (None, 3), (3, None), 0),
    "RepeatVector": (lambda: layers.RepeatVector(5), (3,), (5, 3), 0),
    "Embedding": (lambda: layers.Embedding(10000, 32), (None,), (None, 32), 10000 * 32),
    "SimpleRNN": (lambda: layers.SimpleRNN(32), (None, 32), (32,), 32 * 32 + 32 * 32 + 32),
    "LSTM": (lambda: layers.LSTM(32), (None, 8), (32,), 4 * (8 * 32 + 32 * 32 + 32)),
    "GRU": (lambda: layers.GRU(32), (None, 8), (32,), 3 * (8 * 32 + 32 * 32 + 2 * 32)),
    "GRU, reset before": (
        lambda: layers.GRU(4, reset_after=False, return_sequences=True),
        (None, 2),
        (None, 4),
        3 * (2 * 4 + 4 * 4 + 4),
    ),
    "Bidirectional": (
        lambda: layers.Bidirectional(layers.LSTM(4)),
        (None, 2),
        (8,),
        2 * 4 * (2 * 4 + 4 * 4 + 4),
    ),
    "TimeDistributed": (
        lambda: layers.TimeDistributed(layers.Conv1D(3, 2)),
        (5, 7, 2),
        (5, 6, 3),
        2 * 2 * 3 + 3,
    ),
    "Conv1D": (lambda: layers.Conv1D(4, 3, padding="causal"), (None, 2), (None, 4), 3 * 2 * 4 + 4),
    "Conv2D": (lambda: layers.Conv2D(32, (3, 3)), (28, 28, 1), (26, 26, 32), 9 * 32 + 32),
    "Conv2D, any size": (lambda: layers.Conv2D(2, 3), (None, None, 1), (None, None, 2), 9 * 2 + 2),
    "Conv3D": (lambda: layers.Conv3D(2, 2), (4, 4, 4, 1), (3, 3, 3, 2), 8 * 2 + 2),
    "MaxPooling1D": (lambda: layers.MaxPooling1D(), (7, 3), (3, 3), 0),
    "MaxPooling2D": (lambda: layers.MaxPooling2D((2, 2)), (13, 13, 8), (6, 6, 8), 0),
    "AveragePooling2D": (lambda: layers.AveragePooling2D(2), (4, 6, 1), (2, 3, 1), 0),
    "GlobalMaxPooling1D": (lambda: layers.GlobalMaxPooling1D(), (None, 8), (8,), 0),
    "GlobalAveragePooling2D": (lambda: layers.GlobalAveragePooling2D(), (4, 4, 8), (8,), 0),
    "BatchNormalization": (lambda: layers.BatchNormalization(), (6,), (6,), 4 * 6),
    "LayerNormalization": (lambda: layers.LayerNormalization(), (6,), (6,), 2 * 6),
    "GroupNormalization": (lambda: layers.GroupNormalization(3), (6,), (6,), 2 * 6),
    "PReLU": (lambda: layers.PReLU(), (6,), (6,), 6),
    "ZeroPadding2D": (lambda: layers.ZeroPadding2D((1, 2)), (4, 4, 1), (6, 8, 1), 0),
    "UpSampling2D": (lambda: layers.UpSampling2D(), (4, 4, 1), (8, 8, 1), 0),
}


@pytest.mark.parametrize("name", TABLE)
def test_shapes_and_numbers_of_parameters(name):
    make, shape, expected, count = TABLE[name]
    layer = make()
    tensor = layer(keras.Input(shape))
    assert tensor.shape == (None, *expected)
    assert layer.count_params() == count


def test_numbers_by_hand():
    x = np.array([[-2.0, 0.0, 4.0]])
    cases = [
        (layers.ReLU(max_value=3.0, negative_slope=0.5), [[-1.0, 0.0, 3.0]]),
        (layers.LeakyReLU(), [[-0.6, 0.0, 4.0]]),  # slope 0.3
        (layers.Activation("leaky_relu"), [[-0.4, 0.0, 4.0]]),  # slope 0.2
        (layers.ELU(2.0), [[2 * (np.exp(-2) - 1), 0.0, 4.0]]),
        (layers.Activation("hard_sigmoid"), [[1 / 6, 0.5, 1.0]]),  # (x + 3) / 6 within [0, 1]
        (layers.Activation("softsign"), [[-2 / 3, 0.0, 0.8]]),
        (layers.Rescaling(0.5, offset=1.0), [[0.0, 1.0, 3.0]]),
        (layers.Lambda(lambda x: x**2), [[4.0, 0.0, 16.0]]),
        (layers.Wrapped(nn.Reshape((3, 1))), [[[-2.0], [0.0], [4.0]]]),
    ]
    for layer, expected in cases:
        np.testing.assert_allclose(layer(x), expected, rtol=1e-6, atol=1e-7)


def test_merging_by_hand():
    a, b = np.array([[1.0, 5.0]]), np.array([[3.0, 2.0]])
    found = {
        kind: np.asarray(getattr(layers, kind)([a, b])).ravel().tolist()
        for kind in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate")
    }
    assert found == {
        "add": [4, 7],
        "subtract": [-2, 3],
        "multiply": [3, 10],
        "average": [2, 3.5],
        "maximum": [3, 5],
        "minimum": [1, 2],
        "concatenate": [1, 5, 3, 2],
    }


def test_operators_between_symbols_are_layers():
    a, b = keras.Input((2,)), keras.Input((2,))
    model = keras.Model([a, b], a * b + a - b)
    # 3·5 + 3 − 5 and 2·7 + 2 − 7
    assert model.predict([[[3.0, 2.0]], [[5.0, 7.0]]]).tolist() == [[13.0, 9.0]]


def test_weights_have_keras_order_and_form():
    layer = layers.GRU(2)
    layer.build((None, 3))
    assert [w.shape for w in layer.get_weights()] == [(3, 6), (2, 6), (2, 6)]
    weights = [np.arange(w.size, dtype="float32").reshape(w.shape) for w in layer.get_weights()]
    layer.set_weights(weights)
    for found, expected in zip(layer.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, expected)
    inner = layer.core
    np.testing.assert_array_equal(inner.bias, weights[2][0])
    np.testing.assert_array_equal(inner.recurrent_bias, weights[2][1])


def test_batch_normalisation_keeps_the_biased_variance():
    x = np.array([[1.0], [3.0]], "float32")  # mean 2, variance 1 (divided by n)
    model = keras.Sequential([layers.BatchNormalization(momentum=0.5, input_shape=(1,))])
    model.compile("sgd", "mse")
    model.train_on_batch(x, x)
    *_, mean, variance = model.get_weights()
    assert mean[0] == pytest.approx(0.5 * 0 + 0.5 * 2)
    assert variance[0] == pytest.approx(0.5 * 1 + 0.5 * 1)


def test_names_are_keras_ones():
    keras.utils.clear_session()
    made = [layers.Dense(1), layers.Dense(1), layers.Conv2D(1, 1), layers.SimpleRNN(1)]
    made += [layers.MaxPooling2D(), layers.BatchNormalization(), layers.LSTM(1)]
    assert [layer.name for layer in made] == [
        "dense",
        "dense_1",
        "conv2d",
        "simple_rnn",
        "max_pooling2d",
        "batch_normalization",
        "lstm",
    ]


def test_initialisers_are_keras_ones():
    keras.utils.set_random_seed(1)
    layer = layers.Dense(1000, kernel_initializer="he_normal", bias_initializer="ones")
    layer.build((500,))
    kernel, bias = layer.get_weights()
    assert kernel.std() == pytest.approx((2 / 500) ** 0.5, rel=0.02)
    assert bias.tolist() == [1.0] * 1000
    seeded = keras.initializers.RandomUniform(-0.1, 0.1, seed=3)
    one, other = (layers.Dense(2, kernel_initializer=seeded) for _ in range(2))
    one.build((3,))
    other.build((3,))
    np.testing.assert_array_equal(one.get_weights()[0], other.get_weights()[0])
    assert np.abs(one.get_weights()[0]).max() <= 0.1


REFUSED = {
    "unknown argument": (lambda: layers.Dense(3, activaton="relu"), "did you mean 'activation'"),
    "width": (lambda: layers.Dense(-1), "from 1 up"),
    "filters": (lambda: layers.Conv2D(0, 3), "filters"),
    "activation": (lambda: layers.Dense(1, activation="rleu"), "did you mean 'relu'"),
    "sum": (
        lambda: layers.add([layers.Input((3,)), layers.Input((4,))]),
        r"layer 'add' › [^$]*\(None, 3\), \(None, 4\)",
    ),
    "joined": (
        lambda: layers.concatenate([layers.Input((3, 2)), layers.Input((4, 2))]),
        r"along axis -1 alone[^$]*\(None, 3, 2\)",
    ),
    "joined along no axis": (
        lambda: layers.concatenate([layers.Input((2,)), layers.Input((2,))], axis=3),
        "along axis 3",
    ),
    "array beside symbol": (
        lambda: layers.add([layers.Input((3,)), np.ones((1, 3))]),
        "ndarray beside a symbol",
    ),
    "dropout both ways": (
        lambda: layers.Bidirectional(layers.LSTM(3, dropout=0.2)),
        "Bidirectional: dropout in its LSTM",
    ),
    "padding": (lambda: layers.Conv1D(1, 3, padding="sam").translated(), "one of 'valid', 'same'"),
    "missing argument": (lambda: layers.Dense(), "units"),
    "old argument": (lambda: keras.optimizers.Adam(lr=1), "did you mean 'learning_rate'"),
    "unsupported argument": (lambda: layers.LSTM(3, return_state=True), "return_state=False"),
    "unsupported mask": (lambda: layers.Embedding(9, 3, mask_zero=True), "mask_zero=False"),
    "channels first": (lambda: layers.Conv2D(1, 1, data_format="channels_first"), "data_format"),
    "unknown activation": (
        lambda: layers.Dense(1, activation="rellu").build((2,)),
        "did you mean 'relu'",
    ),
    "unknown initialiser": (
        lambda: layers.Dense(1, kernel_initializer="he").build((2,)),
        "initializers 'he'",
    ),
    "negative penalty": (lambda: keras.regularizers.l2(-1), "a number from 0 up"),
    "layer of Keras that is not here": (lambda: layers.Attention, "keras.layers.Attention is not"),
    "number of axes": (lambda: layers.Conv2D(1, 3)(keras.Input((28, 28))), "2 axes and then"),
    "unknown length": (
        lambda: layers.Dense(1)(layers.Flatten()(keras.Input((None, 3)))),
        "depends on an unknown length",
    ),
    "slopes everywhere": (lambda: layers.PReLU()(keras.Input((4, 2))), r"shared_axes=\[1\]"),
    "a layer of one's own": (lambda: layers.Layer().build((1,)), "layers.Wrapped"),
    "function of a symbol": (lambda: np.exp(keras.Input((2,))), "layers.Lambda"),
    "one input to merge": (lambda: layers.Multiply()(np.ones((1, 2))), "two inputs or more"),
    "weights of other shapes": (
        lambda: layers.Dense(1, input_shape=(2,)).set_weights([1]) or 1,
        "get_weights",
    ),
}


@pytest.mark.parametrize("slip", REFUSED)
def test_slips_are_refused(slip):
    make, message = REFUSED[slip]
    if slip == "weights of other shapes":
        layer = layers.Dense(1)
        layer.build((2,))

        def make():
            return layer.set_weights([np.ones((3, 1)), np.ones(1)])

    with pytest.raises(InputError, match=message):
        make()


def test_names_that_nobody_has_are_no_attributes():
    with pytest.raises(AttributeError, match="Atention"):
        _ = layers.Atention
    with pytest.raises(ImportError, match="Atention"):
        from gradus.keras.layers import Atention  # noqa: F401  # pyright: ignore
