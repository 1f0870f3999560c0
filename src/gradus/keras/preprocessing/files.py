"""Image files, read with Pillow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.data.image_files import ENDINGS, eight_bits, opened, pillow
from gradus.keras.arguments import pick

MODES = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
) -> Any:
    """An image file as a Pillow image.

    Arguments:
        path: the file; 16 bits are brought to 8; Keras keeps them in "grayscale".
        color_mode: "rgb", "rgba" or "grayscale".
        target_size: height and width it is brought to.
        interpolation: "nearest", "bilinear" or "bicubic".
    """
    resampling = pillow().Resampling
    ways = {way: getattr(resampling, way.upper()) for way in ("nearest", "bilinear", "bicubic")}
    way = ways[pick("interpolation", interpolation, ways)]
    mode = MODES[pick("color_mode", color_mode, MODES)]
    try:
        with opened(Path(path)) as file:
            image = (eight_bits(file) if file.mode.startswith("I") else file).convert(mode)
    except (OSError, ValueError) as error:
        raise InputError(
            f"image {path}", expected="an image", got=error, fix="remove the file, or replace it"
        ) from error
    if target_size is not None and image.size != tuple(target_size)[::-1]:
        image = image.resize(tuple(target_size)[::-1], way)
    return image


def img_to_array(img: Any, data_format: None = None, dtype: Any = "float32") -> np.ndarray:
    """A Pillow image as an array (height, width, channels) of numbers from 0 to 255."""
    array = np.asarray(img, dtype or "float32")
    return array[..., None] if array.ndim == 2 else array


def array_to_img(x: Any, data_format: None = None, scale: bool = True, dtype: Any = None) -> Any:
    """An array (height, width, channels) as a Pillow image, stretched to 0 … 255 with `scale`."""
    x = np.asarray(x, np.float32)
    if scale:
        x = x - x.min()
        x = 255 * x / max(float(x.max()), 1e-12)
    x = x.astype(np.uint8)
    return pillow().fromarray(x[..., 0] if x.shape[-1] == 1 else x)


def save_img(path: Any, x: Any, data_format: None = None, scale: bool = True) -> None:
    """Write an array as an image file."""
    array_to_img(x, data_format, scale).save(path)


def listed_images(
    folder: Path, classes: list[str] | None
) -> tuple[list[str], list[Path], np.ndarray]:
    """The classes of a folder of folders, the image files in them, and the class of each."""
    if not folder.is_dir():
        raise InputError(
            f"folder {folder}", expected="a folder", got="none there", fix="check the path"
        )
    names = sorted(p.name for p in folder.iterdir() if p.is_dir()) if classes is None else classes
    paths, labels = [], []
    for number, name in enumerate(names):
        files = sorted(p for p in (folder / name).rglob("*") if p.suffix.lower() in ENDINGS)
        paths += files
        labels += [number] * len(files)
    if not paths:
        raise InputError(
            f"folder {folder}",
            expected="one folder for every class, with image files",
            got=f"folders {', '.join(names)}" if names else "no folders",
            fix="put the images of each class into a folder of its own",
        )
    return list(names), paths, np.asarray(labels, np.int32)
