"""Chaos, 84 steps ahead: `python -m benchmarks.mackey_glass [--units 1000] [--seeds 3]`.

An echo state network learns the next value of the Mackey-Glass series with τ = 17, and then goes
on by itself from many places that it has not seen. NRMSE₈₄ is the root of the mean square of what
is wrong after 84 steps, as a part of the standard deviation of the series.
"""

from __future__ import annotations

import argparse
import time

import jax
import numpy as np

from gradus import data, models, nn

SHOWN, AHEAD, STARTS, APART = 500, 84, 50, 100


def main() -> None:
    """One network for each seed, all in 64 bits."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mackey_glass", description=__doc__)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--train", type=int, default=3000, help="steps to learn from")
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    series = data.mackey_glass(given.train + SHOWN + AHEAD + STARTS * APART)
    print(f"{given.units} units, {given.train} steps, the first {SHOWN} of them washed out")
    print("seed   NRMSE84   CPU s")
    with jax.enable_x64(True):
        found = []
        for seed in range(given.seeds):
            began = time.process_time()
            found.append(
                nrmse(network(series, given.units, given.train, seed), series, given.train)
            )
            print(f"{seed:4}{found[-1]:10.2e}{time.process_time() - began:8.0f}", flush=True)
    print(f"geometric mean {np.exp(np.mean(np.log(found))):.2e}")


def squashed(series: np.ndarray) -> np.ndarray:
    """tanh(x − 1), as tanh units like it."""
    return np.tanh(series - 1)


def network(series: np.ndarray, units: int, train: int, seed: int) -> nn.Stack:
    """The reservoir and its read-out, taught the next value from the true one."""
    line = squashed(series[None, : train + 1, None])
    layer = nn.EchoState(units, radius=0.9, bias_scale=0.2)
    return models.with_readout(
        layer, line[:, :-1], line[:, 1:], washout=SHOWN, penalty=1e-14, seed=seed
    )


def nrmse(model: nn.Stack, series: np.ndarray, train: int) -> float:
    """NRMSE₈₄ over many starts, in the units of the series."""
    starts = train + APART * np.arange(STARTS)
    shown = np.stack([squashed(series[at : at + SHOWN]) for at in starts])[..., None]
    ended = models.free_run(model, shown, AHEAD)[:, -1, 0]
    guess = np.arctanh(np.clip(ended, -1 + 1e-9, 1 - 1e-9)) + 1
    true = series[starts + SHOWN + AHEAD - 1]
    return float(np.sqrt(np.mean((guess - true) ** 2) / series.var()))


if __name__ == "__main__":
    main()
