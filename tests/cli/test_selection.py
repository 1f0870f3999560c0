"""`evaluate DATA` and `search`: choosing settings from the command line."""

import re
import shlex

import pytest


def test_settings_are_cross_validated(gradus, tables):
    answer = gradus(
        "evaluate", tables / "sizes.csv", "--target", "size", "--folds", "3", "--hidden", "8",
        "--epochs", "40", "--rate", "0.03", "--batch", "16",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "size: classification, 2 classes" in answer.out
    assert "3 folds; 60 of 60 examples tested" in answer.out
    accuracy = re.search(r"accuracy +([\d.]+)", answer.out)
    assert float(accuracy[1]) > 0.9


def test_numbers_are_measured_in_their_units_and_groups_are_kept(gradus, tables):
    answer = gradus(
        "evaluate", tables / "line.csv", "--target", "y", "--folds", "2", "--hidden", "0",
        "--epochs", "5", "--validation", "0", "--group", "a",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "b: number" in answer.out
    assert "a: dropped" in answer.out
    assert "rmse" in answer.out


@pytest.mark.parametrize("option", [("--folds", "5"), ("--hidden", "8")])
def test_a_run_has_its_own_settings(gradus, sizes_run, tables, option):
    answer = gradus("evaluate", sizes_run, tables / "sizes.csv", *option)
    assert answer.code == 2
    assert f"{option[0]} with RUN and DATA" in answer.err


def test_a_table_without_a_target_is_refused(gradus, tables):
    assert "the target is not named" in gradus("evaluate", tables / "sizes.csv").err
    assert "the target is not named" in gradus("search", tables / "sizes.csv").err


def test_more_folds_than_rows_are_refused(gradus, tables):
    given = ("evaluate", tables / "line.csv", "--target", "y", "--folds", "301", "--epochs", "1")
    assert "301 folds" in gradus(*given).err


def test_folds_alone_divide_by_groups(gradus, tables):
    """Two groups make two folds; fractions of a run, which would leave one empty, do not count."""
    given = ("evaluate", tables / "sizes.csv", "--target", "size", "--group", "colour")
    answer = gradus(*given, "--folds", "2", "--epochs", "1", "--hidden", "0")
    assert answer.code == 0, answer.err
    assert "2 folds; 60 of 60 examples tested" in answer.out
    assert "as many as there are groups, 2" in gradus(*given, "--folds", "3", "--epochs", "1").err


def test_a_search_ends_with_the_command_that_fits(gradus, tables):
    answer = gradus(
        "search", tables / "sizes.csv", "--target", "size", "--epochs", "4", "--budget", "10",
        "--hidden", "8",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "the budget is spent" in answer.out
    words = shlex.split(answer.out.splitlines()[-1])
    assert words[:2] == ["gradus", "fit"]
    assert gradus(*words[1:], "--epochs", "2").code == 0


def test_a_budget_of_nothing_is_refused(gradus, tables):
    answer = gradus("search", tables / "sizes.csv", "--target", "size", "--budget", "0")
    assert answer.code == 2
    assert "budget" in answer.err
