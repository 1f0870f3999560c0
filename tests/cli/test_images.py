"""Folders of images on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gradus.base.errors import InputError
from gradus.cli.images import decided, sentences
from gradus.cli.prepare import Prepared, prepare
from gradus.cli.settings import Settings
from gradus.cli.source import Source, read
from gradus.data import ClassTarget, Dataset, ImagePreprocessor

Image = pytest.importorskip("PIL.Image")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Bars that lie and bars that stand, 20 of each, with noise."""
    folder = tmp_path_factory.mktemp("images") / "bars"
    random = np.random.default_rng(0)
    for n in range(20):
        for name in ("lying", "standing"):
            pixels = random.integers(0, 60, (16, 16), np.uint8)
            place = slice(*(4, 8) if n % 2 else (9, 13))
            pixels[(place, slice(None)) if name == "lying" else (slice(None), place)] += 150
            (folder / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / name / f"{n}.png")
    return folder


@pytest.fixture(scope="module")
def photo_run(photos, tmp_path_factory):
    """The folder of a run on them."""
    from gradus.cli.fit import fit

    small = {"filters": (4,), "hidden": (8,), "dropout": 0.0, "rate": 0.03, "epochs": 15}
    return fit(Settings(str(photos), **small), tmp_path_factory.mktemp("runs") / "bars", quiet=True)


def test_a_run_says_what_was_decided_and_shows_what_the_net_was_fed(photo_run):
    decisions = (photo_run / "decisions.txt").read_text(encoding="utf-8")
    assert decisions.startswith("40 images in 2 folders, as 16 × 16 grey\n")
    assert "augmentation: crop(2), flip(), anew in every epoch" in decisions
    assert "model: cnn of 4 filters, 8 hidden units (relu)" in decisions
    settings = (photo_run / "settings.toml").read_text(encoding="utf-8")
    assert 'model = "cnn"' in settings
    assert 'augment = "crop,flip"' in settings
    page = (photo_run / "report.html").read_text(encoding="utf-8")
    assert "What the net is fed" in page
    assert page.count("as it is<") == 6
    assert page.count("altered<") == 30


def test_a_photo_of_any_size_and_colour_is_predicted(gradus, photo_run, tmp_path):
    pixels = np.zeros((40, 32, 3), np.uint8)
    pixels[18:24] = 200
    Image.fromarray(pixels).save(tmp_path / "new.jpg")
    Image.fromarray(pixels.swapaxes(0, 1)).save(tmp_path / "other.png")
    one, two = gradus("predict", photo_run, "new.jpg", "other.png").out.splitlines()
    assert one.startswith("new.jpg  lying ")
    assert two.startswith("other.png  standing ")
    assert one.count(" %") == 2


def test_predictions_of_a_folder_go_to_a_table(gradus, photo_run, photos):
    answer = gradus("predict", photo_run, photos, "-o", "all.csv")
    assert answer.out == "40 predictions  all.csv\n"
    table = pl.read_csv("all.csv")
    assert table.columns == ["file", "prediction", "p(lying)", "p(standing)"]
    right = [label in file for file, label in table.select("file", "prediction").iter_rows()]
    assert np.mean(right) > 0.9


def test_evaluate_finds_classes_by_their_names(gradus, photo_run, photos, tmp_path):
    """A folder of its own numbers the one class that both know otherwise."""
    for name in ("standing", "upright"):
        shutil.copytree(photos / "standing", tmp_path / "more" / name)
    assert "'upright'" in gradus("evaluate", photo_run, "more").err
    (tmp_path / "more" / "upright").rename(tmp_path / "more" / "lying")
    answer = gradus("evaluate", photo_run, "more")
    accuracy = float(answer.out.splitlines()[-1].split()[1])
    assert answer.out.startswith("40 rows of more:")
    assert accuracy == pytest.approx(0.5, abs=0.1)  # half of the names are wrong


def test_images_are_attacked_and_the_page_shows_it(gradus, photo_run, photos, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(photo_run, run)
    lines = gradus("evaluate", run, photos, "--robust").out.splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("accuracy on"))
    assert lines[head] == "accuracy on 40 examples, ε in parts of the range of pixels"
    rows = [[float(n) for n in line.split()] for line in lines[head + 2 : head + 8]]
    assert [row[0] for row in rows] == [0, 0.02, 0.05, 0.1, 0.2, 0.3]
    assert rows[-1][1] < rows[0][1] == rows[0][3]  # FGSM misleads, noise of no length does not
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "40 examples, ε in parts of the range of pixels" in page
    assert gradus("report", run).code == 0  # what was found is kept
    assert (run / "report.html").read_text(encoding="utf-8") == page


def test_what_cannot_be_attacked_is_refused(gradus, sizes_run, tables, photos):
    answer = gradus("evaluate", sizes_run, tables / "sizes.csv", "--robust")
    assert "tells classes of images apart" in answer.err
    assert "RUN DATA --robust" in gradus("evaluate", photos, "--robust").err


def test_summary_and_report_read_the_run(gradus, photo_run):
    assert "Conv" in gradus("summary", photo_run).out
    page = (photo_run / "report.html").read_text(encoding="utf-8")
    assert gradus("report", photo_run).code == 0
    assert (photo_run / "report.html").read_text(encoding="utf-8") == page


def test_parts_of_a_folder_are_kept(photos, tmp_path):
    shutil.copytree(photos, tmp_path / "train")
    shutil.copytree(photos, tmp_path / "test")
    for image in (tmp_path / "test" / "lying").iterdir():
        if int(image.stem) >= 12:
            image.unlink()
    prepared = prepare(read(str(tmp_path)), Settings(validation=0.25))
    sizes = [len(part[0]) for part in (prepared.train, prepared.validation, prepared.test)]
    assert sizes == [30, 10, 20 + 12]
    assert prepared.sentences[-1].endswith("the test part is its publisher's")


WRONG = [
    (("photos/lying/1.png",), "1.png is one image\n(.|\n)*gradus predict RUN"),
    (("photos/lying",), "cats/1.png, dogs/1.png"),
    (("phots",), "did you mean 'photos'"),
    (("photos", "--model", "cnnn"), "did you mean 'cnn'"),
    (("photos", "--augment", "crop,flop"), "did you mean 'flip'"),
    (("photos", "--target", "y"), "arrays of images, which have no columns"),
    (("photos", "--image-size", "-3"), "a whole number from 0 up"),
    (("iris", "--augment", "flip"), "a table, whose columns have no neighbours"),
    (("iris", "--model", "resnet"), "leave --model out"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(a) for a, _ in WRONG])
def test_wrong_use_is_answered(gradus, photos, tmp_path, arguments, message):
    shutil.copytree(photos, tmp_path / "photos")
    answer = gradus("fit", *arguments)
    assert answer.code == 2
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(answer.err)
    assert not (tmp_path / "runs").exists()


def test_tables_and_images_are_not_mixed_up(gradus, sizes_run, photo_run, photos, tables):
    answer = gradus("predict", sizes_run, photos / "lying" / "1.png")
    assert answer.code == 2
    assert "Got:      images" in answer.err
    assert gradus("predict", photo_run, tables / "sizes.csv").code == 2
    assert "several images" in gradus("predict", photo_run, "a.csv", "b.csv").err
    assert "no such file" in gradus("predict", photo_run, "none.png").err


def prepared_images(labels: tuple, side: int = 16) -> Prepared:
    """Images with classes of these names."""
    data = Dataset(np.zeros((4, side, side, 1)), np.arange(4) % len(labels), labels=labels)
    return prepare(Source("some", data), Settings(validation=0, test=0))


@pytest.mark.parametrize(
    ("labels", "side", "model", "augment"),
    [
        (("cat", "dog"), 16, "cnn", "crop,flip"),
        ((0, 1), 16, "cnn", "crop"),
        (("a", "b"), 16, "cnn", "crop"),
        (("Turn left", "turn back"), 16, "cnn", "crop"),
        (("cat", "dog"), 15, "mlp", "none"),
    ],
)
def test_model_and_augmentation_go_by_the_images(labels, side, model, augment):
    prepared = prepared_images(labels, side)
    settings = decided(Settings(), prepared)
    assert (settings.model, settings.augment) == (model, augment)
    assert decided(settings, prepared) == settings
    told = " ".join(sentences(settings, prepared))
    assert ("not mirrored" in told) == (augment == "crop")


def test_what_was_chosen_is_kept():
    chosen = Settings(model="lenet", augment="none")
    assert decided(chosen, prepared_images(("cat", "dog"))) == chosen
    with pytest.raises(InputError, match="--augment"):
        decided(Settings(augment="spin"), prepared_images(("cat", "dog")))
    number = ImagePreprocessor.fit(Dataset(np.zeros((4, 16, 16, 1)), np.arange(4) / 7))
    assert not isinstance(number.target, ClassTarget)


def test_a_net_too_deep_for_the_images_is_refused_before_anything_is_written(gradus, photos):
    answer = gradus("fit", photos, "--filters", "4,4,4,4,4", "--out", "deep")
    assert answer.code == 2
    assert answer.err.startswith("--model cnn › layer 9 › MaxPool: the window is larger")
    assert not Path("deep").exists()


def test_an_empty_image_is_called_an_image(gradus):
    Path("a.png").touch()
    assert gradus("fit", "a.png").err.startswith("a.png is one image")


def test_images_beyond_the_memory_are_read_while_learning(gradus, photos, monkeypatch):
    """Half of the memory holds 39 of 40 images of 4 · 20² bytes; a quarter of these is kept."""
    monkeypatch.setattr("gradus.data.image_sets.memory", lambda: 2 * 39 * 4 * 20**2)
    small = ("--image-size", 20, "--filters", 4, "--hidden", 8, "--rate", 0.03, "--dropout", 0)
    parts = ("--validation", 0.25, "--test", 0.25)
    answer = gradus("fit", photos, *small, *parts, "--epochs", 15, "--out", "run")
    assert answer.out.startswith("9 images in 2 folders, as 20 × 20 grey (")
    assert "; drawn from 40, which memory does not hold\n" in answer.out
    assert "\n31 others are read while it learns\n" in answer.out
    history = pl.read_csv("run/history.csv")
    assert history["loss"][-1] < 0.2 * history["loss"][0]
    assert gradus("fit", "--resume", "run", "--epochs", 16).code == 0
