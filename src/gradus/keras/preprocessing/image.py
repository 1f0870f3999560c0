"""Images from files and folders, and altered copies of them, as batches for `fit`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.keras import missing
from gradus.keras.arguments import Described, checked, pick
from gradus.keras.generators import Sequence
from gradus.keras.preprocessing.files import (
    array_to_img,
    img_to_array,
    listed_images,
    load_img,
    save_img,
)
from gradus.keras.preprocessing.transforms import moved
from gradus.keras.random import next_seed

CLASS_MODES = ("categorical", "binary", "sparse", "input", None)


@dataclass(eq=False)
class ImageDataGenerator(Described):
    """Batches of images, each altered at random every time it is seen.

    Arguments:
        rotation_range: degrees, to both sides.
        width_shift_range, height_shift_range: shares of the side (from 1 on: pixels).
        brightness_range: lowest and highest factor.
        shear_range: degrees.
        zoom_range: z for [1 − z, 1 + z], or lowest and highest; drawn for rows and for columns.
        channel_shift_range: how much is added to a channel, at most.
        fill_mode: what stands beyond the edges: "nearest", "constant", "reflect" or "wrap".
        cval: the constant.
        horizontal_flip, vertical_flip: whether half of the images are turned over.
        rescale: what all numbers are multiplied by, after the alterations.
        preprocessing_function: applied to every image before that.
        validation_split: the share that `subset="validation"` gives.
        featurewise_center, featurewise_std_normalization: mean 0 and deviation 1 by `fit(x)`.
        samplewise_center, samplewise_std_normalization: the same for every image by itself.

    >>> images = np.arange(2 * 4 * 4).reshape(2, 4, 4, 1)
    >>> x, y = next(ImageDataGenerator(rescale=0.5).flow(images, [0, 1], shuffle=False))
    >>> x.shape, float(x[1, 3, 3, 0]), y
    ((2, 4, 4, 1), 15.5, array([0, 1]))
    """

    featurewise_center: bool = False
    samplewise_center: bool = False
    featurewise_std_normalization: bool = False
    samplewise_std_normalization: bool = False
    zca_whitening: bool = False
    zca_epsilon: float = 1e-6
    rotation_range: float = 0
    width_shift_range: float = 0.0
    height_shift_range: float = 0.0
    brightness_range: Any = None
    shear_range: float = 0.0
    zoom_range: Any = 0.0
    channel_shift_range: float = 0.0
    fill_mode: str = "nearest"
    cval: float = 0.0
    horizontal_flip: bool = False
    vertical_flip: bool = False
    rescale: float | None = None
    preprocessing_function: Callable | None = None
    data_format: Any = None
    validation_split: float = 0.0
    interpolation_order: int = 1
    dtype: Any = None
    mean: Any = field(default=None, init=False)
    std: Any = field(default=None, init=False)

    def __post_init__(self):
        self.only(zca_whitening=False, data_format=[None, "channels_last"], dtype=[None, "float32"])
        pick("fill_mode", self.fill_mode, ("nearest", "constant", "reflect", "wrap"))
        if np.ndim(self.zoom_range) == 0:
            self.zoom_range = (1 - self.zoom_range, 1 + self.zoom_range)
        if not 0 <= self.validation_split < 1:
            raise InputError(
                "ImageDataGenerator: validation_split",
                expected="a share from 0 to below 1",
                got=self.validation_split,
                fix="validation_split=0.2",
            )

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learn mean and deviation of each channel, for the featurewise settings."""
        x = np.asarray(x, np.float32)
        self.mean, self.std = x.mean((0, 1, 2)), x.std((0, 1, 2))

    def random_transform(self, x: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """An altered copy of an image."""
        x = moved(x, self, random)
        if self.horizontal_flip and random.random() < 0.5:
            x = x[:, ::-1]
        if self.vertical_flip and random.random() < 0.5:
            x = x[::-1]
        if self.channel_shift_range:
            reach = self.channel_shift_range
            x = np.clip(x + random.uniform(-reach, reach, x.shape[-1]), x.min(), x.max())
        if self.brightness_range is not None:
            x = x * random.uniform(*self.brightness_range)
        return x

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """An image as the model sees it: the function, the factor, then means and deviations."""
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        x = np.asarray(x, np.float32) * np.float32(1 if self.rescale is None else self.rescale)
        if self.samplewise_center:
            x = x - x.mean()
        if self.samplewise_std_normalization:
            x = x / (x.std() + 1e-6)
        if self.featurewise_center:
            x = x - self._fitted(self.mean)
        if self.featurewise_std_normalization:
            x = x / (self._fitted(self.std) + 1e-6)
        return x

    @checked
    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: None = None,
        seed: int | None = None,
        subset: str | None = None,
    ) -> Images:
        """Batches of images in memory.

        Arguments:
            x: images (n, height, width, channels).
            y: targets, or None for images alone.
            shuffle: whether every epoch has another order.
            seed: of order and alterations.
            subset: "training" or "validation", the first share of the images.
        """
        x = np.asarray(x)
        if x.ndim != 4:
            raise InputError(
                "flow: x",
                expected="images (n, height, width, channels)",
                got=x.shape,
                fix="give grey images a last axis: x[..., None]",
            )
        rows = self._part(np.arange(len(x)), subset)
        images = [x[i] for i in rows]
        y = None if y is None else np.asarray(y)[rows]
        return Images(self, images.__getitem__, len(images), y, batch_size, shuffle, seed)

    @checked
    def flow_from_directory(
        self,
        directory: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: list[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        subset: str | None = None,
        interpolation: str = "nearest",
    ) -> Images:
        """Batches of images in folders, one for each class.

        Arguments:
            directory: the folder of folders.
            target_size: height and width that all images are brought to.
            color_mode: "rgb", "rgba" or "grayscale".
            classes: the folders, in the order of their numbers; sorted by name if None.
            class_mode: what targets are: "categorical" one-hot rows, "binary" or "sparse" numbers,
                "input" the images themselves, None nothing.
            interpolation: how sizes are changed: "nearest", "bilinear", "bicubic".
        """
        if class_mode not in CLASS_MODES:
            pick("class_mode", class_mode, tuple(str(m) for m in CLASS_MODES))
        names, paths, labels = listed_images(Path(directory), classes)
        rows = self._part_of_classes(labels, subset)
        paths, labels = [paths[i] for i in rows], labels[rows]
        if class_mode == "binary" and len(names) != 2:
            raise InputError(
                "class_mode='binary'", expected="2 folders", got=names, fix="class_mode='sparse'"
            )

        def read(i: int) -> np.ndarray:
            image = load_img(paths[i], color_mode, target_size, interpolation)
            return img_to_array(image)

        y = targets(labels, class_mode, len(names))
        found = Images(self, read, len(paths), y, batch_size, shuffle, seed)
        found.own_targets = class_mode == "input"
        found.class_indices = {name: i for i, name in enumerate(names)}
        found.classes = labels
        found.filenames = [str(path.relative_to(directory)) for path in paths]
        print(f"Found {len(paths)} images belonging to {len(names)} classes.")
        return found

    def _part(self, rows: np.ndarray, subset: str | None) -> np.ndarray:
        if subset is None:
            return rows
        pick("subset", subset, ("training", "validation"))
        count = int(len(rows) * self.validation_split)
        return rows[:count] if subset == "validation" else rows[count:]

    def _part_of_classes(self, labels: np.ndarray, subset: str | None) -> np.ndarray:
        each = [self._part(np.flatnonzero(labels == k), subset) for k in np.unique(labels)]
        return np.concatenate(each)

    def _fitted(self, value: Any) -> Any:
        if value is None:
            raise InputError(
                "ImageDataGenerator",
                expected="fit(x) before featurewise settings are used",
                got="no fit",
                fix="generator.fit(x_train)",
            )
        return value


class Images(Sequence):
    """Batches of images: numbered, endless with `next`, in a new order every epoch."""

    def __init__(
        self,
        generator: ImageDataGenerator,
        read: Callable[[int], np.ndarray],
        n: int,
        y: np.ndarray | None,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
    ):
        super().__init__()
        self.generator, self.read, self.n, self.y = generator, read, n, y
        self.batch_size, self.shuffle = batch_size, shuffle
        self.random = np.random.default_rng(next_seed() if seed is None else seed)
        self.own_targets = False
        self.class_indices: dict[str, int] = {}
        self.classes: Any = None
        self.filenames: list[str] = []
        self.place = 0
        self.on_epoch_end()

    @property
    def samples(self) -> int:
        """How many images there are."""
        return self.n

    @property
    def image_shape(self) -> tuple[int, ...]:
        """The shape of an image."""
        return self.read(0).shape

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < len(self):
            raise IndexError(index)
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        x = np.stack([self._image(int(i)) for i in rows])
        if self.own_targets:
            return x, x.copy()
        return x if self.y is None else (x, self.y[rows])

    def __iter__(self) -> Images:
        return self

    def __next__(self) -> Any:
        if self.place == len(self):
            self.on_epoch_end()
        batch = self[self.place]
        self.place += 1
        return batch

    def reset(self) -> None:
        """Begin an epoch anew."""
        self.place = 0

    def on_epoch_end(self) -> None:
        """Take another order."""
        self.place = 0
        rows = np.arange(self.n)
        self.order = self.random.permutation(rows) if self.shuffle else rows

    def _image(self, i: int) -> np.ndarray:
        image = np.asarray(self.read(i), np.float32)
        return self.generator.standardize(self.generator.random_transform(image, self.random))


def targets(labels: np.ndarray, class_mode: str | None, classes: int) -> np.ndarray | None:
    """What the targets of classes are."""
    if class_mode == "categorical":
        return np.eye(classes, dtype=np.float32)[labels]
    if class_mode in ("binary", "sparse"):
        return labels.astype(np.float32)
    return None


__all__ = ["ImageDataGenerator", "array_to_img", "img_to_array", "load_img", "save_img"]


def __getattr__(name: str) -> Any:
    raise missing.refusal("preprocessing.image", name)
