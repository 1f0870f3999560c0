"""`gradus fit --text`: from a table with text to a run, its page and its predictions."""

from __future__ import annotations

import polars as pl
import pytest

from gradus import load
from gradus.cli.fit import fit
from gradus.cli.folder import load_assessment
from gradus.cli.settings import Settings

GOOD, BAD = ("good", "fine", "a joy"), ("bad", "dull", "a bore")
CHOSEN = {"text": ("title", "review"), "target": "label", "task": "text"}
SMALL = {"hidden": (), "epochs": 8, "rate": 0.03}


@pytest.fixture(scope="module")
def table():
    """120 reviews whose last words say what they are; some have no text, some no label."""
    words = [(GOOD if i % 2 else BAD)[i % 3] for i in range(120)]
    return pl.DataFrame(
        {
            "title": [f"film {i % 7}" if i % 5 else None for i in range(120)],
            "review": [None if i in (0, 5) else f"we saw it , {w} !" for i, w in enumerate(words)],
            "stars": [i % 5 for i in range(120)],
            "label": [None if i == 1 else ("yes" if i % 2 else "no") for i in range(120)],
        }
    )


@pytest.fixture(scope="module")
def reviews(table, tmp_path_factory):
    path = tmp_path_factory.mktemp("reviews") / "reviews.csv"
    table.write_csv(path)
    return path


@pytest.fixture(scope="module")
def folder(reviews):
    return fit(Settings(str(reviews), **CHOSEN, **SMALL), reviews.parent / "run", quiet=True)


def test_says_what_is_read_and_what_is_left_out(folder):
    said = (folder / "decisions.txt").read_text(encoding="utf-8")
    assert "2 rows without text in 'title', 'review' left out" in said
    assert "1 row without 'label' left out" in said
    assert "left out, as only text is learned from: stars" in said
    assert "title, review: text → " in said
    assert "mean of the vectors of words" in said


def test_stands_beside_bags_of_the_same_words(folder):
    found = load_assessment(folder)
    assert list(found.baselines) == ["majority class", "tf-idf, logistic regression"]
    assert found.measures["accuracy"] == 1
    assert found.baselines["tf-idf, logistic regression"]["accuracy"] == 1


def test_the_page_shows_texts_and_what_each_token_adds(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "What each token adds" in page
    assert ">dull</span>" in page or ">bad</span>" in page or ">fine</span>" in page
    assert "we saw it" in page  # among the hardest examples


def test_predicts_new_texts_and_tells_of_unknown_ones(folder, gradus, tmp_path):
    new = tmp_path / "new.csv"
    new.write_text("review,title\nwe saw it ! dull,\nfine !,\nxyzzy,\n2012,\n")
    answer = gradus("predict", folder, new)
    assert answer.code == 0
    rows = answer.out.splitlines()
    assert rows[0] == "prediction,p(no),p(yes)"
    assert [row.split(",")[0] for row in rows[1:3]] == ["no", "yes"]
    assert "2 of 4 texts have no token that is known, the first in row 2" in answer.err


def test_is_measured_on_other_texts(folder, gradus, table, tmp_path):
    table.drop_nulls("label").write_csv(tmp_path / "more.csv")
    answer = gradus("evaluate", folder, tmp_path / "more.csv")
    assert answer.code == 0
    assert "119 rows" in answer.out
    assert "Embedding" in gradus("summary", folder).out


def test_the_vocabulary_is_saved_with_the_run(folder):
    prep = load(folder).preprocessor
    assert prep.columns == ("title", "review")
    assert "dull" in prep.vectoriser.vocabulary


WRONG = {
    "column": (["--text", "reviw", "--target", "label"], "did you mean 'review'"),
    "numbers": (["--text", "stars", "--target", "label"], "values of type Int64"),
    "no target": (["--text", "review"], "--target label"),
    "itself": (["--text", "review", "--target", "review"], "or another --target"),
    "net": (["--text", "review", "--target", "label", "--model", "resnet"], "auto, bag, cnn, rnn"),
    "tokens": (["--text", "review", "--target", "label", "--tokens", "word"], "mean 'words'"),
    "drop": (
        ["--text", "review", "--target", "label", "--drop", "stars"],
        "only the columns of --text",
    ),
    "task": (["--text", "review", "--task", "density"], "leave --task out"),
    "no text": (["--task", "text", "--target", "label"], "--text review"),
}


@pytest.mark.parametrize("case", WRONG)
def test_refuses(case, gradus, reviews, tmp_path):
    options, wording = WRONG[case]
    answer = gradus("fit", reviews, *options)
    assert answer.code == 2
    assert wording in answer.err
    assert not (tmp_path / "runs").exists()


def test_another_encoding_is_named(gradus, tmp_path):
    (tmp_path / "latin.csv").write_bytes(b"review,label\ncaf\xe9,a\n")
    answer = gradus("fit", "latin.csv", "--text", "review", "--target", "label")
    assert answer.code == 2
    assert "the byte 0xe9 in line 2" in answer.err


def test_an_ordinary_fit_tells_of_text(gradus, tmp_path):
    rows = "".join(f"a film of {i} words,{i % 2},{i % 3}\n" for i in range(60))
    (tmp_path / "films.csv").write_text("review,seen,label\n" + rows)
    told = gradus("fit", "films.csv", "--target", "label", "--epochs", "1", "--quiet")
    assert "--text review" in (tmp_path / "runs/films-1/decisions.txt").read_text()
    assert told.code == 0
    alone = "".join(f"a film of {i} words,{i % 3}\n" for i in range(60))
    (tmp_path / "alone.csv").write_text("review,label\n" + alone)
    assert "--text review" in gradus("fit", "alone.csv", "--target", "label").err
