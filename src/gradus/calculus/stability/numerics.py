"""Stable forms of compound formulas, each from the part that is known with all its digits."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.special import log_ndtr, ndtr

from gradus.calculus.stability.absorbing import absorbing
from gradus.calculus.stability.elementary import (
    ELEMENTARY,
    constant_like,
    direction,
    sigmoid,
    where_positive,
)


def norm(x: jax.Array, axes: tuple[int, ...]) -> jax.Array:
    """√Σx² over `axes`, scaled by the largest element; its derivative at 0 is 0."""
    return _norm(axes, x)


def stabilized_norm(axes: tuple[int, ...], x: jax.Array) -> jax.Array:
    """The scaled norm, named so that a second pass knows it."""
    largest = jnp.max(jnp.abs(x), axis=axes, keepdims=True, initial=0)
    scale = jnp.where((largest == 0) | ~jnp.isfinite(largest), 1.0, largest)
    return jnp.squeeze(scale, axes) * jnp.sqrt(jnp.sum((x / scale) ** 2, axis=axes))


_norm = jax.custom_jvp(stabilized_norm, nondiff_argnums=(0,))


@_norm.defjvp
def _norm_jvp(axes, primals, tangents):
    (x,), (t,) = primals, tangents
    y = _norm(axes, x)
    whole = jnp.broadcast_to(jnp.expand_dims(y, axes), x.shape)
    return y, jnp.sum(direction(x, whole) * t, axis=axes)


def logsumexp(x: jax.Array, axes: tuple[int, ...]) -> jax.Array:
    """log Σ eˣ over `axes`, shifted by the largest element."""
    shift = finite(jnp.max(x, axis=axes, keepdims=True, initial=-jnp.inf))
    total = jnp.sum(ELEMENTARY["exp"](x - shift), axis=axes)
    return ELEMENTARY["log"](total) + jnp.squeeze(shift, axes)


def log_sum(*logs: jax.Array, weights: tuple[float, ...]) -> jax.Array:
    """log Σ wᵢ eˡⁱ of a few logarithms, by log1p of what the others add to the largest term."""
    shares = [lambda y, *x, i=i: _around_largest(x, weights)[1][i] for i in range(len(logs))]
    return absorbing(lambda *x: _around_largest(x, weights)[0], *shares, both=True)(*logs)


def _around_largest(logs, weights: tuple[float, ...]) -> tuple[jax.Array, jax.Array]:
    """log Σ wᵢ eˡⁱ, and the share of every term."""
    x = jnp.stack(logs)
    w = jnp.asarray(weights, x.dtype).reshape(-1, *[1] * (x.ndim - 1))
    first = jax.nn.one_hot(jnp.argmax(x + jnp.log(w), axis=0), len(logs), dtype=bool, axis=0)
    high = jnp.max(jnp.where(first, x, -jnp.inf), axis=0, keepdims=True)
    heaviest = jnp.sum(jnp.where(first, w, 0.0), axis=0, keepdims=True)
    ratios = jnp.where(first, 1.0, w / heaviest * jnp.exp(x - finite(high)))
    others = jnp.sum(jnp.where(first, 0.0, ratios), axis=0, keepdims=True)
    total = high + jnp.log(heaviest) + jnp.log1p(others)
    return total.squeeze(0), ratios / (1 + others)


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
    close = ELEMENTARY["log1p"](sigmoid(v) * jnp.expm1(jnp.where(near, gap, 0.0)))
    return jnp.where(near, close, ELEMENTARY["softplus"](u) - ELEMENTARY["softplus"](v))


def exp_difference(u: jax.Array, v: jax.Array, gap: jax.Array) -> jax.Array:
    """eᵘ − eᵛ for u − v = gap, from the larger exponential."""
    up = gap >= 0
    below = jnp.where(up, -gap, gap)
    rest = -jnp.expm1(below)
    return jnp.where(up, rest, -rest) * jnp.exp(jnp.where(up, u, v))


def of_close_angles(direct, product):
    """f(u) − f(v) for u − v = gap: by a product where u and v are close, directly elsewhere."""

    def difference(u: jax.Array, v: jax.Array, gap: jax.Array) -> jax.Array:
        near = jnp.abs(gap) * jnp.maximum(1.0, jnp.abs(u)) < 0.5
        close = product(*(jnp.where(near, x, 0.0) for x in (u, v, gap)))
        return jnp.where(near, close, direct(u) - direct(v))

    return difference


sin_difference = of_close_angles(
    jnp.sin, lambda u, v, gap: 2 * jnp.cos(v + 0.5 * gap) * jnp.sin(0.5 * gap)
)
cos_difference = of_close_angles(
    jnp.cos, lambda u, v, gap: -2 * jnp.sin(v + 0.5 * gap) * jnp.sin(0.5 * gap)
)


def atan_difference(u: jax.Array, v: jax.Array, gap: jax.Array) -> jax.Array:
    """arctan u − arctan v for u − v = gap: the angle of (1 + uv, u − v), where uv does not
    overflow."""
    product = u * v
    near = (product > -0.5) & (product < jnp.finfo(u.dtype).max)
    close = jnp.arctan2(jnp.where(near, gap, 0.0), jnp.where(near, 1 + product, 1.0))
    return jnp.where(near, close, jnp.arctan(u) - jnp.arctan(v))


def reciprocal_difference(a: jax.Array, b: jax.Array, gap: jax.Array) -> jax.Array:
    """1/a − 1/b for b − a = gap."""
    infinite = jnp.isinf(a) | jnp.isinf(b)
    top, low, high = (jnp.where(infinite, 1.0, v) for v in (gap, a, b))
    inside = ELEMENTARY["div"](ELEMENTARY["div"](top, low), high)
    return jnp.where(infinite, 1 / a - 1 / b, inside)


def quotient_difference(above, below, gap):
    """(eᵘ − eᵛ)/d for u − v = gap, given eᵘ/d and eᵛ/d."""
    up = gap >= 0
    rest = jnp.expm1(jnp.where(up, -gap, gap))
    return jnp.where(up, -rest * above, rest * below)


def root_of_product(x: jax.Array, y: jax.Array) -> jax.Array:
    """√(xy) where xy may overflow; not a number where the signs differ."""
    root = ELEMENTARY["sqrt"]
    return where_positive(root(jnp.abs(x)) * root(jnp.abs(y)), jnp.sign(x) * jnp.sign(y))


def root_difference(root: jax.Array, b: jax.Array, gap: jax.Array) -> jax.Array:
    """√q − b for q − b² = gap: gap/(√q + b) where b > 0."""
    positive = b > 0
    total = root + jnp.where(positive, b, 1.0)
    return jnp.where(positive, ELEMENTARY["div"](gap, total), root - b)


def log_softplus(u: jax.Array) -> jax.Array:
    """log log(1 + eᵘ); where eᵘ is tiny the inner logarithm is eᵘ itself."""
    tiny = u < jnp.log(jnp.finfo(u.dtype).eps)
    return jnp.where(tiny, u, jnp.log(ELEMENTARY["softplus"](jnp.where(tiny, 0.0, u))))


def expm1_mantissa(u: jax.Array) -> jax.Array:
    """(eᵘ − 1) e^{−max(u, 0)}"""
    above, below = jnp.where(u > 0, u, 0.0), jnp.where(u > 0, 0.0, u)
    return jnp.where(u > 0, -jnp.expm1(-above), jnp.expm1(below))


def reciprocal_sum(u: jax.Array, v: jax.Array) -> jax.Array:
    """1/(eᵘ + eᵛ), from the larger of the two."""
    high = finite(jnp.maximum(u, v))
    scaled = ELEMENTARY["exp"]
    return unscaled(1 / (scaled(u - high) + scaled(v - high)), -high)


def unscaled(mantissa: jax.Array, exponent: jax.Array) -> jax.Array:
    """m eˣ and 0 where m is 0, in two steps: eˣ alone may underflow where m eˣ does not."""
    half = ELEMENTARY["exp"](0.5 * exponent)
    times = ELEMENTARY["scaled_absorbed"]
    return times(times(mantissa, half), half)


def log1mexp_of_small(d: jax.Array, logarithm: jax.Array) -> jax.Array:
    """log(1 − eᵈ), given log(−d): that is what it is where d is tiny."""
    tiny = logarithm < jnp.log(jnp.finfo(d.dtype).eps)
    return jnp.where(tiny, logarithm, ELEMENTARY["log1mexp"](jnp.where(tiny, -1.0, d)))


def log_near_one(n: jax.Array, rest: jax.Array) -> jax.Array:
    """log |n|, given n − 1 with all its digits."""
    near = n > 0.5
    close = ELEMENTARY["log1p"](jnp.where(near, rest, 0.0))
    return jnp.where(near, close, ELEMENTARY["log"](jnp.abs(jnp.where(near, 1.0, n))))


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


def log_density(x: jax.Array) -> jax.Array:
    """log φ(x)"""
    return -0.5 * x * x - 0.5 * math.log(2 * math.pi)


def log_normal_interval(a: jax.Array, b: jax.Array) -> jax.Array:
    """log(Φ(b) − Φ(a)) for a < b; not a number for b < a. On the side where both are small."""
    flip = a + b > 0
    low, high = jnp.where(flip, -b, a), jnp.where(flip, -a, b)
    above = log_ndtr(high)
    gap = jnp.minimum(log_ndtr(low) - above, 0.0)
    return where_positive(above + ELEMENTARY["log1mexp"](gap), jnp.sign(b - a))


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
    return jnp.where(near, ELEMENTARY["log1p"](jnp.where(near, rest, 0.0)), otherwise)


def finite(x: jax.Array) -> jax.Array:
    """A shift that is a number, and no part of the derivative."""
    return lax.stop_gradient(jnp.where(jnp.isfinite(x), x, 0.0))


def power_of_two(x: jax.Array) -> jax.Array:
    """2ᵐ with 2ᵐ⁻¹ ≤ |x| < 2ᵐ: dividing by it rounds nothing; 1 for 0 and for infinities."""
    x = lax.stop_gradient(x)
    usual = (x > 0) & jnp.isfinite(x)
    return jnp.ldexp(jnp.ones_like(x), jnp.frexp(jnp.where(usual, x, 0.5))[1])


def exponent(mantissa: jax.Array, x: jax.Array) -> jax.Array:
    """The exponent of m eˣ: −∞ where m is 0."""
    return jnp.where(mantissa == 0, -jnp.inf, x)


def where_finite(y: jax.Array, x: jax.Array) -> jax.Array:
    """y, and not a number where x is infinite or not a number."""
    return y + lax.stop_gradient(jnp.where(jnp.isfinite(x), 0.0, jnp.nan))


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


@jax.custom_jvp
def stabilized_division(a: jax.Array, b: jax.Array) -> jax.Array:
    """a / b, whose slope −(a/b)/b does not square b."""
    return lax.div(a, b)


@stabilized_division.defjvp
def _(operands, tangents):
    (a, b), (ta, tb) = operands, tangents
    y = stabilized_division(a, b)
    return y, ta / b - (y / b) * tb
