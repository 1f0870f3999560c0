"""Tasks that ask how long a net remembers: what is needed at the end is shown long before."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.checks import check_whole
from gradus.base.errors import InputError
from gradus.data.batch import Batch


def adding_problem(n: int, length: int = 100, *, seed: int = 0) -> Batch:
    """Two of many numbers are marked, and their sum is asked for: y = Σₜ uₜ mₜ.

    At every step the input is (uₜ, mₜ), uₜ from U(0, 1); mₜ is 1 at one step of the first half
    and at one of the second, and 0 elsewhere. Who answers 1 always has a squared error of
    1/6 = 0.167, the variance of the sum.

    Arguments:
        n: how many sequences.
        length: steps of each, 2 or more.
        seed: equal seeds give equal sequences.

    Gives x of shape (n, length, 2) and y of shape (n,).

    >>> found = adding_problem(1000, 50)
    >>> found.x.shape, bool(found.y[0] == (found.x[0, :, 0] * found.x[0, :, 1]).sum())
    ((1000, 50, 2), True)
    >>> round(float(found.y.mean()), 1), round(float(found.y.var()), 2)
    (1.0, 0.17)

    Hochreiter and Schmidhuber (1997), section 5.4, in the form of Le, Jaitly and Hinton (2015).
    """
    check_sizes("adding_problem", n=(n, 1), length=(length, 2))
    random = np.random.default_rng(seed)
    numbers, marks = random.random((n, length), np.float32), np.zeros((n, length), np.float32)
    half, rows = length // 2, np.arange(n)
    marks[rows, random.integers(0, half, n)] = 1
    marks[rows, random.integers(half, length, n)] = 1
    return Batch(np.stack([numbers, marks], axis=-1), (numbers * marks).sum(axis=1))


def delayed_recall(
    n: int, delays: tuple[int, int] = (100, 100), *, symbols: int = 4, seed: int = 0
) -> Batch:
    """One symbol matters among many others that do not; it is asked for at the end.

    Arguments:
        n: how many sequences.
        delays: the fewest and the most steps from the symbol to the last step, each as likely.
        symbols: how many there are; who guesses is right once in so many times. Those that do
            not matter are drawn from as many others, so that the one is known by itself.
        seed: equal seeds give equal sequences.

    Gives x of shape (n, T, 2 · symbols) with T = 1 + the longest delay, 1 for the symbol of the
    step, and y of shape (n,), whole numbers from 0.

    >>> found = delayed_recall(3, (2, 2), symbols=2)
    >>> found.x.shape, bool((found.x[:, 0].argmax(axis=1) == found.y).all())
    ((3, 3, 4), True)
    >>> float(found.x[:, 1:, :2].sum())
    0.0

    After Hochreiter and Schmidhuber (1997), section 5.2, with distractors at random.
    """
    check_sizes("delayed_recall", n=(n, 1), symbols=(symbols, 2))
    fewest, most = checked_range("delayed_recall: delays", delays, 0)
    random = np.random.default_rng(seed)
    shown = random.integers(symbols, 2 * symbols, (n, most + 1))
    y = random.integers(0, symbols, n)
    shown[np.arange(n), most - random.integers(fewest, most + 1, n)] = y
    return Batch(np.eye(2 * symbols, dtype=np.float32)[shown], y.astype(np.int32))


def copy_task(n: int, lengths: tuple[int, int] = (1, 20), *, bits: int = 8, seed: int = 0) -> Batch:
    """A sequence of random bits is shown, then a mark; then it is asked for, from its beginning.

    Of length L it takes 2L + 1 steps: L with the bits, one with the mark on a channel of its own,
    and L without anything, in which the outputs count.

    Arguments:
        n: how many sequences.
        lengths: the shortest and the longest, each as likely; all are filled up to the longest.
        bits: how many at each step.
        seed: equal seeds give equal sequences.

    Gives x of shape (n, T, bits + 1) with T = 2 · longest + 1, and y and weight of shape
    (n, T, bits): 1 where an output counts, 0 elsewhere.

    >>> found = copy_task(5, (2, 2), bits=3)
    >>> found.x.shape, found.weight[0, :, 0]
    ((5, 5, 4), array([0., 0., 0., 1., 1.], dtype=float32))
    >>> bool((found.y[:, 3:] == found.x[:, :2, :3]).all())
    True

    Graves, Wayne and Danihelka (2014), section 4.1.
    """
    check_sizes("copy_task", n=(n, 1), bits=(bits, 1))
    shortest, longest = checked_range("copy_task: lengths", lengths, 1)
    random, steps = np.random.default_rng(seed), 2 * longest + 1
    length = random.integers(shortest, longest + 1, n)
    shown = random.integers(0, 2, (n, longest, bits)).astype(np.float32)
    shown[np.arange(longest)[None, :] >= length[:, None]] = 0
    x, y = np.zeros((n, steps, bits + 1), np.float32), np.zeros((n, steps, bits), np.int32)
    x[:, :longest, :bits] = shown
    x[np.arange(n), length, bits] = 1
    place = np.arange(steps)[None, :] - length[:, None] - 1  # in the sequence that is asked for
    asked = (place >= 0) & (place < length[:, None])
    rows, at = np.nonzero(asked)
    y[rows, at] = shown[rows, place[rows, at]]
    weight: Any = np.repeat(asked[:, :, None], bits, axis=2).astype(np.float32)
    return Batch(x, y, weight)


def checked_range(what: str, given: Any, least: int) -> tuple[int, int]:
    """The smallest and the largest; raises InputError for what is no such pair."""
    whole = isinstance(given, tuple) and all(isinstance(n, int | np.integer) for n in given)
    if not whole or len(given) != 2 or not least <= given[0] <= given[1]:
        raise InputError(
            what,
            expected=f"the smallest and the largest, whole numbers from {least} up",
            got=repr(given),
            fix="write (1, 20), or (20, 20) for one alone",
        )
    return given


def check_sizes(task: str, **given: tuple[Any, int]) -> None:
    """Refuse sizes that are no whole numbers, or too small."""
    for name, (value, least) in given.items():
        check_whole(f"{task}: {name}", value, least, fix=f"write {name}={max(least, 10)}")
