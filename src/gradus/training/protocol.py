"""What the loop around a run expects of a program, wherever its examples come from."""

from __future__ import annotations

from typing import Protocol

from gradus.training.loops import Carry
from gradus.training.member import Life


class Runnable(Protocol):
    """A run as compiled programs on the device, driven from the host."""

    life: Life
    together: bool  # whether there are several members
    count: int  # of members
    steps: int  # of an epoch; 0 where only the stream knows
    compile_seconds: float
    slices_kept: int  # how many slices back `replay` can begin

    @property
    def resumable(self) -> bool:
        """Whether a checkpoint taken now can be resumed exactly."""
        ...

    def start(self) -> Carry:
        """Fresh weights, no step taken."""
        ...

    def advance(self, carry: Carry, until: int) -> Carry:
        """Go on to about step `until`."""
        ...

    def replay(self, carry: Carry, until: int) -> Carry:
        """Take the same steps again from an earlier carry, up to step `until`."""
        ...

    def done(self, carry: Carry) -> bool:
        """Whether everything planned was done."""
        ...

    def place(self, carry: Carry) -> str:
        """Where in its epoch the run stands, for people to read."""
        ...

    def fingerprint(self) -> int:
        """A number that is another one for other data, rows or seeds."""
        ...

    def trouble(self, carry: Carry) -> list[str]:
        """The names of what is not finite in the next step."""
        ...
