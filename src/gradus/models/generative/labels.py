"""Labels as further inputs: models of p(x | label)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from jax.core import Tracer

from gradus.base.errors import InputError


def joined(x: jax.Array, labels: Any, classes: int | None) -> jax.Array:
    """x with one more feature, or channel of pictures, for every class: 1 for its own, else 0.

    Arguments:
        x: shape (B, …, C).
        labels: shape (B,).
        classes: how many; None: x as it is.

    Raises InputError where a model with classes gets no labels, and the other way round.

    >>> joined(jnp.array([[5.0]]), jnp.array([1]), 3)
    Array([[5., 0., 1., 0.]], dtype=float32)
    """
    if (labels is None) != (classes is None):
        raise InputError(
            "labels",
            expected="none, for a model without classes" if classes is None else "labels of all x",
            got="none" if labels is None else "some",
            fix="leave them out" if classes is None else "give labels, or a pair (x, labels)",
        )
    if classes is None:
        return x
    labels = check_labels(labels, classes, len(x))
    one_hot = jax.nn.one_hot(labels, classes, dtype=x.dtype)
    one_hot = one_hot.reshape(len(x), *(1,) * (x.ndim - 2), classes)
    return jnp.concatenate([x, jnp.broadcast_to(one_hot, (*x.shape[:-1], classes))], axis=-1)


def check_labels(labels: Any, classes: int, count: int) -> jax.Array:
    """Labels of so many examples, one for each or one for all, as an array of shape (count,).

    Raises InputError, naming the row, for other classes (unless compiled, where numbers cannot
    be seen) and for another count.

    >>> check_labels([0, 3], classes=3, count=2)
    Traceback (most recent call last):
    gradus.base.errors.InputError: label in row 1
      Expected: a whole number from 0 to 2
      Got:      3
      Fix:      number the classes from 0, and say how many there are: classes=…
    """
    if np.shape(labels) not in ((), (count,)):
        raise InputError(
            "labels",
            expected=f"one label for all, or {count} of them",
            got=f"shape {np.shape(labels)}",
            fix="give one label for every example",
        )
    if not isinstance(labels, Tracer):
        rows = np.atleast_1d(labels)
        wrong = ~np.isin(rows, np.arange(classes))
        if wrong.any():
            raise InputError(
                f"label in row {wrong.argmax()}",
                expected=f"a whole number from 0 to {classes - 1}",
                got=rows[wrong.argmax()],
                fix="number the classes from 0, and say how many there are: classes=…",
            )
    return jnp.broadcast_to(jnp.asarray(labels).astype(jnp.int32), (count,))


def labels_to_draw(key: jax.Array, labels: Any, classes: int | None, count: int) -> Any:
    """The labels that samples are asked for, one for each; where none are said, every class comes
    alike often. Those of a model without classes are left to `joined`, which refuses them.

    >>> labels_to_draw(random.key(0), 2, classes=3, count=4)
    Array([2, 2, 2, 2], dtype=int32)
    """
    if classes is None:
        return labels
    if labels is None:
        return random.randint(key, (count,), 0, classes)
    return check_labels(labels, classes, count)
