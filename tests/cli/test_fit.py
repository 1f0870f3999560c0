"""`gradus fit`: known answers, what is said, what is written, resuming, ending early."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradus import load
from gradus.base.errors import InputError
from gradus.cli.fit import result
from gradus.cli.folder import load_assessment
from gradus.cli.recipe import build_schedule
from gradus.cli.settings import Settings
from gradus.evaluation import Scores
from gradus.training.interrupt import Interrupt

FAST = ("--hidden", 4, "--epochs", 3)
FILES = {
    *("model.safetensors", "history.csv", "run.json", "settings.toml", "decisions.txt"),
    *("assessment.safetensors", "checkpoint.safetensors", "report.html"),
}


def test_separable_classes_are_separated(sizes_run):
    assessment = load_assessment(sizes_run)
    assert assessment.measures["accuracy"] == 1
    assert assessment.labels == ("short", "tall")
    assert assessment.baselines["majority class"]["accuracy"] == 0.5


def test_a_line_is_learned_in_the_users_units(gradus, tables):
    answer = gradus("fit", tables / "line.csv", "--target", "y", "--hidden", 0, "--rate", 0.03,
                    "--epochs", 60, "--out", "run")  # fmt: skip
    assert answer.code == 0
    assert "model: linear" in answer.out
    assessment = load_assessment(Path("run"))
    assert assessment.kind == "regression"
    assert assessment.measures["r2"] > 0.99
    # the targets of line.csv are halves: 3a − 2b + 10.5
    np.testing.assert_allclose(assessment.y % 1, 0.5, atol=1e-4)
    assert assessment.baselines["ridge regression"]["r2"] > 0.99


def test_what_was_decided_is_said_and_the_paths_are_named(gradus, tables):
    answer = gradus("fit", tables / "sizes.csv", "--target", "size", *FAST)
    assert "colour: 2 categories → 1 dummy, baseline 'red'" in answer.out
    assert "size: classification, 2 classes: 'short', 'tall'" in answer.out
    assert (
        "rows: 42 for training, 6 for validation, 12 for testing, every class alike" in answer.out
    )
    assert "batches of 32, at most 3 epochs" in answer.out
    assert "Finished 3 epochs" in answer.out
    assert "majority class" in answer.out
    assert "runs/sizes-1/report.html" in answer.out
    assert {path.name for path in Path("runs/sizes-1").iterdir()} == FILES
    assert answer.err == ""  # no live line where nobody is looking


def test_quiet_leaves_the_result_and_a_second_run_gets_its_own_folder(gradus, tables):
    chosen = ("fit", tables / "sizes.csv", "--target", "size", *FAST, "--quiet", "--test", 0)
    assert gradus(*chosen).out.startswith("Finished 3 epochs")
    answer = gradus(*chosen)
    assert "No rows were held out for testing." in answer.out
    assert "runs/sizes-2" in answer.out
    assert load_assessment(Path("runs/sizes-2")) is None


def test_the_written_settings_repeat_the_run(gradus, sizes_run):
    assert gradus("fit", "--config", sizes_run / "settings.toml", "--out", "again").code == 0
    first, again = (load(folder).model for folder in (sizes_run, Path("again")))
    np.testing.assert_array_equal(first.layers[1].weight, again.layers[1].weight)


def test_a_resumed_run_equals_an_uninterrupted_one(gradus, tables):
    chosen = ("fit", tables / "sizes.csv", "--target", "size", "--hidden", 4, "--schedule",
              "constant", "--patience", 20)  # fmt: skip
    gradus(*chosen, "--epochs", 6, "--out", "whole")
    gradus(*chosen, "--epochs", 3, "--out", "parts")
    answer = gradus("fit", "--resume", "parts", "--epochs", 6)
    assert "Finished 6 epochs" in answer.out
    assert "at most 6 epochs" in Path("parts/decisions.txt").read_text()
    whole, parts = load("whole"), load("parts")
    np.testing.assert_array_equal(whole.history["loss"], parts.history["loss"])
    np.testing.assert_array_equal(whole.model.layers[1].weight, parts.model.layers[1].weight)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (("wine",), "--resume with DATA"),
        (("--target", "height"), "--resume with --target"),
        (("--seed", 1, "--hidden", 8), "--resume with --hidden, --seed"),
        (("--epochs", 59), "60 or more"),
    ],
)
def test_a_run_goes_on_with_its_own_settings(gradus, sizes_copy, chosen, message):
    before = contents(sizes_copy)
    answer = gradus("fit", *chosen, "--resume", sizes_copy)
    assert answer.code == 2
    assert message in answer.err
    assert contents(sizes_copy) == before


def test_a_checkpoint_that_is_refused_leaves_the_folder_as_it_was(gradus, sizes_copy, monkeypatch):
    def refuse(*arguments, **options):
        raise InputError("checkpoint", expected="the same data", got="others", fix="…")

    monkeypatch.setattr("gradus.fit", refuse)
    before = contents(sizes_copy)
    assert gradus("fit", "--resume", sizes_copy, "--epochs", 90).code == 2
    assert contents(sizes_copy) == before


@pytest.mark.parametrize("batch", [32, 1])  # the first look is after 16 steps: 8 epochs, or none
def test_ctrl_c_keeps_what_was_learned(gradus, tables, monkeypatch, batch):
    monkeypatch.setattr(Interrupt, "requested", True)
    answer = gradus("fit", tables / "sizes.csv", "--target", "size", "--hidden", 4, "--batch",
                    batch, "--epochs", 100, "--out", "run")  # fmt: skip
    assert answer.code == 0
    assert "Interrupted after" in answer.out
    assert load("run").status.startswith("interrupted after")
    assert {path.name for path in Path("run").iterdir()} == FILES


def test_a_second_ctrl_c_says_how_to_go_on(gradus, tables, monkeypatch):
    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("gradus.save", stopped)
        answer = gradus("fit", tables / "sizes.csv", "--target", "size", *FAST, "--out", "run")
    assert answer.code == 130
    assert "Interrupted; `gradus fit --resume run` goes on from here." in answer.err
    assert gradus("fit", "--resume", "run").code == 0


def test_ctrl_c_during_the_baselines_leaves_them_out(gradus, tables, monkeypatch):
    def slow(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("gradus.evaluation.assessment.baselines", slow)
    answer = gradus("fit", tables / "sizes.csv", "--target", "size", *FAST, "--out", "run")
    assert answer.code == 0
    assert "majority class" not in answer.out
    assert "The baselines were left out." in answer.out
    assert {path.name for path in Path("run").iterdir()} == FILES


@pytest.mark.parametrize(("options", "said"), [((), True), (("--quiet",), False)])
def test_who_is_looking_is_told_of_the_baselines(gradus, tables, monkeypatch, options, said):
    monkeypatch.setattr("gradus.cli.fit.person_is_looking", lambda: True)
    answer = gradus("fit", tables / "sizes.csv", "--target", "size", *FAST, *options)
    assert ("Measuring baselines (Ctrl-C skips them)" in answer.err) == said


def test_rows_without_a_target_are_left_out_and_groups_stay_together(gradus, tmp_path):
    rows = [f"p{i // 4},{i % 5},{i * 0.5 if i else ''}" for i in range(40)]
    (tmp_path / "visits.csv").write_text("\n".join(["patient,x,stay", *rows]))
    answer = gradus("fit", "visits.csv", "--target", "stay", "--group", "patient", *FAST)
    assert "1 row without 'stay' left out" in answer.out
    assert "no 'patient' in two parts" in answer.out
    assert "patient: dropped, as you chose" in answer.out


def test_what_hinders_a_column_from_being_numbers_and_missing_names_are_said(gradus, tmp_path):
    rows = [f"{'1,5' if i == 3 else i};{i % 7};{i * 0.5}" for i in range(40)]
    (tmp_path / "plain.csv").write_text("\n".join(rows))
    out = gradus("fit", "plain.csv", "--target", "column_3", "--hidden", 4, "--epochs", 1).out
    assert "plain.csv has no line of names: its columns are column_1 … column_3" in out
    assert "column_1: text, as 39 of 40 values are plain numbers, but '1,5' (row 3" in out
    assert "at most 1 epoch," in out
    assert "gaussian likelihood" in out


def test_time_divides_the_rows_in_order(gradus, tmp_path):
    rows = [f"2024-01-{i % 28 + 1:02},{i % 5},{i % 28 + 0.5}" for i in range(56)]
    (tmp_path / "days.csv").write_text("\n".join(["day,x,y", *rows]))
    answer = gradus("fit", "days.csv", "--target", "y", "--time", "day", *FAST, "--out", "run")
    assert "in the order of 'day'" in answer.out
    assert load_assessment(Path("run")).y.min() > 22  # the last fifth of January


def test_counts_are_found_and_a_chosen_likelihood_overrules(gradus, tmp_path):
    rows = [f"{i % 7},{i % 30}" for i in range(90)]
    (tmp_path / "calls.csv").write_text("\n".join(["x,calls", *rows]))
    assert "calls: counts" in gradus("fit", "calls.csv", "--target", "calls", *FAST).out
    answer = gradus("fit", "calls.csv", "--target", "calls", "--likelihood", "laplace", *FAST)
    assert "calls: regression" in answer.out
    assert json.loads(Path("runs/calls-2/run.json").read_text())["settings"][
        "likelihood"
    ].startswith("Laplace")


def test_images_from_an_npz_file(gradus, tmp_path):
    y = np.arange(40) % 2
    x = np.random.default_rng(0).normal(size=(40, 3, 3, 1)) + 4 * y[:, None, None, None]
    np.savez(tmp_path / "spots.npz", x=x, y=y)
    answer = gradus("fit", "spots.npz", "--hidden", 4, "--epochs", 40, "--rate", 0.03)
    assert "inputs: arrays of 3 × 3 × 1 → standardised" in answer.out
    assert load_assessment(Path("runs/spots-1")).measures["accuracy"] == 1
    lines = gradus("predict", "runs/spots-1", "spots.npz").out.splitlines()
    assert lines[0] == "prediction,p(0),p(1)"
    assert [line.split(",")[0] for line in lines[1:5]] == ["0", "1", "0", "1"]


def test_a_table_from_the_catalogue_brings_its_target(gradus):
    answer = gradus("fit", "iris", *FAST)
    assert "class: classification, 3 classes: 'setosa', 'versicolor', 'virginica'" in answer.out


def test_every_option_reaches_the_run(gradus, tables):
    chosen = ("--optimizer", "nesterov", "--schedule", "step", "--warm-up", 1, "--l1", 0.01, "--l2",
              0.01, "--max-norm", 2, "--batch-norm", "--label-smoothing", 0.1, "--activation",
              "tanh", "--dropout", 0.5, "--validation", 0)  # fmt: skip
    answer = gradus("fit", tables / "sizes.csv", "--target", "size", *FAST, *chosen, "--out", "run")
    assert answer.code == 0
    about = json.loads(Path("run/run.json").read_text())["settings"]
    for words in ("BatchNorm", "tanh", "rate=0.5"):
        assert words in about["model"]
    assert "smoothing=0.1" in about["likelihood"]
    assert about["optimizer"] == "nesterov(warm_up(step_decay(0.003, steps=1), steps=2), decay=0.9)"
    assert not [name for name in load("run").history if name.startswith("val_")]


@pytest.mark.parametrize("schedule", ["constant", "cosine", "linear", "step", "exponential"])
def test_epochs_become_steps_of_the_schedule(schedule):
    # 100 rows in batches of 30 are 4 steps; 6 epochs are 24 steps, of which 2 epochs rise
    rate = build_schedule(
        Settings(schedule=schedule, rate=0.1, epochs=6, batch=30, warm_up=2), rows=100
    )
    rates = [float(rate(step)) for step in range(24)]
    assert np.argmax(rates) <= 8
    assert max(rates) == pytest.approx(0.1)
    assert rates[0] == pytest.approx(0.1 / 9)  # the first of 8 steps up, from nothing at step −1
    assert rates[-1] < (0.011 if schedule != "constant" else 1)


def test_a_result_that_is_little_or_says_little_is_told():
    found = Scores(
        "nats", False, 3, {"nats": 2.0}, {"3-gram": {"nats": 1.5}, "2-gram": {"nats": 3}}
    )
    told = result(found)
    assert "does not beat the baseline 3-gram (nats 2.0000 against 1.5000)" in told
    assert "So few rows say next to nothing." in told
    good = result(replace(found, rows=100, measures={"nats": 1.0}))
    assert "does not beat" not in good
    assert "So few" not in good
