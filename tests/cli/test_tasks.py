"""`gradus fit --task`: what can be learned without a target, from fitting to using it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from gradus import load
from gradus.cli import worth
from gradus.cli.fit import fit
from gradus.cli.folder import load_scores
from gradus.cli.settings import Settings
from gradus.cli.tasks import TASKS
from gradus.cli.unlabelled import countable, spread, with_holes

SMALL = {"hidden": (8,), "epochs": 3, "dropout": 0.0}


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """120 rows of several kinds: weight goes with height; a name for each; some gaps."""
    random = np.random.default_rng(0)
    height = random.integers(150, 200, 120)
    table = pl.DataFrame(
        {
            "name": [f"person {i}" for i in range(120)],
            "height": height,
            "weight": np.round(height - 100 + random.normal(0, 3, 120), 1),
            "city": random.choice(["Bern", "Oslo", "Rome"], 120).tolist(),
            "member": random.random(120) < 0.5,
            "since": pl.Series(["2020-03-01", "2021-11-30"] * 60).str.to_date(),
        }
    )
    gaps = pl.Series(random.random(120) < 0.2)
    table = table.with_columns(pl.when(~gaps).then("weight").alias("weight"))
    path = tmp_path_factory.mktemp("people") / "people.csv"
    table.write_csv(path)
    return path


@pytest.fixture(scope="module")
def runs(people, tmp_path_factory):
    """The folder of a run for each task; of compression and density one on known datasets."""
    chosen = {
        "density": Settings("iris", model="flow", **SMALL),
        "compress": Settings("iris", code=2, **SMALL | {"hidden": (), "epochs": 60, "rate": 0.03}),
        "anomaly": Settings(str(people), **SMALL | {"epochs": 40, "rate": 0.02}),
        "impute": Settings(str(people), **SMALL | {"epochs": 40, "rate": 0.02}),
        "generate": Settings(str(people), **SMALL | {"epochs": 20, "rate": 0.02}),
    }
    folder = tmp_path_factory.mktemp("runs")
    return {
        task: fit(replace(settings, task=task), folder / task, quiet=True)
        for task, settings in chosen.items()
    }


BASELINES = {
    "density": {"Gaussian", "mixture of 8 Gaussians"},
    "compress": {"2 principal components"},
    "anomaly": {"isolation forest"},
    "impute": {"column means", "5 nearest neighbours"},
    "generate": {"columns one by one"},
}


@pytest.mark.parametrize("task", BASELINES)
def test_every_task_is_measured_beside_its_baselines(gradus, runs, task):
    scores = load_scores(runs[task])
    assert set(scores.baselines) == BASELINES[task]
    assert all(np.isfinite(m[scores.headline]) for _, m in scores.table())
    page = (runs[task] / "report.html").read_text(encoding="utf-8")
    assert "<h2>Result</h2>" in page
    assert ("<h2>Samples</h2>" in page) == (TASKS[task].draws is not None)
    out = gradus("summary", runs[task]).out
    assert re.search(rf"^task +{task}$", out, re.MULTILINE)
    assert str(scores) in out


def test_the_column_that_is_a_label_is_left_out(runs):
    said = (runs["density"] / "decisions.txt").read_text(encoding="utf-8")
    assert said.startswith("class: left out, it is the label\n")
    assert load(runs["density"]).model.columns == 4


def test_a_linear_code_explains_what_principal_components_do(runs):
    scores = load_scores(runs["compress"])
    theirs = scores.baselines["2 principal components"]["explained"]
    assert scores.measures["explained"] == pytest.approx(theirs, abs=0.05)


def test_codes_and_densities_are_predicted(gradus, runs):
    assert gradus("predict", runs["compress"], "iris", "-o", "codes.csv").code == 0
    assert pl.read_csv("codes.csv").columns == ["code_1", "code_2"]
    first, *rows = gradus("predict", runs["density"], "iris").out.splitlines()
    assert first == "log_p"
    assert len(rows) == 150
    assert "nats per row" in gradus("evaluate", runs["density"], "iris").out


def test_who_is_tall_and_light_is_an_anomaly(gradus, runs, people, tmp_path):
    table = pl.read_csv(people, n_rows=2)
    odd = table.with_columns(height=pl.lit(198), weight=pl.lit(51.0))
    usual = table.with_columns(height=pl.lit(180), weight=pl.lit(80.0))
    pl.concat([odd, usual]).write_csv(tmp_path / "new.csv")
    gradus("predict", runs["anomaly"], "new.csv", "-o", "found.csv")
    found = pl.read_csv("found.csv")
    assert found.columns == ["score", "quantile", "anomaly"]
    assert found["anomaly"].to_list()[:2] == [True, True]
    assert found["quantile"].to_list()[0] > 0.95 > found["quantile"].to_list()[2]


def test_the_same_table_comes_back_filled(gradus, runs, people):
    before = pl.read_csv(people)
    assert gradus("predict", runs["impute"], people, "-o", "filled.csv").code == 0
    after = pl.read_csv("filled.csv")
    assert after.columns == before.columns
    assert after.null_count().sum_horizontal().item() == 0
    known = before["weight"].is_not_null()
    assert after.filter(known)["weight"].to_list() == before.filter(known)["weight"].to_list()
    assert after["name"].to_list() == before["name"].to_list()
    filled = after.filter(~known)
    off = (filled["weight"] - (filled["height"] - 100)).abs()
    assert off.mean() < 8  # weights range over 50


def test_a_row_of_which_nothing_is_known_is_refused(gradus, runs, tmp_path):
    rows = ["name,height,weight,city,member,since", "a,170,,Rome,true,2020-03-01", "b,,,,,"]
    (tmp_path / "new.csv").write_text("\n".join(rows))
    answer = gradus("predict", runs["impute"], "new.csv")
    assert answer.code == 2
    assert "row 1: every number is missing" in answer.err


def test_new_rows_are_of_the_same_columns_and_kinds(gradus, runs, people):
    out = gradus("generate", runs["generate"], "--count", 40, "--seed", 3, "-o", "new.csv").out
    assert out == "40 examples  new.csv\n"
    made, true = pl.read_csv("new.csv"), pl.read_csv(people).drop("name")
    assert made.schema == true.schema
    assert set(made["city"]) <= {"Bern", "Oslo", "Rome"}
    assert made["weight"].null_count() < 40
    again = gradus("generate", runs["generate"], "--count", 40, "--seed", 3).out
    assert pl.read_csv(again.encode()).equals(made)


def test_images_are_drawn_on_a_sheet(gradus, tmp_path):
    random = np.random.default_rng(0)
    x = random.integers(0, 255, (60, 6, 6, 1), np.uint8)
    np.savez(tmp_path / "noise.npz", x=x)
    few = ("--epochs", 1, "--hidden", 8, "--code", 2, "--quiet")
    assert gradus("fit", "noise.npz", "--task", "generate", *few, "--out", "run").code == 0
    assert gradus("generate", "run", "-n", 5, "-o", "s.png").out == "5 examples  s.png\n"
    header = (tmp_path / "s.png").read_bytes()[16:24]
    assert [int.from_bytes(part, "big") for part in (header[:4], header[4:])] == [18, 12]
    gradus("generate", "run", "-n", 5, "-o", "s.npz")
    made = np.load("s.npz")["x"]
    assert made.shape == (5, 6, 6, 1)
    assert 1 < made.max() <= 255
    assert "ends in .png, .npz" in gradus("generate", "run").err


def test_values_in_steps_are_spread_and_holes_do_not_count():
    x = np.zeros((1000, 2), np.float32)
    noisy = spread(x, np.array([0.0, 2.0]), np.random.default_rng(0))
    assert (noisy[:, 0] == 0).all()
    assert 0.9 < np.abs(noisy[:, 1]).max() <= 1
    holed = np.array([[1.0, np.nan], [np.nan, np.nan], [2.0, 3.0]])
    part = countable(holed)
    np.testing.assert_array_equal(part[2], [[1, 0], [1, 1]])
    np.testing.assert_array_equal(with_holes(part), holed[[0, 2]])


def test_scrambled_rows_keep_their_columns():
    x = np.arange(60.0).reshape(20, 3)
    mixed = worth.scrambled(x)
    np.testing.assert_array_equal(np.sort(mixed, axis=0), x)
    assert (mixed != x).any()


WRONG = [
    (("iris", "--task", "densty"), "did you mean 'density'"),
    (("people.csv", "--task", "impute", "--target", "city"), "--target with --task impute"),
    (("people.csv", "--task", "density", "--model", "vae"), "auto, made, flow"),
    (("digits", "--task", "impute"), "a table"),
    (("digits", "--task", "density"), "take images"),
    (("iris", "--task", "generate", "--likelihood", "laplace"), "--likelihood with --task"),
    (("negative.npz", "--task", "generate"), "numbers from 0 up"),
    (("text.csv", "--task", "density"), "no column to learn from"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(a) for a, _ in WRONG])
def test_wrong_use_is_answered(gradus, people, tmp_path, arguments, message):
    (tmp_path / "people.csv").write_text(people.read_text())
    (tmp_path / "text.csv").write_text("said\n" + "\n".join(f"some words {i}" for i in range(30)))
    np.savez(tmp_path / "negative.npz", x=-np.ones((20, 4, 4, 1)))
    answer = gradus("fit", *arguments)
    assert answer.code == 2
    assert message in answer.err
    assert not (tmp_path / "runs").exists()


def test_what_a_run_cannot_do_is_refused(gradus, runs, sizes_run):
    for run in (runs["impute"], sizes_run):
        answer = gradus("generate", run)
        assert answer.code == 2
        assert "a run of --task write, density or generate" in answer.err
    assert "gradus generate RUN" in gradus("predict", runs["generate"], "iris").err
    assert "--task density" in gradus("search", "iris", "--task", "density").err


def test_a_code_as_long_as_the_rows_is_said(gradus):
    out = gradus("fit", "iris", "--task", "compress", "--code", 4, "--epochs", 1).out
    assert "4 numbers for rows of 4: nothing is compressed" in out
