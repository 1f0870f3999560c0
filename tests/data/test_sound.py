"""WAV files of all widths, spectrograms against SciPy, and sequences of different lengths."""

from __future__ import annotations

import struct
import wave

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import log_mel, read_wav, stacked
from gradus.data.sound.spectrogram import mel_filters

SAMPLES = np.array([0.0, 0.5, -0.25, -1.0])


def written(path, samples, width, channels=1):
    """A WAV file of samples from −1 to 1, by hand for each width."""
    scaled = np.round(samples * 2 ** (8 * width - 1)).astype(int)
    content = b"".join(
        bytes([n + 128]) if width == 1 else int(n).to_bytes(width, "little", signed=True)
        for n in scaled.ravel()
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes(content)
    return path


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_samples_of_every_width_are_fractions(tmp_path, width):
    sound = read_wav(written(tmp_path / "a.wav", SAMPLES, width))
    assert sound.samples.dtype == np.float32
    np.testing.assert_allclose(sound.samples, SAMPLES[:, None], atol=1e-9)
    assert (sound.rate, sound.seconds) == (8000, 4 / 8000)


def test_channels_stand_side_by_side(tmp_path):
    both = np.stack([SAMPLES, -SAMPLES / 2], axis=1)
    sound = read_wav(written(tmp_path / "a.wav", both, 2, channels=2))
    np.testing.assert_allclose(sound.samples, both)
    np.testing.assert_allclose(sound.mono, SAMPLES / 4)


def floating(path):
    """A file of one floating-point sample: format 3."""
    form = struct.pack("<HHIIHH", 3, 1, 8000, 32000, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<If", 4, 0.5)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


FOREIGN = {
    "cut off": (lambda p: p.write_bytes(written(p, SAMPLES, 2).read_bytes()[:-3]), "5 of 8 bytes"),
    "no header": (lambda p: p.write_bytes(b"RIFF"), "ends within its header"),
    "text": (lambda p: p.write_text("a,b\n1,2\n3,4\n"), "RIFF"),
    "floats": (floating, "floating-point samples"),
    "empty": (lambda p: p.write_bytes(b""), "a file of no bytes"),
    "no samples": (lambda p: written(p, SAMPLES[:0], 2), "no samples"),
    "missing": (lambda p: None, "no file of that name"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_other_files_are_refused_by_name(tmp_path, name):
    make, words = FOREIGN[name]
    make(tmp_path / "odd.wav")
    with pytest.raises(InputError) as refusal:
        read_wav(tmp_path / "odd.wav")
    assert "odd.wav" in str(refusal.value)
    assert words in str(refusal.value)


def test_spectrograms_are_those_of_the_formula():
    """Windows by SciPy's short-time transform, triangles one by one, in double precision."""
    signal = pytest.importorskip("scipy.signal")
    x = np.random.default_rng(0).normal(size=1000)
    hann = signal.get_window("hann", 200)
    frames = np.stack([x[i : i + 200] for i in range(0, 801, 80)])
    power = np.abs(np.stack([np.fft.fft(hann * frame, 256)[:129] for frame in frames])) ** 2
    mel = np.linspace(2595 * np.log10(1 + 20 / 700), 2595 * np.log10(1 + 4000 / 700), 12)
    ends = 700 * (10 ** (mel / 2595) - 1)
    expected = np.zeros((11, 10))
    for b in range(10):
        for f in range(129):
            hertz = f * 8000 / 256
            up = (hertz - ends[b]) / (ends[b + 1] - ends[b])
            down = (ends[b + 2] - hertz) / (ends[b + 2] - ends[b + 1])
            expected[:, b] += max(0, min(up, down)) * power[:, f]
    np.testing.assert_allclose(log_mel(x, 8000, 10), np.log(expected + 1e-6), atol=1e-5)


def test_a_tone_is_loud_in_its_band_and_silence_is_quiet():
    t = np.arange(4000) / 8000
    filters = mel_filters(20, 256, 8000)
    for hertz in (250, 1000, 3000):
        heard = log_mel(np.sin(2 * np.pi * hertz * t), 8000, 20).mean(axis=0)
        assert heard.argmax() == filters[:, round(hertz * 256 / 8000)].argmax()
    np.testing.assert_allclose(log_mel(np.zeros(300), 8000, 20), np.log(1e-6), rtol=1e-6)
    assert log_mel(np.ones(5), 8000, 20).shape == (1, 20)  # filled up to one window


WRONG = [
    (lambda: log_mel(np.zeros((100, 2)), 8000), "sound.mono"),
    (lambda: log_mel(np.zeros(0), 8000), "one channel"),
    (lambda: log_mel(np.zeros(800), 8000, window=0.0001), "window and step"),
    (lambda: log_mel(np.zeros(800), 8000, high=5000.0), "half the rate"),
    (lambda: log_mel(np.zeros(800), 8000, bands=100), "fewer bands"),
    (lambda: stacked([]), "none"),
    (lambda: stacked([np.zeros((2, 3)), np.zeros((2, 4))]), "equal features"),
    (lambda: stacked([np.zeros((0, 3))]), "a step or more"),
]


@pytest.mark.parametrize(("use", "message"), WRONG, ids=[m for _, m in WRONG])
def test_wrong_use_is_answered(use, message):
    with pytest.raises(InputError) as refusal:
        use()
    assert message in str(refusal.value)


def test_long_sequences_lose_their_end():
    x, mask = stacked([np.arange(6.0).reshape(3, 2), np.ones((1, 2))], length=2)
    np.testing.assert_array_equal(x, [[[0, 1], [2, 3]], [[1, 1], [0, 0]]])
    np.testing.assert_array_equal(mask, [[1, 1], [1, 0]])
