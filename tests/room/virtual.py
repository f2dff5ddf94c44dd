"""Time that passes only when the room lets it, and a sound system on that time.

The skill's own threads run as ever, but wherever they wait for sound, for a device or for a while, they wait
here, until the room lets time go by.  Before each step the room waits until all of them have come to rest,
so that nothing depends on how fast the machine is.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Queue
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from voice_skill.audio.sound import SPEECH_RATE, Samples, from_floats
from voice_skill.audio.streams import Resampler

Item = TypeVar("Item")

PATIENCE = 60.0
"""Real seconds after which a thread that does not come to rest has failed."""


class VirtualTime:
    """The clock, and whoever waits by it; call it for the seconds since the beginning."""

    def __init__(self) -> None:
        self._now = 0.0
        self._turn = threading.Condition()
        self._waiting: dict[threading.Thread, tuple[Callable[[], bool], float]] = {}

    def __call__(self) -> float:
        """Tell the time."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Wait until so much time has gone by."""
        self.wait(lambda: False, seconds)

    def wait(self, free: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until it is so, or for ``timeout`` seconds; says whether it is so."""
        me = threading.current_thread()
        with self._turn:
            until = math.inf if timeout is None else self._now + timeout - 1e-9
            self._waiting[me] = free, until
            self._turn.notify_all()
            self._turn.wait_for(lambda: free() or self._now >= until)
            del self._waiting[me]
            return free()

    def poke(self) -> None:
        """Have everybody look whether they still need to wait."""
        with self._turn:
            self._turn.notify_all()

    def advance(self, seconds: float, happening: Callable[[], None]) -> None:
        """Let time go by; at the end of it something happens, and only then does anybody go on."""
        with self._turn:
            self._now += seconds
            happening()
            self._turn.notify_all()

    def settle(self, *threads: threading.Thread) -> None:
        """Wait until none of these threads can go on before time does."""

        def rests(thread: threading.Thread) -> bool:
            if not thread.is_alive():
                return True
            free, until = self._waiting.get(thread, (lambda: True, 0.0))
            return not free() and self._now < until

        latest = time.monotonic() + PATIENCE
        with self._turn:
            while not all(map(rests, threads)):
                assert time.monotonic() < latest, "A thread of the skill does not come to rest."
                self._turn.wait(0.05)  # one that ends does not tell


class VirtualQueue(Queue[Item]):
    """A queue that is waited at by virtual time."""

    def __init__(self, clock: VirtualTime, maxsize: int = 0) -> None:
        self._clock = clock
        super().__init__(maxsize)

    def get(self, block: bool = True, timeout: float | None = None) -> Item:
        """As ever."""
        if block and not self._clock.wait(lambda: self.qsize() > 0, timeout):
            raise Empty
        return super().get(block=False)

    def put(self, item: Item, block: bool = True, timeout: float | None = None) -> None:
        """As ever."""
        super().put(item, block, timeout)
        self._clock.poke()


class VirtualEvent(threading.Event):
    """An event that is waited for by virtual time."""

    def __init__(self, clock: VirtualTime) -> None:
        self._clock = clock
        super().__init__()

    def wait(self, timeout: float | None = None) -> bool:
        """As ever."""
        return self._clock.wait(self.is_set, timeout)

    def set(self) -> None:
        """As ever."""
        super().set()
        self._clock.poke()


@dataclass
class Device:
    """A microphone or a loudspeaker that one can see and unplug."""

    rate: int = SPEECH_RATE
    """The only one that it can run at."""
    plugged_in: bool = True
    dead: bool = False
    """A microphone that delivers zeros."""
    listed: bool = True
    """Whether it has been there all the time since PortAudio made its list."""
    overflows: float = 0.0
    """Seconds for which each second block of a microphone is lost, since nobody fetched it in time."""
    swallows: float = 0.0
    """Seconds that a loudspeaker loses each time its stream is opened, as a Bluetooth headset does."""


class Stream:
    """A stream of PortAudio: once its device has been unplugged, it never calls back again."""

    def __init__(self, device: Device, rate: int, callback: Callable[..., None], latency: float) -> None:
        self.device, self.rate, self.callback, self.latency = device, rate, callback, latency
        self.runs = False
        self.blocks = 0
        """How many have gone through."""
        self.resampler: Resampler | None = None

    def start(self) -> None:
        """Begin to call back."""
        if not (self.device.plugged_in and self.device.listed) or self.rate != self.device.rate:
            raise VirtualPortAudio.PortAudioError("Invalid device or rate")
        self.runs = True

    def abort(self, ignore_errors: bool = True) -> None:
        """Call back no more."""
        self.runs = False

    close = abort


class VirtualPortAudio:
    """What the skill uses of sounddevice, with one microphone and one loudspeaker in the room.

    There are others, in a cupboard.  Who asks by name for what has "USB" in it gets those in the room.
    """

    class PortAudioError(Exception):
        """As sounddevice's."""

    def __init__(self, latency: float, swallows: float = 0.0) -> None:
        self._latency = latency
        self.microphone, self.loudspeaker = Device(), Device(swallows=swallows)
        self._devices = (("Built-in", "input"), ("Built-in", "output"), ("USB", "input"), ("USB", "output"))
        self._in_order = (Device(), Device(), self.microphone, self.loudspeaker)
        self.in_cupboard = False
        """Whether the system's own choice is what is in the cupboard."""
        self._in: Stream | None = None
        self._out: Stream | None = None

    # --- for the skill

    def query_devices(self, kind: str | None = None) -> object:
        """Give the default device of a kind, or all."""
        everything = [
            {
                "name": f"{maker} {direction}",
                "max_input_channels": int(direction == "input"),
                "max_output_channels": int(direction == "output"),
                "default_samplerate": float(device.rate),
            }
            for (maker, direction), device in zip(self._devices, self._in_order, strict=True)
        ]
        return everything[self._default(kind)] if kind else everything

    def _terminate(self) -> None:
        """Kill what runs."""
        for stream in (self._in, self._out):
            if stream is not None:
                stream.runs = False

    def _initialize(self) -> None:
        """Make the list of devices: what is plugged in later cannot be opened until the next one."""
        for device in (self.microphone, self.loudspeaker):
            device.listed = device.plugged_in

    def RawInputStream(  # noqa: N802
        self, samplerate: int, callback: Callable[..., None], device: int | None, **_: object
    ) -> Stream:
        """Make a stream from the microphone."""
        chosen = self._in_order[self._default("input") if device is None else device]
        self._in = Stream(chosen, samplerate, callback, 0.0)
        return self._in

    def RawOutputStream(  # noqa: N802
        self, samplerate: int, callback: Callable[..., None], device: int | None, **_: object
    ) -> Stream:
        """Make a stream to the loudspeaker."""
        chosen = self._in_order[self._default("output") if device is None else device]
        self._out = Stream(chosen, samplerate, callback, self._latency)
        return self._out

    def _default(self, kind: str) -> int:
        return (0 if self.in_cupboard else 2) + (kind == "output")

    # --- for the room

    def unplug(self, device: Device) -> None:
        """Take it away: what runs on it stops without a word."""
        device.plugged_in = device.listed = False
        for stream in (self._in, self._out):
            if stream is not None and stream.device is device:
                stream.runs = False

    def played(self, seconds: float) -> Samples:
        """What the loudspeaker lets be heard, at 16,000 samples a second; silence when nothing runs."""
        length = round(seconds * SPEECH_RATE)
        stream = self._out
        if stream is None or not stream.runs:
            return np.zeros(length, np.int16)
        frames = round(seconds * stream.rate)
        buffer = bytearray(2 * frames)
        stream.callback(memoryview(buffer), frames, None, None)
        out: Samples = np.frombuffer(bytes(buffer), np.int16)
        stream.blocks += 1
        if stream.device is not self.loudspeaker or stream.blocks * seconds <= stream.device.swallows:
            out = np.zeros_like(out)
        return _at(stream, stream.rate, SPEECH_RATE, out)

    def record(self, block: Samples) -> None:
        """Hand over what the microphone hears."""
        stream = self._in
        if stream is None or not stream.runs:
            return
        unheard = stream.device.dead or stream.device is not self.microphone
        sound = _at(stream, SPEECH_RATE, stream.rate, np.zeros_like(block) if unheard else block)
        stream.blocks += 1
        overflows = stream.device.overflows > 0
        stream.device.overflows -= len(block) / SPEECH_RATE if overflows else 0.0
        if overflows and stream.blocks % 2:
            return
        status: Any = SimpleNamespace(input_overflow=overflows)
        stream.callback(sound.astype("<i2").tobytes(), len(sound), None, status)


def _at(stream: Stream, before: int, after: int, sound: Samples) -> Samples:
    if before == after:
        return sound
    if stream.resampler is None:
        stream.resampler = Resampler(before, after)
    return from_floats(stream.resampler.feed(sound))
