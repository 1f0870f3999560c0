"""Parts of a model that are not trained."""

from __future__ import annotations

from collections.abc import Callable

from gradus.nn.combine import as_layer
from gradus.nn.layer import INFERENCE, Forward, Layer


class Frozen(Layer):
    """A layer that training leaves as it is; made by `frozen`."""

    inner: Layer
    is_frozen = True

    def init(self, key, shape):
        return self.replace(inner=self.inner.init(key, shape))

    def __call__(self, x, forward: Forward = INFERENCE):
        return self.inner(x, forward.at_inference())

    def check(self, x):
        self.inner.check(x)

    def output_shape(self, shape):
        return self.inner.output_shape(shape)


def frozen(layer: Layer | Callable) -> Frozen:
    """The layer with nothing in it trained: weights and running averages stay, noise is off.

    Gradients still pass through to what comes before.

    Arguments:
        layer: any layer, often one taken from a trained model.

    >>> import jax
    >>> from gradus import nn
    >>> from gradus.base.tree import count
    >>> model = nn.Sequential(frozen(nn.Dense(4)), nn.Dense(2)).init(jax.random.key(0), (3,))
    >>> count(model), count(model, trainable=True)
    (26, 10)
    """
    return Frozen(as_layer(layer))
