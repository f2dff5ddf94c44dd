"""One utterance as it might have sounded in a bedroom: other speed, room, noise and distance."""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.signal

from .corpus import Samples
from .features import Floats
from .noise import Surroundings, any_noise, reverberate
from .spoken_over import LEAD, over_our_voice

Labels = list[tuple[int, float]]

SPOKEN_OVER, SHORT_SPOKEN_OVER = 0.03, 0.12
"""Share of utterances that are said while we speak, and of short ones: they are what is said then.

Each takes fifty times as long to prepare as another."""
SHORT = 1.6 * 16000
"""Samples of the longest short one."""


def augment(
    sound: Samples, phones: Labels, around: Surroundings, voices: list[Samples], chance: np.random.Generator
) -> tuple[Floats, Labels]:
    """A changed copy of `sound` and of its labels. `voices`: other utterances, for babble and for us."""
    speed = chance.uniform(0.85, 1.2) if chance.random() < 0.7 else 1.0
    heard = change_speed(sound.astype(np.float32), speed)
    before, after = chance.uniform(0.02, 0.6), chance.uniform(0.05, 0.6)
    share = SPOKEN_OVER if len(sound) > SHORT else SHORT_SPOKEN_OVER
    spoken_over = bool(voices) and chance.random() < share
    lead = int(LEAD * 16000) if spoken_over else 0
    heard = np.concatenate(
        [np.zeros(lead + int(before * 16000), np.float32), heard, np.zeros(int(after * 16000), np.float32)]
    )
    labels = [(phone, end / speed + before) for phone, end in phones]
    labels = _with_edges(labels, before, (len(heard) - lead) / 16000)
    if chance.random() < 0.45:
        heard = reverberate(heard, around.rooms, chance)
    loudness = np.sqrt(np.mean(heard[lead:] ** 2)) + 1.0
    if chance.random() < 0.8:
        heard = heard + any_noise(len(heard), around.noises, chance) * loudness * 10 ** (
            -chance.uniform(0, 28) / 20
        )
    if voices and not spoken_over and chance.random() < 0.25:
        heard = heard + babble(len(heard), voices, chance) * loudness * 10 ** (-chance.uniform(5, 30) / 20)
    wanted = 32768 * 10 ** (chance.uniform(-48, -10) / 20)
    heard = np.clip(heard * (wanted / loudness), -32768, 32767).astype(np.float32)
    if spoken_over:
        heard = over_our_voice(heard, voices, around, chance)
    return heard, labels


def change_speed(sound: Floats, speed: float) -> Floats:
    """Faster and higher (speed > 1) or slower and lower, by resampling."""
    if speed == 1.0 or len(sound) < 2:
        return sound
    size = scipy.fft.next_fast_len(len(sound), real=True)
    padded = np.concatenate([sound, np.zeros(size - len(sound), np.float32)])
    changed = scipy.signal.resample(padded, max(2, scipy.fft.next_fast_len(int(size / speed), real=True)))
    return np.asarray(changed[: int(len(sound) / speed)], np.float32)


def babble(length: int, voices: list[Samples], chance: np.random.Generator) -> Floats:
    """Two to six other voices at once, power 1."""
    mixed = np.zeros(length, np.float32)
    for _ in range(int(chance.integers(2, 7))):
        voice = voices[int(chance.integers(len(voices)))].astype(np.float32)
        start = int(chance.integers(len(voice)))
        mixed += np.take(voice, np.arange(start, start + length), mode="wrap") / (
            np.sqrt(np.mean(voice**2)) + 1
        )
    return np.asarray(mixed / (np.sqrt(np.mean(mixed**2)) + 1e-6), np.float32)


def _with_edges(labels: Labels, before: float, until: float) -> Labels:
    """Adds the silence before and after to the labels."""
    labels = [(0, before), *labels] if labels[0][0] != 0 else labels
    if labels[-1][0] == 0:
        return [*labels[:-1], (0, until)]
    return [*labels, (0, until)]
