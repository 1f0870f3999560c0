"""Spectrograms: how loud which pitches are, moment by moment."""

from __future__ import annotations

import numpy as np

from gradus.base.errors import InputError

QUIET = 1e-6  # energy added to each band before the logarithm: silence is log 1e-6


def log_mel(
    samples: np.ndarray,
    rate: int,
    bands: int = 40,
    *,
    window: float = 0.025,
    step: float = 0.010,
    low: float = 20.0,
    high: float | None = None,
) -> np.ndarray:
    """The log-mel spectrogram: s[t, b] = log(Σ_f M[b, f] |F(h · xₜ)[f]|² + 1e-6).

    xₜ are the samples of a window, which goes on by a step; h is the Hann window, F the Fourier
    transform, of the next power of two; M are triangles that are as wide as they are far apart on
    the mel scale, m(f) = 2595 log₁₀(1 + f / 700), and of height 1.

    Arguments:
        samples: one channel, shape (n,); `Sound.mono` gives it.
        rate: samples per second.
        bands: triangles, and numbers for each window.
        window, step: in seconds.
        low, high: frequencies in Hz at which the triangles begin and end; None: rate / 2.

    Gives (frames, bands), float32. What is left over at the end, less than a step, is left out; a
    sound shorter than one window is filled up with zeros. Raises InputError for samples of another
    shape, for lengths that hold no sample, for frequencies that are not there, and for so many
    bands that a triangle lies between two of them.

    >>> t = np.arange(8000) / 8000
    >>> s = log_mel(np.sin(2 * np.pi * 440 * t), 8000, bands=20)
    >>> s.shape, int(s.mean(axis=0).argmax())
    ((98, 20), 4)

    Davis and Mermelstein (1980), whose cosine transform is left to the net; O'Shaughnessy (1987)
    for the scale.
    """
    x, width, hop = checked(samples, rate, window, step)
    size = 1 << (width - 1).bit_length()
    frames = np.lib.stride_tricks.sliding_window_view(x, width)[::hop]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(width) / width)
    power = np.abs(np.fft.rfft(frames * hann, size)) ** 2
    energy = power @ mel_filters(bands, size, rate, low, high).T
    return np.log(energy + QUIET).astype(np.float32)


def mel_filters(
    bands: int, size: int, rate: int, low: float = 20.0, high: float | None = None
) -> np.ndarray:
    """The triangles M of `log_mel` at the frequencies of a Fourier transform, (bands, size/2 + 1).

    >>> mel_filters(2, 8, 8000, low=0).round(2).tolist()
    [[0.0, 0.68, 0.0, 0.0, 0.0], [0.0, 0.32, 0.91, 0.45, 0.0]]
    """
    high = rate / 2 if high is None else high
    if not 0 <= low < high <= rate / 2:
        raise InputError(
            "log_mel: frequencies",
            expected=f"0 ≤ low < high ≤ {rate / 2:g} Hz, half the rate",
            got=f"{low:g} and {high:g}",
            fix="leave low and high out",
        )
    ends = in_hertz(np.linspace(in_mel(low), in_mel(high), bands + 2))[:, None]
    heard = np.linspace(0, rate / 2, size // 2 + 1)
    rise = (heard - ends[:-2]) / (ends[1:-1] - ends[:-2])
    fall = (ends[2:] - heard) / (ends[2:] - ends[1:-1])
    filters = np.clip(np.minimum(rise, fall), 0, None)
    deaf = ~filters.any(axis=1)
    if deaf.any():
        raise InputError(
            f"log_mel: {bands} bands",
            expected=f"triangles that are wider than {rate / size:g} Hz, the distance of "
            "frequencies in a window",
            got=f"{int(deaf.sum())} that lie between two of them",
            fix="take fewer bands, or longer windows",
        )
    return filters


def in_mel(hertz: float) -> float:
    """m(f) = 2595 log₁₀(1 + f / 700)."""
    return 2595 * np.log10(1 + hertz / 700)


def in_hertz(mel: np.ndarray) -> np.ndarray:
    """f(m), the inverse."""
    return 700 * (10 ** (mel / 2595) - 1)


def checked(
    samples: np.ndarray, rate: int, window: float, step: float
) -> tuple[np.ndarray, int, int]:
    """Samples of one window or more, and how many a window and a step have."""
    x = np.asarray(samples, np.float64)
    width, hop = round(window * rate), round(step * rate)
    if x.ndim != 1 or not len(x):
        raise InputError(
            "log_mel: samples",
            expected="one channel, shape (n,)",
            got=f"shape {x.shape}",
            fix="give `sound.mono`, or one of the columns of `sound.samples`",
        )
    if width < 2 or hop < 1:
        raise InputError(
            "log_mel: window and step",
            expected=f"2 samples or more, and 1 or more, of 1/{rate} seconds each",
            got=f"{window} and {step} seconds",
            fix="leave them out, for 25 and 10 milliseconds",
        )
    return np.pad(x, (0, max(width - len(x), 0))), width, hop
