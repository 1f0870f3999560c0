"""Samples, what was found about them, and those from the time of learning."""

from __future__ import annotations

import numpy as np

from gradus.report.samples import MOST_EPOCHS, OF_AN_EPOCH, drawn, while_learning


def test_checks_stand_beside_the_samples():
    html = drawn(np.zeros((3, 8, 8)), ["p < 0.05"])
    assert html.index("p &lt; 0.05") < html.index("<img")
    assert html.count("<img") == 3
    assert "p &lt; 0.05" in drawn(None, ["p < 0.05"])
    assert drawn(None) == ""


def test_pictures_of_some_epochs():
    html = while_learning({"samples": np.zeros((100, 36, 8, 8, 1))})
    assert html.count("<h3>") == MOST_EPOCHS
    assert html.count("<img") == MOST_EPOCHS * OF_AN_EPOCH
    assert "samples, epoch 1<" in html
    assert "samples, epoch 100<" in html
    assert while_learning({"samples": np.zeros((2, 5, 8, 8, 1))}).count("<img") == 10


def test_what_is_no_picture_is_left_out():
    assert while_learning({"samples": np.zeros((3, 36, 2))}) == ""
    assert while_learning({}) == ""
