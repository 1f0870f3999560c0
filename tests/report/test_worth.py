"""The part of the page about a model without targets."""

from __future__ import annotations

import numpy as np

from gradus.evaluation import Scores
from gradus.report.worth import worth


def test_the_verdict_goes_by_the_headline():
    scores = Scores("told apart", False, 50, {"told apart": 0.6}, {"others": {"told apart": 0.7}})
    assert "The model beats every baseline; the best is others" in worth(scores)
    better = Scores("nats", True, 50, {"nats": -3.0}, {"a < b": {"nats": -2.0}})
    assert "does not beat the baseline a &lt; b" in worth(better)
    assert worth(None) == ""


def test_scores_of_examples_are_drawn_where_there_are_some():
    each = np.append(np.random.default_rng(0).normal(size=50), np.inf)
    scores = Scores("nats", True, 51, {"nats": -3.0}, each=each, what="log p(x)")
    page = worth(scores)
    assert "<svg" in page
    assert "log p(x)" in page
    assert "<svg" not in worth(Scores("nats", True, 51, {"nats": -3.0}))
