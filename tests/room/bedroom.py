"""A bedroom without a sound server: the skill's own threads in lockstep with a room on virtual time.

Everything is the real thing (microphone, ears, echo path, recogniser, session, mouth, voice, loudspeaker)
except PortAudio: each step of 40 ms takes what the mouth has ready for its loudspeaker, lets it sound in the
room, adds the person and the noise, hands the sum to the microphone, waits until the ears are done, and gives
the session what came of it.  Nothing depends on how fast the machine is, so a scene ends the same way each
time.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import Empty, Queue
from typing import TYPE_CHECKING

import numpy as np
from acoustics import BLOCK, LOUDNESS, RATE, Acoustics, Air, Wave, loudness
from virtual import VirtualEvent, VirtualPortAudio, VirtualQueue, VirtualTime

from voice_skill.app import App
from voice_skill.audio.sound import Samples
from voice_skill.core import vocabulary
from voice_skill.core.session import Session
from voice_skill.front_ends import Content
from voice_skill.hearing.ears import Ears
from voice_skill.hearing.echo_path import EchoPath
from voice_skill.hearing.microphone import DeviceMicrophone
from voice_skill.hearing.recogniser import SpeechModel
from voice_skill.messages import Effect, Event, SetVoice, TimeReached
from voice_skill.speaking.mouth import Mouth
from voice_skill.speaking.speaker import DeviceSpeaker
from voice_skill.speaking.voice import Voice

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["BLOCK", "LOUDNESS", "RATE", "Acoustics", "Bedroom", "Wave", "joined", "loudness"]


class Bedroom:
    """The skill in its room, from ``with`` to the end of it; ``step`` lets 40 ms go by."""

    def __init__(
        self,
        content: Content,
        model: SpeechModel,
        voice: Voice,
        acoustics: Acoustics,
        *,
        volume: float = 0.4,
        wake_phrase: str = "hello night helper",
        quiet_after: float | None = 120.0,
        canceller: EchoPath | None = None,
    ) -> None:
        self.time = VirtualTime()
        self.sound_system = VirtualPortAudio(acoustics.delay, acoustics.swallows)
        self._microphone: str | None = None
        self._speaker: str | None = None
        self.acoustics = acoustics
        self.messages: list[tuple[float, Event | Effect]] = []
        self.heard: list[Samples] = []
        """What the microphone got, for listening to."""
        self.spoken: list[Samples] = []
        """What the loudspeaker played."""
        self.shown: list[str] = []
        """What was put on the screen, for want of a voice or a loudspeaker."""
        self.keep_sound = True
        echo_path = canceller or EchoPath()
        self._inbox: Queue[Event] = Queue()
        setting = SetVoice(voice.rate, volume)
        library, clock = self.sound_system, self.time
        self.mouth = Mouth(
            voice,
            lambda: DeviceSpeaker(
                self._speaker, tap=echo_path.played, library=library, clock=clock, sleep=clock.sleep
            ),
            self._inbox,
            clock,
            show=self.shown.append,
            volume=volume,
            sleep=clock.sleep,
        )
        self.mouth._orders = VirtualQueue(clock)
        self.ears = Ears(
            open_microphone=lambda: DeviceMicrophone(
                self._microphone, library=library, make_queue=lambda: VirtualQueue(clock)
            ),
            model=model,
            phrases=vocabulary.phrases(content.bundle, wake_phrase),
            inbox=self._inbox,
            clock=clock,
            complete=content.wholeness.is_whole,
            understood=content.wholeness.may_be_whole,
            interrupts=vocabulary.interrupts(content.bundle),
            silencing=vocabulary.silencing(content.bundle),
            speaking=lambda: self.mouth.speaking,
            on_voice=self.mouth.duck,
            without_echo=echo_path.without_echo,
        )
        self.ears._closed = VirtualEvent(clock)
        self.session = Session(
            content.bundle, content.interpreter, content.region, setting, quiet_after=quiet_after
        )
        self.app = App(self.session, self._inbox, self.mouth, self.ears, show=self._note, clock=clock)
        self._air = Air(acoustics, voice, volume)

    def choose(self, microphone: str | None, speaker: str | None) -> None:
        """Ask for devices by name, before the ``with``; None for the system's own choice.

        As soon as one is named, the system's own choice is in the cupboard.
        """
        self._microphone, self._speaker = microphone, speaker
        self.sound_system.in_cupboard = bool(microphone or speaker)

    # --- coming and going

    def __enter__(self) -> Self:
        self.mouth.start()
        self.ears.start()
        self.app.begin()
        return self

    def __exit__(self, *_: object) -> None:
        def close() -> None:
            self.ears.close()
            self.mouth.close()

        closing = threading.Thread(target=close, name="closing", daemon=True)
        closing.start()
        while closing.is_alive():
            self._let_pass()
            closing.join(0.001)

    def _note(self, message: Event | Effect) -> None:
        self.messages.append((self.now, message))

    # --- time

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return self.time()

    def step(self) -> None:
        """Let 40 ms go by."""
        self._let_pass()
        self.time.settle(self.ears._thread, self.mouth._thread)
        self._serve()

    def _let_pass(self) -> None:
        self.time.settle(self.ears._thread, self.mouth._thread)
        self.time.advance(BLOCK / RATE, self._sound)

    def _sound(self) -> None:
        """What is heard and played in a step."""
        out = self.sound_system.played(BLOCK / RATE)
        block = self._air.heard(out)
        if self.keep_sound:
            self.spoken.append(out)
            self.heard.append(block)
        self.sound_system.record(block)

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        until = self.now + seconds - 1e-6
        while self.now < until:
            self.step()

    def _serve(self) -> None:
        while True:
            deadline = self.session.deadline()
            try:
                self.app.take(self._inbox.get_nowait())
            except Empty:
                if deadline is None or deadline > self.now:
                    return
                self.app.take(TimeReached())

    # --- sound

    def says(self, wave: Wave, level: float = 0.0) -> float:
        """The person begins to say it now, ``level`` decibels louder than usual; gives when it ends."""
        return self._air.says(wave * (LOUDNESS * 10 ** (level / 20) / loudness(wave)), self.now)


def joined(pieces: Sequence[Samples]) -> Samples:
    """One recording of many blocks."""
    return np.concatenate([np.zeros(0, np.int16), *pieces])
