"""What a bedroom adds to a voice: noise, other voices, echo of the room, distance.

With recordings (`--noise DIR`: folders `esc10`, `steady` and `rooms`) real noise and rooms are mixed in
beside calculated ones; without, only calculated ones. What must stay out of training, to measure with later,
is listed here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.signal

from .features import Floats

HELD_OUT = ("_fold5", "noise5", "air_conditioner", "room5")
"""Recordings whose name contains one of these are never trained on."""


@dataclass
class Surroundings:
    """Noise recordings and room responses at 16 kHz; either list may be empty."""

    noises: list[Floats] = field(default_factory=list)
    rooms: list[Floats] = field(default_factory=list)


def read_surroundings(folder: Path | None) -> Surroundings:
    """Reads the noise folder; None gives calculated noise and rooms only."""
    found = Surroundings()
    if folder is None:
        return found
    for path in sorted([*folder.glob("*/*.wav"), *folder.glob("*/*.opus"), *folder.glob("*/*.ogg")]):
        if not any(mark in path.stem for mark in HELD_OUT):
            sound = read_sound(path)
            if path.parent.name == "rooms":
                found.rooms.append(sound[int(np.argmax(np.abs(sound))) :][:16000])
            elif np.abs(sound).max() > 0:
                found.noises.append(sound / np.sqrt(np.mean(sound**2)))
    return found


def read_sound(path: Path) -> Floats:
    """A recording as 16 kHz mono, -32768..32767."""
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples[:, 0] * 32768.0
    if rate != 16000:
        divisor = int(np.gcd(rate, 16000))
        mono = scipy.signal.resample_poly(mono, 16000 // divisor, rate // divisor)
    return np.asarray(mono, np.float32)


def coloured(length: int, slope: float, chance: np.random.Generator) -> Floats:
    """Noise whose power falls with frequency to the power `slope` (0 white, 1 pink, 2 brown); power 1."""
    size = scipy.fft.next_fast_len(length, real=True)
    spectrum = scipy.fft.rfft(chance.standard_normal(size, dtype=np.float32))
    spectrum *= (1.0 + np.arange(len(spectrum))) ** np.float32(-slope / 2)
    return _unit(scipy.fft.irfft(spectrum, size)[:length])


def hum(length: int, chance: np.random.Generator) -> Floats:
    """A mains or motor hum with its harmonics and a little hiss; power 1."""
    pitch, now = chance.uniform(45, 250), np.arange(length, dtype=np.float32) / 16000.0
    tone = sum(
        chance.uniform(0.1, 1) / k * np.sin(2 * np.pi * pitch * k * now + chance.uniform(0, 6.28))
        for k in range(1, 9)
    )
    return _unit(tone + 0.1 * coloured(length, 1.0, chance))


def recorded(length: int, noises: list[Floats], chance: np.random.Generator) -> Floats:
    """A random piece of a random recording, repeated if it is too short; power of the whole recording 1."""
    noise = noises[int(chance.integers(len(noises)))]
    start = int(chance.integers(len(noise)))
    return np.take(noise, np.arange(start, start + length), mode="wrap")


def any_noise(length: int, noises: list[Floats], chance: np.random.Generator) -> Floats:
    """Recorded noise in half of the cases if there is any, else coloured noise or hum."""
    kind = chance.random()
    if noises and kind < 0.5:
        return recorded(length, noises, chance)
    return hum(length, chance) if kind > 0.9 else coloured(length, chance.uniform(-0.5, 2), chance)


def calculated_room(chance: np.random.Generator) -> Floats:
    """A room response: the direct sound and a decaying tail (0.1-0.7 s to fall by 60 dB)."""
    decay = chance.uniform(0.1, 0.7)
    now = np.arange(int(16000 * min(0.5, decay)), dtype=np.float32) / 16000.0
    tail = chance.standard_normal(len(now), dtype=np.float32) * np.exp(-6.9 * now / decay)
    tail = tail / np.sqrt(np.sum(tail**2)) * 10 ** chance.uniform(-0.8, 0.1)
    response: Floats = np.concatenate(
        [np.ones(1, np.float32), np.zeros(32, np.float32), tail.astype(np.float32)]
    )
    return response


def room_response(rooms: list[Floats], chance: np.random.Generator) -> Floats:
    """How a random room answers, recorded or calculated."""
    if rooms and chance.random() < 0.4:
        return rooms[int(chance.integers(len(rooms)))]
    return calculated_room(chance)


def reverberate(sound: Floats, rooms: list[Floats], chance: np.random.Generator) -> Floats:
    """The sound in a random room at its old length."""
    response = room_response(rooms, chance)
    return np.asarray(scipy.signal.oaconvolve(sound, response)[: len(sound)], np.float32)


def _unit(sound: npt.ArrayLike) -> Floats:
    array = np.asarray(sound, np.float32)
    return np.asarray(array / (np.sqrt(np.mean(array**2)) + 1e-9), np.float32)
