"""Products whose derivatives are written by hand, for every order and both directions.

`jax.custom_vjp` would do for reverse mode; a primitive works in forward mode and in higher
derivatives, too, which curvature and gradient checks need.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir


def bilinear(
    name: str, product: Callable, to_first: Callable, to_second: Callable | None = None
) -> Callable:
    """A product that is linear in each of its two factors.

    Arguments:
        name: what the operation is called in a program.
        product: (x, w, **settings) -> y. The first axis of x and y counts examples.
        to_first: (g, x, w, **settings) -> the gradient at x, for the gradient g at y; of x only
            the shape and type are given.
        to_second: the same at w, with the shape and type of w; None where w is whole numbers.

    >>> times = bilinear("times", jnp.multiply, lambda g, x, w: g * w, lambda g, x, w: g * x)
    >>> jax.grad(lambda x: times(x, x).sum())(jnp.array([3.0]))
    Array([6.], dtype=float32)
    """
    primitive = Primitive(name)

    def bind(x: jax.Array, w: jax.Array, **settings: Any) -> jax.Array:
        return primitive.bind(x, w, **settings)

    def type_of(x: Any, w: Any, **settings: Any) -> ShapedArray:
        x, w = (jax.ShapeDtypeStruct(a.shape, a.dtype) for a in (x, w))
        y = jax.eval_shape(partial(product, **settings), x, w)
        return ShapedArray(y.shape, y.dtype)

    primitive.def_impl(lambda x, w, **settings: _compiled(product, **settings)(x, w))
    primitive.def_abstract_eval(type_of)
    mlir.register_lowering(primitive, mlir.lower_fun(product, multiple_results=False))
    ad.defbilinear(
        primitive,
        lambda g, x, w, **settings: to_first(g, x.aval, w, **settings),
        to_second and (lambda g, x, w, **settings: to_second(g, x, w.aval, **settings)),
    )
    batching.primitive_batchers[primitive] = partial(_batched, bind)
    return bind


@cache
def _compiled(product: Callable, **settings: Any) -> Callable:
    return jax.jit(partial(product, **settings))


def _batched(bind: Callable, factors: Any, axes: Any, **settings: Any) -> tuple[jax.Array, int]:
    """Many products at once: as more examples, or one after the other."""
    (x, w), (x_axis, w_axis) = factors, axes
    if w_axis is None:
        x = jnp.moveaxis(x, x_axis, 0)
        y = bind(x.reshape(-1, *x.shape[2:]), w, **settings)
        return y.reshape(*x.shape[:2], *y.shape[1:]), 0
    w = jnp.moveaxis(w, w_axis, 0)
    if x_axis is None:
        return lax.map(lambda w: bind(x, w, **settings), w), 0
    x = jnp.moveaxis(x, x_axis, 0)
    return lax.map(lambda pair: bind(*pair, **settings), (x, w)), 0
