"""Searching among the terms of a linear model for those that leave the least squares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from gradus.data.splits import k_folds
from gradus.models.linear.design import Design
from gradus.models.linear.inference import scales

AT_ONCE = 20_000  # systems of equations in one call

Subset = tuple[int, ...]  # numbers of terms


class Candidates(NamedTuple):
    """Terms to choose from, over rows; the first column of X is the intercept.

    Arguments:
        x: the columns of X, brought to one size, shape (n, p).
        y: targets, shape (n,).
        groups: the columns of each term.
    """

    x: np.ndarray
    y: np.ndarray
    groups: tuple[Subset, ...]

    @classmethod
    def of(cls, made: Design, y: np.ndarray) -> Candidates:
        return cls(made.x / scales(made.x), y, tuple(made.groups.values()))

    @property
    def terms(self) -> range:
        return range(len(self.groups))

    def columns(self, subset: Subset) -> list[int]:
        """The columns of some terms, the intercept left out."""
        return [column for term in subset for column in self.groups[term]]

    def part(self, subset: Subset) -> np.ndarray:
        """X of some terms and the intercept."""
        return self.x[:, [0, *self.columns(subset)]]

    def take(self, rows: np.ndarray) -> Candidates:
        return self._replace(x=self.x[rows], y=self.y[rows])


class Squares:
    """The residual sums of squares of many subsets, from one matrix of products.

    Columns are centred and of length 1, so that the products lose no digits to their scales.
    """

    def __init__(self, candidates: Candidates):
        x, y = candidates.x - candidates.x.mean(axis=0), candidates.y - candidates.y.mean()
        z = x / np.maximum(np.linalg.norm(x, axis=0), np.finfo(float).tiny)
        self.candidates = candidates
        self.products, self.moments, self.total = z.T @ z, z.T @ y, float(y @ y)

    def rss(self, subsets: list[Subset]) -> np.ndarray:
        """RSS = Σy² − mᵀP⁻¹m for every subset, P and m the products with columns and target."""
        found = np.empty(len(subsets))
        columns = [self.candidates.columns(subset) for subset in subsets]
        for size in {len(c) for c in columns}:
            rows = [i for i, c in enumerate(columns) if len(c) == size]
            for start in range(0, len(rows), AT_ONCE):
                part = rows[start : start + AT_ONCE]
                chosen = np.array([columns[i] for i in part], int).reshape(len(part), size)
                found[part] = self.total - self._explained(chosen)
        return found

    def best(self, subsets: Iterable[Subset]) -> Subset:
        """The subset with the smallest RSS."""
        listed = list(subsets)
        return listed[int(self.rss(listed).argmin())]

    def _explained(self, chosen: np.ndarray) -> np.ndarray:
        products = self.products[chosen[:, :, None], chosen[:, None, :]]
        moments = self.moments[chosen]
        solved = np.linalg.solve(products, moments[:, :, None])[:, :, 0]
        return np.sum(solved * moments, axis=1)


def all_subsets(candidates: Candidates) -> Iterator[Subset]:
    """The best subset of every size, from none to all terms."""
    squares = Squares(candidates)
    for size in range(len(candidates.terms) + 1):
        yield squares.best(combinations(candidates.terms, size))


def added(candidates: Candidates) -> Iterator[Subset]:
    """From no term to all, each time with the one that lowers RSS most."""
    squares, kept = Squares(candidates), ()
    yield kept
    for _ in candidates.terms:
        kept = squares.best(tuple(sorted({*kept, t})) for t in candidates.terms if t not in kept)
        yield kept


def dropped(candidates: Candidates) -> Iterator[Subset]:
    """From all terms to none, each time without the one that raises RSS least; told from none."""
    squares, kept = Squares(candidates), tuple(candidates.terms)
    path = [kept]
    while kept:
        kept = squares.best(tuple(t for t in kept if t != out) for out in kept)
        path.append(kept)
    yield from reversed(path)


def cross_validated(
    candidates: Candidates, search: Callable[[Candidates], Iterator[Subset]], folds: int
) -> np.ndarray:
    """Mean squared error by size, on rows that neither the search nor the fit has seen."""
    n = len(candidates.y)
    errors = np.zeros(len(candidates.terms) + 1)
    for fold in k_folds(n, folds):
        seen, left_out = candidates.take(fold.train), candidates.take(fold.test)
        for size, subset in enumerate(search(seen)):
            beta = np.linalg.lstsq(seen.part(subset), seen.y, rcond=None)[0]
            errors[size] += np.sum((left_out.y - left_out.part(subset) @ beta) ** 2)
    return errors / n
