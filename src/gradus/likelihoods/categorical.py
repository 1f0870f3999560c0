"""Classes 0 … k−1: softmax and cross-entropy in one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import random

from gradus.base.record import static
from gradus.likelihoods.base import Likelihood, refuse_targets


class Categorical(Likelihood):
    """One of k classes, from logits z: log p(y) = z_y − log Σⱼ exp zⱼ.

    Arguments:
        classes: k, the number of classes; targets are integers 0 … k−1.
        smoothing: label smoothing ε: the target puts 1−ε on the class and ε/(k−1) on each other.
        class_weight: how much examples of each class count, k numbers.

    >>> likelihood = Categorical(3)
    >>> likelihood.log_prob(jnp.zeros((1, 3)), jnp.array([2]))
    Array([-1.0986123], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 6.2.2.3 and, for smoothing, 7.5.1. Differs
    from PyTorch, whose `label_smoothing` spreads ε over all k classes.
    """

    classes: int = static()
    smoothing: float = static(0.0)
    class_weight: tuple[float, ...] | None = static(None)

    @property
    def size(self):
        return self.classes

    def output_shape(self, target_shape):
        return (*target_shape, self.classes)

    def log_prob(self, outputs, y):
        log_p = jax.nn.log_softmax(self.parameters(outputs, y.shape))
        chosen = jnp.take_along_axis(log_p, y[..., None].astype(jnp.int32), axis=-1)[..., 0]
        if self.smoothing == 0:
            return chosen
        others = jnp.sum(log_p, axis=-1) - chosen
        return (1 - self.smoothing) * chosen + self.smoothing / (self.classes - 1) * others

    def predict(self, outputs):
        return jnp.argmax(outputs, axis=-1)

    def probabilities(self, outputs):
        """p(class) for every class: softmax of the logits."""
        return jax.nn.softmax(outputs)

    def sample(self, key, outputs):
        return random.categorical(key, outputs)

    def measures(self, outputs, y):
        return {"accuracy": self.predict(outputs) == y}

    def weight(self, y):
        if self.class_weight is None:
            return None
        return jnp.asarray(self.class_weight)[y]

    def marginal_bias(self, y):
        counts = jnp.sum(jax.nn.one_hot(y.reshape(-1), self.classes), axis=0)
        return jnp.log((counts + 1) / (y.size + self.classes))

    def check(self, y):
        y = np.asarray(y)
        expected = f"whole numbers from 0 to {self.classes - 1}"
        fix = f"number the classes 0 to {self.classes - 1}, or use Categorical of another size"
        refuse_targets(self, y != np.floor(y), y, expected, fix)
        refuse_targets(self, (y < 0) | (y >= self.classes), y, expected, fix)
