"""What a language model is worth on a text that was held out, beside n-grams."""

from __future__ import annotations

import math

import numpy as np

from gradus import models
from gradus.cli.prepare import Part
from gradus.data import Characters
from gradus.evaluation import Scores
from gradus.metrics import perplexity
from gradus.training import Run

ORDERS = {"character": (1, 2, 3, 4, 5, 6), "word": (1, 2, 3)}  # of the n-grams beside it
ROWS = 64  # that are measured at once


def measured(run: Run, part: Part, train: Part | None = None) -> Scores:
    """Nats for every token, beside n-grams that counted the same training part."""
    prep = run.preprocessor
    kind = "character" if isinstance(prep.vectoriser, Characters) else "word"
    headline = f"nats per {kind}"
    rows, there = rows_of(part), part[2] > 0

    def worth(log_p: np.ndarray) -> dict[str, float]:
        nats = -float(log_p[there].astype(float).mean())
        bits = nats / math.log(2)
        return {headline: nats, "bits": bits, "perplexity": perplexity(log_p[there])}

    blocks = np.array_split(rows, math.ceil(len(rows) / ROWS))
    log_p = np.concatenate([np.asarray(run.model.log_prob(block)) for block in blocks])
    baselines = {}
    if train is not None:
        counted, tokens = rows_of(train), prep.vectoriser.size
        for order in ORDERS[kind]:
            chain = models.ngram(counted, tokens, order, never=prep.impossible)
            baselines[f"{order}-gram"] = worth(chain.log_prob(rows))
    each = -np.where(there, log_p, 0).sum(axis=1) / there.sum(axis=1)
    what = f"{headline} of a {'line' if prep.lines else 'row'}"
    return Scores(headline, False, len(rows), worth(log_p), baselines, each, what)


def rows_of(part: Part) -> np.ndarray:
    """The rows that examples were made of."""
    x, y, *_ = part
    return np.concatenate([x[:, :1], y], axis=1)
