"""Sums, means, norms and softmaxes of mpmath numbers in lists: what the exact formulas share."""

from __future__ import annotations

from mpmath import mp


def total(v):
    """Σ vᵢ."""
    return mp.fsum(v)


def mean(v):
    """Σ vᵢ / n."""
    return total(v) / len(v)


def dot(u, v):
    """Σ uᵢ vᵢ."""
    return mp.fsum(a * b for a, b in zip(u, v, strict=True))


def product(v):
    """Π vᵢ."""
    return mp.fprod(v)


def norm(v):
    """√Σ vᵢ²."""
    return mp.sqrt(dot(v, v))


def unit(v):
    """Gradient of the norm: v / ‖v‖, and 0 at 0, the subgradient of least size."""
    return [a / norm(v) if any(v) else mp.zero for a in v]


def minus(u, v):
    """uᵢ - vᵢ."""
    return [a - b for a, b in zip(u, v, strict=True)]


def variance(v):
    """Σ (vᵢ - v̄)² / n."""
    center = mean(v)
    return mean([(a - center) ** 2 for a in v])


def logsumexp(z):
    """log Σ exp zᵢ, shifted by the largest."""
    top = max(z)
    return top + mp.log(total([mp.exp(a - top) for a in z]))


def softmax(z):
    """exp zᵢ / Σ exp zⱼ."""
    top = max(z)
    e = [mp.exp(a - top) for a in z]
    s = total(e)
    return [a / s for a in e]


def softplus(x):
    """log(1 + eˣ), for every x."""
    return max(x, mp.zero) + mp.log1p(mp.exp(-abs(x)))


def sigmoid(x):
    """1 / (1 + e⁻ˣ)."""
    return mp.exp(-softplus(-x))


def xlogx(p):
    """p log p, 0 at 0."""
    return p * mp.log(p) if p else mp.zero


def zeros_like(v):
    """0 for every number of a nesting."""
    return [zeros_like(a) for a in v] if isinstance(v, list) else mp.zero
