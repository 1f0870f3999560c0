"""Windows of weights that are not, or not wholly, shared between positions."""

from __future__ import annotations

from itertools import product
from math import prod

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.base.record import param, static, weight
from gradus.nn.checks import check_units
from gradus.nn.convolution import Steps, convolve
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.taps import woven
from gradus.nn.windowed import Windowed, check_channels


class LocallyConnected(Windowed):
    """Unshared convolution: y[t] = g(Σᵢ x[s t + d i − p] W[t, i] + b[t]), a window for each t.

    It suits inputs whose parts play different roles, such as faces cut to one frame.

    Arguments:
        filters, kernel_size, activation, stride, padding, dilation, use_bias: as in `Conv`.
        weight_init: initialiser of each window, shape (*kernel_size, C, filters); W is
            (*positions, *kernel_size, C, filters). By default the one that keeps the variance of
            `activation`, as in `Dense`.
        bias_init: initialiser of b, shape (*positions, filters).

    Raises InputError as `Conv`, and for inputs of other lengths than at `init`.

    >>> layer = LocallyConnected(2, 3).init(jax.random.key(0), (8, 8, 1))
    >>> layer.weight.shape, layer(jnp.ones((5, 8, 8, 1))).shape
    ((6, 6, 3, 3, 1, 2), (5, 6, 6, 2))

    LeCun (1989); Goodfellow, Bengio and Courville (2016), section 9.5.
    """

    weight: jax.Array = weight()
    bias: jax.Array | None = param()

    def init(self, key, shape):
        window = self.first_window(shape)
        if self.weight is not None:
            return self
        places = window.positions(shape[:-1])
        weight_key, bias_key = jax.random.split(key)
        kernel = (*window.size, shape[-1], self.filters)
        return self.replace(
            weight=_one_each(self, weight_key, places, kernel),
            bias=self.start_bias(bias_key, (*places, self.filters)),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        _check(self, x, self.weight)
        window = self.window(x.shape[1:])
        places = window.positions(x.shape[1:-1])
        if self.weight.shape[: len(places)] != places:
            raise InputError(
                "LocallyConnected: wrong input shape",
                expected=f"inputs as at `init`, with {self.weight.shape[: len(places)]} windows",
                got=f"{x.shape}, with {places}",
                fix="bring inputs to one size, or use nn.Conv, which takes any",
            )
        seen = jnp.stack(list(window.taps(window.padded(x))), axis=-2)
        seen = seen.reshape(x.shape[0], prod(places), -1)
        y = jnp.einsum("bpi,pio->bpo", seen, self.weight.reshape(*seen.shape[1:], -1))
        y = y.reshape(x.shape[0], *places, self.filters)
        return self.activation(y if self.bias is None else y + self.bias[None])


class TiledConv(Windowed):
    """Tiled convolution: y[j] = g(Σᵢ x[s j + d i − p] W[j mod t, i] + b[j mod t]).

    Along each axis t windows take turns. One tile is a convolution; as many as there are positions,
    a locally connected layer. Pooling over neighbours that have different windows learns what to be
    invariant to.

    Arguments:
        filters, kernel_size, activation, stride, padding, dilation, use_bias: as in `Conv`.
        weight_init: initialiser of each window, shape (*kernel_size, C, filters); W is
            (*tiles, *kernel_size, C, filters). By default the one that keeps the variance of
            `activation`, as in `Dense`.
        bias_init: initialiser of b, shape (*tiles, filters).
        tiles: t, the number of windows along each axis.

    Raises InputError as `Conv`, and for tiles below 1.

    >>> layer = TiledConv(1, 1, tiles=2).init(jax.random.key(0), (5, 1))
    >>> layer = layer.replace(weight=jnp.array([1.0, -1.0]).reshape(2, 1, 1, 1))
    >>> layer(jnp.arange(5.0)[None, :, None])[0, :, 0]
    Array([ 0., -1.,  2., -3.,  4.], dtype=float32)

    Gregor and LeCun (2010); Le, Ngiam, Chen, Chia, Koh and Ng (2010); Goodfellow, Bengio and
    Courville (2016), section 9.5.
    """

    tiles: int = static(2)
    weight: jax.Array = weight()
    bias: jax.Array | None = param()

    def __check_init__(self):
        check_units(self, self.tiles)

    def init(self, key, shape):
        window = self.first_window(shape)
        if self.weight is not None:
            return self
        tiles = (self.tiles,) * len(window.size)
        weight_key, bias_key = jax.random.split(key)
        kernel = (*window.size, shape[-1], self.filters)
        return self.replace(
            weight=_one_each(self, weight_key, tiles, kernel),
            bias=self.start_bias(bias_key, (*tiles, self.filters)),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        _check(self, x, self.weight)
        window = self.window(x.shape[1:])
        places, axes = window.positions(x.shape[1:-1]), len(window.size)
        turns = [-(-n // self.tiles) for n in places]  # of which the last may be cut short
        jumps = [s * self.tiles for s in window.stride]
        spans = [j * (n - 1) + r for j, n, r in zip(jumps, turns, window.reach, strict=True)]
        x = jnp.pad(window.padded(x), [(0, 0), *((0, j) for j in jumps), (0, 0)])
        steps = Steps(tuple(jumps), window.dilation, ((0, 0),) * axes, (1,) * axes)
        tiles = []
        for tile in product(range(self.tiles), repeat=axes):
            starts = [t * s for t, s in zip(tile, window.stride, strict=True)]
            seen = x[:, *(slice(a, a + n) for a, n in zip(starts, spans, strict=True))]
            y = convolve(seen, self.weight[tile], steps)
            tiles.append(self.finished(y, None if self.bias is None else self.bias[tile]))
        return woven(tiles, (self.tiles,) * axes)[:, *(slice(n) for n in places)]


def _one_each(layer: Windowed, key: jax.Array, places: tuple, kernel: tuple) -> jax.Array:
    """A window of weights for each of some places, each started on its own."""
    keys = jax.random.split(key, prod(places))
    weight = jax.vmap(lambda key: layer.start_weight(key, kernel))(keys)
    return weight.reshape(*places, *kernel)


def _check(layer: Windowed, x: jax.Array, weight: jax.Array | None) -> None:
    """Refuse inputs that do not fit weights of shape (*places, *window, C, filters)."""
    axes, channels = (0, 0) if weight is None else (weight.ndim // 2 - 1, weight.shape[-2])
    check_channels(layer, x, weight, axes, channels)
