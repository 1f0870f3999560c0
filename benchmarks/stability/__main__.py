"""Count what goes wrong: `python -m benchmarks.stability [--group softmax] [--failures]`."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

import jax

from benchmarks.stability import report
from benchmarks.stability.contexts import CONTEXTS
from benchmarks.stability.formulas import FORMULAS
from benchmarks.stability.judge import evaluate, identity


def main() -> None:
    """Judge plain JAX, PyTorch where it is installed, and `stable` by the same exact numbers."""
    given = arguments()
    jax.config.update("jax_numpy_dtype_promotion", "strict")
    jax.config.update("jax_numpy_rank_promotion", "raise")
    formulas = [f for f in FORMULAS if given.group in (None, f.group)]
    if given.page:
        print(report.page({dtype: judged(formulas, dtype, "plain") for dtype in given.dtype}))
        return
    for dtype in given.dtype:
        columns = judged(formulas, dtype, given.context)
        print(f"\n## {dtype}, {given.context}\n\n{report.side_by_side(columns)}")
        if given.context == "plain":
            print(f"\n{report.examples(columns)}")
        if given.failures:
            print(f"\n{report.failures(columns['stable'])}")


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stability", description=__doc__)
    parser.add_argument("--group", choices=sorted({f.group for f in FORMULAS}))
    types = ["float32", "float64"]
    parser.add_argument("--dtype", nargs="+", choices=types, default=types)
    parser.add_argument("--context", choices=CONTEXTS, default="plain")
    parser.add_argument("--page", action="store_true", help="print the tables of the page")
    parser.add_argument("--failures", action="store_true", help="list what `stable` gets wrong")
    return parser.parse_args()


def judged(formulas: list, dtype: str, context: str) -> dict[str, list]:
    """Library → what the judge says."""
    from gradus.calculus import stable

    columns = {"JAX": evaluate(identity, formulas, dtype, context)}
    if context == "plain" and find_spec("torch"):
        from benchmarks.stability.peers import evaluate_torch

        columns["PyTorch"] = evaluate_torch(formulas, dtype)
    return {**columns, "stable": evaluate(stable, formulas, dtype, context)}


if __name__ == "__main__":
    main()
