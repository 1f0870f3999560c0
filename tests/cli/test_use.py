"""`predict`, `evaluate`, `report`, `summary`, `datasets`, `demo`: what a run is good for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gradus import __version__
from gradus.cli.folder import load_assessment

NEW = "size,height,extra,colour\n?,120,1,red\n?,230,2,blue\n"


@pytest.fixture
def new(tmp_path):
    """Rows to predict: columns in another order, one too many, the target unknown."""
    (tmp_path / "new.csv").write_text(NEW)
    return tmp_path / "new.csv"


def test_predictions_are_the_users_labels_with_a_probability_for_each(gradus, sizes_run, new):
    first, *rows = gradus("predict", sizes_run, new).out.splitlines()
    assert first == "prediction,p(short),p(tall)"
    assert [row.split(",")[0] for row in rows] == ["short", "tall"]
    for row in rows:
        assert sum(map(float, row.split(",")[1:])) == pytest.approx(1)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
def test_predictions_go_to_a_file(gradus, sizes_run, new, suffix):
    answer = gradus("predict", sizes_run, new, "-o", f"guess{suffix}")
    assert answer.out == f"2 predictions  guess{suffix}\n"
    path = new.parent / f"guess{suffix}"
    if suffix == ".npz":
        found = np.load(path, allow_pickle=False)["prediction"].tolist()
    else:
        found = {".csv": pl.read_csv, ".parquet": pl.read_parquet}[suffix](path)
        assert found.columns == ["prediction", "p(short)", "p(tall)"]
        found = found["prediction"].to_list()
    assert found == ["short", "tall"]


def test_a_file_of_unknown_form_is_refused(gradus, sizes_run, new):
    answer = gradus("predict", sizes_run, new, "-o", "guess.xlsx")
    assert answer.code == 2
    assert ".parquet" in answer.err


def test_an_unseen_category_is_noted_and_predicted(gradus, sizes_run, tmp_path):
    (tmp_path / "new.csv").write_text("colour,height\ngreen,230\n")
    answer = gradus("predict", sizes_run, "new.csv")
    assert answer.code == 0
    assert answer.err.startswith("Note: colour: categories that the training part did not show")
    assert "'green'" in answer.err


@pytest.mark.parametrize("header", ["colour", "colour,hight"])
def test_a_missing_or_renamed_column_is_refused(gradus, sizes_run, tmp_path, header):
    (tmp_path / "new.csv").write_text(f"{header}\n" + ",".join("1" * len(header.split(","))))
    answer = gradus("predict", sizes_run, "new.csv")
    assert answer.code == 2
    assert "no column 'height'" in answer.err
    hint = "did you mean 'hight'" if "hight" in header else "the run learned from 'height': add it"
    assert hint in answer.err
    assert "'hight'" in answer.err or "hight" not in header


def test_text_where_numbers_were_is_refused_with_its_row(gradus, sizes_run, tmp_path):
    (tmp_path / "new.csv").write_text("colour,height\nred,120\nred,high\n")
    assert "column 'height', row 1" in gradus("predict", sizes_run, "new.csv").err


def test_evaluate_measures_other_rows(gradus, sizes_run, tmp_path):
    (tmp_path / "new.csv").write_text(
        "colour,height,size\nred,120,short\nred,230,tall\nred,235,short\n"
    )
    answer = gradus("evaluate", sizes_run, "new.csv")
    assert answer.out.startswith("3 rows of new.csv:\n")
    assert "0.6667" in answer.out.splitlines()[2]  # the accuracy comes first


def test_evaluate_says_so_where_the_rows_are_known(gradus, sizes_run, tables):
    assert (
        "the run has learned from most of these rows"
        in gradus("evaluate", sizes_run, tables / "sizes.csv").err
    )


def test_evaluate_needs_the_target(gradus, sizes_run, tmp_path):
    (tmp_path / "new.csv").write_text("colour,height\nred,120\n")
    assert "no column 'size'" in gradus("evaluate", sizes_run, "new.csv").err


def test_the_report_is_rewritten_as_it_was(gradus, sizes_run):
    path = sizes_run / "report.html"
    before = path.read_text()
    path.unlink()
    assert gradus("report", sizes_run).out == f"{path}\n"
    assert path.read_text() == before
    assert "baseline &#x27;red&#x27;" in before
    assert "gradus fit --config" in before


def test_the_summary_shows_layers_settings_decisions_and_result(gradus, sizes_run):
    out = gradus("summary", sizes_run).out
    for words in ("1 Dense", "42 parameters", "epochs           60", "baseline 'red'", "majority"):
        assert words in out


def test_the_datasets_are_listed_with_licence_and_place(gradus):
    out = gradus("datasets").out
    assert "digits" in out
    assert "CC BY 4.0" in out
    assert "comes with the package" in out


def test_write_config_prints_all_settings(gradus):
    answer = gradus("fit", "sales.csv", "--target", "price", "--write-config", "--l2", 0.5)
    assert 'target = "price"' in answer.out
    assert "l2 = 0.5" in answer.out


def test_the_version(gradus):
    assert gradus("--version").out == f"{__version__}\n"


def test_the_demo_reads_digits_better_than_a_linear_model(gradus):
    answer = gradus("demo", "--out", "digits")
    assert "gradus summary digits" in answer.out
    assessment = load_assessment(Path("digits"))
    assert assessment.measures["accuracy"] >= 0.97
    linear = assessment.baselines["logistic regression"]["accuracy"]
    assert assessment.measures["accuracy"] > linear
