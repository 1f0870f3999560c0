"""A product in which zero absorbs infinity, and elementwise operations differentiated by it.

`where(x > 0, log(x), 0)` hides log 0 from the value, but not from the derivative: there the
branch that was not taken has tangent 0, and 0 · (1/0) is not a number. With the absorbing product
it is 0, in forward and in reverse mode, and in derivatives of derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

absorbing_p = Primitive("absorbing_mul")


def absorbing_mul(slope: jax.Array, tangent: jax.Array, both: bool = False) -> jax.Array:
    """slope · tangent, and 0 where the tangent is 0; with `both` also where the slope is 0.

    Linear in the tangent, so that it is its own transpose.

    >>> absorbing_mul(jnp.array([2.0, jnp.inf]), jnp.array([3.0, 0.0]))
    Array([6., 0.], dtype=float32)
    """
    return absorbing_p.bind(slope, tangent, both=both)


def _product(slope, tangent, *, both):
    zero = (tangent == 0) | (slope == 0) if both else tangent == 0
    return jnp.where(zero, jnp.zeros_like(tangent), slope * tangent)


def _jvp(primals, tangents, *, both):
    (slope, tangent), (slope_dot, tangent_dot) = primals, tangents
    value, change = absorbing_mul(slope, tangent, both), None
    if type(tangent_dot) is not ad.Zero:
        change = absorbing_mul(slope, tangent_dot, both)
    if type(slope_dot) is not ad.Zero:
        part = absorbing_mul(tangent, slope_dot, True)
        change = part if change is None else change + part
    zero: Any = ad.Zero
    return value, zero.from_primal_value(value) if change is None else change


def _transpose(cotangent, slope, tangent, *, both):
    if type(cotangent) is ad.Zero:
        return [None, None]
    if ad.is_undefined_primal(tangent):
        return [None, absorbing_mul(slope, cotangent, both)]
    return [absorbing_mul(tangent, cotangent, True), None]


def _batch(operands, axes, *, both):
    moved = [
        jnp.broadcast_to(a, (other.shape[axis_of_other], *a.shape))
        if axis is None
        else jnp.moveaxis(a, axis, 0)
        for a, axis, other, axis_of_other in (
            (operands[0], axes[0], operands[1], axes[1]),
            (operands[1], axes[1], operands[0], axes[0]),
        )
    ]
    return absorbing_mul(moved[0], moved[1], both), 0


absorbing_p.def_impl(jax.jit(_product, static_argnames="both"))
absorbing_p.def_abstract_eval(lambda slope, tangent, both: tangent)
mlir.register_lowering(absorbing_p, mlir.lower_fun(_product, multiple_results=False))
ad.primitive_jvps[absorbing_p] = _jvp
ad.primitive_transposes[absorbing_p] = _transpose
batching.primitive_batchers[absorbing_p] = _batch


def absorbing(f: Callable, *slopes: Callable, both: bool = False) -> Callable:
    """An elementwise operation whose derivative is made of absorbing products.

    Arguments:
        f: the operation, on arrays of one shape.
        slopes: ∂f/∂xᵢ for each operand, given the value and all operands: slope(y, x₁, x₂ …).
        both: whether an exact zero of the slope absorbs, too; right where the slope is an
            underflowed exponential.
    """

    def stabilized(*operands):
        return f(*operands)

    operation = jax.custom_jvp(stabilized)

    @operation.defjvp
    def _(operands, tangents):
        y = operation(*operands)
        parts = [
            absorbing_mul(slope(y, *operands), tangent, both)
            for slope, tangent in zip(slopes, tangents, strict=True)
        ]
        return y, sum(parts[1:], parts[0])

    return operation
