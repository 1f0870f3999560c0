"""The same weights give the same outputs, losses, and weights after some steps as Keras itself."""

from __future__ import annotations

import contextlib
import os

import jax
import numpy as np
import pytest

import gradus.keras as ours

os.environ["KERAS_BACKEND"] = "jax"
theirs = pytest.importorskip("keras", minversion="3.9")  # not the folder tests/keras
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def _as_keras_computes():
    """Keras mixes types and broadcasts, which our tests forbid."""
    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        yield


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def shifted(model):
    """Weights that are not those of the start: biases and running averages too."""
    rng = np.random.default_rng(1)
    model.set_weights([w + 0.1 * np.abs(rng.normal(size=w.shape)) for w in model.get_weights()])


# layer -> (how it is made from `layers`, shape of one input)
LAYERS = {
    "Dense": (lambda la: la.Dense(3, activation="tanh"), (4,)),
    "Dense over time": (lambda la: la.Dense(3, use_bias=False), (5, 4)),
    "softmax": (lambda la: la.Dense(3, activation="softmax"), (4,)),
    "Activation": (lambda la: la.Activation("gelu"), (4,)),
    "ReLU": (lambda la: la.ReLU(max_value=0.5, negative_slope=0.1, threshold=0.1), (4,)),
    "LeakyReLU": (lambda la: la.LeakyReLU(), (4,)),
    "ELU": (lambda la: la.ELU(0.5), (4,)),
    "PReLU": (lambda la: la.PReLU(shared_axes=[1, 2]), (3, 3, 2)),
    "Softmax": (lambda la: la.Softmax(), (4,)),
    "Dropout": (lambda la: la.Dropout(0.5), (4,)),
    "GaussianNoise": (lambda la: la.GaussianNoise(0.5), (4,)),
    "Flatten": (lambda la: la.Flatten(), (2, 3)),
    "Reshape": (lambda la: la.Reshape((3, -1)), (6,)),
    "Permute": (lambda la: la.Permute((2, 1)), (2, 3)),
    "RepeatVector": (lambda la: la.RepeatVector(3), (2,)),
    "Rescaling": (lambda la: la.Rescaling(0.5, offset=1.0), (2,)),
    "BatchNormalization": (lambda la: la.BatchNormalization(), (3, 4)),
    "LayerNormalization": (lambda la: la.LayerNormalization(), (3, 4)),
    "GroupNormalization": (lambda la: la.GroupNormalization(2), (3, 4)),
    "Conv1D": (lambda la: la.Conv1D(4, 3, padding="same", strides=2), (7, 3)),
    "Conv1D causal": (lambda la: la.Conv1D(4, 3, padding="causal", dilation_rate=2), (7, 3)),
    "Conv2D": (lambda la: la.Conv2D(4, (3, 2), activation="relu"), (7, 6, 3)),
    "Conv2D same": (lambda la: la.Conv2D(4, 3, strides=2, padding="same", groups=2), (7, 6, 2)),
    "Conv3D": (lambda la: la.Conv3D(2, 2), (4, 5, 3, 2)),
    "Conv1DTranspose": (lambda la: la.Conv1DTranspose(2, 3, strides=2), (5, 3)),
    "Conv2DTranspose": (
        lambda la: la.Conv2DTranspose(2, 3, strides=2, padding="same", activation="relu"),
        (4, 5, 3),
    ),
    "SeparableConv1D": (lambda la: la.SeparableConv1D(4, 3, padding="same"), (5, 3)),
    "SeparableConv2D": (lambda la: la.SeparableConv2D(4, 3, depth_multiplier=2), (5, 6, 3)),
    "MaxPooling1D": (lambda la: la.MaxPooling1D(), (7, 3)),
    "MaxPooling2D": (lambda la: la.MaxPooling2D((2, 2), padding="same"), (7, 5, 3)),
    "MaxPooling3D": (lambda la: la.MaxPooling3D(), (4, 5, 3, 2)),
    "AveragePooling1D": (lambda la: la.AveragePooling1D(3, strides=1), (7, 3)),
    "AveragePooling2D": (lambda la: la.AveragePooling2D(2, padding="same"), (7, 5, 3)),
    "AveragePooling3D": (lambda la: la.AveragePooling3D(2), (4, 5, 3, 2)),
    "GlobalMaxPooling1D": (lambda la: la.GlobalMaxPooling1D(), (7, 3)),
    "GlobalMaxPooling2D": (lambda la: la.GlobalMaxPooling2D(), (7, 5, 3)),
    "GlobalAveragePooling1D": (lambda la: la.GlobalAveragePooling1D(), (7, 3)),
    "GlobalAveragePooling2D": (lambda la: la.GlobalAveragePooling2D(), (7, 5, 3)),
    "UpSampling1D": (lambda la: la.UpSampling1D(2), (3, 2)),
    "UpSampling2D": (lambda la: la.UpSampling2D((2, 3)), (3, 2, 2)),
    "ZeroPadding1D": (lambda la: la.ZeroPadding1D((1, 2)), (3, 2)),
    "ZeroPadding2D": (lambda la: la.ZeroPadding2D(((1, 0), (0, 2))), (3, 2, 2)),
    "SimpleRNN": (lambda la: la.SimpleRNN(3), (5, 2)),
    "SimpleRNN sequences": (lambda la: la.SimpleRNN(3, return_sequences=True), (5, 2)),
    "LSTM": (lambda la: la.LSTM(3), (5, 2)),
    "LSTM sequences": (lambda la: la.LSTM(3, return_sequences=True, dropout=0.5), (5, 2)),
    "GRU": (lambda la: la.GRU(3), (5, 2)),
    "GRU before": (lambda la: la.GRU(3, reset_after=False, return_sequences=True), (5, 2)),
    "Bidirectional": (lambda la: la.Bidirectional(la.LSTM(3, return_sequences=True)), (5, 2)),
    "Bidirectional sum": (lambda la: la.Bidirectional(la.GRU(3), merge_mode="sum"), (5, 2)),
    "TimeDistributed": (lambda la: la.TimeDistributed(la.Conv1D(2, 2)), (5, 4, 2)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_gives_what_keras_gives(name):
    make, shape = LAYERS[name]
    other = theirs.Sequential([theirs.Input(shape), make(theirs.layers)])
    shifted(other)
    model = ours.Sequential([ours.Input(shape), make(ours.layers)])
    model.set_weights(other.get_weights())
    x = numbers(4, *shape)
    expected = np.asarray(other(x, training=False))
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5, atol=1e-6)
    assert model.output_shape == other.output_shape
    assert model.count_params() == other.count_params()


@pytest.mark.parametrize("kind", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"])
def test_merging_layers_give_what_keras_gives(kind):
    x = [numbers(3, 4, seed=1), numbers(3, 4, seed=2)]
    expected = np.asarray(getattr(theirs.layers, kind)()(x))
    np.testing.assert_allclose(getattr(ours.layers, kind)()(x), expected, rtol=1e-6)


LOSSES = {
    "mean_squared_error": "numbers",
    "mean_absolute_error": "numbers",
    "mean_absolute_percentage_error": "numbers",
    "mean_squared_logarithmic_error": "positive",
    "huber": "numbers",
    "log_cosh": "numbers",
    "hinge": "signs",
    "squared_hinge": "signs",
    "categorical_hinge": "rows",
    "poisson": "positive",
    "kl_divergence": "rows",
    "cosine_similarity": "numbers",
    "binary_crossentropy": "yes or no",
    "categorical_crossentropy": "rows",
    "sparse_categorical_crossentropy": "classes",
}


def targets(kind, rng, n, width):
    """Targets and outputs of a kind."""
    p = rng.dirichlet(np.ones(width), n).astype("float32")
    y = rng.integers(0, width, n)
    return {
        "numbers": (rng.normal(size=(n, width)), rng.normal(size=(n, width))),
        "positive": (rng.uniform(0, 2, (n, width)), rng.uniform(0.1, 2, (n, width))),
        "signs": (rng.choice([-1, 1], (n, width)), rng.normal(size=(n, width))),
        "yes or no": (rng.integers(0, 2, (n, width)), rng.uniform(0.01, 0.99, (n, width))),
        "rows": (np.eye(width)[y], p),
        "classes": (y, p),
    }[kind]


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_what_keras_says(name):
    y, p = targets(LOSSES[name], np.random.default_rng(0), 6, 3)
    y, p = y.astype("float32"), p.astype("float32")
    if name == "sparse_categorical_crossentropy":
        y = y.astype("int32")
    found = getattr(ours.losses, name)(y, p)
    np.testing.assert_allclose(found, getattr(theirs.losses, name)(y, p), rtol=2e-5, atol=1e-6)
    weights = np.arange(6, dtype="float32")
    kind = {"kl_divergence": "KLDivergence"}.get(name, name.title().replace("_", ""))
    one, other = getattr(ours.losses, kind)(), getattr(theirs.losses, kind)()
    np.testing.assert_allclose(
        one(y, p, sample_weight=weights), other(y, p, sample_weight=weights), rtol=2e-5
    )


@pytest.mark.parametrize("kind", ["BinaryCrossentropy", "CategoricalCrossentropy"])
def test_label_smoothing_and_logits_are_keras_ones(kind):
    y, _ = targets("rows", np.random.default_rng(0), 6, 3)
    y, z = y.astype("float32"), numbers(6, 3)
    settings = {"from_logits": True, "label_smoothing": 0.1}
    one, other = (getattr(room.losses, kind)(**settings) for room in (ours, theirs))
    np.testing.assert_allclose(one(y, z), other(y, z), rtol=1e-5)


OPTIMIZERS = {
    "SGD": {},
    "SGD momentum": {"momentum": 0.9, "weight_decay": 0.01},
    "SGD nesterov": {"momentum": 0.9, "nesterov": True, "clipnorm": 0.1},
    "Adam": {"learning_rate": 0.01},
    "Adam amsgrad": {"amsgrad": True, "clipvalue": 0.01},
    "AdamW": {"learning_rate": 0.01},
    "RMSprop": {"learning_rate": 0.01},
    "RMSprop centered": {"centered": True, "momentum": 0.9, "global_clipnorm": 0.5},
    "Adagrad": {"learning_rate": 0.01},
    "Adadelta": {"learning_rate": 1.0},
    "Adamax": {"learning_rate": 0.01},
    "Nadam": {"learning_rate": 0.01},
    "Lion": {"learning_rate": 0.001},
}


def small(room, last, activation=None):
    layers = room.layers
    return room.Sequential(
        [
            room.Input((4,)),
            layers.Dense(8, activation="relu"),
            layers.Dense(last, activation=activation),
        ]
    )


def trained_alike(model, other, x, y, epochs=5, rtol=1e-5, **given):
    """Compare both after some epochs of one batch, or of batches in order; gives both histories."""
    model.set_weights(other.get_weights())
    plan = {"epochs": epochs, "batch_size": 16, "shuffle": False, "verbose": 0, **given}
    expected = other.fit(x, y, **plan)
    found = model.fit(x, y, **plan)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=2e-6)
    assert set(found.history) == set(expected.history)
    for name, values in expected.history.items():
        np.testing.assert_allclose(found.history[name], values, rtol=2e-5, atol=1e-6)
    return found


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimiser_steps_as_keras_does(name):
    kind = name.split()[0]
    x, y = numbers(16, 4), numbers(16, 2, seed=1)
    pair = [small(room, 2) for room in (ours, theirs)]
    for room, model in zip((ours, theirs), pair, strict=True):
        model.compile(getattr(room.optimizers, kind)(**OPTIMIZERS[name]), "mse")
    trained_alike(*pair, x, y)
    one, other = (getattr(room.optimizers, kind)() for room in (ours, theirs))
    assert float(one.learning_rate) == pytest.approx(float(other.learning_rate))


CLASSIFIERS = {
    "binary": ("sigmoid", 1, "binary_crossentropy", "yes or no"),
    "several": ("softmax", 3, "categorical_crossentropy", "rows"),
    "sparse": ("softmax", 3, "sparse_categorical_crossentropy", "classes"),
    "from probabilities": ("sigmoid", 3, "categorical_crossentropy", "rows"),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_learn_as_in_keras(name):
    activation, width, loss, kind = CLASSIFIERS[name]
    x, (y, _) = numbers(40, 4), targets(kind, np.random.default_rng(0), 40, width)
    pair = [small(room, width, activation) for room in (ours, theirs)]
    for model in pair:
        model.compile("adam", loss, metrics=["accuracy"])
    trained_alike(*pair, x, y, validation_split=0.2)
    model, other = pair
    np.testing.assert_allclose(
        model.evaluate(x, y, verbose=0), other.evaluate(x, y, verbose=0), rtol=2e-5
    )
    np.testing.assert_allclose(model.predict(x), other.predict(x, verbose=0), rtol=1e-4, atol=1e-6)


def test_weights_of_examples_and_classes_count_as_in_keras():
    x, y = numbers(20, 4), np.arange(20) % 2
    pair = [small(room, 1, "sigmoid") for room in (ours, theirs)]
    for model in pair:
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    trained_alike(*pair, x, y, class_weight={0: 1.0, 1: 3.0})
    trained_alike(*pair, x, y, sample_weight=np.linspace(0.1, 2, 20).astype("float32"))


def test_penalties_and_constraints_are_keras_ones():
    x, y = numbers(16, 4), numbers(16, 1, seed=1)

    def make(room):
        layers, limit = room.layers, room.constraints.MaxNorm(0.5)
        penalty = room.regularizers.L1L2(0.01, 0.02)
        hidden = layers.Dense(
            8,
            activation="tanh",
            kernel_regularizer=penalty,
            bias_regularizer="l2",
            activity_regularizer=room.regularizers.L2(0.01),
        )
        model = room.Sequential(
            [room.Input((4,)), hidden, layers.Dense(1, kernel_constraint=limit)]
        )
        model.compile("sgd", "mse", metrics=["mae"])
        return model

    trained_alike(make(ours), make(theirs), x, y, validation_data=(x + 1, y))


NETS = {
    "conv": (
        lambda la: [
            la.Conv2D(4, 3, activation="relu"),
            la.MaxPooling2D(),
            la.BatchNormalization(),
            la.Flatten(),
        ],
        (8, 8, 2),
    ),
    "lstm": (lambda la: [la.LSTM(5, return_sequences=True), la.LSTM(3)], (6, 2)),
    "gru": (lambda la: [la.Bidirectional(la.GRU(4)), la.LayerNormalization()], (6, 2)),
    "rnn": (lambda la: [la.SimpleRNN(5, return_sequences=True), la.SimpleRNN(3)], (6, 2)),
    "conv1d": (lambda la: [la.Conv1D(4, 3), la.PReLU(shared_axes=[1]), la.Flatten()], (6, 2)),
}


@pytest.mark.parametrize("name", NETS)
def test_nets_learn_as_in_keras(name):
    middle, shape = NETS[name]
    x, y = numbers(16, *shape), np.arange(16) % 3
    pair = []
    for room in (ours, theirs):
        last = room.layers.Dense(3, activation="softmax")
        model = room.Sequential([room.Input(shape), *middle(room.layers), last])
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        pair.append(model)
    trained_alike(*pair, x, y, rtol=2e-5)


def test_embeddings_learn_as_in_keras():
    tokens, y = np.random.default_rng(0).integers(0, 20, (16, 6)), np.arange(16) % 2
    pair = []
    for room in (ours, theirs):
        layers = room.layers
        chain = [
            layers.Embedding(20, 4),
            layers.SimpleRNN(3),
            layers.Dense(1, activation="sigmoid"),
        ]
        model = room.Sequential([room.Input((6,), dtype="int32"), *chain])
        model.compile("rmsprop", "binary_crossentropy", metrics=["acc"])
        pair.append(model)
    trained_alike(*pair, tokens, y, rtol=2e-5)


def branched(room):
    layers = room.layers
    a, b = room.Input((4,), name="a"), room.Input((3,), name="b")
    shared = layers.Dense(5, activation="tanh", name="shared")
    left = layers.Dense(4, name="left")(b)
    both = layers.concatenate([shared(a), shared(left)])
    sum_ = layers.add([layers.Dense(10, name="wide")(a), both])
    first = layers.Dense(1, name="first")(sum_)
    second = layers.Dense(3, activation="softmax", name="second")(
        layers.Dense(6, name="deep")(sum_)
    )
    model = room.Model(inputs=[a, b], outputs=[first, second])
    model.compile(
        "adam",
        loss={"first": "mse", "second": "sparse_categorical_crossentropy"},
        loss_weights={"first": 0.5, "second": 2.0},
        metrics={"first": ["mae"], "second": ["accuracy"]},
    )
    return model


def test_several_inputs_and_outputs_are_those_of_keras():
    one, other = branched(ours), branched(theirs)
    assert [layer.name for layer in one.layers][-2:] == [layer.name for layer in other.layers][-2:]
    assert [w.shape for w in one.get_weights()] == [w.shape for w in other.get_weights()]
    x = [numbers(16, 4), numbers(16, 3, seed=1)]
    y = [numbers(16, 1, seed=2), np.arange(16) % 3]
    trained_alike(one, other, x, y)
    for a, b in zip(one.predict(x), other.predict(x, verbose=0), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    both = [model.evaluate(x, y, verbose=0, return_dict=True) for model in (one, other)]
    assert both[0].keys() == both[1].keys()
    for name, value in both[1].items():
        assert both[0][name] == pytest.approx(value, rel=2e-5), name


METRICS = {
    "BinaryAccuracy": ("yes or no", {"threshold": 0.4}),
    "CategoricalAccuracy": ("rows", {}),
    "SparseCategoricalAccuracy": ("classes", {}),
    "TopKCategoricalAccuracy": ("rows", {"k": 2}),
    "SparseTopKCategoricalAccuracy": ("classes", {"k": 2}),
    "Precision": ("yes or no", {}),
    "Recall": ("yes or no", {"thresholds": 0.3}),
    "RootMeanSquaredError": ("numbers", {}),
}


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_what_keras_says(name):
    kind, settings = METRICS[name]
    one, other = (getattr(room.metrics, name)(**settings) for room in (ours, theirs))
    for seed in range(2):
        y, p = targets(kind, np.random.default_rng(seed), 30, 4)
        one.update_state(y, p.astype("float32"))
        other.update_state(y, p.astype("float32"))
    assert one.result() == pytest.approx(float(other.result()), rel=1e-5)


def test_metrics_over_batches_and_epochs_are_keras_ones():
    x, y = numbers(40, 4), np.arange(40) % 2
    pair = [small(room, 1, "sigmoid") for room in (ours, theirs)]
    for room, model in zip((ours, theirs), pair, strict=True):
        measured = ["mse", room.metrics.Precision(name="precision"), "AUC"][:2]
        model.compile("sgd", "binary_crossentropy", metrics=measured)
    trained_alike(*pair, x, y, validation_split=0.3)


def test_schedules_are_keras_ones():
    settings = {
        "ExponentialDecay": {"decay_steps": 10, "decay_rate": 0.5, "staircase": True},
        "InverseTimeDecay": {"decay_steps": 10, "decay_rate": 0.5},
        "PolynomialDecay": {"decay_steps": 10, "power": 2.0},
        "CosineDecay": {"decay_steps": 10, "alpha": 0.1},
    }
    pairs = [
        [getattr(room.optimizers.schedules, kind)(0.1, **given) for room in (ours, theirs)]
        for kind, given in settings.items()
    ]
    steps = [
        room.optimizers.schedules.PiecewiseConstantDecay([5, 8], [0.1, 0.01, 0.001])
        for room in (ours, theirs)
    ]
    for one, other in [*pairs, steps]:
        for t in (0, 3, 5, 6, 10, 15):
            assert float(one(t)) == pytest.approx(float(other(t)), rel=1e-5)


CALLBACKS = {
    "EarlyStopping": lambda c: c.EarlyStopping(patience=2, min_delta=0.003),
    "EarlyStopping best": lambda c: c.EarlyStopping(
        monitor="loss", patience=1, min_delta=0.01, restore_best_weights=True
    ),
    "ReduceLROnPlateau": lambda c: c.ReduceLROnPlateau(
        patience=1, factor=0.5, min_delta=0.005, cooldown=1
    ),
    "LearningRateScheduler": lambda c: c.LearningRateScheduler(lambda e, lr: lr * 0.9),
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_callbacks_do_what_keras_ones_do(name):
    x, y = numbers(32, 4), numbers(32, 1, seed=3)
    pair = [small(room, 1) for room in (ours, theirs)]
    pair[0].set_weights(pair[1].get_weights())
    histories = []
    for room, model in zip((ours, theirs), pair, strict=True):
        model.compile(room.optimizers.SGD(0.05), "mse")
        histories.append(
            model.fit(
                x,
                y,
                epochs=12,
                batch_size=32,
                validation_split=0.25,
                verbose=0,
                shuffle=False,
                callbacks=[CALLBACKS[name](room.callbacks)],
            )
        )
    found, expected = (history.history for history in histories)
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        np.testing.assert_allclose(found[key], values, rtol=1e-4)
    for a, b in zip(pair[0].get_weights(), pair[1].get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_padding_is_that_of_keras():
    sequences = [[1], [2, 3, 4, 5], [], [6, 7, 8]]
    for padding in ("pre", "post"):
        for truncating in ("pre", "post"):
            given = {"maxlen": 3, "padding": padding, "truncating": truncating, "value": 9}
            np.testing.assert_array_equal(
                ours.utils.pad_sequences(sequences, **given),
                theirs.utils.pad_sequences(sequences, **given),
            )


ROOMS = (
    "layers losses metrics callbacks optimizers initializers regularizers activations constraints"
)


@pytest.mark.parametrize("room", ROOMS.split())
def test_every_name_of_keras_is_here_or_in_the_list(room):
    module = getattr(ours, room)
    names = {n for n in dir(getattr(theirs, room)) if not n.startswith("_")}
    here = set()
    for name in names:
        with contextlib.suppress(ours.missing.InputError, AttributeError):
            getattr(module, name)
            here.add(name)
    assert names - here == names & set(ours.missing.NAMES[room].split())
