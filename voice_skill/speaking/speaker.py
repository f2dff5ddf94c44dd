"""Where sound goes out: a device, a WAV file, or memory, seen as the same few verbs.

A speaker takes short blocks at its own ``rate`` and holds a few of them, enough for a machine that stalls
for a moment; when it has to fall silent it drops them.  One thread plays; PortAudio's callback only takes
blocks off a deque.  A device's stream stays open between utterances, playing zeros, because a sleeping
Bluetooth headset swallows the first syllable.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from voice_skill.audio import devices
from voice_skill.audio.sound import Samples, Sound, silence
from voice_skill.audio.wav import write_wav
from voice_skill.errors import AudioDeviceError

BLOCK_SECONDS = 0.02
AHEAD = 6
"""Blocks that may be waiting; 120 ms bridge a moment in which the machine is busy."""

_USUAL_RATE = 22_050
_PRE_ROLL = 0.3
_FADE = 0.008
_DEVICE_BUFFER = 0.1
"""Seconds that the device is asked to hold, and what is left to hear after a stop; with 0.06 s, speech tore
on a machine that was kept from its work now and then."""


def _never() -> bool:
    return False


class Speaker(Protocol):
    """Plays blocks of 16-bit mono at ``rate``.  Every verb may raise AudioDeviceError."""

    rate: int
    """Samples a second that ``play`` expects."""
    latency: float
    """Seconds between leaving our hands and being heard."""
    played_seconds: float
    """Seconds of our blocks (not of the zeros in between) that have left our hands."""
    gain: float
    """Factor of the samples that leave our hands from now on, 0 to 1."""
    alive: bool
    """Whether it has asked for sound since it was opened; some can be opened and then do nothing."""

    @property
    def waiting(self) -> float:
        """Seconds of sound that are played before the next block is."""

    def play(self, block: Samples) -> None:
        """Queue a block; waits while enough are waiting already."""

    def stop(self) -> None:
        """Drop what is waiting and fade out within 10 ms."""

    def drain(self, cut: Callable[[], bool] = _never) -> None:
        """Wait until the last sample has been heard; ``stop`` as soon as ``cut`` says so."""

    def watch(self) -> None:
        """Find out whether the device has gone; costs nothing."""

    def makes_way(self) -> bool:
        """Whether it shall be closed for a moment, so that a microphone can be found."""

    def close(self) -> None:
        """Give the device back, or finish the file."""


class _Glide:
    """Brings samples to a gain, from nothing to whole in 20 ms: a jump would click."""

    def __init__(self) -> None:
        self._now = 1.0

    def applied(self, samples: Samples, wanted: float, rate: int) -> Samples:
        """Give the samples at the gain that is wanted now, or on their way to it."""
        if self._now == wanted == 1.0 or not len(samples):
            return samples
        gains = np.array([wanted])
        if self._now != wanted:
            reach = np.arange(1, len(samples) + 1) / (BLOCK_SECONDS * rate)
            gains = np.clip(wanted, self._now - reach, self._now + reach)
        self._now = float(gains[-1])
        scaled: Samples = (samples * gains).astype(np.int16)
        return scaled


class DeviceSpeaker:
    """A real loudspeaker, open from the start; ``name`` None is the system's own choice.

    ``tap`` is given every piece that is sent to the device, zeros included, with its rate and the moment, for
    the echo canceller; it is called from PortAudio's thread and must only queue it.  Raises
    AudioDeviceError when it cannot be opened, and later when it has not asked for sound for ``patience``
    seconds.  ``library``, ``clock`` and ``sleep`` stand in for sounddevice and the real time in tests.
    """

    def __init__(
        self,
        name: str | None = None,
        tap: Callable[[Samples, int, float], None] | None = None,
        patience: float = devices.PATIENCE,
        library: Any = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rate = _USUAL_RATE  # the callback needs one before the real one is known
        self.played_seconds = 0.0
        self.gain = 1.0
        self.alive = False
        self._glide = _Glide()
        self._tap = tap
        self._patience = patience
        self._clock, self._sleep = clock, sleep
        self._blocks: deque[Samples] = deque()
        self._rest: Samples = silence(0, _USUAL_RATE)
        self._stopping = False
        self._called_at = self._clock()
        self._stream, self.rate = devices.open_stream("output", name, self._make, _USUAL_RATE, library)
        self._called_at = self._clock()  # opening may have taken longer than a device may be still
        self.latency = float(self._stream.latency)
        self._rest = silence(_PRE_ROLL, self.rate)

    @property
    def waiting(self) -> float:
        """Seconds of sound that are played before the next block is."""
        return (sum(map(len, tuple(self._blocks))) + len(self._rest)) / self.rate

    def play(self, block: Samples) -> None:
        """Queue a block; waits while enough are waiting already."""
        while len(self._blocks) >= AHEAD or self._stopping:
            self.watch()
            self._sleep(BLOCK_SECONDS / 4)
        self.watch()
        self._blocks.append(block)

    def stop(self) -> None:
        """Drop what is waiting and fade out within 10 ms."""
        self._stopping = True

    def drain(self, cut: Callable[[], bool] = _never) -> None:
        """Wait until the last sample has been heard, the device's own delay included."""
        while self._blocks or self._stopping or len(self._rest):
            self.watch()
            if cut():
                self.stop()
            self._sleep(BLOCK_SECONDS / 4)
        self._sleep(self.latency)

    def watch(self) -> None:
        """Find out whether the device has gone, by when it last asked for sound."""
        if self._clock() - self._called_at > self._patience:
            raise AudioDeviceError("The loudspeaker has gone. Check that it is plugged in.")

    def makes_way(self) -> bool:
        """Whether it shall be closed for a moment, so that a microphone can be found."""
        return devices.makes_way("output")

    def close(self) -> None:
        """Give the device back; twice does no harm."""
        stream, self._stream = self._stream, None
        if stream is not None:
            devices.close_stream(stream)

    def _make(self, library: Any, device: int | None, rate: int) -> Any:
        return library.RawOutputStream(
            samplerate=rate, blocksize=0, device=device, channels=1, dtype="int16",
            latency=_DEVICE_BUFFER, callback=self._give,
        )  # fmt: skip

    def _give(self, wanted: Any, frames: int, _when: Any, _status: Any) -> None:
        """PortAudio's callback: fills ``wanted`` from what is waiting, with zeros when nothing is."""
        self._called_at = self._clock()
        self.alive = True
        out = np.frombuffer(wanted, dtype=np.int16)
        filled = 0
        while filled < frames:
            if not len(self._rest):
                if not self._blocks:
                    break
                self._rest = self._blocks.popleft()
            piece = self._rest[: frames - filled]
            self._rest = self._rest[len(piece) :]
            out[filled : filled + len(piece)] = piece
            filled += len(piece)
        out[filled:] = 0
        out[:] = self._glide.applied(out, self.gain, self.rate)
        if self._stopping:
            self._fade(out)
        self.played_seconds += filled / self.rate
        if self._tap is not None:
            self._tap(out.copy(), self.rate, self._called_at)

    def _fade(self, out: Samples) -> None:
        length = min(len(out), round(_FADE * self.rate))
        out[:length] = (out[:length] * np.linspace(1, 0, length)).astype(np.int16)
        out[length:] = 0
        self._blocks.clear()
        self._rest = self._rest[:0]
        self._stopping = False


class MemorySpeaker:
    """Keeps what it is given; plays in no time.  ``on_play`` is called after each block, by who plays it."""

    def __init__(self, rate: int = _USUAL_RATE, on_play: Callable[[], None] | None = None) -> None:
        self.rate = rate
        self.latency = 0.0
        self.played_seconds = 0.0
        self.gain = 1.0
        self.alive = True
        self._glide = _Glide()
        self.waiting = 0.0
        self.stops = 0
        self._on_play = on_play
        self._blocks: list[Samples] = []

    @property
    def samples(self) -> Samples:
        """Everything played so far."""
        return np.concatenate([silence(0, self.rate), *self._blocks])

    def play(self, block: Samples) -> None:
        """Keep the block."""
        self._blocks.append(self._glide.applied(block, self.gain, self.rate))
        self.played_seconds += len(block) / self.rate
        if self._on_play is not None:
            self._on_play()

    def stop(self) -> None:
        """Count it."""
        self.stops += 1

    def drain(self, cut: Callable[[], bool] = _never) -> None:
        """Nothing waits; a stop counts all the same."""
        if cut():
            self.stop()

    def watch(self) -> None:
        """Memory stays."""

    def makes_way(self) -> bool:
        """It is in nobody's way."""
        return False

    def close(self) -> None:
        """Nothing to give back."""


class WavSpeaker:
    """Writes what it plays into a WAV file when it is closed.

    With a ``clock`` (seconds, any origin) it takes as long as a loudspeaker would, waiting through
    ``sleep``, and keeps the silence between utterances; without one it runs in audio time, as fast as it is
    fed.
    """

    def __init__(
        self,
        path: Path | str,
        rate: int = _USUAL_RATE,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rate = rate
        self.latency = 0.0
        self.played_seconds = 0.0
        self.gain = 1.0
        self.alive = True
        self._glide = _Glide()
        self._path = Path(path)
        self._clock = clock
        self._sleep = sleep
        self._opened_at = clock() if clock is not None else 0.0
        self._blocks: list[Samples] = []
        self._written = 0

    @property
    def waiting(self) -> float:
        """Seconds of sound written beyond the present moment."""
        return max(0.0, self._written / self.rate - self._elapsed())

    def play(self, block: Samples) -> None:
        """Write the block where the clock stands, after what is still being heard."""
        gap = round(self._elapsed() * self.rate) - self._written
        if self._clock is not None and gap > round(BLOCK_SECONDS * self.rate):
            self._write(silence(gap / self.rate, self.rate))
        self._write(self._glide.applied(block, self.gain, self.rate))
        self.played_seconds += len(block) / self.rate
        ahead = self.waiting - AHEAD * BLOCK_SECONDS
        if ahead > 0:
            self._sleep(ahead)

    def stop(self) -> None:
        """Unwrite what has not been heard yet, but for a short fade."""
        if self._clock is None:
            return
        everything = np.concatenate([silence(0, self.rate), *self._blocks])
        heard = min(len(everything), round(self._elapsed() * self.rate))
        tail = everything[heard : heard + round(_FADE * self.rate)]
        faded = (tail * np.linspace(1, 0, len(tail))).astype(np.int16)
        self._blocks = [everything[:heard], faded]
        self._written = heard + len(faded)

    def drain(self, cut: Callable[[], bool] = _never) -> None:
        """Wait until the clock has caught up."""
        while self.waiting > 1e-3:
            if cut():
                self.stop()
            self._sleep(min(self.waiting, BLOCK_SECONDS))

    def watch(self) -> None:
        """A file stays; that it cannot be written shows when it is closed."""

    def makes_way(self) -> bool:
        """It is in nobody's way."""
        return False

    def close(self) -> None:
        """Write the file; raises AudioDeviceError when it cannot be."""
        try:
            write_wav(self._path, Sound(np.concatenate([silence(0, self.rate), *self._blocks]), self.rate))
        except OSError as error:
            reason = f"The sound file {self._path} cannot be written: {error.strerror}."
            raise AudioDeviceError(reason) from error

    def _elapsed(self) -> float:
        return self._clock() - self._opened_at if self._clock is not None else self._written / self.rate

    def _write(self, block: Samples) -> None:
        self._blocks.append(block)
        self._written += len(block)
