"""Random small programs of two numbers and a vector, as source text, and inputs to try them at."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

ELEMENTWISE = [
    "jnp.exp({0})", "jnp.log({0})", "jnp.log1p({0})", "jnp.expm1({0})", "jnp.sqrt({0})",
    "jnp.square({0})", "jnp.tanh({0})", "jax.nn.sigmoid({0})", "jax.nn.softplus({0})",
    "jnp.sin({0})", "jnp.cos({0})", "jnp.abs({0})", "1 + {0}", "1 - {0}", "{0} - 1", "-{0}",
    "2 * {0}", "{0} / 2", "1 / {0}", "{0} ** 3", "{0} ** 0.5", "{0} ** -1", "{0} ** 1.5",
    "jnp.maximum({0}, 0.0)", "jnp.where({0} > 0, jnp.log({0}), 0.0)", "jnp.exp(-{0})",
    "jnp.where({0} > 0, {0}, 1.0)", "jnp.log(jnp.abs({0}))", "jnp.sqrt(jnp.square({0}))",
    "jnp.where({0} == 0, 1.0, jnp.sin({0}) / {0})", "jax.lax.stop_gradient({0})",
    "jnp.log(1 + jnp.exp({0}))", "1 / (1 + jnp.exp(-{0}))", "1 - jnp.cos({0})",
    "jnp.exp({0}) - 1", "{0} * jnp.log({0})", "jnp.exp({0}) - 1 - {0}", "jnp.sqrt(1 + {0}) - 1",
    "(jnp.exp({0}) - jnp.exp(-{0})) / (jnp.exp({0}) + jnp.exp(-{0}))", "1 - jnp.tanh({0}) ** 2",
    "(1 - jnp.cos({0})) / {0} ** 2", "jnp.log({0} ** 2)", "jnp.log({0} ** 3)",
]  # fmt: skip
PAIRS = [
    "{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} / {1}", "{0} ** {1}", "jnp.maximum({0}, {1})",
    "jnp.where({0} > {1}, {0}, {1})", "jnp.where({0} > 0, {0}, {1})", "jnp.logaddexp({0}, {1})",
    "jnp.log(jnp.exp({0}) + jnp.exp({1}))", "jnp.exp({0}) / (jnp.exp({0}) + jnp.exp({1}))",
    "jnp.log({0} * {1})", "jnp.log({0} / {1})", "jnp.log({0}) - jnp.log({1})",
    "jnp.log({0}) + jnp.log({1})", "jnp.sqrt({0} ** 2 + {1} ** 2)", "{0} ** 2 - {1} ** 2",
    "jnp.sqrt({0}) - jnp.sqrt({1})", "jnp.exp({0}) - jnp.exp({1})", "1 / {0} - 1 / {1}",
    "{0} * jnp.log({0} / {1})", "{0} * jnp.exp({1})", "jnp.exp({0}) / {1}",
    "jnp.exp({0}) * jnp.exp({1})", "-{0} * jnp.log({1}) - (1 - {0}) * jnp.log(1 - {1})",
    "jnp.log(jnp.exp({0}) - jnp.exp({1}))", "({0} + {1}) - {0}", "{0} * {1} - {0}",
    "jnp.sqrt({0} * {1})", "jnp.exp({0}) ** {1}", "({0} - {1}) ** 2",
]  # fmt: skip
TO_NUMBER = [
    "jnp.sum({0})", "jnp.mean({0})", "jnp.max({0})", "jnp.prod({0})", "{0}[0]", "{0}[2]",
    "jnp.dot({0}, {1})", "jnp.log(jnp.sum(jnp.exp({0})))", "jnp.sqrt(jnp.sum({0} ** 2))",
    "jnp.mean({0} ** 2) - jnp.mean({0}) ** 2", "jnp.log(jnp.prod({0}))", "jnp.var({0})",
    "jnp.dot({0}, {0})", "jnp.sum({0} * {1})", "jnp.sum({0} * jnp.log({0}))", "jnp.std({0})",
]  # fmt: skip
TO_VECTOR = [
    "jnp.stack([{2}, {3}, {2}])", "{2} * {0}", "{0} + {2}", "jnp.broadcast_to({2}, (3,))",
    "{0}.reshape(3, 1)[:, 0]", "{0}[::-1]", "jnp.exp({0}) / jnp.sum(jnp.exp({0}))",
    "{0} - jnp.mean({0})", "{0} / jnp.sum({0})", "{0} - jnp.max({0})", "{0} / {2}",
    "jnp.concatenate([{0}[1:], {0}[:1]])", "jnp.cumsum({0})",
]  # fmt: skip
KINDS = [(ELEMENTWISE, 10), (PAIRS, 6), (TO_NUMBER, 4), (TO_VECTOR, 3)]

ROWS = 24
HARD = [0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 1e-4, -1e-6, 1e-20, -1e-20, 10.0, -10.0, 100.0, -100.0]
HARD += [88.0, -88.0, 1e10, 3.0, 0.25]


class Program(NamedTuple):
    """A function of (number, number, vector of 3) and its source."""

    seed: int
    source: str
    f: Callable


def program(seed: int) -> Program:
    """The program of a seed: two to six lines, of which later ones mostly use earlier ones."""
    dice = random.Random(seed)
    known = {"number": ["x", "y"], "vector": ["v"]}
    lines = []
    for i in range(dice.randint(2, 6)):
        table = dice.choices([t for t, _ in KINDS], [w for _, w in KINDS])[0]
        kind = dice.choice(["number", "number", "vector"])
        if table in (TO_NUMBER, TO_VECTOR):
            kind = "vector"
        if table is PAIRS and len(known[kind]) == 1:
            kind = "number"  # two different operands
        first, second = dice.sample(known[kind], 2) if len(known[kind]) > 1 else known[kind] * 2
        first = recent(dice, [n for n in known[kind] if n != second] or known[kind])
        scalars = [recent(dice, known["number"]) for _ in range(2)]
        lines.append(f"t{i} = {dice.choice(table).format(first, second, *scalars)}")
        known["number" if table is TO_NUMBER else kind].append(f"t{i}")
    last = f"t{len(lines) - 1}"
    result = f"jnp.sum({last})" if last in known["vector"] else last
    body = "\n    ".join([*lines, f"return {result}"])
    source = f"def f(x, y, v):\n    {body}\n"
    return Program(seed, source, compiled(source))


def recent(dice: random.Random, names: list[str]) -> str:
    """One of the names, more often a late one."""
    return names[-1] if dice.random() < 0.8 else dice.choice(names)


def compiled(source: str) -> Callable:
    """The function of a source."""
    names: dict = {"jax": jax, "jnp": jnp}
    exec(source, names)
    return names["f"]


def inputs(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ordinary numbers, hard ones, equal ones: a batch of arguments for a program."""
    dice = np.random.default_rng(seed)
    table = dice.normal(size=(ROWS, 5)) * 1.5
    table[6:] = dice.choice(HARD, size=(ROWS - 6, 5))
    table[3:6] = np.abs(table[3:6])
    table[-4:] = table[-4:, :1]
    table[-8:-4, 1:] *= dice.choice([1e-3, 1.0], size=(4, 1))
    table = table.astype(np.float32)
    return table[:, 0], table[:, 1], table[:, 2:]
