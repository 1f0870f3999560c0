"""Where a formula may stand: alone, compiled, in a batch, in a loop, behind a branch."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax


def halves(f: Callable) -> Callable:
    """f of a batch of two equal examples, averaged."""

    def averaged(*inputs):
        pairs = [jnp.stack([x, x]) for x in inputs]
        return jnp.sum(0.5 * jax.vmap(f)(*pairs))

    return averaged


def looped(f: Callable) -> Callable:
    """f / 2 added twice in `lax.scan`."""

    def added(*inputs):
        def step(sum_, _):
            return sum_ + 0.5 * f(*inputs), None

        return lax.scan(step, jnp.zeros((), inputs[0].dtype), length=2)[0]

    return added


def branched(f: Callable) -> Callable:
    """f in both branches of `lax.cond`."""
    return lambda *inputs: lax.cond(jnp.ravel(inputs[0])[0] > 0, f, f, *inputs)


CONTEXTS: dict[str, Callable] = {
    "plain": lambda transform, f: transform(f),
    "jit": lambda transform, f: transform(jax.jit(f)),
    "vmap": lambda transform, f: halves(transform(f)),
    "vmap inside": lambda transform, f: transform(halves(f)),
    "scan": lambda transform, f: transform(looped(f)),
    "cond": lambda transform, f: transform(branched(f)),
    "remat": lambda transform, f: transform(jax.checkpoint(f)),
}
