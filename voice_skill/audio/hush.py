"""Keeps the chatter of C libraries off the screen.

ALSA, JACK and Kaldi write to file descriptor 2 behind Python's back; a screen reader reads every line of
it aloud.  Any thread may use it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Descriptor 2 belongs to the whole process: two threads that swapped it at once could put it back wrongly.
_SWAPPING = threading.RLock()
_PATIENCE = 3.0


@contextmanager
def hushed() -> Iterator[list[str]]:
    """Keep what is written to descriptor 2 off the screen while the block runs.

    Gives a list that holds the lines that were written, once the block has ended; it stays empty where
    there is no descriptor 2 or no room for a temporary file, or where another thread has been inside for
    very long (a sound system that hangs).
    """
    lines: list[str] = []
    if not _SWAPPING.acquire(timeout=_PATIENCE):
        yield lines
        return
    try:
        try:
            kept = os.dup(2)
        except OSError:
            yield lines
            return
        aside = _aside()
        os.dup2(aside, 2)
        try:
            yield lines
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            lines.extend(_written(aside))
    finally:
        _SWAPPING.release()


def _written(aside: int) -> list[str]:
    """Read back what was written aside, and close it."""
    try:
        with suppress(OSError):  # the null device cannot be wound back on every system
            os.lseek(aside, 0, os.SEEK_SET)
            return os.read(aside, 1 << 20).decode("utf-8", "replace").splitlines()
        return []
    finally:
        os.close(aside)


@contextmanager
def python_alone() -> Iterator[None]:
    """Keep descriptor 2 off the screen for as long as a session runs; Python's own errors still get there.

    ALSA tells of each gap in the sound, PortAudio of each device that goes, whenever it happens.
    """
    with _SWAPPING:
        try:
            screen = os.dup(2)
        except OSError:
            screen = -1
        else:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
    if screen < 0:
        yield
        return
    before = sys.stderr
    sys.stderr = os.fdopen(os.dup(screen), "w", buffering=1, errors="backslashreplace")
    try:
        yield
    finally:
        sys.stderr.close()
        sys.stderr = before
        with _SWAPPING:
            os.dup2(screen, 2)
            os.close(screen)


def _aside() -> int:
    """Give a descriptor to write to that nobody sees."""
    try:
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())
    except OSError:  # disk full, no temporary folder
        return os.open(os.devnull, os.O_RDWR)
