"""Decides when somebody has begun to speak, and when they have finished.

Pure, and in audio time: seconds are counted from the samples that went through, so a recording gives
the same answer at any speed.

The loudness of each block between 200 and 4,000 Hz (below is fans and traffic, above is hiss) is held
against a floor that follows the quietest recent sound.  Speech begins when it stands well above the floor
for a moment, and ends when it has been near the floor for long enough: a short while when what was
understood so far is already a whole request, a longer one when the person is sure to be looking for a word,
one in between when either may be.
Where the noise never lets go of the threshold (a partner who snores), the words decide: text that has not
changed for a while ends the speech as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Turn = Literal["quiet", "started", "speaking", "ended"]
Voices = Literal["room", "strange", "ours", "both", "astray"]
"""Whose voice a block may hold: anybody's while we are silent, hardly any but ours, another's over ours.

Strange: we speak, and the way through the room is too new to tell.
Astray: our own may just have been taken for another's, since the sound came at an unexpected moment."""

LONGEST = 15.0
"""Seconds after which speech is taken to have ended; a television never stops."""
_QUIETEST = -75.0
"""Decibels below full scale; digital silence is taken for this."""


def loudness(block: bytes, rate: int) -> float:
    """Loudness of 16-bit mono between 200 and 4,000 Hz, in decibels below full scale (-75 to 0)."""
    samples = np.frombuffer(block[: len(block) & ~1], "<i2").astype(np.float64)
    if len(samples) < 16:
        return _QUIETEST
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    low, high = (round(hertz * len(samples) / rate) for hertz in (200, 4000))
    # 3/8 is the mean square of the window; the factor 2 stands for the mirrored half of the spectrum.
    mean_square = 2 * float(power[low : high + 1].sum()) / (len(samples) ** 2 * 0.375)
    return max(_QUIETEST, 10 * float(np.log10(mean_square / 32768**2 + 1e-12)))


def _never(_: str) -> bool:
    return False


@dataclass
class Floor:
    """The loudness of the room when nobody speaks."""

    level: float = -50.0
    """Where it stands, in decibels below full scale."""
    fall: float = 0.3
    """Share of the way down that it goes with each block that is quieter."""
    rise: float = 1.5
    """Decibels a second that it climbs while the room is louder; slow, or long words would lift it."""

    def follow(self, level: float, seconds: float) -> None:
        """Take in one block."""
        if level < self.level:
            self.level += (level - self.level) * self.fall
        else:
            self.level = min(level, self.level + self.rise * seconds)


@dataclass
class Endpoint:
    """Decides, block by block, whether somebody is speaking; keeps the floor across utterances."""

    rate: int
    """Samples a second of the blocks."""
    complete: Callable[[str], bool] = bool
    """Whether a text is already a whole request."""
    understood: Callable[[str], bool] = _never
    """Whether it would be no surprise if this text were all, although more may come; asked in quiet, once for
    each text."""
    quiet_when_complete: float = 0.4
    """Seconds of quiet that end a whole request.  The network looks 0.19 s ahead and works in chunks of
    0.09 s, so after less the last word may be missing."""
    quiet_when_understood: float = 0.64
    """The same for what may be all: a pause for breath within a sentence lasts up to 0.6 s."""
    quiet_otherwise: float = 0.8
    """Seconds of quiet that end anything else."""
    steady_when_complete: float = 0.9
    """Seconds for which a whole request must not have changed to end the speech, however noisy it is."""
    steady_otherwise: float = 1.8
    """The same for any other text; spans a pause for thought and the word that follows it."""
    onset: float = 0.08
    """Seconds of sound that make a beginning; a click is shorter."""
    above: float = 9.0
    """Decibels over the floor at which speech begins."""
    still_above: float = 6.0
    """Decibels over the floor down to which it goes on; less than ``above`` so that soft endings count."""
    longest: float = LONGEST
    """Seconds after which speech is taken to have ended."""
    floor: Floor = field(default_factory=Floor)
    """Follows the room; outlives ``reset``."""
    now: float = 0.0
    """Audio time: seconds of sound processed so far."""
    last_voice_at: float = 0.0
    """Audio time of the end of the last block that held speech."""

    _started_at: float | None = None
    _rising: float = 0.0
    _text: str = ""
    _changed_at: float = 0.0
    _judged: str = ""
    _verdict: bool = False

    def reset(self) -> None:
        """Forget the utterance; the floor and the time go on."""
        self._started_at = None
        self._rising = 0.0
        self._text = ""
        self._changed_at = self.now

    def process(self, block: bytes, text: str, voices: Voices = "room") -> Turn:
        """Take in a block, with what has been understood up to it; after "ended" it starts afresh.

        Where hardly anybody but ourselves was heard, it is no voice, and no measure of the room.
        """
        seconds = len(block) / 2 / self.rate
        level = loudness(block, self.rate)
        self.now += seconds
        if text != self._text:
            self._text, self._changed_at = text, self.now
        voiced = level > self.floor.level + (self.above if self._started_at is None else self.still_above)
        voiced = voiced and voices != "ours"
        if voices != "ours":
            self.floor.follow(level, seconds)
        if voiced:
            self.last_voice_at = self.now
        if self._started_at is None:
            return self._await_speech(voiced, seconds)
        if self._has_ended():
            self.reset()
            return "ended"
        return "speaking"

    def _await_speech(self, voiced: bool, seconds: float) -> Turn:
        self._rising = self._rising + seconds if voiced else 0.0
        if self._rising + 1e-6 < self.onset:
            return "quiet"
        self._started_at = self._changed_at = self.now
        return "started"

    def _has_ended(self) -> bool:
        quiet = self.now - self.last_voice_at
        whole = bool(self._text) and self.complete(self._text)
        enough = self.quiet_when_complete if whole else self.quiet_otherwise
        steady = self.steady_when_complete if whole else self.steady_otherwise
        started_at = self.now if self._started_at is None else self._started_at
        return (
            quiet + 1e-6 >= enough
            or (quiet + 1e-6 >= self.quiet_when_understood and self._is_understood())
            or (bool(self._text) and self.now - self._changed_at + 1e-6 >= steady)
            or self.now - started_at >= self.longest
        )

    def _is_understood(self) -> bool:
        if self._text != self._judged:
            self._judged, self._verdict = self._text, self.understood(self._text)
        return self._verdict
