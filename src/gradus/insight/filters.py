"""The first filters of a model: pictures of what it looks for, and whether they are clean."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod, sqrt
from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.nn.checks import check_layer
from gradus.nn.conv import Conv
from gradus.nn.dense import Dense
from gradus.nn.layer import Layer
from gradus.nn.watched import layer_name, layers_of

CLEAR = 3.0  # standard deviations from random weights that no chance explains


@dataclass(frozen=True, eq=False)
class Filters:
    """Filters as pictures, and how rough each is.

    Roughness is Geary's ratio: the mean square of the differences between neighbours over the one
    between any two weights of a filter, C = (N − 1) Σ_pairs (wᵢ − wⱼ)² / (2P Σᵢ (wᵢ − w̄)²), with P
    pairs of neighbours among N weights. Random weights have 1 on average, smooth ones less,
    chequered ones more. Clean first filters are smooth; noisy ones say that a net has not trained
    for long enough, or has too little data or penalty.

    Arguments:
        name: where the layer is in the model, as in `nn.summary`.
        weights: shape (filters, height, width, channels).
        roughness: of every filter, the sums over its channels; shape (filters,).

    >>> stripes = np.tile([0.0, 1.0], (4, 2))[None, :, :, None]
    >>> Filters("0", stripes, roughness(stripes))
    1 filters, no smoother than random weights: roughness 0.94, where chance gives 1 ± 0.19

    Geary (1954); for filters, Goodfellow, Bengio and Courville (2016), section 9.10.
    """

    name: str
    weights: np.ndarray
    roughness: np.ndarray

    @property
    def mean_roughness(self) -> float:
        """The mean over all filters."""
        return float(self.roughness.mean())

    @property
    def chance(self) -> float:
        """The standard deviation that the mean over as many filters of random weights has."""
        filters, height, width, channels = self.weights.shape
        return sqrt(_variance(height, width) / (filters * channels))

    @property
    def verdict(self) -> str:
        """Whether they are smoother than random weights, as a sentence."""
        away = (self.mean_roughness - 1) / self.chance
        word = "no smoother than" if away > -CLEAR else "smoother than"
        word = "rougher than" if away > CLEAR else word
        return (
            f"{len(self.weights)} filters, {word} random weights: "
            f"roughness {self.mean_roughness:.2f}, where chance gives 1 ± {self.chance:.2f}"
        )

    def __repr__(self) -> str:
        return self.verdict


def first_filters(model: Layer, shape: tuple[int, ...] | None = None) -> Filters:
    """The weights of the first convolution or dense layer, one picture for each of its filters.

    Arguments:
        model: a layer with weights.
        shape: the shape of one input, (height, width, channels), to arrange the weights of a dense
            layer; a convolution has its own.

    Raises InputError for a model without weights, one whose first weights are of another kind, a
    dense layer without `shape` or with one that does not fit, and filters of a single weight.

    >>> from gradus import nn
    >>> model = nn.Sequential(nn.Conv(16, 5, nn.relu), nn.Flatten(), nn.Dense(10))
    >>> first_filters(model.init(jax.random.key(0), (28, 28, 1)))
    16 filters, no smoother than random weights: roughness 1.00, where chance gives 1 ± 0.04
    """
    check_layer(model)
    name, layer = first_weights(model)
    weights = np.asarray(layer.weight)
    if isinstance(layer, Conv) and weights.ndim == 4:
        pictures = np.moveaxis(weights, -1, 0)
    elif isinstance(layer, Dense) and shape is not None and len(shape) == 3:
        pictures = arranged(weights, shape)
    else:
        raise InputError(
            f"first filters of {type(layer).__name__} (layer {name!r})",
            expected="a convolution of pictures, or a dense layer and the shape of the pictures",
            got=f"weights of shape {weights.shape} and shape={shape}",
            fix="give shape=(height, width, channels) of one input",
        )
    if prod(pictures.shape[1:3]) < 2:
        raise InputError(
            "first filters",
            expected="filters of several pixels",
            got="1 × 1",
            fix="look at a layer that compares pixels: first_filters(model.layers[1])",
        )
    return Filters(name, pictures, roughness(pictures))


def first_weights(model: Layer) -> tuple[str, Any]:
    """The first layer that has weights of its own, with its name."""
    for path, _, layer in layers_of(model):
        if isinstance(getattr(layer, "weight", None), jax.Array):
            return layer_name(path), layer
    raise InputError(
        "first filters",
        expected="a model with weights",
        got=f"{type(model).__name__} without any",
        fix="train it, or call `model.init(key, shape)` first",
    )


def arranged(weights: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The weights of a dense layer, (inputs, units), as pictures (units, *shape)."""
    if prod(shape) != len(weights):
        raise InputError(
            "first filters: shape",
            expected=f"the shape of {len(weights)} inputs",
            got=f"{shape}, which has {prod(shape)}",
            fix="give the shape of one input, such as (28, 28, 1)",
        )
    return weights.T.reshape(-1, *shape)


def roughness(pictures: np.ndarray) -> np.ndarray:
    """Geary's ratio of every picture, shape (B, H, W, C) → (B,); 0 for one without contrast.

    >>> stripes = np.array([[0.0, 1.0], [0.0, 1.0]])[None, :, :, None]
    >>> roughness(stripes)
    array([0.75])
    """
    w = pictures.astype(float)
    numbers, pairs = prod(w.shape[1:3]), _pairs(*w.shape[1:3])
    steps = sum(np.sum(np.diff(w, axis=axis) ** 2, axis=(1, 2, 3)) for axis in (1, 2))
    spread = np.sum((w - w.mean(axis=(1, 2), keepdims=True)) ** 2, axis=(1, 2, 3))
    ratio = np.divide(steps, spread, out=np.zeros(len(w)), where=spread > 0)
    return (numbers - 1) / (2 * pairs) * ratio


def _pairs(height: int, width: int) -> int:
    """How many pairs of neighbours a picture has."""
    return height * (width - 1) + width * (height - 1)


def _variance(height: int, width: int) -> float:
    """The variance of Geary's ratio of independent normal weights (Cliff and Ord, 1981, 2.3).

    With W = 2P, S₁ = 2W and S₂ = 4 Σ degree² it is ((2S₁ + S₂)(N − 1) − 4W²) / (2(N + 1)W²).
    """
    n, w = height * width, 2 * _pairs(height, width)
    down, across = (
        np.minimum(1, np.arange(k)) + np.minimum(1, np.arange(k)[::-1]) for k in (height, width)
    )
    degrees = down[:, None] + across[None, :]
    s2 = 4 * float(np.sum(degrees**2))
    return ((4 * w + s2) * (n - 1) - 4 * w**2) / (2 * (n + 1) * w**2)
