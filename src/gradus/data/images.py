"""From images or other arrays of several axes to what a model sees."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.data.dataset import Dataset
from gradus.data.scaling import Standardize
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
        got = data.x.shape if isinstance(data, Dataset) else f"a {type(data).__name__}"
        if not isinstance(data, Dataset) or data.x.shape[1:] != self.shape:
            raise InputError(
                "the inputs are not as in training",
                expected=f"a Dataset of arrays of shape (n, {', '.join(map(str, self.shape))})",
                got=got,
                fix="bring them to the shape seen in training",
            )
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
