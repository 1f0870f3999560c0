"""The autoencoder as a transformer of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from gradus import learn, models
from gradus.base.errors import InputError
from gradus.estimators.blocks import in_blocks
from gradus.estimators.choices import activation_of, likelihood_of, units_of
from gradus.estimators.net import FLOATS, Net
from gradus.learn import Algorithm
from gradus.likelihoods import Gaussian, Likelihood
from gradus.likelihoods.inputs import log_prob_of
from gradus.optim import Optimizer
from gradus.penalties import Penalty
from gradus.training import Shared
from gradus.training.run import outputs


class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Net):
    """A short code of every example, from which it can be made again: x ≈ g(f(x)).

    `transform` gives codes, `inverse_transform` examples for codes, and `score_samples` how well
    an example is described by its reconstruction: low for what is unlike all that was seen.
    Inputs are taken as they are: put a `StandardScaler` before it where columns differ in scale.

    Arguments:
        n_components: numbers of a code.
        hidden_units: units of each hidden layer of the encoder, and in the reverse order of the
            decoder; () spans what as many principal components span.
        model: a `models.Autoencoder` or `TiedAutoencoder` in the place of the one that these
            describe.
        likelihood: what the outputs mean; None: that of `model`, or `Gaussian`, squared error.
            `Bernoulli()` is for numbers from 0 to 1.

    All others as for `Classifier`. After `fit`, `run_.model` is the net. Raises ValueError for
    data as scikit-learn does, and InputError, which is one, for the parameters.

    >>> import numpy as np
    >>> t = np.linspace(-1, 1, 64)
    >>> x = np.stack([t, 2 * t, -t], axis=1)  # a line in space: one number says it all
    >>> line = Autoencoder(1, hidden_units=(), learning_rate=0.02, random_state=0).fit(x)
    >>> line.transform(x).shape
    (64, 1)
    >>> bool(np.abs(line.inverse_transform(line.transform(x)) - x).max() < 0.01)
    True
    """

    def __init__(
        self,
        n_components: int = 2,
        hidden_units: Sequence[int] = (64,),
        activation: str | Callable = "relu",
        *,
        dropout: float = 0.0,
        model: models.Coder | None = None,
        likelihood: Likelihood | None = None,
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
        self.dropout = dropout
        self.model = model
        self.likelihood = likelihood
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

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn from examples X, shape (n, features); y is left alone."""
        return self._follow(X, sample_weight, goes_on=self._goes_on())

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """One epoch over more examples."""
        return self._follow(X, sample_weight, goes_on=hasattr(self, "run_"), epochs=1)

    def transform(self, X: Any) -> np.ndarray:
        """The code of every example, shape (n, n_components)."""
        x = self._inputs(X)
        return in_blocks(partial(outputs, self.run_.model.encoder), x)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """The example that the decoder makes of every code, shape (n, features)."""
        check_is_fitted(self)
        codes = check_array(X, dtype=FLOATS)
        if codes.shape[1] != self._n_features_out:
            raise InputError(
                "codes",
                expected=f"an array of shape (n, {self._n_features_out})",
                got=codes.shape,
                fix="give what transform gave",
            )
        made = in_blocks(self._made, codes)
        return made.reshape(len(codes), self.n_features_in_)

    def score_samples(self, X: Any) -> np.ndarray:
        """log p(x | g(f(x))) of every example, summed over its features, shape (n,)."""
        x = self._inputs(X)
        return in_blocks(self._log_p, x)

    def score(self, X: Any, y: Any = None) -> float:
        """Mean of `score_samples`: higher is better."""
        return float(np.mean(self.score_samples(X)))

    @property
    def _n_features_out(self) -> int:
        return self.run_.model.encoder.output_shape((self.n_features_in_,))[-1]

    def _made(self, codes: np.ndarray) -> jax.Array:
        """What the decoder makes of codes."""
        return self._meaning.predict(jnp.asarray(outputs(self.run_.model.decoder, codes)))

    def _log_p(self, x: np.ndarray) -> jax.Array:
        """log p of examples, given their reconstructions."""
        described = jnp.asarray(self.run_.outputs(x))
        return log_prob_of(self._meaning, described, jnp.asarray(x))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _follow(self, X: Any, weight: Any, *, goes_on: bool, epochs: int = 0) -> Self:
        """Learn to reconstruct examples."""
        x = np.asarray(self._numbers(X, not goes_on))
        weight = self._weights(weight, x)
        kinds = ("regression", "counts", "classification")
        usual = getattr(self.model, "likelihood", Gaussian())
        likelihood = likelihood_of(self.likelihood, usual, kinds)
        algorithm = self._algorithm(likelihood, x.shape[1])
        return self._learn(algorithm, x, None, weight, goes_on=goes_on, epochs=epochs)

    def _algorithm(self, likelihood: Likelihood, columns: int) -> Shared:
        """How the net that the parameters describe learns."""
        model = self.model
        if model is None:
            model = models.autoencoder(
                columns,
                units_of(self.hidden_units),
                self.n_components,
                likelihood,
                activation=activation_of(self.activation),
                dropout=self.dropout,
            )
        elif not isinstance(model, models.Coder):
            raise InputError(
                "model",
                expected="a models.Autoencoder, or None",
                got=type(model).__name__,
                fix="model=models.Autoencoder(encoder, decoder)",
            )

        model = model.replace(likelihood=likelihood)

        def make(optimizer: Optimizer, penalty: Penalty | None) -> Algorithm:
            return learn.autoencoder(model, optimizer, penalty=penalty)

        return self._shared(make, model)
