"""Gabor filters: waves under a bell, as simple cells of the visual cortex see."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import pi

import jax
import numpy as np

from gradus.filters.bank import bank_of, check, check_whole

EVEN_AND_ODD = (0.0, pi / 2)


def gabor(
    size: int = 11,
    *,
    orientations: int = 4,
    wavelengths: Sequence[float] = (4.0,),
    phases: Sequence[float] = EVEN_AND_ODD,
    spread: float = 0.5,
) -> jax.Array:
    """Plane waves under a bell: w ∝ exp(−|i|² / 2σ²) (cos(2π u / λ + φ) − κ), of length 1.

    u is how far a pixel is from the middle in the direction θ in which the wave runs, and κ makes
    the sum 0, so that flat areas give 0. An even and an odd filter of one θ and λ together, √(e² +
    o²), tell how strong such a wave is, wherever its crests are.

    Arguments:
        size: height and width.
        orientations: how many directions θ = 0, π / n, 2π / n … against the clock; the wave with
            θ = 0 runs from left to right and finds upright edges.
        wavelengths: λ in pixels, each above 2.
        phases: φ; by default even (0) and odd (π / 2).
        spread: σ / λ, how many waves there are under the bell.

    Returns (size, size, 1, orientations · wavelengths · phases), the phases as neighbours, then
    the wavelengths. Raises InputError for a size below 3, for no orientations, wavelengths or
    phases, for wavelengths that pixels cannot show, and for a spread of 0 or less.

    >>> bank = gabor(7, orientations=8, wavelengths=(3.0, 6.0))
    >>> bank.shape, abs(float(bank.sum())) < 1e-5
    ((7, 7, 1, 32), True)

    Daugman (1985); Goodfellow, Bengio and Courville (2016), section 9.10. With κ they are Morlet
    wavelets; plain Gabor filters answer to flat areas, too.
    """
    check_whole("size", size, 3)
    check_whole("orientations", orientations, 1)
    good = np.ndim(wavelengths) == 1 and len(wavelengths) > 0 and min(wavelengths) > 2
    check("wavelengths", good, "numbers above 2 pixels, such as (4.0, 8.0)", wavelengths)
    good = np.ndim(phases) == 1 and len(phases) > 0
    check("phases", good, "angles, such as (0.0,)", phases)
    check("spread", spread > 0, "a number above 0", spread)
    angles = np.arange(orientations) * pi / orientations
    waves = product(angles, wavelengths, phases)
    return bank_of(*(_wave(size, *wave, spread) for wave in waves))


def _wave(size: int, angle: float, wavelength: float, phase: float, spread: float) -> np.ndarray:
    along = np.arange(size) - (size - 1) / 2
    right, up = along[None, :], -along[:, None]
    bell = np.exp(-(right**2 + up**2) / (2 * (spread * wavelength) ** 2))
    wave = np.cos(2 * pi * (np.cos(angle) * right + np.sin(angle) * up) / wavelength + phase)
    window = bell * (wave - (bell * wave).sum() / bell.sum())
    return window / np.linalg.norm(window)
