"""espeak-ng through ctypes: speech together with the time of every phoneme.

Only the library tells the times (the command line does not). One process can hold one espeak-ng; it is not
safe to use from two threads.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .phones import from_espeak

_RETRIEVE, _PHONEME_EVENTS, _UTF8 = 2, 1, 1
_END, _PHONEME = 0, 7
_RATE, _PITCH, _RANGE = 1, 3, 4
_HANDLE: list[tuple[ctypes.CDLL, int]] = []


class _Name(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
                ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
                ("user_data", ctypes.c_void_p), ("id", _Name)]  # fmt: skip


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class Spoken:
    """Speech as an engine made it."""

    samples: npt.NDArray[np.int16]
    """Mono."""
    rate: int
    """Samples per second."""
    segments: list[tuple[str, float, float]]
    """(our phone, start, end) in seconds, in order; silence included."""


class Espeak:
    """One voice of espeak-ng, such as "en-us" or "en-gb-scotland+f2"."""

    def __init__(self, voice: str, rate: int = 160, pitch: int = 50, pitch_range: int = 50) -> None:
        """`rate` in words a minute, `pitch` and `pitch_range` 0..100. Raises OSError without the library."""
        if not _HANDLE:
            library = ctypes.CDLL("libespeak-ng.so.1")
            self_rate = library.espeak_Initialize(_RETRIEVE, 0, None, _PHONEME_EVENTS)
            if self_rate <= 0:
                raise OSError("espeak-ng could not start: is the package espeak-ng-data there?")
            _HANDLE.append((library, int(self_rate)))
        self._library, self._samples_per_second = _HANDLE[0]
        self._voice, self._rate, self._pitch, self._range = voice, rate, pitch, pitch_range

    def speak(self, text: str) -> Spoken:
        """Say `text` and return it with its phones."""
        chunks: list[npt.NDArray[np.int16]] = []
        marks: list[tuple[str, int]] = []

        def receive(
            wave: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]
        ) -> int:
            if count > 0:
                chunks.append(np.ctypeslib.as_array(wave, (count,)).astype(np.int16))
            index = 0
            while events[index].type != _END:
                if events[index].type == _PHONEME:
                    marks.append((events[index].id.string.decode("utf-8", "replace"), events[index].sample))
                index += 1
            return 0

        library = self._library
        callback = _CALLBACK(receive)
        library.espeak_SetSynthCallback(callback)
        if library.espeak_SetVoiceByName(self._voice.encode()) != 0:
            raise OSError(f"espeak-ng has no voice {self._voice!r}")
        for parameter, value in ((_RATE, self._rate), (_PITCH, self._pitch), (_RANGE, self._range)):
            library.espeak_SetParameter(parameter, value, 0)
        encoded = text.encode()
        library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, _UTF8, None, None)
        samples = np.concatenate(chunks) if chunks else np.zeros(0, np.int16)
        rate = self._samples_per_second
        return Spoken(samples, rate, _segments(marks, len(samples), rate))

    def phones(self, text: str) -> list[str]:
        """Only the phones of `text`."""
        return [phone for phone, _, _ in self.speak(text).segments]


def _segments(marks: list[tuple[str, int]], samples: int, rate: int) -> list[tuple[str, float, float]]:
    """Phones with their times; a mark that stands for two phones is cut in the middle."""
    segments: list[tuple[str, float, float]] = []
    ends = [start for _, start in marks[1:]] + [samples]
    for (name, start), end in zip(marks, ends, strict=True):
        phones = from_espeak(name)
        for index, phone in enumerate(phones):
            length = (end - start) / len(phones)
            segments.append((phone, (start + index * length) / rate, (start + (index + 1) * length) / rate))
    return segments
