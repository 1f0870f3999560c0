"""What the numbers of the last layer mean."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import Record


class Likelihood(Record):
    """p(y | outputs): one object gives the loss, the prediction, sampling, measures and start.

    Targets `y` have shape (B,) or (B, …, K). Outputs have the shape of `y` with `size` numbers
    per target on the last axis: (B, size) for (B,), and (B, …, K · size) for (B, …, K).
    The loss of a model is the mean of −log p(y | outputs) over all targets.

    A column of targets, (B, 1), is refused: its outputs could not be told from those for (B,).

    A class of its own says in `kind` what the targets are: "classification" (and then it gives
    `probabilities`), "regression" or "counts"; and in `free_scale` whether outputs say how widely
    targets spread: one that is always the same then shrinks it to its floor, and teaches no more.
    """

    kind: ClassVar[str] = "regression"
    free_scale: ClassVar[bool] = False

    @property
    @abstractmethod
    def size(self) -> int:
        """How many unconstrained outputs describe one target."""

    @abstractmethod
    def log_prob(self, outputs: jax.Array, y: jax.Array) -> jax.Array:
        """log p(y | outputs) for every target, shape `y.shape`."""

    @abstractmethod
    def predict(self, outputs: jax.Array) -> jax.Array:
        """The best single guess for every target, in the shape of the targets."""

    @abstractmethod
    def sample(self, key: jax.Array, outputs: jax.Array) -> jax.Array:
        """Targets drawn from p(y | outputs)."""

    @abstractmethod
    def measures(self, outputs: jax.Array, y: jax.Array) -> dict[str, jax.Array]:
        """What people look at (accuracy, squared error …), for every target, shape `y.shape`."""

    @abstractmethod
    def marginal_bias(self, y: jax.Array, weight: jax.Array | None = None) -> jax.Array | None:
        """Output biases that give every example the marginal statistics of `y`: g⁻¹(ȳ).

        Targets count by their `weight`, one per example or one per target. None where nothing
        is known about outputs: biases then start as the layer says.
        """

    def mean(self, outputs: jax.Array) -> jax.Array:
        """A guess in between: the mean of every target, grey for a pixel that is 0 or 1; where
        there is nothing in between, as with classes, what `predict` says.
        """
        return self.predict(outputs)

    def probabilities(self, outputs: jax.Array) -> jax.Array:
        """p(class) for every target, the classes on the last axis.

        Raises InputError where targets are no classes.
        """
        raise InputError(
            "probabilities",
            expected="a likelihood of classes",
            got=type(self).__name__,
            fix="use `predict`, or `log_prob` for densities",
        )

    def weight(self, y: jax.Array) -> jax.Array | None:
        """How many times each target's loss counts, whatever the others are; None: all alike."""
        return None

    def check(self, y: np.ndarray) -> None:
        """Refuse targets that this likelihood cannot describe, naming the first bad row.

        Raises InputError for text and objects, NaN and infinity, and shapes without outputs.
        """
        y = np.asarray(y)
        refuse_no_numbers(self, y)
        self.output_shape(y.shape[1:])
        refuse_targets(self, ~np.isfinite(y), y, "finite numbers", "drop or fill this row")

    def output_shape(self, target_shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of one example's outputs for one example's target (batch axis left out).

        >>> from gradus.likelihoods import HeteroscedasticGaussian
        >>> HeteroscedasticGaussian().output_shape((3,))
        (6,)
        """
        if target_shape == ():
            return (self.size,)
        if target_shape == (1,):
            raise InputError(
                f"{type(self).__name__}: targets are a column",
                expected="targets of shape (B,), or (B, K) for K > 1 targets",
                got="targets of shape (B, 1)",
                fix="take the column out: y[:, 0], or y.to_numpy()[:, 0] of a data frame",
            )
        return (*target_shape[:-1], target_shape[-1] * self.size)

    def parameters(self, outputs: jax.Array, y_shape: tuple[int, ...]) -> jax.Array:
        """Outputs as `y_shape + (size,)`, never broadcast; raises InputError where they do not fit.

        >>> import jax.numpy as jnp
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
                fix=self.how_to_fit(outputs.shape, y_shape),
            )
        return outputs.reshape(*y_shape, self.size)

    def how_to_fit(self, shape: tuple[int, ...], y_shape: tuple[int, ...]) -> str:
        """What to do about outputs of `shape` that do not fit targets of `y_shape`."""
        if shape == (*y_shape, self.size):
            return "give the targets a last axis of their own: y[..., None]"
        expected = self.output_shape(y_shape[1:])
        units = expected[-1]
        if len(shape) > len(expected) + 1:
            flat = f"begin the model with nn.Flatten(), and end it with {units} units"
            at_each = f"; or give a target for every step, y of shape {shape[:-1]}"
            return flat + (at_each if shape[-1] == self.size else "")
        return f"end the model with {units} units, or change the shape of the targets"

    def pairs(self, outputs: jax.Array) -> jax.Array:
        """Outputs with no targets at hand: (B, size) as it is, others as (B, …, K, size)."""
        *front, last = outputs.shape
        if len(front) == 1 and last == self.size:
            return outputs
        if last % self.size:
            raise InputError(
                f"{type(self).__name__}: outputs cannot be read",
                expected=f"{self.size} outputs per target",
                got=f"outputs of shape {outputs.shape}",
                fix=f"end the model with {self.size} units per target",
            )
        return outputs.reshape(*front, last // self.size, self.size)


def require(fits: bool, likelihood: Likelihood, field: str, expected: str) -> None:
    """Raise InputError for a hyperparameter that makes no likelihood."""
    if not fits:
        raise InputError(
            f"{type(likelihood).__name__}: {field}",
            expected=expected,
            got=repr(getattr(likelihood, field)),
            fix=f"set {field} to {expected}",
        )


def require_positive(likelihood: Likelihood, field: str) -> None:
    """Refuse a hyperparameter that is no number above 0."""
    value = getattr(likelihood, field)
    require(is_number(value) and value > 0, likelihood, field, "a number above 0")


def require_fraction(likelihood: Likelihood, field: str) -> None:
    """Refuse a hyperparameter that is no number in [0, 1)."""
    value = getattr(likelihood, field)
    require(is_number(value) and 0 <= value < 1, likelihood, field, "a number from 0 to below 1")


def require_whole(likelihood: Likelihood, field: str, smallest: int) -> None:
    """Refuse a hyperparameter that is no whole number, or below `smallest`."""
    value = getattr(likelihood, field)
    whole = is_number(value) and isinstance(value, int | np.integer)
    require(
        bool(whole and value >= smallest), likelihood, field, f"a whole number from {smallest} up"
    )


def is_number(value: Any) -> bool:
    """Whether a hyperparameter is one number."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def refuse_no_numbers(likelihood: Likelihood, y: np.ndarray) -> None:
    """Raise InputError for targets that are text or objects, or a single number."""
    if y.dtype.kind not in "biuf" or y.ndim == 0:
        raise InputError(
            f"{type(likelihood).__name__}: targets",
            expected="an array of numbers, one row per example",
            got=f"an array of type {y.dtype} and shape {y.shape}",
            fix="turn the targets into numbers (number the classes 0, 1, 2 …)",
        )


def refuse_targets(
    likelihood: Likelihood, wrong: np.ndarray, y: np.ndarray, expected: str, fix: str
) -> None:
    """Raise InputError naming the first place where `wrong` is true; silent where none is."""
    if np.any(wrong):
        row, *column = map(int, np.unravel_index(np.argmax(wrong), wrong.shape))
        place = f"row {row}" + (f", column {', '.join(map(str, column))}" if column else "")
        raise InputError(
            f"{type(likelihood).__name__}: target in {place}",
            expected=expected,
            got=y[(row, *column)],
            fix=fix,
        )
