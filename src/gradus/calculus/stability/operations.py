"""The table of operations: what a node of a rewritten program computes."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from jax import lax
from jax.scipy.special import log_ndtr, ndtr

from gradus.calculus.stability.absorbing import absorbing
from gradus.calculus.stability.elementary import ELEMENTARY, integer_pow, sigmoid, where_positive
from gradus.calculus.stability.limits import (
    expm1_over,
    generalized_entropy,
    itakura_saito,
    log1p_over,
    near_zero,
)
from gradus.calculus.stability.numerics import (
    atan_difference,
    cos_difference,
    exp_difference,
    expm1_mantissa,
    exponent,
    finite,
    hazard,
    log1mexp_of_small,
    log1p_square,
    log_abs_det,
    log_around_one,
    log_density,
    log_det,
    log_near_one,
    log_normal_interval,
    log_softplus,
    log_sum,
    logsumexp,
    near_point,
    norm,
    power_of_two,
    quotient_difference,
    reciprocal_difference,
    reciprocal_sum,
    root_difference,
    root_of_product,
    signed_expm1,
    sin_difference,
    softplus_difference,
    stabilized_division,
    unscaled,
    where_finite,
)
from gradus.calculus.stability.share_numerics import (
    log_share,
    log_share_of_others,
    share_of_others,
)

# operation -> what it computes, with a derivative in which zero absorbs infinity
OPERATIONS: dict[str, Callable] = ELEMENTARY | {
    "independent_exp_difference": absorbing(
        lambda u, v: exp_difference(u, v, u - v),
        lambda y, u, v: jnp.exp(u),
        lambda y, u, v: -jnp.exp(v),
    ),
    "independent_softplus_difference": absorbing(
        lambda u, v: softplus_difference(u, v, u - v),
        lambda y, u, v: sigmoid(u),
        lambda y, u, v: -sigmoid(v),
    ),
    "independent_quotient_difference": absorbing(
        quotient_difference,
        lambda y, above, below, gap: jnp.ones_like(y),
        lambda y, above, below, gap: -jnp.ones_like(y),
        lambda y, above, below, gap: jnp.zeros_like(y),
    ),
    "independent_reciprocal_difference": absorbing(
        lambda a, b: reciprocal_difference(a, b, b - a),
        lambda y, a, b: -(1 / a) / a,
        lambda y, a, b: (1 / b) / b,
    ),
    "difference_of_squares": absorbing(
        lambda x, y: (x - y) * (x + y), lambda d, x, y: 2 * x, lambda d, x, y: -2 * y
    ),
    "log_ndtr": absorbing(log_ndtr, lambda y, x: hazard(-x)),
    "log_normal_interval": absorbing(
        log_normal_interval,
        lambda y, a, b: -jnp.exp(log_density(a) - y),
        lambda y, a, b: jnp.exp(log_density(b) - y),
    ),
}

# operation -> what it computes; its derivative is that of the definition
COMPOSED: dict[str, Callable] = {
    "as_written": lambda x: x,
    "atan_difference": atan_difference,
    "cos_difference": cos_difference,
    "sin_difference": sin_difference,
    "reciprocal_difference": reciprocal_difference,
    "quotient_difference": quotient_difference,
    "root_of_product": root_of_product,
    "cos": jnp.cos,
    "erf": lax.erf,
    "erfc": lax.erfc,
    "exp_difference": exp_difference,
    "expm1_mantissa": expm1_mantissa,
    "expm1_over": expm1_over,
    "exponent": exponent,
    "generalized_entropy": generalized_entropy,
    "itakura_saito": itakura_saito,
    "log1p_over": log1p_over,
    "near_zero": near_zero,
    "finite": finite,
    "integer_pow": integer_pow,
    "log_around_one": log_around_one,
    "log_near_one": log_near_one,
    "reciprocal_sum": reciprocal_sum,
    "unscaled": unscaled,
    "log_abs_det": log_abs_det,
    "log_det": log_det,
    "log1mexp_of_small": log1mexp_of_small,
    "log1p_square": log1p_square,
    "ndtr": ndtr,
    "signed_expm1": signed_expm1,
    "log_softplus": log_softplus,
    "logaddexp": jnp.logaddexp,
    "log_sum": log_sum,
    "logsumexp": logsumexp,
    "max": jnp.maximum,
    "min": jnp.minimum,
    "near_point": near_point,
    "norm": norm,
    "power_of_two": power_of_two,
    "root_difference": root_difference,
    "log_share": log_share,
    "log_share_of_others": log_share_of_others,
    "share_of_others": share_of_others,
    "sign": lambda x: lax.stop_gradient(jnp.sign(x)),
    "sin": jnp.sin,
    "softplus_difference": softplus_difference,
    "where_finite": where_finite,
    "where_positive": where_positive,
}

# operation -> how it is computed where no branch has to be guarded
PLAIN: dict[str, Callable] = {
    "add": lax.add,
    "div": stabilized_division,
    "integer_pow": lax.integer_pow,
    "mul": lax.mul,
    "neg": lax.neg,
    "reduce_max": lambda x, axes: jnp.max(x, axis=axes, initial=-jnp.inf),
    "reduce_min": lambda x, axes: jnp.min(x, axis=axes, initial=jnp.inf),
    "reduce_prod": lambda x, axes: jnp.prod(x, axis=axes),
    "reduce_sum": lambda x, axes: jnp.sum(x, axis=axes),
    "cumsum": lambda x, axis, reverse: lax.cumsum(x, axis, reverse),
    "cumlogsumexp": lambda x, axis, reverse: lax.cumlogsumexp(x, axis, reverse),
    "select_n": lax.select_n,
    "concatenate": lambda *xs, dimension: lax.concatenate(xs, dimension),
    "stack": lambda *xs, axis: jnp.stack(xs, axis),
    "broadcast_in_dim": lambda x, shape, broadcast_dimensions, sharding=None: lax.broadcast_in_dim(
        x, shape, broadcast_dimensions
    ),
    "reshape": lambda x, new_sizes, dimensions=None, sharding=None: jnp.reshape(x, new_sizes),
    "squeeze": lambda x, dimensions: lax.squeeze(x, dimensions),
    "slice": lambda x, start_indices, limit_indices, strides=None: lax.slice(
        x, start_indices, limit_indices, strides
    ),
    "transpose": lambda x, permutation: jnp.transpose(x, permutation),
    "convert_element_type": lambda x, new_dtype, **rest: x.astype(new_dtype),
}
