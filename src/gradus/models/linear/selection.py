"""Which terms to keep: the best subset, or one term after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.models.linear.design import Design, design
from gradus.models.linear.fitted import LinearFit, written_name
from gradus.models.linear.least_squares import least_squares, measures
from gradus.models.linear.subsets import (
    Candidates,
    Subset,
    added,
    all_subsets,
    cross_validated,
    dropped,
)
from gradus.models.linear.tables import (
    Table,
    html_paragraphs,
    number,
    paragraphs,
    probability,
)
from gradus.models.linear.targets import number_target

MOST_TERMS = 20  # of a best subset: 2²⁰ models
LEVEL = 0.05  # a term with a p-value below it is useful
SMALLEST = ("aic", "bic", "cv")  # the criteria that should be small
CRITERIA = (*SMALLEST, "adjusted_r2", "p")


class Step(NamedTuple):
    """The best model of one size that was found.

    Arguments:
        terms: the terms of the formula that are in it.
        rss, r2, adjusted_r2, aic, bic: measures, as of `least_squares`.
        p: p-value of the term that a step from the smaller to the larger model adds, by F;
            None where the models are not nested, and for the smallest.
        cv: mean squared error on rows that were left out, the search repeated without them; None
            unless it was asked for.
    """

    terms: tuple[str, ...]
    rss: float
    r2: float
    adjusted_r2: float
    aic: float
    bic: float
    p: float | None = None
    cv: float | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Selection:
    """The models that a search has seen, by size, and the one that a criterion chose.

    Arguments:
        method: how it was searched.
        criterion: how the size was chosen.
        steps: the best model of every size.
        chosen: the place of the chosen one in `steps`.
        formula: of the chosen model.
        data: the table that was searched.
    """

    method: str
    criterion: str
    steps: tuple[Step, ...]
    chosen: int
    formula: str
    data: Any

    def fit(self) -> LinearFit:
        """Least squares with the chosen terms.

        Their p-values and intervals are too good: they do not know of the search.
        """
        return least_squares(self.formula, self.data)

    @property
    def table(self) -> Table:
        """The steps, each by the terms that come in and go out, with its measures."""
        columns = [name for name in Step._fields[1:] if getattr(self.steps[-1], name) is not None]
        smaller = [None, *self.steps[:-1]]
        rows = [_cells(*pair, columns) for pair in zip(self.steps, smaller, strict=True)]
        rows[self.chosen] = (*rows[self.chosen][:-1], "←")
        return Table(("step", *map(written_name, columns), ""), tuple(rows))

    @property
    def _verdict(self) -> str:
        return f"{self.method}, chosen by {written_name(self.criterion)}: {self.formula}"

    def __str__(self) -> str:
        return paragraphs([self.table.text(), self._verdict])

    def __repr__(self) -> str:
        return f"Selection({self.method!r}, {self.formula!r})"

    def _repr_html_(self) -> str:
        return self.table.html() + html_paragraphs([self._verdict])


def best_subset(formula: str, table: Any, *, by: str = "bic", folds: int = 10) -> Selection:
    """Of every size the model with the smallest RSS, among all 2ᵏ subsets of k terms.

    Arguments:
        formula: its terms are the candidates, at most 20; dummies of one column go together.
        table: as of `least_squares`.
        by: what chooses the size: "bic", "aic", "adjusted_r2", or "cv", the squared error on rows
            that were left out; the search is repeated without them.
        folds: of "cv".

    Raises InputError as `least_squares` does, for too many terms and for another criterion.

    >>> table = {"a": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "b": [1.0, 0.0, 0.0, 1.0, 1.0, 0.0],
    ...          "y": [2.1, 3.9, 6.0, 8.2, 9.9, 12.1]}
    >>> print(best_subset("y ~ a + b", table))
    step       RSS       R²  adjusted R²      AIC      BIC        p
    1       70.473        0            0   33.808     33.6
    + a   0.072762  0.99897      0.99871  -5.4467  -5.8632  <0.0001  ←
    + b   0.065641  0.99907      0.99845  -4.0646  -4.6893   0.6083
    <BLANKLINE>
    best subset, chosen by BIC: y ~ a

    James, Witten, Hastie and Tibshirani (2021), algorithm 6.1.
    """
    return _select("best subset", all_subsets, formula, table, by, folds)


def forward(formula: str, table: Any, *, by: str = "bic", folds: int = 10) -> Selection:
    """From no term on, add the one that lowers RSS most, k(k+1)/2 models of k terms.

    Arguments:
        formula, table, folds: as of `best_subset`, with any number of terms.
        by: also "p": go on while the term that comes in has p < 0.05.

    >>> table = {"a": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "b": [1.0, 0.0, 0.0, 1.0, 1.0, 0.0],
    ...          "y": [2.1, 3.9, 6.0, 8.2, 9.9, 12.1]}
    >>> forward("y ~ a + b", table, by="p").formula
    'y ~ a'

    James, Witten, Hastie and Tibshirani (2021), algorithm 6.2.
    """
    return _select("forward selection", added, formula, table, by, folds)


def backward(formula: str, table: Any, *, by: str = "bic", folds: int = 10) -> Selection:
    """From all terms on, drop the one that raises RSS least.

    Arguments:
        formula, table, by, folds: as of `forward`; with "p", go on while the term that goes out
            has p ≥ 0.05.

    >>> table = {"a": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "b": [1.0, 0.0, 0.0, 1.0, 1.0, 0.0],
    ...          "y": [2.1, 3.9, 6.0, 8.2, 9.9, 12.1]}
    >>> backward("y ~ a + b", table, by="aic").formula
    'y ~ a'

    James, Witten, Hastie and Tibshirani (2021), algorithm 6.3.
    """
    return _select("backward selection", dropped, formula, table, by, folds)


def _select(
    method: str, search: Callable, formula: str, table: Any, by: str, folds: int
) -> Selection:
    made = design(formula, table)
    check_search(made, method, by)
    candidates = Candidates.of(made, number_target(made))
    path, names = list(search(candidates)), tuple(made.groups)
    smaller = [None, *path[:-1]]
    steps = [_step(candidates, names, *pair) for pair in zip(path, smaller, strict=True)]
    if by == "cv":
        errors = cross_validated(candidates, search, folds).tolist()
        steps = [step._replace(cv=error) for step, error in zip(steps, errors, strict=True)]
    chosen = choose(steps, by, last=method == "backward selection")
    right = " + ".join(steps[chosen].terms) or "1"
    found = f"{formula.partition('~')[0].strip()} ~ {right}"
    return Selection(method, by, tuple(steps), chosen, found, table)


def choose(steps: Sequence[Step], by: str, *, last: bool) -> int:
    """The place of the chosen step.

    Arguments:
        steps: from the smallest model to the largest.
        by: the criterion.
        last: for "p", whether a useful term keeps all that are smaller, as when terms are
            dropped; else the first useless one ends the search, as when they are added.
    """
    if by != "p":
        values = [getattr(step, by) for step in steps]
        return int(np.argmin(values) if by in SMALLEST else np.argmax(values))
    useful = [step.p is not None and step.p < LEVEL for step in steps[1:]]
    if last:
        return max((place for place, yes in enumerate(useful, start=1) if yes), default=0)
    return useful.index(False) if False in useful else len(useful)


def check_search(made: Design, method: str, by: str) -> None:
    """Refuse what cannot be searched."""
    known = [c for c in CRITERIA if c != "p" or method != "best subset"]
    if by not in known:
        raise InputError(
            f"{method}: criterion",
            expected=", ".join(map(repr, known)),
            got=repr(by),
            fix="RSS always prefers the largest model" if by == "rss" else nearest(by, known),
        )
    if not made.has_intercept or not made.groups:
        raise InputError(
            f"{method} of {made.formula!r}",
            expected="an intercept and terms to choose from",
            got="no intercept" if made.groups else "no terms",
            fix="write the candidates on the right of ~, without − 1",
        )
    if method == "best subset" and len(made.groups) > MOST_TERMS:
        raise InputError(
            f"best subset of {len(made.groups)} terms",
            expected=f"at most {MOST_TERMS}, which are {2**MOST_TERMS:,} models",
            got=f"{2.0 ** len(made.groups):.2g} models",
            fix="use linear.forward or linear.backward",
        )


def _step(
    candidates: Candidates, names: tuple[str, ...], subset: Subset, smaller: Subset | None
) -> Step:
    """The measures of one model of the path, and the test against the one before it."""
    import statsmodels.api as sm

    results = sm.OLS(candidates.y, candidates.part(subset)).fit()
    found = measures(results)
    p = None
    if smaller is not None and set(smaller) < set(subset):
        p = float(results.compare_f_test(sm.OLS(candidates.y, candidates.part(smaller)).fit())[1])
    return Step(
        terms=tuple(names[term] for term in subset),
        rss=found["rss"],
        r2=found["r2"],
        adjusted_r2=found.get("adjusted_r2", 0.0),
        aic=found["aic"],
        bic=found["bic"],
        p=p,
    )


def _cells(step: Step, smaller: Step | None, columns: list[str]) -> tuple[str, ...]:
    """What a step changes, its measures, and a place for the mark of the chosen one."""
    before = set() if smaller is None else set(smaller.terms)
    changes = [f"− {term}" for term in sorted(before - set(step.terms))]
    changes += [f"+ {term}" for term in step.terms if term not in before]
    shown = {name: number(getattr(step, name)) for name in columns}
    if "p" in shown:
        shown["p"] = probability(step.p)
    return (" ".join(changes) or "1", *shown.values(), "")
