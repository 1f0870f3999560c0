"""`gradus summary RUN`: what a run is, in one look."""

from __future__ import annotations

from pathlib import Path

from gradus import nn
from gradus.cli.folder import SETTINGS, load_evaluation
from gradus.cli.report import input_shape
from gradus.training import load


def summary(folder: Path) -> None:
    """Print layers, settings and result."""
    run, evaluation = load(folder), load_evaluation(folder)
    print(nn.summary(run.model, input_shape(run)), end="\n\n")
    print((folder / SETTINGS).read_text(encoding="utf-8"))
    print(f"{run.status[:1].upper()}{run.status[1:]}.")
    if evaluation:
        print(f"\nOn {len(evaluation.y):,} rows that were held out:\n{evaluation}")
