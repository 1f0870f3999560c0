"""Runs and assessments to report on, with numbers that are known by hand."""

import numpy as np

from gradus.evaluation.assessment import Assessment
from gradus.training.history import History
from gradus.training.run import Run


def make_history(epochs=12, validation=True):
    """A loss that falls from 2 to 0.1, its validation loss lowest at epoch 7."""
    epoch = np.arange(1, epochs + 1)
    loss = np.geomspace(2, 0.1, epochs) if epochs else np.zeros(0)
    columns = {"epoch": epoch, "loss": loss, "accuracy": 1 - loss / 3, "rate": 0.1 / epoch}
    if validation:
        columns |= {"val_loss": 0.5 + (epoch - 7) ** 2 / 50, "val_accuracy": 0.9 - loss / 3}
    for i, name in enumerate(("0.weight", "0.bias", "1.weight", "1.bias")):
        columns |= {f"gradient/{name}": loss * 10.0**-i, f"update/{name}": loss * 1e-3}
    return History({**columns, "seconds": epoch * 0.1})


def make_run(history=None, **changes):
    """A run of 12 epochs."""
    given = {
        "model": None,
        "history": make_history() if history is None else history,
        "status": "finished 12 epochs; best was epoch 7",
        "settings": {"optimizer": "adam(0.001)"},
        "best_epoch": 7,
        "seconds": {"compile": 1.25, "train": 0.5},
    }
    return Run(**(given | changes))


def make_classification(y, probabilities, x=None, **changes):
    """An assessment of predicted probabilities, shape (n, k)."""
    y, p = np.asarray(y), np.asarray(probabilities, dtype=float)
    loss = -np.log(np.maximum(p[np.arange(len(y)), y], 1e-9))
    worst = np.argsort(-loss)[:12]
    x = np.arange(2.0 * len(y)).reshape(-1, 2) if x is None else x
    accuracy = float(np.mean(p.argmax(1) == y))
    given = {
        "kind": "classification",
        "y": y,
        "predicted": p.argmax(1),
        "probabilities": p,
        "loss_per_row": loss,
        "measures": {"accuracy": accuracy, "log_loss": float(loss.mean())},
        "baselines": {"majority class": {"accuracy": 0.6, "log_loss": 0.7}},
        "labels": tuple(f"class {k}" for k in range(p.shape[1])),
        "worst": worst,
        "worst_inputs": x[worst],
    }
    return Assessment(**(given | changes))


def make_regression(y, predicted, **changes):
    """An assessment of predicted numbers."""
    y, predicted = np.asarray(y, float), np.asarray(predicted, float)
    loss = ((y - predicted) ** 2).reshape(len(y), -1).mean(1) / 2
    worst = np.argsort(-loss)[:12]
    given = {
        "kind": "regression",
        "y": y,
        "predicted": predicted,
        "probabilities": None,
        "loss_per_row": loss,
        "measures": {"rmse": float(np.sqrt(2 * loss.mean()))},
        "baselines": {"mean": {"rmse": 0.1}},
        "worst": worst,
        "worst_inputs": np.arange(3.0 * len(y)).reshape(-1, 3)[worst],
    }
    return Assessment(**(given | changes))
