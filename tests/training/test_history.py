"""Columns, progress, and the range test."""

import numpy as np
import pytest

from gradus import InputError, fit, nn, rate_range, supervised
from gradus.likelihoods import Gaussian
from gradus.optim import sgd
from gradus.penalties import l2
from gradus.training import slices
from gradus.training.history import History
from gradus.training.rate_range import RateRange


@pytest.fixture(scope="module")
def run(line):
    algorithm = supervised(nn.Dense(1), Gaussian(), sgd(0.1), penalty=l2(0.1))
    return fit(algorithm, line, epochs=4, batch=16, validation=0.25)


def test_the_columns(run):
    assert next(iter(run.history)) == "epoch"
    assert {"loss", "mse", "mae", "penalty", "rate", "val_loss", "val_mse"} <= set(run.history)
    assert {"gradient/weight", "update/weight", "seconds"} <= set(run.history)
    assert run.history.measures[0] == "loss"
    assert (np.diff(run.history["seconds"]) >= 0).all()


def test_loss_and_penalty_are_told_apart(run):
    """The loss is −log N(y; ŷ, 1) = ½(y−ŷ)² + ½ log 2π, whatever the penalty."""
    expected = run.history["mse"] / 2 + np.log(2 * np.pi) / 2
    assert np.allclose(run.history["loss"], expected, rtol=1e-5)
    assert (run.history["penalty"] > 0).all()


def test_the_update_ratio_is_the_change_over_the_weight(line):
    """Gradient descent moves by ε times the gradient: here seen from where the epoch ended."""
    run = fit(supervised(nn.Dense(1), Gaussian(), sgd(0.1)), line, epochs=2, batch=40)
    expected = 0.1 * run.history["gradient/weight"][-1] / np.abs(run.model.weight[0, 0])
    assert np.isclose(run.history["update/weight"][-1], expected, rtol=1e-5)


def test_csv_pandas_and_unknown_columns(run, tmp_path):
    run.history.to_csv(tmp_path / "history.csv")
    again = History.from_csv(tmp_path / "history.csv")
    assert list(again) == list(run.history)
    assert all(np.allclose(again[name], run.history[name], rtol=1e-6) for name in again)
    assert list(run.history.to_pandas().columns) == list(run.history)
    with pytest.raises(InputError, match="did you mean 'val_loss'"):
        run.history["vel_loss"]


def test_an_empty_history():
    assert History({}).epochs == 0
    assert History({}).last == {}
    assert "0 epochs" in repr(History({"epoch": []}))


def test_a_live_line_for_people_and_silence_for_files(line, regress, capsys):
    fit(regress, line, epochs=3, progress=True)
    shown = capsys.readouterr().err
    assert "epoch 3/3  loss" in shown
    assert shown.endswith("finished 3 epochs\n")
    fit(regress, line, epochs=3)
    fit(regress, line, epochs=3, progress=False)
    captured = capsys.readouterr()
    assert captured.err == captured.out == ""


def test_progress_can_be_a_function(line, regress):
    seen = []
    run = fit(regress, line, epochs=3, progress=seen.append)
    assert [row["epoch"] for row in seen] == [1, 2, 3]
    assert seen[-1]["loss"] == run.history["loss"][-1]


def test_the_range_test_finds_where_gradient_descent_blows_up(line):
    """Full-batch descent on E[x²] w²/2 diverges from 2/λmax on; λmax of (x, 1) is 1 here."""
    found = rate_range(
        lambda rate: supervised(nn.Dense(1), Gaussian(), sgd(rate)),
        line, low=1e-4, high=1e3, steps=300, batch=40,
    )  # fmt: skip
    assert 2 < found.limit < 40  # the running mean shows it some steps (5 % each) later
    assert found.suggested < found.limit / 5
    assert "blows up" in str(found)


def test_a_loss_that_never_blows_up_has_its_limit_at_the_end():
    found = RateRange(np.array([0.1, 1.0, 10.0]), np.array([3.0, 2.0, 1.0]))
    assert (found.limit, found.suggested) == (10.0, 1.0)


def test_rates_must_grow(line):
    with pytest.raises(InputError, match="0 < low < high, and 2 steps or more"):
        rate_range(lambda rate: None, line, low=1.0, high=0.1)


def test_long_epochs_show_where_they_are(line, regress, capsys, monkeypatch):
    monkeypatch.setattr(slices.Pace, "took", lambda *args: None)
    monkeypatch.setattr(slices, "FIRST_SLICE", 3)
    fit(regress, line, epochs=1, batch=5, progress=True)
    shown = capsys.readouterr().err
    assert "epoch 1/1  step 3/8" in shown
    assert "epoch 1/1  step 6/8" in shown
    assert "epoch 1/1  loss" in shown
