"""How a room sounds: what the loudspeaker plays, what a person says, and noise, as a microphone hears them.

Levels are held against those of the person, whose voice has a loudness of 2,000 of 32,767.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from voice_skill.audio.sound import SPEECH_RATE, Samples, resample
from voice_skill.speaking.voice import Voice

Wave = npt.NDArray[np.float64]

RATE = SPEECH_RATE
BLOCK = 640
"""Samples of a step: 40 ms."""
LOUDNESS = 2000.0
"""Root of the mean square of a person who speaks near the microphone, of 32,767."""


@dataclass
class Acoustics:
    """How the room sounds."""

    response: Wave = field(default_factory=lambda: np.ones(1))
    """From the loudspeaker to the microphone; scaled to an energy of 1 when used."""
    echo: float | None = 0.0
    """Decibels of our voice in the microphone, against the person's; None for a room without echo."""
    delay: float = 0.18
    """Seconds from our hands to the microphone, buffers included."""
    noise: Wave = field(default_factory=lambda: np.zeros(0))
    """Played round and round."""
    noise_below: float = 60.0
    """Decibels of the noise below the person's voice."""
    curve: float = 0.0
    """How far a small loudspeaker bends loud sound; 0 for a good one."""
    drift: float = 0.0
    """Millionths by which the loudspeaker's clock is slower than the microphone's, 0 to 100."""
    person: float = 0.0
    """Decibels by which the person speaks louder than usual."""
    swallows: float = 0.0
    """Seconds that the loudspeaker loses each time its stream is opened, as Bluetooth does."""


class Air:
    """The sum of all that sounds at the microphone, step by step."""

    def __init__(self, acoustics: Acoustics, voice: Voice, volume: float) -> None:
        """``voice`` and ``volume`` tell how loud the skill speaks, so that its echo is as loud as wished."""
        self.acoustics = acoustics
        self._person: Wave = np.zeros(0)
        self._echoes: Wave = np.zeros(0)
        self._noise_at = self._time = 0
        self._gain = echo_gain(voice, volume, acoustics.echo or 0.0)
        self._spectra: dict[int, npt.NDArray[np.complex128]] = {}

    def says(self, wave: Wave, now: float) -> float:
        """The person begins to say it now; gives when it ends."""
        wave = wave * 10 ** (self.acoustics.person / 20)
        self._person = _added(self._person, wave, max(len(self._person), len(wave)))
        return now + len(wave) / RATE

    def heard(self, out: Samples) -> Samples:
        """What the microphone gets in the step in which this was played."""
        if self.acoustics.echo is not None and out.any():
            wave = out.astype(np.float64) * self._gain
            if self.acoustics.curve:
                top = self.acoustics.curve * 32767
                wave = top * np.tanh(wave / top)
            wait, wave = self._late(wave)
            reply = np.concatenate([np.zeros(wait), self._convolved(wave)])
            self._echoes = _added(self._echoes, reply, max(len(self._echoes), len(reply)))
        self._time += BLOCK
        total = _taken(self._person, BLOCK) + _taken(self._echoes, BLOCK) + self._noise()
        self._person, self._echoes = self._person[BLOCK:], self._echoes[BLOCK:]
        mixed: Samples = np.clip(np.rint(total), -32768, 32767).astype(np.int16)
        return mixed

    def _late(self, wave: Wave) -> tuple[int, Wave]:
        """Samples for which it is under way, and the wave, later by what is left of a sample.

        With two clocks that drift apart, each piece is a little later than the one before.
        """
        if not self.acoustics.drift:
            return round(self.acoustics.delay * RATE), wave
        whole, part = divmod(self.acoustics.delay * RATE + self._time * self.acoustics.drift * 1e-6, 1.0)
        places = np.arange(-15, 17) - part
        return int(whole) - 15, np.convolve(wave, np.sinc(places) * (0.5 + 0.5 * np.cos(np.pi * places / 16)))

    def _noise(self) -> Wave:
        noise = self.acoustics.noise
        if not len(noise):
            noise = self.acoustics.noise = np.random.default_rng(7).normal(0, 1, 10 * RATE)
        scale = LOUDNESS * 10 ** (-self.acoustics.noise_below / 20)
        places = (self._noise_at + np.arange(BLOCK)) % len(noise)
        self._noise_at += BLOCK
        piece: Wave = noise[places] * scale
        return piece

    def _convolved(self, wave: Wave) -> Wave:
        response = self.acoustics.response
        size = 1 << (len(wave) + len(response)).bit_length()
        if size not in self._spectra:
            self._spectra[size] = np.fft.rfft(response / np.sqrt(np.sum(response**2)), size)
        full: Wave = np.fft.irfft(np.fft.rfft(wave, size) * self._spectra[size], size)
        return full[: len(wave) + len(response)]


def echo_gain(voice: Voice, volume: float, echo: float) -> float:
    """What brings a sentence of ours to so many decibels of the person's loudness, in the microphone."""
    sound = resample(voice.render("Let go, and let the leg rest. Breathe out slowly."), RATE)
    return LOUDNESS * 10 ** (echo / 20) / (loudness(sound.samples.astype(np.float64)) * volume)


def loudness(wave: Wave) -> float:
    """Root of the mean square of the parts that sound, of a voice with pauses."""
    pieces = wave[: len(wave) // 320 * 320].reshape(-1, 320)
    levels = np.sqrt(np.mean(pieces**2, axis=1))
    loud = levels[levels > 0.1 * levels.max()]
    return float(np.sqrt(np.mean(loud**2)))


def _added(long: Wave, short: Wave, length: int) -> Wave:
    total = np.zeros(length)
    total[: len(long)] = long
    total[: len(short)] += short
    return total


def _taken(wave: Wave, length: int) -> Wave:
    piece = wave[:length]
    return np.concatenate([piece, np.zeros(length - len(piece))])


def computed_response(seconds: float = 0.3, seed: int = 11) -> Wave:
    """A response made up of noise: direct sound, then so many seconds of reverberation to -60 dB."""
    chance = np.random.default_rng(seed)
    times = np.arange(round(seconds * RATE)) / RATE
    tail: Wave = chance.normal(0, 0.12, len(times)) * 10 ** (-3 * times / seconds)
    tail[0] = 1.0
    return tail
