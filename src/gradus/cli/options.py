"""Command-line options made from the fields of `Settings`."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from gradus.base.errors import InputError
from gradus.cli.settings import Settings, option_name, written

ARGUMENTS = ("data",)  # settings that are given by position


def with_settings(command: Callable) -> Callable:
    """Give a command one option for every setting.

    The command is called with `given`, the settings that the user gave and no others, so that a
    configuration file can fill in the rest.
    """

    def wrapped(**values: Any) -> Any:
        names = [field.name for field in options()]
        given = {name: value for name in names if (value := values.pop(name)) is not None}
        return command(**values, given={k: parsed(k, v) for k, v in given.items()})

    own = inspect.signature(command, eval_str=True).parameters.values()
    kept = [p for p in own if p.name != "given"]
    made = [parameter(field) for field in options()]
    wrapped.__signature__ = inspect.Signature([*kept, *made])  # type: ignore[attr-defined]
    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    return wrapped


def options() -> list[dataclasses.Field]:
    """The settings that are options."""
    return [field for field in dataclasses.fields(Settings) if field.name not in ARGUMENTS]


def parameter(field: dataclasses.Field) -> inspect.Parameter:
    """The option of one setting, without a default: what is not given is None."""
    default, text = field.default, field.metadata["help"]
    shown = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
    option = typer.Option(
        switch(field) if isinstance(default, bool) else option_name(field.name),
        help=text[0].upper() + text[1:] + (f" ({shown})" if default else ""),
        rich_help_panel=field.metadata["panel"],
    )
    kind = str if isinstance(default, tuple) else type(default)
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


def switch(field: dataclasses.Field) -> str:
    """Both names of an option that is on or off."""
    return f"{option_name(field.name)}/--no-{field.name.replace('_', '-')}"


def parsed(name: str, value: Any) -> Any:
    """What the user typed as the value of a setting: lists are separated by commas."""
    default = next(f.default for f in options() if f.name == name)
    if not isinstance(default, tuple):
        return value
    items = [item.strip() for item in value.split(",") if item.strip()]
    if not default:
        return tuple(items)
    try:
        return tuple(int(item) for item in items if int(item) != 0)
    except ValueError:
        raise InputError(
            option_name(name),
            expected=f"whole numbers separated by commas, as in {','.join(map(str, default))}",
            got=value,
            fix=f"give {option_name(name)} 128,64, or leave it out for {written(default)}",
        ) from None
