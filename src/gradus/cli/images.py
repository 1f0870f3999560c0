"""What goes by the images: which net reads them, and how they are altered while it learns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import jax
import numpy as np

from gradus import augment
from gradus.augment import Transform
from gradus.base.errors import InputError
from gradus.cli.prepare import Prepared
from gradus.cli.settings import Settings, choose
from gradus.data import ClassTarget
from gradus.models import mlp
from gradus.models.images import cnn, lenet, resnet
from gradus.nn.layer import Layer

SMALLEST = 16  # pixels along a side; an auto model of smaller images is an mlp
SIDED = re.compile(r"\d+|\w|.*(left|right).*", re.IGNORECASE)  # classes that a mirror would change
SHOWN, COPIES = 6, 5  # images in the report, and altered copies of each


NETS: dict[str, Callable[..., Layer]] = {  # name -> (settings, outputs, activation, …) -> net
    "mlp": lambda settings, outputs, **common: mlp(settings.hidden, outputs, **common),
    "cnn": lambda settings, outputs, **common: cnn(
        settings.filters, outputs, hidden=settings.hidden, **common
    ),
    "lenet": lambda settings, outputs, **common: lenet(outputs),
    "resnet": lambda settings, outputs, **common: resnet(8, outputs, width=32),
}
TRANSFORMS: dict[str, Callable[[int, int], Transform]] = {  # name -> (side, classes) -> transform
    "crop": lambda side, classes: augment.crop(max(1, side // 8)),
    "flip": lambda side, classes: augment.flip(),
    "rotate": lambda side, classes: augment.rotate(10),
    "scale": lambda side, classes: augment.scale(0.9, 1.1),
    "brightness": lambda side, classes: augment.brightness(0.2),
    "contrast": lambda side, classes: augment.contrast(0.2),
    "cutout": lambda side, classes: augment.cutout(side // 4),
    "mixup": lambda side, classes: augment.mixup(0.2, classes),
}


def decided(settings: Settings, prepared: Prepared) -> Settings:
    """The settings with model and augmentation decided, where they are left to the examples.

    Images of 16 × 16 and more get a `cnn`, all others an `mlp`. A net of convolutions sees images
    shifted and, where the names of the classes say nothing against it, mirrored.

    Raises InputError for unknown names, and for nets and alterations of images without images.
    """
    shape = prepared.train[0].shape[1:]
    are_images = len(shape) == 3
    model, altered = settings.model, settings.augment
    if model == "auto":
        model = "cnn" if are_images and min(shape[:2]) >= SMALLEST else "mlp"
    if altered == "auto":
        altered = "none" if model == "mlp" else "crop" if is_sided(prepared) else "crop,flip"
    choose("model", model, NETS, ("auto", *NETS))
    for name in names(altered):
        choose("augment", name, TRANSFORMS, ("auto", "none", *TRANSFORMS))
    for option, value, plain in (("model", model, "mlp"), ("augment", altered, "none")):
        if value != plain and not are_images:
            raise InputError(
                f"--{option} {value}",
                expected=f"{plain}, or images of height, width and channels",
                got="a table, whose columns have no neighbours and no mirror image"
                if len(shape) == 1
                else f"arrays of shape {shape}",
                fix=f"leave --{option} out",
            )
    return replace(settings, model=model, augment=altered)


def transforms(settings: Settings, prepared: Prepared) -> list[Transform]:
    """How images are altered."""
    side = min(prepared.train[0].shape[1:3]) if names(settings.augment) else 0
    return [TRANSFORMS[name](side, classes_of(prepared)) for name in names(settings.augment)]


def sentences(settings: Settings, prepared: Prepared) -> list[str]:
    """What is done to the images while they are learned from, for people to read."""
    chosen = transforms(settings, prepared)
    if not chosen:
        return []
    words = f"augmentation: {', '.join(map(repr, chosen))}, anew in every epoch"
    if is_sided(prepared) and "flip" not in names(settings.augment):
        first = prepared.preprocessor.target.labels[0]
        words += f"; not mirrored, as classes such as {first!r} may differ from their mirror image"
    return [words]


def fed(settings: Settings, prepared: Prepared) -> np.ndarray | None:
    """Some images and altered copies of each, as bytes for the report; None for a table."""
    x = prepared.train[0][:SHOWN]
    if x.ndim != 4 or x.shape[3] not in (1, 3):
        return None
    chosen = transforms(settings, prepared)
    seen = augment.examples(chosen, x, jax.random.key(settings.seed), COPIES if chosen else 0)
    pixels = np.asarray(prepared.preprocessor.scale.inverse(seen))
    low, high = pixels.min(), pixels.max()
    return np.round(255 * (pixels - low) / max(high - low, 1e-12)).astype(np.uint8)


def is_sided(prepared: Prepared) -> bool:
    """Whether a class has the name of a digit, a letter, or something left or right."""
    target = prepared.preprocessor.target
    return isinstance(target, ClassTarget) and any(
        SIDED.fullmatch(str(label)) for label in target.labels
    )


def classes_of(prepared: Prepared) -> int:
    """How many classes there are; 0 for another kind of target."""
    target = prepared.preprocessor.target
    return len(target.labels) if isinstance(target, ClassTarget) else 0


def names(altered: str) -> list[str]:
    """The transforms that a setting names.

    >>> names("crop, flip"), names("none")
    (['crop', 'flip'], [])
    """
    return [name.strip() for name in altered.split(",") if name.strip() not in ("", "none")]
