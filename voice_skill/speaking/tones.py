"""Three short, soft sounds, made of sine waves on the spot.

Pure.  They must not wake a sleeping partner: low pitches, no sharp beginning, a fifth of full scale.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice_skill.audio.sound import Samples, from_floats
from voice_skill.messages import Tone

_PEAK = 6500.0

# Each tone is a row of (pitch in hertz, seconds).  Rising invites, falling releases, one knock just counts.
_NOTES: dict[Tone, tuple[tuple[float, float], ...]] = {
    "listening": ((392.0, 0.11), (523.3, 0.16)),
    "halfway": ((440.0, 0.12),),
    "ease": ((523.3, 0.16), (392.0, 0.16), (329.6, 0.24)),
}


def tone(name: Tone, rate: int) -> Samples:
    """Make the samples of an earcon at ``rate`` a second; a quarter to half a second."""
    return from_floats(np.concatenate([_note(pitch, seconds, rate) for pitch, seconds in _NOTES[name]]))


def _note(pitch: float, seconds: float, rate: int) -> npt.NDArray[np.float64]:
    count = round(seconds * rate)
    at = np.arange(count) / rate
    # Sine squared begins and ends at zero with no slope: no click, and no attack to startle anyone.
    envelope = np.sin(np.pi * np.arange(count) / count) ** 2
    softly: npt.NDArray[np.float64] = _PEAK * envelope * np.sin(2 * np.pi * pitch * at)
    return softly
