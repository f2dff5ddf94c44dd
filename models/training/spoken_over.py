"""A person who speaks while we do: what the skill's own echo canceller makes of both.

A recogniser that knows only clean speech and noise takes what the canceller leaves, and what it does to the
person, for words of its own.
"""

from __future__ import annotations

import numpy as np
import scipy.signal

from voice_skill.hearing.echo import HOP, EchoFilter, Softener

from .corpus import Samples
from .features import Floats
from .noise import Surroundings, room_response

LEAD = 2.0
"""Seconds that we have been speaking when the person begins: the filter knows the room by then, not well."""


def over_our_voice(
    heard: Floats, voices: list[Samples], around: Surroundings, chance: np.random.Generator
) -> Floats:
    """The sound `heard` while one of the `voices` is ours, after the canceller; `LEAD` is cut off its start.

    Our echo is 15 dB softer to 8 dB louder than what is heard after `LEAD`.
    """
    start = int(LEAD * 16000)
    ours = _our_voice(len(heard), voices, chance)
    echo = _at_the_microphone(ours, around, chance)
    loudness = np.sqrt(np.mean(heard[start:] ** 2)) + 1.0
    echo *= loudness * 10 ** (chance.uniform(-15, 8) / 20) / (np.sqrt(np.mean(echo**2)) + 1.0)
    both = np.clip(np.rint(heard + echo), -32768, 32767)
    return _cancelled(both, ours, float(np.mean(echo**2) / np.mean(ours**2)))[start:]


def _our_voice(length: int, voices: list[Samples], chance: np.random.Generator) -> Floats:
    """One utterance after the other until it is long enough, begun anywhere in the first."""
    said: list[Samples] = [np.zeros(0, np.int16)]
    while sum(map(len, said)) < length + 80000:
        said.append(voices[int(chance.integers(len(voices)))])
    begin = int(chance.integers(80000))
    ours = np.concatenate(said)[begin : begin + length].astype(np.float32)
    wanted = 10 ** chance.uniform(3.0, 3.7)
    louder = ours * (wanted / (np.sqrt(np.mean(ours**2)) + 1.0))
    return np.asarray(np.clip(louder, -32768, 32767), np.float32)


def _at_the_microphone(ours: Floats, around: Surroundings, chance: np.random.Generator) -> Floats:
    """From a loudspeaker, half of them small ones that bend loud sound, through a room."""
    if chance.random() < 0.5:
        top = np.float32(np.abs(ours).max() / chance.uniform(0.3, 1.5) + 1.0)
        ours = top * np.tanh(ours / top)
    response = room_response(around.rooms, chance)
    delayed = np.concatenate([np.zeros(int(chance.uniform(0, 0.03) * 16000), np.float32), response])
    return np.asarray(scipy.signal.oaconvolve(ours, delayed)[: len(ours)], np.float32)


def _cancelled(heard: Floats, played: Floats, gain: float) -> Floats:
    """What is left; the softener gives each step one late, which is made up for."""
    echo_filter, softener = EchoFilter(), Softener()
    echo_filter.expect(float(np.clip(gain, 1e-6, 1.0)))
    steps = -(-len(heard) // HOP) + 1
    both = np.zeros((2, steps * HOP))
    both[0, : len(heard)], both[1, : len(heard)] = heard, played
    clean = [
        softener.step(echo_filter.step(one, ours), echo_filter.echo, echo_filter.unsure)
        for one, ours in zip(*both.reshape(2, steps, HOP), strict=True)
    ]
    return np.concatenate(clean)[HOP : HOP + len(heard)].astype(np.float32)
