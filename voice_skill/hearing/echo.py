"""Takes our own voice out of what the microphone hears: an adaptive filter, and what it leaves made softer.

Pure, at 16,000 samples a second, in steps of 10 ms.  The way from our samples to the microphone
(loudspeaker, room, microphone) is learned as 32 blocks of a filter in the frequency domain by a Kalman
filter for each frequency (Kuech, Mabande, Enzner: State-space architecture of the partitioned-block-based
acoustic echo controller, ICASSP 2014).  It learns fast while it knows little, and hardly at all from sound
that is somebody else's, so nobody needs to decide whether two are speaking at once.

What is left (the end of a long reverberation, what a small loudspeaker distorts) is then weighed for each
frequency against what was taken away, and made softer where it is no more than the usual rest.  That must
stay gentle: a canceller that makes us inaudible at the price of the person's "stop" is worse than none.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Wave: TypeAlias = npt.NDArray[np.float64]
Spectra: TypeAlias = npt.NDArray[np.complex128]

HOP = 160
"""Samples of a step."""
PARTS = 32
"""Steps that the filter reaches back: 320 ms of reverberation."""

_FORGET = 0.9997
"""What is left of the filter after a step; the rest is doubt, so that it follows somebody who moves."""
_OTHERS = 0.9
"""Smoothing over steps of the loudness of everything that is not our echo."""
_SURE = 1e-10
_FALLING = 10.0 ** (-3.0 * HOP / 16000)
"""How the first guess of the filter's power falls from one block to the next: 60 dB a second and a half."""


class EchoFilter:
    """The adaptive filter; one microphone, one loudspeaker."""

    def __init__(self) -> None:
        bins = HOP + 1
        self._played: Spectra = np.zeros((PARTS, bins), complex)
        self._power: Wave = np.zeros((PARTS, bins))
        self._weights: Spectra = np.zeros((PARTS, bins), complex)
        self._doubt: Wave = np.repeat(_FALLING ** np.arange(PARTS), bins).reshape(PARTS, bins)
        self._others: Wave = np.full(bins, 100.0 * HOP)
        self._before: Wave = np.zeros(HOP)
        self.echo: Wave = np.zeros(HOP)
        """What was taken out in the last step."""

    def step(self, heard: Wave, played: Wave) -> Wave:
        """Take the echo of what was played out of what was heard; both ``HOP`` samples long."""
        self._played = np.roll(self._played, 1, axis=0)
        self._power = np.roll(self._power, 1, axis=0)
        now = np.fft.rfft(np.concatenate([self._before, played]))
        self._played[0], self._power[0] = now, now.real**2 + now.imag**2
        self._before = played
        if not self._power.any():
            self.echo = np.zeros(HOP)
            return heard
        self.echo = np.fft.irfft((self._played * self._weights).sum(axis=0))[HOP:]
        rest = heard - self.echo
        self._learn(np.fft.rfft(np.concatenate([np.zeros(HOP), rest])))
        return rest

    def shift(self, steps: int) -> None:
        """Go on where the loudspeaker's samples will come so many steps later than before (or earlier)."""
        for rows, fresh in ((self._weights, 0.0), (self._doubt, 1.0)):
            moved = np.roll(rows, -steps, axis=0)
            if steps > 0:
                moved[-steps:] = fresh
            elif steps < 0:
                moved[:-steps] = fresh
            rows[:] = moved

    def _learn(self, rest: Spectra) -> None:
        loudness = rest.real**2 + rest.imag**2
        own = 0.5 * (self._power * self._doubt).sum(axis=0)
        others = np.maximum(loudness - own, 0.1 * loudness)
        self._others = _OTHERS * self._others + (1 - _OTHERS) * others
        pace = self._doubt / (own + self._others + 1e-3)
        change = np.fft.irfft(pace * self._played.conj() * rest, axis=1)
        change[:, HOP:] = 0  # a block of the filter is no longer than a step
        self._weights = _FORGET * (self._weights + np.fft.rfft(change, axis=1))
        kept = (1 - 0.5 * pace * self._power) * self._doubt
        known = self._weights.real**2 + self._weights.imag**2
        self._doubt = np.maximum(_FORGET**2 * kept + (1 - _FORGET**2) * known, _SURE)


class Softener:
    """Makes the rest of an echo softer; gives each step 10 ms late."""

    def __init__(
        self, least: float = 0.1, over: float = 2.0, rise: float = 1.006, ring: float = 0.85
    ) -> None:
        """``least``: the smallest gain; ``over``: how many times the usual rest is taken for rest.

        ``rise``: how the usual share grows in a step in which more is left; ``ring``: what stays of an echo's
        power after a step.
        """
        self._least, self._over, self._rise, self._ring = least, over, rise, ring
        self._window: Wave = np.sqrt(0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * HOP) + 0.5) / HOP))
        self._rest: Wave = np.zeros(HOP)
        self._echo: Wave = np.zeros(HOP)
        self._tail: Wave = np.zeros(HOP)
        bins = HOP + 1
        self._ringing: Wave = np.zeros(bins)
        self._left: Wave = np.zeros(bins)
        self._share: Wave = np.full(bins, 0.5)
        self.gain = 1.0
        """Mean gain of the last step between 300 and 4,000 Hz."""

    def step(self, rest: Wave, echo: Wave) -> Wave:
        """Weigh what is left against what was taken away."""
        left = np.fft.rfft(self._window * np.concatenate([self._rest, rest]))
        taken = np.fft.rfft(self._window * np.concatenate([self._echo, echo]))
        self._rest, self._echo = rest, echo
        gains = self._gains(left.real**2 + left.imag**2, taken.real**2 + taken.imag**2)
        wave = self._window * np.fft.irfft(gains * left)
        out: Wave = self._tail + wave[:HOP]
        self._tail = wave[HOP:]
        return out

    def _gains(self, left: Wave, taken: Wave) -> Wave:
        self._ringing = np.maximum(taken, self._ring * self._ringing)
        self._left = 0.6 * self._left + 0.4 * left
        if self._ringing.max() < 1e4:  # nothing of ours sounds
            self.gain = 1.0
            return np.ones_like(left)
        share = self._left / (self._ringing + 1.0)
        audible = self._ringing > 1e4
        slowly = np.minimum(share, self._share * self._rise)
        followed = np.where(share < self._share, 0.8 * self._share + 0.2 * share, slowly)
        self._share = np.clip(np.where(audible, followed, self._share), 1e-4, 1.0)
        usual = self._over * self._share * self._ringing
        gains: Wave = np.clip(1 - usual / (self._left + 1.0), self._least, 1.0)
        self.gain = float(gains[6:80].mean())
        return gains
