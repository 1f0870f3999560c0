"""Language models of characters, beside n-grams: `python -m benchmarks.language_models`.

`names`: 32 033 first names, divided at random into 80 % to learn from, 10 % to choose the epoch
and 10 % to measure; nats per character, the end of a name counted as one. `shakespeare`: 1 115 394
characters, the first 90 % to learn from, the rest to choose the epoch and to measure, as is usual
with this text. Both read the folder that GRADUS_DATA names. Seconds are CPU seconds of all
threads, compilation included.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np

from gradus import data, fit, learn, models, nn, optim, supervised
from gradus.data.text.characters import Characters
from gradus.data.text.reading import read_text
from gradus.likelihoods import Categorical
from gradus.metrics import perplexity
from gradus.training import Run

ORDERS = range(1, 8)
PADDING, UNKNOWN, START, END = range(4)


def main() -> None:
    """One text after the other."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.language_models", description=__doc__
    )
    parser.add_argument("texts", nargs="*", default=list(TEXTS))
    parser.add_argument("--epochs", type=int, help="instead of those of the text")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    for name in given.texts:
        TEXTS[name](Path(os.environ["GRADUS_DATA"]), given.epochs, given.seed)


def names(folder: Path, epochs: int | None, seed: int) -> None:
    """A net that writes first names."""
    lines = read_text(folder / "names/names.txt").split()
    characters = Characters.fit(lines, ends=True)
    rows = characters.encode(lines)
    order = np.random.default_rng(0).permutation(len(rows))
    train, validation, test = np.split(rows[order], [len(rows) * 8 // 10, len(rows) * 9 // 10])
    never = (PADDING, UNKNOWN, START)
    for n in ORDERS:
        told(f"{n}-gram", models.ngram(train, characters.size, n, never=never), test)
    epochs = epochs or 15
    steps = epochs * -(-len(train) // 64)
    rate = optim.warm_up(optim.cosine_decay(4e-3, steps=steps - 200), steps=200)
    model = models.language_model(characters.size, nn.LSTM(192), width=32, dropout=0.25)
    algorithm = supervised(model, Categorical(characters.size), optim.adam(rate))
    run = trained(algorithm, train, validation, epochs=epochs, batch=64, seed=seed)
    told("validation part, LSTM of 192", run.model, validation)
    told("LSTM of 192", run.model, test)
    prompt = np.full((10, 1), START)
    written = run.model.generate(jax.random.key(0), prompt, 20, never=never, end=END)
    print(*characters.decode(np.asarray(written)))


def shakespeare(folder: Path, epochs: int | None, seed: int) -> None:
    """A net that writes plays."""
    text = read_text(folder / "tinyshakespeare/input.txt")
    characters = Characters.fit([text])
    numbers = characters.numbers(text)
    first = len(numbers) * 9 // 10
    train, held_out = (data.passages(part, 1024) for part in (numbers[:first], numbers[first:]))
    for n in ORDERS:
        told(f"{n}-gram", models.ngram(train, characters.size, n, never=(PADDING,)), held_out)
    epochs = epochs or 5
    steps = epochs * -(-len(train) // 32) * 16
    rate = optim.warm_up(optim.cosine_decay(4e-3, steps=steps - 200), steps=200)
    model = models.language_model(characters.size, nn.LSTM(256), dropout=0.1)
    algorithm = learn.truncated_bptt(
        model, Categorical(characters.size), optim.adam(rate), window=64
    )
    run = trained(algorithm, train, held_out, epochs=epochs, batch=32, seed=seed)
    told("LSTM of 256", run.model, held_out)
    prompt = characters.numbers("\nROMEO:\n")
    for temperature in (0.5, 1.0):
        written = run.model.generate(
            jax.random.key(0), prompt, 300, temperature=temperature, never=(PADDING, UNKNOWN)
        )
        print(f"\nat temperature {temperature}:{characters.decode(np.asarray(written)[0])}")


TEXTS: dict[str, Callable[..., None]] = {"names": names, "shakespeare": shakespeare}


def trained(algorithm: Any, train: Any, validation: Any, **settings: Any) -> Run:
    """A run, told epoch by epoch."""
    began = time.process_time()

    def tell(epoch: dict[str, float]) -> None:
        losses = f"loss {epoch['loss']:.4f}, held out {epoch['val_loss']:.4f}"
        print(f"  {epoch['epoch']:.0f}  {losses}  {time.process_time() - began:.0f} s", flush=True)

    parts = data.next_tokens(train), data.next_tokens(validation)
    return fit(algorithm, parts[0], validation=parts[1], progress=tell, **settings)


def told(name: str, model: Any, rows: np.ndarray) -> None:
    """Nats for every token, and perplexity."""
    log_p = np.concatenate([np.asarray(model.log_prob(part)) for part in np.array_split(rows, 10)])
    log_p = log_p[data.next_tokens(rows).weight > 0]
    print(f"{name:30}  {-log_p.mean():.4f} nats  perplexity {perplexity(log_p):.3f}", flush=True)


if __name__ == "__main__":
    main()
