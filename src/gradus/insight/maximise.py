"""What a model would like to see: inputs that make an output large."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.insight.question import check_count, one_array, outputs_of, score, targets_of
from gradus.nn.layer import Layer, is_shape

REACH = 3.0  # how often the steps together could cross the ball that holds the input


def maximise(
    model: Layer,
    target: Any,
    shape: tuple[int, ...],
    key: jax.Array | None = None,
    *,
    rms: float = 1.0,
    smooth: float = 1.0,
    steps: int = 128,
) -> np.ndarray:
    """Inputs that make an output as large as it gets: argmax f(x)_target over ‖x‖ ≤ rms·√n.

    Gradient ascent from faint noise, in steps of one length that shrink to 0, each put back into
    the ball. The gradients of pictures are blurred first: without this the model is answered in
    noise that no eye can read.

    Arguments:
        model: gives outputs of shape (B, k).
        target: the number of an output, or an array of several, for one input each.
        shape: the shape of one input.
        key: where the faint noise comes from; by default always the same.
        rms: √(mean x²) of an input; standardised ones have about 1.
        smooth: standard deviation of the blur in pixels, for inputs of shape (H, W, C); 0: none.
        steps: steps of the ascent.

    Returns an array of shape (targets, *shape); of shape `shape` for a single number. Raises
    InputError for a model of another form, targets that are no outputs, a shape that is none, and
    sizes below 0.

    >>> from gradus import nn
    >>> model = nn.Dense(1, weight_init=nn.Constant(-2.0)).init(jax.random.key(0), (3,))
    >>> maximise(model, 0, (3,)).round(2)
    array([-1., -1., -1.], dtype=float32)

    Erhan, Bengio, Courville and Vincent (2009), section 3: the ball. Simonyan, Vedaldi and
    Zisserman (2014), section 2: outputs before the softmax, of a class. Yosinski et al. (2015):
    the blur.
    """
    check_shape(shape)
    check_size("rms", rms, rms > 0)
    check_size("smooth", smooth, smooth >= 0)
    check_count("steps", steps)
    targets = np.asarray(target)
    start = jax.random.key(0) if key is None else key
    faint = 0.01 * rms * jax.random.normal(start, (targets.size, *shape))
    x = one_array(model, faint)
    found = _ascend(
        model,
        jnp.asarray(x),
        jnp.asarray(targets_of(x, targets, outputs_of(model, x))),
        rms=rms,
        smooth=smooth if len(shape) == 3 else 0.0,
        steps=steps,
    )
    return np.asarray(found if targets.ndim else found[0])


def check_shape(shape: Any) -> None:
    """Refuse what is no shape, such as an output in its place."""
    if not is_shape(shape) or not shape:
        raise InputError(
            "maximise: shape",
            expected="the shape of one input, a tuple of whole numbers",
            got=repr(shape),
            fix="give the output first: maximise(model, 3, (28, 28, 1))",
        )


def check_size(name: str, value: Any, fits: bool) -> None:
    """Refuse a size that is not finite, or too small."""
    if not np.isfinite(value) or not fits:
        raise InputError(
            f"maximise: {name}", expected="a size above 0", got=value, fix=f"write {name}=1.0"
        )


@eqx.filter_jit
def _ascend(
    model: Layer, x: jax.Array, target: jax.Array, *, rms: float, smooth: float, steps: int
) -> jax.Array:
    radius = rms * x[0].size ** 0.5
    gradient = jax.grad(lambda x: jnp.sum(score(model, x, target)))

    def step(x: jax.Array, size: jax.Array) -> tuple[jax.Array, None]:
        uphill = blurred(gradient(x), smooth) if smooth else gradient(x)
        return _within(x + size * _lengths_of_one(uphill), radius), None

    sizes = 2 * REACH * radius / steps * jnp.linspace(1, 0, steps, dtype=x.dtype)
    return jax.lax.scan(step, x, sizes)[0]


def blurred(pictures: jax.Array, deviation: float) -> jax.Array:
    """Pictures, shape (B, H, W, C), under a Gaussian blur that goes around their edges.

    >>> spot = jnp.zeros((1, 5, 5, 1)).at[0, 2, 2, 0].set(1.0)
    >>> print(np.asarray(blurred(spot, 1.0))[0, 2, :, 0].round(3))
    [0.023 0.097 0.159 0.097 0.023]
    """
    height, width = pictures.shape[1:3]
    down = 2 * jnp.pi * jnp.fft.fftfreq(height, dtype=pictures.dtype)[:, None]
    across = 2 * jnp.pi * jnp.fft.rfftfreq(width, dtype=pictures.dtype)[None, :]
    kept = jnp.exp(-0.5 * deviation**2 * (down**2 + across**2))
    waves = jnp.fft.rfft2(pictures, axes=(1, 2))
    faded = waves * kept[None, :, :, None].astype(waves.dtype)
    return jnp.fft.irfft2(faded, s=(height, width), axes=(1, 2))


def _norms(x: jax.Array) -> jax.Array:
    """‖x‖ of every example, with axes of length 1."""
    return jnp.sqrt(jnp.sum(x**2, axis=tuple(range(1, x.ndim)), keepdims=True))


def _lengths_of_one(x: jax.Array) -> jax.Array:
    """Every example as a direction; 0 where there is none."""
    norms = _norms(x)
    return jnp.where(norms > 0, x / jnp.where(norms > 0, norms, 1), 0)


def _within(x: jax.Array, radius: float) -> jax.Array:
    """Every example in the ball, on the border if it was outside."""
    return x * jnp.minimum(1, radius / jnp.maximum(_norms(x), jnp.finfo(x.dtype).tiny))
