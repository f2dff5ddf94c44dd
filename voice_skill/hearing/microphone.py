"""Where sound comes in: a device or a WAV file, seen as the same iterator of blocks.

PortAudio's callback only puts bytes into a bounded queue; everything else is done by the thread that
iterates over ``blocks``.  A microphone does not look for a replacement itself: it raises, and whoever
owns it opens a new one.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from voice_skill.audio import devices
from voice_skill.audio.sound import SPEECH_RATE, from_floats, resample
from voice_skill.audio.streams import Resampler
from voice_skill.audio.wav import read_sound
from voice_skill.errors import AudioDeviceError

if TYPE_CHECKING:
    from typing_extensions import Self

SILENT_REASON = "microphone silent"
"""Reason of AudioLost when a microphone delivers nothing but zeros; the session words the remedy."""

_SILENT_AFTER = 3.0
"""Seconds of exact zeros after which a line that has just been opened is dead."""
_DIED_AFTER = 10.0
"""The same for a line that has given sound, and never zeros in between."""
_GAP = 0.2
"""Seconds of exact zeros between two sounds that may be the work of a noise gate."""
_GAPS = 3
"""So many of them are: one may be a dropout, or a mute switch."""
_WITHIN = 600.0
"""Seconds within which they must come."""
LONGEST_BEHIND = 2.0
"""Seconds of sound that wait at most: "stop" must not be obeyed later than that.

On two idle cores the ears are never more than 0.16 seconds behind in the scenes of ``tests/room``, and 0.98
under a load of eight; making the recognisers takes 0.01, and hearing three seconds again 0.11.  A machine
four times slower would be 0.9 behind, and 1.2 where somebody talks in noise.
"""


class Microphone(Protocol):
    """Blocks of 16-bit mono, little-endian, all of one length except perhaps the last."""

    rate: int
    """Samples a second; known once the microphone is open."""
    lost: float
    """Seconds of sound lost so far because nobody fetched them in time, here or in the sound system."""

    @property
    def silent(self) -> bool:
        """True while the line is dead: see ``LineWatch``."""

    @property
    def behind(self) -> float:
        """Seconds of sound that have been recorded but not yet fetched."""

    def blocks(self) -> Iterator[bytes]:
        """Sound as it comes, until the microphone is closed or its file ends."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


class LineWatch:
    """Tells a dead line by its exact zeros; a living one has noise of its own, or a noise gate.

    macOS without permission, a dead cable, a muted headset and a mute switch all deliver exact zeros, and no
    error.  Behind a noise gate a quiet bedroom looks the same, so nothing is told: that would wake people.
    """

    def __init__(self) -> None:
        self.dead = False
        self.proven = False
        """Whether there has been any sound since the line was opened."""
        self._gated = False
        self._now = self._zeros = 0.0
        self._gaps: deque[float] = deque([-math.inf] * _GAPS, _GAPS)
        """When the latest gaps ended, in seconds since the line was opened."""

    def take(self, piece: bytes, seconds: float) -> None:
        """Look at a piece of so many seconds."""
        self._now += seconds
        if any(piece):
            if self.proven and self._zeros >= _GAP:
                self._notice_gap()
            self.dead, self.proven, self._zeros = False, True, 0.0
            return
        self._zeros += seconds
        self.dead = not self._gated and self._zeros >= (_DIED_AFTER if self.proven else _SILENT_AFTER)

    def _notice_gap(self) -> None:
        self._gaps.append(self._now)
        self._gated |= self._now - self._gaps[0] < _WITHIN


class DeviceMicrophone:
    """A real microphone, opened by ``with``; ``name`` None is the system's own choice.

    Gives 16,000 samples a second, whatever the device runs at: that is what the models are made for, and the
    echo of our own voice is taken out at one rate only.

    Raises AudioDeviceError when it cannot be opened, and from ``blocks`` when it has been silent in the
    sense of the operating system (no callback) for ``patience`` seconds.  ``library`` stands in for
    sounddevice in tests, ``make_queue`` for a queue that is waited at by the clock.
    """

    def __init__(
        self,
        name: str | None = None,
        block_seconds: float = 0.04,
        patience: float = devices.PATIENCE,
        library: Any = None,
        make_queue: Callable[[], Queue[bytes]] = Queue,
    ) -> None:
        self.rate = SPEECH_RATE
        self.lost = 0.0
        self._line = LineWatch()
        self._name = name
        self._patience = patience
        self._library = library
        self._block_seconds = block_seconds
        self._make_queue = make_queue
        self._queue = make_queue()
        self._came = self._fetched = 0
        """Bytes by PortAudio's thread, less what it dropped, and by the reader's: each writes one of them."""
        self._own_rate = SPEECH_RATE
        self._resampler = Resampler(SPEECH_RATE, SPEECH_RATE)
        self._stream: Any = None

    def __enter__(self) -> Self:
        def make(library: Any, device: int | None, rate: int) -> Any:
            # Block size 0 lets the host choose: a fixed one adds a second buffer and its delay.  The host
            # hands its buffer over in quarters; smaller ones would wake an idle machine more often.
            return library.RawInputStream(
                samplerate=rate, blocksize=0, device=device, channels=1, dtype="int16",
                latency=4 * self._block_seconds, callback=self._take,
            )  # fmt: skip

        self._queue, self._line = self._make_queue(), LineWatch()
        self._came = self._fetched = 0
        self._stream, self._own_rate = devices.open_stream(
            "input", self._name, make, SPEECH_RATE, self._library
        )
        self._resampler = Resampler(self._own_rate, SPEECH_RATE)
        return self

    def __exit__(self, *_: object) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            devices.close_stream(stream)

    @property
    def silent(self) -> bool:
        """Whether the line is dead."""
        return self._line.dead

    @property
    def behind(self) -> float:
        """Seconds of sound in the queue."""
        return (self._came - self._fetched) / 2 / self._own_rate

    def blocks(self) -> Iterator[bytes]:
        """Blocks of ``block_seconds``, from the first sound on; ends when the microphone is closed.

        Zeros before it prove nothing: who has lost a microphone must not take them for its return.
        """
        size = round(self.rate * self._block_seconds) * 2
        kept = bytearray()
        while self._stream is not None:
            if devices.makes_way("input"):  # a loudspeaker can only be found while this is closed
                self.__exit__()
                self.__enter__()
            try:
                piece = self._queue.get(timeout=self._patience)
            except Empty:
                raise AudioDeviceError("The microphone has gone. Check that it is plugged in.") from None
            self._fetched += len(piece)
            self._line.take(piece, len(piece) / 2 / self._own_rate)
            if not (self._line.proven or self._line.dead):
                continue
            if self._own_rate != self.rate:
                piece = from_floats(self._resampler.feed(np.frombuffer(piece, "<i2"))).astype("<i2").tobytes()
            kept += piece
            while len(kept) >= size:
                yield bytes(kept[:size])
                del kept[:size]

    def _take(self, sound: Any, _frames: int, _when: Any, status: Any) -> None:
        """PortAudio's callback: may neither wait nor fail."""
        piece = bytes(sound)
        if status.input_overflow:
            self.lost += len(piece) / 2 / self._own_rate  # it does not say how much; as a rule it is a buffer
        self._came += len(piece)
        self._queue.put_nowait(piece)
        with suppress(Empty):  # the reader may come in between
            while self.behind > LONGEST_BEHIND and self._queue.qsize() > 1:
                dropped = len(self._queue.get_nowait())  # what was said just now matters more
                self._came -= dropped
                self.lost += dropped / 2 / self._own_rate


class WavMicrophone:
    """A recording that plays the part of a microphone; ``realtime`` paces it by the clock.

    Rates below 16,000 are brought up to it.  Raises AudioFormatError when opened on what is not sound.
    ``note`` says what was odd about the file, or is empty; ``seconds`` is its length.
    """

    def __init__(self, path: Path | str, realtime: bool = False, block_seconds: float = 0.04) -> None:
        self.rate = SPEECH_RATE
        self.lost = 0.0
        self.silent = False
        self.behind = 0.0
        self.note = ""
        self.seconds = 0.0
        self._path = Path(path)
        self._realtime = realtime
        self._block_seconds = block_seconds
        self._content = b""
        self._open = False

    def __enter__(self) -> Self:
        recording = read_sound(self._path)
        sound = recording.sound
        if sound.rate < SPEECH_RATE:
            sound = resample(sound, SPEECH_RATE)
        self.rate, self.note = sound.rate, recording.note
        self._content = sound.samples.astype("<i2").tobytes()
        self.seconds = sound.seconds
        self._open = True
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False

    def blocks(self) -> Iterator[bytes]:
        """Blocks of ``block_seconds``, the last one perhaps shorter."""
        size = round(self.rate * self._block_seconds) * 2
        started = time.monotonic()
        for at in range(0, len(self._content), size):
            if self._realtime:
                due = started + (at + size) / 2 / self.rate
                time.sleep(max(0.0, due - time.monotonic()))
            if not self._open:
                return
            yield self._content[at : at + size]
