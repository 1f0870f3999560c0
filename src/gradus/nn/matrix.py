"""A convolution as the matrix that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.nn.conv import Conv, turned
from gradus.nn.layer import Shape

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def as_matrix(conv: Conv, shape: Shape) -> csr_array:
    """The sparse matrix A of a convolution: y.ravel() = A x.ravel(), without bias and activation.

    It is a sum over the taps of the window, A = Σᵢ Sᵢ ⊗ W[i]ᵀ, where Sᵢ says which input tap i sees
    at each position. Along one axis it is a Toeplitz matrix, along two a block Toeplitz matrix of
    Toeplitz blocks; with circular padding they are circulant.

    Arguments:
        conv: with weights.
        shape: of one example, (*lengths, C).

    Raises InputError for other layers, and for a convolution without weights or for other inputs.

    >>> from gradus import nn
    >>> conv = nn.Conv(1, 2).replace(weight=jnp.array([-1.0, 1.0])[:, None, None])
    >>> as_matrix(conv, (4, 1)).todense()
    array([[-1.,  1.,  0.,  0.],
           [ 0., -1.,  1.,  0.],
           [ 0.,  0., -1.,  1.]], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 9.1.
    """
    from scipy import sparse

    weight = _weight(conv)
    window = conv.window(shape)
    kernel = np.asarray(turned(weight) if conv.flip else weight)
    taps = kernel.reshape(-1, *kernel.shape[-2:])
    inputs = int(np.prod(shape[:-1]))
    numbers = jnp.arange(inputs).reshape(1, *shape[:-1], 1)
    seen = [np.asarray(tap).ravel() for tap in window.taps(window.padded(numbers, -1))]
    matrix = 0
    for numbers_seen, tap in zip(seen, taps, strict=True):
        rows = np.flatnonzero(numbers_seen >= 0)
        entries = np.ones(len(rows), kernel.dtype), (rows, numbers_seen[rows])
        sees = sparse.coo_array(entries, shape=(len(numbers_seen), inputs))
        blocks = np.split(tap.T, conv.groups)
        matrix = matrix + sparse.kron(sees, sparse.block_diag(blocks), format="csr")
    return matrix


def _weight(conv: Conv):
    if not isinstance(conv, Conv) or conv.weight is None:
        raise InputError(
            "as_matrix",
            expected="a Conv with weights",
            got=repr(conv),
            fix="call `conv = conv.init(key, shape)` first",
        )
    return conv.weight
