"""What a code that was learned without labels is worth where labels are few."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.imagining.digits import grey
from gradus import fit, learn, models, nn, optim, penalties
from gradus.likelihoods import Bernoulli

LABELLED, UNLABELLED, CODE = 1000, 20_000, 500


def features() -> dict[str, float]:
    """Accuracy on 10 000 test digits of a linear classifier of 1 000 labelled ones."""
    x, y = grey()
    test = grey("test")
    waist = {"code_activation": nn.sigmoid}
    ways = {
        "denoising code": {"corrupt": nn.MaskingNoise(0.4)},
        "sparse code": {"penalty": penalties.sparsity(0.002, rate=0.1)},
    }
    found = {"pixels": judged(x[:LABELLED], y, *test)}
    for name, given in ways.items():
        model = models.autoencoder(784, [], CODE, Bernoulli(), **waist)
        run = fit(learn.autoencoder(model, optim.adam(2e-3), **given), x[:UNLABELLED], batch=128)
        coded = [np.asarray(run.model.embed(part)) for part in (x[:LABELLED], test[0])]
        found[name] = judged(coded[0], y, coded[1], test[1])
    return found


def judged(x, y, test, test_y) -> float:
    """Accuracy of the best of three strengths of decay, chosen on a fifth of the labelled ones."""
    cut = LABELLED * 4 // 5

    def trained(strength: float, rows: slice) -> LogisticRegression:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of iterations that are used up
            return LogisticRegression(C=strength, max_iter=200).fit(x[rows], y[rows])

    def score(strength: float) -> float:
        return trained(strength, slice(cut)).score(x[cut:], y[cut:LABELLED])

    best = max((0.01, 0.1, 1.0), key=score)
    return float(trained(best, slice(LABELLED)).score(test, test_y))
