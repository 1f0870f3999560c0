"""How many arithmetic operations a program takes, counted without running it."""

from __future__ import annotations

import math
from typing import Any

FREE = {  # moves numbers, and computes none
    *("broadcast_in_dim", "reshape", "squeeze", "expand_dims", "transpose", "copy", "slice"),
    *("convert_element_type", "concatenate", "pad", "gather", "dynamic_slice", "rev", "iota"),
    *("dynamic_update_slice", "stop_gradient", "split", "select_n"),
}


def flops(jaxpr: Any) -> int:
    """Additions and multiplications of a program: 2 m n k for a product of matrices, one per
    element for everything elementwise, one per input for sums and maxima.

    Loops count every pass, branches the dearest; a `while` counts one pass, as its length is
    not known.

    >>> import jax, jax.numpy as jnp
    >>> flops(jax.make_jaxpr(lambda W, x: W @ x)(jnp.ones((3, 4)), jnp.ones(4)).jaxpr)
    24
    """
    return sum(map(flops_of, jaxpr.eqns))


def flops_of(equation: Any) -> int:
    """Additions and multiplications of one equation."""
    name, params = equation.primitive.name, equation.params
    if name == "cond":
        return max(flops(branch.jaxpr) for branch in params["branches"])
    if name == "while":
        return flops(params["body_jaxpr"].jaxpr) + flops(params["cond_jaxpr"].jaxpr)
    inner = params.get("jaxpr") or params.get("call_jaxpr")
    if inner is not None:
        return flops(getattr(inner, "jaxpr", inner)) * params.get("length", 1)
    out = sum(math.prod(var.aval.shape) for var in equation.outvars)
    if name in FREE:
        return 0
    if name == "dot_general":
        a = equation.invars[0].aval.shape
        contracted = params["dimension_numbers"][0][0]
        return 2 * out * math.prod(a[axis] for axis in contracted)
    if name == "convolve":
        *window, channels, _ = equation.invars[1].aval.shape
        return 2 * out * math.prod(window) * channels // math.prod(params["inflation"])
    if name == "weigh":
        return 2 * out * math.prod(params["window"].size)
    if name == "conv_general_dilated":
        kernel = equation.invars[1].aval.shape
        outputs = kernel[params["dimension_numbers"].rhs_spec[0]]
        return 2 * out * math.prod(kernel) // outputs
    if name.startswith(("reduce_", "arg", "cum", "sort")):
        return math.prod(equation.invars[0].aval.shape)
    return out
