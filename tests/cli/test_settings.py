"""Settings: one place for names, defaults and checks; TOML; options."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.cli.config import IMPLIED, combined, read_config, to_toml
from gradus.cli.options import options, parsed
from gradus.cli.prepare import KINDS, Prepared
from gradus.cli.recipe import (
    LIKELIHOODS,
    OPTIMIZERS,
    build_likelihood,
    build_schedule,
    plan,
    settled,
)
from gradus.cli.settings import Settings

# Every field with a value that is not its default.
CHANGED = Settings(
    data='a "quoted" näme.csv', target="y", drop=("a", "b c"), category=("k",), validation=0.2,
    test=0.3, group="g", time="t", hidden=(3, 2), activation="tanh", dropout=0.5, batch_norm=True,
    likelihood="laplace", label_smoothing=0.1, epochs=7, batch=5, patience=2, optimizer="sgd",
    rate=0.5, schedule="step", warm_up=1.5, seed=3, l2=0.1, l1=0.2, max_norm=3.0, image_size=32,
    model="cnn", filters=(8,), augment="flip", task="impute", code=4, anomalies=0.2,
    window=48, period=12, calendar=True, normalise="last", lines="yes", tokens="characters",
    vocabulary=500, length=20,
)  # fmt: skip
MEANT = [  # those that mean a task, one by one
    dataclasses.replace(CHANGED, task="forecast", forecast=24),
    dataclasses.replace(CHANGED, task="text", text=("review",)),
    dataclasses.replace(CHANGED, task="write", language_model=True),
]


def test_the_changed_settings_change_every_field():
    same = [f.name for f in dataclasses.fields(Settings) if getattr(CHANGED, f.name) == f.default]
    assert sorted(same) == sorted(IMPLIED)


@pytest.mark.parametrize("settings", [Settings(), CHANGED, *MEANT])
def test_toml_keeps_every_setting(settings, tmp_path):
    (tmp_path / "s.toml").write_text(to_toml(settings), encoding="utf-8")
    assert Settings(**read_config(tmp_path / "s.toml")) == settings


def test_the_command_line_overrules_the_file_and_the_file_the_defaults():
    settings = combined({"epochs": 7, "seed": 3}, {"seed": 4})
    assert (settings.epochs, settings.seed, settings.dropout) == (7, 4, 0.1)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"epochs": -1}, "a whole number from 0 up"),
        ({"epochs": 2.5}, "a whole number from 0 up"),
        ({"epochs": True}, "a whole number from 0 up"),
        ({"test": 1.0}, "a number from 0 to below 1"),
        ({"rate": float("nan")}, "a number from 0 up"),
        ({"hidden": (8, 0)}, "whole numbers from 1 up"),
        ({"hidden": ("8",)}, "whole numbers from 1 up"),
        ({"drop": (1,)}, "a list of names"),
        ({"batch_norm": 1}, "true or false"),
        ({"target": 3}, "text"),
    ],
)
def test_values_of_the_wrong_type_or_out_of_bounds_are_refused(wrong, expected):
    with pytest.raises(InputError, match=f"Expected: {expected}"):
        Settings(**wrong)


def test_whole_numbers_are_numbers():
    assert Settings(rate=1).rate == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("epohcs = 3", "did you mean 'epochs'"),
        ("epochs = ", "a TOML file"),
        ("[training]\nepochs = 3", "there is no setting 'training'"),
    ],
)
def test_what_is_no_configuration_is_refused(content, message, tmp_path):
    (tmp_path / "s.toml").write_text(content)
    with pytest.raises(InputError, match=message):
        read_config(tmp_path / "s.toml")


def test_a_missing_configuration_is_refused(tmp_path):
    with pytest.raises(InputError, match="no file of that name"):
        read_config(tmp_path / "none.toml")


def test_every_setting_is_an_option_with_a_help_text():
    assert {f.name for f in options()} == {f.name for f in dataclasses.fields(Settings)} - {"data"}
    assert all(f.metadata["help"] for f in options())


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("hidden", "128,64", (128, 64)),
        ("hidden", " 8 ", (8,)),
        ("hidden", "0", ()),  # a linear model
        ("drop", "a, b c", ("a", "b c")),
        ("rate", 0.1, 0.1),
    ],
)
def test_lists_are_separated_by_commas(name, typed, meant):
    assert parsed(name, typed) == meant


def test_units_that_are_no_numbers_are_refused():
    with pytest.raises(InputError, match=r"--hidden\n  Expected: whole numbers .* 128,64"):
        parsed("hidden", "wide")


@pytest.mark.parametrize(
    ("rows", "batch", "epochs", "patience"),
    [
        (100, 32, 300, 60),  # 10 000 steps would be 2 500 epochs
        (16_000, 128, 80, 16),  # 10 000 · 128 / 16 000
        (10_000_000, 256, 30, 10),
    ],
)
def test_what_goes_by_the_number_of_rows(rows, batch, epochs, patience):
    chosen = settled(Settings(), rows)
    assert (chosen.batch, chosen.epochs, chosen.patience) == (batch, epochs, patience)


def test_what_was_chosen_stays():
    assert settled(CHANGED, 100) == CHANGED


def test_the_plan_names_a_linear_model():
    assert plan(settled(Settings(hidden=()), 100), "counts").startswith(
        "model: linear; poisson likelihood"
    )


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_every_likelihood_of_numbers_is_built_for_its_kind_of_target(name):
    y = np.array([0.0, 1.0, 4.0], np.float32)
    prepared = Prepared((y[:, None], y), None, None, None, KINDS[name], [])
    likelihood = build_likelihood(Settings(likelihood=name), prepared)
    assert type(likelihood).__name__.lower().startswith(name)
    likelihood.check(y)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimiser_takes_a_schedule(name):
    rate = build_schedule(settled(Settings(warm_up=1), 100), rows=100)
    assert repr(OPTIMIZERS[name](rate)).startswith(f"{name}(warm_up(cosine_decay(0.003")
