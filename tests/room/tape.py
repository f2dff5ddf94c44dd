"""Recordings of what sounded in the room, on the same clock as the skill's event log."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from voice_skill.audio.sound import Samples, Sound, resample

if TYPE_CHECKING:
    from typing_extensions import Self

RATE = 16_000
"""Samples a second of a tape."""
AUDIBLE = 40
"""Size of a sample (of 32,767) that counts as sound; a null sink with nothing to play gives exact zeros."""

_PIECE = 0.3
"""Seconds of the pieces that a torn sound is cut into, and how far each may be from its place."""

Wave = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a known sound lies on a tape."""

    at: float
    """Seconds on the monotonic clock at which it begins."""
    likeness: float
    """Correlation, -1 to 1: about 1 for the same sound at any loudness, below 0.5 for another."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a tape."""

    samples: Samples
    since: float
    """The moment of the first one."""

    def at(self, index: int) -> float:
        """The moment of a sample."""
        return self.since + index / RATE


class Tape:
    """Records a PulseAudio source from ``with`` to the end of it."""

    def __init__(self, source: str, environ: Mapping[str, str]) -> None:
        self._source = source
        self._environ = dict(environ)
        self._pieces: list[bytes] = []
        self._arrivals: list[tuple[int, float]] = []
        """For each piece, the number of samples up to its end, and when it came."""
        self._lock = threading.Lock()
        self._runs = threading.Event()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["parec", f"--device={self._source}", "--raw", "--format=s16le", "--channels=1",
             f"--rate={RATE}", "--latency-msec=10"],
            env=self._environ, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._record, name=f"tape of {self._source}", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(5)
        self._thread.join(5)
        if self._process.stdout:
            self._process.stdout.close()

    def _record(self) -> None:
        assert self._process.stdout is not None
        length = 0
        while piece := os.read(self._process.stdout.fileno(), 1 << 16):
            now = time.monotonic()
            length += len(piece)
            with self._lock:
                self._pieces.append(piece)
                self._arrivals.append((length // 2, now))
            self._runs.set()

    def between(self, since: float, until: float) -> Stretch:
        """What was recorded in a stretch of time, as far as it has been."""
        # A sink that nobody has asked for short pieces yet gives the first one after two seconds.
        assert self._runs.wait(10), f"Nothing comes from {self._source}; is PulseAudio well?"
        with self._lock:
            content = b"".join(self._pieces)
            ends, arrivals = (np.array(column) for column in zip(*self._arrivals, strict=True))
        # A piece may come late but never early, so the earliest of a second's pieces tells the time.  Over
        # minutes that would not do: a server that was kept from its work leaves out sound, or doubles it.
        began = sliding_least(arrivals - ends / RATE, 50)
        moments = np.maximum.accumulate(ends / RATE + began)
        samples: Samples = np.frombuffer(content[: len(content) & ~1], dtype=np.int16)
        first, last = (
            min(len(samples), max(0, round(float(np.interp(moment, moments, ends)))))
            if moment >= moments[0] else 0
            for moment in (since, until)
        )  # fmt: skip
        return Stretch(samples[first:last], float(np.interp(first, ends, moments)))

    def first_sound(self, since: float, until: float) -> float | None:
        """The moment of the first audible sample; None when there is none."""
        stretch = self.between(since, until)
        loud = np.flatnonzero(np.abs(stretch.samples.astype(np.int32)) > AUDIBLE)
        return stretch.at(int(loud[0])) if len(loud) else None

    def last_sound(self, since: float, until: float) -> float | None:
        """The moment of the last audible sample; None when there is none."""
        stretch = self.between(since, until)
        loud = np.flatnonzero(np.abs(stretch.samples.astype(np.int32)) > AUDIBLE)
        return stretch.at(int(loud[-1]) + 1) if len(loud) else None

    def find(self, sound: Sound, since: float, until: float) -> Found:
        """Where in a stretch of time the sound is most likely to lie, and how like it is."""
        return self._find(best_place, sound, since, until)

    def find_torn(self, sound: Sound, since: float, until: float) -> Found:
        """The same for a sound with gaps of some hundredths of a second in it.

        They come about when the machine is kept from its work; a listener hears the sentence all the same.
        """
        return self._find(best_torn_place, sound, since, until)

    def _find(
        self, search: Callable[[Wave, Wave], tuple[int, float]], sound: Sound, since: float, until: float
    ) -> Found:
        wanted = resample(sound, RATE).samples.astype(np.float64)
        stretch = self.between(since, until)
        place, likeness = search(dull(stretch.samples.astype(np.float64)), dull(wanted))
        return Found(stretch.at(place), likeness)


def sliding_least(values: Wave, reach: int) -> Wave:
    """For each value the least of those within ``reach`` places on either side."""
    padded = np.pad(values, reach, mode="edge")
    least: Wave = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    return least


def dull(wave: Wave) -> Wave:
    """Leave what lies below 2,000 Hz: above it half a sample of delay makes the same sound another."""
    if not len(wave):
        return wave
    spectrum = np.fft.rfft(wave)
    spectrum[round(2000 / RATE * len(wave)) :] = 0
    return np.fft.irfft(spectrum, len(wave))


def best_place(recording: Wave, wanted: Wave) -> tuple[int, float]:
    """Index at which ``wanted`` is most like the recording, with the correlation there."""
    if len(recording) < len(wanted) or not len(wanted):
        return 0, 0.0
    size = 1 << (len(recording) + len(wanted)).bit_length()
    products = np.fft.irfft(np.fft.rfft(recording, size) * np.conj(np.fft.rfft(wanted, size)), size)
    places = len(recording) - len(wanted) + 1
    energy = np.concatenate([[0.0], np.cumsum(recording**2)])
    # Where next to nothing sounds, a correlation would be noise divided by noise.
    least = 0.01 * float(np.sum(wanted**2))
    local = np.maximum(energy[len(wanted) :][:places] - energy[:places], least * 1e-2)
    likeness = products[:places] / np.sqrt(local * float(np.sum(wanted**2)))
    best = int(np.argmax(likeness))
    return best, float(likeness[best])


def best_torn_place(recording: Wave, wanted: Wave) -> tuple[int, float]:
    """Index at which ``wanted`` begins, with the mean correlation of its pieces, each near its place.

    Of speech of one voice, the right sentence with a gap in each half second comes to 0.86 or more, any other
    sentence to 0.48 at most.
    """
    pieces = np.array_split(wanted, max(1, round(len(wanted) / RATE / _PIECE)))
    starts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])])[:-1]
    found = [best_place(recording, piece) for piece in pieces]
    surest = max(range(len(pieces)), key=lambda index: found[index][1])
    begin = found[surest][0] - int(starts[surest])
    slack = round(_PIECE * RATE)
    padded = np.pad(recording, (slack + max(0, -begin), 2 * slack + len(wanted)))[max(0, begin) :]
    likeness = [
        best_place(padded[start : start + len(piece) + 2 * slack], piece)[1]
        for start, piece in zip(starts, pieces, strict=True)
    ]
    return max(0, begin), float(np.mean(likeness))
