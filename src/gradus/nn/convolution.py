"""The sums of a convolution, y[t] = Σᵢ x[s t + d i − p] w[i], fast forwards and backwards on a CPU.

Inside a loop, and training is one, XLA takes its fast path for CPUs only where the axes of both
factors stand in the one order it computes in: examples, positions, channels against window,
channels, filters. The derivatives that JAX writes stand in another, and run up to 100 times as
long there as outside. So the convolution is a primitive here. It is linear in each factor, and both
derivatives are convolutions again, with stride s, dilation d and the inflation e of the inputs
changing places; each is written in the fast order.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

LETTERS = ("W", "HW", "DHW")


class Steps(NamedTuple):
    """How a window moves, one entry per axis.

    Arguments:
        stride: s, from one position of the window to the next.
        dilation: d, from one tap of the window to the next.
        padding: how many zeros stand before and after the inputs.
        inflation: e, from one input to the next: e − 1 zeros stand between them.
    """

    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    inflation: tuple[int, ...]


def convolve(x: jax.Array, w: jax.Array, steps: Steps, groups: int = 1) -> jax.Array:
    """Slide a window over x: y[t] = Σᵢ x[s t + d i − p] w[i], products of matrices over channels.

    Arguments:
        x: (B, *positions, C), with one, two or three axes of positions.
        w: (*window, C / groups, filters).
        steps: how the window moves.
        groups: channels and filters fall into as many parts, each on its own.

    >>> one = Steps((1,), (1,), ((0, 0),), (1,))
    >>> convolve(jnp.array([[[1.0], [2.0], [4.0]]]), jnp.array([[[1.0]], [[-1.0]]]), one)[0, :, 0]
    Array([-1., -2.], dtype=float32)
    """
    if jax.default_backend() != "cpu":
        return _lax(x, w, *steps, groups=groups)
    if groups == 1:
        return convolve_p.bind(x, w, **steps._asdict())
    x = x.reshape(*x.shape[:-1], groups, -1)
    w = w.reshape(*w.shape[:-1], groups, -1)
    y = jax.vmap(lambda x, w: convolve(x, w, steps), (-2, -2), -2)(x, w)
    return y.reshape(*y.shape[:-2], -1)


def _lax(x: jax.Array, w: jax.Array, stride, dilation, padding, inflation, groups=1) -> jax.Array:
    letters = LETTERS[x.ndim - 3]
    return lax.conv_general_dilated(
        x,
        w,
        stride,
        padding,
        lhs_dilation=inflation,
        rhs_dilation=dilation,
        dimension_numbers=(f"N{letters}C", f"{letters}IO", f"N{letters}C"),
        feature_group_count=groups,
    )


def _type(x: Any, w: Any, **steps: Any) -> Any:
    y = jax.eval_shape(
        partial(_lax, **steps),
        jax.ShapeDtypeStruct(x.shape, x.dtype),
        jax.ShapeDtypeStruct(w.shape, w.dtype),
    )
    return ShapedArray(y.shape, y.dtype)


def _to_inputs(g: jax.Array, x: Any, w: jax.Array, **steps: Any) -> jax.Array:
    """∂/∂x: the gradient, inflated by the stride, under the window turned round."""
    s = Steps(**steps)
    padding = []
    for axis, (before, _) in enumerate(s.padding):
        reach = s.dilation[axis] * (w.shape[axis] - 1)
        inputs = s.inflation[axis] * (x.aval.shape[1 + axis] - 1)
        outputs = s.stride[axis] * (g.shape[1 + axis] - 1)
        padding.append((reach - before, inputs - outputs + before))
    turned = jnp.flip(w, tuple(range(w.ndim - 2))).swapaxes(-1, -2)
    return _bind(g, turned, Steps(s.inflation, s.dilation, tuple(padding), s.stride))


def _to_window(g: jax.Array, x: jax.Array, w: Any, **steps: Any) -> jax.Array:
    """∂/∂w: the gradient as a window over x, channels in the place of examples."""
    s = Steps(**steps)
    padding = []
    for axis, (before, _) in enumerate(s.padding):
        reach = s.dilation[axis] * (w.aval.shape[axis] - 1)
        inputs = s.inflation[axis] * (x.shape[1 + axis] - 1)
        outputs = s.stride[axis] * (g.shape[1 + axis] - 1)
        padding.append((before, reach + outputs - inputs - before))
    by_channel, window = jnp.swapaxes(x, 0, -1), jnp.moveaxis(g, 0, -2)
    found = _bind(by_channel, window, Steps(s.dilation, s.stride, tuple(padding), s.inflation))
    return jnp.moveaxis(found, 0, -2)


def _bind(x: jax.Array, w: jax.Array, steps: Steps) -> jax.Array:
    return convolve_p.bind(x, w, **steps._asdict())


def _batched(arrays: Any, axes: Any, **steps: Any) -> tuple[jax.Array, int]:
    """Several convolutions: as more examples, as more filters, or one after the other."""
    (x, w), (x_axis, w_axis) = arrays, axes
    run = partial(convolve_p.bind, **steps)
    if w_axis is None:
        x = jnp.moveaxis(x, x_axis, 0)
        y = run(x.reshape(-1, *x.shape[2:]), w)
        return y.reshape(*x.shape[:2], *y.shape[1:]), 0
    if x_axis is None:
        w = jnp.moveaxis(w, w_axis, -2)
        y = run(x, w.reshape(*w.shape[:-2], -1))
        return y.reshape(*y.shape[:-1], *w.shape[-2:]), y.ndim - 1
    pairs = jnp.moveaxis(x, x_axis, 0), jnp.moveaxis(w, w_axis, 0)
    return lax.map(lambda pair: run(*pair), pairs), 0


convolve_p = Primitive("convolve")
convolve_p.def_impl(jax.jit(_lax, static_argnames=Steps._fields))
convolve_p.def_abstract_eval(_type)
ad.defbilinear(convolve_p, _to_inputs, _to_window)
batching.primitive_batchers[convolve_p] = _batched
mlir.register_lowering(convolve_p, mlir.lower_fun(_lax, multiple_results=False))
