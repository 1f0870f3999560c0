"""What DATA on the command line names: a file, a folder of images, or a known dataset."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.cli.settings import Settings
from gradus.data import (
    Dataset,
    Stream,
    as_table,
    load,
    read_arrays,
    read_image_files,
    read_images,
    read_table,
    stream_images,
)
from gradus.data.catalog import CATALOG
from gradus.data.folders import images_below, is_image, parts_of
from gradus.data.image_sets import TooManyImages, most_in_memory
from gradus.data.tables import check_file, read_npz


class Source(NamedTuple):
    """Examples, and what is known about them.

    Arguments:
        name: for titles and folders.
        examples: a Polars data frame, or a `Dataset` whose inputs have more than one axis.
        validation, test: the parts that the publisher made, where there are some.
        target: the column to predict, where the source itself says it.
        notes: what people should know about how it was read.
        rest: of images that do not all fit into memory, `examples` are some, drawn at random;
            this makes a stream of the others: preprocessor -> stream.
    """

    name: str
    examples: Any
    validation: Any = None
    test: Any = None
    target: str = ""
    notes: tuple[str, ...] = ()
    rest: Callable[..., Stream] | None = None


class Form(NamedTuple):
    """What images from files are brought to, as `data.read_images` takes it."""

    size: int | tuple[int, int] | None = None
    mode: str = "auto"


AS_THEY_ARE = Form()


def read(data: str, part: str = "train", form: Form | None = AS_THEY_ARE) -> Source:
    """The examples that `data` names.

    Arguments:
        data: a file (`.csv`, `.parquet`, `.npz` …), a folder with a folder of images for every
            class, or the name of a known dataset.
        part: of examples that their publisher divided; "train" brings the others along.
        form: what images in folders are brought to; None where images are of no use.

    Raises InputError for what is neither, with the nearest name.
    """
    if not data:
        raise InputError(
            "no data",
            expected="a table, a folder of images, or the name of a known dataset",
            got="neither",
            fix="gradus fit sales.csv --target price, gradus fit photos, or gradus fit digits",
        )
    path = Path(data)
    if data in CATALOG and not path.exists():
        return _known_dataset(data, part)
    if not path.exists() and not path.suffix:
        neighbours = sorted(f.name for f in path.parent.glob("*") if f.is_dir())
        raise InputError(
            f"there is no file, no folder and no dataset called {data!r}",
            expected="a table, a folder of images, or the name of a known dataset",
            got=data,
            fix=f"{nearest(data, [*CATALOG, *neighbours])}; `gradus datasets` lists datasets",
        )
    return _folder(path, part, form) if path.is_dir() else _file(path)


def form_of(settings: Settings) -> Form:
    """What a run brings images to."""
    return Form(settings.image_size or None)


def form_seen(preprocessor: Any) -> Form | None:
    """What the images were that a run has learned from; None for a run on something else."""
    shape = getattr(preprocessor, "shape", ())
    if len(shape) != 3 or shape[2] not in (1, 3):
        return None
    return Form(shape[:2], "grey" if shape[2] == 1 else "rgb")


def read_files(data: Sequence[str], form: Form | None) -> tuple[list[Path], Dataset] | None:
    """Images to predict, and their files; None where `data` names something else.

    A folder stands for all images below it, in classes or not.
    """
    given = [Path(name) for name in data]
    if not any(path.is_dir() or is_image(path) for path in given):
        return None
    files = [f for path in given for f in (images_below(path)[0] if path.is_dir() else [path])]
    if not files:
        raise InputError(
            f"folder {data[0]}", expected="images", got="none below it", fix="check the path"
        )
    return files, read_image_files(files, *wanted(form))


def wanted(form: Form | None) -> Form:
    """The form of images; raises InputError where images are of no use."""
    if form is None:
        raise InputError(
            "images for a run that has learned from something else",
            expected="rows of a table, or arrays, as in training",
            got="images",
            fix="`gradus summary RUN` shows what the run has learned from",
        )
    return form


def has_test_part(data: str) -> bool:
    """Whether `data` names examples with a test part that their publisher made."""
    path = Path(data)
    return "test" in (parts_of(path) if path.is_dir() else _parts(data))


def _parts(name: str) -> Collection[str]:
    return CATALOG[name].read if name in CATALOG else ()


def _folder(path: Path, part: str, form: Form | None) -> Source:
    form, parts = wanted(form), parts_of(path)
    if part != "train":
        return Source(path.name, read_images(path, *form, part=part if part in parts else "train"))
    examples, rest = _in_memory(path, form)
    height, width, channels = examples.x.shape[1:]
    mode = "grey" if channels == 1 else "rgb"

    def other(name: str) -> Dataset | None:
        return read_images(path, (height, width), mode, part=name) if name in parts else None

    notes = (examples.description,)
    held_out = other("validation"), other("test")
    return Source(path.resolve().name, examples, *held_out, notes=notes, rest=rest)


def _in_memory(path: Path, form: Form) -> tuple[Dataset, Callable[..., Stream] | None]:
    """All images of a folder; or as many as an eighth of the memory holds, and the others."""
    try:
        return read_images(path, *form), None
    except TooManyImages as many:
        order = np.random.default_rng(0).permutation(many.count)
        few, others = np.split(order, [int(most_in_memory(many.form)) // 4])
        height, width, grey = many.form
        form = Form((height, width), "grey" if grey else "rgb")
        examples = read_images(path, *form, only=np.sort(few))
        words = f"{examples.description}; drawn from {many.count:,}, which memory does not hold"
        rest = partial(stream_images, path, *form, only=np.sort(others))
        return dataclasses.replace(examples, description=words), rest


def _known_dataset(name: str, part: str) -> Source:
    divided = "test" in _parts(name)
    examples = load(name, part if divided else "train")
    if examples.x.ndim > 2:
        test = load(name, "test") if divided and part == "train" else None
        return Source(name, examples, test=test)
    target = "class" if examples.labels else "target"
    return Source(name, _as_table(examples, target), target=target)


def _as_table(examples: Dataset, target: str):
    """Examples with named columns as the table that they came from."""
    columns = dict(zip(examples.features or (), examples.x.T, strict=True))
    y = np.array(examples.labels)[examples.y] if examples.labels else examples.y
    return as_table({**columns, target: y})


def _file(path: Path) -> Source:
    if path.exists() and is_image(path):
        raise InputError(
            f"{path} is one image",
            expected="a folder with a folder of images for every class",
            got="a file",
            fix=f"gradus fit FOLDER to learn; gradus predict RUN {path} once there is a run",
        )
    check_file(path)
    if path.suffix == ".npz" and getattr(read_npz(path).get("x"), "ndim", 0) > 2:
        return Source(path.stem, _with_labels(read_arrays(path)))
    with hinted_at_texts(path):
        table = read_table(path)
    named = table.columns[0] != "column_1"
    note = f"{path.name} has no line of names: its columns are column_1 … column_{table.width}"
    return Source(path.stem, table, notes=() if named else (note,))


@contextmanager
def hinted_at_texts(path: Path) -> Iterator[None]:
    """Refusals of a table name the other thing that can be done with a text file."""
    try:
        yield
    except InputError as error:
        if path.suffix != ".txt" or not path.exists():
            raise
        error.fix += f"; of a text, not a table: gradus fit {path} --language-model"
        raise


def _with_labels(examples: Dataset) -> Dataset:
    """Examples whose whole-number targets are classes of these numbers."""
    if examples.y is None or examples.y.dtype.kind not in "iu":
        return examples
    return dataclasses.replace(examples, labels=(*range(int(examples.y.max()) + 1),))
