"""What a variational autoencoder makes of every place in a plane of its codes."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.models.generative.latents import GaussianLatent
from gradus.models.generative.vae import VAE


def latent_map(
    model: VAE, side: int = 20, axes: tuple[int, int] = (0, 1), label: int | None = None
) -> jax.Array:
    """The decoded means on a square of codes, shape (side, side, …); rows follow the first axis.

    Places are the quantiles (i + ½)/side of the prior N(0, 1), so that all are equally likely;
    codes along other axes are 0.

    Arguments:
        model: a trained VAE of two Gaussian codes or more.
        side: places along each axis.
        axes: the two codes that vary.
        label: of all places, for a model with classes.

    Raises InputError for choices and for axes that the code does not have.

    >>> from gradus.models.generative.vae import vae
    >>> latent_map(vae(64, [8], 2).init(jax.random.key(0), (64,)), side=5).shape
    (5, 5, 64)

    Kingma and Welling (2014), appendix A.
    """
    latent = getattr(model, "latent", None)
    if not isinstance(latent, GaussianLatent) or not all(0 <= a < latent.units for a in axes):
        raise InputError(
            "latent_map",
            expected=f"a VAE with a GaussianLatent that has axes {axes}",
            got=f"{type(model).__name__} with {latent}",
            fix="give a VAE, and two axes of its Gaussian code, counted from 0",
        )
    place = jax.scipy.special.ndtri((jnp.arange(side, dtype=float) + 0.5) / side)
    first, second = jnp.meshgrid(place, place, indexing="ij")
    codes = jnp.zeros((side * side, latent.units))
    codes = codes.at[:, axes[0]].set(first.ravel()).at[:, axes[1]].set(second.ravel())
    labels = None if label is None else jnp.full(side * side, label)
    made = model.decode(codes, labels)
    return made.reshape(side, side, *made.shape[1:])
