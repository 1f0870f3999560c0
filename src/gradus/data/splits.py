"""Divide examples into parts: random, stratified, grouped or in order of time; folds; bootstrap.

Every function gives row numbers, so that one split serves inputs, targets and weights alike.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError


class Split(NamedTuple):
    """Row numbers of the three parts; no row is in two of them."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


class Fold(NamedTuple):
    """Row numbers to learn from, and row numbers to measure on."""

    train: np.ndarray
    test: np.ndarray


def split(
    n: int,
    validation: float = 0.1,
    test: float = 0.1,
    *,
    stratify: Any = None,
    groups: Any = None,
    time: Any = None,
    seed: int = 0,
) -> Split:
    """Divide n examples into training, validation and test part; shuffled, never by position.

    Arguments:
        n: number of examples.
        validation, test: fractions of the examples; the rest is for training.
        stratify: labels of shape (n,); every class is divided in the same fractions, to within
            one example.
        groups: group labels of shape (n,), such as patients; no group is in two parts.
        time: times of shape (n,), or anything that sorts; training is before validation, and
            validation before test.
        seed: equal seeds give equal parts.

    Raises InputError where a part would be empty, where a class has a single example, and where
    more than one of `stratify`, `groups` and `time` is given.

    >>> parts = split(10, validation=0.2, test=0.2, time=range(10))
    >>> [part.tolist() for part in parts]
    [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9]]

    Goodfellow, Bengio and Courville (2016), section 5.3.
    """
    _check_fractions(validation, test)
    by = _one_of(n, stratify=stratify, groups=groups, time=time)
    sizes = round(n * test), round(n * validation)
    random = np.random.default_rng(seed)
    if stratify is not None:
        parts = _stratified(by, sizes, random)
    elif groups is not None:
        parts = _grouped(by, (validation, test), random)
    else:
        order = random.permutation(n) if time is None else np.argsort(by, kind="stable")
        parts = Split(*np.split(order, [n - sum(sizes), n - sizes[0]]))
    _refuse_empty(parts, n, validation, test)
    return parts


def k_folds(
    n: int,
    k: int = 5,
    *,
    stratify: Any = None,
    groups: Any = None,
    time: Any = None,
    seed: int = 0,
) -> list[Fold]:
    """Divide n examples into k folds; each is the test part once, and the others train.

    With `groups`, the largest are dealt first, whatever the seed. With `time`, fold i trains on
    the first i blocks of k + 1 and is tested on the next. The estimate of the error is
    CV = Σ nᵢ/n · errorᵢ, with nᵢ examples in test part i.

    Arguments are those of `split`. Raises InputError for k < 2, for fewer examples or groups than
    folds, and for a class with fewer examples than folds.

    >>> [fold.test.tolist() for fold in k_folds(6, 3, groups=["a", "a", "b", "b", "c", "c"])]
    [[4, 5], [2, 3], [0, 1]]

    James, Witten, Hastie and Tibshirani (2021), section 5.1.3.
    """
    by = _one_of(n, stratify=stratify, groups=groups, time=time)
    if groups is None:
        _check_folds(k, n, "examples")
    else:
        _check_folds(k, len(np.unique(by)), "groups")
    random = np.random.default_rng(seed)
    if groups is not None:
        from sklearn.model_selection import GroupKFold

        return [Fold(*fold) for fold in GroupKFold(k).split(by, groups=by)]
    if time is not None:
        blocks = np.array_split(np.argsort(by, kind="stable"), k + 1)
        return [Fold(np.concatenate(blocks[: i + 1]), blocks[i + 1]) for i in range(k)]
    order = random.permutation(n)
    if stratify is not None:
        _check_classes(by, k)
        order = order[np.argsort(by[order], kind="stable")]  # class by class: deal them like cards
    number = np.empty(n, int)
    number[order] = np.arange(n) % k
    return [Fold(np.flatnonzero(number != i), np.flatnonzero(number == i)) for i in range(k)]


def leave_one_out(n: int) -> list[Fold]:
    """n folds of one example each.

    >>> [fold.test.tolist() for fold in leave_one_out(3)]
    [[0], [1], [2]]

    James, Witten, Hastie and Tibshirani (2021), section 5.1.2.
    """
    _check_count(n)
    rows = np.arange(n)
    return [Fold(np.delete(rows, i), rows[i : i + 1]) for i in range(n)]


def bootstrap(n: int, samples: int, seed: int = 0) -> list[Fold]:
    """Draw n of n examples with replacement, `samples` times; those never drawn are the test part.

    About (1 − 1/n)ⁿ ≈ 36.8 % of the examples are left out of a sample.

    >>> fold = bootstrap(1000, samples=1)[0]
    >>> len(fold.train), len(fold.test)
    (1000, 378)

    Efron (1979); James, Witten, Hastie and Tibshirani (2021), section 5.2.
    """
    _check_count(n)
    random = np.random.default_rng(seed)
    drawn = (random.integers(0, n, n) for _ in range(samples))
    return [Fold(rows, np.setdiff1d(np.arange(n), rows)) for rows in drawn]


def _stratified(labels: np.ndarray, sizes: tuple[int, int], random: np.random.Generator) -> Split:
    """Give every class its share of test and validation part; what is left trains."""
    _check_classes(labels, 2)
    order = random.permutation(len(labels))
    rows = [order[labels[order] == label] for label in np.unique(labels)]
    parts = []
    for size in sizes:
        shares = _shares([len(r) for r in rows], size)
        parts.append(np.concatenate([r[:share] for r, share in zip(rows, shares, strict=True)]))
        rows = [r[share:] for r, share in zip(rows, shares, strict=True)]
    test, validation, train = (random.permutation(p) for p in (*parts, np.concatenate(rows)))
    return Split(train, validation, test)


def _shares(counts: list[int], size: int) -> np.ndarray:
    """Divide `size` in proportion to `counts` by the largest remainders; one of each is kept."""
    exact = np.array(counts) * size / sum(counts)
    shares = np.floor(exact).astype(int)
    largest = np.argsort(shares - exact, kind="stable")
    shares[largest[: size - shares.sum()]] += 1
    return np.minimum(shares, np.array(counts) - 1)


def _grouped(groups: np.ndarray, fractions: tuple[float, float], random) -> Split:
    """Line the groups up in random order; a group belongs to the part in which its middle lies."""
    _, number, counts = np.unique(groups, return_inverse=True, return_counts=True)
    order = random.permutation(len(counts))
    middle = np.empty(len(counts))
    middle[order] = (np.cumsum(counts[order]) - counts[order] / 2) / len(groups)
    validation, test = fractions
    part = np.digitize(middle, [test, test + validation])[number]
    return Split(*(random.permutation(np.flatnonzero(part == p)) for p in (2, 1, 0)))


def _one_of(n: int, **given: Any) -> np.ndarray:
    """The one array of those given, checked; an empty one where none is."""
    given = {name: np.asarray(value) for name, value in given.items() if value is not None}
    if len(given) > 1:
        raise InputError(
            "a split follows one rule",
            expected="one of stratify, groups and time",
            got=" and ".join(given),
            fix="leave all but one out",
        )
    for name, value in given.items():
        if value.shape != (n,):
            raise InputError(
                f"{name} does not fit the examples",
                expected=f"one value per example, shape ({n},)",
                got=value.shape,
                fix="give one value per example",
            )
        return value
    return np.zeros(0)


def _check_fractions(validation: float, test: float) -> None:
    if min(validation, test) < 0 or validation + test >= 1:
        raise InputError(
            "fractions of a split",
            expected="validation ≥ 0, test ≥ 0, and less than 1 together",
            got=f"validation={validation}, test={test}",
            fix="leave a part for training, as in validation=0.1, test=0.1",
        )


def _refuse_empty(parts: Split, n: int, validation: float, test: float) -> None:
    wanted = (1.0, validation, test)
    for name, rows, fraction in zip(Split._fields, parts, wanted, strict=True):
        if fraction > 0 and len(rows) == 0:
            raise InputError(
                f"the {name} part would be empty",
                expected="examples in every part",
                got=f"{n} examples, validation={validation}, test={test}",
                fix="give more examples (or more groups), or other fractions",
            )


def _check_folds(k: int, count: int, what: str) -> None:
    if k < 2 or count < k:
        raise InputError(
            f"{k} folds",
            expected=f"from 2 folds to as many as there are {what}, {count}",
            got=k,
            fix=f"choose fewer folds, or give more {what}" if k > 1 else "choose at least 2 folds",
        )


def _check_count(n: int) -> None:
    if n < 2:
        raise InputError(
            "too few examples", expected="2 examples or more", got=n, fix="give more examples"
        )


def _check_classes(labels: np.ndarray, least: int) -> None:
    names, counts = np.unique(labels, return_counts=True)
    rarest = int(np.argmin(counts))
    if len(names) < 2 or counts[rarest] < least:
        few = f"only {counts[rarest]} of class {names[rarest]}"
        raise InputError(
            "stratified parts",
            expected=f"two classes or more, with {least} examples of each or more",
            got=few if len(names) > 1 else f"only class {names[0]}",
            fix="add examples, leave this class out, or divide by groups or time (--group, --time)",
        )
