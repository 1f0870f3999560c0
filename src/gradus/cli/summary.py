"""`gradus summary RUN`: what a run is, in one look."""

from __future__ import annotations

from pathlib import Path

from gradus import nn
from gradus.cli.config import read_config
from gradus.cli.fit import ending, result
from gradus.cli.folder import SETTINGS, decisions, load_result, load_run
from gradus.cli.report import dtype_of
from gradus.cli.scope import telling
from gradus.report.names import told


def summary(folder: Path) -> None:
    """Print layers, settings, what was decided about the data, and the result."""
    run = load_run(folder)
    print(nn.summary(run.model, run.preprocessor.input_shape, dtype_of(run)), end="\n\n")
    for name, value in telling(read_config(folder / SETTINGS)).items():
        if words := told(value):
            print(f"{name:<16} {words}")
    print("", *decisions(folder), "", ending(run), "", sep="\n")
    print(result(load_result(folder)))
