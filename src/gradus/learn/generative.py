"""The way of learning that goes with a model of where examples come from."""

from __future__ import annotations

from typing import Any

from gradus.base.errors import InputError
from gradus.learn.algorithm import Algorithm
from gradus.learn.autoencoder import autoencoder
from gradus.learn.checks import described
from gradus.learn.density import density
from gradus.learn.vae import vae
from gradus.models.generative.coder import Coder
from gradus.models.generative.density import DensityModel
from gradus.models.generative.vae import VAE

WAYS = {DensityModel: density, VAE: vae, Coder: autoencoder}


def generative(model: Any, optimizer: Any, **options: Any) -> Algorithm:
    """`density`, `vae` or `autoencoder`, whichever goes with the model.

    Arguments:
        model: a `models.DensityModel`, `models.VAE` or `models.Coder`.
        optimizer: how to follow the gradient.
        options: of that way of learning, such as `penalty`.

    Raises InputError for another model. A GAN is no single model before it learns: `learn.gan`
    takes its two players.

    >>> from gradus import models
    >>> from gradus.optim import adam
    >>> generative(models.flow(2), adam(0.01)).settings["model"].columns
    2

    See `learn.density`, `learn.vae` and `learn.autoencoder`.
    """
    for kind, learn in WAYS.items():
        if isinstance(model, kind):
            return learn(model, optimizer, **options)
    raise InputError(
        "model",
        expected="a model of p(x), a VAE or an autoencoder",
        got=described(model),
        fix="give models.made(columns, hidden, likelihood), models.flow(columns), "
        "models.vae(…) or models.autoencoder(…)",
    )
