"""Whether a rendering can be what was asked for: a broken renderer also writes silence, noise, or a piece.

Pure.  The bounds leave a factor of two to what eSpeak NG makes of all that the bundle says, at 80 to 400
words a minute: there, seconds times rate are 8.7 to 17 for each letter of a sentence, and neighbouring
samples differ by half their own size at most.
"""

from __future__ import annotations

import numpy as np

from voice_skill.audio.sound import Sound

_LEAST, _MOST = 4.0, 30.0
"""Seconds times words a minute, for each letter."""
_SPARE = 10
"""Letters that a text may sound longer by than it is: "I" takes as long as four of a longer word's."""
_DIGIT = 8
"""Letters that a digit may stand for: 111 is "one hundred eleven"."""
_STEEPEST = 1.0
"""Mean step between samples, in mean sizes of a sample; noise has 1.4, so has speech with bytes swapped."""


def trouble_with(sound: Sound, text: str, rate: int) -> str:
    """What is wrong with the trimmed sound of the text at ``rate`` words a minute; empty when nothing is."""
    if not len(sound.samples):
        return "it wrote only silence"
    letters = sum(letter.isalpha() for letter in text)
    digits = sum(letter.isdigit() for letter in text)
    if sound.seconds * rate < _LEAST * (letters + digits):
        return "it wrote half a sentence"
    # Of other scripts the engine may name each character.
    if text.isascii() and sound.seconds * rate > _MOST * (letters + _DIGIT * digits + _SPARE):
        return "it wrote a drawl"
    wave = sound.samples.astype(np.float64)
    if np.abs(np.diff(wave)).sum() > _STEEPEST * np.abs(wave).sum():
        return "it wrote noise"
    return ""
