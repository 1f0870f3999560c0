"""Random programs at random inputs: what plain JAX gets right, `stable` gets right as well."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

mp = pytest.importorskip("mpmath").mp

from benchmarks.stability.judge import verdict  # noqa: E402
from calculus.stability.exact_programs import Exact, Undecided, numbers  # noqa: E402
from calculus.stability.random_programs import ROWS, Program, inputs, program  # noqa: E402

from gradus.calculus.stability import stable  # noqa: E402

EPS = float(np.finfo(np.float32).eps)


class Answers(NamedTuple):
    """Values and slopes of a batch: (rows,) and (rows, 5)."""

    value: np.ndarray
    slopes: np.ndarray


def answers(f, batch) -> Answers:
    """Value and gradient at every row."""
    value, slopes = jax.vmap(jax.value_and_grad(f, argnums=(0, 1, 2)))(*map(jnp.asarray, batch))
    x, y, v = map(np.asarray, slopes)
    return Answers(np.asarray(value), np.column_stack([x, y, v]))


class Loss(NamedTuple):
    """A number that plain JAX gets right and `stable` does not."""

    program: Program
    part: str
    inputs: tuple
    plain: float
    got: float
    want: Any

    def __str__(self) -> str:
        x, y, v = self.inputs
        at = f"{self.part} at x={x!r}, y={y!r}, v={v.tolist()}"
        numbers = f"plain {self.plain:.9g}, stable {self.got:.9g}, exact {mp.nstr(self.want, 9)}"
        return f"seed {self.program.seed}: {at}: {numbers}\n{self.program.source}"


def losses(p: Program, count: list[int]) -> Iterator[Loss]:
    """Compare one program at all of its inputs."""
    batch = inputs(p.seed)
    exact = Exact(p.f, *(np.float32(0), np.float32(0), np.zeros(3, np.float32)))
    nudged = [answers(p.f, [np.float32(1 + k * EPS) * part for part in batch]) for k in (-1, 0, 1)]
    got = answers(stable(p.f), batch)
    for row in range(ROWS):
        point = tuple(part[row] for part in batch)
        numbers_ = [numbers(part) for part in point]
        try:
            want, slopes = exact.value(*numbers_), exact.slopes(*numbers_)
        except Undecided:
            continue
        count[0] += 1
        plain = [a.value[row] for a in nudged]
        if not kept(plain, got.value[row], want, exact, numbers_):
            yield Loss(p, "value", point, plain[1], got.value[row], want)
        if not mp.isfinite(want) or abs(want) > np.finfo(np.float32).max:
            continue
        yield from slope_losses(
            p, point, [a.slopes[row] for a in nudged], got.slopes[row], want, slopes
        )


def slope_losses(p: Program, point, plain, got, want, slopes) -> Iterator[Loss]:
    """Partial derivatives that were right, by every number."""
    flat = np.concatenate([[point[0], point[1]], point[2]])
    slack = 2 * EPS * float(max([abs(s) for s in slopes if mp.isfinite(s)], default=0))
    for i, slope in enumerate(slopes):
        forgiven = slack
        if abs(slope) < 1e-30:  # terms that cancel: plain JAX may be exact by luck
            forgiven += 16 * EPS * float(abs(want)) / abs(float(flat[i]) or 1.0)
        steep = [a[i] for a in plain]
        if not mp.isnan(slope) and not right_too(steep, got[i], slope, forgiven):
            yield Loss(p, f"slope {i}", point, steep[1], got[i], slope)


def kept(plain, got, want, exact: Exact, point) -> bool:
    """Whether the value is as right as before; nan stays nan unless there is a limit."""
    if not mp.isnan(want):
        return right_too(plain, got, want)
    undefined = not np.isfinite(got) or not np.isnan(plain[1])
    return undefined or got == 0 or is_limit(got, exact, point)  # 0 · undefined is 0


def right_too(plain, got, want, slack: float = 0.0) -> bool:
    """Whether `got` is right, if the plain numbers at and beside the point are."""
    if not all(verdict(p, want) for p in plain):
        return True
    return verdict(got, want, slack=slack + 2e-5 * float(min(abs(want), mp.mpf(1e38))))


def is_limit(got, exact: Exact, point) -> bool:
    """Whether the values near the point come near to `got` from a side, or 0 · log 0 = 0 does."""
    dice = np.random.default_rng(0)
    number = np.frompyfunc(mp.mpf, 1, 1)
    try:
        if verdict(got, exact.value(*point, absorbing=True)):
            return True
        for _ in range(12):
            near = [x + number(dice.normal(size=x.shape)) * mp.mpf(10) ** -20 for x in point]
            if verdict(got, exact.value(*map(np.asarray, near)), slack=1e-6):
                return True
    except Undecided:
        return True
    return False


@pytest.mark.parametrize("block", range(4))
def test_what_was_right_stays_right(block):
    count, found = [0], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(block * 40, block * 40 + 40):
            found += losses(program(seed), count)
    assert count[0] > 500
    assert not found, f"{len(found)} of {count[0]}\n\n" + "\n".join(map(str, found))
