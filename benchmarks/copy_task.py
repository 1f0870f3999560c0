"""Copying sequences: `python -m benchmarks.copy_task [net …] [--seeds 3]`.

A net sees up to 20 steps of 8 random bits and gives them back. It learns with short sequences
first. Then it is asked for sequences of up to three times the length: who has found the way to do
it copies them, too; who has learned by heart does not.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus import fit, nn, optim, supervised
from gradus.data import copy_task
from gradus.likelihoods import Bernoulli

STAGES = ((5, 3000), (10, 2000), (20, 1000))  # the longest sequence, and steps of learning
BATCH, BITS, POOL = 16, 8, 1000  # a new pool of so many batches is drawn again and again
ASKED = (5, 10, 20, 30, 40, 60)
SLOTS = 128  # of the memory when it is asked; 32 are enough for what is learned


def machine(controller: nn.Layer) -> nn.Layer:
    """A neural Turing machine with one head of each kind."""
    return nn.NeuralTuringMachine(
        BITS, slots=32, width=20, controller=controller, return_sequences=True
    )


NETS: dict[str, tuple[nn.Layer, float]] = {
    "turing": (machine(nn.Dense(100, nn.tanh)), 3e-3),
    "turing-lstm": (machine(nn.LSTM(100)), 3e-3),
    "dnc": (nn.DNC(BITS, slots=24, width=16, return_sequences=True), 3e-3),
    "lstm": (nn.Sequential(nn.LSTM(256, return_sequences=True), nn.Dense(BITS)), 3e-3),
}


def main() -> None:
    """Every net in turn, each seed by itself."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.copy_task", description=__doc__)
    parser.add_argument("nets", nargs="*", default=["turing", "lstm"], help=", ".join(NETS))
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    print("wrong bits, in percent, by length; half are wrong for who guesses")
    print(f"{'':14}seed" + "".join(f"{length:8}" for length in ASKED) + "   CPU s")
    for name in given.nets:
        for seed in range(given.seeds):
            began = time.process_time()
            model = taught(*NETS[name], seed)
            took = time.process_time() - began
            shares = "".join(f"{100 * wrong(model, length):8.3f}" for length in ASKED)
            print(f"{name:14}{seed:4}{shares}{took:8.0f}", flush=True)


def taught(model: nn.Layer, rate: float, seed: int) -> Any:
    """The net after all stages."""
    falling = optim.cosine_decay(rate, sum(steps for _, steps in STAGES))
    algorithm = supervised(model, Bernoulli(), optim.clipped(optim.adam(falling), norm=1.0))
    run, drawn = None, 0
    for longest, steps in STAGES:
        for _ in range(steps // POOL):
            drawn += 1
            data = copy_task(POOL * BATCH, (1, longest), bits=BITS, seed=1000 * seed + drawn)
            start = None if run is None else run.state
            run = fit(algorithm, data, epochs=1, batch=BATCH, start=start, seed=seed)
    return run.model if run else model


def wrong(model: Any, length: int) -> float:
    """The share of wrong bits in sequences of one length."""
    if isinstance(model, nn.NeuralTuringMachine | nn.DNC):
        model = model.replace(slots=SLOTS)
    data = copy_task(50, (length, length), bits=BITS, seed=1_000_000)
    outputs = jax.jit(lambda model, x: model(x))(model, jnp.asarray(data.x))
    different = (np.asarray(outputs) > 0) != (data.y > 0)
    return float(np.average(different, weights=data.weight))


if __name__ == "__main__":
    main()
