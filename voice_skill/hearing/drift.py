"""Where our echo is while two clocks drift apart: its place and how fast that moves, by a Kalman filter.

Pure.  A loudspeaker and a microphone with clocks of their own differ by 20 to 100 millionths as a rule: our
echo then comes up to a sample and a half later each second, which is more than the canceller's filter can
follow.  Where it is can be read to a fraction of a sample; after ten seconds of speech its pace is known to
some millionths, and our samples can be given to the filter as late as they will arrive.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float64]

SPARE = 16
"""Samples that are needed to either side of what is read between two."""

_AT_MOST = 200e-6
"""Samples a sample by which a crystal may be wrong, and two of them may differ."""
_USUAL = 50e-6
"""By which two of them differ as a rule."""
_READ = 0.3
"""Samples by which the place is read wrongly as a rule."""
_WANDERS = 3e-8
"""By which the pace changes in the square root of a second, as the devices grow warm."""
_CLEARLY, _SURELY = 3.0, 3e-6
"""How many times its usual error a pace must be to be followed, or how small that error: to follow what only
seems to move costs more than it brings."""
_SECOND = 16_000


class Drift:
    """One echo, from when it was found; times and places in samples."""

    def __init__(self) -> None:
        self._pace = 0.0
        self._place = 0.0
        self._at = 0
        self._doubt = np.diag([_READ**2, _USUAL**2])

    @property
    def pace(self) -> float:
        """Samples by which the echo comes later with each sample; 0 until it clearly moves at all."""
        error = float(np.sqrt(self._doubt[1, 1]))
        return self._pace if error < _SURELY or abs(self._pace) > _CLEARLY * error else 0.0

    def found(self, place: float, at: int) -> None:
        """It is at this place now; what is known of the pace still holds, since the clocks are the same."""
        self._doubt = np.diag([_READ**2, self._after(at)[1, 1]])
        self._place, self._at = place, at

    def doubt(self) -> None:
        """Another device may have come, with a clock of its own: the pace must show anew."""
        self._doubt[1, 1] = _USUAL**2

    def move(self, samples: int) -> None:
        """Count places from another beginning."""
        self._place += samples

    def place(self, at: int) -> float:
        """Where it is to be expected."""
        return self._place + self._pace * (at - self._at)

    def unsure(self, at: int) -> float:
        """Samples by which that may be wrong, with 5 chances in 100 that it is more."""
        return 2 * float(np.sqrt(self._after(at)[0, 0]))

    def seen(self, place: float, at: int) -> None:
        """It was read off at a place."""
        doubt = self._after(at)
        gain = doubt[:, 0] / (doubt[0, 0] + _READ**2)
        off = place - self.place(at)
        self._place, self._at = self.place(at) + gain[0] * off, at
        self._pace = float(np.clip(self._pace + gain[1] * off, -_AT_MOST, _AT_MOST))
        self._doubt = doubt - np.outer(gain, doubt[0])

    def _after(self, at: int) -> Wave:
        """The doubt of place and pace at a later time."""
        since = at - self._at
        move = np.array([[1.0, since], [0.0, 1.0]])
        grown: Wave = move @ self._doubt @ move.T
        wandered = _WANDERS**2 / _SECOND * since
        grown += wandered * np.array([[since**2 / 3, since / 2], [since / 2, 1.0]])
        return grown


def top(heights: Wave, around: int) -> float:
    """The place of a top between the samples, by the parabola through it and its neighbours."""
    if not 0 < around < len(heights) - 1:
        return float(around)
    left, middle, right = heights[around - 1 : around + 2]
    bend = left - 2 * middle + right
    return around + (float(0.5 * (left - right) / bend) if bend < 0 else 0.0)


def shifted(wave: Wave, part: float) -> Wave:
    """A wave read ``part`` of a sample (0 to 1) later, without what ``SPARE`` hides at its ends.

    Sample 0 of it lies at ``SPARE - 1 + part`` of the wave; it is shorter by ``2 * SPARE - 1``.
    """
    places = np.arange(-SPARE + 1, SPARE + 1) - part
    return np.convolve(wave, (np.sinc(places) * (0.5 + 0.5 * np.cos(np.pi * places / SPARE)))[::-1], "valid")
