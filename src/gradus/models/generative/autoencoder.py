"""The autoencoder: through a narrow code and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax

from gradus import nn
from gradus.base.errors import located
from gradus.likelihoods import Gaussian, Likelihood
from gradus.models.generative.coder import Coder, decoder_of
from gradus.models.generative.tied import TiedAutoencoder
from gradus.models.mlp import mlp
from gradus.nn.layer import Layer


class Autoencoder(Coder):
    """Code and reconstruction: h = f(x), outputs = g(h).

    Arguments:
        encoder: f, maps inputs to codes.
        decoder: g, maps codes to what the likelihood needs to describe the inputs.
        likelihood: what the decoder's outputs say about x: `Gaussian()` for squared error,
            `Bernoulli()` for numbers between 0 and 1.

    >>> model = Autoencoder(nn.Dense(2), nn.Dense(5)).init(jax.random.key(0), (5,))
    >>> x = jax.numpy.ones((3, 5))
    >>> model.embed(x).shape, model.reconstruct(x).shape, model.anomaly_score(x).shape
    ((3, 2), (3, 5), (3,))

    Goodfellow, Bengio and Courville (2016), chapter 14.
    """

    encoder: Layer
    decoder: Layer
    likelihood: Likelihood = Gaussian()

    def init(self, key, shape):
        to_code, back = jax.random.split(key)
        with located("encoder"):
            encoder = self.encoder.init(to_code, shape)
            code = encoder.output_shape(shape)
        with located("decoder"):
            return self.replace(encoder=encoder, decoder=self.decoder.init(back, code))

    def with_output_bias(self, bias):
        return self.replace(decoder=self.decoder.with_output_bias(bias))


def autoencoder(
    columns: int,
    hidden: Sequence[int],
    code: int,
    likelihood: Likelihood = Gaussian(),
    *,
    activation: Callable = nn.relu,
    code_activation: Callable = nn.identity,
    dropout: float = 0.0,
    tied: bool = False,
) -> Autoencoder | TiedAutoencoder:
    """Dense layers down to a code and, in the reverse order, up again.

    Arguments:
        columns: D, the length of x.
        hidden: units of each hidden layer of the encoder; empty for a linear autoencoder, whose
            codes span what the principal components span.
        code: units of the code.
        likelihood: what the decoder's outputs say about x.
        activation: of the hidden units.
        code_activation: of the code; `nn.sigmoid` for sparse codes between 0 and 1.
        dropout: probability of dropping a hidden unit in training.
        tied: whether the decoder's weights are the encoder's, transposed.

    >>> model = autoencoder(64, [32], code=2)
    >>> model.encoder.output_shape((64,)), model.output_shape((64,))
    ((2,), (64,))

    Goodfellow, Bengio and Courville (2016), section 14.1; Hinton and Salakhutdinov (2006).
    """
    *body, _ = mlp(hidden, code, activation=activation, dropout=dropout).layers
    encoder = nn.Sequential(*body, nn.Dense(code, code_activation))
    if tied:
        return TiedAutoencoder(encoder, likelihood)
    up = {"activation": activation, "dropout": dropout}
    decoder = decoder_of(likelihood, columns, tuple(hidden)[::-1], **up)
    return Autoencoder(encoder, decoder, likelihood)
