"""Wrong use: exit code 2, a message that says how to mend it, and nothing written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gradus import load, save
from gradus.cli.main import main

CASES = [
    # arguments after `gradus fit`, what the message says
    (("none.csv", "--target", "y"), "none.csv cannot be read"),
    (("iriss",), "did you mean 'iris'"),
    ((), "gradus fit sales.csv --target price"),
    (("empty.csv", "--target", "y"), "empty.csv is empty"),
    (("names.csv", "--target", "y"), "a line of names and nothing below"),
    (("ragged.csv", "--target", "y"), "ragged.csv, line 3"),
    (("notes.pdf", "--target", "y"), "not a table that can be read"),
    (("good.csv",), "choose one of 'a', 'b', 'y'"),
    (("good.csv", "--target", "yy"), "did you mean 'y'"),
    (("good.csv", "--target", "y", "--group", "bb"), "did you mean 'b'"),
    (("good.csv", "--target", "y", "--drop", "c"), "no column 'c'"),
    (("good.csv", "--target", "y", "--drop", "a,b"), "no column to learn from"),
    (("good.csv", "--target", "y", "--group", "a", "--time", "b"), "one rule"),
    (("alike.csv", "--target", "y"), "at least two different values"),
    (("void.csv", "--target", "y"), "no value in any row"),
    (("single.csv", "--target", "y"), "1 of class c"),
    (("gaps.csv", "--target", "y", "--time", "t"), "a value in every row"),
    (("good.csv", "--target", "y", "--validation", 0.6, "--test", 0.4), "less than 1 together"),
    (("good.csv", "--target", "y", "--likelihood", "poison"), "did you mean 'poisson'"),
    (("good.csv", "--target", "y", "--likelihood", "poisson"), "a whole number from 0"),
    (("good.csv", "--target", "y", "--optimizer", "adm"), "did you mean 'adam'"),
    (("good.csv", "--target", "y", "--schedule", "cosin"), "did you mean 'cosine'"),
    (("good.csv", "--target", "y", "--activation", "rely"), "did you mean 'relu'"),
    (("good.csv", "--target", "y", "--epochs", -1), "a whole number from 0 up"),
    (("good.csv", "--target", "y", "--hidden", "big"), "--hidden"),
    (("good.csv", "--target", "y", "--out", "taken"), "a folder with files in it"),
    (("digits", "--target", "class"), "no columns"),
    (("--config", "wrong.toml"), "did you mean 'epochs'"),
    (("--resume", "nowhere"), "no such folder"),
    (("--resume", "taken"), "no settings.toml there"),
    (("--resume", "taken", "--out", "new"), "keeps its folder"),
    (("inf.csv", "--target", "y"), "column 'x', row 7"),
    (("inf.csv", "--target", "x"), "target 'x', row 7"),
    (("oops.csv", "--target", "y"), "39 of 40 values are plain numbers, but 'oops' (row 9"),
    (("oops.csv", "--target", "y", "--likelihood", "gaussian"), "'oops' in row 9"),
    (("good.csv", "--target", "y", "--likelihood", "bernoulli"), "auto, categorical, gaussian, p"),
    (("good.csv", "--rate", "fast"), "'--rate'"),
    (("good.csv", "--epohcs", 3), "--epochs"),
]


@pytest.fixture
def folder(tmp_path):
    """Every file that the cases name."""
    good = "\n".join(f"{i % 3},{i % 4},{i - 0.5}" for i in range(30))
    classes = "\n".join(f"{i},{'ab'[i % 2]}" for i in range(20))
    contents = {
        "empty.csv": "",
        "names.csv": "a,y\n",
        "ragged.csv": "a,y\n1,2\n1,2,3\n",
        "notes.pdf": "%PDF",
        "good.csv": f"a,b,y\n{good}",
        "alike.csv": "a,y\n" + "\n".join(f"{i},same" for i in range(9)),
        "void.csv": "a,y\n" + "\n".join(f"{i}," for i in range(9)),
        "single.csv": f"x,y\n{classes}\n99,c",
        "gaps.csv": "t,x,y\n" + "\n".join(f"{i or ''},{i % 3},{i + 0.5}" for i in range(9)),
        "inf.csv": "x,y\n" + "\n".join(f"{'inf' if i == 7 else i},{i + 0.5}" for i in range(40)),
        "oops.csv": "x,y\n" + "\n".join(f"{i % 7},{'oops' if i == 9 else i}" for i in range(40)),
        "wrong.toml": "epoch = 3",
        "taken/letter.txt": "dear",
    }
    (tmp_path / "taken").mkdir()
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    return tmp_path


@pytest.mark.parametrize(("arguments", "message"), CASES)
def test_wrong_use_is_refused_and_nothing_is_written(gradus, folder, arguments, message):
    before = sorted(folder.rglob("*"))
    answer = gradus("fit", *arguments)
    assert answer.code == 2
    assert message.lower() in " ".join(answer.err.lower().split())
    assert "Traceback" not in answer.err
    assert sorted(folder.rglob("*")) == before


def test_a_refusal_says_what_was_expected_what_came_and_how_to_mend_it(gradus, folder):
    assert gradus("fit", "good.csv", "--target", "yy").err == (
        "the table has no column 'yy'\n"
        "  Expected: a column called 'yy'\n"
        "  Got:      'a', 'b', 'y'\n"
        "  Fix:      did you mean 'y'?\n"
    )


@pytest.mark.parametrize("command", ["summary", "report", "predict", "evaluate"])
def test_a_folder_that_is_no_run_is_refused(gradus, folder, command):
    data = ("good.csv",) if command in ("predict", "evaluate") else ()
    assert "no such folder" in gradus(command, "nowhere", *data).err
    answer = gradus(command, "taken", *data)
    assert answer.code == 2
    assert "no model.safetensors" in answer.err


@pytest.mark.parametrize("command", ["summary", "report", "predict", "evaluate"])
def test_a_run_that_knows_nothing_of_columns_is_refused(gradus, sizes_run, tmp_path, command):
    save(replace(load(sizes_run), preprocessor=None), tmp_path / "bare")
    data = ("wine",) if command in ("predict", "evaluate") else ()
    answer = gradus(command, "bare", *data)
    assert answer.code == 2
    assert "expected: a run that `gradus fit` wrote" in answer.err.lower()


def test_images_where_a_table_was_learned_are_refused(gradus, sizes_run):
    answer = gradus("predict", sizes_run, "digits")
    assert answer.code == 2
    assert "not a table" in answer.err


@pytest.mark.parametrize("name", ["model.safetensors", "run.json", "assessment.safetensors"])
def test_a_damaged_run_is_refused(gradus, sizes_copy, name):
    content = (sizes_copy / name).read_bytes()
    (sizes_copy / name).write_bytes(content[: len(content) // 2])
    answer = gradus("report", sizes_copy)
    assert answer.code == 2
    assert "damaged" in answer.err


def test_a_run_of_a_newer_gradus_is_refused(gradus, sizes_copy):
    from safetensors.numpy import load_file, save_file

    path = sizes_copy / "model.safetensors"
    save_file(load_file(path), path, {"gradus": json.dumps({"format": 99, "kept": {}})})
    answer = gradus("summary", sizes_copy)
    assert answer.code == 2
    assert "pip install --upgrade gradus" in answer.err


def test_what_fails_unexpectedly_is_one_line_and_exit_code_1(gradus, monkeypatch):
    def broken():
        raise RuntimeError("the disk\nis on fire")

    monkeypatch.setattr("gradus.cli.datasets.datasets", broken)
    answer = gradus("datasets")
    assert answer.code == 1
    assert answer.err == (
        "Failed: RuntimeError: the disk\nGRADUS_TRACEBACK=1 in the environment shows where.\n"
    )


def test_the_traceback_is_shown_on_request(monkeypatch):
    def broken():
        raise RuntimeError("the disk")

    monkeypatch.setenv("GRADUS_TRACEBACK", "1")
    monkeypatch.setattr("gradus.cli.datasets.datasets", broken)
    with pytest.raises(RuntimeError, match="the disk"):
        main(["datasets"])
