"""The autoencoder: through a narrow code and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax

from gradus import nn
from gradus.base.errors import located
from gradus.models.mlp import mlp
from gradus.nn.layer import INFERENCE, Forward, Layer


class Autoencoder(Layer):
    """Code and reconstruction: h = f(x), outputs = g(h).

    Arguments:
        encoder: f, maps inputs to codes.
        decoder: g, maps codes to what a likelihood needs to describe the inputs.

    >>> model = Autoencoder(nn.Dense(2), nn.Dense(5)).init(jax.random.key(0), (5,))
    >>> model.encoder(jax.numpy.ones((3, 5))).shape, model(jax.numpy.ones((3, 5))).shape
    ((3, 2), (3, 5))

    Goodfellow, Bengio and Courville (2016), chapter 14.
    """

    encoder: Layer
    decoder: Layer

    def init(self, key, shape):
        to_code, back = jax.random.split(key)
        with located("encoder"):
            encoder = self.encoder.init(to_code, shape)
            code = encoder.output_shape(shape)
        with located("decoder"):
            return self.replace(encoder=encoder, decoder=self.decoder.init(back, code))

    def __call__(self, x, forward: Forward = INFERENCE):
        with located("encoder"):
            code = self.encoder(x, forward)
        with located("decoder"):
            return self.decoder(code, forward)

    def check(self, x):
        with located("encoder"):
            self.encoder.check(x)

    def with_output_bias(self, bias):
        return self.replace(decoder=self.decoder.with_output_bias(bias))


def autoencoder(
    hidden: Sequence[int],
    code: int,
    outputs: int,
    *,
    activation: Callable = nn.relu,
    dropout: float = 0.0,
) -> Autoencoder:
    """Dense layers down to a code and, in the reverse order, up again.

    Arguments:
        hidden: units of each hidden layer of the encoder; empty for a linear autoencoder, whose
            codes span what the principal components span.
        code: units of the code, which are linear.
        outputs: numbers the decoder gives, `likelihood.size` for one number of the input.
        activation: of the hidden units.
        dropout: probability of dropping a hidden unit in training.

    >>> model = autoencoder([32], 2, outputs=64)
    >>> model.encoder.output_shape((64,)), model.output_shape((64,))
    ((2,), (64,))

    Goodfellow, Bengio and Courville (2016), section 14.1; Hinton and Salakhutdinov (2006).
    """
    encoder = mlp(hidden, code, activation=activation, dropout=dropout)
    decoder = mlp(tuple(hidden)[::-1], outputs, activation=activation, dropout=dropout)
    return Autoencoder(encoder, decoder)
