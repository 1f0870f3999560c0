"""Which settings mean something for which tasks; all others of a run are refused."""

from __future__ import annotations

import dataclasses

from gradus.base.errors import InputError
from gradus.cli.settings import Settings, option_name

OF_ROWS = ("density", "compress", "anomaly", "impute", "generate")  # no target
SCOPE = {  # setting -> the tasks in which it has a meaning; settings that are not here always have
    "target": ("predict", "forecast", "text"),
    "drop": ("predict", "forecast", *OF_ROWS),
    "category": ("predict", *OF_ROWS),
    "group": ("predict", "text", *OF_ROWS),
    "time": ("predict", "forecast", "text", *OF_ROWS),
    "forecast": ("forecast",),
    "window": ("forecast",),
    "period": ("forecast",),
    "calendar": ("forecast",),
    "normalise": ("forecast",),
    "image_size": ("predict", *OF_ROWS),
    "text": ("text",),
    "language_model": ("write",),
    "lines": ("write",),
    "tokens": ("text", "write"),
    "vocabulary": ("text", "write"),
    "length": ("text", "write"),
    "filters": ("predict",),
    "activation": ("predict", "text", *OF_ROWS),
    "batch_norm": ("predict",),
    "likelihood": ("predict", "forecast", "text"),
    "code": ("compress", "anomaly", "impute", "generate"),
    "anomalies": ("anomaly",),
    "label_smoothing": ("predict", "text"),
    "augment": ("predict",),
}
CHOSEN_BY = {"forecast": "--forecast", "text": "--text", "write": "--language-model"}
NOTHING = {"augment": ("none",)}  # settings that change nothing, besides the default


def check_scope(settings: Settings) -> None:
    """Refuse settings that the task would leave alone.

    >>> check_scope(Settings(window=48))
    Traceback (most recent call last):
    gradus.base.errors.InputError: --window with --task predict
      Expected: a run of --forecast, or no such setting
      Got:      48
      Fix:      leave it out
    """
    for field in dataclasses.fields(settings):
        name, value = field.name, getattr(settings, field.name)
        tasks = SCOPE.get(name)
        plain = value == field.default or value in NOTHING.get(name, ())
        if tasks is None or settings.task in tasks or plain:
            continue
        raise InputError(
            f"{option_name(name)} with {option_of(settings.task)}",
            expected=f"a run of {' or '.join(map(option_of, tasks))}, or no such setting",
            got=", ".join(map(str, value)) if isinstance(value, tuple) else value,
            fix=fix(settings, name),
        )


def option_of(task: str) -> str:
    """The option that chooses a task."""
    return CHOSEN_BY.get(task, f"--task {task}")


def fix(settings: Settings, name: str) -> str:
    """How to mend a setting that means nothing for the task."""
    if name == "target" and settings.task in OF_ROWS:
        return f"leave it out; --drop {settings.target} keeps that column out of it"
    if name == "drop" and settings.task == "text":
        return "leave it out; only the columns of --text are read"
    return "leave it out"
