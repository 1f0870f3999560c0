"""scikit-learn's multilayer perceptron."""

from __future__ import annotations

import warnings

from sklearn.neural_network import MLPClassifier

from benchmarks.tasks import RATE, Task


def build(task: Task, epochs: int) -> MLPClassifier:
    """The same net, for so many epochs."""
    return MLPClassifier(
        task.sizes[1:-1],
        alpha=0.0,
        batch_size=task.batch,
        learning_rate_init=RATE,
        max_iter=epochs,
        n_iter_no_change=10**6,
    )


def trainer(task: Task, x, y):
    """Train afresh each time: its `partial_fit` is one epoch without a loop."""
    warnings.simplefilter("ignore")
    return lambda count: build(task, count).fit(x, y)


def whole(task: Task, x, y, x_test, y_test) -> float:
    """Build, train and judge."""
    warnings.simplefilter("ignore")
    return float(build(task, task.epochs).fit(x, y).score(x_test, y_test))
