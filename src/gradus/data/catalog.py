"""Known datasets: small ones that come with the package, larger ones that are downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.data.dataset import Dataset
from gradus.data.downloads import File, find
from gradus.data.readers import (
    read_cifar,
    read_classes,
    read_digits,
    read_idx_images,
    read_regression,
)


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue.

    Arguments:
        description: what the examples are.
        licence: licence and source.
        read: a function without arguments that reads the dataset, per part.
        files: what has to be downloaded, per part; none for what comes with the package.
        white: the largest value of a pixel.
    """

    description: str
    licence: str
    read: Mapping[str, Callable[[], Dataset]]
    files: Mapping[str, tuple[File, ...]] = field(default_factory=dict)
    white: int = 255


class Listing(NamedTuple):
    """What `datasets` says about one dataset; `found` is empty where it must be downloaded."""

    name: str
    description: str
    licence: str
    megabytes: float
    found: str


def load(name: str, part: str = "train", *, raw: bool = False) -> Dataset:
    """A known dataset by name; `datasets()` lists them.

    Images have shape (n, height, width, channels) and values 0 … 1. Files are looked for in the
    folder that the environment variable GRADUS_DATA names, then among earlier downloads, then
    downloaded and verified.

    Arguments:
        name: such as "digits", "iris", "mnist", "cifar10".
        part: "train" or "test" where the publisher made two parts; otherwise "train" is all.
        raw: leave the pixels as bytes, which take a quarter of the memory, to be scaled later.

    Raises InputError for unknown names and parts, and without a connection where one is needed.

    >>> load("iris")
    Dataset of 150 examples: x (150, 4) float32, y (150,) int32, 3 classes
    """
    entry = _look_up(name, CATALOG, "dataset")
    data = _look_up(part, entry.read, f"part of dataset {name!r}:")()
    x = data.x
    if x.dtype == np.uint8 and not raw:
        x = x / np.float32(entry.white)
    return replace(data, x=x, description=entry.description, licence=entry.licence)


def datasets() -> list[Listing]:
    """Every known dataset, with its size and where it was found.

    >>> [listing.name for listing in datasets()][:3]
    ['digits', 'iris', 'wine']
    """
    return [_listing(name, entry) for name, entry in CATALOG.items()]


def _listing(name: str, entry: Entry) -> Listing:
    files = {file for part in entry.files.values() for file in part}
    places = [find(name, file) for file in files]
    folders = {str(path.parent) for path in places if path is not None}
    found = "" if None in places else ", ".join(sorted(folders)) or "comes with the package"
    megabytes = sum(file.size for file in files) / 1e6
    return Listing(name, entry.description, entry.licence, round(megabytes, 1), found)


def _look_up(name: str, table: Mapping, what: str):
    if name not in table:
        raise InputError(
            f"{what} {name!r}",
            expected=f"one of {', '.join(map(repr, table))}",
            got=repr(name),
            fix=nearest(name, table),
        )
    return table[name]


def _bundled(description: str, licence: str, read: Callable, white: int = 255) -> Entry:
    return Entry(description, licence, {"train": read}, white=white)


def _idx_images(
    name: str, description: str, licence: str, address: str, labels: tuple, sums: tuple
) -> Entry:
    """Images in the form of MNIST; `sums` are size and SHA-256 of four files, by `IDX_FILES`."""
    files = [
        File(file, address + file, size, f"sha256:{digest}", unpacked=True)
        for file, (size, digest) in zip(IDX_FILES, sums, strict=True)
    ]
    parts = {"train": tuple(files[:2]), "test": tuple(files[2:])}
    read = {part: partial(read_idx_images, name, pair, labels) for part, pair in parts.items()}
    return Entry(description, licence, read, parts)


def _cifar10(name: str, description: str, licence: str, file: File, labels: tuple) -> Entry:
    batches = {"train": [f"data_batch_{i}" for i in range(1, 6)], "test": ["test_batch"]}
    read = {part: partial(read_cifar, name, (file,), labels, b) for part, b in batches.items()}
    return Entry(description, licence, read, dict.fromkeys(batches, (file,)))


IDX_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
CLOTHES = (
    *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
THINGS = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)

# The sums of idx files are of their contents. That of CIFAR-10 is the publisher's, an MD5.
CATALOG: dict[str, Entry] = {
    "digits": _bundled(
        "1 797 handwritten digits, 8×8",
        "CC BY 4.0; Alpaydin and Kaynak (1998), UCI",
        read_digits,
        white=16,
    ),
    "iris": _bundled(
        "150 iris flowers of 3 species, 4 measurements",
        "CC BY 4.0; Fisher (1936), UCI",
        partial(read_classes, "iris"),
    ),
    "wine": _bundled(
        "178 wines of 3 cultivars, 13 measurements",
        "CC BY 4.0; Aeberhard and Forina (1991), UCI",
        partial(read_classes, "wine"),
    ),
    "breast-cancer": _bundled(
        "569 tumours, benign or malignant, 30 measurements",
        "CC BY 4.0; Wolberg et al. (1995), UCI",
        partial(read_classes, "breast-cancer"),
    ),
    "diabetes": _bundled(
        "442 patients, 10 measurements; the target is the progression after a year",
        "published without a licence; Efron et al. (2004), by way of scikit-learn",
        partial(read_regression, "diabetes"),
    ),
    "advertising": _bundled(
        "200 markets, spending on TV, radio and newspaper; the target is sales",
        "MIT; James et al., An Introduction to Statistical Learning",
        partial(read_regression, "advertising"),
    ),
    "mnist": _idx_images(
        "mnist",
        "70 000 handwritten digits, 28×28; 10 000 of them for testing",
        "CC BY-SA 3.0; LeCun, Cortes and Burges (1998)",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        tuple(range(10)),
        (
            (9912422, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            (28881, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            (1648877, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            (4542, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        ),
    ),
    "fashion-mnist": _idx_images(
        "fashion-mnist",
        "70 000 pieces of clothing, 28×28; 10 000 of them for testing",
        "MIT; Xiao, Rasul and Vollgraf (2017), Zalando",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        CLOTHES,
        (
            (26421880, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
            (29515, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
            (4422102, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
            (5148, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
        ),
    ),
    "cifar10": _cifar10(
        "cifar10",
        "60 000 colour photographs of 10 things, 32×32; 10 000 of them for testing",
        "no licence stated; Krizhevsky (2009), University of Toronto",
        File(
            "cifar-10-binary.tar.gz",
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            170052171,
            "md5:c32a1d4ab5d03f1284b67883e8d87530",
            unpacked=False,
        ),
        THINGS,
    ),
}
