"""A loss that somebody wrote down, in the place of a likelihood."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.calculus.traceable import function_name, refusals_at_their_line
from gradus.likelihoods.base import Likelihood, refuse_no_numbers, refuse_targets


class Written(Likelihood):
    """A loss of your own, one number per example, read as −log p(y | outputs) up to a constant.

    What outputs mean, only the function knows: the prediction is the outputs themselves, nothing
    is measured but the loss, and the last bias starts as the layer says. Probabilities and
    samples there are none.

    Arguments:
        loss: (outputs, y) → the loss of every example, shape (B,), not averaged: weights count
            each example, and rows that only fill up a short batch are left out. Decorate it
            with `gradus.named` to save a run.

    Raises InputError for what is no such function, and, when it is called, for a loss of another
    shape or for a function that JAX cannot trace, naming its line.

    >>> cubic = Written(lambda outputs, y: jnp.abs(outputs[:, 0] - y) ** 3)
    >>> cubic.log_prob(jnp.array([[1.0], [4.0]]), jnp.array([1.0, 2.0]))
    Array([-0., -8.], dtype=float32)

    `supervised` takes the function itself. Differs from Keras and PyTorch, where a loss may be
    averaged already: an average cannot be weighted any more.
    """

    loss: Callable[[jax.Array, jax.Array], jax.Array] = static()

    def __check_init__(self):
        if not takes_two(self.loss):
            raise InputError(
                "loss",
                expected="a function of outputs and targets",
                got=repr(self.loss),
                fix="def loss(outputs, y): return jnp.square(outputs[:, 0] - y)",
            )

    def __repr__(self) -> str:
        return f"Written({self.name})"

    @property
    def name(self) -> str:
        """What the function is called."""
        return function_name(self.loss)

    @property
    def size(self):
        raise self.unknown("the number of outputs", "say how many units the last layer has")

    def log_prob(self, outputs, y):
        with refusals_at_their_line(self.loss):
            loss = self.loss(outputs, y)
        self.check_loss(loss, len(y))
        return -loss

    def predict(self, outputs):
        return outputs

    def sample(self, key, outputs):
        raise self.unknown("samples", "write a class below `Likelihood` that has `sample`")

    def measures(self, outputs, y):
        return {}

    def marginal_bias(self, y, weight=None):
        return None

    def probabilities(self, outputs):
        raise self.unknown("probabilities", "apply softmax or sigmoid to `run.outputs(x)`")

    def output_shape(self, target_shape):
        raise self.unknown("the shape of outputs", "ask the model: `model.output_shape(shape)`")

    def check(self, y):
        y = np.asarray(y)
        refuse_no_numbers(self, y)
        refuse_targets(self, ~np.isfinite(y), y, "finite numbers", "drop or fill this row")

    def check_loss(self, loss: Any, examples: int) -> None:
        """Refuse what is not one real number for every example."""
        shape, dtype = np.shape(loss), getattr(loss, "dtype", type(loss))
        if shape == (examples,) and jnp.issubdtype(dtype, jnp.floating):
            return
        fix = "sum or average over all axes but the first, and let no (B, 1) meet a (B,)"
        if shape == ():
            fix = "leave out the mean or sum over examples: it is taken where weights are known"
        if shape == (examples,):
            fix = "convert what is computed to real numbers: outputs.astype(float)"
        raise InputError(
            f"the loss {self.name}",
            expected=f"one real number per example, shape ({examples},)",
            got=f"{getattr(dtype, 'name', dtype)} of shape {shape}",
            fix=fix,
        )

    def unknown(self, what: str, fix: str) -> InputError:
        """The refusal of what a loss alone does not say."""
        return InputError(
            f"{what} of the loss {self.name}",
            expected="a likelihood, such as Bernoulli() or Categorical(10)",
            got="a loss, which does not say what outputs mean",
            fix=fix,
        )


def takes_two(function: Any) -> bool:
    """Whether something can be called with two arguments."""
    try:
        inspect.signature(function).bind(None, None)
    except (TypeError, ValueError):
        return False
    return True
