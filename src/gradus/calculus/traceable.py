"""What cannot be traced, named by its line in the user's own file."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError

LIBRARIES = tuple(str(module.__path__[0]) for module in (jax, np))
HERE = str(Path(__file__).parent)

# what JAX raises -> what was done, and what to do; special cases before their bases
REASONS: dict[type[Exception], tuple[str, str]] = {
    jax.errors.TracerBoolConversionError: (
        "a Python condition on a value that depends on the input",
        "write jnp.where(condition, a, b), or jax.lax.cond and while_loop for whole branches "
        "and loops",
    ),
    jax.errors.TracerIntegerConversionError: (
        "a Python index or count that depends on the input",
        "make the list an array with jnp.asarray, and index that",
    ),
    jax.errors.NonConcreteBooleanIndexError: (
        "a mask that picks an unknown number of elements",
        "write jnp.where(mask, x, 0), which keeps the shape",
    ),
    jax.errors.TracerArrayConversionError: (
        "NumPy, which sees numbers only, where the input is a symbol",
        "write jnp in place of np: import jax.numpy as jnp",
    ),
    jax.errors.ConcretizationTypeError: (
        "a conversion to a Python number: float, int, .item or a function of math",
        "leave the conversion out, and write jnp.sin for math.sin",
    ),
    jax.errors.UnexpectedTracerError: (
        "a value that another call of a traced function left behind: a side effect",
        "return the value from the function; store nothing in lists or attributes",
    ),
}


def traced(f: Callable, *args: Any) -> Any:
    """The program of a function at arguments of these shapes, as JAX writes it down.

    Arguments:
        f: a function of arrays, made of JAX operations.
        args: its arguments; only their shapes and types matter.

    Raises InputError, with the line of the user's file, where the function looks at a number
    that is not there yet: `if x > 0`, `float(x)`, `np.sin(x)`.

    >>> import jax.numpy as jnp
    >>> len(traced(lambda x: x * jnp.sin(x), 1.0).eqns)
    2
    """
    with refusals_at_their_line(f):
        return jax.make_jaxpr(f)(*args)


@contextmanager
def refusals_at_their_line(f: Callable) -> Iterator[None]:
    """Turn what JAX says about a function that it cannot trace into an InputError.

    Arguments:
        f: the function, for its name.

    For any call that traces: `jax.grad(f)(x)` as well as `jax.make_jaxpr(f)(x)`.
    """
    try:
        yield
    except tuple(REASONS) as error:
        done, fix = next(reason for kind, reason in REASONS.items() if isinstance(error, kind))
        place = user_line(error.__traceback__)
        raise InputError(
            f"{function_name(f)} cannot be traced" + (f": {place}" if place else ""),
            expected="operations of jax.numpy on the input, from beginning to end",
            got=done,
            fix=fix,
        ) from None


def positional(f: Callable, args: Sequence[Any], named: Mapping[str, Any]) -> tuple:
    """The arguments of a call by their positions.

    Arguments:
        f: a function.
        args: arguments given by position.
        named: arguments given by name.

    Raises InputError for what is no function, and for arguments that it does not take.

    >>> positional(lambda x, y: x * y, (1.0,), {"y": 2.0})
    (1.0, 2.0)
    """
    check_function(f)
    try:
        given = inspect.signature(f).bind(*args, **named)
    except ValueError:  # some built-in functions do not tell what they take
        return tuple(args)
    except TypeError as error:
        raise InputError(
            f"arguments of {function_name(f)}",
            expected=f"{function_name(f)}{inspect.signature(f)}",
            got=str(error),
            fix="give each of these once",
        ) from None
    if given.kwargs:
        raise InputError(
            f"arguments of {function_name(f)}",
            expected="arguments with a position",
            got=f"some that have only a name: {', '.join(given.kwargs)}",
            fix=f"fix them: lambda x: f(x, {next(iter(given.kwargs))}=…)",
        )
    return given.args


def check_function(f: Any) -> None:
    """Refuse what cannot be called."""
    if not callable(f):
        raise InputError(
            "the function",
            expected="a function",
            got=f"an object of type {type(f).__name__}",
            fix="give the function itself, and then the point: trace(f)(x), check_gradient(f, x)",
        )


def function_name(f: Callable) -> str:
    """What to call a function in a message."""
    name = getattr(f, "__name__", type(f).__name__)
    return "the function" if name == "<lambda>" else name


def user_line(traceback: TracebackType | None) -> str:
    """The innermost line outside of libraries: its file, number and text."""
    place = ""
    while traceback is not None:
        file, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        if is_users(file):
            text = linecache.getline(file, line).strip()
            place = f"{Path(file).name}:{line}" + (f": {text}" if text else "")
        traceback = traceback.tb_next
    return place


def is_users(file: str) -> bool:
    """Whether a file belongs to the user, and not to a library or this room."""
    return not file.startswith((*LIBRARIES, HERE))
