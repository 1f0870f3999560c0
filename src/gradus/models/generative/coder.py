"""What all autoencoders have in common: codes, reconstructions, and what the two are good for."""

# annotations are not postponed in this file: Equinox must see which of them are abstract

import math
from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jax import lax

from gradus import nn
from gradus.base.errors import InputError, located
from gradus.likelihoods import Likelihood
from gradus.likelihoods.inputs import as_inputs, as_targets, log_prob_of
from gradus.models.generative.missing import holes
from gradus.models.generative.model import GenerativeModel
from gradus.models.generative.verbs import verb
from gradus.models.mlp import mlp
from gradus.nn.layer import INFERENCE, Forward, Layer, Shape


class Coder(GenerativeModel):
    """Code and reconstruction: h = f(x), outputs = g(h), and log p(x | g(h)) by a likelihood.

    `Autoencoder` is one; a class of its own gives these three, as fields or as properties:

    Arguments:
        encoder: f, maps inputs to codes.
        decoder: g, maps codes to what the likelihood needs to describe the inputs.
        likelihood: what those outputs say about x.

    In a pass the code is noted as "code", for penalties on it.

    >>> from gradus import nn
    >>> from gradus.likelihoods import Gaussian
    >>> class Identity(Coder):
    ...     encoder: Layer = nn.Flatten()
    ...     decoder: Layer = nn.Flatten()
    ...     likelihood: Likelihood = Gaussian()
    >>> print(Identity().anomaly_score(jnp.ones((1, 2))))  # log 2π: no distance at all
    [1.837877]
    """

    encoder: eqx.AbstractVar[Layer]
    decoder: eqx.AbstractVar[Layer]
    likelihood: eqx.AbstractVar[Likelihood]

    def __call__(self, x, forward: Forward = INFERENCE):
        with located("encoder"):
            code = self.encoder(x, forward)
        forward.note("code", code)
        with located("decoder"):
            return self.decoder(code, forward)

    @verb
    def embed(self, x):
        return self.encoder(x)

    @verb
    def decode(self, code):
        """The x that a code stands for."""
        return as_inputs(self.likelihood.mean(self.decoder(code)))

    @verb
    def reconstruct(self, x):
        return self.decode(self.embed(x))

    @verb
    def anomaly_score(self, x):
        """How badly every x is described by its own reconstruction: −log p(x | g(f(x)))."""
        return -log_prob_of(self.likelihood, self(x), x)

    def log_prob(self, x, labels=None):
        self._cannot("log_prob", "one that describes an x whose code is known, no x alone")

    @verb
    def impute(self, key, x, missing, rounds: int = 1):
        """Every x with its missing numbers, at first 0, as they are in its reconstruction.

        Once is right for a model that has learned to undo `nn.MaskingNoise`, which puts zeros,
        too: what it does to a whole x it was never asked. Otherwise do it in many `rounds`, each
        with what the last one filled in, until the numbers settle. Nothing is drawn: the key is
        left alone.
        """
        missing, x = holes(x, missing)

        def again(_, x):
            return jnp.where(missing, self.reconstruct(x).astype(x.dtype), x)

        return lax.fori_loop(0, rounds, again, x)

    def check(self, x):
        with located("encoder"):
            self.encoder.check(x)
        self.likelihood.check(as_targets(x))


def decoder_of(
    likelihood: Likelihood, columns: int, hidden: Sequence[int], **given: Any
) -> nn.Sequential:
    """Dense layers that end in what the likelihood needs to describe so many columns.

    >>> from gradus.likelihoods import Categorical
    >>> decoder_of(Categorical(3), 4, [8]).output_shape((2,))  # three logits for each column
    (4, 3)
    """
    outputs = likelihood.output_shape(() if columns == 1 else (columns,))
    dense = mlp(hidden, math.prod(outputs), **given)
    return dense if len(outputs) == 1 else nn.Sequential(*dense.layers, nn.Reshape(outputs))


def check_outputs(likelihood: Likelihood, outputs: Shape, x: Shape) -> None:
    """Refuse a decoder whose outputs do not describe an x; shapes are those of one example."""
    expected = likelihood.output_shape(() if x == (1,) else x)
    if outputs != expected:
        raise InputError(
            "the decoder's outputs do not describe x",
            expected=f"shape {expected} for an x of shape {x}",
            got=outputs,
            fix="end the decoder in this shape; or flatten x first: x.reshape(len(x), -1)",
        )
