"""What a tape takes for a sentence that was heard, and what not."""

from __future__ import annotations

import numpy as np
import pytest
from scene import ALIKE
from tape import RATE, Wave, best_torn_place, dull

from voice_skill.audio.sound import resample
from voice_skill.speaking.voice import Voice

SENTENCES = (
    "Let go, and let the leg rest.",
    "Would you like an easier way?",
    "Tired muscles are the likeliest.",
    "Fluids, minerals, circulation, nerves, medicines, pregnancy and age can all play a part.",
)


@pytest.fixture(scope="module")
def spoken() -> list[Wave]:
    """Speak each sentence."""
    voice = Voice()
    try:
        return [dull(resample(voice.render(text), RATE).samples.astype(np.float64)) for text in SENTENCES]
    finally:
        voice.close()


def torn(wave: Wave) -> Wave:
    """Put a gap of 40 ms after each 0.6 s."""
    pieces = np.split(wave, range(round(0.6 * RATE), len(wave), round(0.6 * RATE)))
    return np.concatenate([part for piece in pieces for part in (piece, np.zeros(round(0.04 * RATE)))])


def test_a_torn_sentence_is_known_and_no_other(spoken: list[Wave]) -> None:
    """Each one in its place, before and after the others; none where it was not said."""
    pause = np.zeros(RATE // 2)
    for said in ((0, 1, 2), (1, 2, 3), (2, 3, 0), (3, 1, 0)):
        tape = np.concatenate([part for index in said for part in (pause, torn(spoken[index]))])
        begins = 0
        for index in said:
            begins += len(pause)
            place, likeness = best_torn_place(tape, spoken[index])
            assert likeness > ALIKE
            assert place == pytest.approx(begins, abs=0.3 * RATE)
            begins += len(torn(spoken[index]))
        (missing,) = set(range(len(spoken))) - set(said)
        assert best_torn_place(tape, spoken[missing])[1] < ALIKE - 0.1
