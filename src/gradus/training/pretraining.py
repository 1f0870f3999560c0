"""Layer by layer: every layer learns on its own what the ones below it give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradus import nn
from gradus.base.errors import InputError, located
from gradus.learn.algorithm import Algorithm
from gradus.nn.layer import Layer
from gradus.training.fit import fit
from gradus.training.run import outputs


def pretrain(
    layers: Sequence[Layer],
    data: Any,
    learner: Callable[[Layer, tuple[int, ...]], Algorithm],
    **settings: Any,
) -> nn.Sequential:
    """Greedy: layer i is the encoder of a model that learns from what layers 1 … i − 1 give.

    A deep net that starts from these weights can be trained where one from random weights
    cannot: put what it ends with behind them, and fit the whole.

    Arguments:
        layers: without weights, the lowest first.
        data: as for `fit`: x, or (x, y) where learning needs targets.
        learner: (layer, shape of one of its inputs) -> Algorithm, of a model that has the layer
            as its `encoder`.
        settings: of `fit` for each layer, such as `epochs`, `batch` and `seed`.

    Raises InputError, naming the layer, where `fit` does, and for a model without an encoder.

    >>> from gradus import fit, learn, models, optim, supervised
    >>> from gradus.likelihoods import Bernoulli
    >>> def denoising(layer, shape):
    ...     model = models.Autoencoder(layer, nn.Dense(shape[0]), Bernoulli())
    ...     return learn.autoencoder(model, optim.adam(0.01), corrupt=nn.MaskingNoise(0.3))
    >>> x = np.eye(8, dtype="float32")
    >>> below = pretrain([nn.Dense(6, nn.sigmoid), nn.Dense(4, nn.sigmoid)], x, denoising)
    >>> whole = nn.Sequential(*below.layers, nn.Dense(1))
    >>> run = fit(supervised(whole, Bernoulli(), optim.adam(0.01)), (x, x[:, 0]))

    Bengio, Lamblin, Popovici and Larochelle (2007); Vincent, Larochelle, Lajoie, Bengio and
    Manzagol (2010); Goodfellow, Bengio and Courville (2016), sections 8.7.4 and 15.1.
    """
    x, *rest = data if isinstance(data, tuple) else (data,)
    trained: list[Layer] = []
    for number, layer in enumerate(layers):
        with located(f"layers[{number}]"):
            run = fit(learner(layer, np.shape(x)[1:]), (x, *rest), **settings)
            encoder = encoder_of(run.model)
            x = outputs(encoder, x)
        trained.append(encoder)
    return nn.Sequential(*trained)


def encoder_of(model: Any) -> Layer:
    """The layer that was trained; raises InputError where nobody can tell which."""
    if not isinstance(getattr(model, "encoder", None), Layer):
        raise InputError(
            "learner",
            expected="an algorithm whose model has the layer as its `encoder`",
            got=f"one of a {type(model).__name__}",
            fix="models.Autoencoder(layer, nn.Dense(shape[0]), likelihood)",
        )
    return model.encoder
