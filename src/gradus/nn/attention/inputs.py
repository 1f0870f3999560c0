"""What an attention layer takes: sequences that look at themselves, or at others."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError, located
from gradus.nn.checks import check_width
from gradus.nn.layer import Layer, Shape, is_shape
from gradus.nn.recurrent.sequence import check_sequence_shape, sequences_of


class Looking(NamedTuple):
    """Who looks at whom.

    Arguments:
        queries: sequences that look, shape (B, T, features).
        memory: sequences that are looked at, shape (B, S, others).
        query_mask, memory_mask: 1 for steps and 0 for padding, (B, T) and (B, S); None: none.
    """

    queries: jax.Array
    memory: jax.Array
    query_mask: jax.Array | None
    memory_mask: jax.Array | None


def looking(layer: Layer, x: Any, cross: bool) -> Looking:
    """The parts of an input; raises InputError for other forms."""
    name = type(layer).__name__
    if not cross:
        _refuse_memory(name, x)
        queries, mask = sequences_of(layer, x)
        return Looking(queries, queries, mask, mask)
    if not isinstance(x, tuple) or len(x) != 2 or _axes(x[1]) == 2:
        raise InputError(
            f"{name}: cross-attention",
            expected="the pair (queries, memory), each (B, T, features) or a pair of that and its "
            "mask",
            got=_described(x),
            fix="call it with both: layer((decoder, encoder)); leave cross out for self-attention",
        )
    with located("queries"):
        queries, query_mask = sequences_of(layer, x[0])
    with located("memory"):
        memory, memory_mask = sequences_of(layer, x[1])
    if queries.shape[0] != memory.shape[0]:
        raise InputError(
            f"{name}: queries and memory",
            expected=f"as many sequences in both, {queries.shape[0]}",
            got=memory.shape[0],
            fix="give every sequence of queries the sequence that it looks at",
        )
    return Looking(queries, memory, query_mask, memory_mask)


def shapes_of(layer: Layer, shape: Shape, cross: bool) -> tuple[tuple[int, int], tuple[int, int]]:
    """Steps and features of the queries and of the memory; raises InputError for other forms."""
    if not cross:
        own = check_sequence_shape(layer, shape)
        return own, own
    if not isinstance(shape, tuple) or len(shape) != 2 or is_shape(shape):
        raise InputError(
            f"{type(layer).__name__}: shapes of one input",
            expected="((T, features), (S, others)), each with or without that of a mask",
            got=shape,
            fix="leave cross out for self-attention",
        )
    with located("queries"):
        queries = check_sequence_shape(layer, shape[0])
    with located("memory"):
        return queries, check_sequence_shape(layer, shape[1])


def last_step(outputs: jax.Array, mask: jax.Array | None) -> jax.Array:
    """The output of the last step that is no padding, (B, width); the first's where none is."""
    if mask is None:
        return outputs[:, -1]
    places = jnp.max(jnp.where(mask.astype(bool), jnp.arange(mask.shape[1])[None, :], 0), axis=1)
    return jnp.take_along_axis(outputs, places[:, None, None], axis=1)[:, 0]


def check_widths(
    layer: Any,
    queries: jax.Array,
    memory: jax.Array,
    for_queries: jax.Array | None,
    for_memory: jax.Array | None,
) -> None:
    """Refuse queries and memory that do not fit the first axes of their weights."""
    if not layer.cross:
        check_width(layer, memory, for_memory)
        return
    with located("queries"):
        check_width(layer, queries, for_queries)
    with located("memory"):
        check_width(layer, memory, for_memory)


def check_causal(layer: Layer, causal: bool, cross: bool) -> None:
    """Refuse causal attention to other sequences, which have no time in common."""
    if causal and cross:
        raise InputError(
            f"{type(layer).__name__}: causal",
            expected="self-attention, in which queries and keys have one time",
            got="causal and cross",
            fix="leave one of them out",
        )


def _refuse_memory(name: str, x: Any) -> None:
    if isinstance(x, tuple) and len(x) == 2 and _axes(x[1]) == 3:
        raise InputError(
            f"{name}: self-attention",
            expected="(B, T, features), or a pair of that and a mask (B, T)",
            got="two sequences",
            fix=f"write nn.{name}(…, cross=True) to look from one to the other",
        )


def _axes(x: Any) -> int | None:
    return getattr(x, "ndim", None)


def _described(x: Any) -> Any:
    if isinstance(x, tuple):
        return tuple(map(_described, x))
    return getattr(x, "shape", type(x).__name__)
