"""Elementary operations, with a derivative in which an exact zero absorbs an infinity."""

from __future__ import annotations

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from gradus.calculus.stability.absorbing import absorbing

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


def where_positive(y: jax.Array, sign: jax.Array) -> jax.Array:
    """y, and not a number where `sign` is negative."""
    return y + lax.stop_gradient(jnp.where(sign < 0, jnp.nan, 0.0))


# operation -> what it computes
ELEMENTARY: dict[str, Callable] = {
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
    "softplus": absorbing(lambda x: jnp.logaddexp(x, 0.0), lambda y, x: sigmoid(x)),
    "log1mexp": absorbing(log1mexp, lambda y, d: -1 / jnp.expm1(-d)),
    "logexpm1": absorbing(logexpm1, lambda y, x: -1 / jnp.expm1(-x)),
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
