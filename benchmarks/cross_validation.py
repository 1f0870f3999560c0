"""Ten folds of the digits' net in one program, against ten fits in turn.

`python -m benchmarks.cross_validation` prints seconds for Gradus together (`evaluate`), Gradus one
fold after the other (`fit`), and scikit-learn's `MLPClassifier` one after the other, all with the
same net, optimiser, batches and epochs; and the arithmetic of the ten folds together by that of
ten runs, as XLA counts it.
"""

from __future__ import annotations

import argparse
import statistics
import time

import jax
import numpy as np

from benchmarks.peers.with_gradus import algorithm
from benchmarks.tasks import RATE, TASKS, digits
from gradus import evaluate, fit
from gradus.data import k_folds
from gradus.data.batch import Batch
from gradus.training.door import on_device
from gradus.training.many import side_by_side
from gradus.training.member import Examples, Life, Member
from gradus.training.program import Program
from gradus.training.stopping import BEST

TASK, FOLDS = TASKS["digits"], 10


def arithmetic(x: np.ndarray, y: np.ndarray) -> float:
    """Operations of all folds in one program, by those of as many runs alone."""
    parts = [fold.train.astype(np.int32) for fold in k_folds(len(x), FOLDS, stratify=y)]
    examples = on_device(Examples(Batch(x, y), None))

    def operations(rows: np.ndarray) -> float:
        life = Life(lambda _: algorithm(TASK), TASK.batch, BEST)
        seeds = np.zeros(rows.shape[:-1], np.uint32)
        program = Program(life, Member(seeds, rows, None, {}), examples, 1)
        step = life.step if rows.ndim == 1 else jax.vmap(life.step, (0, 0, 0, None, None))
        carry, order = program.start(), rows[..., : TASK.batch]
        given = carry.learner, order, program.members, examples, carry.step
        return jax.jit(step).lower(*given).compile().cost_analysis()["flops"] * program.steps

    return operations(side_by_side(parts)) / sum(operations(rows) for rows in parts)


def together(x: np.ndarray, y: np.ndarray) -> float:
    """Accuracy of ten folds in one program."""
    given = {"epochs": TASK.epochs, "batch": TASK.batch, "progress": False}
    return float(evaluate(algorithm(TASK), (x, y), FOLDS, **given)["accuracy"].mean())


def in_turn(x: np.ndarray, y: np.ndarray) -> float:
    """Accuracy of ten folds, one run after the other."""
    found = []
    for train, test in k_folds(len(x), FOLDS, stratify=y):
        part = x[train], y[train]
        run = fit(algorithm(TASK), part, epochs=TASK.epochs, batch=TASK.batch, progress=False)
        found.append(np.mean(run.predict(x[test]) == y[test]))
    return float(np.mean(found))


def scikit_learn(x: np.ndarray, y: np.ndarray) -> float:
    """Accuracy of ten folds of scikit-learn, one fit after the other."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    found = []
    for train, test in k_folds(len(x), FOLDS, stratify=y):
        net = MLPClassifier(
            TASK.sizes[1:-1], alpha=0, batch_size=TASK.batch, learning_rate_init=RATE,
            max_iter=TASK.epochs, n_iter_no_change=TASK.epochs + 1,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would like to go on
            net.fit(x[train], y[train])
        found.append(net.score(x[test], y[test]))
    return float(np.mean(found))


def main() -> None:
    """Everybody has a turn in every round."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cross_validation")
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody has a turn")
    given = parser.parse_args()
    x_train, y_train, x_test, y_test = digits()
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    print(f"arithmetic of {FOLDS} folds together, by {FOLDS} runs: {arithmetic(x, y):.3f}")
    ways = {"gradus, together": together, "gradus, in turn": in_turn, "scikit-learn": scikit_learn}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    accuracy = {}
    for _ in range(given.rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            accuracy[name] = way(x, y)
            seconds[name].append(time.perf_counter() - began)
    ours = statistics.median(seconds["gradus, together"])
    for name, took in seconds.items():
        middle = statistics.median(took)
        print(f"{name:20}{middle:7.2f} s {middle / ours:6.1f}×  accuracy {accuracy[name]:.4f}")


if __name__ == "__main__":
    main()
