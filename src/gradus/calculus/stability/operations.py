"""What the nodes of a rewritten program compute: stable operations with stable derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.special import log_ndtr, ndtr

from gradus.calculus.stability.absorbing import absorbing, absorbing_mul

sigmoid = jax.nn.sigmoid


def constant_like(x: jax.Array, value: float) -> jax.Array:
    """An array of one number, of the shape and type of `x`."""
    return jnp.full(x.shape, value, x.dtype)


def log1mexp(d: jax.Array) -> jax.Array:
    """log(1 − eᵈ) for d ≤ 0. Mächler (2012), "Accurately computing log(1 − exp(−|a|))"."""
    near = d > -math.log(2)
    close, far = jnp.where(near, d, -1.0), jnp.where(near, -1.0, d)
    return jnp.where(near, jnp.log(-jnp.expm1(close)), jnp.log1p(-jnp.exp(far)))


def logexpm1(x: jax.Array) -> jax.Array:
    """log(eˣ − 1) for x ≥ 0."""
    small = x < 1
    low, high = jnp.where(small, x, 1.0), jnp.where(small, 1.0, x)
    return jnp.where(small, jnp.log(jnp.expm1(low)), high + log1mexp(-high))


def log_ratio(a: jax.Array, b: jax.Array) -> jax.Array:
    """log(a/b), by log1p where the two are close; not a number where their signs differ."""
    near = jnp.abs(a - b) < 0.5 * jnp.abs(b)
    apart = jnp.log(jnp.abs(a)) - jnp.log(jnp.abs(b))
    ratio = jnp.where(near, jnp.log1p((a - b) / jnp.where(near, b, 1.0)), apart)
    return where_positive(ratio, jnp.sign(a) * jnp.sign(b))


def log_product(a: jax.Array, b: jax.Array) -> jax.Array:
    """log(ab), by the product where it neither overflows nor underflows."""
    product = a * b
    limits = jnp.finfo(product.dtype)
    fits = (jnp.abs(product) > limits.tiny * 1e4) & (jnp.abs(product) < limits.max / 1e4)
    apart = jnp.log(jnp.abs(a)) + jnp.log(jnp.abs(b))
    apart = where_positive(apart, jnp.sign(a) * jnp.sign(b))
    return jnp.where(fits, jnp.log(jnp.where(fits, product, 1.0)), apart)


def hypot(a: jax.Array, b: jax.Array) -> jax.Array:
    """√(a² + b²) without overflow or underflow of the squares."""
    largest = jnp.maximum(jnp.abs(a), jnp.abs(b))
    scale = jnp.where((largest == 0) | jnp.isinf(largest), 1.0, largest)
    return jnp.where(
        jnp.isinf(largest), largest, scale * jnp.sqrt((a / scale) ** 2 + (b / scale) ** 2)
    )


def direction(part: jax.Array, whole: jax.Array) -> jax.Array:
    """part / whole, and 0 at 0: the subgradient of a norm."""
    zero = whole == 0
    return jnp.where(zero, 0.0, part / jnp.where(zero, 1.0, whole))


def absorbed(weight: jax.Array, y: jax.Array) -> jax.Array:
    """weight · y, and 0 where the weight is 0, whatever y is."""
    zero = weight == 0
    return jnp.where(zero, jnp.zeros_like(y), weight * jnp.where(zero, jnp.zeros_like(y), y))


def power_slope(y: jax.Array, a: jax.Array, b: jax.Array) -> jax.Array:
    """∂aᵇ/∂a = b aᵇ⁻¹."""
    return b * jnp.where(b == 1, 1.0, lax.pow(a, b - 1))


def norm(x: jax.Array, axes: tuple[int, ...]) -> jax.Array:
    """√Σx² over `axes`, scaled by the largest element; its derivative at 0 is 0."""
    return _norm(axes, x)


def _norm_value(axes, x):
    largest = jnp.max(jnp.abs(x), axis=axes, keepdims=True, initial=0)
    scale = jnp.where((largest == 0) | ~jnp.isfinite(largest), 1.0, largest)
    return jnp.squeeze(scale, axes) * jnp.sqrt(jnp.sum((x / scale) ** 2, axis=axes))


def stabilized_norm(axes, x):
    """The scaled norm, named so that a second pass knows it."""
    return _norm_value(axes, x)


_norm = jax.custom_jvp(stabilized_norm, nondiff_argnums=(0,))


@_norm.defjvp
def _norm_jvp(axes, primals, tangents):
    (x,), (t,) = primals, tangents
    y = _norm(axes, x)
    whole = jnp.broadcast_to(jnp.expand_dims(y, axes), x.shape)
    return y, jnp.sum(direction(x, whole) * t, axis=axes)


def logsumexp(x: jax.Array, axes: tuple[int, ...]) -> jax.Array:
    """log Σ eˣ over `axes`, shifted by the largest element."""
    largest = lax.stop_gradient(jnp.max(x, axis=axes, keepdims=True, initial=-jnp.inf))
    shift = jnp.where(jnp.isfinite(largest), largest, 0.0)
    total = jnp.sum(OPERATIONS["exp"](x - shift), axis=axes)
    return OPERATIONS["log"](total) + jnp.squeeze(shift, axes)


def pivots(a: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The sign and the logarithm of |det A|, of matrices scaled by their largest element."""
    largest = lax.stop_gradient(jnp.max(jnp.abs(a), axis=(-2, -1), keepdims=True))
    scale = jnp.where((largest == 0) | ~jnp.isfinite(largest), 1.0, largest)
    sign, logarithm = jnp.linalg.slogdet(a / scale)
    return sign, logarithm + a.shape[-1] * jnp.log(scale[..., 0, 0])


def log_abs_det(a: jax.Array) -> jax.Array:
    """log |det A|."""
    return pivots(a)[1]


def log_det(a: jax.Array) -> jax.Array:
    """log det A; not a number where the determinant is negative."""
    sign, logarithm = pivots(a)
    return where_positive(logarithm, sign)


def softplus_difference(u: jax.Array, v: jax.Array, gap: jax.Array) -> jax.Array:
    """softplus u − softplus v for u − v = gap: log(1 + σ(v)(e^gap − 1)) where they are close."""
    near = jnp.abs(gap) < 1
    close = OPERATIONS["log1p"](sigmoid(v) * jnp.expm1(jnp.where(near, gap, 0.0)))
    return jnp.where(near, close, OPERATIONS["softplus"](u) - OPERATIONS["softplus"](v))


def exp_difference(u: jax.Array, v: jax.Array, gap: jax.Array) -> jax.Array:
    """eᵘ − eᵛ for u − v = gap, from the larger exponential."""
    up = gap >= 0
    below = jnp.where(up, -gap, gap)
    rest = -jnp.expm1(below)
    return jnp.where(up, rest, -rest) * jnp.exp(jnp.where(up, u, v))


def reciprocal_difference(a: jax.Array, b: jax.Array, gap: jax.Array) -> jax.Array:
    """1/a − 1/b for b − a = gap."""
    infinite = jnp.isinf(a) | jnp.isinf(b)
    top, low, high = (jnp.where(infinite, 1.0, v) for v in (gap, a, b))
    inside = OPERATIONS["div"](OPERATIONS["div"](top, low), high)
    return jnp.where(infinite, 1 / a - 1 / b, inside)


def quotient_difference(above, below, gap):
    """(eᵘ − eᵛ)/d for u − v = gap, given eᵘ/d and eᵛ/d."""
    up = gap >= 0
    rest = jnp.expm1(jnp.where(up, -gap, gap))
    return jnp.where(up, -rest * above, rest * below)


def root_of_product(x: jax.Array, y: jax.Array) -> jax.Array:
    """√(xy) where xy may overflow; not a number where the signs differ."""
    root = OPERATIONS["sqrt"]
    return where_positive(root(jnp.abs(x)) * root(jnp.abs(y)), jnp.sign(x) * jnp.sign(y))


def root_difference(root: jax.Array, b: jax.Array, gap: jax.Array) -> jax.Array:
    """√q − b for q − b² = gap: gap/(√q + b) where b > 0."""
    positive = b > 0
    total = root + jnp.where(positive, b, 1.0)
    return jnp.where(positive, OPERATIONS["div"](gap, total), root - b)


def log_softplus(u: jax.Array) -> jax.Array:
    """log log(1 + eᵘ); where eᵘ is tiny the inner logarithm is eᵘ itself."""
    tiny = u < jnp.log(jnp.finfo(u.dtype).eps)
    return jnp.where(tiny, u, jnp.log(OPERATIONS["softplus"](jnp.where(tiny, 0.0, u))))


def reciprocal_sum(u: jax.Array, v: jax.Array) -> jax.Array:
    """1/(eᵘ + eᵛ), from the larger of the two."""
    high = finite(jnp.maximum(u, v))
    scaled = OPERATIONS["exp"]
    return unscaled(1 / (scaled(u - high) + scaled(v - high)), -high)


def unscaled(mantissa: jax.Array, exponent: jax.Array) -> jax.Array:
    """m eˣ and 0 where m is 0, in two steps: eˣ alone may underflow where m eˣ does not."""
    half = OPERATIONS["exp"](0.5 * exponent)
    times = OPERATIONS["scaled_absorbed"]
    return times(times(mantissa, half), half)


def log_near_one(n: jax.Array, rest: jax.Array) -> jax.Array:
    """log |n|, given n − 1 with all its digits."""
    near = n > 0.5
    close = OPERATIONS["log1p"](jnp.where(near, rest, 0.0))
    return jnp.where(near, close, OPERATIONS["log"](jnp.abs(jnp.where(near, 1.0, n))))


def log1p_square(x: jax.Array) -> jax.Array:
    """log(1 + x²), where x² may overflow."""
    size = jnp.abs(x)
    large = size > 1
    inverse = 1 / jnp.where(large, size, 1.0)
    high = 2 * jnp.log(jnp.where(large, size, 1.0)) + jnp.log1p(inverse * inverse)
    low = jnp.where(large, 0.0, x)
    return jnp.where(large, high, jnp.log1p(low * low))


def signed_expm1(logs: jax.Array, sign: jax.Array) -> jax.Array:
    """sign · eˡ − 1"""
    return jnp.where(sign > 0, jnp.expm1(logs), sign * jnp.exp(logs) - 1)


def hazard(t: jax.Array) -> jax.Array:
    """φ(t)/Φ(−t), for large t by the continued fraction t + 1/(t + 2/(t + 3/…)). DLMF 7.9."""
    large = t > 3
    fraction = high = jnp.where(large, t, 3.0)
    for k in range(60, 0, -1):
        fraction = high + k / fraction
    low = jnp.where(large, 0.0, t)
    density = jnp.exp(-0.5 * low * low) / math.sqrt(2 * math.pi)
    return jnp.where(large, fraction, density / ndtr(-low))


def log_around_one(rest: jax.Array, otherwise: jax.Array) -> jax.Array:
    """log n by n − 1 where that is small, and `otherwise` elsewhere."""
    near = jnp.abs(rest) < 0.5
    return jnp.where(near, OPERATIONS["log1p"](jnp.where(near, rest, 0.0)), otherwise)


class Largest(NamedTuple):
    """Exponentials split into the largest and the others, over the last axis."""

    x: jax.Array
    first: jax.Array
    high: jax.Array
    others: jax.Array


def split_largest(x: jax.Array) -> Largest:
    """Σ e^{x − high} of all but the largest element."""
    first = jax.nn.one_hot(jnp.argmax(x, axis=-1), x.shape[-1], dtype=bool)
    largest = jnp.where(first & jnp.isfinite(x), x, 0.0)
    high = jnp.sum(largest, axis=-1, keepdims=True)  # its derivative counts: it stands for x
    size = OPERATIONS["exp"](jnp.where(first, -jnp.inf, x) - high)
    return Largest(x, first, high, jnp.sum(size, axis=-1, keepdims=True))


def over_axes(f: Callable[[Largest], jax.Array]) -> Callable:
    """f of logarithms along the last axis, as an operation over any axes."""

    def operation(x: jax.Array, axes: tuple[int, ...]) -> jax.Array:
        last = tuple(range(-len(axes), 0))
        ordered = jnp.moveaxis(x, axes, last)
        flat = ordered.reshape(*ordered.shape[: x.ndim - len(axes)], -1)
        return jnp.moveaxis(f(split_largest(flat)).reshape(ordered.shape), last, axes)

    return operation


def _log_share(s: Largest) -> jax.Array:
    return jnp.where(s.first, 0.0, s.x - s.high) - jnp.log1p(s.others)


def _share_of_others(s: Largest) -> jax.Array:
    size = OPERATIONS["exp"](jnp.where(s.first, -jnp.inf, s.x) - s.high)
    return jnp.where(s.first, s.others, 1 + s.others - size) / (1 + s.others)


def _log_share_of_others(s: Largest) -> jax.Array:
    rest = jnp.where(s.first, -jnp.inf, s.x)
    high = finite(jnp.max(rest, axis=-1, keepdims=True))
    total = jnp.sum(OPERATIONS["exp"](rest - high), axis=-1, keepdims=True)
    of_largest = OPERATIONS["log"](total) + (high - s.high) - jnp.log1p(s.others)
    small = jnp.where(s.first, 0.0, OPERATIONS["exp"](s.x - s.high) / (1 + s.others))
    return jnp.where(s.first, of_largest, jnp.log1p(-small))


log_share = over_axes(_log_share)
share_of_others = over_axes(_share_of_others)
log_share_of_others = over_axes(_log_share_of_others)


def finite(x: jax.Array) -> jax.Array:
    """A shift that is a number, and no part of the derivative."""
    return lax.stop_gradient(jnp.where(jnp.isfinite(x), x, 0.0))


def exponent(mantissa: jax.Array, x: jax.Array) -> jax.Array:
    """The exponent of m eˣ: −∞ where m is 0."""
    return jnp.where(mantissa == 0, -jnp.inf, x)


def where_finite(y: jax.Array, x: jax.Array) -> jax.Array:
    """y, and not a number where x is infinite or not a number."""
    return y + lax.stop_gradient(jnp.where(jnp.isfinite(x), 0.0, jnp.nan))


def where_positive(y: jax.Array, sign: jax.Array) -> jax.Array:
    """y, and not a number where `sign` is negative."""
    return y + lax.stop_gradient(jnp.where(sign < 0, jnp.nan, 0.0))


def polynomial(u: jax.Array, coefficients: tuple[float, ...]) -> jax.Array:
    """Σ cₖ uᵏ by Horner's rule."""
    total = constant_like(u, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total * u + c
    return total


def near_point(u, otherwise, *, coefficients, radius, center):
    """Σ cₖ (u − center)ᵏ within the radius, and `otherwise` outside."""
    near = jnp.abs(u - center) < radius
    return jnp.where(near, polynomial(jnp.where(near, u - center, 0.0), coefficients), otherwise)


# operation -> what it computes, with a derivative in which zero absorbs infinity
OPERATIONS: dict[str, Callable] = {
    "log": absorbing(jnp.log, lambda y, x: 1 / x),
    "log1p": absorbing(jnp.log1p, lambda y, x: 1 / (1 + x)),
    "exp": absorbing(jnp.exp, lambda y, x: y, both=True),
    "exp2": absorbing(jnp.exp2, lambda y, x: math.log(2) * y, both=True),
    "expm1": absorbing(jnp.expm1, lambda y, x: jnp.exp(x)),
    "sqrt": absorbing(jnp.sqrt, lambda y, x: 0.5 / y),
    "root_of_squares": absorbing(jnp.sqrt, lambda y, x: direction(constant_like(y, 0.5), y)),
    "rsqrt": absorbing(lax.rsqrt, lambda y, x: -0.5 * y / x),
    "tanh": absorbing(jnp.tanh, lambda y, x: 4 * sigmoid(2 * x) * sigmoid(-2 * x)),
    "logistic": absorbing(sigmoid, lambda y, x: sigmoid(x) * sigmoid(-x)),
    "sinh": absorbing(jnp.sinh, lambda y, x: jnp.cosh(x)),
    "cosh": absorbing(jnp.cosh, lambda y, x: jnp.sinh(x)),
    "abs": absorbing(jnp.abs, lambda y, x: jnp.sign(x)),
    "acos": absorbing(jnp.arccos, lambda y, x: -1 / jnp.sqrt((1 - x) * (1 + x))),
    "acosh": absorbing(jnp.arccosh, lambda y, x: 1 / (jnp.sqrt(x - 1) * jnp.sqrt(x + 1))),
    "asin": absorbing(jnp.arcsin, lambda y, x: 1 / jnp.sqrt((1 - x) * (1 + x))),
    "asinh": absorbing(jnp.arcsinh, lambda y, x: 1 / hypot(x, jnp.ones_like(x))),
    "atanh": absorbing(jnp.arctanh, lambda y, x: 1 / ((1 - x) * (1 + x))),
    "mul": absorbing(lax.mul, lambda y, a, b: b, lambda y, a, b: a),
    "div": absorbing(lax.div, lambda y, a, b: 1 / b, lambda y, a, b: -(y / b)),
    "pow": absorbing(lax.pow, power_slope, lambda y, a, b: y * jnp.log(jnp.where(a > 0, a, 1.0))),
    "scaled_mul": absorbing(lax.mul, lambda y, a, b: b, lambda y, a, b: a, both=True),
    "scaled_div": absorbing(lax.div, lambda y, a, b: 1 / b, lambda y, a, b: -(y / b), both=True),
    "absorbed": absorbing(absorbed, lambda y, a, b: b, lambda y, a, b: a),
    "quotient": absorbing(lax.div, lambda y, a, b: 1 / b, lambda y, a, b: -(y / b)),
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
        lambda above, below, gap: quotient_difference(above, below, gap),
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
    "softplus": absorbing(lambda x: jnp.logaddexp(x, 0.0), lambda y, x: sigmoid(x)),
    "log1mexp": absorbing(log1mexp, lambda y, d: -1 / jnp.expm1(-d)),
    "logexpm1": absorbing(logexpm1, lambda y, x: -1 / jnp.expm1(-x)),
    "log_ndtr": absorbing(log_ndtr, lambda y, x: hazard(-x)),
    "log_ratio": absorbing(log_ratio, lambda y, a, b: 1 / a, lambda y, a, b: -1 / b),
    "log_product": absorbing(log_product, lambda y, a, b: 1 / a, lambda y, a, b: 1 / b),
    "scaled_absorbed": absorbing(absorbed, lambda y, a, b: b, lambda y, a, b: a, both=True),
    "hypot": absorbing(hypot, lambda y, a, b: direction(a, y), lambda y, a, b: direction(b, y)),
}


def integer_pow(x: jax.Array, y: int) -> jax.Array:
    """xʸ with an absorbing derivative."""
    return absorbing(
        lambda v: lax.integer_pow(v, y),
        lambda p, v: y * lax.integer_pow(v, y - 1),
        both=True,
    )(x)


# operation -> what it computes; its derivative is that of the definition
COMPOSED: dict[str, Callable] = {
    "as_written": lambda x: x,
    "reciprocal_difference": reciprocal_difference,
    "quotient_difference": quotient_difference,
    "root_of_product": root_of_product,
    "cos": jnp.cos,
    "erf": lax.erf,
    "erfc": lax.erfc,
    "exp_difference": exp_difference,
    "exponent": exponent,
    "finite": finite,
    "integer_pow": integer_pow,
    "log_around_one": log_around_one,
    "log_near_one": log_near_one,
    "reciprocal_sum": reciprocal_sum,
    "unscaled": unscaled,
    "log_abs_det": log_abs_det,
    "log_det": log_det,
    "log1p_square": log1p_square,
    "ndtr": ndtr,
    "signed_expm1": signed_expm1,
    "log_softplus": log_softplus,
    "logaddexp": jnp.logaddexp,
    "logsumexp": logsumexp,
    "max": jnp.maximum,
    "min": jnp.minimum,
    "near_point": near_point,
    "norm": norm,
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


@jax.custom_jvp
def stabilized_division(a: jax.Array, b: jax.Array) -> jax.Array:
    """a / b, whose slope −(a/b)/b does not square b."""
    return lax.div(a, b)


@stabilized_division.defjvp
def _(operands, tangents):
    (a, b), (ta, tb) = operands, tangents
    y = stabilized_division(a, b)
    return y, ta / b - (y / b) * tb


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
    "transpose": lambda x, permutation: jnp.transpose(x, permutation),
    "convert_element_type": lambda x, new_dtype, **rest: x.astype(new_dtype),
}
