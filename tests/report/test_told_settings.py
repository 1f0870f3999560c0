"""The page and the summary of a run name the settings that mean something for its task."""

from __future__ import annotations

from dataclasses import asdict

from report.examples import make_run

from gradus.cli.config import to_toml
from gradus.cli.folder import SETTINGS
from gradus.cli.report import explained
from gradus.cli.scope import telling
from gradus.cli.settings import Settings

TEXT = Settings(task="text", text=("review",), window=0, augment="none")


def test_settings_of_other_tasks_are_left_out(tmp_path):
    (tmp_path / SETTINGS).write_text(to_toml(TEXT))
    saved = {name: str(value) for name, value in asdict(TEXT).items()}
    found = explained(make_run(settings=saved | {"optimizer": "adam(0.003)"}), tmp_path)
    assert found["text"] == ("review",)
    assert found["optimizer"] == "adam(0.003)"
    assert not {"image_size", "code", "filters", "normalise", "anomalies", "augment"} & set(found)


def test_what_the_algorithm_says_stays(tmp_path):
    (tmp_path / SETTINGS).write_text(to_toml(TEXT))
    assert explained(make_run(settings={"window": "64"}), tmp_path) == {"window": "64"}


def test_without_a_file_of_settings_those_of_the_run_are_told(tmp_path):
    run = make_run()
    assert explained(run, tmp_path) == run.settings


def test_what_is_off_by_default_is_told_where_it_is_on():
    assert "l2" not in telling(asdict(Settings()))
    assert telling(asdict(Settings(l2=0.5)))["l2"] == 0.5
    assert telling(asdict(Settings(validation=0.0)))["validation"] == 0
