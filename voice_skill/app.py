"""The running session: owns the inbox, the clock and the loop; carries out what the session decides.

Shell.  One loop, whatever the front end: take one event, let the session handle it, carry out its
effects, wait for the next event or for the session's deadline.  The ears and the mouth have threads of
their own and are reached only by their thread-safe methods; everything else happens in the thread that
calls ``run``.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Protocol

from voice_skill.core.session import Session
from voice_skill.errors import MemoryStoreError
from voice_skill.event_log import EventLog
from voice_skill.memory import Memory
from voice_skill.messages import (
    AudioBack,
    AudioLost,
    Closed,
    Effect,
    Event,
    ListenFor,
    ListeningMode,
    PlayTone,
    Remember,
    Say,
    SetVoice,
    StopSpeaking,
    TimeReached,
    Tone,
)

_logger = logging.getLogger(__name__)


class Mouth(Protocol):
    """What speaks: the mouth thread, or a page of print."""

    def say(self, utterance: int, text: str) -> None:
        """Speak after what is being spoken; answered by SpeechFinished in the inbox."""
        ...

    def tone(self, name: Tone) -> None:
        """Play an earcon after what is being spoken."""
        ...

    def stop(self) -> None:
        """Fall silent; drop what has not been spoken."""
        ...

    def set_voice(self, rate: int, volume: float) -> None:
        """Speak so from now on."""
        ...


class Ears(Protocol):
    """What listens."""

    def listen(self, mode: ListeningMode) -> None:
        """Expect something else from now on."""
        ...


def _nothing_shown(_: Effect | Event) -> None:
    return None


@dataclass
class App:
    """One session with its front ends."""

    session: Session
    inbox: Queue[Event]
    """Events from the front ends; Closed ends the loop."""
    mouth: Mouth
    ears: Ears | None = None
    memory: Memory | None = None
    log: EventLog | None = None
    show: Callable[[Effect | Event], None] = _nothing_shown
    """Told of each event and effect, for printing."""
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._memory_works = True

    def run(self) -> None:
        """Greet, then serve until the front end closes."""
        self.begin()
        while self.take(self._next_event()):
            pass

    def begin(self) -> None:
        """Greet."""
        self._carry_out(self.session.start(self.clock()))

    def take(self, event: Event) -> bool:
        """Serve one event; says whether there shall be another."""
        now = self.clock()
        self._note(event, now)
        if isinstance(event, Closed):
            return False
        self._carry_out(self._handle(event, now))
        return True

    def _handle(self, event: Event, now: float) -> list[Effect]:
        """Let the session handle it; a mistake in the program must not end the night."""
        try:
            return self.session.handle(event, now)
        except Exception:
            _logger.exception("The session failed on %s.", type(event).__name__)
            return self.session.recover(now)

    def _next_event(self) -> Event:
        deadline = self.session.deadline()
        try:
            wait = None if deadline is None else max(0.0, deadline - self.clock())
            return self.inbox.get(timeout=wait)
        except Empty:
            return TimeReached()

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            self._note(effect, self.clock())
            match effect:
                case Say(utterance, text):
                    self.mouth.say(utterance, text)
                case StopSpeaking():
                    self.mouth.stop()
                case PlayTone(name):
                    self.mouth.tone(name)
                case SetVoice(rate, volume):
                    self.mouth.set_voice(rate, volume)
                case ListenFor(mode):
                    if self.ears:
                        self.ears.listen(mode)
                case Remember(key, value):
                    self._remember(key, value)

    def _remember(self, key: str, value: str | None) -> None:
        """Store; a disk that refuses is reported once, and so is its recovery."""
        if self.memory is None:
            return
        try:
            self.memory.remember(key, value)
        except MemoryStoreError as error:
            if self._memory_works:
                self.inbox.put(AudioLost("memory", str(error)))
            self._memory_works = False
        else:
            if not self._memory_works:
                self.inbox.put(AudioBack("memory"))
            self._memory_works = True

    def _note(self, message: Event | Effect, now: float) -> None:
        if self.log and not self.log.stopped:
            self.log.write(now, message)
            if self.log.stopped:
                print(self.log.stopped, flush=True)
        self.show(message)


def stored_voice(memory: Memory, default: SetVoice) -> SetVoice:
    """The rate and volume that the person asked for last time, or ``default``."""
    try:
        rate, volume = json.loads(memory.recall("voice") or "")
        return SetVoice(int(rate), float(volume))
    except (ValueError, TypeError):
        return default
