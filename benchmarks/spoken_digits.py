"""Which digit is spoken: `python -m benchmarks.spoken_digits [--seeds 3]`.

The Free Spoken Digit Dataset, `fsdd/recordings.zip` in the folder GRADUS_DATA: 3000 recordings of
six speakers at 8 kHz. The first five takes of every digit and speaker are for testing, as its
authors say; every fifth of the other takes ends the training in time.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

from gradus import Patience, fit, nn, optim, supervised
from gradus.data import log_mel, read_wav, stacked
from gradus.likelihoods import Categorical

TEST_TAKES, VALIDATION_TAKES = 5, 10  # of 50
WINDOW, STEP = 0.040, 0.020  # seconds
LONGEST = 50  # frames: a second
EPOCHS, BATCH = 25, 64

MODEL = nn.Sequential(
    nn.Stack(nn.Dropout(0.1), nn.Bidirectional(nn.GRU(64)), nn.Dropout(0.3), nn.GRU(64)),
    nn.Dropout(0.3),
    nn.Dense(10),
)


def main() -> None:
    """Read, learn, and say how many of the test recordings are understood."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spoken_digits")
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    spectrograms, digits, takes = recordings(Path(os.environ["GRADUS_DATA"], "fsdd"))
    x, mask = stacked(spectrograms, LONGEST)
    held_out = np.digitize(takes, [TEST_TAKES, VALIDATION_TAKES])  # 0 test, 1 validation, 2 train
    test, validation, train = (parts(x, mask, digits, held_out == part) for part in range(3))
    print(f"{len(train[1])} for training, {len(validation[1])} validation, {len(test[1])} test")
    for seed in range(given.seeds):
        began = time.perf_counter()
        accuracy, status = understood(train, validation, test, seed)
        print(f"seed {seed}: {accuracy:.2%} of the test part; {status}; "
              f"{time.perf_counter() - began:.0f} s", flush=True)  # fmt: skip


def understood(train, validation, test, seed: int) -> tuple[float, str]:
    """The share of test recordings that a net trained with this seed gets right."""
    steps = EPOCHS * -(-len(train[1]) // BATCH)
    optimizer = optim.clipped(optim.adam(optim.cosine_decay(3e-3, steps)), norm=1.0)
    run = fit(
        supervised(MODEL, Categorical(10), optimizer),
        train,
        epochs=EPOCHS,
        batch=BATCH,
        validation=validation,
        stop=Patience(10),
        seed=seed,
        progress=False,
    )
    return float(np.mean(run.predict(test[0]) == test[1])), run.status


def recordings(folder: Path) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Spectrograms of all recordings, less their mean, with digits and numbers of takes."""
    spectrograms, digits, takes = [], [], []
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(folder / "recordings.zip") as file:
        file.extractall(place)
        for path in sorted(Path(place).rglob("[0-9]_*.wav")):
            digit, _, take = path.stem.split("_")
            sound = read_wav(path)
            heard = log_mel(sound.mono, sound.rate, window=WINDOW, step=STEP)
            spectrograms.append((heard - heard.mean()) / heard.std())
            digits.append(int(digit))
            takes.append(int(take))
    return spectrograms, np.array(digits, np.int32), np.array(takes)


def parts(x: np.ndarray, mask: np.ndarray, y: np.ndarray, rows: np.ndarray):
    """Sequences with their mask, and what is said in them."""
    return (x[rows], mask[rows]), y[rows]


if __name__ == "__main__":
    main()
