"""Samples of a sound from a WAV file."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.data.tables import check_file

OTHER_FORMS = {
    "unknown format: 3": "floating-point samples",
    "unknown format: 65534": "the extended form, which Python before 3.12 does not read",
}


class Sound(NamedTuple):
    """Samples of a sound.

    Arguments:
        samples: from −1 to below 1, shape (n, channels), float32.
        rate: samples per second.

    >>> sound = Sound(np.zeros((4000, 2), np.float32), rate=8000)
    >>> sound.mono.shape, sound.seconds
    ((4000,), 0.5)
    """

    samples: np.ndarray
    rate: int

    @property
    def mono(self) -> np.ndarray:
        """The mean of the channels, shape (n,)."""
        return self.samples.mean(axis=1)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate


def read_wav(path: str | Path) -> Sound:
    """Read a WAV file of whole numbers (PCM) of 8, 16, 24 or 32 bits, mono or of many channels.

    Samples are divided by 2ᵇ⁻¹, b the bits; those of 8 bits are stored from 0 to 255, around 128.

    Raises InputError for a file that is missing, empty, no WAV file, cut off, or of another form,
    such as compressed or floating-point samples.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "click.wav"
    >>> with wave.open(str(path), "wb") as file:
    ...     file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000)
    ...     file.writeframes(np.array([0, 16384, -32768], "<i2").tobytes())
    (None, None, None)
    >>> sound = read_wav(path)
    >>> sound.mono.tolist(), sound.rate
    ([0.0, 0.5, -1.0], 8000)
    """
    path = Path(path).expanduser()
    check_file(path)
    try:
        with wave.open(str(path), "rb") as file:
            form = file.getparams()
            content = file.readframes(form.nframes)
    except (wave.Error, EOFError) as error:
        raise refusal(path, str(error) or "a file that ends within its header") from None
    whole = form.nframes * form.nchannels * form.sampwidth
    if len(content) < whole or not form.nframes:
        got = f"{len(content):,} of {whole:,} bytes of samples" if whole else "no samples"
        raise refusal(path, got)
    samples = as_fractions(content, form.sampwidth)
    return Sound(samples.reshape(-1, form.nchannels), form.framerate)


def as_fractions(content: bytes, width: int) -> np.ndarray:
    """Samples of some bytes each as fractions from −1 to below 1, float32."""
    if width == 1:
        return (np.frombuffer(content, np.uint8).astype(np.float32) - 128) / 128
    if width == 3:  # as the upper three bytes of four
        bytes_each = np.zeros((len(content) // 3, 4), np.uint8)
        bytes_each[:, 1:] = np.frombuffer(content, np.uint8).reshape(-1, 3)
        content, width = bytes_each.tobytes(), 4
    numbers = np.frombuffer(content, f"<i{width}")
    return (numbers / 2.0 ** (8 * width - 1)).astype(np.float32)


def refusal(path: Path, got: object) -> InputError:
    """The refusal of a file that holds no samples we can read."""
    return InputError(
        f"{path.name} cannot be read",
        expected="a whole WAV file of PCM samples of 8, 16, 24 or 32 bits",
        got=OTHER_FORMS.get(str(got), got),
        fix="save it anew, for example: ffmpeg -i FILE -c:a pcm_s16le sound.wav",
    )
