"""From images or other arrays of several axes to what a model sees."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.data.dataset import Dataset
from gradus.data.scaling import Scale, Standardize
from gradus.data.targets import ClassTarget, NumberTarget, Target


class ImagePreprocessor(Record):
    """Brings all positions of a channel to one scale: z = (x − mean) / std.

    The counterpart of `Preprocessor` for a `Dataset` of arrays; fitted on the training part, saved
    with the model. Targets that are classes stay the numbers they are; others are standardised.

    >>> images = Dataset(np.array([[[1.0], [3.0]], [[5.0], [7.0]]]), [0, 1], labels=("a", "b"))
    >>> prep = ImagePreprocessor.fit(images)
    >>> prep.inputs(images).round(2)[0].tolist()
    [[-1.340000033378601], [-0.44999998807907104]]
    >>> prep.target.decode(prep.targets(images)).tolist()
    ['a', 'b']
    """

    scale: Standardize
    shape: tuple[int, ...] = static()  # of one input
    target: Target | None = static()

    @classmethod
    def fit(cls, data: Dataset) -> ImagePreprocessor:
        """Learn from the training part."""
        target = None
        if data.labels:
            target = ClassTarget("class", tuple(data.labels))
        elif data.y is not None:
            target = NumberTarget.fit(data.y)
        return cls(Standardize.fit(data.x), data.x.shape[1:], target)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return self.shape

    @property
    def features(self) -> tuple[str, ...]:
        """Pixels have no names."""
        return ()

    @property
    def sentences(self) -> list[str]:
        """What was decided, for people to read; the target comes last."""
        target = [] if self.target is None else [self.target.sentence]
        shape = " × ".join(map(str, self.shape))
        return [f"inputs: arrays of {shape} → standardised, channel by channel", *target]

    def inputs(self, data: Dataset) -> np.ndarray:
        """The inputs as float32; raises InputError for another shape than in training."""
        check_shape(data, self.shape)
        return self.scale(data.x)

    def targets(self, data: Dataset) -> Any:
        """The targets for the likelihood; `target.decode` brings predictions back.

        Classes are told apart by their names: other data may have fewer, or number them otherwise.
        """
        if data.y is None or self.target is None:
            raise InputError(
                "no targets", expected="a dataset with y", got="x alone", fix="give the targets too"
            )
        if not isinstance(self.target, ClassTarget):
            return self.target.encode(data.y)
        if data.labels is None or data.labels == self.target.labels:
            return data.y
        names = self.target.replace(labels=tuple(map(str, self.target.labels)))
        return names.encode([str(data.labels[k]) for k in data.y])


class PixelPreprocessor(Record):
    """Images as rows of numbers from 0 to 1, and back: for models of the images themselves.

    >>> images = Dataset(np.array([[[[0], [51]]], [[[102], [255]]]], np.uint8))
    >>> prep = PixelPreprocessor.fit(images)
    >>> prep.inputs(images).round(1).tolist()
    [[0.0, 0.20000000298023224], [0.4000000059604645, 1.0]]
    >>> prep.decode(prep.inputs(images)).shape
    (2, 1, 2, 1)
    """

    scale: Scale
    shape: tuple[int, ...] = static()  # of one image
    target: None = static(None)

    @classmethod
    def fit(cls, data: Dataset) -> PixelPreprocessor:
        """Learn from the training part; refuses pixels below 0."""
        low, high = float(data.x.min()), float(data.x.max())
        if low < 0 or high == 0:
            raise InputError(
                "pixels",
                expected="numbers from 0 up, some of them above",
                got=f"{low:g} to {high:g}",
                fix="shift them so that black is 0",
            )
        return cls(Scale(high), data.x.shape[1:])

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return (math.prod(self.shape),)

    @property
    def features(self) -> tuple[str, ...]:
        """Pixels have no names."""
        return ()

    @property
    def sentences(self) -> list[str]:
        """What was decided, for people to read."""
        shape = " × ".join(map(str, self.shape))
        return [f"inputs: images of {shape}, pixels divided by {self.scale.divisor:g}"]

    def inputs(self, data: Dataset) -> np.ndarray:
        """Images as rows of float32; raises InputError for another shape than in training."""
        check_shape(data, self.shape)
        return self.scale(data.x).reshape(len(data.x), -1)

    def decode(self, x: Any) -> np.ndarray:
        """Rows as images, black and white at the bounds that the training part shows."""
        return self.scale.inverse(np.clip(x, 0, 1).reshape(-1, *self.shape))


def check_shape(data: Any, shape: tuple[int, ...]) -> None:
    """Refuse what is no dataset of arrays of that shape."""
    if not isinstance(data, Dataset) or data.x.shape[1:] != shape:
        raise InputError(
            "the inputs are not as in training",
            expected=f"a Dataset of arrays of shape (n, {', '.join(map(str, shape))})",
            got=data.x.shape if isinstance(data, Dataset) else f"a {type(data).__name__}",
            fix="bring them to the shape seen in training",
        )
