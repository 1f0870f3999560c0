"""What runs without targets are worth on rows that were held out, beside baselines.

Each function takes a run, the part to measure on, and the training part for baselines, or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import equinox as eqx
import jax
import numpy as np

from gradus.cli.generative import drawn
from gradus.cli.prepare import Part
from gradus.cli.unlabelled import with_holes
from gradus.evaluation import Scores, two_sample
from gradus.metrics import auc_score
from gradus.training import Run
from gradus.training.run import outputs

NATS, EXPLAINED, AUC = "nats per row", "explained", "auc against scrambled rows"
ERROR, TOLD_APART = "error of hidden numbers", "told apart"
COMPONENTS, NEIGHBOURS, HIDDEN = 8, 5, 0.2


def density(run: Run, part: Part, train: Part | None = None) -> Scores:
    """Mean log p(x) of the encoded rows, beside a Gaussian and a mixture of some."""
    from sklearn.mixture import GaussianMixture

    log_p = outputs(run.model, part[0], "log_prob")
    baselines = {}
    if train is not None:
        for k in (1, min(COMPONENTS, len(train[0]))):
            bells = GaussianMixture(k, random_state=0).fit(train[0])
            name = "Gaussian" if k == 1 else f"mixture of {k} Gaussians"
            baselines[name] = {NATS: float(bells.score(part[0]))}
    measures = {NATS: float(log_p.mean())}
    return Scores(NATS, True, len(log_p), measures, baselines, log_p, "log p(x) in nats")


def compression(run: Run, part: Part, train: Part | None = None) -> Scores:
    """The share of the variance that reconstructions keep, beside as many principal components."""
    from sklearn.decomposition import PCA

    x = part[0]
    lost = ((x - outputs(run.model, x, "reconstruct")) ** 2).sum(axis=1)
    whole = ((x - x.mean(axis=0)) ** 2).sum()
    baselines = {}
    if train is not None:
        code = run.model.encoder.output_shape(x.shape[1:])[0]
        pca = PCA(min(code, *train[0].shape)).fit(train[0])
        rest = ((x - pca.inverse_transform(pca.transform(x))) ** 2).sum()
        name = f"{pca.n_components_} principal components"
        baselines = {name: {EXPLAINED: float(1 - rest / whole)}}
    measures = {EXPLAINED: float(1 - lost.sum() / whole)}
    return Scores(EXPLAINED, True, len(x), measures, baselines, lost, "squared error of a row")


def anomaly(run: Run, part: Part, train: Part | None = None) -> Scores:
    """How well rows are told from scrambled ones, beside an isolation forest."""
    from sklearn.ensemble import IsolationForest

    x, false = part[0], scrambled(part[0])
    scores = outputs(run.model, x, "anomaly_score")
    strange = np.repeat([0, 1], len(x))

    def auc(of_true: np.ndarray, of_false: np.ndarray) -> dict[str, float]:
        return {AUC: auc_score(strange, np.concatenate([of_true, of_false]))}

    baselines = {}
    if train is not None:
        forest = IsolationForest(random_state=0).fit(train[0])
        baselines = {"isolation forest": auc(*(-forest.score_samples(rows) for rows in (x, false)))}
    measures = auc(scores, outputs(run.model, false, "anomaly_score"))
    return Scores(AUC, True, len(x), measures, baselines, scores, "score: the higher, the stranger")


def imputation(run: Run, part: Part, train: Part | None = None) -> Scores:
    """The error of numbers that were known and hidden, in standard deviations of the columns,
    beside column means and nearest neighbours.
    """
    from sklearn.impute import KNNImputer

    x = with_holes(part)
    holed = hidden(x, run.preprocessor)
    asked = np.isnan(holed) & ~np.isnan(x)

    def error(filled: np.ndarray) -> dict[str, float]:
        return {ERROR: float(np.sqrt(np.mean((filled - x)[asked] ** 2)))}

    baselines = {}
    if train is not None:
        known = with_holes(train)
        means = np.broadcast_to(np.nanmean(known, axis=0), x.shape)
        near = KNNImputer(n_neighbors=NEIGHBOURS, keep_empty_features=True).fit(known)
        baselines = {
            "column means": error(means),
            f"{NEIGHBOURS} nearest neighbours": error(np.asarray(near.transform(holed))),
        }
    filled = imputed(run.model, holed)
    each = np.where(asked, (filled - x) ** 2, 0).sum(axis=1)
    measures = error(filled)
    return Scores(ERROR, False, len(x), measures, baselines, each, "squared error of a row")


def generation(run: Run, part: Part, train: Part | None = None) -> Scores:
    """How often nearest neighbours tell new rows from true ones, ½ where they cannot; beside rows
    whose columns were drawn one by one.
    """
    x = part[0]
    test = "classifier"
    made = as_examples(run.preprocessor, drawn(run.model, len(x), seed=0))
    measures = {TOLD_APART: two_sample(x, made, test).statistic}
    baselines: Mapping[str, Mapping[str, float]] = {}
    if train is not None:
        apart = as_examples(run.preprocessor, scrambled(train[0]))
        baselines = {"columns one by one": {TOLD_APART: two_sample(x, apart, test).statistic}}
    return Scores(TOLD_APART, False, len(x), measures, baselines)


def scrambled(x: np.ndarray) -> np.ndarray:
    """Every column of another row: each value is usual, together they are not."""
    return np.random.default_rng(0).permuted(x, axis=0)


def hidden(x: np.ndarray, preprocessor: Any) -> np.ndarray:
    """The rows with a fifth of the values hidden, NaN, all numbers of a value together."""
    widths = [len(column.features) for column in preprocessor.columns]
    chosen = np.random.default_rng(0).random((len(x), len(widths))) < HIDDEN
    return np.where(np.repeat(chosen, widths, axis=1), np.nan, x)


def imputed(model: Any, x: np.ndarray) -> np.ndarray:
    """The rows with every NaN filled in."""
    x = x.astype(np.float32)
    return np.asarray(eqx.filter_jit(model.impute)(jax.random.key(0), x, np.isnan(x)))


def as_examples(preprocessor: Any, x: np.ndarray) -> np.ndarray:
    """Rows of which every value is one that the columns can have; pixels as they are."""
    if not hasattr(preprocessor, "columns"):
        return np.clip(x, 0, 1)
    return preprocessor.inputs(preprocessor.decode(x))
