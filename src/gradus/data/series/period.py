"""After how many rows a series repeats itself."""

from __future__ import annotations

import numpy as np

LEAST, ERRORS = 0.1, 5  # the height of a peak, and in standard errors, 1/√T of white noise
AS_GOOD = 0.75  # of the highest: multiples of the period are about as high
SMALLEST = 1e-9  # deviation, relative to the values
ROWS = 30_000  # the latest, more change nothing


def period_of(values: np.ndarray) -> int | None:
    """The period of a series: the first high peak of its autocorrelation, or None.

    r(k) = Σₜ zₜ zₜ₊ₖ / Σₜ zₜ² for k up to a third of the rows, where z are the changes from row to
    row, in which slow waves hide no fast ones; or, where these show no period, the values without
    their trend. A peak is at least 0.1 and 5/√T high, and stands as high above the lowest value
    before it: a slow decay has none.

    Arguments:
        values: one column in order of time, shape (T,), without gaps.

    >>> t = np.arange(240)
    >>> period_of(np.sin(2 * np.pi * t / 12) + 0.1 * t)
    12
    >>> period_of(np.random.default_rng(0).normal(size=240).cumsum()) is None
    True

    Box, Jenkins and Reinsel (2008), section 2.1.4, for the estimate.
    """
    z = np.asarray(values, np.float64)[-ROWS:]
    if len(z) < 6:
        return None
    changes, rest = np.diff(z), without_trend(z)
    rounding = SMALLEST * abs(z).max()  # has no period
    peaks = (first_peak(part) for part in (changes, rest) if part.std() > rounding)
    return next(filter(None, peaks), None)


def first_peak(z: np.ndarray) -> int | None:
    """The lag of the first peak of r(k) that is about as high as the highest."""
    r = autocorrelation(z)[: len(z) // 3 + 1]
    risen = r - np.minimum.accumulate(r)
    high = np.minimum(r, risen) >= max(LEAST, ERRORS / np.sqrt(len(z)))
    lags = np.arange(2, len(r) - 1)
    peaks = [k for k in lags if high[k] and r[k] >= max(r[k - 1], r[k + 1])]
    if not peaks:
        return None
    highest = max(r[k] for k in peaks)
    first = next(k for k in peaks if r[k] >= AS_GOOD * highest)
    near = [k for k in peaks if k <= 1.5 * first]  # noise makes several peaks of a wide one
    return int(max(near, key=lambda k: r[k]))


def autocorrelation(z: np.ndarray) -> np.ndarray:
    """r(k) for all lags k of a series, by the fast Fourier transform."""
    size = 2 * len(z)
    power = np.abs(np.fft.rfft(z - z.mean(), size)) ** 2
    sums = np.fft.irfft(power, size)[: len(z)]
    return sums / sums[0] if sums[0] > 0 else np.zeros(len(z))


def without_trend(z: np.ndarray) -> np.ndarray:
    """The series without the straight line that fits it best."""
    t = np.linspace(-1, 1, len(z))
    slope, level = np.polyfit(t, z, 1)
    return z - slope * t - level
