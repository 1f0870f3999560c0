"""Gradient check: derivatives against values of the function itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.calculus.differences import Slopes
from gradus.calculus.findings import Finding, GradientCheck
from gradus.calculus.point import Place, point
from gradus.calculus.probe import Probe, probe
from gradus.calculus.traceable import refusals_at_their_line

DIRECTIONS = 2  # per array
PARTS = 16  # into which what is wrong is divided, again and again, until one entry is left
SAFETY = 4  # times the estimated error of a difference quotient


def check_gradient(f: Callable, *args: Any, seed: int = 0) -> GradientCheck:
    """Compare the derivatives of f with (f(x + hd) − f(x − hd)) / 2h for h → 0.

    Every array of the arguments is looked at along random directions d, by forward and by reverse
    accumulation. Where one disagrees, the array is divided until an entry is found that is wrong.
    The quotients choose their steps and estimate their errors themselves; a derivative is wrong
    where it is off by more than they can be, about 10⁻¹⁰ of the slope.

    Arguments:
        f: a function with one real number as its value.
        args: where to check: arrays, numbers or trees of them, such as models. Arrays of whole
            numbers (labels) are held fixed.
        seed: of the random directions.

    The check computes in float64, whatever the types of the arguments. A function that insists on
    float32 is checked in float32, where mistakes below about 10⁻⁴ of the slope stay unseen; the
    result says so in `precision`.

    At a corner (ReLU at 0) the derivative is right if it lies between the slopes beside it. Where
    corners meet, as for a black picture in a net without biases, automatic differentiation itself
    may leave that range, and the check says so: move the point a little.

    Raises InputError for a value that is not one finite real number, for arguments without real
    numbers or with NaN, infinity or Python's whole numbers among them, and for a function that
    cannot be traced, with the line.

    >>> import jax.numpy as jnp
    >>> check_gradient(lambda w: jnp.sum(jnp.tanh(w)), jnp.array([0.5, -1.0])).ok
    True
    >>> def wrong(w):
    ...     return jnp.sum(w * jax.lax.stop_gradient(w))  # Σw², but its derivative becomes w
    >>> found = check_gradient(wrong, jnp.array([3.0, 1.0]))
    >>> found.ok, found.worst.name, round(found.worst.derivative, 6), round(found.worst.numeric, 6)
    (False, 'w[0]', 3.0, 6.0)

    Differs from PyTorch's `gradcheck` and `jax.test_util.check_grads`, which take one step and
    one tolerance for all functions.
    """
    with refusals_at_their_line(f):
        try:
            with jax.enable_x64(True), jax.numpy_dtype_promotion("standard"):
                return _check(f, args, jnp.float64, seed)
        except TypeError:  # JAX refuses to mix types where f makes float32 numbers of its own
            with jax.enable_x64(False), jax.numpy_dtype_promotion("standard"):
                return _check(f, args, jnp.float32, seed)


def _check(f: Callable, args: tuple, dtype: Any, seed: int) -> GradientCheck:
    at = point(f, args, dtype)
    asked, generator = probe(at), np.random.default_rng(seed)
    arrays, entries = [], []
    for place in filter(lambda place: place.size, at.places):
        scale = usual_size(np.asarray(at.vector[place.span], float))
        array = look_at(place, scale, asked, generator)
        if not array.good and place.size > 1:
            entry = wrong_entry(place, scale, asked, generator)
            entries += [entry] if entry else []
            if entry is None and array.corner:
                array = array._replace(verdict="subgradient")
        arrays.append(array)
    precision = str(asked.precision)
    return GradientCheck(tuple(arrays), tuple(entries), precision, asked.modes, at.fixed)


def look_at(place: Place, scale: float, asked: Probe, generator: np.random.Generator) -> Finding:
    """An array along random directions; the worst of them."""
    positions = np.arange(place.span.start, place.span.stop)
    tries = range(1 if place.size == 1 else DIRECTIONS)
    found = [compare(place.name, positions, scale, asked, generator) for _ in tries]
    return max(found, key=lambda finding: finding.badness)


def wrong_entry(
    place: Place, scale: float, asked: Probe, generator: np.random.Generator
) -> Finding | None:
    """An entry that is wrong: of the parts the worst is divided further, then the next one.

    None where no single entry is: at a corner of several arguments a direction may leave the
    range between its slopes though every entry is a subgradient.
    """

    def search(positions: np.ndarray) -> Finding | None:
        parts = np.array_split(positions, min(PARTS, len(positions)))
        looks = [(compare(name_of(p), p, scale, asked, generator), p) for p in parts]
        wrong = [look for look in looks if not look[0].good]
        for finding, part in sorted(wrong, key=lambda look: look[0].badness, reverse=True):
            entry = finding if len(part) == 1 else search(part)
            if entry:
                return entry
        return None

    def name_of(positions: np.ndarray) -> str:
        return place.entry(int(positions[0]))

    return search(np.arange(place.span.start, place.span.stop))


def compare(
    name: str, positions: np.ndarray, scale: float, asked: Probe, generator: np.random.Generator
) -> Finding:
    """Derivatives and values along one random direction through some entries."""
    direction = np.zeros(asked.size)
    direction[positions] = scale * random_signs(len(positions), generator)
    length = float(np.linalg.norm(direction))
    seen, slack = asked.slopes(direction), asked.slack(direction)
    findings = []
    for mode, derivative in asked.derivatives(direction).items():
        numeric = (np.nan if seen.jumps else seen.best.value) / length
        error = (SAFETY * seen.best.error + slack) / length
        verdict = judge(derivative, seen, slack)
        findings.append(
            Finding(name, mode, derivative / length, numeric, error, verdict, seen.kinked)
        )
    return max(findings, key=lambda finding: finding.badness)


def judge(derivative: float, seen: Slopes, slack: float) -> str:
    """A derivative in the light of the slopes that were seen; see `Finding` for the words."""
    if seen.jumps:
        return "jump"
    if not np.isfinite(derivative):
        return "not finite"
    if seen.kinked:
        low, high = sorted((seen.left, seen.right))
        above = derivative >= low.value - SAFETY * low.error - slack
        below = derivative <= high.value + SAFETY * high.error + slack
        return "subgradient" if above and below else "wrong"
    if not seen.best.known:
        return "unclear"
    near = abs(derivative - seen.best.value) <= SAFETY * seen.best.error + slack
    return "right" if near else "wrong"


def random_signs(number: int, generator: np.random.Generator) -> np.ndarray:
    """Random numbers ±1 … ±2 with few digits, so that x ± hd is exact; of one entry just 1."""
    if number == 1:
        return np.ones(1)
    return generator.choice([-1.0, 1.0], number) * generator.integers(16, 32, number) / 16


def usual_size(values: np.ndarray) -> float:
    """The power of two next to the root mean square; 1 for zeros."""
    mean_square = float(np.mean(np.square(values)))
    return float(np.exp2(np.round(np.log2(mean_square) / 2))) if mean_square > 0 else 1.0
