"""What a run gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, located
from gradus.data.dataset import check_arrays
from gradus.likelihoods import Likelihood
from gradus.nn.layer import INFERENCE, Layer, is_shape
from gradus.training.history import History
from gradus.training.part import EVALUATION_BATCH

IMAGE_AXES = 3  # of one example: height, width, channels


@dataclass(frozen=True, eq=False)
class Run:
    """A trained model and how it came about.

    Arguments:
        model: the model of the best epoch on the validation part; without one, the last.
        history: what was measured, epoch by epoch.
        status: why the run ended, as a sentence.
        likelihood: what the model's outputs mean.
        settings: what was chosen, by name, for people to read.
        best_epoch: the epoch (from 1) whose model this is.
        seconds: time spent, by name: `compile`, `train`.
        versions: what it was made with, by name.
        preprocessor: what turns the user's rows into inputs, saved with the model.
        input_shape: of one example that was learned from; None where it is not known.
        state: where the algorithm stands after the last step.
    """

    model: Any
    history: History
    status: str
    likelihood: Likelihood | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    best_epoch: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    preprocessor: Any = None
    input_shape: Any = None
    state: Any = None

    def __repr__(self) -> str:
        return f"Run({self.status!r}, {self.history!r})"

    def outputs(self, x: Any) -> np.ndarray:
        """The model's raw outputs for a batch of inputs of any length.

        Series may be longer or shorter than those in training; images of another size are refused
        also where the net would take them.
        """
        x, _, _ = check_arrays(x)
        check_size(x, self.input_shape)
        return outputs(self.model, x)

    def predict(self, x: Any) -> np.ndarray:
        """The best single guess for every input: class number, mean, rate."""
        return np.asarray(self._likelihood().predict(jnp.asarray(self.outputs(x))))

    def probabilities(self, x: Any) -> np.ndarray:
        """The probability of every class for every input, shape (B, k).

        Raises InputError where the outputs are not about classes.
        """
        return np.asarray(self._likelihood().probabilities(jnp.asarray(self.outputs(x))))

    def _likelihood(self) -> Likelihood:
        if self.likelihood is None:
            raise InputError(
                "prediction",
                expected="an algorithm with a likelihood",
                got="one whose outputs have no meaning",
                fix="call `run.model` yourself, or use `run.outputs(x)`",
            )
        return self.likelihood


def outputs(model: Any, x: Any, verb: str = "__call__") -> np.ndarray:
    """`model(x)` at inference, in blocks of one size, so that nothing is compiled twice.

    Arguments:
        model: a trained layer.
        x: inputs with the batch axis first.
        verb: another method that is asked for every x, such as `log_prob`.
    """
    x, _, _ = check_arrays(x)
    if isinstance(model, Layer):
        with located("x"):
            model.check(x)
    n = len(jax.tree.leaves(x)[0])
    block = min(EVALUATION_BATCH, n)
    pieces = []
    for start in range(0, n, block):
        piece = jax.tree.map(lambda a, s=start: np.asarray(a[s : s + block]), x)
        missing = block - len(jax.tree.leaves(piece)[0])
        filled = jax.tree.map(lambda a, m=missing: np.concatenate([a, a[:1].repeat(m, 0)]), piece)
        found = _inference(model, verb, filled)
        pieces.append(jax.tree.map(lambda a, m=missing: np.asarray(a)[: block - m], found))
    return jax.tree.map(lambda *parts: np.concatenate(parts), *pieces)


def check_size(x: Any, shape: Any) -> None:
    """Refuse images, inputs of three axes or more, of another size than those learned from."""
    own = jax.tree.map(lambda array: array.shape[1:], x)
    if shape is None or own == shape:
        return
    pictures = [s for s in jax.tree.leaves(own, is_leaf=is_shape) if len(s) >= IMAGE_AXES]
    if pictures:
        raise InputError(
            "x is not of the size that was learned from",
            expected=f"examples of shape {shape}",
            got=own,
            fix="bring images to that size; `run.model(x)` takes others, for what it is worth",
        )


@eqx.filter_jit
def _inference(model, verb, x):
    return model(x, INFERENCE) if verb == "__call__" else getattr(model, verb)(x)
