"""Settings as a TOML file: written with an explanation of every line, read back with checks."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

from gradus.base.errors import InputError
from gradus.cli.scope import check_scope
from gradus.cli.settings import Settings, known, option_name, written

IMPLIED = {
    "forecast": "forecast",
    "text": "text",
    "language_model": "write",
}  # setting -> the task that it means
USUAL = {
    "forecast": {"hidden": (64,)},
    "text": {"hidden": (), "dropout": 0.5, "epochs": 40},
    "write": {"hidden": (256,)},
}  # task -> defaults of its own


def to_toml(settings: Settings) -> str:
    """Every setting as a commented line of TOML, in the order of the help."""
    lines, panel = [], None
    for field in dataclasses.fields(settings):
        if field.metadata["panel"] != panel:
            panel = field.metadata["panel"]
            lines += ["", f"# {panel}"]
        line = f"{field.name} = {written(getattr(settings, field.name))}"
        lines.append(f"{line:<28}  # {field.metadata['help']}")
    return "\n".join(lines[1:]) + "\n"


def read_config(path: str | Path) -> dict[str, Any]:
    """The settings that a TOML file gives, by name.

    Raises InputError for a missing or damaged file, and for a name that is no setting.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        missing = isinstance(error, FileNotFoundError)
        raise InputError(
            f"configuration {path}",
            expected="a TOML file",
            got="no file of that name" if missing else error,
            fix="`gradus fit --write-config > settings.toml` writes one to begin with",
        ) from None
    for name in content:
        known(name, path.name)
    return {k: tuple(v) if isinstance(v, list) else v for k, v in content.items()}


def combined(config: dict[str, Any], given: dict[str, Any]) -> Settings:
    """Defaults, overridden by the configuration, overridden by the command line.

    Raises InputError for settings that mean nothing for the task.
    """
    chosen = implied({**config, **given})
    settings = Settings(**{**USUAL.get(chosen.get("task", ""), {}), **chosen})
    check_scope(settings)
    return settings


def implied(chosen: dict[str, Any]) -> dict[str, Any]:
    """The settings with the task that others of them mean, where none was named.

    >>> implied({"forecast": 24})
    {'forecast': 24, 'task': 'forecast'}
    """
    meant = [task for name, task in IMPLIED.items() if chosen.get(name)]
    if len(meant) > 1:
        names = " and ".join(option_name(name) for name in IMPLIED if chosen.get(name))
        raise InputError(names, expected="one of them", got="several tasks", fix="choose one")
    if not meant or chosen.get("task") == meant[0]:
        return chosen
    if chosen.get("task", "predict") != "predict":
        raise InputError(
            f"--task {chosen['task']}",
            expected=f"{meant[0]}, by the other settings, or these left out",
            got=chosen["task"],
            fix="leave --task out",
        )
    return {**chosen, "task": meant[0]}
