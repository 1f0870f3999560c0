"""Several looks at one image when a model is used."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus.augment.crop import check_pad, reflected
from gradus.augment.transform import check_images
from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.nn.layer import INFERENCE, Forward, Layer


class Views(Layer):
    """Predicts by several views of each image; made by `views`."""

    inner: Layer
    flip: bool = static()
    shift: int = static()

    def init(self, key, shape):
        return self.replace(inner=self.inner.init(key, shape))

    def __call__(self, x, forward: Forward = INFERENCE):
        seen = looks(x, self.flip, self.shift)
        log_p = jax.nn.log_softmax(self.inner(jnp.concatenate(seen), forward))
        together = log_p.reshape(len(seen), x.shape[0], *log_p.shape[1:])
        return jax.nn.logsumexp(together, axis=0) - jnp.log(jnp.asarray(len(seen), log_p.dtype))

    def check(self, x):
        self.inner.check(x)

    def output_shape(self, shape):
        return self.inner.output_shape(shape)


def views(model: Layer, *, flip: bool = True, shift: int = 0) -> Views:
    """A classifier that averages its probabilities over views of each image: p = (1/n) Σᵥ p(v(x)).

    The views are the image, its mirror image, and both shifted up, down, left and right. The
    outputs are log p, which is what logits are up to a constant: likelihoods read them as before.

    Arguments:
        model: gives logits; trained already, as a rule.
        flip: whether to look at mirror images, too.
        shift: pixels to shift by; 0 for no shifts.

    Raises InputError for another kind of model.

    >>> from gradus import nn
    >>> model = nn.Sequential(nn.Flatten(), nn.Dense(3)).init(jax.random.key(0), (4, 4, 1))
    >>> x = jax.random.normal(jax.random.key(1), (2, 4, 4, 1))
    >>> seen = views(model)(x)
    >>> bool(jnp.allclose(seen, views(model)(x[:, :, ::-1]), atol=1e-6))  # both ways alike
    True

    Krizhevsky, Sutskever and Hinton (2012), section 4.1, average over ten crops.
    """
    if not isinstance(model, Layer):
        got, fix = type(model).__name__, "give the model of a run: views(run.model)"
        raise InputError("views: model", expected="a layer", got=got, fix=fix)
    return Views(model, flip, shift)


def looks(x: jax.Array, flip: bool, shift: int) -> list[jax.Array]:
    """The views of a batch of images, the images themselves first."""
    check_images(x)
    check_pad(shift, min(x.shape[1:3]))
    steps = [(0, 0), (shift, 0), (-shift, 0), (0, shift), (0, -shift)] if shift else [(0, 0)]
    seen = [moved(x, down, right) for down, right in steps]
    return seen + [view[:, :, ::-1] for view in seen] if flip else seen


def moved(x: jax.Array, down: int, right: int) -> jax.Array:
    """Images shifted by whole pixels, with their edges reflected."""
    rows, columns = (reflected(jnp.arange(n) - s, n) for n, s in
                     ((x.shape[1], down), (x.shape[2], right)))  # fmt: skip
    return x[:, rows][:, :, columns]
