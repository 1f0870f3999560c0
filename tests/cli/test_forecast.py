"""`gradus fit series.csv --forecast 4`: from fitting to using a forecast, and slips."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from gradus import load
from gradus.cli.config import combined
from gradus.cli.fit import fit
from gradus.cli.folder import load_forecasts
from gradus.cli.settings import Settings


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    """200 hours of a wave of 12 hours around 50, sums with a trend, and text."""
    t, random = np.arange(200), np.random.default_rng(0)
    table = pl.DataFrame(
        {
            "time": pl.datetime_range(
                pl.datetime(2024, 1, 1), pl.datetime(2024, 1, 9, 7), "1h", eager=True
            ).dt.strftime("%Y-%m-%d %H:%M"),
            "load": 50 + 10 * np.sin(2 * np.pi * t / 12) + random.normal(0, 0.5, 200),
            "wind": 0.1 * t + random.normal(0, 0.1, 200),
            "note": ["calm"] * 200,
        }
    )
    path = tmp_path_factory.mktemp("series") / "power.csv"
    table.write_csv(path)
    return path


@pytest.fixture(scope="module")
def run(series, tmp_path_factory):
    """The folder of a run that forecasts the load four hours ahead."""
    chosen = {
        "data": str(series),
        "forecast": 4,
        "target": "load",
        "time": "time",
        "rate": 0.03,
        "epochs": 40,
    }
    return fit(combined({}, chosen), tmp_path_factory.mktemp("runs") / "power", quiet=True)


def test_the_forecast_beats_the_last_value(run):
    found = load_forecasts(run)
    assert found.rows == 37  # a fifth of 200 rows, 4 ahead
    assert found.measures["rmse"] < found.baselines["last value"]["rmse"] / 5
    assert set(found.baselines) == {"last value", "last season", "ridge regression"}


def test_decisions_are_said_and_kept(run):
    said = (run / "decisions.txt").read_text(encoding="utf-8")
    for words in (
        "time: time, one row every 1 hour",
        "note: dropped, no numbers",
        "load: forecast, mean",
        "wind: known up to now, mean",
        "windows: 36 rows known, 4 forecast; period 12 rows",
        "101 for training, 17 for validation, 37 for testing, in order of time",
        "model: linear in trend and remainder",
    ):
        assert words in said
    settings = (run / "settings.toml").read_text(encoding="utf-8")
    for line in ('task = "forecast"', "forecast = 4", "window = 36", "period = 12"):
        assert line in settings


def test_the_next_hours_are_predicted_with_their_times_and_a_band(gradus, run, series):
    assert gradus("predict", run, series, "-o", "next.csv").out == "4 predictions  next.csv\n"
    found = pl.read_csv("next.csv", try_parse_dates=False)
    assert found.columns == ["time", "load", "load low", "load high"]
    assert found["time"][0] == "2024-01-09 08:00:00"
    wave = 50 + 10 * np.sin(2 * np.pi * np.arange(200, 204) / 12)
    np.testing.assert_allclose(found["load"], wave, atol=2.5)
    assert (found["load low"] < found["load"]).all()
    assert (found["load"] < found["load high"]).all()


def test_other_rows_are_measured_and_the_report_is_written_anew(gradus, run, series, tmp_path):
    pl.read_csv(series)[100:].write_csv(tmp_path / "later.csv")
    assert gradus("evaluate", run, "later.csv").out.startswith("61 windows of later.csv:\n")
    assert gradus("summary", run).out.count("On 37 windows that were held out:") == 1
    assert gradus("report", run).code == 0
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "Forecast of load, window 1 of 4" in page
    assert "Error by step" in page


def test_several_targets_by_a_recurrent_net_without_times(gradus, series):
    few = ("--epochs", 2, "--hidden", 4, "--window", 6, "--quiet", "--out", "two")
    also = ("--model", "rnn", "--likelihood", "heteroscedastic", "--drop", "time")
    answer = gradus("fit", series, "--forecast", 3, "--target", "load,wind", *also, *few)
    assert answer.code == 0, answer.err
    assert "standardised mse" in answer.out
    assert load("two").model.output_shape((6, 2)) == (3, 4)
    first, *rows = gradus("predict", "two", series).out.splitlines()
    assert first.startswith("step,load,load low,load high,wind")
    assert [row.split(",")[0] for row in rows] == ["1", "2", "3"]


def test_a_run_is_resumed(gradus, series):
    common = ("fit", series, "--forecast", 2, "--window", 4, "--time", "time", "--quiet")
    assert gradus(*common, "--epochs", 1, "--out", "short").code == 0
    assert gradus("fit", "--resume", "short", "--epochs", 2, "--quiet").code == 0
    assert load("short").history.epochs == 2


def spoiled(path, change):
    table = change(pl.read_csv(path))
    table.write_csv("spoiled.csv")
    return "spoiled.csv"


def swapped(table):
    return pl.concat([table[:50], table[51:52], table[50:51], table[52:]])


SPOILED = {
    "not sorted": (swapped, ("row 51 (counted from 0)", "2024-01-03 02:00")),
    "twice": (lambda t: pl.concat([t[:51], t[50:]]), ("row 51", "occurs twice")),
    "a gap": (lambda t: pl.concat([t[:50], t[53:]]), ("row 50", "a gap, 3 rows missing")),
    "no number": (lambda t: t.with_columns(load=pl.lit("much")), ("row 0", "a number")),
}


@pytest.mark.parametrize("name", SPOILED)
def test_series_that_are_none_are_refused(gradus, series, name, tmp_path):
    change, words = SPOILED[name]
    chosen = ("--forecast", 4, "--target", "load", "--time", "time")
    answer = gradus("fit", spoiled(series, change), *chosen)
    assert answer.code == 2
    assert all(word in answer.err for word in words), answer.err
    assert not (tmp_path / "runs").exists()


WRONG = [
    (("--forecast", 24, "--target", "lod"), "did you mean 'load'"),
    (("--forecast", 24, "--time", "tme"), "did you mean 'time'"),
    (("--forecast", 150, "--time", "time"), "200 rows are too few to forecast 150"),
    (("--forecast", 4, "--window", 180), "too short"),
    (("--forecast", 4, "--model", "mpl"), "did you mean 'mlp'"),
    (("--forecast", 4, "--model", "lenet"), "auto, linear, rnn, cnn, mlp"),
    (("--forecast", 4, "--likelihood", "poisson"), "heteroscedastic"),
    (("--forecast", 4, "--normalise", "first"), "standard"),
    (("--forecast", 4, "--calendar"), "a calendar without dates"),
    (("--forecast", 4, "--group", "note"), "--group with --forecast"),
    (("--forecast", 4, "--task", "density"), "leave --task out"),
    (("--task", "forecast"), "no --forecast"),
    (("--forecast", 4, "--text", "note"), "--forecast and --text"),
    (("--forecast", 4, "--drop", "lode"), "did you mean 'load'"),
    (("--forecast", -1), "a whole number from 0 up"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[m for _, m in WRONG])
def test_wrong_use_is_answered(gradus, series, arguments, message):
    answer = gradus("fit", series, *arguments)
    assert answer.code == 2
    assert message in answer.err, answer.err


def test_what_is_too_short_to_predict_from_is_refused(gradus, run, series, tmp_path):
    pl.read_csv(series)[:20].write_csv(tmp_path / "few.csv")
    answer = gradus("predict", run, "few.csv")
    assert answer.code == 2
    assert "36 rows or more" in answer.err
    assert "images" in gradus("fit", "digits", "--forecast", 3).err


def test_long_series_are_thinned_out(series, tmp_path, monkeypatch):
    from gradus.cli import forecast, source

    monkeypatch.setattr(forecast, "MOST_BYTES", 10_000)
    settings = Settings(str(series), task="forecast", forecast=4, window=6, target="load")
    prepared = forecast.prepare(source.read(str(series)), settings)
    # 131 windows of 4 · (6 · 2 + 4) = 64 bytes: no more than 10 000 bytes are one window in one
    assert prepared.rows == 131
    monkeypatch.setattr(forecast, "MOST_BYTES", 4_200)
    assert forecast.prepare(source.read(str(series)), settings).rows == 66
