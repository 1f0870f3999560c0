"""`gradus evaluate RUN DATA`: how good a run is on other examples."""

from __future__ import annotations

import warnings
from pathlib import Path

from gradus.base.words import counted
from gradus.cli.config import read_config
from gradus.cli.folder import SETTINGS, load_run
from gradus.cli.report import write_report
from gradus.cli.robustness import refuse_no_images, save_robustness, under_attack
from gradus.cli.settings import Settings
from gradus.cli.source import form_seen, has_test_part
from gradus.cli.tasks import task_of
from gradus.data import Dataset
from gradus.data.preprocess import check_column


def evaluate(folder: Path, data: str, robust: bool = False) -> None:
    """Print the measures of a run on other examples, and those under attack where it is asked."""
    run = load_run(folder)
    if robust:
        refuse_no_images(run)
    task = task_of(run)
    examples = task.read(data, "test", form_seen(run.preprocessor)).examples
    if run.preprocessor.target is not None and not isinstance(examples, Dataset):
        target = run.preprocessor.target.name
        fix = f"the run learned to predict {target!r}: add its true values to measure against"
        check_column(target, examples.columns, fix)
    part = task.encoded(run.preprocessor, examples)
    warn_if_learned(folder, data)
    found = task.measured(run, part)
    print(f"{counted(found.rows, found.noun)} of {data}:\n{found}", flush=True)
    if robust:
        curve = under_attack(run, examples, part)
        save_robustness(folder, curve)
        print(f"\n{curve}\n\nreport  {write_report(folder)}")


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
