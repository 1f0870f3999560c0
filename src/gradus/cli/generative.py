"""Models of the examples themselves: which there are, and how they learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import numpy as np

from gradus import learn, models, nn
from gradus.cli.prepare import Prepared
from gradus.cli.recipe import OPTIMIZERS, build_penalty, build_schedule, optimisation
from gradus.cli.settings import Settings, choose
from gradus.cli.unlabelled import Form
from gradus.data import PixelPreprocessor
from gradus.learn import Algorithm
from gradus.likelihoods import Bernoulli, Gaussian, Mixture
from gradus.models import GenerativeModel
from gradus.training import Run

COMPONENTS = 8  # Gaussians of each factor of a density
HIDDEN_SHARE = 0.3  # of the numbers that a net which fills in holes is shown none of
LONGEST_CODE, WIDE_CODE = 32, 64  # the latter where holes keep it from copying

MODELS: dict[str, Callable[..., GenerativeModel]] = {  # name -> (columns, settings, …) -> model
    "made": lambda columns, settings, g, describes: models.made(
        columns, settings.hidden, Mixture(COMPONENTS), activation=g
    ),
    "flow": lambda columns, settings, g, describes: models.flow(
        columns, hidden=settings.hidden, activation=g
    ),
    "autoencoder": lambda columns, settings, g, describes: models.autoencoder(
        columns, settings.hidden, settings.code, describes, activation=g, dropout=settings.dropout
    ),
    "vae": lambda columns, settings, g, describes: models.vae(
        columns, settings.hidden, settings.code, describes, activation=g
    ),
}


def decided(settings: Settings, prepared: Prepared, form: Form) -> Settings:
    """The settings with model and length of the code decided; raises InputError for models that
    do not go with the task.
    """
    names = form.images if isinstance(prepared.preprocessor, PixelPreprocessor) else form.tables
    model = names[0] if settings.model == "auto" else settings.model
    choose("model", model, dict.fromkeys(names), ("auto", *names))
    columns = prepared.train[0].shape[1]
    usual = WIDE_CODE if form.holes else min(max(columns // 4, 1), LONGEST_CODE)
    return replace(settings, model=model, code=settings.code or usual, augment="none")


def build(settings: Settings, prepared: Prepared, form: Form) -> Algorithm:
    """The algorithm that the settings describe, once everything in them is decided."""
    columns = prepared.train[0].shape[1]
    optimizer = choose("optimizer", settings.optimizer, OPTIMIZERS)
    optimizer = optimizer(build_schedule(settings, len(prepared.train[0])))
    g = choose("activation", settings.activation, nn.ACTIVATIONS)
    if settings.model == "gan":
        pair = models.dense_gan(columns, settings.hidden, activation=g)
        return learn.gan(*pair, optimizer, optimizer, latent=settings.code, r1=1.0)
    pixels = isinstance(prepared.preprocessor, PixelPreprocessor)
    model = MODELS[settings.model](columns, settings, g, Bernoulli() if pixels else Gaussian())
    holes = {"corrupt": nn.MaskingNoise(HIDDEN_SHARE)} if form.holes else {}
    return learn.generative(model, optimizer, penalty=build_penalty(settings), **holes)


def sentences(settings: Settings, prepared: Prepared, form: Form) -> list[str]:
    """What will be trained and for how long, for people to read."""
    columns = prepared.train[0].shape[1]
    units = "-".join(map(str, settings.hidden)) or "no"
    code = "" if settings.model in ("made", "flow") else f", code of {settings.code} numbers"
    told = [
        f"model: {settings.model} of {columns} numbers, {units} hidden units "
        f"({settings.activation}){code}; {optimisation(settings)}"
    ]
    if settings.model == "autoencoder" and settings.code >= columns and not form.holes:
        told.append(
            f"code: {settings.code} numbers for rows of {columns}: nothing is compressed, and "
            "nothing need be learned; --code makes it shorter"
        )
    return told


def samples(run: Run, count: int, seed: int = 0) -> Any:
    """New examples as the user knows them: a data frame, or images."""
    return run.preprocessor.decode(drawn(run.model, count, seed))


def drawn(model: Any, count: int, seed: int) -> np.ndarray:
    """New rows as the model sees them; of a VAE the means of what its causes make, as every pixel
    drawn for itself would be snow.
    """
    key = jax.random.key(seed)
    if isinstance(model, models.VAE):
        return np.asarray(model.decode(jax.random.normal(key, (count, model.latent.width))))
    return np.asarray(eqx.filter_jit(model.sample)(key, count))
