"""`gradus evaluate RUN DATA`: how good a run is on other examples."""

from __future__ import annotations

from pathlib import Path

from gradus.cli.measure import measured
from gradus.cli.prepare import check_column
from gradus.cli.source import read
from gradus.data import Dataset
from gradus.training import load


def evaluate(folder: Path, data: str) -> None:
    """Print the measures of a run on examples with targets."""
    run = load(folder)
    examples = read(data, part="test").examples
    if not isinstance(examples, Dataset):
        check_column(run.preprocessor.target.name, examples.columns)
    part = run.preprocessor.inputs(examples), run.preprocessor.targets(examples)
    print(f"{len(part[0]):,} rows of {data}:\n{measured(run, part)}")
