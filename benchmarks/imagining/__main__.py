"""Every proof by its name: `python -m benchmarks.imagining [name …]`; needs GRADUS_DATA."""

from __future__ import annotations

import os
import sys
import time

from benchmarks.imagining.anomalies import anomalies
from benchmarks.imagining.features import features
from benchmarks.imagining.imputation import imputation
from benchmarks.imagining.stacked import stacked
from benchmarks.imagining.variational import estimators, variational

# name -> function that measures, and gives numbers by name
PROOFS = {
    "variational": variational,
    "estimators": estimators,
    "features": features,
    "stacked": stacked,
    "imputation": imputation,
    "anomalies": anomalies,
}


def main(names: list[str]) -> None:
    """Measure, and print one line for each number."""
    for name in names or PROOFS:
        began = time.perf_counter()
        found = PROOFS[name]()
        print(f"\n{name}: {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores", end=", ")
        print(f"{time.perf_counter() - began:.0f} s")
        for what, number in found.items():
            print(f"  {what:52}{number:10.4f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
