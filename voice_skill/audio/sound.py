"""Sound as numbers: 16-bit mono samples with their rate, and what we do to them.

Pure.  ``resample`` works on whole sentences at once, where one Fourier transform does it without a
filter to design or a further dependency; it is not meant for streams.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.int16]

SPEECH_RATE = 16_000
"""Samples a second that the models are made for; Vosk brings higher rates down to it, not lower ones up."""

_GUARD_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Sound:
    """A finished piece of sound."""

    samples: Samples
    """Mono, full scale at +-32,767."""
    rate: int
    """Samples a second, 8,000 to 48,000 in practice."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


def empty(rate: int = SPEECH_RATE) -> Sound:
    """No sound at all."""
    return Sound(np.zeros(0, dtype=np.int16), rate)


def silence(seconds: float, rate: int) -> Samples:
    """Nothing but zeros."""
    return np.zeros(round(seconds * rate), dtype=np.int16)


def from_floats(wave: npt.NDArray[np.float64]) -> Samples:
    """Round to 16 bits; what is louder than full scale is clipped, never wrapped round."""
    clipped: Samples = np.clip(np.rint(wave), -32768, 32767).astype(np.int16)
    return clipped


def resample(sound: Sound, rate: int) -> Sound:
    """Change the rate without changing pitch or length (to within one sample)."""
    if rate == sound.rate or not len(sound.samples):
        return Sound(sound.samples, rate)
    step = sound.rate // int(np.gcd(sound.rate, rate))
    # Zeros on both sides: a Fourier transform takes the end to be the neighbour of the beginning.
    guard = -(-round(sound.rate * _GUARD_SECONDS) // step) * step
    whole = -(-(len(sound.samples) + 2 * guard) // step) * step
    padded = np.zeros(whole)
    padded[guard : guard + len(sound.samples)] = sound.samples
    wanted = whole // step * (rate * step // sound.rate)
    spectrum = np.fft.rfft(padded)
    kept = min(len(spectrum), wanted // 2 + 1)
    wave = np.fft.irfft(spectrum[:kept], wanted) * (wanted / whole)
    start = guard // step * (rate * step // sound.rate)
    length = round(len(sound.samples) * rate / sound.rate)
    return Sound(from_floats(wave[start : start + length]), rate)


def trimmed(sound: Sound, threshold: int = 150, margin: float = 0.02) -> Sound:
    """Cut the silence off both ends, so that the pauses between sentences are ours alone.

    ``threshold`` is the size of a sample that counts as sound, ``margin`` the seconds left standing on
    either side.  Sound that never reaches the threshold becomes empty.
    """
    loud = np.flatnonzero(np.abs(sound.samples.astype(np.int32)) > threshold)
    if not len(loud):
        return empty(sound.rate)
    spare = round(margin * sound.rate)
    first = max(0, int(loud[0]) - spare)
    return Sound(sound.samples[first : int(loud[-1]) + 1 + spare], sound.rate)
