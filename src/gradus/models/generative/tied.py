"""The autoencoder with tied weights: the way back is the way there, transposed."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from gradus import nn
from gradus.base.errors import InputError, located
from gradus.base.record import param
from gradus.likelihoods import Gaussian, Likelihood
from gradus.models.generative.coder import Coder


class TiedAutoencoder(Coder):
    """h = g(x W + b), outputs = h Wᵀ + c: half the weights, and none that can grow on one side.

    Arguments:
        encoder: dense layers; other layers in between, such as dropout, have no counterpart.
        likelihood: what the outputs say about x, one output for each number.

    Raises InputError for another encoder, and for a likelihood that needs several outputs.

    >>> encoder = nn.Sequential(nn.Dense(4, nn.sigmoid), nn.Dense(2))
    >>> model = TiedAutoencoder(encoder).init(jax.random.key(0), (3,))
    >>> bool((model.decoder.layers[0].weight == model.encoder.layers[1].weight.T).all())
    True

    Vincent, Larochelle, Lajoie, Bengio and Manzagol (2010), section 3.1.
    """

    encoder: nn.Sequential
    likelihood: Likelihood
    biases: tuple[jax.Array, ...] = param()

    def __init__(self, encoder: nn.Sequential, likelihood: Likelihood = Gaussian()):
        check_encoder(encoder)
        if likelihood.size != 1:
            raise InputError(
                "TiedAutoencoder: likelihood",
                expected="one output for each number, as the weights have one",
                got=f"{type(likelihood).__name__}, which needs {likelihood.size}",
                fix="use tied=False, or Gaussian() or Bernoulli()",
            )
        self.encoder, self.likelihood, self.biases = encoder, likelihood, ()

    def init(self, key, shape):
        with located("encoder"):
            encoder = self.encoder.init(key, shape)
        up = dense(encoder)[::-1]
        begun = [jnp.zeros(layer.weight.shape[0]) for layer in up]
        known = len(self.biases)  # none, the last one, or all
        biases = (*begun[: len(up) - known], *self.biases)
        return self.replace(encoder=encoder, biases=biases)

    @property
    def decoder(self) -> nn.Sequential:
        """The layers back, made of the encoder's weights."""
        up = dense(self.encoder)[::-1]
        functions = [*(layer.activation for layer in up[1:]), nn.identity]
        rows = zip(up, functions, self.biases, strict=True)
        layers = [
            nn.Dense(len(bias), g).replace(weight=layer.weight.T, bias=bias)
            for layer, g, bias in rows
        ]
        return nn.Sequential(*layers)

    def with_output_bias(self, bias):
        return self if self.biases else self.replace(biases=(bias,))


def check_encoder(encoder: nn.Sequential) -> None:
    """Refuse an encoder whose weights have no transpose."""
    layers = dense(encoder) if isinstance(encoder, nn.Sequential) else ()
    if not layers or not all(isinstance(layer, nn.Dense) for layer in layers):
        raise InputError(
            "TiedAutoencoder: encoder",
            expected="dense layers in nn.Sequential, and no others with weights",
            got=", ".join(type(layer).__name__ for layer in layers) or type(encoder).__name__,
            fix="use nn.Sequential(nn.Dense(…), …), or models.Autoencoder(encoder, decoder)",
        )


def dense(encoder: nn.Sequential) -> list[Any]:
    """The layers of an encoder that have weights, also where they are watched."""
    return [layer for layer in encoder.layers if hasattr(layer, "weight")]
