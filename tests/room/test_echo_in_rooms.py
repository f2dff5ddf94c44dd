"""Where our sound is taken to arrive, in rooms whose walls are louder than the direct way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from acoustics import computed_response
from voices import said_by

from voice_skill.audio.sound import SPEECH_RATE, from_floats, resample
from voice_skill.hearing.echo_path import EchoPath
from voice_skill.hearing.endpoint import Voices
from voice_skill.speaking.voice import Voice

Wave = npt.NDArray[np.float64]

BLOCK = 640
LINES = (
    "Often no cause is found. Tired muscles are the likeliest.",
    "Usually seconds to a few minutes. If one goes past ten minutes, phone your local health line.",
    "Sit on the edge of the bed with both feet flat. Straighten the right knee.",
)
WORDS = ("pause", "repeat", "louder", "slower", "it hurts", "yes please", "no thanks", "quieter")
LOUDNESS = 1500.0


@pytest.fixture(scope="module")
def ours() -> Wave:
    """Half a minute of our own speech, with a second between the lines."""
    voice = Voice()
    try:
        lines = [resample(voice.render(line), SPEECH_RATE).samples.astype(np.float64) for line in LINES]
    finally:
        voice.close()
    return np.concatenate([np.append(line, np.zeros(SPEECH_RATE)) for line in lines * 3])


def as_loud_as(wave: Wave, loudness: float) -> Wave:
    """Bring what sounds in it to an effective value."""
    now = float(np.sqrt(np.mean(wave[np.abs(wave) > 100] ** 2)))
    return wave * (loudness / now)


def spoken_over(length: int, voice: str) -> Wave:
    """A word every 2.6 seconds, from the eleventh second on."""
    said = np.zeros(length)
    for index, begin in enumerate(
        range(10 * SPEECH_RATE, length - 2 * SPEECH_RATE, round(2.6 * SPEECH_RATE))
    ):
        word = said_by(WORDS[index % len(WORDS)], voice)
        said[begin : begin + len(word)] = word
    return said


@pytest.mark.parametrize("voice", ["rms", "ked"])
@pytest.mark.parametrize("below", [15.0, 60.0])
def test_neither_words_over_ours_nor_noise_move_the_place(ours: Wave, voice: str, below: float) -> None:
    """Three reflections are alike; each move for nothing would cut off a word that is being said."""
    response = computed_response(0.5, 2)
    response[0] *= 0.3
    response[21], response[131] = 1.05 * response[0], -0.9 * response[0]
    delayed = np.append(np.zeros(round(0.3 * SPEECH_RATE)), np.convolve(ours, response))[: len(ours)]
    noise = np.convolve(np.random.default_rng(2).normal(0, 1, len(ours)), np.ones(4) / 4, "same")
    heard = (
        as_loud_as(delayed, LOUDNESS * 10 ** (-10 / 20))
        + as_loud_as(spoken_over(len(ours), voice), LOUDNESS)
        + noise * (LOUDNESS * 10 ** (-below / 20) / np.std(noise))
    )
    path = EchoPath()
    voices: list[Voices] = []
    for begin in range(0, len(ours) - BLOCK, BLOCK):
        at = (begin + BLOCK) / SPEECH_RATE
        path.played(from_floats(ours[begin : begin + BLOCK]), SPEECH_RATE, at)
        block = from_floats(heard[begin : begin + BLOCK]).astype("<i2").tobytes()
        voices.append(path.without_echo(block, at)[1])
    assert voices.count("astray") == 1  # when it was found
