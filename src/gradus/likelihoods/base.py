"""What the numbers of the last layer mean."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import Record


class Likelihood(Record):
    """p(y | outputs): one object gives the loss, the prediction, sampling, measures and start.

    Targets `y` have shape (B,) or (B, …, K). Outputs have the shape of `y` with `size` numbers
    per target on the last axis: (B, size) for (B,), and (B, …, K · size) for (B, …, K).
    The loss of a model is the mean of −log p(y | outputs) over all targets.
    """

    @property
    @abstractmethod
    def size(self) -> int:
        """How many unconstrained outputs describe one target."""

    @abstractmethod
    def log_prob(self, outputs: jax.Array, y: jax.Array) -> jax.Array:
        """log p(y | outputs) for every target, shape `y.shape`."""

    @abstractmethod
    def predict(self, outputs: jax.Array) -> jax.Array:
        """The best single guess for every target."""

    @abstractmethod
    def sample(self, key: jax.Array, outputs: jax.Array) -> jax.Array:
        """Targets drawn from p(y | outputs)."""

    @abstractmethod
    def measures(self, outputs: jax.Array, y: jax.Array) -> dict[str, jax.Array]:
        """What people look at (accuracy, squared error …), for every target, shape `y.shape`."""

    @abstractmethod
    def marginal_bias(self, y: jax.Array) -> jax.Array:
        """Output biases that give every example the marginal statistics of `y`: g⁻¹(ȳ)."""

    def weight(self, y: jax.Array) -> jax.Array | None:
        """How much each target counts beside the example weights; None: all alike."""
        return None

    def check(self, y: np.ndarray) -> None:
        """Refuse targets that this likelihood cannot describe."""

    def output_shape(self, target_shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of one example's outputs for one example's target (batch axis left out)."""
        if target_shape == ():
            return (self.size,)
        return (*target_shape[:-1], target_shape[-1] * self.size)

    def parameters(self, outputs: jax.Array, y_shape: tuple[int, ...]) -> jax.Array:
        """Outputs as `y_shape + (size,)`; raises InputError where they do not fit, never broadcasts.

        >>> from gradus.likelihoods import Gaussian
        >>> Gaussian().parameters(jnp.zeros((5, 1)), (5,)).shape
        (5, 1)
        """
        expected = (y_shape[0], *self.output_shape(y_shape[1:]))
        if outputs.shape != expected:
            raise InputError(
                f"{type(self).__name__}: outputs do not fit the targets",
                expected=f"outputs of shape {expected} for targets of shape {y_shape}",
                got=outputs.shape,
                fix=f"end the model with {expected[-1]} units, or change the shape of the targets",
            )
        return outputs.reshape(*y_shape, self.size)

    def pairs(self, outputs: jax.Array) -> jax.Array:
        """Outputs with no targets at hand: (…, size) for size outputs, (…, K, size) for more."""
        *front, last = outputs.shape
        if last == self.size:
            return outputs
        return outputs.reshape(*front, last // self.size, self.size)


def refuse_targets(likelihood: Likelihood, wrong: np.ndarray, y: Any, expected: str, fix: str):
    """Raise InputError naming the first row where `wrong` is true; silent where none is."""
    if np.any(wrong):
        row = int(np.argwhere(wrong)[0][0])
        raise InputError(
            f"{type(likelihood).__name__}: target in row {row}",
            expected=expected,
            got=np.asarray(y)[row],
            fix=fix,
        )
