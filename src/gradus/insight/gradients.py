"""What an output rests on, read from its gradient at the inputs."""

from __future__ import annotations

from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.insight.question import asked, check_count, in_blocks, score
from gradus.nn.layer import Layer


def saliency(model: Layer, x: Any, target: Any = None) -> np.ndarray:
    """How strongly each number of an input moves one output: |∂f(x)_target / ∂x|.

    Arguments:
        model: gives outputs of shape (B, k).
        x: inputs, one array with the batch axis first.
        target: the number of an output, for all or for each input; by default the largest one.

    Returns an array of the shape of `x`; of pictures with several colours `.max(axis=-1)` is
    drawn. Raises InputError for a model of another form, inputs that are several arrays, and
    targets that are no outputs.

    >>> from gradus import nn
    >>> model = nn.Dense(1, weight_init=nn.Constant(-2.0)).init(jax.random.key(0), (3,))
    >>> saliency(model, np.ones((1, 3)))
    array([[2., 2., 2.]], dtype=float32)

    Simonyan, Vedaldi and Zisserman (2014), section 3.
    """
    return np.abs(in_blocks(_gradient, model, *asked(model, x, target)))


def integrated_gradients(
    model: Layer, x: Any, target: Any = None, *, baseline: Any = 0.0, steps: int = 64
) -> np.ndarray:
    """What each number of an input adds to one output: (x − x₀) ⊙ ∫₀¹ ∂f(x₀ + α(x − x₀))/∂x dα.

    Complete: the parts sum to f(x) − f(x₀), up to the error of the midpoint rule that takes the
    integral. Unlike saliency it sees what is saturated: an input that has already decided.

    Arguments:
        model: gives outputs of shape (B, k).
        x: inputs, one array with the batch axis first.
        target: the number of an output, for all or for each input; by default the largest one.
        baseline: x₀, an input that says nothing: one number, or an array of the shape of one input
            or of all. Of standardised inputs 0 is the mean.
        steps: points of the midpoint rule.

    Returns an array of the shape of `x`. Raises InputError as `saliency` does, and for a baseline
    of another shape.

    >>> from gradus import nn
    >>> model = nn.Dense(1, weight_init=nn.Constant(-2.0)).init(jax.random.key(0), (3,))
    >>> integrated_gradients(model, np.array([[1.0, 2.0, 3.0]]), baseline=1.0)
    array([[-0., -2., -4.]], dtype=float32)

    Sundararajan, Taly and Yan (2017).
    """
    check_count("steps", steps)
    x, target = asked(model, x, target)
    start = start_of(x, baseline)
    compiled = partial(_mean_gradient, steps=steps)
    return (x - start) * in_blocks(compiled, model, x, target, start)


def start_of(x: np.ndarray, baseline: Any) -> np.ndarray:
    """A baseline for every input; raises InputError for one of another shape."""
    start = np.asarray(baseline, x.dtype)
    if start.shape not in ((), x.shape[1:], x.shape):
        raise InputError(
            "baseline",
            expected=f"one number, or an array of shape {x.shape[1:]} or {x.shape}",
            got=start.shape,
            fix="give an input that says nothing, such as the mean of the training inputs",
        )
    return np.broadcast_to(start, x.shape)


@eqx.filter_jit
def _gradient(model: Layer, x: jax.Array, target: jax.Array) -> jax.Array:
    return jax.grad(lambda x: jnp.sum(score(model, x, target)))(x)


@eqx.filter_jit
def _mean_gradient(
    model: Layer, x: jax.Array, target: jax.Array, start: jax.Array, *, steps: int
) -> jax.Array:
    """The mean of the gradients along the straight line from `start` to `x`."""
    midpoints = (jnp.arange(steps, dtype=x.dtype) + 0.5) / steps

    def add(total: jax.Array, share: jax.Array) -> tuple[jax.Array, None]:
        return total + _gradient(model, start + share * (x - start), target), None

    total, _ = jax.lax.scan(add, jnp.zeros_like(x), midpoints)
    return total / steps
