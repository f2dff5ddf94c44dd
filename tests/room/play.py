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
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [path for path in (str(ROOT), str(HERE)) if path not in sys.path]

from acoustics import computed_response  # noqa: E402
from bedroom import RATE, Acoustics, Bedroom, joined  # noqa: E402
from scene import Room  # noqa: E402
from stage import DeviceName, Offline, Pulse, Stage  # noqa: E402
from steps import lost_steps  # noqa: E402
from tape import AUDIBLE  # noqa: E402
from voices import NAMES  # noqa: E402

from voice_skill.audio.sound import Sound  # noqa: E402
from voice_skill.audio.wav import write_wav  # noqa: E402
from voice_skill.config import Config  # noqa: E402
from voice_skill.content.bundle import RoutinePlan  # noqa: E402
from voice_skill.front_ends import load_content, load_model  # noqa: E402
from voice_skill.messages import (  # noqa: E402
    AudioBack,
    AudioLost,
    Effect,
    Event,
    Heard,
    Say,
    StopSpeaking,
)
from voice_skill.speaking.voice import Voice  # noqa: E402

PATIENCE = 10.0
"""Seconds within which what a scene expects has to come."""


@dataclass
class Play:
    """A scene under way."""

    stage: Stage
    plan: RoutinePlan
    turn: int = 0
    """Where in the messages the person's last turn, or the last fault, began."""
    spoke_until: float = 0.0
    began: float = 0.0
    done: list[tuple[float, str]] = field(default_factory=list)
    """What was done from outside, for the timeline."""
    away: dict[DeviceName, list[tuple[float, float]]] = field(
        default_factory=lambda: {"microphone": [], "loudspeaker": []}
    )
    """From when to when a device was gone."""
    latest: DeviceName = "microphone"
    """The device that was unplugged last."""

    def perform(self, line: dict[str, Any]) -> None:
        """Do one line of the scene; raises AssertionError where the skill does not."""
        ((what, value),) = line.items()
        if what in NAMES:
            self.turn = len(self.stage.messages())
            began = self.stage.now
            self.spoke_until = self.stage.speak(value, what)
            self.done.append((began, f"{what}: {value}"))
            return
        acts: dict[str, Callable[[Any], None]] = {
            "wait": self.stage.wait,
            "skill says": partial(self._await, Say),
            "says once": self._once,
            "understood": partial(self._await, Heard),
            "skill finishes": lambda _: self._finish(),
            "silent within": self._fall_silent,
            "skill goes on": lambda _: self._go_on(),
            "nothing heard for": partial(self._nothing, Heard),
            "nothing said for": partial(self._nothing, Say),
            "unplug microphone": partial(self._unplug, "microphone"),
            "unplug loudspeaker": partial(self._unplug, "loudspeaker"),
            "plug in microphone": lambda _: self._plug_in("microphone"),
            "plug in loudspeaker": lambda _: self._plug_in("loudspeaker"),
            "microphone rate": partial(self.stage.set_rate, "microphone"),
            "loudspeaker rate": partial(self.stage.set_rate, "loudspeaker"),
            "microphone gives zeros": lambda _: self._mute(True),
            "microphone gives sound": lambda _: self._mute(False),
            "back within": self._be_back,
            "no step lost": lambda _: self._keep_place(),
        }
        assert what in acts, f"A scene has no line '{what}'; there are: {', '.join([*NAMES, *acts])}."
        if what.startswith(("unplug", "plug", "microphone", "loudspeaker")):
            self.done.append((self.stage.now, what if value is None else f"{what}: {value}"))
        acts[what](value)

    def check(self, true: bool, complaint: str) -> None:
        """Fail with what was said, heard and done."""
        assert true, f"{complaint}\n{timeline(self)}"

    # --- what the skill must do

    def _await(self, kind: type[Event | Effect], words: str) -> None:
        until = self.stage.now + PATIENCE
        while not self._matching(kind, words):
            self.check(self.stage.now < until, f"Expected {kind.__name__} '{words}'.")
            self.stage.wait(0.04)

    def _once(self, words: str) -> None:
        self._await(Say, words)
        count = self._matching(Say, words)
        self.check(count == 1, f"'{words}' was said {count} times.")

    def _matching(self, kind: type[Event | Effect], words: str) -> int:
        texts = [
            getattr(one, "text", "") for _, one in self.stage.messages()[self.turn :] if type(one) is kind
        ]
        return sum(bool(re.search(words, text, re.IGNORECASE)) for text in texts)

    def _finish(self) -> None:
        until = self.stage.now + 60
        while not self.stage.finished():
            self.check(self.stage.now < until, "It does not stop talking.")
            self.stage.wait(0.04)
        self.stage.wait(0.5)

    def _fall_silent(self, seconds: float) -> None:
        self.stage.wait(1.5)
        decided = (at for at, one in self.stage.messages()[self.turn :] if isinstance(one, StopSpeaking))
        at = next(decided, None)
        self.check(at is not None, "Silent after all was said, not when told.")
        assert at is not None
        # A reply follows soon, but not within a tenth of a second.
        sound = self.stage.played(at, self.stage.now - 0.3).astype(int)
        quiet = np.lib.stride_tricks.sliding_window_view(np.abs(sound) <= AUDIBLE, RATE // 10).all(axis=1)
        took = at - self.spoke_until + (float(np.argmax(quiet)) / RATE if quiet.any() else float("inf"))
        self.check(took <= seconds, f"Silent after {took:.2f} s, not {seconds}.")

    def _go_on(self) -> None:
        under_way = not self.stage.finished()
        self._finish()
        stopped = any(isinstance(one, StopSpeaking) for _, one in self.stage.messages()[self.turn :])
        self.check(under_way and not stopped, "It was not speaking any more, or has stopped.")

    def _nothing(self, kind: type[Event | Effect], seconds: float) -> None:
        seen = len(self.stage.messages())
        self.stage.wait(seconds)
        came = [message for _, message in self.stage.messages()[seen:] if isinstance(message, kind)]
        self.check(not came, f"Nothing was to come, and there was {came}.")

    # --- what happens to devices

    def _unplug(self, device: DeviceName, seconds: float | None) -> None:
        self.turn, self.latest = len(self.stage.messages()), device
        self.stage.unplug(device)
        self.away[device].append((self.stage.now, float("inf")))
        if seconds is not None:
            self.stage.wait(seconds)
            self._plug_in(device)

    def _plug_in(self, device: DeviceName) -> None:
        self.stage.plug_in(device)
        gone, _ = self.away[device].pop()
        self.away[device].append((gone, self.stage.now))

    def _mute(self, dead: bool) -> None:
        self.turn = len(self.stage.messages())
        self.stage.mute(dead)

    def _be_back(self, seconds: float) -> None:
        since = self.away[self.latest][-1][1]
        back = AudioBack("microphone" if self.latest == "microphone" else "speaker")
        self.check(since < float("inf"), f"The {self.latest} has not been plugged in again.")
        until = since + seconds
        while not any(at >= since and one == back for at, one in self.stage.messages()):
            self.check(self.stage.now <= until, f"The {self.latest} is not back within {seconds} s.")
            self.stage.wait(0.04)

    def _keep_place(self) -> None:
        lost = lost_steps(self.stage.messages(), self.plan, self.away["loudspeaker"])
        self.check(not lost, f"Not heard: {lost}.")


def timeline(play: Play) -> str:
    """What was said, heard, decided and done, each with its second."""
    lines = list(play.done)
    for at, message in play.stage.messages():
        match message:
            case Heard(text, confidence):
                lines.append((at, f"heard '{text}' ({confidence:.2f})"))
            case Say(_, text):
                lines.append((at, f"skill: {text}"))
            case StopSpeaking():
                lines.append((at, "skill falls silent"))
            case AudioLost(part, reason):
                lines.append((at, f"{part} lost: {reason}"))
            case AudioBack(part):
                lines.append((at, f"{part} back"))
            case _:
                pass
    lines.sort(key=lambda line: line[0])
    return "\n".join(f"{at - play.began:7.2f}  {text}" for at, text in lines)


def play_offline(scene: dict[str, Any], model: Path, cache: Path, sound: Path | None = None) -> str:
    """Play it in the bedroom; gives the timeline, raises AssertionError where the skill fails."""
    config = Config(model=model, cache_folder=cache)
    content = load_content(config)
    acoustics = Acoustics(response=computed_response(), **scene.get("room", {}))
    voice = Voice(config.rate, None, cache / "speech")
    try:
        with load_model(config, content.bundle) as loaded, Bedroom(content, loaded, voice, acoustics) as bed:
            play = Play(Offline(bed), content.bundle.routine)
            for line in scene["scene"]:
                play.perform(line)
            if sound:
                write_wav(sound, Sound(joined(bed.heard), RATE))
            return timeline(play)
    finally:
        voice.close()


def play_over_pulse(scene: dict[str, Any], model: Path, cache: Path) -> str:
    """Play it over PulseAudio; the room lets the loudspeaker be heard as the scene says."""
    acoustics = Acoustics(response=computed_response(), **scene.get("room", {}))
    plan = load_content(Config(cache_folder=cache)).bundle.routine
    with Room(model, cache=cache, acoustics=acoustics) as room:
        room.hear_hello()  # a busy machine takes its time to come up
        play = Play(Pulse(room), plan, began=room.entries()[0].at)
        for line in scene["scene"]:
            play.perform(line)
        return timeline(play)


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
