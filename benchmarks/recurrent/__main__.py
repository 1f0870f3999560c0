"""Recurrent layers and nets of sequences: `python -m benchmarks.recurrent [NET …] [--rounds 3]`.

One training step, forward and backward and a step of the optimiser, in turn with PyTorch, eager
and compiled, and Keras on JAX. `lstm`, `gru` and `rnn` are one layer, `char_lm` and `transformer`
models of text. Ours runs as in `fit`, many steps in one compiled loop. Wall time says how long a
step takes on this machine as it is; CPU time how much work it is, whatever else the machine does.
`first` is the time from import to the end of the first ten steps, nothing kept from runs before;
`whole` that to the end of sixty. Peers with one thread are bound to one core: with more, XLA and
PyTorch spread even small steps.
"""

from __future__ import annotations

from benchmarks.recurrent.nets import NETS
from benchmarks.turns import in_turn, machine, options


def main() -> None:
    """Every net that was asked for."""
    parser = options("recurrent", __doc__)
    parser.add_argument("nets", nargs="*", default=list(NETS))
    given = parser.parse_args()
    print(machine())
    for net in given.nets:
        in_turn("recurrent", net, given)


if __name__ == "__main__":
    main()
