"""A series that is chaos: the Mackey-Glass equation, whose change depends on its past."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple

import numpy as np

from gradus.base.checks import check_whole
from gradus.base.errors import InputError

Point = tuple[float, float]  # value and slope


class Equation(NamedTuple):
    """ẋ(t) = β x(t − τ) / (1 + x(t − τ)ⁿ) − γ x(t)."""

    tau: float
    beta: float
    gamma: float
    power: float

    def __call__(self, x: float, past: float) -> float:
        """The slope, from the value now and that of τ ago."""
        return self.beta * past / (1 + past**self.power) - self.gamma * x


def mackey_glass(
    n: int,
    *,
    tau: float = 17.0,
    beta: float = 0.2,
    gamma: float = 0.1,
    power: float = 10.0,
    start: float = 1.2,
    step: float = 0.1,
    every: int = 10,
    discard: int = 1000,
) -> np.ndarray:
    """The Mackey-Glass series: ẋ(t) = β x(t − τ) / (1 + x(t − τ)ⁿ) − γ x(t).

    Integrated by the classical Runge-Kutta method; x(t − τ) in the middle of a step comes from
    the cubic through the values and slopes at its ends, so that the error is of order step⁴. For
    τ = 17 the series is mildly chaotic: two that differ by a little are e times as far apart after
    some 150 units of time.

    Arguments:
        n: how many values.
        tau: τ > 0, a whole multiple of `step`.
        beta, gamma, power: β, γ and n of the equation.
        start: x(t) for all t ≤ 0, 0 or more.
        step: of the integration.
        every: steps from one value of the series to the next: 10 steps of 0.1 are one unit of time.
        discard: how many values are left out at the beginning, where the start is still felt.

    Gives the values as 64-bit numbers, shape (n,). Raises InputError for lengths and steps that
    fit nothing.

    >>> mackey_glass(3).round(6)
    array([0.947202, 0.90092 , 0.857829])

    Before anything has come back after τ, the equation is linear; at t = 10 the exact value is
    2q + (1.2 − 2q) e⁻¹ with q = 1.2 / (1 + 1.2¹⁰):

    >>> q = 1.2 / (1 + 1.2**10)
    >>> exact = 2 * q + (1.2 - 2 * q) * np.exp(-1)
    >>> bool(abs(mackey_glass(11, discard=0)[10] - exact) < 1e-9)
    True

    Mackey and Glass (1977); the parameters are those of Jaeger and Haas (2004).
    """
    equation = Equation(float(tau), float(beta), float(gamma), float(power))
    lag = checked_lag(equation, start, step)
    for name, value, least in (("n", n, 1), ("every", every, 1), ("discard", discard, 0)):
        check_whole(f"mackey_glass: {name}", value, least)
    values = integrated(equation, lag, float(start), step, (n + discard - 1) * every)
    return np.array(values[discard * every :: every])


def integrated(equation: Equation, lag: int, start: float, step: float, steps: int) -> list[float]:
    """x at 0, step, 2 step, …; `lag` is how many steps τ is."""
    x = [start]
    slopes = [equation(start, start)]
    for i in range(steps):
        before, after = past_of(x, slopes, i - lag)
        middle = between(before, after, step)
        now = x[i]
        one = equation(now, before[0])
        two = equation(now + step / 2 * one, middle)
        three = equation(now + step / 2 * two, middle)
        four = equation(now + step * three, after[0])
        x.append(now + step / 6 * (one + 2 * two + 2 * three + four))
        slopes.append(equation(x[-1], after[0]))
    return x


def past_of(x: list[float], slopes: list[float], i: int) -> tuple[Point, Point]:
    """Value and slope at both ends of step i; before the first step nothing changes."""
    if i < 0:
        return (x[0], 0.0), (x[0], 0.0)
    return (x[i], slopes[i]), (x[i + 1], slopes[i + 1])


def between(one: Point, other: Point, step: float) -> float:
    """The middle of the cubic with these values and slopes at its ends."""
    return (one[0] + other[0]) / 2 + step * (one[1] - other[1]) / 8


def checked_lag(equation: Equation, start: float, step: float) -> int:
    """τ in steps; raises InputError where it is no whole number of them."""
    fine = isfinite(step) and step > 0 and equation.tau > 0 and isfinite(equation.tau)
    lag = round(equation.tau / step) if fine else 0
    if lag < 1 or abs(lag * step - equation.tau) > 1e-9 * equation.tau:
        raise InputError(
            "mackey_glass: tau and step",
            expected="tau above 0, a whole multiple of step",
            got=f"tau {equation.tau}, step {step}",
            fix="write tau=17, step=0.1",
        )
    if not (isfinite(start) and start >= 0):
        raise InputError(
            "mackey_glass: start", expected="a number from 0 up", got=start, fix="write start=1.2"
        )
    return lag
