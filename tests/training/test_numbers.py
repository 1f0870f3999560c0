"""The numbers of a run are those that a plain computation gives."""

import jax.numpy as jnp
import numpy as np
import pytest

from gradus import Patience, fit, fit_many, nn, seeds, supervised
from gradus.data.stream import Stream
from gradus.likelihoods import Categorical, Gaussian
from gradus.optim import adam, sgd
from gradus.training import part
from gradus.training.part import shuffled


@pytest.fixture(scope="module")
def normalised():
    """A run with batch normalisation whose weights stand still; 6 rows in batches of 4 and 2."""
    random = np.random.default_rng(0)
    x, y = random.normal(3, 2, (6, 2)).astype("float32"), random.normal(size=6).astype("float32")
    algorithm = supervised(nn.Sequential(nn.BatchNorm(), nn.Dense(1)), Gaussian(), sgd(0.0))
    return fit(algorithm, (x, y), epochs=2, batch=4, validation=(x[:3], y[:3])), x, y


def test_running_averages_are_those_of_the_rows_in_each_batch(normalised):
    run, x, _ = normalised
    mean, variance = np.zeros(2), np.ones(2)
    for epoch in range(2):
        order = shuffled(np.arange(6), 0, epoch, 4)
        for rows in (order[:4], order[4:6]):
            mean = 0.9 * mean + 0.1 * x[rows].mean(axis=0)
            variance = 0.9 * variance + 0.1 * x[rows].var(axis=0, ddof=1)
    layer = run.state.model.layers[0]
    np.testing.assert_allclose(layer.mean, mean, rtol=1e-5)
    np.testing.assert_allclose(layer.variance, variance, rtol=1e-5)


def test_validation_takes_the_running_averages(normalised):
    run, x, y = normalised
    expected = np.mean((run.state.model(jnp.asarray(x[:3]))[:, 0] - y[:3]) ** 2)
    assert run.history["val_mse"][-1] == pytest.approx(float(expected), rel=1e-5)


def test_validation_is_the_mean_over_rows_not_over_blocks(line, regress, monkeypatch):
    monkeypatch.setattr(part, "EVALUATION_BATCH", 16)  # 40 rows: 16, 16 and 8
    run = fit(regress, line, epochs=1, validation=line)
    expected = np.mean((run.outputs(line[0])[:, 0] - line[1]) ** 2)
    assert run.history["val_mse"][0] == pytest.approx(float(expected), rel=1e-5)


def test_predictions_of_more_rows_than_a_block(line, regress):
    run = fit(regress, line, epochs=1)
    x = np.linspace(-1, 1, 1030, dtype="float32")[:, None]
    np.testing.assert_allclose(run.outputs(x), run.model(jnp.asarray(x)), rtol=1e-5, atol=1e-6)


def test_noise_is_new_in_every_step():
    """Equal rows and a rate of 0: only the noise makes the losses of two epochs differ."""
    x, y = np.ones((8, 1), "float32"), np.ones(8, "float32")
    algorithm = supervised(nn.Sequential(nn.GaussianNoise(1.0), nn.Dense(1)), Gaussian(), sgd(0.0))
    losses = fit(algorithm, (x, y), epochs=4, batch=8).history["loss"]
    assert len(set(losses.tolist())) == 4


def test_class_weights_leave_the_accuracy_alone(blobs):
    weighted = Categorical(3, class_weight=(1, 10, 100))
    run = fit(supervised(nn.Dense(3), weighted, sgd(0.0)), blobs, epochs=1, validation=blobs)
    expected = np.mean(run.predict(blobs[0]) == blobs[1])
    assert run.history["accuracy"][0] == pytest.approx(expected)
    assert run.history["val_accuracy"][0] == pytest.approx(expected)


def test_the_measure_of_several_runs_is_that_of_their_best_epochs():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(60, 5)).astype("float32"), random.integers(0, 2, 60)
    model = nn.Sequential(nn.Dense(32, nn.tanh), nn.Dense(2))
    algorithm = supervised(model, Categorical(2), adam(0.05))
    runs = fit_many(algorithm, (x, y), seeds(2), epochs=15, validation=0.3, stop=Patience(None))
    expected = [run.history["val_loss"].min() for run in runs]
    np.testing.assert_array_equal(runs.measure("val_loss"), expected)
    assert all(run.history["val_loss"][-1] > run.history["val_loss"].min() for run in runs)


def standing_still(y):
    """The output bias of a run that never moves, from x = 0."""
    return supervised(nn.Dense(1), Gaussian(), sgd(0.0)), np.zeros((len(y), 1), "float32")


def test_the_output_bias_starts_at_the_mean_of_the_rows_that_count():
    """A first row of 1000 stands where no row is: it must not count for those."""
    y = np.array([1000.0, 1, 2, 3, 4, 5], "float32")
    algorithm, x = standing_still(y)
    streamed = fit(algorithm, Stream.from_arrays(x, y), epochs=1, batch=4)
    assert streamed.model.bias[0] == pytest.approx(y.mean())
    weight = np.array([0, 1, 1, 1, 1, 1], "float32")
    assert fit(algorithm, (x, y, weight), epochs=1).model.bias[0] == pytest.approx(3)


def test_continue_begins_at_the_best_epoch(line, regress):
    """The training loss is a mean over an epoch, at whose end the validation loss is below it."""
    given = {"batch": 8, "validation": 0.2, "then": "continue"}
    run = fit(regress, line, epochs=20, **given)
    assert run.status.endswith("went on with all examples for 1 epochs")
    assert run.history["mse"][0] > 10 * run.history["mse"][-1]  # from afar, it would take longer
