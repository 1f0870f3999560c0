"""The parts of the page about what a generative model draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradus.evaluation.assessment import shown
from gradus.report.html import Markup, element, join, paragraphs, section, table
from gradus.report.pictures import as_pictures, gallery

Decode = Callable[[np.ndarray], Sequence[str]]

MOST_SAMPLES = 36
MOST_EPOCHS, OF_AN_EPOCH = 6, 12  # of the samples from the time of learning


def drawn(samples: Any, checks: Sequence[object] = ()) -> Markup:
    """Samples of the trained model, and what was found about them."""
    some = () if samples is None else samples[:MOST_SAMPLES]
    return section("Samples", paragraphs(checks), as_they_are(some) if len(some) else "")


def as_they_are(some: Any) -> Markup:
    """Texts, pictures, or rows of a table."""
    if hasattr(some, "columns"):
        return table(some.columns, some.rows())
    if isinstance(some[0], str):
        return join(element("pre", text, class_="sample") for text in some)
    pictures = as_pictures(np.asarray(some))
    if pictures is not None:
        return gallery(pictures, [""] * len(pictures), "Sample")
    rows = [(i, *map(shown, row)) for i, row in enumerate(np.reshape(some, (len(some), -1)))]
    return table(["sample", *[""] * (len(rows[0]) - 1)], rows)


def while_learning(arrays: Mapping[str, np.ndarray], decode: Decode | None = None) -> Markup:
    """Pictures and texts that were kept at the end of epochs, those of some epochs.

    Arguments:
        arrays: name -> what was kept, epochs first.
        decode: makes texts of whole numbers, (n, T); None where they are none.
    """
    parts = [
        texts_of(name, epochs, e, decode)
        if decode is not None and epochs.dtype.kind in "iu"
        else picture_of(name, epochs, e)
        for name, epochs in arrays.items()
        for e in few(epochs)
    ]
    return section("While it learned", *parts)


def few(epochs: np.ndarray) -> list[int]:
    """The numbers of some epochs, from the first to the last."""
    places = np.linspace(0, len(epochs) - 1, min(MOST_EPOCHS, len(epochs)))
    return places.round().astype(int).tolist()


def texts_of(name: str, epochs: np.ndarray, epoch: int, decode: Decode) -> Markup:
    """What was written at the end of one epoch."""
    texts = decode(epochs[epoch][:OF_AN_EPOCH])
    heading = element("h3", f"{name}, epoch {epoch + 1}")
    return join([heading, *(element("pre", text, class_="sample") for text in texts)])


def picture_of(name: str, epochs: np.ndarray, epoch: int) -> Markup:
    """What was kept at the end of one epoch; nothing where it is no picture."""
    pictures = as_pictures(epochs[epoch][:OF_AN_EPOCH])
    if pictures is None:
        return Markup()
    words = f"{name}, epoch {epoch + 1}"
    return join([element("h3", words), gallery(pictures, [""] * len(pictures), words)])
