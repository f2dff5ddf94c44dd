"""Sound to log mel energies, exactly as the recogniser computes them.

Vosk computes 40 MFCCs from 40 mel bands: a cosine transform that loses nothing. The network is therefore
trained on the log mel energies, where noise, filters and voices can be imitated cheaply, and the cosine
transform is undone in the weights of its first layer when the model is written (`mfcc_to_mel`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

MELS = 40
HOP, WINDOW, FFT = 160, 400, 512
"""Samples between frames, in a frame, and in a frame filled up with zeros, at 16 kHz."""
SUBSAMPLING = 3
"""The network answers on every third frame."""
LIFTER = 22.0
CONF = """\
--use-energy=false
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=-400
--dither=1.0
"""
"""conf/mfcc.conf of the model. Dither 1.0 keeps digital silence from being minus infinity."""

Floats = npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def _window() -> Floats:
    """(400,): Kaldi's "povey" window."""
    curve = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW, dtype=np.float64) / (WINDOW - 1))
    return np.asarray(curve**0.85, np.float32)


@lru_cache(maxsize=1)
def _bands() -> Floats:
    """(257, 40): triangles that are even on the mel scale, 20-7600 Hz."""

    def to_mel(hertz: npt.ArrayLike) -> npt.NDArray[np.float64]:
        return np.asarray(1127.0 * np.log(1.0 + np.asarray(hertz, np.float64) / 700.0))

    low, high = to_mel(20.0), to_mel(7600.0)
    step = (high - low) / (MELS + 1)
    left = low + step * np.arange(MELS)
    place = to_mel(np.arange(FFT // 2 + 1) * 16000.0 / FFT)[:, None]
    triangles = np.minimum((place - left) / step, (left + 2 * step - place) / step)
    return np.asarray(np.maximum(0.0, triangles), np.float32)


def log_mel(samples: Floats, chance: np.random.Generator) -> Floats:
    """Log mel energies (frames, 40) of 16 kHz sound in 16-bit units (-32768..32767); 0 rows if too short."""
    if len(samples) < WINDOW:
        return np.zeros((0, MELS), np.float32)
    dithered = samples + chance.standard_normal(len(samples), dtype=np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(dithered, WINDOW)[::HOP].astype(np.float32)
    frames = frames - frames.mean(1, keepdims=True)
    frames[:, 1:] -= 0.97 * frames[:, :-1].copy()
    frames[:, 0] *= 0.03
    spectrum = np.fft.rfft(frames * _window(), FFT, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return np.asarray(np.log(np.maximum(power @ _bands(), np.finfo(np.float32).eps)), np.float32)


def mfcc_matrix() -> npt.NDArray[np.float64]:
    """(40, 40): MFCCs = this matrix times log mel energies (Kaldi's cosine transform and lifter)."""
    index = np.arange(MELS)
    cosine = np.sqrt(2.0 / MELS) * np.cos(np.pi / MELS * np.outer(index, index + 0.5))
    cosine[0] = np.sqrt(1.0 / MELS)
    lifter = 1.0 + 0.5 * LIFTER * np.sin(np.pi * index / LIFTER)
    matrix: npt.NDArray[np.float64] = lifter[:, None] * cosine
    return matrix


def mfcc_to_mel() -> npt.NDArray[np.float64]:
    """(40, 40): log mel energies = this matrix times MFCCs."""
    return np.asarray(np.linalg.inv(mfcc_matrix()), np.float64)


def frame_labels(phones: list[tuple[int, float]], frames: int) -> npt.NDArray[np.uint8]:
    """Pdf of every network answer: (ceil(frames / 3),) from (base phone, end in seconds).

    Every phone gets one answer at least, if there are enough: its neighbours give way.
    """
    answers = -(-frames // SUBSAMPLING)
    centres = (np.arange(answers) * SUBSAMPLING * HOP + WINDOW / 2) / 16000.0
    ends = np.searchsorted(centres, [end for _, end in phones])
    starts = np.concatenate([[0], ends[:-1]])
    for index in range(1, len(starts)):  # push right whatever has no room
        starts[index] = max(starts[index], starts[index - 1] + 1)
    limit = answers
    for index in range(len(starts) - 1, -1, -1):  # and back left from the end
        limit = starts[index] = min(starts[index], limit - 1)
    labels = np.zeros(answers, np.uint8)
    if starts[0] < 0:  # more phones than answers: not usable
        return labels[:0]
    starts[0] = 0
    for (phone, _), start, end in zip(phones, starts, [*starts[1:], answers], strict=True):
        labels[start:end] = 2 * phone + 1
        labels[start] = 2 * phone
    return labels
