"""Laurent series in one variable: what a formula does near a point, exactly to many orders."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

ORDERS = 64  # coefficients that are kept


class Laurent:
    """uᵒʳᵈᵉʳ (c₀ + c₁u + c₂u² + …) with c₀ ≠ 0, or 0.

    Arguments:
        order: the lowest power; negative at a pole.
        c: the coefficients from there on.
    """

    def __init__(self, order: int, c: np.ndarray):
        first = int(np.argmax(c != 0)) if np.any(c != 0) else len(c)
        self.zero = first == len(c)
        self.order = order + first
        self.c = np.concatenate([c[first:], np.zeros(first)])
        self.known = len(c) - first

    @property
    def at_point(self) -> float:
        """The value at the point; infinite at a pole."""
        if self.zero or self.order > 0:
            return 0.0
        return float(self.c[0]) if self.order == 0 else math.inf

    def from_order(self, order: int) -> np.ndarray:
        """Coefficients from a lower power on."""
        out = np.zeros(ORDERS)
        if not self.zero and self.order - order < ORDERS:
            out[self.order - order :] = self.c[: ORDERS - (self.order - order)]
        return out

    def __add__(self, other: Laurent) -> Laurent:
        if self.zero or other.zero:
            return other if self.zero else self
        low = min(self.order, other.order)
        a, b = self.from_order(low), other.from_order(low)
        return Laurent(low, cleaned(a + b, np.maximum(np.abs(a), np.abs(b))))

    def __neg__(self) -> Laurent:
        return Laurent(self.order, -self.c)

    def __mul__(self, other: Laurent) -> Laurent:
        if self.zero or other.zero:
            return number(0.0)
        product = np.convolve(self.c, other.c)[:ORDERS]
        scale = np.convolve(np.abs(self.c), np.abs(other.c))[:ORDERS]
        return Laurent(self.order + other.order, cleaned(product, scale))

    def inverse(self) -> Laurent | None:
        """1/series"""
        if self.zero:
            return None
        out = np.zeros(ORDERS)
        out[0] = 1 / self.c[0]
        for k in range(1, ORDERS):
            out[k] = -folded(self.c[1 : k + 1], out, k) / self.c[0]
        return Laurent(-self.order, out)

    def power(self, p: float) -> Laurent | None:
        """series^p by the recurrence of J. C. P. Miller."""
        if self.zero or (self.c[0] < 0 and p != int(p)) or self.order * p != int(self.order * p):
            return None
        if self.order % 2 == 1 and p != int(p):
            return None
        out = np.zeros(ORDERS)
        out[0] = self.c[0] ** p
        k = np.arange(ORDERS)
        for n in range(1, ORDERS):
            weight = (p * k[1 : n + 1] - n + k[1 : n + 1]) * self.c[1 : n + 1]
            out[n] = folded(weight, out, n) / (n * self.c[0])
        return Laurent(int(self.order * p), out)

    def derivative(self) -> Laurent:
        """d series/du"""
        if self.zero:
            return self
        return Laurent(self.order - 1, self.c * (self.order + np.arange(ORDERS)))

    def integral(self, constant: float) -> Laurent | None:
        """∫ series du with this value at the point; None where it has a logarithm."""
        if self.zero:
            return number(constant)
        if self.order < 0:
            return None
        powers = self.order + np.arange(ORDERS) + 1
        return Laurent(self.order + 1, self.c / powers) + number(constant)

    def exp(self) -> Laurent | None:
        """e^series by the recurrence of its derivative."""
        if self.order < 0 and not self.zero:
            return None
        a = self.from_order(0)
        if abs(a[0]) > 50:
            return None
        out = np.zeros(ORDERS)
        out[0] = math.exp(a[0])
        k = np.arange(ORDERS)
        for n in range(1, ORDERS):
            out[n] = folded(k[1 : n + 1] * a[1 : n + 1], out, n) / n
        return Laurent(0, out)

    def compose(self, slope: Callable[[Laurent], Laurent | None], value: float) -> Laurent | None:
        """f(series) from f'(series) and f at the point."""
        if self.order < 0 and not self.zero:
            return None
        outer = slope(self)
        return None if outer is None else (outer * self.derivative()).integral(value)


def cleaned(value, scale):
    """The value, and 0 where it is the rounding error of terms of that scale."""
    return np.where(np.abs(value) <= 1e-13 * scale, 0.0, value)


def folded(weight: np.ndarray, out: np.ndarray, n: int) -> float:
    """Σₖ weightₖ outₙ₋ₖ of a recurrence, k = 1 … n."""
    terms = weight * out[n - 1 :: -1][:n]
    return float(cleaned(np.sum(terms), np.sum(np.abs(terms))))


def number(value: float) -> Laurent:
    """A constant."""
    c = np.zeros(ORDERS)
    c[0] = value
    return Laurent(0, c)


def variable(point: float) -> Laurent:
    """point + u"""
    c = np.zeros(ORDERS)
    c[0], c[1] = point, 1.0
    return Laurent(0, c) if point else Laurent(1, np.eye(1, ORDERS)[0])


def both(series: Laurent) -> tuple[Laurent, Laurent] | None:
    """e^series and e^−series."""
    plus, minus = series.exp(), (-series).exp()
    return None if plus is None or minus is None else (plus, minus)


def sinh(series: Laurent) -> Laurent | None:
    """(eˢ − e⁻ˢ)/2"""
    pair = both(series)
    return None if pair is None else (pair[0] + -pair[1]) * number(0.5)


def cosh(series: Laurent) -> Laurent | None:
    """(eˢ + e⁻ˢ)/2"""
    pair = both(series)
    return None if pair is None else (pair[0] + pair[1]) * number(0.5)


def quotient(a: Laurent | None, b: Laurent | None) -> Laurent | None:
    """a/b"""
    if a is None or b is None:
        return None
    inverse = b.inverse()
    return None if inverse is None else a * inverse


def sin(series: Laurent) -> Laurent | None:
    """sin by its addition theorem, from the recurrences of sin and cos of what vanishes."""
    pair = sin_cos(series)
    return None if pair is None else pair[0]


def cos(series: Laurent) -> Laurent | None:
    """cos, likewise."""
    pair = sin_cos(series)
    return None if pair is None else pair[1]


def sin_cos(series: Laurent) -> tuple[Laurent, Laurent] | None:
    """Both at once: each is the integral of the other times the slope."""
    if series.order < 0 and not series.zero:
        return None
    a = series.from_order(0)
    s, c = np.zeros(ORDERS), np.zeros(ORDERS)
    s[0], c[0] = math.sin(a[0]), math.cos(a[0])
    k = np.arange(ORDERS)
    for n in range(1, ORDERS):
        weight = k[1 : n + 1] * a[1 : n + 1]
        s[n] = folded(weight, c, n) / n
        c[n] = -folded(weight, s, n) / n
    return Laurent(0, s), Laurent(0, c)


def log(series: Laurent) -> Laurent | None:
    """log of a series that is positive at the point."""
    if series.zero or series.order != 0 or series.c[0] <= 0:
        return None
    return series.compose(lambda s: s.inverse(), math.log(series.c[0]))


def logistic(series: Laurent) -> Laurent | None:
    """1/(1 + e⁻ˢ)"""
    minus = (-series).exp()
    return None if minus is None else (number(1.0) + minus).inverse()


def atanh(series: Laurent) -> Laurent | None:
    """artanh from its slope 1/(1 − s²)"""
    if series.zero or abs(series.at_point) >= 1:
        return None
    return series.compose(lambda s: (number(1.0) + -(s * s)).inverse(), math.atanh(series.at_point))


def by_root(
    sign_one: float, sign_square: float, value: Callable[[float], float], factor: float = 1
):
    """f with the slope ±1/√(a + b s²): asin, acos, asinh."""

    def f(series: Laurent) -> Laurent | None:
        if not abs(series.at_point) < 1:
            return None
        return series.compose(
            lambda s: _times((number(sign_one) + number(sign_square) * s * s).power(-0.5), factor),
            value(series.at_point),
        )

    return f


def _times(series: Laurent | None, factor: float) -> Laurent | None:
    return None if series is None else series * number(factor)


def atan(series: Laurent) -> Laurent | None:
    """arctan from its slope 1/(1 + s²)"""
    if not math.isfinite(series.at_point):
        return None
    return series.compose(lambda s: (number(1.0) + s * s).inverse(), math.atan(series.at_point))


def erf(series: Laurent) -> Laurent | None:
    """erf from its slope 2/√π e^{−s²}"""
    if not math.isfinite(series.at_point):
        return None
    return series.compose(
        lambda s: _times((-(s * s)).exp(), 2 / math.sqrt(math.pi)), math.erf(series.at_point)
    )


def shifted(f: Callable[[Laurent], Laurent | None], before: float, after: float):
    """s ↦ f(s + before) + after"""

    def g(series: Laurent) -> Laurent | None:
        inner = f(series + number(before))
        return None if inner is None else inner + number(after)

    return g


SERIES: dict[str, Callable[[Laurent], Laurent | None]] = {
    "acos": by_root(1.0, -1.0, math.acos, -1),
    "asin": by_root(1.0, -1.0, math.asin),
    "asinh": by_root(1.0, 1.0, math.asinh),
    "atan": atan,
    "atanh": atanh,
    "cos": cos,
    "cosh": cosh,
    "erf": erf,
    "erfc": lambda s: None if (e := erf(s)) is None else number(1.0) + -e,
    "exp": Laurent.exp,
    "exp2": lambda s: (s * number(math.log(2))).exp(),
    "expm1": shifted(Laurent.exp, 0.0, -1.0),
    "log": log,
    "log1p": shifted(log, 1.0, 0.0),
    "logistic": logistic,
    "neg": Laurent.__neg__,
    "sin": sin,
    "sinh": sinh,
    "softplus": lambda s: None if (e := s.exp()) is None else log(number(1.0) + e),
    "sqrt": lambda s: s.power(0.5),
    "tan": lambda s: quotient(sin(s), cos(s)),
    "tanh": lambda s: quotient(sinh(s), cosh(s)),
}
