"""Recordings of what sounded in the room, on the same clock as the skill's event log."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping
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

Wave = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a known sound lies on a tape."""

    at: float
    """Seconds on the monotonic clock at which it begins."""
    likeness: float
    """Correlation, -1 to 1: about 1 for the same sound at any loudness, below 0.3 for another."""


class Tape:
    """Records a PulseAudio source from ``with`` to the end of it."""

    def __init__(self, source: str, environ: Mapping[str, str]) -> None:
        self._source = source
        self._environ = dict(environ)
        self._pieces: list[bytes] = []
        self._length = 0
        self._began = float("inf")
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
        # A sink that nobody has asked for short pieces yet gives the first one after two seconds.
        assert self._runs.wait(10), f"Nothing comes from {self._source}; is PulseAudio well?"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(5)
        self._thread.join(5)
        if self._process.stdout:
            self._process.stdout.close()

    def _record(self) -> None:
        assert self._process.stdout is not None
        while piece := os.read(self._process.stdout.fileno(), 1 << 16):
            now = time.monotonic()
            with self._lock:
                self._pieces.append(piece)
                self._length += len(piece)
                # A piece may come late but never early: the earliest of all gives the true beginning.
                self._began = min(self._began, now - self._length / 2 / RATE)
            self._runs.set()

    @property
    def began(self) -> float:
        """The moment of the first sample."""
        return self._began

    def between(self, since: float, until: float) -> Samples:
        """The samples of a stretch of time, as far as it has been recorded."""
        with self._lock:
            content, began = b"".join(self._pieces), self._began
        first, last = (max(0, round((moment - began) * RATE)) for moment in (since, until))
        samples: Samples = np.frombuffer(content[: len(content) & ~1], dtype=np.int16)[first:last]
        return samples

    def first_sound(self, since: float, until: float) -> float | None:
        """The moment of the first audible sample; None when there is none."""
        loud = np.flatnonzero(np.abs(self.between(since, until).astype(np.int32)) > AUDIBLE)
        return max(since, self.began) + int(loud[0]) / RATE if len(loud) else None

    def last_sound(self, since: float, until: float) -> float | None:
        """The moment of the last audible sample; None when there is none."""
        loud = np.flatnonzero(np.abs(self.between(since, until).astype(np.int32)) > AUDIBLE)
        return max(since, self.began) + (int(loud[-1]) + 1) / RATE if len(loud) else None

    def find(self, sound: Sound, since: float, until: float) -> Found:
        """Where in a stretch of time the sound is most likely to lie, and how like it is."""
        wanted = resample(sound, RATE).samples.astype(np.float64)
        place, likeness = best_place(self.between(since, until).astype(np.float64), wanted)
        return Found(max(since, self.began) + place / RATE, likeness)


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
