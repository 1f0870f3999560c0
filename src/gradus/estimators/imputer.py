"""Missing numbers filled in, as a transformer of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import jax
import numpy as np
from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from gradus import learn, models, nn
from gradus.base.errors import InputError
from gradus.estimators.blocks import in_blocks
from gradus.estimators.choices import activation_of, units_of
from gradus.estimators.generative import answer
from gradus.estimators.net import Net
from gradus.learn import Algorithm
from gradus.likelihoods.inputs import as_targets
from gradus.models import Coder, GenerativeModel
from gradus.optim import Optimizer
from gradus.penalties import Penalty
from gradus.training import Shared


class Imputer(OneToOneFeatureMixin, TransformerMixin, Net):
    """NaN filled in from what else is known of a row, by a net that learned to undo gaps.

    An autoencoder sees rows of which some numbers are put to 0, the mean, and makes the whole
    row. Rows with gaps are learned from, too: what is missing does not count. What is known comes
    back as it was. Columns are brought to one scale inside.

    Arguments:
        n_components: numbers of the code.
        hidden_units: units of each hidden layer of the encoder, and in the reverse order of the
            decoder.
        noise: probability with which a known number is hidden in training, 0 ≤ noise < 1; best as
            large as the share that will be missing.
        model: an autoencoder of one's own; or a `models.DensityModel` or `models.VAE`, which
            learns from rows without gaps, and draws the missing numbers given the others.

    All others as for `Classifier`. A row of which nothing is known is left out in `fit`, and gets
    in `transform` what the net makes of means alone. Raises ValueError for data as scikit-learn
    does; and InputError, which is one, for the parameters, for a column of which `fit` sees no
    number, and, with a density, where no row is complete.

    >>> import numpy as np
    >>> t = np.linspace(-1, 1, 200)
    >>> x = np.stack([t, 10 + 2 * t, -t], axis=1)
    >>> net = Imputer(8, (32,), random_state=0).fit(x)
    >>> net.transform([[0.5, np.nan, -0.5]]).round(1)
    array([[ 0.5, 11. , -0.5]])

    Vincent, Larochelle, Lajoie, Bengio and Manzagol (2010); Gondara and Wang (2018).
    """

    def __init__(
        self,
        n_components: int = 64,
        hidden_units: Sequence[int] = (128,),
        activation: str | Callable = "relu",
        *,
        noise: float = 0.3,
        dropout: float = 0.0,
        model: GenerativeModel | None = None,
        optimizer: str | Optimizer = "adam",
        learning_rate: Any = 3e-3,
        epochs: int = 100,
        batch_size: int = 32,
        alpha: float = 0.0,
        penalty: Penalty | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ):
        self.n_components = n_components
        self.hidden_units = hidden_units
        self.activation = activation
        self.noise = noise
        self.dropout = dropout
        self.model = model
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.alpha = alpha
        self.penalty = penalty
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from examples X, shape (n, features), with NaN where numbers are missing."""
        goes_on = self._goes_on()
        x = np.asarray(self._numbers(X, not goes_on, ensure_all_finite="allow-nan"), np.float64)
        known = ~np.isnan(x)
        if not goes_on:
            check_columns(known)
            self.mean_ = np.nanmean(x, axis=0)
            varies = np.nanmin(x, axis=0) < np.nanmax(x, axis=0)
            self.std_ = np.where(varies, np.nanstd(x, axis=0), 1.0)
        model = self._model(x.shape[1])
        z, counted = usable((x - self.mean_) / self.std_, known, isinstance(model, Coder))
        weight = None if counted is None else as_targets(counted)
        return self._learn(self._algorithm(model), z, as_targets(z), weight, goes_on=goes_on)

    def transform(self, X: Any) -> np.ndarray:
        """The rows with every NaN filled in, shape (n, features)."""
        check_is_fitted(self)
        x = np.asarray(self._numbers(X, ensure_all_finite="allow-nan"))
        missing = np.isnan(x)
        if not missing.any():
            return x.copy()
        key = jax.random.key(check_random_state(self.random_state).randint(2**31 - 1))

        def filled(z: np.ndarray) -> np.ndarray:
            return answer(self.run_.model, "impute", key, z, np.isnan(z))

        found = self.mean_ + self.std_ * in_blocks(filled, (x - self.mean_) / self.std_)
        return np.where(missing, found, x).astype(x.dtype)

    def _model(self, columns: int) -> GenerativeModel:
        """The net that the parameters describe."""
        if self.model is not None:
            return self.model  # pyright: ignore[reportReturnType]
        return models.autoencoder(
            columns,
            units_of(self.hidden_units),
            self.n_components,
            activation=activation_of(self.activation),
            dropout=self.dropout,
        )

    def _algorithm(self, model: GenerativeModel) -> Shared:
        """How it learns: an autoencoder by undoing gaps."""
        gaps = {"corrupt": nn.MaskingNoise(self.noise)} if isinstance(model, Coder) else {}

        def make(optimizer: Optimizer, penalty: Penalty | None) -> Algorithm:
            return learn.generative(model, optimizer, penalty=penalty, **gaps)

        return self._shared(make, model, self.noise)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def usable(z: np.ndarray, known: np.ndarray, in_part: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """The rows that can be learned from, and which of their numbers count; None for all.

    Arguments:
        z: numbers; where they are not known, anything.
        known: which are, of the same shape.
        in_part: whether rows with gaps can be learned from, with 0 in their gaps.

    >>> z, known = np.array([[1.0, np.nan], [2.0, 3.0]]), np.array([[1, 0], [1, 1]], bool)
    >>> usable(z, known, in_part=True)
    (array([[1., 0.],
           [2., 3.]]), array([[1., 0.],
           [1., 1.]]))
    >>> usable(z, known, in_part=False)
    (array([[2., 3.]]), None)
    """
    if in_part:
        rows = known.any(axis=1)
        return np.where(known, z, 0)[rows], known[rows].astype(float)
    rows = known.all(axis=1)
    if not rows.any():
        raise InputError(
            "X: no row is complete",
            expected="some rows without NaN, for a density to learn from",
            got=f"gaps in all {len(z)} rows",
            fix="leave model=None for an autoencoder, which learns from what is known",
        )
    return z[rows], None


def check_columns(known: np.ndarray) -> None:
    """Refuse a column without a number."""
    empty = ~known.any(axis=0)
    if empty.any():
        raise InputError(
            f"X, column {int(empty.argmax())}: every number is missing",
            expected="columns of which something is known",
            got=f"{int(empty.sum())} of which nothing is",
            fix="leave these columns out",
        )
