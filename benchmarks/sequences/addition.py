"""Sums of two numbers of up to three digits, read and written character by character.

`python -m benchmarks.sequences.addition [--units 128] [--epochs 60] [--sums 50000] [--seed 0]`

The question is written backwards ("321+654" for 456+123), so that the digits of ones come last; a
tenth of the sums is kept apart for testing, the larger rest for learning: no sum is in both, nor
is one in both with its numbers exchanged. What is counted is answers that are right in every digit.
"""

from __future__ import annotations

import argparse
import platform
import time

import numpy as np

from gradus import fit, learn, models, optim

CHARACTERS = ["<padding>", "<unknown>", "<start>", "<end>", *"0123456789+"]
NUMBER = {character: n for n, character in enumerate(CHARACTERS)}
QUESTION, ANSWER = 7, 5  # characters of the longest question, and answer with its end


def rows(texts: list[str], length: int) -> np.ndarray:
    """Texts as rows of numbers, padding after them."""
    table = np.zeros((len(texts), length), np.int32)
    for row, text in zip(table, texts, strict=True):
        row[: len(text)] = [NUMBER[character] for character in text]
    return table


def sums(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Questions and answers, all different, whichever number comes first."""
    random = np.random.default_rng(seed)
    pairs = np.sort(random.integers(0, 1000, (2 * count, 2)), axis=1)
    pairs = np.unique(pairs, axis=0)
    pairs = random.permutation(pairs)[:count]
    pairs = np.where(random.random((len(pairs), 1)) < 0.5, pairs, pairs[:, ::-1])
    x = rows([f"{a}+{b}"[::-1] for a, b in pairs], QUESTION)
    y = rows([str(a + b) for a, b in pairs], ANSWER)
    length = (y != 0).sum(axis=1)
    y[np.arange(len(y)), length] = 3
    return x, y


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--sums", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--attention", default="multiplicative")
    given = parser.parse_args()
    x, y = sums(given.sums, given.seed)
    tested = len(x) // 10
    steps = given.epochs * (-(-(len(x) - tested) // 128))
    model = models.sequence_to_sequence(
        len(CHARACTERS),
        len(CHARACTERS),
        units=given.units,
        width=32,
        attention=None if given.attention == "none" else given.attention,
    )
    rate = optim.cosine_decay(5e-3, steps=steps)
    algorithm = learn.sequence_to_sequence(model, optim.adam(rate))
    start, cpu = time.perf_counter(), time.process_time()
    run = fit(algorithm, (x[tested:], y[tested:]), epochs=given.epochs, batch=128, seed=given.seed)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    written = run.model.generate(x[:tested], beams=1)
    right = (written == y[:tested]).all(axis=1).mean()
    print(given, platform.machine())
    print(
        f"{len(x) - tested} sums learned, {tested} tested: {100 * right:.2f} % right, {run.status}"
    )
    print(f"{seconds:.0f} s, {cpu:.0f} s of CPU time; loss {run.history['loss'][-1]:.5f}")


if __name__ == "__main__":
    main()
