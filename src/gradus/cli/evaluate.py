"""`gradus evaluate RUN DATA`: how good a run is on other examples."""

from __future__ import annotations

import warnings
from pathlib import Path

from gradus.cli.config import read_config
from gradus.cli.folder import SETTINGS, load_run
from gradus.cli.settings import Settings, counted
from gradus.cli.source import form_seen, has_test_part, read
from gradus.cli.tasks import task_of
from gradus.data import Dataset
from gradus.data.preprocess import check_column


def evaluate(folder: Path, data: str) -> None:
    """Print the measures of a run on other examples."""
    run = load_run(folder)
    task = task_of(run)
    examples = read(data, "test", form_seen(run.preprocessor)).examples
    if run.preprocessor.target is not None and not isinstance(examples, Dataset):
        target = run.preprocessor.target.name
        fix = f"the run learned to predict {target!r}: add its true values to measure against"
        check_column(target, examples.columns, fix)
    part = task.encoded(run.preprocessor, examples)
    warn_if_learned(folder, data)
    found = task.measured(run, part)
    print(f"{counted(found.rows, found.noun)} of {data}:\n{found}")


def warn_if_learned(folder: Path, data: str) -> None:
    """Say so where the run has learned from these very rows."""
    settings = Settings(**read_config(folder / SETTINGS))
    path = Path(data)
    same = settings.data == (str(path.resolve()) if path.exists() else data)
    if same and not has_test_part(data):
        warnings.warn(
            f"the run has learned from most of these rows; `gradus summary {folder}` shows what "
            "it is worth on those that were held out",
            stacklevel=2,
        )
