"""`gradus evaluate RUN DATA --robust`: how many images a run still gets right under attack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.base.files import DamagedFile, read_arrays, write_arrays
from gradus.data import ClassTarget, ImagePreprocessor
from gradus.robust import RobustnessCurve, robustness_curve
from gradus.training import Run

ROBUSTNESS = "robustness.safetensors"
STRENGTHS = (0, 0.02, 0.05, 0.1, 0.2, 0.3)  # ε as parts of the range of pixels
MOST = 500  # images that are attacked
UNIT = "parts of the range of pixels"


def refuse_no_images(run: Run) -> None:
    """Refuse runs whose inputs cannot be changed by less than anybody sees."""
    preprocessor = run.preprocessor
    if isinstance(preprocessor, ImagePreprocessor) and isinstance(preprocessor.target, ClassTarget):
        return
    raise InputError(
        "--robust",
        expected="a run that tells classes of images apart",
        got="a run on something else",
        fix="leave it out; attacks on other inputs: gradus.robust, from Python",
    )


def under_attack(run: Run, examples: Any, part: tuple) -> RobustnessCurve:
    """Accuracy of a run on some images, attacked ever more strongly.

    Arguments:
        run: of a classifier of images.
        examples: a `Dataset` of images as they are in their files.
        part: the same as the model sees them, and their classes.
    """
    low, high = pixel_range(examples.x)
    rows = np.random.default_rng(0).permutation(len(examples.x))[:MOST]
    x, y = (array[rows] for array in part)
    curve = robustness_curve(
        run.model,
        run.likelihood,  # pyright: ignore[reportArgumentType] - a classifier has one
        x,
        y,
        [part * (high - low) for part in STRENGTHS],
        low=low,
        high=high,
        scale=run.preprocessor.scale,
    )
    return replace(curve, epsilons=np.array(STRENGTHS), unit=UNIT)


def pixel_range(x: np.ndarray) -> tuple[float, float]:
    """Black and white: 0 and 1 where all numbers lie between, 0 and 255 of bytes, and of other
    numbers the lowest and the highest there are.

    >>> pixel_range(np.array([0.1, 0.7])), pixel_range(np.array([3, 7], np.uint8))
    ((0.0, 1.0), (0.0, 255.0))
    """
    low, high = float(x.min()), float(x.max())
    if x.dtype == np.uint8:
        return 0.0, 255.0
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)


def save_robustness(folder: Path, curve: RobustnessCurve) -> None:
    """Keep a curve with the run, for its page."""
    arrays = {"epsilons": curve.epsilons, **curve.accuracy}
    words = {"attacks": list(curve.accuracy), "examples": curve.examples, "unit": curve.unit}
    write_arrays(folder / ROBUSTNESS, arrays, words)


def load_robustness(folder: Path) -> RobustnessCurve | None:
    """The curve that was kept; None where there is none, or the file is damaged."""
    try:
        arrays, words = read_arrays(folder / ROBUSTNESS)
        accuracy = {name: arrays[name] for name in words["attacks"]}
        return RobustnessCurve(arrays["epsilons"], accuracy, words["examples"], words["unit"])
    except (DamagedFile, KeyError, TypeError):
        return None  # the page is complete without it


def forget_robustness(folder: Path) -> None:
    """Remove the curve of a model that has learned on since."""
    (folder / ROBUSTNESS).unlink(missing_ok=True)
