"""What a gradient check found, for people to read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gradus.base.errors import InputError

GOOD = ("right", "subgradient")


class Finding(NamedTuple):
    """One argument, or one entry of it, whose derivative was compared with values of f.

    Arguments:
        name: of the argument or the entry: `w`, `model.0.weight[3, 1]`.
        mode: "reverse" or "forward", whichever derivative is farther off.
        derivative: along the direction that was looked at, of length 1.
        numeric: the same from values of f.
        error: how far `numeric` and rounding may be off; larger differences are mistakes.
        verdict: "right"; "wrong"; "not finite"; "subgradient" where f has a corner and the
            derivative lies between the slopes beside it; "jump" where f is not continuous;
            "unclear" where no slope can be seen, as at a vertical tangent.
        corner: whether f has a corner here; `numeric` is then the mean of its two slopes.
    """

    name: str
    mode: str
    derivative: float
    numeric: float
    error: float
    verdict: str
    corner: bool

    @property
    def good(self) -> bool:
        return self.verdict in GOOD

    @property
    def difference(self) -> float:
        return abs(self.derivative - self.numeric)

    @property
    def badness(self) -> tuple[bool, float]:
        """For finding the worst: first by verdict, then by the difference beyond the error."""
        ratio = self.difference / self.error if self.error > 0 else 0.0
        return not self.good, ratio if np.isfinite(ratio) else np.inf


class GradientCheck(NamedTuple):
    """What `check_gradient` found.

    Arguments:
        findings: one for each array of the arguments.
        entries: for arrays that are wrong, an entry that is.
        precision: the type of numbers that f computes with.
        modes: the derivatives that f has: "reverse", "forward" or both.
        fixed: arguments that are no real numbers, and were left alone.
    """

    findings: tuple[Finding, ...]
    entries: tuple[Finding, ...]
    precision: str
    modes: tuple[str, ...]
    fixed: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every derivative is right, or a subgradient at a corner."""
        return all(finding.good for finding in self.findings)

    @property
    def worst(self) -> Finding:
        """The entry or array that is farthest off, in units of the error."""
        return max(self.entries or self.findings, key=lambda finding: finding.badness)

    def raise_if_wrong(self) -> None:
        """Raise InputError naming the worst entry, unless all is well."""
        if self.ok:
            return
        worst = self.worst
        raise InputError(
            f"the gradient at {worst.name}",
            expected=f"{worst.numeric:.9g} ± {worst.error:.1g}, from values of the function",
            got=f"{worst.derivative:.9g} by {worst.mode} differentiation ({worst.verdict})",
            fix=advice(worst),
        )

    def __str__(self) -> str:
        head = "the gradient is right" if self.ok else f"the gradient at {self.worst.name} is off"
        rows = [("", "derivative", "from values", "difference", "")]
        rows += [row(finding) for finding in (*self.findings, *self.entries)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join([r[0].ljust(widths[0]), *map(str.rjust, r[1:4], widths[1:4]), r[4]]).rstrip()
            for r in rows
        ]
        fixed = [f"held fixed: {', '.join(self.fixed)}"] if self.fixed else []
        how = f"{' and '.join(self.modes)} differentiation against values in {self.precision}"
        return "\n".join([f"{head}: {how}", *lines, *fixed])


def row(finding: Finding) -> tuple[str, ...]:
    """A finding as cells of text."""
    words = finding.verdict + ("" if finding.good else f" ({finding.mode})")
    numbers = (f"{finding.derivative:.8g}", f"{finding.numeric:.8g}", f"{finding.difference:.1e}")
    return finding.name, *numbers, words


def advice(worst: Finding) -> str:
    """What to look for, by the way in which a derivative is off."""
    if worst.verdict == "jump":
        return "the function jumps here and has no derivative: check it at another point"
    if worst.verdict == "unclear":
        return "its slope cannot be seen here (a vertical tangent, or noise): check another point"
    if worst.corner and np.isfinite(worst.derivative):
        return "the function has a corner here: check a point beside it, which has one slope only"
    if not np.isfinite(worst.derivative):
        return "find the root, logarithm or quotient of 0, and guard its input with jnp.where"
    ratio = worst.derivative / worst.numeric if worst.numeric else np.inf
    if worst.derivative == 0:
        return "look for stop_gradient, rounding, or a conversion to whole numbers on the way"
    if np.isclose(ratio, -1, atol=1e-4):
        return "the sign is wrong: turn it around in the custom derivative"
    for factor in (2.0, 0.5):
        if np.isclose(ratio, factor, rtol=1e-4):
            return f"the derivative is {factor:g} times what it should be: look for a factor 2"
    return "look at the custom derivative that this entry goes through"
