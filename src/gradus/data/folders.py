"""Folders of images: one folder for every class, and perhaps one above them for every part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.data.image_files import ENDINGS

PARTS = {  # what folders of a part are called
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val"),
    "test": ("test", "testing"),
}


class Listing(NamedTuple):
    """Image files and their classes.

    Arguments:
        paths: the files, class by class, in the order of their names.
        numbers: the class of each.
        classes: names of the classes, in the order of their numbers.
        ignored: how many other files there are.
    """

    paths: tuple[Path, ...]
    numbers: tuple[int, ...]
    classes: tuple[str, ...]
    ignored: int

    def taken(self, rows: Sequence[int] | np.ndarray | None) -> Listing:
        """The files with these numbers; None: all."""
        if rows is None:
            return self
        paths, numbers = (tuple(field[i] for i in rows) for field in (self.paths, self.numbers))
        return self._replace(paths=paths, numbers=numbers)


def list_images(folder: str | Path, part: str = "train") -> Listing:
    """The image files below a folder of class folders.

    Raises InputError where there are not two classes, for a class without images, and for images
    that belong to no class.
    """
    root = part_folder(Path(folder), part)
    folders = subfolders(root)
    refuse_no_classes(root, folders)
    found = [images_below(f) for f in folders]
    empty = [f.name for f, (images, _) in zip(folders, found, strict=True) if not images]
    if empty:
        raise InputError(
            f"folder {root}",
            expected="images in the folder of every class",
            got=f"none in {', '.join(map(repr, empty[:5]))}",
            fix="put images there, or take the folder out",
        )
    paths = tuple(path for images, _ in found for path in images)
    numbers = tuple(k for k, (images, _) in enumerate(found) for _ in images)
    ignored = sum(len(others) for _, others in [*found, files_in(root)])
    return Listing(paths, numbers, tuple(f.name for f in folders), ignored)


def parts_of(folder: Path) -> dict[str, Path]:
    """The folders of the parts, by part; empty where the folder is not divided.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("train", "val"):
    ...     (folder / name).mkdir()
    >>> list(parts_of(folder))
    ['train', 'validation']
    """
    names = {f.name.lower(): f for f in subfolders(folder)}
    found = {
        part: names.pop(name) for part, known in PARTS.items() for name in known if name in names
    }
    return found if "train" in found and not names else {}


def part_folder(folder: Path, part: str) -> Path:
    """Where the class folders of a part are."""
    if not folder.is_dir():
        raise InputError(
            f"folder {folder}",
            expected="a folder with a folder of images for every class",
            got="a file" if folder.exists() else "no such folder",
            fix="check the path",
        )
    parts = parts_of(folder)
    if not parts and part == "train":
        return folder
    if part not in parts:
        raise InputError(
            f"part {part!r} of {folder}",
            expected=", ".join(map(repr, parts)) or "'train': the folder is not divided",
            got=repr(part),
            fix=nearest(part, parts or ["train"]),
        )
    return parts[part]


def refuse_no_classes(root: Path, folders: list[Path]) -> None:
    """Refuse a folder that does not say which classes there are."""
    loose = files_in(root)[0]
    if len(folders) >= 2 and not loose:
        return
    classes = ", ".join(f.name for f in folders[:5]) or "no folders"
    beside = f"; {len(loose)} images beside, such as {loose[0].name}" if loose else ""
    raise InputError(
        f"folder {root}",
        expected="two or more folders, one for every class, and no images beside them",
        got=classes + beside,
        fix="put the images of each class into a folder of its own, as in cats/1.png, dogs/1.png",
    )


def images_below(folder: Path) -> tuple[list[Path], list[Path]]:
    """The image files anywhere below a folder, and the other files there."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return divided(path for path in files if not is_hidden(path.relative_to(folder)))


def files_in(folder: Path) -> tuple[list[Path], list[Path]]:
    """The image files right in a folder, and the other files there."""
    files = (path for path in folder.iterdir() if path.is_file())
    return divided(path for path in files if not is_hidden(path.relative_to(folder)))


def divided(files: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Images, by the endings of their names, and other files, both in order."""
    ordered = sorted(files)
    images = [path for path in ordered if is_image(path)]
    return images, [path for path in ordered if not is_image(path)]


def is_image(path: Path) -> bool:
    """Whether the name of a file ends as those of images do."""
    return path.suffix.lower() in ENDINGS


def is_hidden(path: Path) -> bool:
    """Whether a file, or a folder it is in, is one that programs keep for themselves."""
    return any(part.startswith(".") for part in path.parts)


def subfolders(folder: Path) -> list[Path]:
    """The folders in a folder by name, hidden ones left out."""
    return sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))
