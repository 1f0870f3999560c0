"""A generator and a discriminator: p(x) known by its samples alone."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import random

from gradus.base.errors import InputError, located
from gradus.base.record import static
from gradus.models.generative.labels import joined, labels_to_draw
from gradus.models.generative.model import GenerativeModel
from gradus.models.generative.verbs import verb
from gradus.nn.layer import INFERENCE, Forward, Layer


class GAN(GenerativeModel):
    """Samples x̃ = G(z), z ~ N(0, I), and a discriminator D that gives the logit of "real".

    With labels, G sees (z, y) and D sees (x, y), y as one-hot features after the others: of
    images, as channels that are 1 or 0 all over.

    Arguments:
        generator: G, maps latent vectors to examples.
        discriminator: D, maps examples to one number each.
        latent: the length of z.
        classes: k, where samples are asked for by label; None for a model without labels.

    Raises InputError where G does not make what the data is made of, both shapes named; where D
    does not give one number; and, for a model with labels, for labels that are none.

    >>> from gradus import nn
    >>> model = GAN(nn.Dense(2), nn.Dense(1), latent=3).init(random.key(0), (2,))
    >>> model.sample(random.key(1), 5).shape, model(jnp.zeros((5, 2))).shape
    ((5, 2), (5,))

    Goodfellow and others, "Generative adversarial nets" (2014); Mirza and Osindero (2014) for
    labels; Goodfellow, Bengio and Courville (2016), section 20.10.4.
    """

    generator: Layer
    discriminator: Layer
    latent: int = static()
    classes: int | None = static(None)

    def init(self, key, shape):
        shape = shape[0] if isinstance(shape[0], tuple) else shape  # of a pair (x, labels)
        of_generator, of_discriminator = random.split(key)
        labels = self.classes or 0
        with located("generator"):
            generator = self.generator.init(of_generator, (self.latent + labels,))
            made = shape_of(generator, (self.latent + labels,))
        require_same("what the generator makes", made, shape, "the data and the discriminator")
        seen = (*shape[:-1], shape[-1] + labels)
        with located(f"discriminator of examples {shape}, which the generator makes"):
            discriminator = self.discriminator.init(of_discriminator, seen)
            require_same("outputs", shape_of(discriminator, seen), (1,), "discriminators")
        return self.replace(generator=generator, discriminator=discriminator)

    def __call__(self, x, forward: Forward = INFERENCE):
        """D's logit of every x, or of every pair (x, labels), shape (B,)."""
        x, labels = x if isinstance(x, tuple) else (x, None)
        return self.judge(x, labels, forward)

    def judge(self, x: jax.Array, labels: jax.Array | None, forward: Forward) -> jax.Array:
        """D(x) or D(x, y), shape (B,)."""
        return self.discriminator(joined(x, labels, self.classes), forward)[:, 0]

    def generate(self, z: jax.Array, labels: jax.Array | None, forward: Forward) -> jax.Array:
        """G(z) or G(z, y), examples first."""
        return self.generator(joined(z, labels, self.classes), forward)

    def draw(self, key: jax.Array, count: int) -> jax.Array:
        """So many latent vectors z ~ N(0, I)."""
        return random.normal(key, (count, self.latent))

    @verb
    def sample(self, key, count, labels=None):
        """So many new x; of a model with labels, one for each of them, or for labels drawn alike.

        Arguments:
            key, count: as for every model.
            labels: shape (count,), or one label for all; None draws every class alike often.
        """
        of_z, of_labels = random.split(key)
        labels = labels_to_draw(of_labels, labels, self.classes, count)
        return self.generate(self.draw(of_z, count), labels, INFERENCE)

    def anomaly_score(self, x, labels=None):
        self._cannot(
            "anomaly_score",
            "one whose discriminator knows its generator's faults, not what is unusual",
        )


def shape_of(layer: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of one output of a layer with weights; refuses what does not fit these."""
    example = jax.ShapeDtypeStruct((1, *shape), jnp.result_type(float))
    return eqx.filter_eval_shape(layer, example).shape[1:]


def require_same(what: str, got: tuple, expected: tuple, of: str) -> None:
    """Refuse shapes that do not meet."""
    if got != expected:
        raise InputError(
            f"GAN: {what}",
            expected=f"shape {expected}, as {of} have it",
            got=f"shape {got}",
            fix=f"let the last layer give {expected}, by nn.Reshape or another number of units",
        )
