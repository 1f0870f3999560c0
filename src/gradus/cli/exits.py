"""How a command ends: 0 it is done, 2 it was used wrongly, 1 it failed."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from gradus.base.errors import InputError

WRONG_USE, FAILED = 2, 1


@contextmanager
def exits() -> Iterator[None]:
    """Turn what goes wrong into a message on stderr and an exit code; warnings into notes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # an encoding without → shows its number, and goes on
            stream.reconfigure(errors="backslashreplace")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UserWarning)
            warnings.showwarning = note
            yield
    except InputError as error:
        leave(str(error), WRONG_USE)
    except Exception as error:
        if os.environ.get("GRADUS_TRACEBACK"):
            raise
        reason = str(error).partition("\n")[0]
        leave(
            f"Failed: {type(error).__name__}: {reason}\n"
            "GRADUS_TRACEBACK=1 in the environment shows where.",
            FAILED,
        )


@contextmanager
def interruption_told(command: str) -> Iterator[None]:
    """Ctrl-C within the context says which command goes on from here."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"Interrupted; `{command}` goes on from here.", file=sys.stderr, flush=True)
        raise


def leave(message: str, code: int) -> None:
    """Say why, and exit."""
    print(message, file=sys.stderr)
    raise SystemExit(code)


def note(message: Warning | str, *place: object, **more: object) -> None:
    """A warning for people: its words alone."""
    print(f"Note: {message}", file=sys.stderr)
