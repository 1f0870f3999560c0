"""`gradus fit DATA --target COL`: from examples to a run folder."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path

import gradus
from gradus.base.errors import InputError
from gradus.base.words import counted
from gradus.cli import images
from gradus.cli.config import combined, read_config
from gradus.cli.exits import interruption_told
from gradus.cli.folder import SETTINGS, begin, new_folder, save_fed, save_result, save_texts
from gradus.cli.prepare import Prepared
from gradus.cli.recipe import settled
from gradus.cli.report import write_report
from gradus.cli.robustness import forget_robustness
from gradus.cli.settings import Settings, option_name
from gradus.cli.source import Source, form_of
from gradus.cli.tasks import task_named, task_of
from gradus.learn import Algorithm
from gradus.report.results import Found, not_better
from gradus.training import Patience, Run
from gradus.training.progress import person_is_looking

MAY_CHANGE = ("epochs", "patience")  # when a run goes on
FEW = 10  # rows that were held out


def fit(settings: Settings, out: Path | None = None, *, quiet: bool = False) -> Path:
    """Train on the examples that the settings name, and write a new run folder."""
    source = read(settings)
    folder = new_folder(out, source.name)
    return train(source, settings, folder, quiet=quiet)


def read(settings: Settings) -> Source:
    """What the settings name as data, read as the task takes it."""
    return task_named(settings.task).read(settings.data, form=form_of(settings))


def resume(folder: Path, given: dict, *, quiet: bool = False) -> Path:
    """Go on with the run in a folder, exactly as if it had not been interrupted.

    Raises InputError for settings that would make another run of it.
    """
    refuse_another_run(folder, given)
    if not (folder / SETTINGS).exists():
        raise InputError(
            f"--resume {folder}",
            expected="the folder of a run that `gradus fit` began",
            got=f"no {SETTINGS} there" if folder.exists() else "no such folder",
            fix="give the folder that was named at the end, such as runs/sales-1",
        )
    begun = read_config(folder / SETTINGS)
    settings = combined(begun, given)
    if settings.epochs < begun.get("epochs", 0):
        raise InputError(
            f"--epochs {settings.epochs}",
            expected=f"{begun['epochs']} or more, as the run began with",
            got=settings.epochs,
            fix="leave it out, or give more epochs",
        )
    return train(read(settings), settings, folder, quiet=quiet, resumed=True)


def refuse_another_run(folder: Path, given: dict) -> None:
    """Refuse settings that a run cannot change halfway: parts, model and steps would not fit."""
    changed = [name for name in given if name not in MAY_CHANGE]
    if changed:
        names = ", ".join("DATA" if name == "data" else option_name(name) for name in changed)
        raise InputError(
            f"--resume with {names}",
            expected="--epochs or --patience alone: a run goes on with its own settings",
            got=names,
            fix=f"leave it out, or begin a new run: `gradus fit --config {folder / SETTINGS} …`",
        )


def train(
    source: Source, settings: Settings, folder: Path, *, quiet: bool, resumed: bool = False
) -> Path:
    """Prepare, learn, measure, write and tell; nothing is written where something is refused."""
    task = task_named(settings.task)
    prepared = task.prepare(source, settings)
    settings = task.decided(from_anywhere(settings, source, prepared), prepared)
    settings = settled(settings, prepared.rows)
    algorithm = task.build(settings, prepared)
    sentences = [*prepared.sentences, *task.sentences(settings, prepared)]
    if not quiet:
        print(*sentences, "", sep="\n", flush=True)
    if not resumed:
        begin(folder, settings, sentences)
    with interruption_told(f"gradus fit --resume {folder}"):
        run = learn(algorithm, prepared, settings, folder, quiet)
        if resumed:  # only now is it known that the checkpoint belongs to these settings
            begin(folder, settings, sentences)
        finish(run, settings, prepared, folder, quiet)
    return folder


def finish(run: Run, settings: Settings, prepared: Prepared, folder: Path, quiet: bool) -> None:
    """Write a run that has ended, measure it and tell."""
    gradus.save(run, folder)
    save_texts(folder, run)
    forget_robustness(folder)
    save_fed(folder, images.fed(settings, prepared))
    if quiet or not person_is_looking():  # who is looking has seen it on the live line
        print(ending(run), flush=True)
    print("", result(evaluated(run, prepared, folder, quiet)), "", sep="\n")
    print(f"run     {folder}\nreport  {write_report(folder)}")


def learn(
    algorithm: Algorithm, prepared: Prepared, settings: Settings, folder: Path, quiet: bool
) -> Run:
    """Train from the checkpoint in the folder or, without one, from the beginning."""
    stop = None if prepared.validation is None else Patience(epochs=settings.patience)
    run = gradus.fit(
        algorithm,
        prepared.lessons,
        epochs=settings.epochs,
        batch=settings.batch,
        validation=prepared.validation,
        stop=stop,
        seed=settings.seed,
        progress=False if quiet else None,
        folder=folder,
        resume=True,
    )
    chosen = {**asdict(settings), **run.settings}
    return replace(run, preprocessor=prepared.preprocessor, settings=chosen)


def from_anywhere(settings: Settings, source: Source, prepared: Prepared) -> Settings:
    """The settings with data and target named so that they mean the same from any folder."""
    path = Path(settings.data)
    data = str(path.resolve()) if path.exists() else settings.data
    known = source.target if prepared.preprocessor.target is not None else ""
    return replace(settings, data=data, target=settings.target or known)


def evaluated(run: Run, prepared: Prepared, folder: Path, quiet: bool) -> Found | None:
    """What the run is worth on the test part, written to the folder; None without such a part."""
    if prepared.test is None:
        return None
    measured = task_of(run).measured
    if person_is_looking() and not quiet:
        print("Measuring baselines (Ctrl-C skips them) …", file=sys.stderr, flush=True)
    try:
        found = measured(run, prepared.test, prepared.train)
    except KeyboardInterrupt:
        found = measured(run, prepared.test)
        print("The baselines were left out.", flush=True)
    save_result(folder, found)
    return found


def ending(run: Run) -> str:
    """How a run ended, as a sentence."""
    return f"{run.status[:1].upper()}{run.status[1:]}."


def result(found: Found | None) -> str:
    """What a run is worth, as a table, and a word where that is little or says little."""
    if found is None:
        return "No rows were held out for testing."
    verb = "was" if found.rows == 1 else "were"
    table = f"On {counted(found.rows, found.noun)} that {verb} held out:\n{found}"
    few = f"So few {found.noun}s say next to nothing." if found.rows < FEW else ""
    return "\n".join(filter(None, [table, not_better(found), few]))
