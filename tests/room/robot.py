"""A robot that lies in bed and talks, with voices that no model of ours was trained on, over faint noise."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from tape import RATE, Found, Tape

from voice_skill.audio.sound import Sound, from_floats, resample, trimmed
from voice_skill.audio.wav import read_sound, write_wav

if TYPE_CHECKING:
    from typing_extensions import Self

VoiceName = Literal["rms", "ked"]
VOICES: Mapping[VoiceName, str] = {"rms": "flite, voice rms", "ked": "festival, voice ked"}

_LOUDNESS = 2000.0
"""Root of the mean square of a voice that speaks, of 32,767: somebody close to the microphone."""
_HUSH = 5.0
"""The same of the room's own noise, some 52 decibels below."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One utterance of the robot."""

    text: str
    sound: Sound
    """Without silence at its ends."""
    asked_at: float
    """When the player was started; the first sample sounds a little later."""


class Robot:
    """Speaks into the sink ``room``, over soft noise that goes on all the time."""

    def __init__(self, folder: Path, environ: Mapping[str, str], level: float = 0.0) -> None:
        """``level``: decibels above the usual loudness."""
        self._folder = folder
        self._loudness = _LOUDNESS * 10 ** (level / 20)
        self._environ = dict(environ)
        self._leaving = threading.Event()

    def __enter__(self) -> Self:
        self._noise = self._player("room's own noise", "--latency-msec=200")
        self._thread = threading.Thread(target=self._make_noise, name="noise", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._noise.terminate()
        self._noise.wait(5)
        self._thread.join(5)
        if self._noise.stdin:
            with suppress(BrokenPipeError):  # what the last flush held is for nobody any more
                self._noise.stdin.close()

    def voice(self, text: str, name: VoiceName = "rms") -> Sound:
        """The sound of a text, made once; ends with the last audible sample of the last word."""
        path = self._folder / f"{name}-{text.replace(' ', '_')[:80]}.wav"
        if not path.exists():
            raw = path.with_suffix(".raw.wav")
            if name == "rms":
                subprocess.run(["flite", "-voice", "rms", "-t", text, "-o", str(raw)], check=True)
            else:
                subprocess.run(
                    ["text2wave", "-eval", "(voice_ked_diphone)", "-o", str(raw)],
                    input=text.encode(), check=True, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            sound = trimmed(resample(read_sound(raw).sound, RATE), threshold=300, margin=0.0)
            wave = sound.samples.astype(np.float64)
            wave *= self._loudness / np.sqrt(np.mean(wave**2))
            write_wav(path, Sound(from_floats(wave), RATE))
        return read_sound(path).sound

    def speak(self, text: str, name: VoiceName) -> Spoken:
        """Say it, and return when the last sample has been handed over to the air."""
        sound = self.voice(text, name)
        asked_at = time.monotonic()
        with self._player(text, "--latency-msec=300") as player:
            player.communicate(sound.samples.astype("<i2").tobytes(), timeout=sound.seconds + 10)
        return Spoken(text, sound, asked_at)

    def _player(self, name: str, latency: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["pacat", "--device=room", "--raw", "--format=s16le", "--channels=1", f"--rate={RATE}",
             latency, f"--stream-name={name}"],
            env=self._environ, stdin=subprocess.PIPE,
        )  # fmt: skip

    def _make_noise(self) -> None:
        """Ten seconds of faint noise over and over; the pipe makes this wait when enough is in it."""
        noise = from_floats(np.random.default_rng(7).normal(0, _HUSH, 10 * RATE)).astype("<i2").tobytes()
        assert self._noise.stdin is not None
        try:
            while not self._leaving.is_set():
                for at in range(0, len(noise), 3200):
                    self._noise.stdin.write(noise[at : at + 3200])
                    self._noise.stdin.flush()
        except (BrokenPipeError, ValueError):
            return


def ended_at(spoken: Spoken, tape: Tape, least: float = 0.7) -> float:
    """When the last word was over, by a tape of the room; ``least`` likeness, less with our echo on it."""
    found: Found = tape.find(spoken.sound, spoken.asked_at - 0.1, spoken.asked_at + spoken.sound.seconds + 2)
    assert found.likeness > least, f"'{spoken.text}' did not reach the room (likeness {found.likeness:.2f})"
    return found.at + spoken.sound.seconds
