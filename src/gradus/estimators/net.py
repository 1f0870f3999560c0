"""What all estimators share: learning by `fit`, going on, weights of examples, and files."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from gradus.base.errors import InputError
from gradus.estimators import saving
from gradus.estimators.choices import (
    activation_of,
    identity_of,
    optimizer_of,
    penalty_of,
    units_of,
)
from gradus.learn import Algorithm, supervised
from gradus.learn.descent import begin
from gradus.likelihoods import Likelihood
from gradus.models import mlp
from gradus.nn import Layer
from gradus.optim import Optimizer
from gradus.penalties import Penalty
from gradus.training import Patience, Run, Shared, fit

FLOATS: Any = (np.float64, np.float32)


def refuse_text(X: Any) -> None:
    """Refuse a table with a column that is no number; leaves all else to scikit-learn."""
    for name in getattr(X, "columns", ()):
        for row, value in enumerate(np.asarray(X[name], object)):
            if isinstance(value, str) and not is_number(value):
                raise InputError(
                    f"column {name!r}, row {row}",
                    expected="a number",
                    got=repr(value),
                    fix="encode it first: ColumnTransformer([('words', OneHotEncoder(), [name])])",
                ) from None


def is_number(text: str) -> bool:
    """Whether a text says a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


class Net(BaseEstimator):
    """The base of all estimators.

    After `fit`, `run_` is the run as `gradus.fit` gives it, `history_` its measures by epoch,
    `n_iter_` the number of epochs and `loss_curve_` the loss of each, over all calls that went on.
    """

    # set by the constructors of the estimators
    hidden_units: Sequence[int]
    activation: str | Callable
    dropout: float
    model: Layer | None
    optimizer: Any
    learning_rate: Any
    epochs: int
    batch_size: int
    alpha: float
    penalty: Penalty | None
    early_stopping: bool
    validation_fraction: float
    patience: int
    warm_start: bool
    random_state: Any
    verbose: bool

    run_: Run
    n_features_in_: int

    def save(self, folder: str | Path) -> Path:
        """Write a fitted estimator to a folder: weights as safetensors, all else as JSON.

        What the optimiser remembers is left out: training that goes on begins it anew.
        Raises InputError for parameters that cannot be written, such as an optimiser that was
        not given by name.
        """
        check_is_fitted(self)
        return saving.save(self, folder)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read an estimator that `save` wrote; no code from the folder is run.

        Raises InputError for a folder of another kind.
        """
        return saving.load(cls, folder)

    def _numbers(self, X: Any, reset: bool = False, **checks: Any) -> Any:
        """The arrays in X, and in y where it is given, as scikit-learn takes and refuses them."""
        try:
            return validate_data(self, X, reset=reset, dtype=FLOATS, **checks)
        except ValueError:
            refuse_text(X)
            raise

    def _inputs(self, X: Any) -> np.ndarray:
        """New examples for a fitted estimator."""
        check_is_fitted(self)
        return np.asarray(self._numbers(X))

    def _weights(self, given: Any, x: np.ndarray) -> np.ndarray | None:
        """How much each example counts; None: all alike."""
        return None if given is None else _check_sample_weight(given, x, ensure_non_negative=True)

    def _supervised(self, likelihood: Likelihood, outputs: int) -> Shared:
        """How the net that the parameters describe learns from targets."""
        model = self.model
        if model is None:
            g = activation_of(self.activation)
            model = mlp(units_of(self.hidden_units), outputs, activation=g, dropout=self.dropout)

        def make(optimizer: Optimizer, penalty: Penalty | None) -> Algorithm:
            return supervised(model, likelihood, optimizer, penalty=penalty)

        return self._shared(make, model, likelihood)

    def _shared(self, make: Callable[..., Algorithm], *parts: Any) -> Shared:
        """How an optimiser and a penalty make an algorithm; equal ones are compiled once.

        Learning rate and weight decay are numbers of the program, where they are numbers; `parts`
        are what else the algorithm depends on.
        """
        rule = {"rate": self.learning_rate, "alpha": self.alpha}
        numbers = {k: value for k, value in rule.items() if isinstance(value, float) and value}
        fixed = {k: value for k, value in rule.items() if k not in numbers}

        def made(**numbers: Any) -> Algorithm:
            now = fixed | numbers
            optimizer = optimizer_of(self.optimizer, now["rate"])
            return make(optimizer, penalty_of(now["alpha"], self.penalty))

        chosen = type(self).__name__, self.optimizer, self.penalty, *fixed.items(), *numbers
        return Shared(made, numbers, identity_of(*chosen, *parts))

    @property
    def _meaning(self) -> Likelihood:
        """What the outputs of the fitted net mean."""
        assert self.run_.likelihood is not None
        return self.run_.likelihood

    def _goes_on(self) -> bool:
        """Whether `fit` goes on from the weights there are."""
        return self.warm_start and hasattr(self, "run_")

    def _learn(
        self, algorithm: Shared, x: Any, y: Any, weight: Any, *, goes_on: bool, epochs: int = 0
    ) -> Self:
        """Learn for so many epochs, or as long as the parameters say, and keep the run."""
        held_out = self.early_stopping and not epochs
        run = fit(
            algorithm,
            (np.asarray(x), y, weight),
            epochs=epochs or self.epochs,
            batch=self.batch_size,
            validation=self.validation_fraction if held_out else None,
            stop=Patience(self.patience) if held_out else None,
            start=self._state() if goes_on else None,
            seed=int(check_random_state(self.random_state).randint(2**31 - 1)),
            progress=bool(self.verbose),
        )
        if "not finite" in run.status:
            warnings.warn(run.status, ConvergenceWarning, stacklevel=3)
        before = self.loss_curve_ if goes_on else []
        self.run_, self.history_ = run, run.history
        self.loss_curve_ = [*before, *run.history.get("loss", ())]
        self.n_iter_ = len(self.loss_curve_)
        return self

    def _state(self) -> Any:
        """Where to go on from: the model that is in use, and what its optimiser remembers."""
        run = self.run_
        if run.state is None:  # as after `load`
            return begin(run.model, optimizer_of(self.optimizer, self.learning_rate))
        return run.state._replace(model=run.model)
