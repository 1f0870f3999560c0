"""Classes 0 … k−1: softmax and cross-entropy in one."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import random

from gradus.base.record import static
from gradus.likelihoods import marginal
from gradus.likelihoods.base import (
    Likelihood,
    refuse_targets,
    require,
    require_fraction,
    require_whole,
)


class Categorical(Likelihood):
    """One of k classes, from logits z: log p(y) = z_y − log Σⱼ exp zⱼ.

    Targets of any shape (B, …) are described by logits (B, …, k). Targets may be probabilities p
    of the classes instead, floats of shape (B, …, k): then the loss is −Σⱼ pⱼ log p̂ⱼ.

    Arguments:
        classes: k, the number of classes; targets are whole numbers 0 … k−1, or rows of k
            probabilities.
        smoothing: label smoothing ε: the target puts 1−ε on the class and ε/(k−1) on each other.
        class_weight: how many times targets of each class count, k numbers. The loss is divided
            by the number of targets, so that weights of mean 1 keep its size.

    Raises InputError for fewer than two classes, a smoothing outside [0, 1), or class weights
    that are not k numbers from 0 up.

    >>> likelihood = Categorical(3)
    >>> likelihood.log_prob(jnp.zeros((1, 3)), jnp.array([2])).round(4)
    Array([-1.0986], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 6.2.2.3 and, for smoothing, 7.5.1. Differs
    from PyTorch, whose `label_smoothing` spreads ε over all k classes, and which divides by the
    sum of the class weights; as in Keras, a batch here counts the same whatever is in it.
    """

    kind: ClassVar[str] = "classification"
    classes: int = static()
    smoothing: float = static(0.0)
    class_weight: tuple[float, ...] | None = static(None)

    def __post_init__(self):
        if self.class_weight is not None:
            self.class_weight = tuple(float(w) for w in self.class_weight)

    def __check_init__(self):
        require_whole(self, "classes", 2)
        require_fraction(self, "smoothing")
        weights = self.class_weight or (1.0,) * self.classes
        fits = len(weights) == self.classes and min(weights) >= 0
        require(fits, self, "class_weight", f"{self.classes} numbers, none below 0")

    @property
    def size(self):
        return self.classes

    def output_shape(self, target_shape):
        return (*target_shape, self.classes)

    def how_to_fit(self, shape, y_shape):
        if shape == y_shape:
            return "give class numbers instead of one-hot rows: y.argmax(-1)"
        return super().how_to_fit(shape, y_shape)

    def log_prob(self, outputs, y):
        log_p = jax.nn.log_softmax(self.parameters(outputs, self.shape_of(y)))
        if self.is_soft(y):
            chosen = jnp.sum(y * log_p, axis=-1)
        else:
            chosen = jnp.take_along_axis(log_p, y[..., None].astype(jnp.int32), axis=-1)[..., 0]
        if self.smoothing == 0:
            return chosen
        others = jnp.sum(log_p, axis=-1) - chosen
        return (1 - self.smoothing) * chosen + self.smoothing / (self.classes - 1) * others

    def predict(self, outputs):
        return jnp.argmax(outputs, axis=-1)

    def probabilities(self, outputs):
        return jax.nn.softmax(outputs)

    def sample(self, key, outputs):
        return random.categorical(key, outputs)

    def measures(self, outputs, y):
        predicted = self.predict(self.parameters(outputs, self.shape_of(y)))
        likeliest = jnp.argmax(y, axis=-1) if self.is_soft(y) else y
        return {"accuracy": predicted == likeliest.astype(predicted.dtype)}

    def weight(self, y):
        if self.class_weight is None:
            return None
        weights = jnp.asarray(self.class_weight)
        if self.is_soft(y):
            return y @ weights.astype(y.dtype)
        return weights[y.astype(jnp.int32)]

    def marginal_bias(self, y, weight=None):
        """log((c+1)/(n+k)) for a class seen c times: every class counts as seen once more."""
        if self.is_soft(y):
            share = marginal.importance(y[..., 0], weight).reshape(-1)
            counts = share @ y.reshape(-1, self.classes).astype(share.dtype)
        else:
            share = marginal.importance(y, weight).reshape(-1)
            counts = jnp.bincount(y.reshape(-1).astype(jnp.int32), share, length=self.classes)
        seen = counts * jnp.asarray(self.class_weight or 1.0) + 1
        p = seen / jnp.sum(seen)
        return jnp.log((1 - self.smoothing) * p + self.smoothing / (self.classes - 1) * (1 - p))

    def is_soft(self, y: jax.Array | np.ndarray) -> bool:
        """Whether targets are probabilities: floats with an axis of k numbers at the end.

        >>> Categorical(2).is_soft(jnp.array([[0.3, 0.7]])), Categorical(2).is_soft(jnp.array([1]))
        (True, False)
        """
        floats = jnp.issubdtype(y.dtype, jnp.floating)
        return bool(floats and y.ndim > 1 and y.shape[-1] == self.classes)

    def shape_of(self, y: jax.Array) -> tuple[int, ...]:
        """The shape of the targets, the axis of probabilities left out."""
        return y.shape[:-1] if self.is_soft(y) else y.shape

    def check(self, y):
        y = np.asarray(y)
        if self.is_soft(y):
            self.check_rows(y)
        else:
            self.check_numbers(y)

    def check_numbers(self, y: np.ndarray) -> None:
        """Refuse what is no number of a class."""
        super().check(y)
        expected = f"whole numbers from 0 to {self.classes - 1}"
        fix = f"number the classes 0 to {self.classes - 1}, or use Categorical of another size"
        refuse_targets(self, (y != np.floor(y)) | (y < 0) | (y >= self.classes), y, expected, fix)

    def check_rows(self, y: np.ndarray) -> None:
        """Refuse rows that are no probabilities."""
        wrong = ~(y >= 0).all(axis=-1) | ~(abs(y.sum(axis=-1) - 1) < 1e-3)
        expected = f"{self.classes} probabilities, which sum to 1"
        fix = "divide each row by its sum; for class numbers give whole numbers, y.astype(int)"
        refuse_targets(self, wrong, y, expected, fix)
