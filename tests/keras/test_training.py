"""`compile`, `fit`, `evaluate` and callbacks."""

import numpy as np
import pytest

import gradus.keras as keras
from gradus import InputError
from gradus.keras import callbacks, layers


def model(loss="mse", units=1, activation=None, optimizer="sgd", metrics=None):
    """A linear model of two inputs whose weights are 0."""
    made = keras.Sequential([layers.Dense(units, activation, input_shape=(2,))])
    made.set_weights([np.zeros((2, units)), np.zeros(units)])
    made.compile(optimizer, loss, metrics=metrics)
    return made


X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]], "float32")
Y = np.array([1.0, 2.0, 3.0, 0.0], "float32")


def test_one_step_by_hand():
    """Loss mean y² = 14/4; slope of each weight −2 mean(x y) = −(2, 2.5), of the bias −3."""
    made = model(optimizer=keras.optimizers.SGD(0.1), metrics=["mae"])
    assert made.train_on_batch(X, Y) == pytest.approx([3.5, 1.5])
    kernel, bias = made.get_weights()
    np.testing.assert_allclose(kernel.ravel(), [0.1 * 2.0, 0.1 * 2.5], rtol=1e-6)
    np.testing.assert_allclose(bias, [0.1 * 3.0], rtol=1e-6)


def test_the_history_has_keras_names():
    made = model("binary_crossentropy", activation="sigmoid", metrics=["accuracy"])
    history = made.fit(X, Y > 1, epochs=3, validation_split=0.5, verbose=0)
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert history.epoch == [0, 1, 2]
    assert all(len(values) == 3 for values in history.history.values())


def test_the_last_rows_are_those_of_validation():
    made = model(optimizer=keras.optimizers.SGD(0.0))
    history = made.fit(X, Y, validation_split=0.25, verbose=0)
    assert history.history["val_loss"] == [0.0]  # the last target is 0, and so is the prediction
    assert history.history["loss"] == [pytest.approx(14 / 3)]


def test_weights_of_examples_do_not_change_the_divisor():
    """(1·1 + 0·4 + 0·9 + 1·0) / 4, as in Keras, and not / 2."""
    weights = np.array([1.0, 0.0, 0.0, 1.0])
    assert model().evaluate(X, Y, sample_weight=weights, verbose=0) == pytest.approx(0.25)
    made = model("binary_crossentropy", activation="sigmoid", optimizer=keras.optimizers.SGD(0.0))
    history = made.fit(X, Y > 1, class_weight={0: 1.0, 1: 3.0}, verbose=0)
    assert history.history["loss"][0] == pytest.approx(np.log(2) * (1 + 3 + 3 + 1) / 4)


def test_penalties_are_part_of_the_loss():
    made = keras.Sequential(
        [layers.Dense(1, kernel_regularizer=keras.regularizers.L1L2(0.1, 0.01), input_shape=(2,))]
    )
    made.set_weights([np.array([[1.0], [-2.0]]), np.zeros(1)])
    made.compile("sgd", "mse")
    # errors 0, 4, 4, 0; 0.1 · 3 + 0.01 · 5
    assert made.evaluate(X, Y, verbose=0) == pytest.approx((0 + 16 + 16 + 0) / 4 + 0.35)


def test_constraints_hold_after_every_step():
    made = keras.Sequential(
        [layers.Dense(1, kernel_constraint=keras.constraints.MaxNorm(0.5), input_shape=(2,))]
    )
    made.compile("sgd", "mse")
    made.fit(X, 10 * Y, epochs=5, verbose=0)
    assert np.linalg.norm(made.get_weights()[0]) == pytest.approx(0.5, rel=1e-4)


def test_a_confident_mistake_still_has_a_gradient():
    """Keras clips the probability, and its gradient is 0 there; the loss of the logit is exact."""
    made = model("binary_crossentropy", activation="sigmoid", optimizer=keras.optimizers.SGD(1.0))
    made.set_weights([np.zeros((2, 1)), np.array([-100.0])])
    assert made.train_on_batch(X[:1], np.ones(1)) == pytest.approx(100.0)
    assert made.get_weights()[1][0] == pytest.approx(-99.0)
    assert made.layers[0].core.activation is keras.activations.sigmoid


def test_other_endings_are_computed_from_probabilities():
    made = model("mse", activation="sigmoid", metrics=["binary_accuracy", "mae"])
    found = made.evaluate(X, Y > 1, verbose=0, return_dict=True)
    assert found == pytest.approx({"loss": 0.25, "binary_accuracy": 0.5, "mae": 0.5})


def test_accuracy_follows_the_targets():
    p = np.array([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])
    rows = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    resolved = keras.metrics.resolved
    for y, kind in ((rows, "CategoricalAccuracy"), (np.array([1, 0]), "SparseCategoricalAccuracy")):
        metric = resolved("accuracy", y.shape, p.shape)
        assert (type(metric).__name__, metric.label()) == (kind, "accuracy")
        metric.update_state(y, p)
        assert metric.result() == 0.5
    assert type(resolved("acc", (2,), (2, 1))).__name__ == "BinaryAccuracy"


def test_precision_and_recall_by_hand():
    y, p = [1, 1, 0, 0, 1], [0.9, 0.4, 0.8, 0.1, 0.7]  # said to be 1: rows 0, 2, 4; right: 0, 4
    found = {}
    for kind in ("Precision", "Recall", "R2Score", "RootMeanSquaredError"):
        metric = getattr(keras.metrics, kind)()
        metric.update_state(np.array(y, "float32")[:2], p[:2])
        metric.update_state(np.array(y, "float32")[2:], p[2:])
        found[kind] = metric.result()
    error = (0.01 + 0.36 + 0.64 + 0.01 + 0.09) / 5
    assert found["Precision"] == pytest.approx(2 / 3)
    assert found["Recall"] == pytest.approx(2 / 3)
    assert found["RootMeanSquaredError"] == pytest.approx(error**0.5)
    assert found["R2Score"] == pytest.approx(1 - error / 0.24)


def test_functions_are_losses_and_metrics():
    def cubic(y_true, y_pred):
        return abs(y_true - y_pred[:, 0]) ** 3

    made = model(cubic, metrics=[cubic, keras.metrics.MeanSquaredError(name="square")])
    found = made.evaluate(X, Y, verbose=0, return_dict=True)
    assert found == pytest.approx({"loss": 9.0, "cubic": 9.0, "square": 3.5})
    averaged = model(lambda y, p: (y - p[:, 0]).mean() ** 2)
    with pytest.raises(InputError, match="one number per example"):
        averaged.fit(X, Y, verbose=0)


def test_the_second_fit_goes_on():
    made = model(optimizer="adam")
    made.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    made.fit(X, Y, epochs=3, initial_epoch=2, verbose=0, shuffle=False)
    whole = model(optimizer="adam")
    whole.fit(X, Y, epochs=3, verbose=0, shuffle=False)
    np.testing.assert_array_equal(made.get_weights()[0], whole.get_weights()[0])


def test_slices_do_not_change_the_run():
    class Watcher(callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.steps, self.means = 0, []

        def on_train_batch_end(self, batch, logs=None):
            self.steps += 1
            self.means.append(logs["loss"])

        def on_epoch_end(self, epoch, logs=None):
            self.last = logs["loss"]

    watcher, found = Watcher(), []
    for told in ([], [callbacks.EarlyStopping(patience=9, monitor="loss")], [watcher]):
        made = model()
        keras.utils.set_random_seed(0)
        made.fit(X, Y, epochs=3, batch_size=3, verbose=0, callbacks=told)
        found.append(made.get_weights()[0])
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert watcher.steps == 3 * 2
    assert watcher.means[-1] == watcher.last


def test_a_callback_may_stop_change_the_rate_and_set_weights():
    class Meddler(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 0:
                self.model.optimizer.learning_rate = 0.0
                self.model.set_weights([np.ones((2, 1)), np.zeros(1)])
            if epoch == 2:
                self.model.stop_training = True

    made = model()
    history = made.fit(X, Y, epochs=10, verbose=0, callbacks=[Meddler()])
    assert len(history.epoch) == 3
    np.testing.assert_array_equal(made.get_weights()[0], np.ones((2, 1)))
    # with weights (1, 1) the errors are 0, 1, 1, 0
    assert history.history["loss"][1:] == pytest.approx([0.5, 0.5])


def test_early_stopping_by_hand():
    """Losses 5, 4, 4.5, 4.2, 3: patience 2 ends after the fourth, the best is the second."""
    rule = callbacks.EarlyStopping(monitor="loss", patience=2, restore_best_weights=True)

    class Fake:
        stop_training, given = False, None

        def upward(self):
            return {"loss": False}

        def get_weights(self):
            return f"weights of epoch {self.epoch}"

        def set_weights(self, weights):
            self.given = weights

    fake = Fake()
    rule.set_model(fake)
    rule.on_train_begin()
    for epoch, loss in enumerate([5, 4, 4.5, 4.2, 3]):
        fake.epoch = epoch
        rule.on_epoch_end(epoch, {"loss": loss})
        if fake.stop_training:
            break
    rule.on_train_end()
    assert (epoch, rule.stopped_epoch, rule.best_epoch) == (3, 3, 1)
    assert fake.given == "weights of epoch 1"


def test_plateaus_by_hand():
    """Losses stay 1: with patience 2 the rate falls after epochs 3 and 5, down to its floor."""
    rule = callbacks.ReduceLROnPlateau(monitor="loss", patience=2, factor=0.1, min_lr=0.02)

    class Fake:
        optimizer = keras.optimizers.SGD(1.0)

        def upward(self):
            return {"loss": False}

    rule.set_model(Fake())
    rates = []
    for epoch in range(7):
        logs = {"loss": 1.0}
        rule.on_epoch_end(epoch, logs)
        rates.append(round(float(Fake.optimizer.learning_rate), 3))
    assert rates == [1.0, 1.0, 0.1, 0.1, 0.02, 0.02, 0.02]


def test_accuracy_is_better_when_it_is_higher(tmp_path):
    made = model("binary_crossentropy", activation="sigmoid", metrics=["accuracy"])
    path = tmp_path / "best-{epoch:02d}.keras"
    told = [
        callbacks.ModelCheckpoint(path, monitor="accuracy", save_best_only=True),
        callbacks.CSVLogger(tmp_path / "log.csv"),
    ]
    history = made.fit(X, Y > 1, epochs=4, verbose=0, callbacks=told)
    values = history.history["accuracy"]
    best = [i for i, v in enumerate(values) if all(v > w for w in values[:i])]
    names = sorted(p.name for p in tmp_path.glob("*.keras"))
    assert names == [f"best-{i + 1:02d}.keras" for i in best]
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert lines[0] == "epoch,loss,accuracy"
    assert len(lines) == 5


def test_unknown_numbers_need_a_mode():
    def mine(y_true, y_pred):
        return abs(y_true - y_pred[:, 0])

    made = model(metrics=[mine])
    with pytest.raises(InputError, match="mode='max'"):
        made.fit(X, Y, epochs=2, verbose=0, callbacks=[callbacks.EarlyStopping("mine")])
    with pytest.warns(UserWarning, match="'val_loss', which is not measured"):
        made.fit(X, Y, verbose=0, callbacks=[callbacks.EarlyStopping()])


def test_schedules_count_steps():
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.1, 0.0])
    made = model(optimizer=keras.optimizers.SGD(rate))
    made.fit(X, Y, epochs=3, verbose=0)  # only the first of three steps moves
    np.testing.assert_allclose(made.get_weights()[1], [0.3], rtol=1e-6)


def test_numbers_that_are_not_finite_end_the_run():
    made = model(optimizer=keras.optimizers.SGD(1e30))
    with pytest.warns(UserWarning, match="the loss is not finite at step"):
        history = made.fit(X, Y, epochs=10, verbose=0)
    assert len(history.epoch) < 10
    assert np.all(np.isfinite(made.get_weights()[0]))


def batches(count):
    """An endless generator that counts what was drawn."""
    rng = np.random.default_rng(0)
    while True:
        count.append(1)
        x = rng.normal(size=(8, 2)).astype("float32")
        yield x, x @ np.array([2.0, -1.0], "float32")


def test_generators_give_every_batch_once():
    made, drawn = model(optimizer=keras.optimizers.SGD(0.1)), []
    history = made.fit(
        batches(drawn),
        steps_per_epoch=5,
        epochs=4,
        validation_data=batches([]),
        validation_steps=2,
        verbose=0,
    )
    assert 20 <= len(drawn) <= 21
    assert history.history["val_loss"][-1] < 0.1 * history.history["val_loss"][0]
    by_hand = model(optimizer=keras.optimizers.SGD(0.1))
    source = batches([])
    for _ in range(20):
        by_hand.train_on_batch(*next(source))
    np.testing.assert_allclose(made.get_weights()[0], by_hand.get_weights()[0], rtol=1e-5)


def test_sequences_have_their_own_length():
    class Halves(keras.utils.Sequence):
        ended = 0

        def __len__(self):
            return 2

        def __getitem__(self, index):
            return X[2 * index : 2 * index + 2], Y[2 * index : 2 * index + 2]

        def on_epoch_end(self):
            self.ended += 1

    halves, made = Halves(), model(optimizer=keras.optimizers.SGD(0.1))
    made.fit(halves, epochs=3, verbose=0)
    other = model(optimizer=keras.optimizers.SGD(0.1))
    other.fit(X, Y, epochs=3, batch_size=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(made.get_weights()[0], other.get_weights()[0], rtol=1e-6)
    assert halves.ended >= 2
    assert made.evaluate(halves, verbose=0) == pytest.approx(made.evaluate(X, Y, verbose=0))


def test_every_epoch_has_a_line(capsys):
    made = model(optimizer=keras.optimizers.SGD(0.0))
    made.fit(X, Y, epochs=2)
    made.evaluate(X, Y)
    assert capsys.readouterr().out == (
        "Epoch 1/2 - loss: 3.5000\nEpoch 2/2 - loss: 3.5000\nloss: 3.5000\n"
    )


REFUSED = {
    "not compiled": (
        lambda: keras.Sequential([layers.Dense(1)]).fit(X, Y),
        "is not compiled",
    ),
    "loss": (lambda: model("msee"), "losses 'msee'"),
    "optimiser": (lambda: model(optimizer="adm"), "did you mean 'adam'"),
    "metric": (lambda: model(metrics=["acuracy"]), "metrics 'acuracy'"),
    "rate": (lambda: keras.optimizers.Adam("fast"), "a schedule of optimizers.schedules"),
    "two limits": (lambda: keras.optimizers.SGD(clipnorm=1, clipvalue=1), "one of clipnorm"),
    "moving average": (lambda: keras.optimizers.SGD(use_ema=True), "use_ema=False"),
    "argument of fit": (lambda: model().fit(X, Y, epoch=3), "did you mean 'epochs'"),
    "argument of compile": (lambda: model().compile("sgd", "mse", metric=["mae"]), "'metrics'"),
    "weighted metrics": (
        lambda: model().compile("sgd", "mse", weighted_metrics=["mae"]),
        "no weighted_metrics",
    ),
    "rows": (lambda: model().fit(X, Y[:3]), "4 targets"),
    "no targets": (lambda: model().fit(X), "give y"),
    "column": (lambda: model(units=2).fit(X, Y), "end the model with 1 unit"),
    "one-hot": (
        lambda: model("categorical_crossentropy", 3, "softmax").fit(X, [0, 1, 2, 0]),
        "sparse_categorical_crossentropy",
    ),
    "class number": (
        lambda: model("sparse_categorical_crossentropy", 3, "softmax").fit(X, [0, 1, 3, 0]),
        "the target in row 2",
    ),
    "probability": (lambda: model("binary_crossentropy").fit(X, Y), "the target in row 1"),
    "share": (lambda: model().fit(X, Y, validation_split=1.0), "a share from 0 to below 1"),
    "all for validation": (lambda: model().fit(X[:1], Y[:1], validation_split=0.5), "0 and 1"),
    "validation": (lambda: model().fit(X, Y, validation_data=X), r"\(x_val, y_val\)"),
    "weights": (lambda: model().fit(X, Y, sample_weight=[1, 1]), "4 numbers from 0 up"),
    "epochs": (lambda: model().fit(X, Y, epochs=0), "epochs"),
    "batch": (lambda: model().fit(X, Y, batch_size=0), "batch_size"),
    "steps of arrays": (lambda: model().fit(X, Y, steps_per_epoch=2), "a generator of batches"),
    "endless": (lambda: model().fit(batches([])), "steps_per_epoch=100"),
    "steps of a generator": (
        lambda: model().fit(
            batches([]),
            steps_per_epoch=2,
            callbacks=[callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)],
        ),
        "hooks for batches",
    ),
    "ended": (lambda: model().fit(iter([(X, Y)]), steps_per_epoch=2), "while True"),
    "callback class": (
        lambda: model().fit(X, Y, callbacks=[callbacks.CSVLogger]),
        "the class CSVLogger",
    ),
    "hook": (
        lambda: model().fit(
            X, Y, callbacks=[type("T", (callbacks.Callback,), {"on_test_end": 1})()]
        ),
        "would never be called",
    ),
    "factor": (lambda: callbacks.ReduceLROnPlateau(factor=2), "between 0 and 1"),
    "frequency": (lambda: callbacks.ModelCheckpoint("a", save_freq=3), "'epoch'"),
    "tensorboard": (lambda: callbacks.TensorBoard, "CSVLogger"),
    "output": (
        lambda: model().compile("sgd", {"dens": "mse"}) or model({"dens": "mse"}).fit(X, Y),
        "loss of output 'dens'",
    ),
}


@pytest.mark.parametrize("slip", REFUSED)
def test_slips_are_refused(slip):
    make, message = REFUSED[slip]
    with pytest.raises(InputError, match=message):
        make()


def test_a_schedule_of_ones_own_is_a_function_of_the_step():
    class Halving(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1 * 0.5 ** step.astype("float32")

    made = model(optimizer=keras.optimizers.SGD(Halving()))
    made.train_on_batch(X, Y)
    np.testing.assert_allclose(made.get_weights()[1], [0.3], rtol=1e-6)
