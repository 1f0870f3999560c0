"""The page: stands alone, is well-formed, escapes, and shows the numbers that it was given."""

from dataclasses import replace

import numpy as np
import pytest
from report.examples import make_classification, make_history, make_regression, make_run
from report.reading import Page

from gradus.base.errors import InputError
from gradus.evaluation import Forecasts, Scores
from gradus.report import page, write
from gradus.training.history import History

EVIL = "<script>alert(\"x\")</script> & 'y' ]] {{z}} $title"


@pytest.fixture
def run():
    return make_run()


@pytest.fixture
def binary():
    """3 and 2 examples of two classes; one of class 0 is taken for class 1."""
    p = np.array([0.1, 0.2, 0.7, 0.6, 0.9])
    return make_classification([0, 0, 0, 1, 1], np.stack([1 - p, p], axis=1))


def softmax_table(n, k, seed=0):
    """Random probabilities, and classes that mostly agree with them."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(k), size=n)
    return np.where(rng.random(n) < 0.7, p.argmax(1), rng.integers(0, k, n)), p


def with_nan(name, history=None):
    """A history whose column is not finite from the fourth epoch on."""
    history = dict(history or make_history())
    history[name] = np.where(np.arange(12) < 3, history[name], np.nan)
    return History(history)


LINE = np.linspace(-1, 1, 30)
PICTURES = np.random.default_rng(0).random((40, 8, 8))
CASES = {
    "no assessment": (make_run(), None),
    "two classes": (make_run(), make_classification(*softmax_table(40, 2))),
    "ten classes": (make_run(), make_classification(*softmax_table(60, 10))),
    "many classes": (make_run(), make_classification(*softmax_table(90, 30))),
    "pictures": (make_run(), make_classification(*softmax_table(40, 3), x=PICTURES)),
    "one class occurs": (make_run(), make_classification([0, 0], [[0.9, 0.1], [0.8, 0.2]])),
    "several classes per row": (
        make_run(),
        replace(
            make_classification([0, 1], [[0.9, 0.1], [0.8, 0.2]]),
            y=np.array([[0, 1], [1, 1]]),
            predicted=np.array([[0, 0], [1, 1]]),
            probabilities=np.full((2, 2, 2), 0.5),
        ),
    ),
    "numbers": (make_run(), make_regression(LINE, LINE**2)),
    "several numbers": (make_run(), make_regression(np.ones((9, 2)), np.zeros((9, 2)))),
    "equal numbers": (make_run(), make_regression([1.0, 1.0], [1.0, 1.0])),
    "counts": (make_run(), make_regression([0, 3, 1], [0.5, 2.5, 1], kind="counts")),
    "not finite numbers": (make_run(), make_regression([1.0, 2.0], [np.nan, np.inf])),
    "inputs in parts": (
        make_run(),
        make_regression(LINE, LINE, worst_inputs={"a": np.zeros((12, 2))}),
    ),
    "no baselines": (make_run(), make_regression(LINE, LINE, baselines={})),
    "no validation": (make_run(make_history(validation=False), best_epoch=12), None),
    "one epoch": (make_run(make_history(1), best_epoch=1), None),
    "no epoch": (make_run(make_history(0), best_epoch=0), None),
    "empty history": (make_run(History({}), best_epoch=0), None),
    "NaN": (make_run(with_nan("loss")), None),
    "all NaN": (make_run(History({"epoch": [1, 2], "loss": [np.nan, np.inf]})), None),
    "NaN in a gradient": (make_run(with_nan("gradient/0.weight")), None),
    "a gradient of zero": (
        make_run(History({"epoch": [1, 2], "loss": [1.0, 1.0], "gradient/w": [0.0, 0.0]})),
        None,
    ),
    "a long run": (make_run(make_history(5000)), None),
    "a deep model": (
        make_run(
            History(
                {"epoch": [1, 2], "loss": [2.0, 1.0]}
                | {f"gradient/{i}.weight": [1.0, 0.1] for i in range(300)}
            )
        ),
        None,
    ),
    "no settings": (make_run(settings={}, seconds={}), None),
}


@pytest.mark.parametrize("case", CASES)
def test_every_page_stands_alone_and_is_well_formed(case):
    html = page(*CASES[case], title=case)
    read = Page(html)
    assert read.faults == []
    assert case in read.text
    assert "NaN" not in "".join(t for texts in read.svgs.values() for t in texts)
    assert len(html) < 400_000


FAULTS = {
    '<img src="https://example.org/a.png">': "<img src=",
    '<link href="style.css">': "<link href=",
    "<style>@import 'a.css';</style>": "a style that loads",
    "<p><b>text</p>": "</p> closes nothing",
    "<main>": "<main> is never closed",
    '<p onclick="x()">a</p>': "<p onclick",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_reader_finds_planted_faults(fault):
    assert FAULTS[fault] in Page(fault).faults[0]


def evil_page():
    history = dict(make_history())
    history |= {EVIL: history["loss"], f"gradient/{EVIL}": history["loss"]}
    labels = ("fine", EVIL)
    assessment = make_classification(*softmax_table(40, 2), labels=labels, columns=(EVIL, "b"))
    assessment = replace(assessment, baselines={EVIL: {"accuracy": 0.9, EVIL: 1.0}})
    run = make_run(History(history), status=EVIL, settings={EVIL: EVIL})
    table = [{EVIL: EVIL, "parameters": 12_345}]
    return page(
        run,
        assessment,
        title=EVIL,
        model_table=table,
        command=EVIL,
        sentences=[EVIL],
        samples=[EVIL, "b"],
    )


def test_everything_from_the_user_is_escaped():
    html = evil_page()
    read = Page(html)
    assert read.faults == []
    assert "script" not in read.tags
    assert "<script" not in html
    # Title twice, status, setting twice, sentence, model table twice, command, baseline, column,
    # sample, and in captions and tables the class.
    assert read.text.count(EVIL) >= 13
    assert "12,345" in read.text


def test_names_in_pictures_are_the_names_given():
    texts = Page(evil_page()).svgs
    assert "fine" in texts["Confusion matrix"]
    assert any(text.startswith("<scri") for text in texts["Confusion matrix"])


def test_a_class_named_like_an_attribute_breaks_nothing():
    labels = ('a class="', '" role="b')
    assessment = make_classification(*softmax_table(40, 2), labels=labels)
    read = Page(page(make_run(), assessment, title="t"))
    assert read.faults == []
    assert set(labels) <= set(read.svgs["Confusion matrix"])


def test_confusion_matrix_shows_the_counts(run, binary):
    texts = Page(page(run, binary, title="t")).svgs["Confusion matrix"]
    # Class 0: 2 right, 1 taken for class 1; class 1: 2 right.
    assert sorted(text for text in texts if text.isdigit()) == ["1", "2", "2"]


def test_many_classes_list_what_is_confused(run):
    # 40 classes, all right but one: class 3 is taken for class 5 twice.
    y, predicted = [*range(40), 3, 3], [*range(40), 5, 5]
    assessment = make_classification(y, np.eye(40)[predicted])
    read = Page(page(run, assessment, title="t"))
    assert "Confusion matrix" not in read.svgs
    at = read.texts.index("examples")
    assert [t for t in read.texts[at + 1 :] if t.strip()][:3] == ["class 3", "class 5", "2"]


def test_roc_shows_the_area(run, binary):
    # Of 3 · 2 pairs 5 are in order: 0.7 of class 0 lies above 0.6 of class 1. AUC = 5/6.
    texts = Page(page(run, binary, title="t")).svgs["ROC"]
    assert "class 1 · AUC 0.8333" in texts


def test_the_table_shows_the_measures(run, binary):
    read = Page(page(run, binary, title="t"))
    for shown in ("0.8000", "0.6000", "0.7000", "majority class"):
        assert shown in read.texts
    assert "beats every baseline; the best is majority class (accuracy 0.8000 against 0.6000)" in (
        read.text
    )


def test_a_model_that_is_no_better_is_told_so(run):
    assessment = make_regression([0.0, 1.0], [1.0, 0.0])
    text = Page(page(run, assessment, title="t")).text
    assert "does not beat the baseline mean (RMSE 1.0000 against 0.1000)" in text


def test_the_hardest_examples_come_first(run, binary):
    text = Page(page(run, binary, title="t")).text
    # Row 2: class 0 had probability 0.3, loss −log 0.3 = 1.2040.
    assert text.index("1.2040") < text.index("0.5108")


def test_pictures_of_examples_are_in_the_page():
    assessment = CASES["pictures"][1]
    html = page(make_run(), assessment, title="t")
    assert html.count('src="data:image/png;base64,') == 12


def test_inputs_with_named_columns_are_a_table(run):
    assessment = make_classification(
        *softmax_table(5, 2), x=np.zeros((5, 64)), columns=[f"sensor {i}" for i in range(64)]
    )
    read = Page(page(run, assessment, title="t"))
    assert "sensor 0" in read.texts
    assert "img" not in read.tags


def test_columns_named_as_pixels_are_pictures(run):
    assessment = make_classification(
        *softmax_table(5, 2), x=np.zeros((5, 64)), columns=[f"pixel_{i}" for i in range(64)]
    )
    assert "img" in Page(page(run, assessment, title="t")).tags


def test_best_epoch_is_marked_where_something_was_validated():
    assert "best epoch 7" in Page(page(make_run(), title="t")).svgs["Loss"]
    without = make_run(make_history(validation=False))
    assert "best epoch 7" not in Page(page(without, title="t")).svgs["Loss"]


RESULTS = {
    "accuracy on new examples": {"assessment": CASES["two classes"][1]},
    "nats per character on new examples": {
        "scores": Scores("nats per character", False, 9, {"bits": 3.0, "nats per character": 2.0})
    },
    "standardised mse on new windows": {
        "forecasts": Forecasts(
            ("a", "b"),
            9,
            {"standardised mse": 2.0},
            by_step=np.ones((1, 3)),
            by_target=np.ones((1, 2)),
            band=np.zeros((2, 3, 2)),
            known=np.zeros((1, 5, 2)),
            ahead=np.zeros((1, 3, 2)),
            guesses=np.zeros((1, 1, 3, 2)),
        )
    },
}


@pytest.mark.parametrize("name", RESULTS)
def test_the_result_is_the_first_number_of_the_page(run, name):
    texts = Page(page(run, title="t", **RESULTS[name])).texts
    assert texts.index(name) < texts.index("epochs")
    if name.startswith("nats"):
        assert texts[texts.index(name) + 1] == "2.0000"


BLIND = "Without a validation part nobody can see here whether the model overfits."


def with_penalty(size, validation=True):
    """The page about a run whose penalty falls from `size`."""
    history = dict(make_history(validation=validation))
    history["penalty"] = np.linspace(size, size / 2, 12)
    return Page(page(make_run(History(history)), title="t"))


def test_a_penalty_has_a_panel_where_it_is_not_0():
    assert "Penalty" not in with_penalty(0.0).svgs
    assert "Penalty" in with_penalty(0.1).svgs


def test_only_what_could_be_validated_is_called_unvalidated():
    assert BLIND not in with_penalty(0.1).text
    assert with_penalty(0.1, validation=False).text.count(BLIND) == 2  # loss and accuracy


def test_a_measure_of_training_alone_is_called_so():
    history = {"epoch": [1, 2], "loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "critic": [0.1, 0.2]}
    text = Page(page(make_run(History(history)), title="t")).text
    assert "Measured on the training part alone." in text
    assert BLIND not in text


def test_lost_epochs_are_named():
    assert "Not finite from epoch 4 on." in Page(page(*CASES["NaN"], title="t")).text


def test_samples_command_and_versions(run):
    import jax

    samples = np.zeros((50, 28, 28, 1))
    run = replace(run, versions={"jax": jax.__version__, "numpy": np.__version__})
    html = page(run, title="t", samples=samples, command="gradus fit a.csv --seed 0")
    read = Page(html)
    assert html.count("data:image/png") == 36
    assert "gradus fit a.csv --seed 0" in read.texts
    assert jax.__version__ in read.texts
    assert np.__version__ in read.texts


def test_samples_that_are_no_pictures(run):
    assert "0.1250" in Page(page(run, title="t", samples=np.full((3, 2), 0.125))).texts


def test_equal_runs_give_equal_pages(run, binary):
    assert page(run, binary, title="t") == page(run, binary, title="t")


def test_mistaken_arguments_are_refused(run, binary, tmp_path):
    with pytest.raises(InputError, match=r"path of the report\n(.*\n)+.*report\.html"):
        write(tmp_path, run, title="a folder")
    with pytest.raises(InputError, match="Got: +Run\n"):
        write(run, tmp_path / "report.html", title="swapped")
    with pytest.raises(InputError, match="Expected: what `fit` gave back\n(.*\n)+.*the run first"):
        page(binary, run, title="swapped")
    with pytest.raises(InputError, match="what `assess` gave back\n.*type dict"):
        page(run, {"accuracy": 1.0}, title="measures alone")


def test_write_is_whole_or_nothing(run, tmp_path, monkeypatch):
    path = tmp_path / "deep" / "report.html"
    write(path, run, title="first")
    assert path.read_text(encoding="utf-8") == page(run, title="first")

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        write(path, run, title="second")
    assert "first" in path.read_text(encoding="utf-8")
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_settings_are_written_as_people_write_them():
    settings = {"text": ("review",), "hidden": (64, 32), "penalty": "Penalty()", "drop": ()}
    texts = Page(page(make_run(settings=settings), title="t")).texts
    for words in ("review", "64, 32"):
        assert words in texts
    for name in ("penalty", "Penalty()", "drop"):
        assert name not in texts
