"""What Keras has and this room has not: refused by name, with what to use instead."""

import importlib
from typing import Any

import numpy as np
import pytest

import gradus.keras as keras
from gradus import InputError
from gradus.keras import layers, missing

ASKED = {
    "datasets": "imdb boston_housing reuters",
    "applications": "VGG16",
    "models": "model_from_json",
    "utils": "image_dataset_from_directory plot_model np_utils",
    "backend": "mean",
    "preprocessing.sequence": "TimeseriesGenerator skipgrams make_sampling_table",
    "wrappers.scikit_learn": "KerasClassifier",
    "layers": "CuDNNLSTM",
}


@pytest.mark.parametrize("room", missing.NAMES)
def test_every_name_of_the_list_is_refused_in_its_room(room):
    if room in ("Model", "Layer"):
        owner = keras.Sequential() if room == "Model" else layers.Dense(1)
    else:
        owner = importlib.import_module("gradus.keras" + f".{room}" * (room != "keras"))
    for name in missing.NAMES[room].split():
        with pytest.raises(InputError, match=rf"{name} is not supported here[^$]*Fix: +use "):
            getattr(owner, name)
    assert not hasattr(owner, "nonsense")


@pytest.mark.parametrize("room", ASKED)
def test_names_of_courses_are_in_the_list(room):
    assert set(ASKED[room].split()) <= set(missing.NAMES[room].split())


def test_imports_are_refused_with_the_list():
    with pytest.raises(InputError, match=r"keras\.datasets\.imdb is not.*"):
        from gradus.keras.datasets import imdb  # noqa: F401
    with pytest.raises(InputError, match=r"keras\.applications\.VGG16"):
        from gradus.keras.applications import VGG16  # noqa: F401
    with pytest.raises(InputError, match="the model itself"):
        from gradus.keras.wrappers.scikit_learn import KerasClassifier  # noqa: F401


def test_a_room_for_every_network_is_refused_alike():
    vgg16 = importlib.import_module("gradus.keras.applications.vgg16")
    with pytest.raises(InputError, match=r"keras\.applications\.VGG16[\s\S]*gradus\.models\.vgg"):
        vgg16.VGG16(weights="imagenet")


def test_pillow_functions_are_in_both_rooms():
    assert keras.preprocessing.image.array_to_img is keras.utils.array_to_img


def test_words_are_no_sequences():
    with pytest.raises(InputError, match="Tokenizer"):
        keras.utils.pad_sequences([["a"]], maxlen=3)


def small():
    """A model to be fitted in no time."""
    model = keras.Sequential([layers.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_a_single_callback_needs_no_list():
    stop = keras.callbacks.EarlyStopping("loss")
    model = small()
    model.fit(np.ones((2, 1)), np.ones(2), epochs=1, verbose=0, callbacks=stop)
    assert stop.model is model


def test_class_weights_are_a_dict():
    wrong: Any = [1, 2, 3]
    with pytest.raises(InputError, match="class_weight"):
        small().fit(np.ones((2, 1)), np.ones(2), class_weight=wrong)


@pytest.mark.parametrize(
    ("kind", "name", "known"),
    [("metrics", "AUC", "AUC"), ("optimizers", "ftrl", "Ftrl"), ("losses", "dice", "dice")],
)
def test_missing_names_given_as_words(kind, name, known):
    with pytest.raises(InputError, match=rf"keras\.{kind}\.{known} is not supported"):
        getattr(keras, kind).get(name)


def test_places_are_named_once():
    with pytest.raises(InputError, match=r"^keras\.ops is not supported here"):
        _ = keras.ops


def test_rooms_list_their_own_names_alone():
    assert "Any" not in dir(layers)
