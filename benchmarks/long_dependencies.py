"""What nets remember over a hundred steps: `python -m benchmarks.long_dependencies [part …]`.

`adding` and `recall`: which nets solve them, and how far back their gradients reach before and
after learning. What is to be recalled was shown at most a hundred steps before; new examples ask
for all of them. `forget`: LSTMs, by the bias with which they start to forget, where a hundred
steps are asked for from the beginning. `clipping`: a net whose gradients explode, with and without
a limit on their length.
"""

from __future__ import annotations

import argparse
import time
from typing import Any, NamedTuple

import jax
import numpy as np

from gradus import fit, nn, optim, supervised
from gradus.data import Batch, adding_problem, delayed_recall
from gradus.insight import gradient_by_lag
from gradus.likelihoods import Categorical, Gaussian, Likelihood

STEPS, UNITS, SYMBOLS = 100, 32, 4
LAGS = (1, 10, 30, 60, 99)


class Task(NamedTuple):
    """Examples to learn from, and others to be asked; what outputs mean, and what guessing is."""

    make: Any
    ask: Any
    likelihood: Likelihood
    outputs: int
    measure: str
    guess: float
    epochs: int


def adding(n: int, seed: int) -> Batch:
    """The adding problem."""
    return adding_problem(n, STEPS, seed=seed)


def recall(n: int, seed: int) -> Batch:
    """A symbol to remember for up to a hundred steps."""
    return delayed_recall(n, (0, STEPS), symbols=SYMBOLS, seed=seed)


def far_recall(n: int, seed: int) -> Batch:
    """A symbol to remember for a hundred steps, never fewer."""
    return delayed_recall(n, (STEPS, STEPS), symbols=SYMBOLS, seed=seed)


ONE_OF = Categorical(SYMBOLS)
TASKS = {
    "adding": Task(adding, adding, Gaussian(), 1, "mse", 1 / 6, 15),
    "recall": Task(recall, far_recall, ONE_OF, SYMBOLS, "accuracy", 1 / SYMBOLS, 8),
    "far recall": Task(far_recall, far_recall, ONE_OF, SYMBOLS, "accuracy", 1 / SYMBOLS, 8),
}

NETS: dict[str, nn.Layer] = {
    "tanh": nn.SimpleRNN(UNITS, recurrent_init=nn.GlorotUniform()),
    "tanh, orthogonal": nn.SimpleRNN(UNITS),
    "GRU": nn.GRU(UNITS),
    "LSTM": nn.LSTM(UNITS),
}
FORGET: dict[str, nn.Layer] = {
    f"forget bias {bias:g}": nn.LSTM(UNITS, forget_bias=bias) for bias in (-1.0, 0.0, 1.0, 4.0)
}
STEEP = nn.SimpleRNN(UNITS, recurrent_init=nn.Orthogonal(1.5))


def main() -> None:
    """The parts that were asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.long_dependencies", description=__doc__
    )
    parser.add_argument("parts", nargs="*", default=["adding", "recall", "forget", "clipping"])
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args()
    limit = optim.clipped(optim.adam(5e-3), norm=1.0)
    parts = {
        "adding": lambda seed: compare("adding", NETS, limit, seed),
        "recall": lambda seed: compare("recall", NETS, limit, seed),
        "forget": lambda seed: compare("far recall", FORGET, limit, seed),
        "clipping": clipping,
    }
    for part in given.parts:
        print(f"\n{part}: {STEPS} steps, {UNITS} units")
        for seed in range(given.seeds):
            parts[part](seed)


def compare(name: str, nets: dict[str, nn.Layer], optimizer: optim.Optimizer, seed: int) -> None:
    """What each net reaches, and its gradient by lag before and after learning."""
    task = TASKS[name]
    x = task.ask(64, 99).x
    print(f"{task.measure}, {task.guess:.3f} for who guesses; gradient by lag, as a part of lag 0:")
    print(f"{'':18}seed {task.measure:>9}  CPU s" + "".join(f"{lag:10}" for lag in LAGS))
    for title, layer in nets.items():
        model = nn.Sequential(layer, nn.Dense(task.outputs))
        fresh = model.init(jax.random.key(seed), x.shape[1:])
        reached, took, learned = taught(task, model, optimizer, seed)
        print(f"{title:18}{seed:4} {reached:9.4f}{took:7.0f}{shares(fresh, x)}", flush=True)
        print(f"{'  after learning':39}{shares(learned, x)}", flush=True)


def taught(task: Task, model: nn.Layer, optimizer: optim.Optimizer, seed: int):
    """The measure of new examples, the CPU seconds it took, and the model."""
    began = time.process_time()
    algorithm = supervised(model, task.likelihood, optimizer)
    held_out = task.make(1000, 1000 + seed)
    data = task.make(10_000, seed)
    run = fit(algorithm, data, epochs=task.epochs, batch=50, validation=held_out, seed=seed)
    took = time.process_time() - began
    new = task.ask(1000, 2000 + seed)
    predicted = run.predict(new.x)
    if task.measure == "accuracy":
        return float(np.mean(predicted == new.y)), took, run.model
    return float(np.mean((predicted - new.y) ** 2)), took, run.model


def shares(model: Any, x: np.ndarray) -> str:
    """The gradient at some lags, as a part of that at lag 0."""
    norms = gradient_by_lag(model, x).norms
    return "".join(f"{norms[lag] / norms[0]:10.1e}" for lag in LAGS)


def clipping(seed: int) -> None:
    """A net that starts with steep weights, with limits on the length of its gradient."""
    limits: dict[str, optim.Optimizer] = {
        "no limit": optim.sgd(0.1),
        "limit 1": optim.clipped(optim.sgd(0.1), norm=1.0),
    }
    task = TASKS["adding"]._replace(epochs=3)
    print(
        f"gradient of the steep net by lag:{'':6}{shares(ready(STEEP, seed), task.make(64, 9).x)}"
    )
    for title, optimizer in limits.items():
        model = nn.Sequential(STEEP, nn.Dense(1))
        reached, took, _ = taught(task, model, optimizer, seed)
        print(f"{title:18}{seed:4} {task.measure} {reached:9.4g}{took:7.0f}", flush=True)


def ready(layer: nn.Layer, seed: int) -> nn.Layer:
    """The net for the adding problem before it has learned anything."""
    return nn.Sequential(layer, nn.Dense(1)).init(jax.random.key(seed), (STEPS, 2))


if __name__ == "__main__":
    main()
