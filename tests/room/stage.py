"""Where a scene is played: in the bedroom on virtual time, or in the room over PulseAudio in real time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, Protocol, cast

from bedroom import RATE, Bedroom, joined
from frail import FrailRenderer
from robot import VoiceName, ended_at
from scene import Room
from virtual import Device
from voices import said_by

from voice_skill.audio.sound import Samples, Sound
from voice_skill.messages import Effect, Event, Say
from voice_skill.speaking.voice import Voice

DeviceName = Literal["microphone", "loudspeaker"]
_BEHIND = 0.2
"""Seconds by which the tape is behind the room."""


class Stage(Protocol):
    """What a scene needs of it."""

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

    def begin(self, text: str, voice: str) -> float:
        """Have the person begin to say it; gives the moment of its end."""
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

    def unplug(self, device: DeviceName) -> None:
        """Take a device away."""
        ...

    def plug_in(self, device: DeviceName) -> None:
        """Bring it back."""
        ...

    def set_rate(self, device: DeviceName, rate: int) -> None:
        """Have it run at another rate from when it comes back."""
        ...

    def mute(self, dead: bool) -> None:
        """Have the microphone deliver zeros, or sound again."""
        ...

    def shown(self) -> str:
        """All that was printed."""
        ...

    def rendered(self, sentence: str) -> Sound:
        """A sentence as the skill's own voice says it."""
        ...

    @property
    def faults(self) -> Mapping[str, Callable[[Any], None]]:
        """Lines of a scene that only this place knows."""
        ...


class Offline:
    """The bedroom."""

    def __init__(self, bedroom: Bedroom, voice: Voice, renderer: FrailRenderer) -> None:
        self._bedroom, self._voice, self._renderer = bedroom, voice, renderer

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return self._bedroom.now

    def messages(self) -> list[tuple[float, Event | Effect]]:
        """As the app noted them."""
        return self._bedroom.messages

    def speak(self, text: str, voice: str) -> float:
        """Say it into the bedroom."""
        over = self.begin(text, voice)
        self._bedroom.wait(over - self.now)
        return over

    def begin(self, text: str, voice: str) -> float:
        """Time does not pass."""
        return self._bedroom.says(said_by(text, voice))

    def wait(self, seconds: float) -> None:
        """Step."""
        self._bedroom.wait(seconds)

    def played(self, since: float, until: float) -> Samples:
        """Cut it out."""
        return joined(self._bedroom.spoken)[round(since * RATE) : round(until * RATE)]

    def finished(self) -> bool:
        """As the session sees it."""
        return not self._bedroom.session.script.speaking

    def unplug(self, device: DeviceName) -> None:
        """Its streams stand still."""
        self._bedroom.sound_system.unplug(self._device(device))

    def plug_in(self, device: DeviceName) -> None:
        """It can be opened again."""
        self._device(device).plugged_in = True

    def set_rate(self, device: DeviceName, rate: int) -> None:
        """It refuses all others."""
        self._device(device).rate = rate

    def mute(self, dead: bool) -> None:
        """As macOS does without permission."""
        self._bedroom.sound_system.microphone.dead = dead

    def shown(self) -> str:
        """For want of a voice or a loudspeaker."""
        return "\n".join(self._bedroom.shown)

    def rendered(self, sentence: str) -> Sound:
        """By the same voice."""
        return self._voice.render(sentence)

    @property
    def faults(self) -> Mapping[str, Callable[[Any], None]]:
        """What is virtual can be made to fail."""
        return {
            "microphone overflows": partial(setattr, self._bedroom.sound_system.microphone, "overflows"),
            "renderer": self._renderer.fail,
            "voice fails": lambda _: self._renderer.fail_always("finds no engine"),
            "voice works": lambda _: self._renderer.work(),
        }

    def _device(self, name: DeviceName) -> Device:
        system = self._bedroom.sound_system
        return system.microphone if name == "microphone" else system.loudspeaker


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
        """Say it by the robot; the tape of the room tells when the last word was over.

        The robot's player returns a little later than that, and not always equally much.
        """
        spoken = self._room.say(text, cast("VoiceName", voice))
        time.sleep(_BEHIND)
        # Our own voice may be on the tape as well, as loud as the robot's or louder.
        return ended_at(spoken, self._room.air, least=0.35)

    def begin(self, text: str, voice: str) -> float:
        """The robot cannot."""
        raise AssertionError("What begins and goes on is for the bedroom only.")

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

    def unplug(self, device: DeviceName) -> None:
        """Unload it, and break off what runs on it."""
        self._room.pulse.unplug(device)

    def plug_in(self, device: DeviceName) -> None:
        """Load it again."""
        self._room.pulse.plug_in(device)

    def set_rate(self, device: DeviceName, rate: int) -> None:
        """Loaded with it next time."""
        self._room.pulse.rates[device] = rate

    def mute(self, dead: bool) -> None:
        """PulseAudio's own switch gives exact zeros."""
        self._room.pulse.control("set-source-mute", "mic", "1" if dead else "0")

    def shown(self) -> str:
        """On its standard output."""
        return self._room.printed()

    def rendered(self, sentence: str) -> Sound:
        """By another voice of the same kind."""
        return self._room.rendered(sentence)

    @property
    def faults(self) -> Mapping[str, Callable[[Any], None]]:
        """None."""
        return {}
