"""The room: the skill as a child process, a robot that talks to it, and tapes of what both let be heard.

A scene reads like a screenplay::

    room.hear_hello()
    room.say("what causes leg cramps")
    room.expect_reply("tired")
    room.let_finish()
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from acoustics import LOUDNESS, Acoustics, echo_gain
from pulse import PulseServer
from robot import Robot, Spoken, VoiceName, ended_at
from tape import Found, Tape

from voice_skill import event_log
from voice_skill.audio.sound import Sound
from voice_skill.config import Config
from voice_skill.core.text import sentences
from voice_skill.errors import VoiceSkillError
from voice_skill.event_log import Entry
from voice_skill.messages import Effect, Event, Heard, Say, SpeechFinished
from voice_skill.speaking.voice import Voice

if TYPE_CHECKING:
    from typing_extensions import Self

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 8.0
"""Seconds within which the skill has to do what is expected; only a broken one takes so long."""
ALIKE = 0.65
"""Likeness from which a sentence counts as heard; another one reaches 0.5 at most."""

_Message = TypeVar("_Message", bound="Event | Effect")


class Room:
    """A bedroom with the skill in it, from ``with`` to the end of it."""

    def __init__(
        self,
        model: Path,
        program: Sequence[str] = ("-m", "voice_skill"),
        options: Sequence[str] | None = None,
        cache: Path | None = None,
        acoustics: Acoustics | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        """``program`` and ``options`` are what Python is started with; the skill with its log by default.

        ``cache`` is a folder that several rooms may share, since a first start has more to do than others.
        ``acoustics`` says how the microphone hears what the loudspeaker plays, beyond the delay that buffers
        have; None for not at all.  ``settings`` are the skill's own.
        """
        self._settings = settings or {}
        self._model = model
        self._cache = cache
        self._program = program
        self._options = options
        self._acoustics = acoustics
        self._looked_from = 0
        self._latest: Spoken | None = None

    # --- coming and going

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.pulse = stack.enter_context(PulseServer())
            self.log = self.pulse.home / "events.jsonl"
            environ = self.pulse.environ
            self.speaker = stack.enter_context(Tape("speaker.monitor", environ))
            self.air = stack.enter_context(Tape("room.monitor", environ))
            self.robot = stack.enter_context(
                Robot(self.pulse.home, environ, self._acoustics.person if self._acoustics else 0.0)
            )
            self._voice = Voice(cache_folder=self.pulse.home / "renderings")
            stack.callback(self._voice.close)
            if self._acoustics and self._acoustics.echo is not None:
                stack.enter_context(self._air(self._acoustics, self._acoustics.echo))
            self._start()
            stack.callback(self._end)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def _air(self, acoustics: Acoustics, echo: float) -> Iterator[None]:
        """Carry the sound of the loudspeaker to the microphone."""
        response = self.pulse.home / "response.npy"
        np.save(response, acoustics.response)
        options = {
            "gain": echo_gain(self._voice, float(str(self._settings.get("volume", Config().volume))), echo),
            "noise": LOUDNESS * 10 ** (-acoustics.noise_below / 20),
            "response": response,
        }
        given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        with subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("air.py")), *given],
            env=self.pulse.environ, stdin=subprocess.PIPE,
        ) as air:  # fmt: skip
            try:
                yield
                assert air.poll() is None, "The air has ended: the microphone did not hear the loudspeaker."
            finally:
                assert air.stdin is not None
                air.stdin.close()

    def _start(self) -> None:
        paths = {"PYTHONPATH": str(ROOT), "VOICE_SKILL_MODEL": str(self._model)}
        if self._cache:
            paths["XDG_CACHE_HOME"] = str(self._cache)
        usual = ("--log", str(self.log), "--region", "uk")
        options = usual if self._options is None else self._options
        # JSON's texts and numbers are TOML's.
        written = [f"{name} = {json.dumps(value)}\n" for name, value in self._settings.items()]
        file = self.pulse.home / "settings.toml"
        file.write_text("".join(written))
        paths["VOICE_SKILL_CONFIG"] = str(file)
        self._printed = (self.pulse.home / "printed.txt").open("wb")
        self.started_at = time.monotonic()
        self.skill = subprocess.Popen(
            [sys.executable, *self._program, *options],
            env=self.pulse.environ | paths, cwd=self.pulse.home,
            stdin=subprocess.DEVNULL, stdout=self._printed, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def _end(self) -> None:
        self.skill.send_signal(signal.SIGTERM)
        try:
            self.skill.wait(10)
        except subprocess.TimeoutExpired:
            self.skill.kill()
            self.skill.wait()
        self._printed.close()

    # --- the event log

    def entries(self) -> list[Entry]:
        """Everything that the skill has noted so far."""
        try:
            return list(event_log.read(self.log))
        except VoiceSkillError:
            return []

    def entries_of(self, kind: type[Event | Effect]) -> list[Entry]:
        """Those of one kind."""
        return [entry for entry in self.entries() if isinstance(entry.message, kind)]

    def expect(
        self,
        kind: type[_Message],
        fits: Callable[[_Message], bool] = lambda message: True,
        within: float = PATIENCE,
        what: str = "",
    ) -> tuple[float, _Message]:
        """Wait for a message that fits, later than the last one found; gives when it came, and it."""
        until = time.monotonic() + within
        while True:
            entries = self.entries()
            for index in range(self._looked_from, len(entries)):
                message = entries[index].message
                if isinstance(message, kind) and fits(message):
                    self._looked_from = index + 1
                    return entries[index].at, message
            code = self.skill.poll()
            if code is not None or time.monotonic() > until:
                state = "it waits" if code is None else f"it has ended with code {code}"
                raise AssertionError(f"Expected {what or kind.__name__}; {state}. {self._account(entries)}")
            time.sleep(0.02)

    def _account(self, entries: list[Entry]) -> str:
        said = f"The robot said '{self._latest.text}' last. " if self._latest else ""
        told = "\n".join(f"  {entry.at:.2f} {entry.message}" for entry in entries[-12:])
        return f"{said}The skill noted:\n{told}\nand printed:\n{self.printed()}"

    def printed(self) -> str:
        """All that the skill has printed."""
        return (self.pulse.home / "printed.txt").read_text(errors="replace")

    def rendered(self, sentence: str) -> Sound:
        """A sentence in the skill's voice."""
        return self._voice.render(sentence)

    # --- the scene language

    def hear_hello(self) -> tuple[float, Say]:
        """Let the skill come up and begin to greet."""
        hello = self.expect_reply("hello", within=60)
        self.await_sound(hello)
        return hello

    def say(self, text: str, voice: VoiceName = "rms") -> Spoken:
        """Say it into the room; whatever is expected afterwards has to come after it began."""
        self._looked_from = len(self.entries())
        self._latest = self.robot.speak(text, voice)
        return self._latest

    def expect_heard(self, words: str, within: float = PATIENCE) -> float:
        """The skill has understood words that match the pattern; gives when."""
        found = re.compile(words)
        return self.expect(
            Heard, lambda heard: bool(found.search(heard.text)), within, f"'{words}' to be heard"
        )[0]

    def expect_reply(self, words: str, within: float = PATIENCE) -> tuple[float, Say]:
        """The skill decides to say something that matches the pattern, small letters or not."""
        found = re.compile(words, re.IGNORECASE)
        return self.expect(Say, lambda say: bool(found.search(say.text)), within, f"a reply with '{words}'")

    def said_before(self, said: tuple[float, Say]) -> Say:
        """What it decided to say before that."""
        earlier = [entry.message for entry in self.entries() if isinstance(entry.message, Say)]
        return next(one for one in reversed(earlier) if one.utterance < said[1].utterance)

    def let_finish(self, within: float = 40.0) -> None:
        """Wait until everything that it wants to say has been said."""
        until = time.monotonic() + within
        while True:
            entries = self.entries()
            said = [entry.message.utterance for entry in entries if isinstance(entry.message, Say)]
            over = [entry.message.utterance for entry in entries if isinstance(entry.message, SpeechFinished)]
            if said and over and max(over) >= max(said):
                return
            assert time.monotonic() < until, f"It does not stop talking. {self._account(entries)}"
            time.sleep(0.02)

    # --- by the sound of it

    def word_over(self) -> float:
        """When the robot's last word was over."""
        assert self._latest is not None
        return ended_at(self._latest, self.air)

    def await_sound(self, said: tuple[float, Say], within: float = PATIENCE) -> float:
        """Wait until what it decided to say begins to be heard; gives when that was."""
        return self.await_sound_after(said[0], within)

    def await_sound_after(self, since: float, within: float = PATIENCE) -> float:
        """Wait until the loudspeaker is heard after a moment; gives when that was."""
        while True:
            now = time.monotonic()
            first = self.speaker.first_sound(since, now)
            if first is not None:
                return first
            assert now < since + within, f"Nothing was heard. {self._account(self.entries())}"
            time.sleep(0.02)

    def was_heard_whole(self, said: tuple[float, Say]) -> bool:
        """Whether the last sentence of what it decided to say is on the tape."""
        since, say = said
        last = self._voice.render(sentences(say.text)[-1])
        return self.speaker.find_torn(last, since, time.monotonic()).likeness > ALIKE

    def expect_sound(self, said: tuple[float, Say]) -> list[Found]:
        """Every sentence of what it decided to say is on the tape of the loudspeaker, one after the other."""
        since, say = said
        time.sleep(0.3)  # the tape is a moment behind the loudspeaker
        until, places = time.monotonic(), []
        for sentence in sentences(say.text):
            found = self.speaker.find_torn(self._voice.render(sentence), since, until)
            if found.likeness <= ALIKE:
                trouble = f"'{sentence}' was not heard (likeness {found.likeness:.2f})."
                raise AssertionError(f"{trouble} {self._account(self.entries())}")
            places.append(found)
            since = found.at
        return places

    def expect_silence(self, after: float, within: float, lasting: float = 1.0) -> float:
        """The loudspeaker falls silent ``within`` seconds after a moment and stays so; gives the seconds."""
        ready = after + within + lasting + 0.1
        while time.monotonic() < ready:
            time.sleep(0.02)
        last = self.speaker.last_sound(after, after + within + lasting)
        took = 0.0 if last is None else last - after
        assert took <= within, f"It was still heard {took:.2f} seconds later, not {within} at most."
        return took
