"""`gradus fit book.txt --language-model`, and what can be done with such a run."""

from __future__ import annotations

import shutil

import jax
import numpy as np
import pytest

from gradus.cli import language, language_worth
from gradus.cli.fit import fit
from gradus.cli.folder import load_run, load_scores
from gradus.cli.settings import Settings
from gradus.training import History, Run

SMALL = {"task": "write", "language_model": True, "hidden": (8,), "epochs": 2, "rate": 0.02}
VERSE = "the cat sat on the mat; the dog lay on the log.\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A list of names, each of an A and a B and a vowel, and a text."""
    folder = tmp_path_factory.mktemp("texts")
    random = np.random.default_rng(0)
    names = ["".join(random.choice(list("xyz"), 3)) + random.choice(list("ae")) for _ in range(80)]
    (folder / "names.txt").write_text("\n".join(names) + "\n")
    (folder / "book.txt").write_text(VERSE * 40)
    (folder / "latin.txt").write_bytes("one\ncaf\xe9\n".encode("latin-1"))
    (folder / "empty.txt").write_text("\n\n")
    (folder / "short.txt").write_text("too short")
    return folder


@pytest.fixture(scope="module")
def runs(files, tmp_path_factory):
    """The folder of a run on each of the two."""
    folder = tmp_path_factory.mktemp("runs")
    return {
        name: fit(Settings(str(files / f"{name}.txt"), **SMALL), folder / name, quiet=True)
        for name in ("names", "book")
    }


def test_a_list_is_recognised(runs):
    prep = load_run(runs["names"]).preprocessor
    assert prep.lines
    assert prep.length == 5
    assert not load_run(runs["book"]).preprocessor.lines
    assert 'lines = "yes"' in (runs["names"] / "settings.toml").read_text()


@pytest.mark.parametrize("name", ["names", "book"])
def test_the_result_stands_beside_n_grams(runs, name):
    scores = load_scores(runs[name])
    assert scores is not None
    assert scores.headline == "nats per character"
    assert list(scores.baselines) == [f"{n}-gram" for n in range(1, 7)]
    chain = scores.baselines["2-gram"]
    assert chain["perplexity"] == pytest.approx(np.exp(chain["nats per character"]))
    assert chain["bits"] == pytest.approx(chain["nats per character"] / np.log(2))
    assert scores.measures["nats per character"] < np.log(40)


@pytest.mark.parametrize("name", ["names", "book"])
def test_the_report_shows_what_was_written(runs, name):
    page = (runs[name] / "report.html").read_text()
    assert "<h2>Perplexity</h2>" in page
    assert "written, epoch 1<" in page
    assert "written, epoch 2<" in page
    assert page.index("<h2>Samples</h2>") < page.index("<h2>While it learned</h2>")


def test_texts_on_request(gradus, runs):
    answer = gradus("generate", runs["names"], "--prompt", "xy", "--count", 4)
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("xy") for line in lines)
    answer = gradus("generate", runs["book"], "--prompt", "the c", "--length", 12, "-o", "out.txt")
    assert answer.out == "1 text  out.txt\n"
    with open("out.txt") as file:
        written = file.read()
    assert written.startswith("the c")
    assert len(written) == 5 + 12 + 1
    cold = [
        gradus("generate", runs["book"], "--temperature", 0, "--seed", seed, "--length", 12).out
        for seed in (0, 1)
    ]
    assert cold[0] == cold[1]


def test_a_text_is_measured(gradus, runs, files):
    answer = gradus("evaluate", runs["book"], files / "names.txt")
    assert answer.code == 0, answer.err
    assert "nats per character" in answer.out


def test_words(files):
    settings = Settings(str(files / "book.txt"), **SMALL, tokens="words")
    prepared = language.prepare(language.read(settings.data), settings)
    assert "one text: 10 words (. ; cat dog lay log mat on sat the" in " ".join(prepared.sentences)
    model = language.build(language.decided(settings, prepared), prepared).settings["model"]
    model = model.init(jax.random.key(0), prepared.preprocessor.input_shape)
    run = Run(model, History({}), "", preprocessor=prepared.preprocessor)
    assert prepared.test is not None
    scores = language_worth.measured(run, prepared.test, prepared.train)
    assert scores.headline == "nats per word"
    assert list(scores.baselines) == ["1-gram", "2-gram", "3-gram"]


@pytest.mark.parametrize(
    ("file", "more", "wording"),
    [
        ("latin.txt", (), "the byte 0xe9 in line 2"),
        ("empty.txt", (), "empty.txt is empty"),
        ("short.txt", (), "200 characters or more"),
        ("short.txt", ("--lines", "yes"), "10 lines or more"),
        ("nothing.txt", (), "nothing.txt"),
        (".", (), "is a folder"),
        ("book.txt", ("--target", "cat"), "--target with --language-model"),
        ("book.txt", ("--length", 1), "2 tokens or more"),
        ("book.txt", ("--model", "mlp"), "auto, lstm, gru, rnn"),
        ("book.txt", ("--tokens", "ngrams"), "characters, words"),
        ("book.txt", ("--lines", "maybe"), "auto, yes, no"),
        ("book.txt", ("--task", "density"), "--task density"),
        ("book.txt", ("--hidden", "0"), "layers over time"),
        ("book.txt", ("--test", "0.95"), "less than 1 together"),
    ],
)
def test_wrong_fits(gradus, files, file, more, wording):
    answer = gradus("fit", files / file, "--language-model", *more)
    assert answer.code == 2
    assert wording in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("more", "wording"),
    [
        (("--prompt", "Q!"), "Q !, never seen"),
        (("-o", "out.csv"), "ends in .txt"),
        (("--temperature", "-1"), "temperature"),
    ],
)
def test_wrong_prompts(gradus, runs, more, wording):
    answer = gradus("generate", runs["book"], *more)
    assert answer.code == 2
    assert wording in answer.err


def test_only_texts_have_a_prompt(gradus, sizes_run):
    answer = gradus("generate", sizes_run, "--prompt", "tall")
    assert answer.code == 2
    assert "a run of --language-model" in answer.err


def test_there_is_nothing_to_predict(gradus, runs, files, tables):
    answer = gradus("predict", runs["book"], tables / "sizes.csv")
    assert answer.code == 2
    assert "gradus generate" in answer.err


def test_a_text_that_is_taken_for_a_table(gradus, files):
    (files / "prose.txt").write_text("Well, well\nif it is, then so, so, so\n")
    answer = gradus("fit", files / "prose.txt", "--target", "x")
    assert answer.code == 2
    assert "prose.txt --language-model" in answer.err
    for command in (("search", files / "book.txt"), ("evaluate", files / "book.txt")):
        answer = gradus(*command, "--language-model")
        assert answer.code == 2
        assert "settings are compared by how well they predict" in answer.err


def test_damaged_texts_are_refused(gradus, runs, tmp_path):
    copy = shutil.copytree(runs["book"], tmp_path / "copied")
    (copy / "texts.safetensors").write_bytes(b"nonsense")
    answer = gradus("report", copy)
    assert answer.code == 2
    assert "texts.safetensors" in answer.err


def test_what_the_run_has_never_seen_is_told(gradus, runs, tmp_path):
    (tmp_path / "other.txt").write_text("the Cat sat on the Mat?\n" * 60)
    answer = gradus("evaluate", runs["book"], tmp_path / "other.txt")
    assert answer.code == 0
    assert "C M ?: not in the text" in answer.err
    (tmp_path / "known.txt").write_text(VERSE * 30)
    assert "not in the text" not in gradus("evaluate", runs["book"], tmp_path / "known.txt").err


def test_a_table_that_is_read_as_a_text_is_told(tmp_path):
    (tmp_path / "sales.csv").write_text("price,size\n" + "3,4\n" * 99)
    (note,) = language.read(str(tmp_path / "sales.csv")).notes
    assert "not as a table" in note


def test_a_prompt_of_a_line_is_one_line(gradus, runs):
    answer = gradus("generate", runs["names"], "--prompt", "xy\nz")
    assert answer.code == 2
    assert "'\\n', never seen" in answer.err
