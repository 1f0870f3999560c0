"""What `gan` is made of, told apart from what is easily given in its place."""

from __future__ import annotations

from typing import Any

import jax

from gradus.base.errors import InputError, located
from gradus.data.batch import Batch
from gradus.learn.algorithm import require_targets
from gradus.learn.checks import check_optimizer, described, require
from gradus.models.generative.labels import check_labels
from gradus.nn.layer import Layer


def check_players(generator: Any, discriminator: Any, *optimizers: Any) -> None:
    """Refuse what are no two layers and their optimisers."""
    fix = "the generator, the discriminator, then the optimiser of each: gan(*models.dcgan(), …)"
    require(generator, Layer, "generator", "a layer", fix)
    require(discriminator, Layer, "discriminator", "a layer", fix)
    for optimizer in optimizers:
        check_optimizer(optimizer)


def check_count(name: str, value: Any, least: int) -> None:
    """Refuse what is no whole number from `least` on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        expected = f"a whole number from {least} on"
        raise InputError(f"gan: {name}", expected=expected, got=described(value), fix=f"{name}=16")


def check_data(data: Batch, classes: int | None) -> None:
    """Refuse examples that are not one array, and missing or unknown labels."""
    check_examples(data.x)
    if classes is not None:
        require_targets(data)
        with located("y"):
            check_labels(data.y, classes, data.size)


def check_steps(steps: Any) -> None:
    """Refuse what are no steps of both players."""
    pair = isinstance(steps, tuple) and len(steps) == 2
    if not pair or not all(isinstance(n, int) and n >= 1 for n in steps):
        raise InputError(
            "gan: steps",
            expected="(steps of the discriminator, steps of the generator), 1 or more each",
            got=steps,
            fix="steps=(5, 1)",
        )


def check_decay(ema: Any) -> None:
    """Refuse a decay that is none."""
    if ema is None or isinstance(ema, jax.Array):  # numbers that vary between members are traced
        return
    if not isinstance(ema, int | float) or not 0 <= ema < 1:
        raise InputError("gan: ema", expected="0 ≤ decay < 1, or None", got=ema, fix="ema=0.999")


def check_examples(x: Any) -> None:
    """Refuse examples that are not one array of rows, series or pictures."""
    if getattr(x, "ndim", 0) < 2:
        raise InputError(
            "x",
            expected="one array of examples, shape (n, …)",
            got=f"shape {x.shape}" if hasattr(x, "shape") else f"a {type(x).__name__} of arrays",
            fix="give numbers a column, x[:, None]; join several arrays into one",
        )
