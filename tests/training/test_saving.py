"""Runs on disk: they predict the same numbers, and nothing foreign is taken for one."""

import json

import numpy as np
import pytest

import gradus
from gradus import InputError, fit, load, nn, save, supervised
from gradus.base import files
from gradus.likelihoods import Categorical, Gaussian
from gradus.nn.layer import INFERENCE, Layer
from gradus.optim import adam, sgd


@pytest.fixture(scope="module")
def run(blobs):
    model = nn.Sequential(
        nn.Dense(6, nn.tanh), nn.BatchNorm(), nn.Residual(nn.Dense(6)), nn.Dense(3)
    )
    return fit(supervised(model, Categorical(3), adam(0.02)), blobs, epochs=3, validation=0.2)


def test_what_is_loaded_predicts_the_same_numbers(run, blobs, tmp_path):
    again = load(save(run, tmp_path / "run"))
    assert np.array_equal(again.outputs(blobs[0]), run.outputs(blobs[0]))
    assert np.array_equal(again.predict(blobs[0]), run.predict(blobs[0]))
    assert again.status == run.status
    assert again.best_epoch == run.best_epoch
    for name in run.history:
        assert np.allclose(again.history[name], run.history[name], rtol=1e-6), name


def test_a_loaded_model_learns_on(run, blobs, tmp_path):
    again = load(save(run, tmp_path))
    longer = fit(supervised(again.model, Categorical(3), sgd(0.0)), blobs, epochs=1)
    assert np.array_equal(longer.model.layers[0].weight, run.model.layers[0].weight)


def test_people_can_read_what_was_chosen(run, tmp_path):
    about = json.loads((save(run, tmp_path) / "run.json").read_text())
    assert about["settings"]["optimizer"].startswith("adam(0.02")
    assert about["versions"]["gradus"] == gradus.__version__


def remove(name):
    return lambda folder: (folder / name).unlink()


def rewrite(name, change):
    def spoil(folder):
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return spoil


def newer(content: bytes) -> bytes:
    """The same file with format 9 in its header, of the same length."""
    return content.replace(b'\\"format\\": 1', b'\\"format\\": 9')


SPOILED = {
    "no model": (remove("model.safetensors"), "no model.safetensors there"),
    "no history": (remove("history.csv"), "no history.csv there"),
    "cut off": (rewrite("model.safetensors", lambda c: c[:300]), "a damaged file"),
    "foreign": (rewrite("run.json", lambda c: b"[]"), "a damaged file"),
    "text": (rewrite("history.csv", lambda c: b"epoch\nfirst\n"), "a damaged file"),
    "newer": (rewrite("model.safetensors", newer), "written by a newer gradus"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_folders_that_are_no_run_are_refused(run, tmp_path, name):
    spoil, message = SPOILED[name]
    spoil(save(run, tmp_path))
    with pytest.raises(InputError) as refusal:
        load(tmp_path)
    assert message in str(refusal.value)
    assert "Fix:" in str(refusal.value)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"run .*nowhere"):
        load(tmp_path / "nowhere")


def test_a_full_disk_leaves_the_old_run_as_it_was(run, blobs, tmp_path, monkeypatch):
    save(run, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(run, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


class Doubling(Layer):
    """A user's own layer."""

    def __call__(self, x, forward=INFERENCE):
        return 2 * x


def test_layers_of_the_user_come_back_when_they_are_defined(line, tmp_path, monkeypatch):
    model = nn.Sequential(Doubling(), nn.Dense(1))
    run = fit(supervised(model, Gaussian(), sgd(0.1)), line, epochs=2)
    save(run, tmp_path)
    assert np.array_equal(load(tmp_path).predict(line[0]), run.predict(line[0]))
    from gradus.base import record

    known = {k: v for k, v in record.CLASSES.items() if v is not Doubling}
    monkeypatch.setattr(record, "CLASSES", known)
    with pytest.raises(InputError, match="Doubling"):
        load(tmp_path)


def test_a_function_without_a_name_cannot_be_saved(line, tmp_path):
    model = nn.Sequential(lambda x: x**2, nn.Dense(1))
    run = fit(supervised(model, Gaussian(), sgd(0.1)), line, epochs=1)
    with pytest.raises(InputError, match=r"gradus\.named"):
        save(run, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_folder_and_run_in_the_wrong_order(run):
    with pytest.raises(InputError, match="a run, and a folder"):
        save("my-run", run)
