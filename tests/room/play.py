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
from collections.abc import Callable, Sequence
from contextlib import ExitStack
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
from frail import FrailRenderer  # noqa: E402
from scene import Room  # noqa: E402
from stage import DeviceName, Offline, Pulse, Stage  # noqa: E402
from steps import lost_steps  # noqa: E402
from tape import AUDIBLE, Wave, best_place, dull  # noqa: E402
from voices import NAMES  # noqa: E402

from voice_skill.audio.sound import Samples, Sound, resample  # noqa: E402
from voice_skill.audio.wav import write_wav  # noqa: E402
from voice_skill.config import Config  # noqa: E402
from voice_skill.content.bundle import RoutinePlan  # noqa: E402
from voice_skill.core.text import sentences  # noqa: E402
from voice_skill.front_ends import load_content, load_model  # noqa: E402
from voice_skill.messages import (  # noqa: E402
    AudioBack,
    AudioLost,
    Effect,
    Event,
    Heard,
    Say,
    StopSpeaking,
    Tone,
)
from voice_skill.speaking.tones import tone  # noqa: E402
from voice_skill.speaking.voice import Voice  # noqa: E402

PATIENCE = 10.0
"""Seconds within which what a scene expects has to come."""


LOWER, AS_BEFORE, LOUDER = 0.6, 1.4, 1.2
"""Loudness that counts as lower, at most, and as louder, at least; and how much the same may differ.

Somebody who speaks over it makes it a quarter, "louder" 1.4 times as much; from one second of speech to the
next it differs by a quarter.
"""


class SceneError(AssertionError):
    """What the skill has not done, or the scene has no right to: one sentence, then what happened."""


@dataclass
class Play:
    """A scene under way."""

    stage: Stage
    plan: RoutinePlan
    turn: int = 0
    """Where in the messages the person's last turn, or the last fault, began."""
    turn_at: float = 0.0
    """When that was."""
    line: str = ""
    """What is being played."""
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
        """Do one line of the scene; raises SceneError where the skill does not."""
        ((what, value),) = line.items()
        self.line = what if value is None else f"{what}: {value}"
        who, begins, _ = what.partition(" begins")
        if who in NAMES:
            self.check(
                isinstance(value, str), "Write yes and no in quotes, or YAML makes something else of them."
            )
            self.turn, self.turn_at = len(self.stage.messages()), self.stage.now
            self.done.append((self.stage.now, self.line))
            self.spoke_until = (self.stage.begin if begins else self.stage.speak)(value, who)
            return
        expected: dict[str, Callable[[Any], None]] = {
            "wait": self.stage.wait,
            "skill says": partial(self._await, Say),
            "says once": self._once,
            "understood": partial(self._await, Heard),
            "skill finishes": lambda _: self._finish(),
            "silent within": self._fall_silent,
            "skill goes on": lambda _: self._go_on(),
            "heard whole": self._be_heard,
            "shown": self._show,
            "sounds": self._sound,
            "speaks lower": partial(self._speak, 0.0, LOWER),
            "speaks as before": partial(self._speak, 1 / AS_BEFORE, AS_BEFORE),
            "speaks louder": partial(self._speak, LOUDER, float("inf")),
            "nothing heard for": partial(self._nothing, Heard),
            "nothing said for": partial(self._nothing, Say),
            "back within": self._be_back,
            "no step lost": lambda _: self._keep_place(),
        }
        happens: dict[str, Callable[[Any], None]] = {
            "unplug microphone": partial(self._unplug, "microphone"),
            "unplug loudspeaker": partial(self._unplug, "loudspeaker"),
            "plug in microphone": lambda _: self._plug_in("microphone"),
            "plug in loudspeaker": lambda _: self._plug_in("loudspeaker"),
            "microphone rate": partial(self.stage.set_rate, "microphone"),
            "loudspeaker rate": partial(self.stage.set_rate, "loudspeaker"),
            "microphone gives zeros": lambda _: self.stage.mute(True),
            "microphone gives sound": lambda _: self.stage.mute(False),
            **self.stage.faults,
        }
        known = [*NAMES, *(f"{name} begins" for name in NAMES), *expected, *happens]
        self.check(what in known, f"A scene has no line '{what}'; there are: {', '.join(known)}.")
        if what in happens:
            self.done.append((self.stage.now, self.line))
            if not what.startswith("plug in") and not what.endswith("rate"):
                self.turn, self.turn_at = len(self.stage.messages()), self.stage.now
        (expected | happens)[what](value)

    def check(self, true: bool, complaint: str) -> None:
        """Fail with what was said, heard and done."""
        if not true:
            raise SceneError(f"'{self.line}': {complaint}\n{timeline(self)}")

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

    def _be_heard(self, words: str) -> None:
        """Each piece of each sentence sounded, from the first syllable on."""
        self._await(Say, words)
        self._finish()
        said = [(at, one) for at, one in self.stage.messages()[self.turn :] if isinstance(one, Say)]
        since, say = next((at, one) for at, one in said if re.search(words, one.text, re.IGNORECASE))
        for sentence in sentences(say.text):
            wanted = dull(resample(self.stage.rendered(sentence), RATE).samples.astype(np.float64))
            played = dull(self.stage.played(since, self.stage.now).astype(np.float64))
            self.check(missing(wanted, played) is None, f"'{sentence}' was not heard whole.")

    def _show(self, words: str) -> None:
        shown = self.stage.shown()
        self.check(bool(re.search(words, shown, re.IGNORECASE)), f"It was not shown, but '{shown}'.")

    def _sound(self, name: Tone) -> None:
        wanted = tone(name, RATE).astype(np.float64)
        self.stage.wait(0.5)
        _, likeness = best_place(self.stage.played(self.turn_at, self.stage.now).astype(np.float64), wanted)
        self.check(likeness > 0.9, "That was not heard.")

    def _speak(self, least: float, most: float, seconds: float) -> None:
        """In the last seconds, against the five before the person's last words."""
        now = self.stage.now
        levels = [
            level(self.stage.played(max(0.0, since), until))
            for since, until in ((self.turn_at - 5, self.turn_at), (now - seconds, now))
        ]
        self.check(min(levels) > 0, "It does not speak now, or did not before.")
        share = levels[1] / levels[0]
        self.check(least <= share <= most, f"It speaks {share:.2f} times as loud as before.")

    def _nothing(self, kind: type[Event | Effect], seconds: float) -> None:
        seen = len(self.stage.messages())
        self.stage.wait(seconds)
        came = [message for _, message in self.stage.messages()[seen:] if isinstance(message, kind)]
        self.check(not came, f"Nothing was to come, and there was {came}.")

    # --- what happens to devices

    def _unplug(self, device: DeviceName, seconds: float | None) -> None:
        self.latest = device
        self.stage.unplug(device)
        self.away[device].append((self.stage.now, float("inf")))
        if seconds is not None:
            self.stage.wait(seconds)
            self._plug_in(device)

    def _plug_in(self, device: DeviceName) -> None:
        self.stage.plug_in(device)
        gone, _ = self.away[device].pop()
        self.away[device].append((gone, self.stage.now))

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


def missing(wanted: Wave, played: Wave) -> float | None:
    """Where the first of the wanted sound is that was not played, in seconds; None where all was."""
    begin, _ = best_place(played, wanted)
    found = played[begin : begin + len(wanted)]
    least = 0.01 * float(np.mean(wanted**2))  # the pauses are no loss
    for at in range(0, len(found), RATE // 10):
        one, other = wanted[at : at + RATE // 10], found[at : at + RATE // 10]
        if np.mean(one**2) > least and float(one @ other) < 0.5 * np.sqrt(
            (one @ one) * (other @ other) + 1.0
        ):
            return at / RATE
    return None


def level(sound: Samples) -> float:
    """How loud speech is where it sounds: the upper quarter of pieces of 20 ms; 0 where hardly any does."""
    pieces = sound[: len(sound) // 320 * 320].reshape(-1, 320).astype(np.float64)
    loud = [piece for piece in pieces if np.abs(piece).max() > AUDIBLE]
    if len(loud) < 5:
        return 0.0
    return float(np.percentile(np.sqrt(np.mean(np.square(loud), axis=1)), 75))


ROOM = ("echo", "delay", "noise_below", "curve", "drift", "person", "swallows")
SKILL = ("wake_phrase", "quiet_after", "volume", "microphone", "speaker")


def settings(scene: dict[str, Any], name: str, known: Sequence[str]) -> dict[str, Any]:
    """One of the two tables of a scene; raises SceneError with one sentence for a key that is none."""
    given = scene.get(name) or {}
    if not isinstance(given, dict):
        raise SceneError(f"'{name}' must be a table such as {{{known[0]}: ...}}.")
    for key in given:
        if key not in known:
            raise SceneError(f"'{name}' has no setting '{key}'; there are: {', '.join(known)}.")
    return given


def play_offline(scene: dict[str, Any], model: Path, cache: Path, sound: Path | None = None) -> str:
    """Play it in the bedroom; gives the timeline, raises SceneError where the skill fails."""
    acoustics = Acoustics(response=computed_response(), **settings(scene, "room", ROOM))
    config = Config(model=model, cache_folder=cache, **settings(scene, "skill", SKILL))
    content = load_content(config)
    with ExitStack() as stack:
        renderer = FrailRenderer(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="renderer-"))))
        voice = Voice(config.rate, command=renderer.command)  # nothing kept: what is kept cannot fail
        stack.callback(voice.close)
        loaded = stack.enter_context(load_model(config, content.bundle))
        bed = Bedroom(
            content, loaded, voice, acoustics,
            volume=config.volume, wake_phrase=config.wake_phrase, quiet_after=config.quiet_after,
        )  # fmt: skip
        bed.choose(config.microphone, config.speaker)
        stack.enter_context(bed)
        play = Play(Offline(bed, voice, renderer), content.bundle.routine)
        try:
            for line in scene["scene"]:
                play.perform(line)
        finally:
            if sound:
                write_wav(sound, Sound(joined(bed.heard), RATE))
        return timeline(play)


def play_over_pulse(scene: dict[str, Any], model: Path, cache: Path) -> str:
    """Play it over PulseAudio; the room lets the loudspeaker be heard as the scene says."""
    acoustics = Acoustics(response=computed_response(), **settings(scene, "room", ROOM))
    plan = load_content(Config(cache_folder=cache)).bundle.routine
    chosen = settings(scene, "skill", SKILL)
    with Room(model, cache=cache, acoustics=acoustics, settings=chosen) as room:
        room.hear_hello()  # a busy machine takes its time to come up
        play = Play(Pulse(room), plan, began=room.entries()[0].at)
        for line in scene["scene"]:
            play.perform(line)
        return timeline(play)


def main() -> int:
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
        try:
            if options.pulse:
                print(play_over_pulse(scene, options.model.resolve(), Path(cache)))
            else:
                print(play_offline(scene, options.model.resolve(), Path(cache), options.sound))
        except SceneError as failure:
            print(f"{options.scene}, {failure}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
