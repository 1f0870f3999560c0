"""A mark in a model: what passes here is reported."""

from __future__ import annotations

from gradus.base.record import static
from gradus.nn.layer import INFERENCE, Forward, Layer


class Note(Layer):
    """Hands its input on unchanged and notes it, for penalties on activations and for people.

    Arguments:
        name: what the activations are noted as; several of one name are kept in order.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> model = nn.Sequential(nn.relu, nn.Note("code"))
    >>> forward = nn.Forward()
    >>> model(jnp.array([[-1.0, 2.0]]), forward)
    Array([[0., 2.]], dtype=float32)
    >>> forward.notes
    {'code': [Array([[0., 2.]], dtype=float32)]}
    """

    name: str = static("activation")

    def __call__(self, x, forward: Forward = INFERENCE):
        forward.note(self.name, x)
        return x
