"""A question to a model: what does this output for these inputs rest on?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, located
from gradus.data.checks import check_arrays
from gradus.nn.checks import check_layer
from gradus.nn.layer import Forward, Layer

BLOCK = 256  # examples that are looked at together


def score(model: Layer, x: jax.Array, target: jax.Array) -> jax.Array:
    """f(x)_target of every example, before any softmax; all have shape (B,)."""
    return jnp.take_along_axis(model(x), target[:, None], axis=1)[:, 0]


@eqx.filter_jit
def noted(model: Layer, x: Any) -> dict[str, list[jax.Array]]:
    """What the layers of a model note on their way, by name, in the order of computation."""
    forward = Forward()
    model(x, forward)
    return forward.notes


def in_blocks(compiled: Callable, model: Layer, *arrays: np.ndarray) -> np.ndarray:
    """The results for all examples, in blocks of one size, so that nothing is compiled twice."""
    n = len(arrays[0])
    block = min(BLOCK, n)
    pieces = []
    for start in range(0, n, block):
        rows = np.arange(start, start + block) % n  # the last block is filled with the first rows
        pieces.append(np.asarray(compiled(model, *(a[rows] for a in arrays))))
    return np.concatenate(pieces)[:n]


def asked(model: Any, x: Any, target: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """The inputs as an array of floats, and the target of each as a whole number.

    Arguments:
        model: a layer with weights that gives outputs of shape (B, k).
        x: one array of inputs with the batch axis first.
        target: which output, for all or for each; None: the largest one.

    Raises InputError for a model that is no layer or gives outputs of another form, inputs that
    are several arrays or not finite, and targets that are no outputs.
    """
    x = one_array(model, x)
    return x, targets_of(x, target, outputs_of(model, x))


def one_array(model: Any, x: Any) -> np.ndarray:
    """The inputs of a model as one array of floats."""
    check_layer(model)
    x, _, _ = check_arrays(x)
    if not isinstance(x, np.ndarray):
        raise InputError(
            "x",
            expected="one array, examples first",
            got=f"a {type(x).__name__} of arrays",
            fix="look inside the part of the model that takes one of them",
        )
    with located("x"):
        model.check(x)
    return x if x.dtype.kind == "f" else x.astype(jnp.result_type(float))


def outputs_of(model: Layer, x: np.ndarray) -> np.ndarray:
    """Outputs of shape (B, k); raises InputError for other forms."""
    form = eqx.filter_eval_shape(model, x)
    if getattr(form, "shape", ())[:1] != x.shape[:1] or len(form.shape) != 2:
        raise InputError(
            "outputs of the model",
            expected="one row of numbers for every example, (B, k)",
            got=getattr(form, "shape", type(form).__name__),
            fix="add a layer that makes one row of them, such as nn.Flatten()",
        )
    return in_blocks(_outputs, model, x)


def targets_of(x: np.ndarray, target: Any, outputs: np.ndarray) -> np.ndarray:
    """One number of an output for every example."""
    if target is None:
        return outputs.argmax(axis=1)
    chosen = np.asarray(target)
    k = outputs.shape[1]
    whole = chosen.dtype.kind in "iu" and chosen.shape in ((), (len(x),))
    if not whole or chosen.min() < 0 or chosen.max() >= k:
        raise InputError(
            "target",
            expected=f"the number of an output, 0 … {k - 1}, for all or for each of {len(x)}",
            got=_described(chosen),
            fix="count classes from 0, as the likelihood does; leave it out for the largest output",
        )
    return np.broadcast_to(chosen, (len(x),)).astype(np.int32)


def _described(numbers: np.ndarray) -> str:
    if numbers.ndim == 0 or numbers.dtype.kind not in "iu" or not numbers.size:
        return repr(numbers.tolist())
    return f"numbers from {numbers.min()} to {numbers.max()}, shape {numbers.shape}"


def check_count(name: str, value: Any) -> None:
    """Refuse what is no whole number from 1 up."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < 1:
        raise InputError(
            name, expected="a whole number from 1 up", got=repr(value), fix=f"write {name}=8"
        )


@eqx.filter_jit
def _outputs(model: Layer, x: jax.Array) -> jax.Array:
    return model(x)
