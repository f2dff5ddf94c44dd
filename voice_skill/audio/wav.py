"""Sound files: reads WAV and AIFF as they come from phones, recorders, pipes and macOS, writes WAV.

The standard library's reader refuses the extensible header that many recorders write, and trusts the
lengths in the header, which are wrong in files that were cut off or written to a pipe; so the few chunks
that matter are read here.
"""

from __future__ import annotations

import errno
import io
import os
import struct
import tempfile
import threading
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice_skill.audio.sound import Sound, from_floats
from voice_skill.errors import AudioFormatError

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
LOWEST_RATE, HIGHEST_RATE = 8_000, 48_000


@dataclass(frozen=True, slots=True)
class Recording:
    """What a sound file held."""

    sound: Sound
    """All channels mixed down to one."""
    note: str = ""
    """A sentence about what was odd (the file was cut short), or empty."""


@dataclass(frozen=True, slots=True)
class _Layout:
    channels: int
    bits: int
    rate: int
    floating: bool = False
    big_endian: bool = False


def read_sound(path: Path) -> Recording:
    """Read a WAV or AIFF file of 8, 16, 24 or 32 bits, any number of channels, 8 to 48 kHz.

    A file that breaks off gives what is there, with a note.  Raises AudioFormatError, with one sentence
    for the user, when the file is missing, empty, of another kind, or has no sound in it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AudioFormatError(f"The sound file {path} cannot be read: {error.strerror or error}.") from error
    if not content:
        raise AudioFormatError(f"The sound file {path} is empty. Please record it again.")
    try:
        if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
            layout, body, promised = _read_wave(content)
        elif content[:4] == b"FORM" and content[8:12] in (b"AIFF", b"AIFC"):
            layout, body, promised = _read_aiff(content)
        else:
            raise ValueError("it is not a WAV file")
        return _recording(layout, body, promised, path)
    except (ValueError, struct.error) as error:
        reason = str(error) if isinstance(error, ValueError) else "its header breaks off"
        raise AudioFormatError(
            f"The sound file {path} cannot be used: {reason}. Give a WAV file with 16-bit samples."
        ) from error


def _recording(layout: _Layout, body: bytes, promised: int, path: Path) -> Recording:
    if not LOWEST_RATE <= layout.rate <= HIGHEST_RATE:
        raise ValueError(f"its rate of {layout.rate} is outside {LOWEST_RATE} to {HIGHEST_RATE} a second")
    samples = _mixed_down(layout, body)
    if not len(samples):
        raise ValueError("there is no sound in it")
    note = ""
    if len(body) < promised < 0x7FFF0000:  # a pipe writes the largest length there is
        left = len(samples) / layout.rate
        note = f"The sound file {path} is cut short; the {left:.1f} seconds in it are used."
    return Recording(Sound(from_floats(samples), layout.rate), note)


def _mixed_down(layout: _Layout, body: bytes) -> npt.NDArray[np.float64]:
    """Average the channels; scaled to 16 bits."""
    width = layout.bits // 8
    if layout.channels < 1 or layout.bits not in (8, 16, 24, 32) or (layout.floating and width != 4):
        raise ValueError(f"{layout.bits}-bit samples in {layout.channels} channels are not understood")
    body = body[: len(body) - len(body) % (width * layout.channels)]
    order = ">" if layout.big_endian else "<"
    if layout.floating:
        values = np.nan_to_num(np.frombuffer(body, f"{order}f4").astype(np.float64)) * 32767
    elif width == 1:
        signed = np.frombuffer(body, "i1" if layout.big_endian else "u1").astype(np.float64)
        values = (signed if layout.big_endian else signed - 128) * 256
    elif width == 3:
        bytes_of = np.frombuffer(body, "u1").reshape(-1, 3)[:, :: -1 if layout.big_endian else 1]
        padded = np.concatenate([np.zeros((len(bytes_of), 1), "u1"), bytes_of], axis=1)
        values = padded.copy().view("<i4").reshape(-1) / 65536
    else:
        values = np.frombuffer(body, f"{order}i{width}") / (1 if width == 2 else 65536)
    mixed: npt.NDArray[np.float64] = values.reshape(-1, layout.channels).mean(axis=1)
    return mixed


def _read_wave(content: bytes) -> tuple[_Layout, bytes, int]:
    """Layout, sample bytes, and how many the header promised."""
    layout: _Layout | None = None
    at = 12
    while at + 8 <= len(content):
        name, size = content[at : at + 4], struct.unpack_from("<I", content, at + 4)[0]
        if name == b"fmt ":
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", content, at + 8)
            if kind == _EXTENSIBLE:
                kind = struct.unpack_from("<H", content, at + 8 + 24)[0]
            if kind not in (_PCM, _FLOAT):
                raise ValueError("it is compressed")
            layout = _Layout(channels, bits, rate, floating=kind == _FLOAT)
        elif name == b"data":
            if layout is None:
                raise ValueError("it does not say what its samples are")
            body = content[at + 8 : at + 8 + size] if size else content[at + 8 :]
            return layout, body, size
        at += 8 + size + size % 2
    raise ValueError("there is no sound in it")


def _read_aiff(content: bytes) -> tuple[_Layout, bytes, int]:
    """Read the same from what macOS writes, whatever the file's name says."""
    layout: _Layout | None = None
    at = 12
    while at + 8 <= len(content):
        name, size = content[at : at + 4], struct.unpack_from(">I", content, at + 4)[0]
        if name == b"COMM":
            channels, _, bits, exponent, mantissa = struct.unpack_from(">hIhHQ", content, at + 8)
            kind = content[at + 26 : at + 30] if content[8:12] == b"AIFC" else b"NONE"
            if kind not in (b"NONE", b"sowt", b"twos", b"fl32", b"FL32"):
                raise ValueError("it is compressed")
            power = (exponent & 0x7FFF) - 16383 - 63
            rate = round(mantissa * 2.0 ** min(power, 0))  # with a higher power it is far too high anyway
            layout = _Layout(channels, bits, rate, kind in (b"fl32", b"FL32"), big_endian=kind != b"sowt")
        elif name == b"SSND" and layout is not None:
            return layout, content[at + 16 : at + 8 + size], size - 8
        at += 8 + size + size % 2
    raise ValueError("there is no sound in it")


def try_to_write(path: Path) -> None:
    """Find out, ahead of long work, whether there is a place to write to; raises OSError."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.is_file() or not path.exists():
        with tempfile.TemporaryFile(dir=path.parent):
            pass


def write_wav(path: Path, sound: Sound) -> None:
    """Write a 16-bit WAV so that the file is whole or not there at all; raises OSError.

    What is no ordinary file, such as a pipe, is written to as it stands: a rename would take its place.
    """
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(sound.samples.astype("<i2").tobytes())
    if path.exists() and not path.is_file():
        path.write_bytes(content.getvalue())
        return
    half = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        half.write_bytes(content.getvalue())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
