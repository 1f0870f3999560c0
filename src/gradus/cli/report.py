"""`gradus report RUN`: write the page about a run anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from gradus import nn
from gradus.cli.config import read_config
from gradus.cli.folder import (
    REPORT,
    SETTINGS,
    decisions,
    load_assessment,
    load_fed,
    load_forecasts,
    load_run,
    load_scores,
    with_texts,
)
from gradus.cli.robustness import load_robustness
from gradus.cli.scope import telling
from gradus.cli.tasks import task_of
from gradus.report import write
from gradus.report.samples import MOST_SAMPLES
from gradus.training import Run


def report(folder: Path) -> None:
    """Rewrite report.html from the other files of the folder."""
    print(write_report(folder))


def write_report(folder: Path) -> Path:
    """Write the page about a run, from its other files and nothing else."""
    path, run = folder / REPORT, with_texts(load_run(folder), folder)
    draws = task_of(run).draws
    run = replace(run, settings=explained(run, folder))
    write(
        path,
        run,
        load_assessment(folder),
        title=folder.name,
        model_table=layers(run),
        model_graph=nn.graph(run.model, run.preprocessor.input_shape, dtype_of(run)),
        command=f"gradus fit --config {folder / SETTINGS}",
        sentences=decisions(folder),
        fed=load_fed(folder),
        scores=load_scores(folder),
        forecasts=load_forecasts(folder),
        robustness=load_robustness(folder),
        samples=draws(run, MOST_SAMPLES) if draws else None,
    )
    return path


def explained(run: Run, folder: Path) -> dict[str, Any]:
    """The settings of a run that say something about it, with the values that were chosen."""
    if not (folder / SETTINGS).exists():
        return run.settings
    config = read_config(folder / SETTINGS)
    chosen = {name: value for name, value in config.items() if str(value) == run.settings.get(name)}
    kept = telling(config)
    return {
        name: chosen.get(name, value)
        for name, value in run.settings.items()
        if name in kept or name not in chosen
    }


def layers(run: Run) -> list[dict[str, object]]:
    """The layers of the model, with their shapes and numbers of parameters."""
    return [
        {"layer": cells[0], "output": cells[1], "trained": cells[2], "fixed": cells[3]}
        for cells in (
            row.cells()
            for row in nn.summary(run.model, run.preprocessor.input_shape, dtype_of(run)).rows
        )
    ]


def dtype_of(run: Run) -> Any:
    """The type of the inputs: whole numbers for tokens, else None for that of numbers."""
    return getattr(run.preprocessor, "dtype", None)
