"""Plays a scene from a file, in the bedroom on virtual time or in the room over PulseAudio.

    python tests/room/play.py tests/room/scenes/stop.yaml [--pulse] [--model DIR] [--sound FILE.wav]

Prints what was said, heard and done, each with its second.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [path for path in (str(ROOT), str(HERE)) if path not in sys.path]

from bedroom import RATE, Acoustics, Bedroom, joined  # noqa: E402
from robot import VoiceName  # noqa: E402
from scene import Room  # noqa: E402
from tape import AUDIBLE  # noqa: E402
from voices import NAMES, said_by  # noqa: E402

from voice_skill.audio.sound import Samples, Sound  # noqa: E402
from voice_skill.audio.wav import write_wav  # noqa: E402
from voice_skill.config import Config  # noqa: E402
from voice_skill.front_ends import load_content, load_model  # noqa: E402
from voice_skill.messages import Effect, Event, Heard, Say, StopSpeaking  # noqa: E402
from voice_skill.speaking.voice import Voice  # noqa: E402

PATIENCE = 10.0
"""Seconds within which what a scene expects has to come."""


class Stage(Protocol):
    """Where a scene is played."""

    @property
    def now(self) -> float:
        """The clock of its messages, in seconds."""
        ...

    def messages(self) -> list[tuple[float, Event | Effect]]:
        """Everything noted so far, with its moment."""
        ...

    def speak(self, text: str, voice: str) -> float:
        """Have the person say it, to its end; gives the moment of that."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        ...

    def played(self, since: float, until: float) -> Samples:
        """What the loudspeaker played, at 16,000 samples a second; both moments have passed."""
        ...

    def finished(self) -> bool:
        """Whether nothing of ours is being said."""
        ...


class Offline:
    """The bedroom."""

    def __init__(self, bedroom: Bedroom) -> None:
        self._bedroom = bedroom

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return self._bedroom.now

    def messages(self) -> list[tuple[float, Event | Effect]]:
        """As the app noted them."""
        return self._bedroom.messages

    def speak(self, text: str, voice: str) -> float:
        """Say it into the bedroom."""
        over = self._bedroom.says(said_by(text, voice))
        self._bedroom.wait(over - self.now)
        return over

    def wait(self, seconds: float) -> None:
        """Step."""
        self._bedroom.wait(seconds)

    def played(self, since: float, until: float) -> Samples:
        """Cut it out."""
        return joined(self._bedroom.spoken)[round(since * RATE) : round(until * RATE)]

    def finished(self) -> bool:
        """As the session sees it."""
        return not self._bedroom.session.script.speaking


class Pulse:
    """The room over PulseAudio, in real time."""

    def __init__(self, room: Room) -> None:
        self._room = room

    @property
    def now(self) -> float:
        """The clock of the event log."""
        return time.monotonic()

    def messages(self) -> list[tuple[float, Event | Effect]]:
        """From the event log."""
        return [(entry.at, entry.message) for entry in self._room.entries()]

    def speak(self, text: str, voice: str) -> float:
        """Say it by the robot; its player returns when the last sample has sounded.

        The tape of the room cannot tell: our own voice is on it as well.
        """
        self._room.say(text, cast("VoiceName", voice))
        return self.now

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def played(self, since: float, until: float) -> Samples:
        """By the tape of the loudspeaker."""
        return self._room.speaker.between(since, until).samples

    def finished(self) -> bool:
        """By the event log."""
        said = [message.utterance for _, message in self.messages() if isinstance(message, Say)]
        over = [
            getattr(message, "utterance", 0) for _, message in self.messages() if not isinstance(message, Say)
        ]
        return bool(said) and max(over, default=0) >= max(said)


@dataclass
class Play:
    """A scene under way."""

    stage: Stage
    turn: int = 0
    """Where in the messages the person's last turn began."""
    spoke_until: float = 0.0

    def perform(self, line: dict[str, Any]) -> None:
        """Do one line of the scene; raises AssertionError where the skill does not."""
        ((what, value),) = line.items()
        if what in NAMES:
            self.turn = len(self.stage.messages())
            self.spoke_until = self.stage.speak(value, what)
            return
        acts: dict[str, Callable[[Any], None]] = {
            "wait": self.stage.wait,
            "skill says": lambda words: self._await(Say, words),
            "understood": lambda words: self._await(Heard, words),
            "skill finishes": lambda _: self._finish(),
            "silent within": self._fall_silent,
            "nothing heard for": lambda seconds: self._nothing(Heard, seconds),
            "nothing said for": lambda seconds: self._nothing(Say, seconds),
        }
        assert what in acts, f"A scene has no line '{what}'; there are: {', '.join([*NAMES, *acts])}."
        acts[what](value)

    def _await(self, kind: type[Event | Effect], words: str) -> None:
        until = self.stage.now + PATIENCE
        while True:
            for _, message in self.stage.messages()[self.turn :]:
                if isinstance(message, kind) and re.search(
                    words, getattr(message, "text", ""), re.IGNORECASE
                ):
                    return
            assert self.stage.now < until, f"Expected {kind.__name__} '{words}'.\n{timeline(self.stage)}"
            self.stage.wait(0.04)

    def _finish(self) -> None:
        until = self.stage.now + 60
        while not self.stage.finished():
            assert self.stage.now < until, f"It does not stop talking.\n{timeline(self.stage)}"
            self.stage.wait(0.04)
        self.stage.wait(0.5)

    def _fall_silent(self, seconds: float) -> None:
        self.stage.wait(1.5)
        decided = (at for at, one in self.stage.messages()[self.turn :] if isinstance(one, StopSpeaking))
        at = next(decided, None)
        assert at is not None, f"Silent after all was said, not when told.\n{timeline(self.stage)}"
        # A reply follows soon, but not within a tenth of a second.
        sound = self.stage.played(at, self.stage.now - 0.3).astype(int)
        quiet = np.lib.stride_tricks.sliding_window_view(np.abs(sound) <= AUDIBLE, RATE // 10).all(axis=1)
        took = at - self.spoke_until + (float(np.argmax(quiet)) / RATE if quiet.any() else float("inf"))
        assert took <= seconds, f"Silent after {took:.2f} s, not {seconds}.\n{timeline(self.stage)}"

    def _nothing(self, kind: type[Event | Effect], seconds: float) -> None:
        seen = len(self.stage.messages())
        self.stage.wait(seconds)
        came = [message for _, message in self.stage.messages()[seen:] if isinstance(message, kind)]
        assert not came, f"Nothing was to come, and there was {came}.\n{timeline(self.stage)}"


def timeline(stage: Stage) -> str:
    """What was heard, decided and said, each with its second."""
    lines: list[str] = []
    began = stage.messages()[0][0] if stage.messages() else 0.0
    for at, message in stage.messages():
        match message:
            case Heard(text, confidence):
                lines.append(f"{at - began:7.2f}  heard '{text}' ({confidence:.2f})")
            case Say(_, text):
                lines.append(f"{at - began:7.2f}  skill: {text}")
            case StopSpeaking():
                lines.append(f"{at - began:7.2f}  skill falls silent")
            case _:
                pass
    return "\n".join(lines)


def computed_response() -> np.ndarray[Any, np.dtype[np.float64]]:
    """A bedroom's response made up of noise: direct sound, then 0.3 s of reverberation to -60 dB."""
    chance = np.random.default_rng(11)
    times = np.arange(round(0.3 * RATE)) / RATE
    tail: np.ndarray[Any, np.dtype[np.float64]] = chance.normal(0, 0.12, len(times)) * 10 ** (-times / 0.1)
    tail[0] = 1.0
    return tail


def play_offline(scene: dict[str, Any], model: Path, cache: Path, sound: Path | None = None) -> str:
    """Play it in the bedroom; gives the timeline, raises AssertionError where the skill fails."""
    config = Config(model=model, cache_folder=cache)
    content = load_content(config)
    acoustics = Acoustics(response=computed_response(), **scene.get("room", {}))
    voice = Voice(config.rate, None, cache / "speech")
    try:
        with load_model(config, content.bundle) as loaded, Bedroom(content, loaded, voice, acoustics) as bed:
            play = Play(Offline(bed))
            for line in scene["scene"]:
                play.perform(line)
            if sound:
                write_wav(sound, Sound(joined(bed.heard), RATE))
            return timeline(play.stage)
    finally:
        voice.close()


def play_over_pulse(scene: dict[str, Any], model: Path, cache: Path) -> str:
    """Play it over PulseAudio, with the echo that a loopback makes."""
    with Room(model, cache=cache, echo=True) as room:
        room.hear_hello()  # a busy machine takes its time to come up
        play = Play(Pulse(room))
        for line in scene["scene"]:
            play.perform(line)
        return timeline(play.stage)


def main() -> None:
    """Play one scene and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scene", type=Path)
    usual = Path(os.environ.get("VOICE_SKILL_MODEL", ROOT / "models" / "en-us-night"))
    parser.add_argument("--model", type=Path, default=usual)
    parser.add_argument("--pulse", action="store_true", help="real streams, in real time")
    parser.add_argument("--sound", type=Path, help="write what the microphone heard (bedroom only)")
    options = parser.parse_args()
    scene = yaml.safe_load(options.scene.read_text(encoding="utf-8"))
    print(scene["about"])
    with tempfile.TemporaryDirectory() as cache:
        if options.pulse:
            print(play_over_pulse(scene, options.model.resolve(), Path(cache)))
        else:
            print(play_offline(scene, options.model.resolve(), Path(cache), options.sound))


if __name__ == "__main__":
    main()
