"""What a search has found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from gradus.base.errors import InputError
from gradus.base.words import counted
from gradus.evaluation.assessment import shown
from gradus.evaluation.cross_validation import aligned
from gradus.training.fit import fit
from gradus.training.run import Run
from gradus.tuning.space import Space
from gradus.tuning.trials import Trial

MOST_SHOWN = 10


@dataclass(frozen=True, eq=False)
class Search:
    """All trials of a search.

    Arguments:
        space: what was searched.
        trials: in the order in which they began.
        data: what was given to the search: training and validation part together.
        batch, seed: of all trials.
        folds: how many members a trial had.
        why: why the search ended.
        seconds: how long it took, compilation included.
    """

    space: Space
    trials: list[Trial]
    data: Any
    batch: int
    seed: int
    folds: int
    why: str
    seconds: float

    @property
    def best(self) -> Trial:
        """The trial with the lowest validation loss; raises InputError where none was finite."""
        found = min(self.trials, key=lambda trial: trial.value, default=None)
        if found is None or found.value == float("inf"):
            raise InputError(
                "search",
                expected="a trial with a finite validation loss",
                got="none" if found is None else f"{len(self.trials)} trials that all diverged",
                fix="give a larger budget" if found is None else "try lower rates",
            )
        return found

    @property
    def ranked(self) -> list[Trial]:
        """The trials, the best first."""
        return sorted(self.trials, key=lambda trial: trial.value)

    @property
    def cost(self) -> int:
        """How many epochs all trials have learned together."""
        return self.folds * sum(trial.epochs for trial in self.trials)

    def fit(self, **training: Any) -> Run:
        """Train with the best settings on all examples, validation part included, for as many
        epochs as were best.

        Arguments:
            training: what `fit` takes besides; `epochs=` overrules the number that was best.
        """
        given = {"epochs": self.best.best_epoch, "batch": self.batch, "seed": self.seed, **training}
        return fit(self.space.algorithm(self.best.settings), self.data, **given)

    def table(self) -> list[tuple[str, ...]]:
        """A header, and a row for each trial, the best first."""
        rows: list[tuple[str, ...]] = [
            ("trial", *self.space.ranges, "loss", "best epoch", "epochs", "status")
        ]
        for trial in self.ranked:
            settings = (written(trial.settings[name]) for name in self.space.ranges)
            numbers = shown(trial.value), str(trial.best_epoch), str(trial.epochs)
            rows.append((str(trial.number), *settings, *numbers, trial.status))
        return rows

    def sentences(self) -> list[str]:
        """What was done."""
        counts = Counter(trial.status for trial in self.trials)
        ended = ", ".join(f"{n} {status}" for status, n in counts.most_common())
        return [
            f"{counted(len(self.trials), 'trial')} ({ended}), {self.cost:,} epochs, "
            f"{self.seconds:.1f} s: {self.why}"
        ]

    def __str__(self) -> str:
        rows = self.table()
        left = len(rows) - 1 - MOST_SHOWN
        more = [f"… and {left} more"] if left > 0 else []
        return "\n".join([aligned(rows[: MOST_SHOWN + 1]), *more, *self.sentences()])

    def picture(self) -> str:
        """A line for every trial through its settings and its loss, as SVG for a page."""
        from gradus.tuning.pictures import parallel

        return parallel(self.space, self.trials)

    def _repr_html_(self) -> str:
        from gradus.evaluation.pictures import as_html

        return as_html(self.table()[: MOST_SHOWN + 1], self.sentences(), self.picture())


def written(value: Any) -> str:
    """A setting as people read it.

    >>> written(0.00123456), written((64, 32)), written(len)
    ('0.00123', '(64, 32)', 'len')
    """
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(getattr(value, "__name__", value))
