"""A function of trees of numbers, seen as a function of one vector at one point."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.base.tree import path_name
from gradus.calculus.traceable import positional


class Place(NamedTuple):
    """Where one array of the arguments lies in the vector, and what it is called."""

    name: str
    shape: tuple[int, ...]
    start: int

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def span(self) -> slice:
        return slice(self.start, self.start + self.size)

    def entry(self, position: int) -> str:
        """The name of one number, by its position in the vector.

        >>> Place("w", (2, 3), start=10).entry(15)
        'w[1, 2]'
        """
        index = np.unravel_index(position - self.start, self.shape)
        return f"{self.name}[{', '.join(map(str, index))}]" if self.shape else self.name


class Point(NamedTuple):
    """f at its arguments: `height(vector)` is their value, `places` say what the vector holds.

    Arguments that are whole numbers, keys or no numbers at all are held fast; `fixed` names them.
    """

    height: Callable[[jax.Array], jax.Array]
    vector: jax.Array
    places: tuple[Place, ...]
    fixed: tuple[str, ...]


def point(f: Callable, args: Sequence[Any], dtype: Any = None) -> Point:
    """See f(*args) as a function of one vector.

    Arguments:
        f: a function with one real number as its value.
        args: arrays, numbers or trees of them.
        dtype: of the vector; by default the widest among the arguments.

    Raises InputError for a function that is none, for arguments without real numbers, and, naming
    the place, for NaN, infinity, complex numbers and Python's whole numbers.
    """
    args = positional(f, args, {})
    found, structure = jax.tree_util.tree_flatten_with_path(tuple(args))
    called = argument_names(f, len(args))
    names = [leaf_name(called, path) for path, _ in found]
    leaves = [leaf for _, leaf in found]
    for name, leaf in zip(names, leaves, strict=True):
        check_leaf(name, leaf)
    real = [i for i, leaf in enumerate(leaves) if is_real(leaf)]
    places = lay_out([names[i] for i in real], [np.shape(leaves[i]) for i in real])
    check_not_empty(places, names)
    kind = dtype or jnp.result_type(*(jnp.asarray(leaves[i]).dtype for i in real))
    vector = jnp.concatenate([jnp.asarray(leaves[i], kind).reshape(-1) for i in real])

    def height(v: jax.Array) -> jax.Array:
        moved = list(leaves)
        for i, place in zip(real, places, strict=True):
            moved[i] = v[place.span].reshape(place.shape)
        return f(*structure.unflatten(moved))

    fixed = tuple(name for i, name in enumerate(names) if i not in real)
    return Point(height, vector, places, fixed)


def height_at(at: Point) -> jax.Array:
    """The value at the point; raises InputError unless it is one finite real number."""
    value = at.height(at.vector)
    if not isinstance(value, jax.Array | np.ndarray | np.generic | float):
        raise InputError(
            "the function's value",
            expected="one real number",
            got=f"an object of type {type(value).__name__}",
            fix="return the loss alone",
        )
    if np.shape(value) != () or not jnp.issubdtype(value_type(value), jnp.floating):
        raise InputError(
            "the function's value",
            expected="one real number, an array of shape ()",
            got=f"an array of shape {np.shape(value)} and type {value_type(value)}",
            fix="add it up: `lambda x: f(x).sum()`; of an array, check one entry at a time",
        )
    if not np.isfinite(value):
        raise InputError(
            "the function's value at this point",
            expected="a finite number",
            got=float(value),
            fix="choose a point where the function is defined, or write it in a stable form",
        )
    return jnp.asarray(value)


def lay_out(names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> tuple[Place, ...]:
    """Arrays end to end in one vector."""
    starts = np.cumsum([0, *map(math.prod, shapes)])
    return tuple(
        Place(name, shape, int(start))
        for name, shape, start in zip(names, shapes, starts[:-1], strict=True)
    )


def argument_names(f: Callable, number: int) -> list[str]:
    """What the function calls its arguments; those without a name of their own are numbered."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # some built-in functions have no signature
        parameters = []
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [named[i] if i < len(named) else f"argument {i}" for i in range(number)]


def leaf_name(called: list[str], path: tuple) -> str:
    """The argument's name, and the path inside it as `gradus.base.tree` names it."""
    argument = called[path[0].idx]
    return f"{argument}.{path_name(path[1:])}" if len(path) > 1 else argument


def is_real(leaf: Any) -> bool:
    """Whether a leaf holds real numbers, which a derivative can be taken by."""
    return isinstance(leaf, float) or jnp.issubdtype(value_type(leaf), jnp.floating)


def value_type(leaf: Any) -> Any:
    """The type of an array's numbers; that of an object for what is no array."""
    return getattr(leaf, "dtype", np.dtype(type(leaf) if isinstance(leaf, float) else object))


def check_leaf(name: str, leaf: Any) -> None:
    """Refuse numbers that no derivative can be taken by, though they look as if."""
    if isinstance(leaf, int) and not isinstance(leaf, bool):
        raise InputError(
            name, expected="a real number", got=f"the whole number {leaf}", fix=f"write {leaf}.0"
        )
    if isinstance(leaf, complex) or jnp.issubdtype(value_type(leaf), jnp.complexfloating):
        raise InputError(
            name,
            expected="real numbers",
            got="complex numbers",
            fix="give real and imaginary part as two arguments",
        )
    if is_real(leaf) and not np.all(finite := np.isfinite(np.asarray(leaf, float))):
        first = int(np.argmin(finite))
        raise InputError(
            Place(name, np.shape(leaf), 0).entry(first),
            expected="a finite number",
            got=float(np.asarray(leaf, float).reshape(-1)[first]),
            fix="choose another point",
        )


def check_not_empty(places: Sequence[Place], names: Sequence[str]) -> None:
    """Refuse arguments that hold no real number at all."""
    if not sum(place.size for place in places):
        raise InputError(
            "the arguments",
            expected="at least one real number to take the derivative by",
            got="no numbers" if not names else f"none in {', '.join(names)}",
            fix="give the point as arrays of floating-point numbers after the function",
        )
