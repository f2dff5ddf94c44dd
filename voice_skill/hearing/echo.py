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

from voice_skill.hearing.steady import SteadyNoise

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
_EXPECTED = 0.4
"""Share of the whole way's power that the first block may have."""

_LEAST = 0.15
"""The smallest gain of a frequency that holds only the rest of our echo."""
_OVER = 1.5
"""How many times the usual rest is still taken for rest."""
_DOUBTED = 0.1
"""Share of the filter's own doubt that is taken for rest; with all of it, "help" and "cramp" were lost."""
_RISE = 1.006
"""How the usual share of the rest grows in a step in which more is left: 5 dB in a second."""
_RING = 0.85
"""What stays of an echo's power in the room after a step."""
_HEARD = 1e4
"""Power of a frequency in a step, of 32,767 squared, below which nothing of ours is to be heard."""
_LINGER = 0.966
"""How the loudest echo of late falls in a step: 15 dB in a second."""
_CLEARLY = 2.5
"""How many times more than usual must be left to be somebody else's."""
_NOISE_RISE = 0.003
"""How the room's noise is let rise in a step while more is heard: 1.3 dB in a second.

Without it, rain as loud as what is left of us passed for what is usually left, and hid the person."""
_LEAST_USUAL = 0.008
"""21 dB below the loudest: however well the filter does, clocks that drift can cost it that much at once."""
_LEARNS_MORE, _LEARNS_LESS, _LEARNS_LITTLE = 1.01, 0.9987, 0.98
"""How the usual share goes up and down; quickly down at first, when the filter learns."""
_SPEECH = slice(6, 81)
"""The frequencies from 300 to 4,000 Hz."""


class EchoFilter:
    """The adaptive filter; one microphone, one loudspeaker."""

    def __init__(self) -> None:
        bins = HOP + 1
        self._played: Spectra = np.zeros((PARTS, bins), complex)
        self._power: Wave = np.zeros((PARTS, bins))
        self._weights: Spectra = np.zeros((PARTS, bins), complex)
        self._doubt: Wave = np.zeros((PARTS, bins))
        self._others: Wave = np.full(bins, 100.0 * HOP)
        self._before: Wave = np.zeros(HOP)
        self.echo: Wave = np.zeros(HOP)
        """What was taken out in the last step."""
        self.unsure: Wave = np.zeros(bins)
        """Power that may be left of our echo for each frequency, by what the filter knows of itself."""

        self.expect(1.0)

    def expect(self, gain: float) -> None:
        """Begin to learn a way that lets ``gain`` of our power through.

        To expect more would be to take the first words of ours for the whole way: that made them louder.
        """
        falling = _FALLING ** np.arange(PARTS)
        self._doubt = np.repeat(_EXPECTED * gain * falling, HOP + 1).reshape(PARTS, HOP + 1)

    def step(self, heard: Wave, played: Wave) -> Wave:
        """Take the echo of what was played out of what was heard; both ``HOP`` samples long."""
        self.pass_by(played)
        if not self._power.any():
            self.echo, self.unsure = np.zeros(HOP), np.zeros(HOP + 1)
            return heard
        self.echo = np.fft.irfft((self._played * self._weights).sum(axis=0))[HOP:]
        rest = heard - self.echo
        self._learn(np.fft.rfft(np.concatenate([np.zeros(HOP), rest])))
        return rest

    def pass_by(self, played: Wave) -> None:
        """Take in what was played in a step, and learn nothing from it."""
        self._played = np.roll(self._played, 1, axis=0)
        self._power = np.roll(self._power, 1, axis=0)
        now = np.fft.rfft(np.concatenate([self._before, played]))
        self._played[0], self._power[0] = now, now.real**2 + now.imag**2
        self._before = played

    def _learn(self, rest: Spectra) -> None:
        loudness = rest.real**2 + rest.imag**2
        own = self.unsure = 0.5 * (self._power * self._doubt).sum(axis=0)
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
    """Makes the rest of an echo softer, and tells whether there is more; gives each step 10 ms late."""

    def __init__(self) -> None:
        self._window: Wave = np.sqrt(0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * HOP) + 0.5) / HOP))
        self._rest: Wave = np.zeros(HOP)
        self._echo: Wave = np.zeros(HOP)
        self._tail: Wave = np.zeros(HOP)
        bins = HOP + 1
        self._steady = SteadyNoise(bins)
        self._ringing: Wave = np.zeros(bins)
        self._left: Wave = np.zeros(bins)
        self._share: Wave = np.full(bins, 0.5)
        self.others = 0.0
        """Power of the last step between 300 and 4,000 Hz that our echo does not explain."""
        self.total = 0.0
        """All of its power there."""
        self.sounds = False
        """Whether our voice may still be heard."""
        self.foreign = False
        """Whether more was heard in the last step than is ever left of our voice."""
        self._loudest = 0.0
        self._usual = 1.0
        self._noise = _HEARD

    def step(self, rest: Wave, echo: Wave, unsure: Wave) -> Wave:
        """Weigh what is left against what was taken away and against the filter's own doubt."""
        left = np.fft.rfft(self._window * np.concatenate([self._rest, rest]))
        taken = np.fft.rfft(self._window * np.concatenate([self._echo, echo]))
        self._rest, self._echo = rest, echo
        power = left.real**2 + left.imag**2
        self._steady.follow(power)
        gains = self._gains(power, taken.real**2 + taken.imag**2, unsure)
        wave = self._window * np.fft.irfft(gains * left)
        out: Wave = self._tail + wave[:HOP]
        self._tail = wave[HOP:]
        return out

    def _gains(self, left: Wave, taken: Wave, unsure: Wave) -> Wave:
        self._ringing = np.maximum(taken, _RING * self._ringing)
        self._left = 0.6 * self._left + 0.4 * left
        self.total = self.others = float(self._left[_SPEECH].sum())
        quieter = self.total < self._noise
        self._noise += 0.1 * (self.total - self._noise) if quieter else _NOISE_RISE * self._noise
        # From silence it would take most of a minute up to a loud fan, which would pass for our usual rest.
        self._noise = max(self._noise, float(self._steady.level[_SPEECH].sum()))
        self.sounds = bool(max(self._ringing.max(), unsure.max()) > _HEARD)
        self._loudest = max(float(taken[_SPEECH].sum()), _LINGER * self._loudest)
        if not self.sounds:
            self.foreign = False
            return np.ones_like(left)
        # The noise of the room is no rest of ours, or in rain the person would be softened with it.
        share = np.maximum(self._left - self._steady.level, 0.0) / (self._ringing + 1.0)
        slowly = np.minimum(share, self._share * _RISE)
        followed = np.where(share < self._share, 0.8 * self._share + 0.2 * share, slowly)
        self._share = np.clip(np.where(self._ringing > _HEARD, followed, self._share), 1e-4, 1.0)
        usual = np.maximum(_OVER * self._share * self._ringing, _DOUBTED * unsure)
        self.others = float(np.maximum(self._left - usual, 0.0)[_SPEECH].sum())
        self.foreign = self._is_foreign()
        gains: Wave = np.clip(1 - usual / (self._left + 1.0), _LEAST, 1.0)
        return gains

    def _is_foreign(self) -> bool:
        """Hold what is left against the loudest echo of late, since reverberation outlasts the filter.

        Its usual share is what nine steps of ten stay below.
        """
        excess = max(0.0, self.total - 2 * self._noise)
        share = excess / (self._loudest + self._noise + _HEARD)
        foreign = self.others > 0.5 * self.total and share > _CLEARLY * self._usual
        foreign &= excess > 2 * self._noise
        if share > self._usual:
            self._usual *= _LEARNS_MORE
        else:
            # Nothing above the noise says nothing about our rest.
            self._usual *= _LEARNS_LITTLE if 0 < share <= 0.1 * self._usual else _LEARNS_LESS
        self._usual = min(1.0, max(_LEAST_USUAL, self._usual))
        return foreign
