"""Other people's echo cancellers in the place of ours, to hold it against in the same room.

speexdsp (as packaged by ``pyaec``) and WebRTC's AEC3 (``livekit``), both in steps of 10 ms and 16 bits like
ours.  Where our voice arrives and whose voice is heard remain ours to find out, or each library would need a
skill of its own; what differs is the filter.  Each is also tried alone, with what it has of its own against
the rest of an echo, and without ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TypeAlias

import numpy as np
from acoustics import BLOCK, RATE, Acoustics, Air
from plain_room import VOLUME
from room_measures import LINES, Skill

from voice_skill.audio.sound import Samples, from_floats, resample
from voice_skill.hearing.echo import HOP, PARTS, EchoFilter, Softener, Wave
from voice_skill.hearing.echo_path import EchoPath

Cancel: TypeAlias = Callable[[Samples, Samples], Samples]
"""From a step of what was heard and one of what was played to the first without the second."""

_NOTHING: Samples = np.zeros(HOP, np.int16)
_TURN = 25
"""Steps that one canceller is timed for before it is another's turn: a busy second then hits all alike."""


class StandIn(EchoFilter):
    """A library where our filter would be.

    It lets go of the lowest frequencies, which turns the phase of those above, and may be late; what is
    missing of what was heard is therefore not all echo.  A second one is told that nothing is played, and the
    echo is the difference between the two.
    """

    def __init__(self, library: Library, *, alone: bool) -> None:
        super().__init__()
        self._cancel, self._deaf = library.make(False), library.make(False)
        self._whole = library.make(True) if alone and library.has_more else None
        self.out: Wave = np.zeros(HOP)
        """The last step as the library would hand it on, with all that it can do."""

    def step(self, heard: Wave, played: Wave) -> Wave:
        """Take the echo of what was played out of what was heard."""
        sound, ours = from_floats(heard), from_floats(played)
        rest = self._cancel(sound, ours).astype(np.float64)
        self.echo = self._deaf(sound, _NOTHING) - rest
        self.out = self._whole(sound, ours).astype(np.float64) if self._whole else rest
        return rest


class Unsoftened(Softener):
    """Judges whose voice is heard, and hands on what the library made of it."""

    def __init__(self, canceller: StandIn) -> None:
        super().__init__()
        self._canceller = canceller

    def step(self, rest: Wave, echo: Wave, unsure: Wave) -> Wave:
        """Weigh what is left, and leave it as it is."""
        super().step(rest, echo, unsure)
        return self._canceller.out


@dataclass(frozen=True)
class Library:
    """Somebody else's canceller."""

    name: str
    package: str
    make: Callable[[bool], Cancel]
    """A new one: its filter, or with True all that it can do against an echo."""
    has_more: bool
    """Whether there is a difference between the two."""

    @property
    def installed(self) -> bool:
        """Whether it can be tried here."""
        return find_spec(self.package) is not None

    def path(self, *, alone: bool) -> EchoPath:
        """Ours with this one's filter, and softened by us or not."""
        path = EchoPath()
        path._filter = canceller = StandIn(self, alone=alone)
        if alone:
            path._softener = Unsoftened(canceller)
        return path


def _speexdsp(whole: bool) -> Cancel:
    """As long a filter as ours; the whole is with the preprocessor, which is on unless one says otherwise."""
    from pyaec import Aec

    canceller = Aec(HOP, PARTS * HOP, RATE, whole)
    return lambda heard, played: np.array(
        canceller.cancel_echo(heard.tolist(), played.tolist()), dtype=np.int16
    )


def _webrtc(_whole: bool) -> Cancel:
    """Its filter has no switch without its suppressor; noise suppression and gain control stay off."""
    from livekit.rtc import AudioFrame
    from livekit.rtc.apm import AudioProcessingModule

    module = AudioProcessingModule(echo_cancellation=True)

    def cancel(heard: Samples, played: Samples) -> Samples:
        module.process_reverse_stream(AudioFrame(bytearray(played.tobytes()), RATE, 1, HOP))
        module.set_stream_delay_ms(1000 * HOP // RATE)
        frame = AudioFrame(bytearray(heard.tobytes()), RATE, 1, HOP)
        module.process_stream(frame)
        return np.frombuffer(frame.data, np.int16)

    return cancel


LIBRARIES = (
    Library("speexdsp", "pyaec", _speexdsp, has_more=True),
    Library("WebRTC's AEC3", "livekit", _webrtc, has_more=False),
)


# --- what they cost ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Costs:
    """Milliseconds of a core for a second of sound, Python's side of each library included."""

    ours: float
    replaced: float
    """The library in the place of our filter, softened by us."""
    alone: float


def costs(skill: Skill, acoustics: Acoustics, library: Library) -> Costs:
    """Let all of them hear the same lines of ours, in turns."""
    played, heard = _spoken(skill, replace(acoustics, delay=HOP / RATE))
    whole, part = library.make(True), library.make(False)
    ours, softener, theirs = EchoFilter(), Softener(), Softener()
    unsure = np.zeros(HOP + 1)

    def by_us(ear: Samples, mouth: Samples) -> None:
        rest = ours.step(ear.astype(np.float64), mouth.astype(np.float64))
        softener.step(rest, ours.echo, ours.unsure)

    def by_both(ear: Samples, mouth: Samples) -> None:
        rest = part(ear, mouth).astype(np.float64)
        theirs.step(rest, ear - rest, unsure)

    took = _in_turns((by_us, by_both, whole), heard, played)
    return Costs(*(1000 * seconds / (len(heard) * HOP / RATE) for seconds in took))


def _in_turns(ways: Sequence[Callable[[Samples, Samples], object]], heard: Samples, played: Samples) -> Wave:
    took = np.zeros(len(ways))
    for first in range(0, len(heard), _TURN):
        for which, way in enumerate(ways):
            began = time.thread_time()
            for ear, mouth in zip(heard[first : first + _TURN], played[first : first + _TURN], strict=True):
                way(ear, mouth)
            took[which] += time.thread_time() - began
    return took


def _spoken(skill: Skill, acoustics: Acoustics) -> tuple[Samples, Samples]:
    """Steps of what we say and of what the microphone hears of it."""
    said = np.concatenate([resample(skill.voice.render(line), RATE).samples for line in LINES])
    played = from_floats(VOLUME * said[: len(said) // BLOCK * BLOCK]).reshape(-1, BLOCK)
    air = Air(acoustics, skill.voice, VOLUME)
    heard = np.concatenate([air.heard(block) for block in played])
    return played.reshape(-1, HOP), heard.reshape(-1, HOP)
