"""The plain loop in the computed bedroom, to hold the skill against: the same program as ``plain_loop.py``.

Nothing is made worse on purpose.  Half-second blocks go to Vosk; what it has understood is matched with
``extractOne``; the answer is rendered as a whole and played, during which nobody reads the microphone, whose
blocks queue up and are read afterwards.  That is what the packages' own examples add up to.  Time is virtual.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from acoustics import BLOCK, LOUDNESS, RATE, Acoustics, Air, loudness
from rapidfuzz import process
from room_measures import LINES, Skill
from voices import said_by

from voice_skill.audio.sound import resample
from voice_skill.content.bundle import Intent

Wave = npt.NDArray[np.float64]

HEARD_AT_ONCE = 8000
"""Samples of a block in Vosk's own example: half a second."""
VOLUME = 0.4
"""As the skill has it, so that its voice is as loud in the room."""


@dataclass(frozen=True)
class Answer:
    """What the loop took for a request."""

    at: float
    text: str


class PlainLoop:
    """The loop in its room; ``step`` lets 40 ms go by."""

    def __init__(self, skill: Skill, acoustics: Acoustics) -> None:
        self.now = 0.0
        self.answers: list[Answer] = []
        self.plugged_in = True
        self._voice = skill.voice
        self._replies: dict[str, Intent] = {
            phrase: intent for intent in skill.content.bundle.intents.values() for phrase in intent.phrases
        }
        self._recogniser = skill.model.recogniser(RATE, None)
        self._air = Air(acoustics, skill.voice, VOLUME)
        self._queued = b""
        self._playing: npt.NDArray[np.int16] = np.zeros(0, np.int16)
        self.mute = False
        """Whether answers are noted and not given."""

    def close(self) -> None:
        """Free the recogniser."""
        self._recogniser.close()

    @property
    def speaking(self) -> bool:
        """Whether something of ours is left to be heard."""
        return len(self._playing) > 0

    def says(self, wave: Wave) -> float:
        """The person begins to say it now; gives when it ends."""
        return self._air.says(wave * (LOUDNESS / loudness(wave)), self.now)

    def answer(self, text: str) -> None:
        """Render and play."""
        sound = resample(self._voice.render(text), RATE).samples
        self._playing = (sound * VOLUME).astype(np.int16)

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        until = self.now + seconds - 1e-6
        while self.now < until:
            self.step()

    def step(self) -> None:
        """40 ms: what is played is heard; who plays does not listen."""
        out = np.zeros(BLOCK, np.int16)
        piece, self._playing = self._playing[:BLOCK], self._playing[BLOCK:]
        out[: len(piece)] = piece
        self.now += BLOCK / RATE
        block = self._air.heard(out)
        if self.plugged_in:
            self._queued += block.astype("<i2").tobytes()
        while not self.speaking and len(self._queued) >= 2 * HEARD_AT_ONCE:
            self._listen()

    def _listen(self) -> None:
        block, self._queued = self._queued[: 2 * HEARD_AT_ONCE], self._queued[2 * HEARD_AT_ONCE :]
        vosk = self._recogniser._inner
        if not vosk.AcceptWaveform(block):
            return
        text = json.loads(vosk.Result())["text"]
        if not text:
            return
        self.answers.append(Answer(self.now, text))
        if self.mute:
            return
        phrase, _, _ = process.extractOne(text, list(self._replies))
        intent = self._replies[phrase]
        self.answer(intent.replies[0].text if intent.replies else f"You said: {intent.title}.")


def own_speech(skill: Skill, acoustics: Acoustics, lines: Sequence[str]) -> int:
    """Say the lines; count what was taken for a request."""
    loop = PlainLoop(skill, acoustics)
    loop.mute = True
    try:
        for line in lines:
            loop.answer(line)
            while loop.speaking:
                loop.step()
            loop.wait(1.5)
        return len(loop.answers)
    finally:
        loop.close()


def stop_waits(skill: Skill, acoustics: Acoustics, voices: Sequence[str]) -> list[float]:
    """Say "stop" one second into an answer; seconds from the end of the word to silence."""
    waits = []
    for voice in voices:
        for line in LINES:
            loop = PlainLoop(skill, acoustics)
            try:
                loop.answer(line)
                loop.wait(1.0)
                over = loop.says(said_by("stop", voice))
                while loop.speaking:
                    loop.step()
                waits.append(loop.now - over)
            finally:
                loop.close()
    return waits


def talks_to_itself(skill: Skill, acoustics: Acoustics, seconds: float = 120.0) -> int:
    """Ask one question; count the answers that nobody asked for afterwards."""
    loop = PlainLoop(skill, acoustics)
    try:
        loop.wait(1.0)
        loop.says(said_by("what causes leg cramps", "rms"))
        loop.wait(seconds)
        return max(0, len(loop.answers) - 1)
    finally:
        loop.close()


def false_wakes(skill: Skill, sounds: Iterable[Wave], acoustics: Acoustics, hours: float) -> float:
    """Play talk to it; how often it answers, per hour."""
    loop = PlainLoop(skill, acoustics)
    loop.mute = True
    try:
        for sound in sounds:
            over = loop.says(sound)
            loop.wait(over - loop.now + 1.0)
            if loop.now > hours * 3600:
                break
        return len(loop.answers) / (loop.now / 3600)
    finally:
        loop.close()


def hears_after_gap(skill: Skill, acoustics: Acoustics, gone: float = 5.0) -> bool:
    """Take the microphone away for a while; whether it understands a question within three seconds.

    Nothing in the loop opens the stream anew, and a stream whose device has gone never calls back again.
    """
    loop = PlainLoop(skill, acoustics)
    loop.mute = True
    try:
        loop.wait(1.0)
        loop.plugged_in = False
        loop.wait(gone + 3.0)
        over = loop.says(said_by("what causes leg cramps", "rms"))
        loop.wait(over - loop.now + 3.0)
        return bool(loop.answers)
    finally:
        loop.close()
