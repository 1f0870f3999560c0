"""The variational autoencoder: hidden causes, what they make, and a guess at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import lax, random

from gradus import nn
from gradus.base.errors import InputError, located
from gradus.base.record import static
from gradus.likelihoods import Gaussian, Likelihood
from gradus.likelihoods.inputs import as_inputs, as_targets, log_prob_of
from gradus.models.generative.coder import decoder_of
from gradus.models.generative.labels import joined, labels_to_draw
from gradus.models.generative.latents import GaussianLatent, Latent
from gradus.models.generative.missing import holes
from gradus.models.generative.model import GenerativeModel
from gradus.models.generative.verbs import verb
from gradus.models.mlp import mlp
from gradus.nn.layer import INFERENCE, Forward, Layer

ROUNDS = 50  # of pseudo-Gibbs, by which missing numbers forget where they began
SAMPLES = 100  # of z, by which the bound of log p(x) is found


class VAE(GenerativeModel):
    """z ~ p(z), x ~ p(x | z), and q(z | x) as a guess which z an x came from.

    log p(x) ≥ log 1/K Σₖ p(x | zₖ) p(zₖ) / q(zₖ | x), zₖ ~ q(z | x): the mean over draws is below
    log p(x) and grows with K; K = 1 is the evidence lower bound that `learn.vae` maximises.
    `log_prob` takes K = 100, and always the same random numbers.

    Arguments:
        encoder: maps x to the `latent.size` numbers that tell q(z | x).
        decoder: maps z to what the likelihood needs to describe x.
        latent: what z is, `GaussianLatent(units)` or `CategoricalLatent(variables, classes)`.
        likelihood: p(x | z), what the decoder's outputs say about x.
        classes: k, for a model of p(x | label): encoder and decoder then see the label, as ones
            and zeros beside the numbers of x (beside the channels of pictures) and of z; every
            verb takes `labels`, shape (B,), and a call a pair (x, labels).

    Calling it gives what the likelihood needs to describe x, from the mean of q(z | x).

    >>> model = vae(5, [8], 2).init(random.key(0), (5,))
    >>> x = jnp.ones((3, 5))
    >>> model.log_prob(x).shape, model.embed(x).shape, model.sample(random.key(1), 4).shape
    ((3,), (3, 2), (4, 5))

    Kingma and Welling (2014); Burda, Grosse and Salakhutdinov (2016); Goodfellow, Bengio and
    Courville (2016), section 20.10.3.
    """

    likeliness: ClassVar[str] = "lower bound"

    encoder: Layer
    decoder: Layer
    latent: Latent
    likelihood: Likelihood = Gaussian()
    classes: int | None = static(None)

    def init(self, key, shape):
        shape = shape[0] if isinstance(shape[0], tuple) else shape  # of a pair (x, labels)
        to_code, back = random.split(key)
        seen, labels = (*shape[:-1], shape[-1] + (self.classes or 0)), self.classes or 0
        with located("encoder"):
            encoder = self.encoder.init(to_code, seen)
            check_encoder(self.latent, encoder.output_shape(seen))
        with located("decoder"):
            decoder = self.decoder.init(back, (self.latent.width + labels,))
        return self.replace(encoder=encoder, decoder=decoder)

    def __call__(self, x, forward: Forward = INFERENCE):
        x, labels = x if isinstance(x, tuple) else (x, None)
        z = self.latent.mean(self.guess(x, labels, forward))
        return self.describe(z, labels, forward)

    def guess(self, x, labels=None, forward: Forward = INFERENCE) -> jax.Array:
        """The numbers that tell q(z | x), shape (B, latent.size)."""
        with located("encoder"):
            return self.encoder(joined(x, labels, self.classes), forward)

    def describe(self, z, labels=None, forward: Forward = INFERENCE) -> jax.Array:
        """What the likelihood needs to describe the x that z makes."""
        with located("decoder"):
            return self.decoder(joined(z, labels, self.classes), forward)

    @verb
    def bound(self, key: jax.Array, x: jax.Array, samples: int, labels=None) -> jax.Array:
        """log 1/K Σₖ p(x | zₖ) p(zₖ) / q(zₖ | x) with K samples of z, shape (B,)."""
        told = self.guess(x, labels)
        weights = lax.map(lambda k: self.log_weight(k, told, x, labels), random.split(key, samples))
        return jax.nn.logsumexp(weights, axis=0) - jnp.log(samples)

    def log_weight(self, key, told, x, labels=None, forward: Forward = INFERENCE) -> jax.Array:
        """log p(x | z) p(z) / q(z | x) for one z ~ q(z | x), shape (B,)."""
        z = self.latent.sample(key, told)
        log_p = log_prob_of(self.likelihood, self.describe(z, labels, forward), x)
        prior = jnp.broadcast_to(self.latent.prior()[None].astype(told.dtype), told.shape)
        return log_p + self.latent.log_prob(prior, z) - self.latent.log_prob(told, z)

    @verb
    def log_prob(self, x, labels=None):
        return self.bound(random.key(0), x, SAMPLES, labels)

    @verb
    def embed(self, x, labels=None):
        """The mean of q(z | x)."""
        return self.latent.mean(self.guess(x, labels))

    @verb
    def decode(self, z: jax.Array, labels: Any = None) -> jax.Array:
        """The mean of the x that every z makes."""
        return as_inputs(self.likelihood.mean(self.describe(z, labels)))

    @verb
    def reconstruct(self, x, labels=None):
        return self.decode(self.embed(x, labels), labels)

    @verb
    def anomaly_score(self, x, labels=None):
        return -self.log_prob(x, labels)

    @verb
    def sample(self, key, count, labels=None):
        """New x. With classes, `labels` says of which, one each or one for all; without, every
        class comes alike often.
        """
        first, second, third = random.split(key, 3)
        labels = labels_to_draw(third, labels, self.classes, count)
        told = jnp.broadcast_to(self.latent.prior()[None], (count, self.latent.size))
        z = self.latent.sample(first, told)
        return as_inputs(self.likelihood.sample(second, self.describe(z, labels)))

    @verb
    def interpolate(self, x0, x1, steps: int, labels=None) -> jax.Array:
        """From every x0 to its x1 in so many steps along a line between their codes, ends
        included, shape (B, steps, …).
        """
        start, end = self.embed(x0, labels), self.embed(x1, labels)
        way = [self.decode(start + t * (end - start), labels) for t in jnp.linspace(0, 1, steps)]
        return jnp.stack(way, axis=1)

    @verb
    def impute(self, key, x, missing, labels=None):
        """Every x with its missing numbers drawn by pseudo-Gibbs: 50 times over, z from q(z | x)
        and the missing numbers from p(x | z). Each key gives another draw; their mean is a guess.

        Rezende, Mohamed and Wierstra (2014), section 6.4 and appendix F.
        """
        missing, x = holes(x, missing)

        def again(x, key):
            first, second = random.split(key)
            z = self.latent.sample(first, self.guess(x, labels))
            drawn = self.likelihood.sample(second, self.describe(z, labels))
            return jnp.where(missing, as_inputs(drawn).astype(x.dtype), x), None

        return lax.scan(again, x, random.split(key, ROUNDS))[0]

    def check(self, x):
        x = x[0] if self.classes else x
        with located("encoder"):
            self.encoder.check(x)
        self.likelihood.check(as_targets(x))

    def with_output_bias(self, bias):
        return self.replace(decoder=self.decoder.with_output_bias(bias))


def vae(
    columns: int,
    hidden: Sequence[int],
    latent: int | Latent,
    likelihood: Likelihood = Gaussian(),
    *,
    activation: Callable = nn.relu,
    classes: int | None = None,
) -> VAE:
    """A variational autoencoder of dense layers, the decoder as the encoder in reverse order.

    Arguments:
        columns: D, the length of x.
        hidden: units of each hidden layer of the encoder.
        latent: how many hidden bells, or another `Latent`.
        likelihood: what the decoder's outputs say about x: `Bernoulli()` for pixels between 0
            and 1, `Gaussian(scale)` or `HeteroscedasticGaussian()` for real numbers.
        activation: of the hidden units.
        classes: how many, for a model of p(x | label).

    >>> vae(784, [400], 20).decoder.output_shape((20,))
    (784,)

    Kingma and Welling (2014).
    """
    causes = latent if isinstance(latent, Latent) else GaussianLatent(latent)
    encoder = mlp(hidden, causes.size, activation=activation)
    decoder = decoder_of(likelihood, columns, tuple(hidden)[::-1], activation=activation)
    return VAE(encoder, decoder, causes, likelihood, classes)


def check_encoder(latent: Latent, outputs: tuple[int, ...]) -> None:
    """Refuse an encoder whose outputs do not tell q(z | x)."""
    if outputs != (latent.size,):
        raise InputError(
            f"the encoder does not tell a {type(latent).__name__}",
            expected=f"({latent.size},): {latent.size} numbers",
            got=outputs,
            fix=f"end the encoder with nn.Dense({latent.size})",
        )
