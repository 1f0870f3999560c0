"""Back-propagation through time that leaves to the loop only what depends on its order.

Differentiating a loop as it stands adds to the gradient of every weight matrix once per step, and
keeps whatever a step has computed. Here states and products are kept, and a matrix gets its
gradient after the loop, from one product over all steps: ∂J/∂U = Σₜ vₜᵀ δₜ, with vₜ what was
multiplied by U and δₜ the gradient of the product.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
from jax import lax

State = tuple[jax.Array, ...]  # each (B, units); the first is the output of the step
Product = Callable[[int, jax.Array], jax.Array]


class Cell(Hashable, Protocol):
    """One step of a recurrence: `cell(product, constants, inputs, state)` is the next state.

    All that is multiplied by weight matrices goes through `product(k, v)` = v Uₖ; the rest works
    element by element. `constants` are parameters that all steps share. Cells that are equal as
    values are compiled once.
    """

    def __call__(self, product: Product, constants: Any, inputs: Any, state: State) -> State:
        """The state after the step, an array for each array of the state before it."""
        ...


class Steps(NamedTuple):
    """What the steps see, one after the other.

    Arguments:
        inputs: a tree of arrays, each (T, B, …).
        present: 1 where there is a step, and 0 where there is none and the state stays as it is,
            shape (T, B); None: all are there.
    """

    inputs: Any
    present: jax.Array | None = None


@partial(jax.jit, static_argnums=0)
def through_time(
    cell: Cell, weights: tuple[jax.Array, ...], constants: Any, steps: Steps, start: State
) -> tuple[jax.Array, State]:
    """sₜ = cell(xₜ, sₜ₋₁) for t = 1 … T: the first array of every sₜ, (T, B, units), and s_T.

    Arguments:
        cell: one step.
        weights: the matrices Uₖ.
        constants: a tree of arrays.
        steps: what each step sees.
        start: s₀.

    >>> class Decay(NamedTuple):
    ...     def __call__(self, product, constants, inputs, state):
    ...         return (inputs + product(0, state[0]),)
    >>> half, ones = jnp.array([[0.5]]), jnp.ones((4, 1, 1))
    >>> outputs, _ = through_time(Decay(), (half,), (), Steps(ones), (jnp.zeros((1, 1)),))
    >>> outputs.ravel()
    Array([1.   , 1.5  , 1.75 , 1.875], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 10.2.2.
    """
    return _through_time(cell, weights, constants, steps, start)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _through_time(cell, weights, constants, steps, start):
    return _there(cell, weights, constants, steps, start)[0]


def _there(cell, weights, constants, steps, start):
    """The result, and what the way back needs: states, and what came of the products."""

    def step(state, at):
        made = []

        def product(k, v):
            made.append(v @ weights[k])
            return made[-1]

        new = _next(cell, product, constants, at, state)
        return new, (new, made)

    end, (states, made) = lax.scan(step, start, steps)
    return (states[0], end), (weights, constants, steps, start, states, made)


def _back(cell, kept, slopes):
    """The gradients of weights, constants, steps and start."""
    weights, constants, steps, start, states, made = kept
    slope_of_outputs, slope_of_end = slopes
    before = jax.tree.map(lambda s, later: jnp.concatenate([s[None], later])[:-1], start, states)
    # turned inside the loop, a matrix would make every product take more than twice as long
    turned = [lax.optimization_barrier(w.T) for w in weights]
    used: list[int] = []  # which matrix each product took

    def step(carry, at):
        (slope, *slopes), sums = carry
        at, state, made, slope_of_output = at
        used.clear()

        def again(constants, inputs, state, made):
            factors = []

            def product(k, v):
                used.append(k)
                factors.append(v)
                return _known(v, turned[k], made[len(factors) - 1])

            at_inputs = at._replace(inputs=inputs)
            return _next(cell, product, constants, at_inputs, state), factors

        _, pull, factors = jax.vjp(again, constants, at.inputs, state, made, has_aux=True)
        of_constants, of_inputs, of_state, deltas = pull((slope + slope_of_output, *slopes))
        sums = jax.tree.map(jnp.add, sums, of_constants)
        return (of_state, sums), (of_inputs, factors, deltas)

    nothing = jax.tree.map(jnp.zeros_like, constants)
    (of_start, of_constants), (of_inputs, factors, deltas) = _scan_back(
        step, (slope_of_end, nothing), (steps, before, made, slope_of_outputs)
    )
    of_weights = [jnp.zeros_like(w) for w in weights]
    for k, v, delta in zip(used, factors, deltas, strict=True):
        of_weights[k] += _slope_of_matrix(v, delta)
    of_present = jax.tree.map(jnp.zeros_like, steps.present)
    return tuple(of_weights), of_constants, Steps(of_inputs, of_present), of_start


_through_time.defvjp(_there, _back)


@jax.custom_vjp
def of_all_steps(x: jax.Array, weight: jax.Array) -> jax.Array:
    """x W for all steps at once, (T, B, features) → (T, B, units)."""
    return x @ weight


def _of_all_steps_there(x, weight):
    return x @ weight, (x, weight)


def _of_all_steps_back(kept, slope):
    x, weight = kept
    return slope @ lax.optimization_barrier(weight.T), _slope_of_matrix(x, slope)


of_all_steps.defvjp(_of_all_steps_there, _of_all_steps_back)


def _slope_of_matrix(v, delta):
    """Σ vᵀ δ over all steps and examples.

    In this order of factors the small one is turned; the order that differentiation comes up
    with turns the large one, which takes longer than the product.
    """
    return v.reshape(-1, v.shape[-1]).T @ delta.reshape(-1, delta.shape[-1])


def _next(cell, product, constants, at, state):
    """The state after a step; where there is none, the state before it."""
    new = cell(product, constants, at.inputs, state)
    if at.present is None:
        return new
    there = at.present[:, None] != 0
    return tuple(jnp.where(there, n, s) for n, s in zip(new, state, strict=True))


@jax.custom_vjp
def _known(v, turned, made):
    """v U, which is known, from Uᵀ; the gradient of `made` is that of the product."""
    return made


def _known_there(v, turned, made):
    return made, turned


def _known_back(turned, slope):
    return slope @ turned, None, slope


_known.defvjp(_known_there, _known_back)


def _scan_back(step, carry, inputs):
    """`lax.scan` from the last step to the first, which stacks no array twice.

    What a step returns in several places, or hands on from its inputs, is in memory once.
    """
    places: list[Any] = []

    def once(carry, at):
        carry, out = step(carry, at)
        known = {id(leaf): i for i, leaf in enumerate(jax.tree.leaves(at))}
        new = {id(leaf): leaf for leaf in jax.tree.leaves(out) if id(leaf) not in known}
        known |= {key: len(known) + i for i, key in enumerate(new)}
        places[:] = [jax.tree.map(lambda leaf: known[id(leaf)], out)]
        return carry, list(new.values())

    carry, new = lax.scan(once, carry, inputs, reverse=True)
    stacked = [*jax.tree.leaves(inputs), *new]
    return carry, jax.tree.map(lambda place: stacked[place], places[0])
