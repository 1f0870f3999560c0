"""Which settings mean something for which tasks: all others are refused, and not shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

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
TASKS = {task for tasks in SCOPE.values() for task in tasks}
CHOSEN_BY = {"forecast": "--forecast", "text": "--text", "write": "--language-model"}
DEFAULTS = {field.name: field.default for field in dataclasses.fields(Settings)}
NOTHING = {"augment": ("none",)}  # settings that change nothing, besides the default


def check_scope(settings: Settings) -> None:
    """Refuse settings that the task would leave alone; a task that there is not, others refuse.

    >>> check_scope(Settings(window=48))
    Traceback (most recent call last):
    gradus.base.errors.InputError: --window with --task predict
      Expected: a run of --forecast, or no such setting
      Got:      48
      Fix:      leave it out
    """
    if settings.task not in TASKS:
        return
    for name, default in DEFAULTS.items():
        value, tasks = getattr(settings, name), SCOPE.get(name)
        plain = value == default or value in NOTHING.get(name, ())
        if tasks is None or settings.task in tasks or plain:
            continue
        raise InputError(
            f"{option_name(name)} with {option_of(settings.task)}",
            expected=f"a run of {' or '.join(map(option_of, tasks))}, or no such setting",
            got=", ".join(map(str, value)) if isinstance(value, tuple) else value,
            fix=fix(settings, name),
        )


def telling(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that have a meaning for the task and that were used.

    >>> telling({"task": "text", "text": ("review",), "code": 0, "filters": (32,), "seed": 0})
    {'task': 'text', 'text': ('review',), 'seed': 0}
    """
    task = config.get("task", "predict")
    return {
        name: value
        for name, value in config.items()
        if task in SCOPE.get(name, (task,)) and is_used(name, value)
    }


def is_used(name: str, value: Any) -> bool:
    """Whether a setting does anything: one that is off by default and still off does not."""
    if value in NOTHING.get(name, ()):
        return False
    return bool(value) or name == "seed" or bool(DEFAULTS.get(name))


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
