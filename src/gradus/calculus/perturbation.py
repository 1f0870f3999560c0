"""Gradients by trying: the methods that backpropagation replaced, and what they cost.

All three change something a little and look at the loss again. They are compared on a net of
tanh layers with a linear last one: h ← tanh(h W + b), loss ½‖ŷ − y‖².
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from jax.flatten_util import ravel_pytree

from gradus.base.errors import InputError

SIZE = 1e-5  # of a perturbation: in float64 the quotients are then right to about 10⁻⁵
METHODS = (
    "reverse accumulation",
    "one weight at a time",
    "all weights at once",
    "activations",
)
BACKPROPAGATION = 3  # forward passes that one forward and one backward pass cost


class Estimate(NamedTuple):
    """How well a method knows the gradient, and at what cost.

    Arguments:
        method: its name.
        passes: forward passes through the net for one update.
        cosine: of the angle to the gradient: 1 is the right direction, 0 a random one.
        error: ‖ĝ − g‖ / ‖g‖.
    """

    method: str
    passes: int
    cosine: float
    error: float


class Comparison(NamedTuple):
    """Estimates of one gradient by several methods; printed as a table."""

    estimates: tuple[Estimate, ...]

    def __str__(self) -> str:
        lines = [f"{'method':24}  forward passes  cosine  relative error"]
        for e in self.estimates:
            lines.append(f"{e.method:24}  {e.passes:14,}  {e.cosine:6.3f}  {e.error:14.1e}")
        return "\n".join(lines)


def compare_perturbations(
    layers: Sequence[tuple[Any, Any]], x: Any, y: Any, *, tries: int = 100, seed: int = 0
) -> Comparison:
    """Reverse accumulation beside perturbation of one weight, of all weights, of activations.

    One weight at a time needs n + 1 passes for n weights, and is as good as its step. All at once
    needs `tries` + 1, but each try says one number about n unknowns: ‖ĝ − g‖ / ‖g‖ ≈ √(n / tries).
    Activations are fewer than weights, and every example has a try of its own: better for the same
    cost, but the error still grows with the net. Backpropagation costs about three passes
    for any n, and has no error.

    Arguments:
        layers: weights of shape (inputs, units) and biases of shape (units,) of each layer.
        x: inputs, shape (B, inputs of the first layer).
        y: targets, shape (B, units of the last layer).
        tries: random perturbations that the second and the third method average over.
        seed: of the perturbations.

    Raises InputError for layers, inputs and targets whose shapes do not fit.

    >>> layers = [(0.5 * jnp.eye(3), jnp.zeros(3)), (jnp.ones((3, 1)), jnp.zeros(1))]
    >>> x = jnp.array([[1.0, 2.0, -1.0], [0.5, -1.0, 0.0]])
    >>> print(compare_perturbations(layers, x, jnp.ones((2, 1)), tries=1000))
    method                    forward passes  cosine  relative error
    reverse accumulation                   3   1.000         0.0e+00
    one weight at a time                  17   1.000         1.0e-05
    all weights at once                1,001   0.992         1.3e-01
    activations                        1,001   1.000         3.3e-02

    Widrow and Lehr (1990), section VI; Jabri and Flower (1992); Werfel, Xie and Seung (2005).
    """
    check_shapes(layers, np.shape(x), np.shape(y))
    with jax.enable_x64(True):
        wide = jax.tree.map(lambda a: jnp.asarray(a, float), (list(map(tuple, layers)), x, y))
        exact, *tried = map(np.asarray, gradients(*wide, random.key(seed), tries))
    passes = (BACKPROPAGATION, exact.size + 1, tries + 1, tries + 1)
    found = zip(METHODS, passes, (exact, *tried), strict=True)
    return Comparison(tuple(judged(name, cost, g, exact) for name, cost, g in found))


def judged(method: str, passes: int, found: np.ndarray, exact: np.ndarray) -> Estimate:
    """A gradient beside the exact one."""
    length = np.linalg.norm(exact)
    cosine = found @ exact / (np.linalg.norm(found) * length)
    error = np.linalg.norm(found - exact) / length
    return Estimate(method, passes, float(cosine), float(error))


@partial(jax.jit, static_argnames="tries")
def gradients(
    layers: list, x: jax.Array, y: jax.Array, key: jax.Array, tries: int
) -> tuple[jax.Array, ...]:
    """The gradient by all methods, in the order of `METHODS`."""
    weights, unravel = ravel_pytree(layers)

    def loss(w: jax.Array) -> jax.Array:
        return jnp.mean(losses(unravel(w), x, y))

    return (
        jax.grad(loss)(weights),
        one_at_a_time(loss, weights),
        all_at_once(loss, weights, tries, key),
        of_activations(layers, x, y, tries, key),
    )


def one_at_a_time(loss: Callable, weights: jax.Array) -> jax.Array:
    """gᵢ ≈ (L(w + h eᵢ) − L(w)) / h, one pass for each weight."""
    start = loss(weights)

    def slope(i: jax.Array) -> jax.Array:
        return (loss(weights.at[i].add(SIZE)) - start) / SIZE

    return jax.lax.map(slope, jnp.arange(weights.size))


def all_at_once(loss: Callable, weights: jax.Array, tries: int, key: jax.Array) -> jax.Array:
    """g ≈ mean of ξ (L(w + hξ) − L(w)) / h over random ξ ~ N(0, I): E ξξᵀ = I."""
    start = loss(weights)

    def estimate(key: jax.Array) -> jax.Array:
        noise = random.normal(key, weights.shape, weights.dtype)
        return noise * (loss(weights + SIZE * noise) - start) / SIZE

    return jnp.mean(jax.lax.map(estimate, random.split(key, tries)), axis=0)


def of_activations(
    layers: list, x: jax.Array, y: jax.Array, tries: int, key: jax.Array
) -> jax.Array:
    """δ ≈ mean of ξ (L(z + hξ) − L(z)) / h at the sums z of every layer; ∇W = hᵀδ, ∇b = Σδ.

    Every example of the batch has perturbations, and a loss, of its own.
    """
    start = losses(layers, x, y)
    shapes = [(len(x), b.shape[0]) for _, b in layers]

    def estimate(key: jax.Array) -> list[jax.Array]:
        keys = random.split(key, len(shapes))
        noise = [random.normal(k, shape) for k, shape in zip(keys, shapes, strict=True)]
        change = (losses(layers, x, y, [SIZE * n for n in noise]) - start) / SIZE
        return [n * change[:, None] for n in noise]

    tried = jax.lax.map(estimate, random.split(key, tries))
    deltas = [jnp.mean(each, axis=0) / len(x) for each in tried]
    inputs = [x, *activations(layers, x)[:-1]]
    pairs = [(h.T @ delta, delta.sum(axis=0)) for h, delta in zip(inputs, deltas, strict=True)]
    return ravel_pytree(pairs)[0]


def losses(layers: list, x: jax.Array, y: jax.Array, nudges: Any = None) -> jax.Array:
    """½‖ŷ − y‖² of every example."""
    return 0.5 * jnp.sum(jnp.square(activations(layers, x, nudges)[-1] - y), axis=1)


def activations(layers: list, x: jax.Array, nudges: Any = None) -> list[jax.Array]:
    """The outputs of all layers, with something added to their sums where there are nudges."""
    found, h = [], x
    for i, (weight, bias) in enumerate(layers):
        z = h @ weight + bias[None, :]
        if nudges is not None:
            z = z + nudges[i]
        h = z if i == len(layers) - 1 else jnp.tanh(z)
        found.append(h)
    return found


def check_shapes(layers: Any, x: tuple, y: tuple) -> None:
    """Refuse layers that do not follow on one another, and data that do not fit them."""
    widths = [np.shape(weight) for weight, _ in layers]
    biases = [np.shape(bias) for _, bias in layers]
    chain = [x[1:], *((shape[1],) if len(shape) == 2 else () for shape in widths)]
    fits = (
        len(x) == len(y) == 2
        and x[0] == y[0]
        and all(
            len(w) == 2 and (w[0],) == before and (w[1],) == b
            for w, b, before in zip(widths, biases, chain[:-1], strict=True)
        )
        and chain[-1] == y[1:]
    )
    if not fits:
        raise InputError(
            "compare_perturbations",
            expected="x (B, n₀), y (B, n_k) and layers ((n₀, n₁), (n₁,)), ((n₁, n₂), (n₂,)) …",
            got=f"x {x}, y {y} and layers {list(zip(widths, biases, strict=True))}",
            fix="give weights as (inputs, units), biases as (units,), and targets as (B, units)",
        )
