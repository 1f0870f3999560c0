"""Robustness curves: what they count, and that linear models cannot resist."""

from __future__ import annotations

from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest

from gradus import data, fit, nn, supervised
from gradus.base.errors import InputError
from gradus.data.scaling import Standardize
from gradus.likelihoods import Categorical, Gaussian
from gradus.optim import adam
from gradus.report import page, robustness
from gradus.robust import fgsm, pgd, robustness_curve
from gradus.training import History, Run

DIGITS = Categorical(10)


@pytest.fixture(scope="module")
def digits():
    """Logistic regression on digits, and 300 images it has not seen, pixels from 0 to 1."""
    train, _, test = data.load("digits").split(test=0.4, seed=0)
    x, new = (part.x.reshape(len(part.x), -1).astype("float32") for part in (train, test))
    run = fit(supervised(nn.Dense(10), DIGITS, adam(0.02)), (x, train.y), epochs=20)
    return run.model, new[:300], test.y[:300]


@pytest.fixture(scope="module")
def curve(digits):
    return robustness_curve(digits[0], DIGITS, *digits[1:], [0.0, 0.1, 0.2], low=0.0, high=1.0)


def test_linear_models_cannot_resist(curve):
    """Worked out: a sum of 64 changes of 0.2 |w|; noise of the same size cancels."""
    assert curve.accuracy["FGSM"][0] > 0.93
    assert curve.accuracy["FGSM"][2] < 0.1
    assert curve.accuracy["noise"][2] > 0.8


def test_without_attack_all_agree_with_the_model(curve, digits):
    model, x, y = digits
    clean = np.mean(np.argmax(model(jnp.asarray(x)), axis=1) == y)
    for accuracy in curve.accuracy.values():
        assert accuracy[0] == pytest.approx(clean)


def test_examples_beyond_whole_blocks_count_once(curve, digits):
    """300 examples are a block of 256 and a part of another one."""
    model, x, y = digits
    moved = fgsm(0.1, low=0.0, high=1.0)(model, DIGITS, jnp.asarray(x), jnp.asarray(y))
    right = np.mean(np.argmax(model(moved), axis=1) == y)
    assert curve.accuracy["FGSM"][1] == pytest.approx(right)
    assert curve.examples == 300


def test_strengths_in_raw_units(curve, digits):
    """A model that undoes the scale, seen through the scale, is the model."""
    model, x, y = digits
    scale = Standardize.fit(x, per="feature")
    weight, bias = scale.std.T * model.weight, model.bias + (scale.mean @ model.weight)[0]
    behind = model.replace(weight=weight, bias=bias)
    only = {"FGSM": fgsm}
    found = robustness_curve(
        behind, DIGITS, scale(x), y, [0.0, 0.1, 0.2], only, low=0.0, high=1.0, scale=scale
    )
    np.testing.assert_allclose(found.accuracy["FGSM"], curve.accuracy["FGSM"], atol=0.011)


def test_attacks_of_the_users_choice(digits):
    model, x, y = digits
    found = robustness_curve(model, DIGITS, x, y, [0.5], {"far": partial(pgd, steps=3, norm="2")})
    assert list(found.accuracy) == ["far"]
    assert str(found).splitlines()[1].split() == ["ε", "far"]


def test_the_page_shows_it(curve):
    run = Run(None, History({"epoch": [1, 2], "loss": [0.7, 0.5]}), "finished 2 epochs")
    shown = page(run, title="Digits", robustness=curve)
    assert "<h2>Robustness</h2>" in shown
    assert "FGSM" in shown
    assert "Robustness</h2>" not in page(run, title="Digits")
    assert robustness(curve).startswith("<svg")
    with pytest.raises(InputError, match=r"robustness_curve"):
        page(run, title="Digits", robustness=0.3)


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"likelihood": Gaussian()}, r"likelihood of classes\n.*Gaussian"),
        ({"epsilons": [-0.1]}, r"^epsilons"),
        ({"likelihood": Categorical}, r"likelihood of classes\n.*class"),
        ({"epsilons": []}, r"^epsilons"),
        ({"epsilons": 0.1}, r"^epsilons"),
        ({"epsilons": ["a"]}, r"^epsilons"),
        ({"attacks": fgsm}, r"attacks\n.*a dict"),
        ({"attacks": {"one": fgsm(0.1)}}, r"attacks\n.*to be given ε"),
        ({"high": 0.5}, r"^fgsm: x\n.*within the bounds"),
        ({"y": np.full(300, 11)}, r"^y › Categorical"),
        ({"y": np.zeros(3, int)}, "y"),
    ],
)
def test_what_is_refused(digits, changes, wording):
    model, x, y = digits
    given = {"likelihood": DIGITS, "x": x, "y": y, "epsilons": [0.1]} | changes
    with pytest.raises(InputError, match=wording):
        robustness_curve(model, **given)
