"""Examples where a model puts them: a map of codes, and the nearest pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.insight import embedding, nearest
from gradus.report.html import Markup, element
from gradus.report.insight import tiles_of
from gradus.report.sheets import Row, image, picture, sheet
from gradus.report.style import ACCENT, SECOND, WIDTH

HEIGHT, SIDE, MARGIN = 300, 18, 12  # of the map, of a picture on it, and around them
MANY = 50  # examples from which on neighbours are worth more than distances
NEIGHBOURS = 5


def code_map(codes: Any, pictures: np.ndarray, wrong: Any = None) -> Markup:
    """A map of codes: pictures where there is room for them, points for the others.

    Arguments:
        codes: what a model makes of the examples, shape (n, …).
        pictures: the examples themselves, shape (n, H, W, C).
        wrong: which of them are marked in orange, shape (n,); by default none.

    Maps of 50 or more examples are made by t-SNE, smaller ones by PCA. Raises InputError as
    `insight.embedding` does.

    >>> codes = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    >>> code_map(codes, np.ones((3, 8, 8, 1))).count("<image")
    3
    """
    found = embedding(codes, "tsne" if len(codes) >= MANY else "pca")
    places = on_sheet(found)
    marked = np.zeros(len(places), bool) if wrong is None else np.asarray(wrong)
    shown = with_room(places, np.argsort(~marked, kind="stable"))
    tiles = tiles_of(np.asarray(pictures))
    drawn = [point(places[i], marked[i]) for i in np.flatnonzero(~shown)]
    for i in np.flatnonzero(shown):
        x, y = places[i] - SIDE / 2
        drawn.append(image(tiles[i], x, y, SIDE, SIDE))
        drawn += [frame(x, y)] if marked[i] else []
    words = f"{len(codes)} examples, {int(marked.sum())} of them marked."
    return picture(drawn, HEIGHT, "Map of codes", words)


def neighbours(codes: Any, pictures: np.ndarray, queries: Any, names: Any = None) -> Markup:
    """Some examples, each beside the five whose codes are nearest to its own.

    Arguments:
        codes: what a model makes of the examples, shape (n, …).
        pictures: the examples themselves, shape (n, H, W, C).
        queries: the rows of those to begin with.
        names: what to write below each of the n examples.

    >>> codes = np.arange(6.0)[:, None]
    >>> neighbours(codes, np.ones((6, 8, 8, 1)), [0, 5]).count("<image")
    12
    """
    codes, tiles = np.asarray(codes), tiles_of(np.asarray(pictures))
    rows = []
    for query in queries:
        near = nearest(codes, codes[query][None], min(NEIGHBOURS + 1, len(codes)))[0]
        found = [query, *(i for i in near if i != query)][: NEIGHBOURS + 1]
        captions = [] if names is None else [str(names[i]) for i in found]
        rows.append(Row([tiles[i] for i in found], captions))
    words = f"{len(rows)} examples, and the nearest ones in the codes of the model."
    return sheet(rows, "Nearest pictures", words, ("", "nearest"))


def on_sheet(places: np.ndarray) -> np.ndarray:
    """Places as pixels of the map, its longer and shorter axis stretched alike."""
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.array([WIDTH, HEIGHT]) - 2 * MARGIN
    return MARGIN + (places - low) / np.where(high > low, high - low, 1) * room


def with_room(places: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Which pictures are drawn: in this order, those that cover none before them."""
    shown = np.zeros(len(places), bool)
    for i in order:
        apart = np.abs(places[shown] - places[i]).max(axis=1)
        shown[i] = np.all(apart >= SIDE)
    return shown


def point(place: np.ndarray, marked: bool) -> Markup:
    """An example without room for its picture."""
    (x, y), color = place, SECOND if marked else ACCENT
    return element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=2.2, fill=color, opacity=0.5)


def frame(x: float, y: float) -> Markup:
    """The mark around a picture."""
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": SIDE, "height": SIDE}
    return element("rect", **place, fill="none", stroke=SECOND, **{"stroke-width": 1.5})
