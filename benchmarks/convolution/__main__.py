"""Convolution on a CPU: `python -m benchmarks.convolution [loop|NET …] [--rounds 3]`.

First a list of layers: milliseconds of CPU time for values and gradients, one call after the other
and as many inside one compiled loop. XLA may leave its fast path inside loops; no ratio should be
above 2. `taskset -c 0` before the command gives the figures of one thread.

Then one training step of whole nets, in turn with PyTorch and Keras: forward, backward and a step
of Adam. Ours runs as in `fit`, many steps in one compiled loop. Wall time says how long it takes
on this machine as it is; CPU time of one thread says how much work it is, whatever else the
machine does. `first` is the time from import to the end of the first ten steps, nothing kept from
runs before; `whole` that to the end of sixty.
"""

from __future__ import annotations

from benchmarks.convolution.loops import in_and_out_of_loops
from benchmarks.convolution.nets import SHAPES
from benchmarks.turns import in_turn, machine, options


def main() -> None:
    """The list of layers, and every net that was asked for."""
    parser = options("convolution", __doc__)
    parser.add_argument("parts", nargs="*", default=["loop", *SHAPES], help="loop, or nets")
    given = parser.parse_args()
    print(machine())
    for part in given.parts:
        if part == "loop":
            in_and_out_of_loops(given.rounds)
        else:
            in_turn("convolution", part, given)


if __name__ == "__main__":
    main()
