"""What `gradus.insight` finds, as pictures for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.insight import (
    activations,
    first_filters,
    integrated_gradients,
    maximise,
    occlusion,
    saliency,
)
from gradus.nn.layer import Layer
from gradus.report.axes import numeric, short
from gradus.report.html import Markup
from gradus.report.sheets import Row, plain, sheet, signed
from gradus.report.style import ACCENT, chart, layer, svg

COLUMNS = 8  # filters and maps side by side
MOST_FILTERS, MOST_LAYERS, MOST_COLUMNS = 64, 5, 12
METHODS = ("", "saliency", "integrated\ngradients", "occlusion")
PATCHES = 18  # patches side by side in an input that a class likes: it shows no finer detail
BARS = 18  # pixels of a bar and the space around it


def filters(model: Layer, shape: tuple[int, ...] | None = None) -> Markup:
    """The first filters of a model, at most 64 of them: blue is positive, orange negative.

    Filters with three channels are drawn in their colours. The arguments are those of
    `insight.first_filters`.

    >>> import jax
    >>> from gradus import nn
    >>> model = nn.Conv(4, 3).init(jax.random.key(0), (8, 8, 1))
    >>> filters(model).count("<image")
    4
    """
    found = first_filters(model, shape)
    tiles = filter_tiles(found.weights[:MOST_FILTERS])
    return sheet([Row(part) for part in in_rows(tiles)], "First filters", found.verdict)


def activation_maps(model: Layer, x: Any) -> Markup:
    """What layers make of one picture: of up to five layers the eight channels with the most in
    them, blue where they are positive.

    Arguments:
        model: a layer that holds layers, of which some give maps, (B, H, W, C).
        x: one picture, shape (1, H, W, C).

    Raises InputError as `insight.activations` does, and where no layer gives maps.

    >>> import jax
    >>> from gradus import nn
    >>> model = nn.Sequential(nn.Conv(4, 3, nn.relu), nn.Flatten(), nn.Dense(2))
    >>> model = model.init(jax.random.key(0), (8, 8, 1))
    >>> activation_maps(model, np.ones((1, 8, 8, 1))).count("<image")
    4
    """
    maps = {name: a[0] for name, a in activations(model, x).items() if is_maps(a)}
    if not maps:
        raise InputError(
            "activation maps",
            expected="a model with layers that give pictures, (B, H, W, C)",
            got="one whose layers give rows of numbers",
            fix="draw its first filters instead: report.filters(model, shape)",
        )
    names = list(maps)
    chosen = np.unique(np.linspace(0, len(names) - 1, MOST_LAYERS).round().astype(int))
    rows = []
    for name in (names[i] for i in chosen):
        strongest = np.argsort(-np.abs(maps[name]).mean(axis=(0, 1)), kind="stable")[:COLUMNS]
        tiles = list(signed(np.moveaxis(maps[name][..., strongest], -1, 0)))
        height, width, channels = maps[name].shape
        rows.append(Row(tiles, caption=f"layer {name}: {channels} maps of {height} × {width}"))
    return sheet(rows, "Activation maps", f"Channels of the layers {', '.join(names)}.")


def explanations(model: Layer, x: Any, captions: Sequence[str] = (), target: Any = None) -> Markup:
    """What an output rests on in some pictures, asked in three ways: saliency, integrated
    gradients from 0, and occlusion. Blue speaks for the output, orange against it.

    Arguments:
        model: gives outputs of shape (B, k).
        x: pictures, shape (B, H, W, C).
        captions: what to write below each.
        target: the number of an output, for all or for each; by default the largest one.

    Raises InputError as these functions do.

    >>> import jax
    >>> from gradus import nn
    >>> model = nn.Sequential(nn.Flatten(), nn.Dense(2)).init(jax.random.key(0), (8, 8, 1))
    >>> explanations(model, np.ones((3, 8, 8, 1))).count("<image")
    12
    """
    size = max(min(np.shape(x)[1:3], default=1) // 6, 1)
    covered = occlusion(model, x, target, size=size, stride=max(size // 2, 1))
    gradient = saliency(model, x, target).max(axis=-1)
    parts = integrated_gradients(model, x, target).sum(axis=-1)
    columns = (tiles_of(np.asarray(x)), signed(gradient), signed(parts), signed(covered))
    captions = captions or [""] * len(x)
    rows = [Row(tiles, caption=c) for *tiles, c in zip(*columns, captions, strict=True)]
    words = f"Saliency, integrated gradients and occlusion of {len(x)} examples."
    return sheet(rows, "What the predictions rest on", words, METHODS)


def maximising_inputs(
    model: Layer, shape: tuple[int, ...], labels: Sequence[str], *, rms: float = 1.0
) -> Markup:
    """An input that makes each output as large as it gets; blue is positive, orange negative.

    Arguments:
        model: gives outputs of shape (B, k).
        shape: the shape of one input, (H, W, C).
        labels: names of the outputs, from the first one on.
        rms: the size of an input, as in `insight.maximise`.

    >>> import jax
    >>> from gradus import nn
    >>> model = nn.Sequential(nn.Flatten(), nn.Dense(2)).init(jax.random.key(0), (8, 8, 1))
    >>> maximising_inputs(model, (8, 8, 1), ["cat", "dog"]).count("<image")
    2
    """
    smooth = min(shape[:2]) / PATCHES
    found = maximise(model, np.arange(len(labels)), shape, rms=rms, smooth=smooth)
    names = [short(name, 12) for name in labels]
    parts = in_rows(filter_tiles(found), 5), in_rows(names, 5)
    rows = [Row(tiles, below) for tiles, below in zip(*parts, strict=True)]
    return sheet(rows, "Inputs that a class likes best", f"For the classes {', '.join(labels)}.")


def contributions(model: Layer, x: Any, names: Sequence[str], target: Any = None) -> Markup:
    """How much each column of a table moves an output: the mean size of its integrated gradient
    from 0, which is the mean of a standardised column. The largest twelve are drawn.

    Arguments:
        model: gives outputs of shape (B, k).
        x: inputs, shape (B, columns).
        names: of the columns.
        target: the number of an output, for all or for each; by default the largest one.

    >>> import jax
    >>> from gradus import nn
    >>> model = nn.Dense(1).init(jax.random.key(0), (2,))
    >>> ">age</text>" in contributions(model, np.ones((4, 2)), ["age", "income"])
    True
    """
    sizes = np.abs(integrated_gradients(model, x, target)).mean(axis=0)
    largest = np.argsort(-sizes, kind="stable")[:MOST_COLUMNS]
    rows = [{"column": short(names[j], 24), "size": float(sizes[j])} for j in map(int, largest)]
    y = {"field": "column", "type": "nominal", "title": None, "sort": None}
    x_axis = numeric("size", "mean size of the integrated gradient")
    bars = layer(rows, {"type": "bar", "color": ACCENT}, x=x_axis, y=y)
    words = ", ".join(f"{row['column']} {row['size']:.3g}" for row in rows)
    return svg(chart([bars], height=50 + BARS * len(rows)), "Columns", words)


def in_rows(items: Sequence[Any], columns: int = COLUMNS) -> list[Any]:
    """Items in rows of equal lengths, the last one as long as it gets."""
    return [items[i : i + columns] for i in range(0, len(items), columns)]


def is_maps(a: np.ndarray) -> bool:
    """Whether these are pictures of more than a pixel."""
    return a.ndim == 4 and min(a.shape[1:3]) > 1


def tiles_of(pictures: np.ndarray) -> np.ndarray:
    """Pictures of any number of channels: in colour where there are three, else their mean."""
    drawable = pictures if pictures.shape[3] in (1, 3) else pictures.mean(axis=3, keepdims=True)
    return plain(drawable)


def filter_tiles(pictures: np.ndarray) -> list[np.ndarray]:
    """Pictures around 0: each in its own colours where there are three, else as signed maps."""
    if pictures.shape[3] == 3:
        return [plain(picture[None])[0] for picture in pictures]
    return list(signed(pictures.mean(axis=3)))
