"""What a linear model that was fitted says: coefficients, measures, predictions, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from textwrap import fill
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.models.linear.design import Design
from gradus.models.linear.tables import (
    Table,
    decimal,
    html_paragraphs,
    number,
    paragraphs,
    probability,
)

WIDTH = 88  # of the lines of measures
WRITTEN = {
    "rss": "RSS",
    "rse": "RSE",
    "r2": "R²",
    "adjusted_r2": "adjusted R²",
    "f": "F",
    "f_p": "p of F",
    "pseudo_r2": "pseudo R²",
    "log_likelihood": "log-likelihood",
    "aic": "AIC",
    "bic": "BIC",
    "cv": "CV",
}


def written_name(measure: str) -> str:
    """The name of a measure as people write it.

    >>> written_name("adjusted_r2"), written_name("null_deviance")
    ('adjusted R²', 'null deviance')
    """
    return WRITTEN.get(measure, measure.replace("_", " "))


class Coefficient(NamedTuple):
    """One coefficient, and how surely it is known; None where a method does not say.

    Arguments:
        term: the name of the column that it multiplies.
        estimate: its value, in the units of the table.
        error: standard error.
        statistic: estimate / error, a t or z.
        p: probability of a statistic as large if the true coefficient were 0.
        low, high: ends of the confidence interval.
        of: the class whose log odds it changes, in models of several classes.
    """

    term: str
    estimate: float
    error: float | None = None
    statistic: float | None = None
    p: float | None = None
    low: float | None = None
    high: float | None = None
    of: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class LinearFit:
    """A linear model, fitted.

    Arguments:
        kind: the name of the method.
        design: the design matrix, and how it is made of a table.
        beta: the coefficients as an array, shape (p,), or (p, k) with a column for each class.
        mean: the mean of the target from the linear predictor X β; for classes, probabilities.
        coefficients: the same coefficients with their names, errors and intervals.
        measures: measures of the fit by name: "rss", "rse", "r2", "adjusted_r2", "f", "f_p",
            "log_likelihood", "aic", "bic", "deviance" …, those that the method has.
        labels: the classes; None where the target is a number.
        statistic: what `Coefficient.statistic` is, "t" or "z".
        confidence: of the intervals.
        remark: what a reader of the table should know.
        results: what statsmodels or scikit-learn gave, for all that is not here; columns are
            brought to one size before, and those of statsmodels have names that say so.
    """

    kind: str
    design: Design
    beta: np.ndarray
    mean: Callable[[np.ndarray], np.ndarray]
    coefficients: tuple[Coefficient, ...]
    measures: dict[str, float] = field(default_factory=dict)
    labels: tuple[Any, ...] | None = None
    statistic: str = "t"
    confidence: float = 0.95
    remark: str = ""
    results: Any = None

    def __getitem__(self, name: str | tuple[str, Any]) -> Coefficient:
        """The coefficient of a term; in models of several classes, of (term, class)."""
        term, *of = map(str, name if isinstance(name, tuple) else (name,))
        found = [c for c in self.coefficients if c.term == term and [c.of][: len(of)] == of]
        if len(found) == 1:
            return found[0]
        names = [c.term for c in self.coefficients]
        classes = dict.fromkeys(c.of for c in self.coefficients)
        raise InputError(
            f"coefficient {name!r}",
            expected="the name of a term" + (", and a class" if self.beta.ndim > 1 else ""),
            got=repr(name),
            fix=nearest(term, names)
            if term not in names
            else f"name the class too: {(term, next(iter(classes)))}",
        )

    @property
    def fitted(self) -> np.ndarray:
        """The mean of the target for every row of the table, or the probabilities of classes."""
        return self.mean(self.design.x @ self.beta)

    def linear_predictor(self, table: Any) -> np.ndarray:
        """X β for the rows of another table: for logistic regression, the log odds."""
        return self.design.matrix(table) @ self.beta

    def probabilities(self, table: Any) -> np.ndarray:
        """The probability of every class for every row, shape (n, classes).

        Raises InputError where the target is a number.
        """
        if self.labels is None:
            raise InputError(
                "probabilities",
                expected="a model of classes",
                got=f"{self.kind}: {self.design.formula}",
                fix="use `predict`, which gives the mean",
            )
        p = self.mean(self.linear_predictor(table))
        return np.stack([1 - p, p], axis=1) if p.ndim == 1 else p

    def predict(self, table: Any, *, threshold: float | None = None) -> np.ndarray:
        """The mean of the target for every row of a table; for classes, the most probable one.

        Arguments:
            table: has the columns that the formula names; the target may be missing.
            threshold: of two classes, call the second from this probability on; None: ½.

        Raises InputError for columns that are missing or of another kind, gaps, unknown levels,
        and a threshold where there are not two classes.
        """
        self._check_threshold(threshold)
        if self.labels is None:
            return self.mean(self.linear_predictor(table))
        p = self.probabilities(table)
        if len(self.labels) == 2:
            chosen = (p[:, 1] >= (0.5 if threshold is None else threshold)).astype(int)
        else:
            chosen = p.argmax(axis=1)
        return np.array(self.labels)[chosen]

    def summary(self) -> str:
        """The fit as text: what was fitted, every coefficient, and the measures."""
        parts = [self._headline(), *(self._table(of).text() for of in self._classes())]
        return paragraphs([*parts, self._measured(), fill(self.remark, WIDTH)])

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return f"LinearFit({self._headline()!r})"

    def _repr_html_(self) -> str:
        tables = "".join(self._table(of).html() for of in self._classes())
        return (
            html_paragraphs([self._headline()])
            + tables
            + html_paragraphs([self._measured(), self.remark])
        )

    def _headline(self) -> str:
        rows, columns = self.design.x.shape
        many = "1 coefficient" if columns == 1 else f"{columns} coefficients"
        text = f"{self.kind}: {self.design.formula} ({rows:,} rows, {many})"
        if self.labels is not None and self.beta.ndim == 1:
            return f"{text}, log odds of {self.labels[1]!r}"
        if self.labels is not None:
            return f"{text}, classes {', '.join(map(repr, self.labels))}"
        return text

    def _classes(self) -> list[str]:
        return list(dict.fromkeys(c.of for c in self.coefficients))

    def _table(self, of: str) -> Table:
        rows = [c for c in self.coefficients if c.of == of]
        name = f"term, of {of!r}" if of else "term"
        if all(c.error is None for c in rows):
            return Table((name, "estimate"), tuple((c.term, number(c.estimate)) for c in rows))
        low = f"{100 * self.confidence:.4g} % from"
        header = (name, "estimate", "std. error", self.statistic, "p", low, "to")
        return Table(header, tuple(map(_cells, rows)))

    def _measured(self) -> str:
        written = {name: number(value) for name, value in self.measures.items()}
        if "f_p" in written:
            written["f_p"] = probability(self.measures["f_p"])
        return _in_lines(f"{written_name(name)} {value}" for name, value in written.items())

    def _check_threshold(self, threshold: float | None) -> None:
        if threshold is None:
            return
        if self.labels is None or len(self.labels) != 2 or not 0 <= threshold <= 1:
            raise InputError(
                "threshold",
                expected="a probability, for a model of two classes",
                got=f"{threshold} for {self.kind}",
                fix="leave it out",
            )


def _cells(c: Coefficient) -> tuple[str, ...]:
    return (
        c.term,
        number(c.estimate),
        number(c.error),
        decimal(c.statistic),
        probability(c.p),
        number(c.low),
        number(c.high),
    )


def _in_lines(parts: Iterable[str]) -> str:
    """Parts with dots between, in lines of a width."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 3 <= WIDTH:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return "\n".join(lines)
