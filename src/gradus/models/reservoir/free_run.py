"""Models that live on their own outputs."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from gradus.base.checks import check_whole
from gradus.base.errors import InputError
from gradus.data.checks import check_arrays
from gradus.nn.recurrent.sequence import Stepwise


def free_run(model: Stepwise, x: Any, steps: int) -> np.ndarray:
    """How a series goes on: the model sees x, and then each of its outputs as the next input.

    Arguments:
        model: gives the input of the next step at every step; recurrent, such as what
            `with_readout` gives back, or an `nn.Stack`.
        x: how the series begins, shape (B, T, features).
        steps: how many steps to go on.

    Gives shape (B, steps, features). Raises InputError for models whose outputs are no inputs.

    >>> from gradus import models, nn
    >>> t = np.arange(400.0)
    >>> wave = np.sin(t / 5)[None, :, None]
    >>> model = models.with_readout(nn.EchoState(50), wave[:, :-1], wave[:, 1:], washout=50)
    >>> further = free_run(model, wave[:, :200], 20)
    >>> bool(np.abs(further - wave[:, 200:220]).max() < 0.05)
    True
    """
    x, _, _ = check_arrays(x)
    check_outputs(model, x, steps)
    return np.asarray(_go_on(model, jnp.asarray(x, jnp.result_type(float)), steps))


def _run(model: Stepwise, x: jax.Array, steps: int) -> jax.Array:
    outputs, state = model.steps(x, model.start(x.shape[0]))

    def step(carry, _):
        y, state = carry
        outputs, state = model.steps(y[:, None, :], state)
        return (outputs[:, -1], state), y

    _, further = lax.scan(step, (outputs[:, -1], state), None, length=steps)
    return jnp.swapaxes(further, 0, 1)


_go_on = jax.jit(_run, static_argnums=2)


def check_outputs(model: Any, x: Any, steps: int) -> None:
    """Refuse models that cannot go on from their outputs."""
    width = None
    if isinstance(model, Stepwise) and getattr(x, "ndim", 0) == 3:
        width = model.with_sequences().output_shape(x.shape[1:])[-1]
    if width is None or width != x.shape[-1]:
        raise InputError(
            "free_run",
            expected="a recurrent model with as many outputs as inputs, and x (B, T, features)",
            got=f"{type(model).__name__} and x of shape {getattr(x, 'shape', None)}",
            fix="teach it the next input: models.with_readout(layer, x[:, :-1], x[:, 1:])",
        )
    check_whole("free_run: steps", steps, fix="write steps=84")
