"""The read-out of a reservoir in closed form: one system of equations in the place of training."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError
from gradus.data.checks import check_arrays
from gradus.models.extreme import ridge_output
from gradus.nn.recurrent.sequence import Stepwise


def with_readout(
    layer: Stepwise,
    x: Any,
    y: Any,
    *,
    washout: int = 0,
    penalty: float = 1e-6,
    noise: float = 0.0,
    seed: int = 0,
) -> nn.Stack:
    """A recurrence as it is, with the best read-out of every step in closed form:
    outputs = h B + c with (B, c) = argmin ‖h B + c − Y‖²/n + λ‖B‖².

    Arguments:
        layer: a reservoir, or any other recurrent layer; its weights are drawn from `seed` where
            it has none yet, and kept otherwise.
        x: sequences, shape (B, T, features).
        y: what each step should give, shape (B, T) or (B, T, K).
        washout: how many steps at the beginning of each sequence do not count, because the empty
            state is still felt in them.
        penalty: λ ≥ 0, the price of large weights.
        noise: the inputs are moved by U(±noise): a model that will live on its own outputs must
            know its way back from small errors.
        seed: of the weights and of the noise.

    Gives the layer and a dense one as a `Stack` that returns every step. Equations are solved
    in 64 bits, states computed in those of JAX: for errors below some 10⁻⁴, all of it under
    `jax.enable_x64(True)`.

    Raises InputError for layers that are not recurrent, targets of other lengths, and a washout
    that leaves no step.

    >>> x = np.random.default_rng(0).uniform(-1, 1, (1, 300, 1))
    >>> three_ago = np.roll(x[:, :, 0], 3, axis=1)
    >>> model = with_readout(nn.EchoState(100, scale=0.1), x, three_ago, washout=20)
    >>> outputs = model(jnp.asarray(x, jnp.float32))[:, 20:, 0]
    >>> bool(jnp.abs(outputs - three_ago[:, 20:]).max() < 0.05)
    True

    Jaeger (2001). For one answer at the end of each sequence, `with_ridge_output(layer, x, y)`.
    """
    check_recurrent(layer)
    x, y, _ = check_arrays(x, y)
    check_steps(x, y, washout)
    keys = jax.random.split(jax.random.key(seed))
    ready = layer.with_sequences().init(keys[0], x.shape[1:])
    moved = jnp.asarray(x, jnp.result_type(float))
    moved = moved + noise * jax.random.uniform(keys[1], x.shape, moved.dtype, minval=-1)
    states = np.asarray(jax.jit(lambda layer, x: layer(x))(ready, moved), np.float64)[:, washout:]
    wanted = y.reshape(*y.shape[:2], -1)[:, washout:].astype(np.float64)
    weight, bias = ridge_output(
        states.reshape(-1, states.shape[-1]), wanted.reshape(-1, wanted.shape[-1]), penalty
    )
    output = nn.Dense(weight.shape[1]).replace(
        weight=jnp.asarray(weight, jnp.result_type(float)),
        bias=jnp.asarray(bias, jnp.result_type(float)),
    )
    return nn.Stack(ready, output)


def check_recurrent(layer: Any) -> None:
    """Refuse what has no state to carry on."""
    if not isinstance(layer, Stepwise):
        raise InputError(
            "with_readout: layer",
            expected="a recurrent layer, such as a reservoir",
            got=repr(layer),
            fix="write models.with_readout(nn.EchoState(500), x, y)",
        )


def check_steps(x: Any, y: Any, washout: int) -> None:
    """Refuse sequences and targets that have not the same steps, or none after the washout."""
    fits = getattr(x, "ndim", 0) == 3 and getattr(y, "ndim", 0) in (2, 3)
    if not fits or x.shape[:2] != y.shape[:2]:
        raise InputError(
            "with_readout: x and y",
            expected="sequences (B, T, features), and targets (B, T) or (B, T, K) for every step",
            got=f"{getattr(x, 'shape', type(x).__name__)} and {getattr(y, 'shape', y)}",
            fix="give one sequence as x[None]; for a target at the end, models.with_ridge_output",
        )
    if not 0 <= washout < x.shape[1]:
        raise InputError(
            "with_readout: washout",
            expected=f"a number of steps from 0 to {x.shape[1] - 1}",
            got=washout,
            fix="give longer sequences, or a shorter washout",
        )
