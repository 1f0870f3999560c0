"""Classification as scikit-learn does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from gradus.base.errors import InputError
from gradus.estimators.blocks import in_blocks
from gradus.estimators.choices import likelihood_of
from gradus.estimators.net import Net
from gradus.likelihoods import Bernoulli, Categorical, Likelihood
from gradus.nn import Layer
from gradus.optim import Optimizer
from gradus.penalties import Penalty


class Classifier(ClassifierMixin, Net):
    """A net that classifies: p(class | x) = softmax of its outputs, learned by `gradus.fit`.

    Inputs are taken as they are, as scikit-learn's own nets take them: put a `StandardScaler`
    before it.

    Arguments:
        hidden_units: units of each hidden layer; () is logistic regression.
        activation: of the hidden units, a name in `nn.ACTIVATIONS` or a function.
        dropout: probability of dropping a hidden unit in training.
        model: any layer of gradus in the place of the dense net that the three above describe.
        likelihood: what its outputs mean; None: `Categorical`, and `Bernoulli` for several labels.
        optimizer: a name such as "adam", or an optimiser, which has a rate of its own.
        learning_rate: a number or a schedule of `gradus.optim`.
        epochs: how often every example is seen, at most.
        batch_size: examples per step.
        alpha: strength of weight decay, ½α‖w‖².
        penalty: any other penalty.
        class_weight: how much each class counts, {label: weight}, or "balanced".
        early_stopping: whether to hold examples out, to stop once `patience` epochs brought
            nothing better on them, and to keep the best epoch's model.
        validation_fraction, patience: of early stopping.
        warm_start: whether `fit` goes on from the weights there are.
        random_state: of weights, shuffling, dropout and held-out examples.
        verbose: whether to show a live line.

    After `fit`, `classes_`, `n_features_in_`, `n_iter_`, `loss_curve_` and `run_` are there.
    Labels may be of any type; a table of 0 and 1 gives every example several labels. Raises
    ValueError for data as scikit-learn does, and InputError, which is one, for the parameters.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> x, y = load_iris(return_X_y=True)
    >>> pipeline = make_pipeline(StandardScaler(), Classifier((16,), random_state=0))
    >>> round(pipeline.fit(x, y).score(x, y), 1)
    1.0

    Differs from `MLPClassifier`: training ends after `epochs` unless `early_stopping` is set, the
    penalty is not divided by the number of examples, and the last bias starts at the classes'
    frequencies.
    """

    def __init__(
        self,
        hidden_units: Sequence[int] = (64,),
        activation: str | Callable = "relu",
        *,
        dropout: float = 0.0,
        model: Layer | None = None,
        likelihood: Likelihood | None = None,
        optimizer: str | Optimizer = "adam",
        learning_rate: Any = 3e-3,
        epochs: int = 100,
        batch_size: int = 32,
        alpha: float = 0.0,
        penalty: Penalty | None = None,
        class_weight: dict | str | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = 10,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ):
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
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from examples X, shape (n, features), and their labels y, (n,) or (n, labels)."""
        goes_on = self._goes_on()
        x, y = self._examples(X, y, reset=not goes_on)
        classes = np.arange(y.shape[1]) if y.ndim == 2 else np.unique(y)
        if goes_on and not np.array_equal(classes, self.classes_):
            raise other_classes("y", self.classes_, classes)
        self.classes_ = classes
        return self._follow(x, y, sample_weight, goes_on=goes_on)

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """One epoch over more examples; the first call names all classes, if y lacks some."""
        first = not hasattr(self, "classes_")
        x, y = self._examples(X, y, reset=first)
        if self.class_weight == "balanced":
            raise InputError(
                'class_weight="balanced"',
                expected="weights that do not depend on classes yet to be seen",
                got="partial_fit",
                fix="class_weight={label: weight, …}, or sample_weight",
            )
        if first:
            named = np.unique(y if classes is None else classes)
            self.classes_ = np.arange(y.shape[1]) if y.ndim == 2 else named
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise other_classes("classes", self.classes_, np.unique(classes))
        return self._follow(x, y, sample_weight, goes_on=not first, epochs=1)

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of every example; with several labels, a table of 0 and 1."""
        x = self._inputs(X)
        guess = in_blocks(self.run_.predict, x)
        return guess.astype(np.int64) if guess.ndim == 2 else self.classes_[guess]

    def predict_proba(self, X: Any) -> np.ndarray:
        """p(class) for every example, in the order of `classes_`, shape (n, classes).

        With several labels the probability of each, shape (n, labels).
        """
        x = self._inputs(X)
        p = in_blocks(self.run_.probabilities, x)
        return p[..., 1] if p.ndim == 3 else p

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """log p(class), of the shape of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def decision_function(self, X: Any) -> np.ndarray:
        """The outputs: log p(class) up to a constant; of two classes the log odds, (n,)."""
        x = self._inputs(X)
        outputs = in_blocks(self.run_.outputs, x)
        if outputs.shape[1] == 1:
            return outputs[:, 0]
        two = outputs.shape[1] == 2 and not isinstance(self.run_.likelihood, Bernoulli)
        return outputs[:, 1] - outputs[:, 0] if two else outputs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _examples(self, X: Any, y: Any, reset: bool) -> tuple[np.ndarray, np.ndarray]:
        """The examples as scikit-learn takes them, labels as (n,) or as a table of 0 and 1."""
        x, y = self._numbers(X, reset, y=y, multi_output=True)
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            return x, np.asarray(y.toarray() if issparse(y) else y)
        return x, column_or_1d(y, warn=True)

    def _follow(
        self, x: np.ndarray, y: np.ndarray, weight: Any, *, goes_on: bool, epochs: int = 0
    ) -> Self:
        """Learn from labels that were looked at."""
        weight = self._weights(weight, x)
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, y)
            weight = by_class if weight is None else by_class * weight
        likelihood = self._likelihood(several=y.ndim == 2)
        algorithm = self._supervised(likelihood, likelihood.output_shape(y.shape[1:])[-1])
        codes = y if y.ndim == 2 else numbered(y, self.classes_)
        return self._learn(algorithm, x, codes, weight, goes_on=goes_on, epochs=epochs)

    def _likelihood(self, several: bool) -> Likelihood:
        """What the outputs mean; raises InputError where it does not fit the classes."""
        k = 2 if several else len(self.classes_)
        if k < 2:
            raise InputError(
                "y holds one class",
                expected="examples of two classes or more",
                got=repr(self.classes_.tolist()),
                fix="give examples of what is to be told apart",
            )
        default = Bernoulli() if several else Categorical(k)
        likelihood = likelihood_of(self.likelihood, default, ("classification",))
        if getattr(likelihood, "classes", 2) != k:
            raise InputError(
                "likelihood",
                expected=f"a likelihood of {k} classes, as many as y has",
                got=repr(likelihood),
                fix=f"likelihood=Categorical({k}), or leave it out",
            )
        return likelihood


def numbered(y: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The number of each label's class; raises InputError for a label that is no class."""
    unknown = ~np.isin(y, classes)
    if unknown.any():
        raise other_classes("y", classes, np.unique(y[unknown]))
    return np.searchsorted(classes, y)


def other_classes(what: str, known: np.ndarray, got: np.ndarray) -> InputError:
    """The refusal of classes that are not those learned so far."""
    return InputError(
        f"{what} holds other classes",
        expected=f"the classes learned so far: {known.tolist()}",
        got=got.tolist(),
        fix="name all classes at the first call of partial_fit, or fit without warm_start",
    )
