"""Text to samples, by pyttsx3 in a child process that can be killed.

pyttsx3 only renders: what it plays itself cannot be stopped, and its ``stop`` hangs for good.  Each child
serves one sentence and the next one is started at once and waits with its engine ready, so that a sentence
costs the synthesis alone (15 ms here) while nothing that pyttsx3 leaves behind reaches the next one.

A ``Voice`` may be used by several threads.  Sentences are kept on disk; a disk that is full or cannot be
written to only makes them be rendered again.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue

from voice_skill.audio.sound import Sound, empty, trimmed
from voice_skill.audio.wav import read_sound, write_wav
from voice_skill.errors import AudioFormatError, VoiceError

SLOWEST, FASTEST = 80, 400
"""Words a minute that eSpeak NG can do."""

_CHILD = Path(__file__).with_name("render_child.py")
_STARTUP = 8.0
_MOST_KEPT = 4000


@dataclass(frozen=True, slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    started_at: float


class Voice:
    """Renders sentences at ``rate`` words a minute; ``voice_id`` None is the engine's own voice.

    ``command`` starts a child (tests give another one), ``patience`` is what a sentence may take in
    seconds, apart from its length and the child's start.
    """

    def __init__(
        self,
        rate: int = 150,
        voice_id: str | None = None,
        cache_folder: Path | None = None,
        command: Sequence[str] = (sys.executable, str(_CHILD)),
        patience: float = 2.0,
    ) -> None:
        self.rate = rate
        self._voice_id = voice_id
        self._cache = cache_folder
        self._command = tuple(command)
        self._patience = patience
        self._versions = _versions()
        self._numbers = count()
        self._workplace: Path | None = None
        self._waiting: SimpleQueue[_Child] = SimpleQueue()
        self._closed = False
        if cache_folder is not None:
            _prune(cache_folder)

    def render(self, sentence: str, rate: int | None = None) -> Sound:
        """Give the sound of one sentence, without silence at its ends; empty when there is no word in it.

        Raises VoiceError when no engine is to be had, or when it hung or wrote rubbish twice.
        """
        if not any(letter.isalnum() for letter in sentence):
            return empty()
        possible = max(SLOWEST, min(FASTEST, rate or self.rate))
        wish = {"text": sentence, "rate": possible, "voice": self._voice_id}
        kept = self._kept(wish)
        if kept is not None:
            with suppress(AudioFormatError):
                return read_sound(kept).sound
        try:
            sound = self._rendered(wish)
        except _Rubbish:
            try:
                sound = self._rendered(wish)
            except _Rubbish as error:
                reason = f"The voice does not work: {error}. Run 'voice-skill doctor' to find out why."
                raise VoiceError(reason) from error
        if kept is not None:
            with suppress(OSError):
                kept.parent.mkdir(parents=True, exist_ok=True)
                write_wav(kept, sound)
        return sound

    def prepare(self, sentences: Iterable[str]) -> None:
        """Render ahead, in the caller's thread, what will be said; raises VoiceError like ``render``."""
        for sentence in sentences:
            self.render(sentence)

    def warm_up(self) -> None:
        """Start a child now, so that the first sentence does not wait for it."""
        if self._waiting.empty():
            self._waiting.put(self._start())

    def close(self) -> None:
        """End the child that waits and remove the temporary folder; twice does no harm."""
        self._closed = True
        with suppress(Empty):
            while True:
                _end(self._waiting.get_nowait().process)
        if self._workplace is not None:
            shutil.rmtree(self._workplace, ignore_errors=True)

    # --- one sentence -------------------------------------------------------------------------------

    def _rendered(self, wish: dict[str, object]) -> Sound:
        """Have one child speak; raises _Rubbish when another try may help, VoiceError when not."""
        try:
            child = self._waiting.get_nowait()
        except Empty:
            child = self._start()
        path = self._place() / f"{next(self._numbers)}.wav"
        try:
            answer = self._ask(child, json.dumps({**wish, "path": str(path)}), len(str(wish["text"])))
            if not self._closed:
                self._waiting.put(self._start())
            if "error" in answer:
                raise _trouble(str(answer["error"]))
            sound = trimmed(read_sound(path).sound)
        except AudioFormatError as error:
            raise _Rubbish("it wrote no sound") from error
        finally:
            path.unlink(missing_ok=True)
        if not len(sound.samples):
            raise _Rubbish("it wrote only silence")
        return sound

    def _ask(self, child: _Child, wish: str, length: int) -> dict[str, object]:
        """Send the wish, wait no longer than is fair, and give the child's answer."""
        startup = max(0.0, child.started_at + _STARTUP * self._patience / 2 - time.monotonic())
        try:
            deadline = startup + self._patience + length * 0.01
            written, _ = child.process.communicate(f"{wish}\n".encode(), deadline)
            answer = json.loads(written)
        except subprocess.TimeoutExpired as error:
            raise _Rubbish("it hangs") from error
        except (OSError, ValueError) as error:
            raise _Rubbish("it broke down") from error
        finally:
            _end(child.process)
        if not isinstance(answer, dict):
            raise _Rubbish("it gave no answer")
        return answer

    def _start(self) -> _Child:
        try:
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise VoiceError(f"The voice cannot be started: {error.strerror or error}.") from error
        return _Child(process, time.monotonic())

    def _place(self) -> Path:
        """Make a private folder for what children write; in memory where the system has such a place."""
        if self._workplace is None:
            memory = Path("/dev/shm")  # noqa: S108  # mkdtemp makes a folder of our own in it
            try:
                self._workplace = Path(tempfile.mkdtemp("", "voice-", memory if memory.is_dir() else None))
            except OSError:
                try:
                    self._workplace = Path(tempfile.mkdtemp("", "voice-"))
                except OSError as error:
                    raise VoiceError("The voice has no room to write to. Free some disk space.") from error
            # For a program that ends without closing its voice.
            weakref.finalize(self, shutil.rmtree, self._workplace, ignore_errors=True)
        return self._workplace

    def _kept(self, wish: dict[str, object]) -> Path | None:
        if self._cache is None:
            return None
        name = hashlib.sha256(json.dumps([wish, self._versions], sort_keys=True).encode()).hexdigest()[:40]
        return self._cache / f"{name}.wav"


class _Rubbish(Exception):  # noqa: N818  # it says what came, never leaves this file
    """One child failed; another may not."""


def _trouble(error: str) -> Exception:
    """Whether the child's complaint means that there is no engine at all."""
    if ("espeak" in error.lower() and "install" in error) or error.startswith("KeyError: 'espeak'"):
        return VoiceError("No speech engine was found. Install one with: sudo apt install espeak-ng")
    if error.startswith(("ModuleNotFoundError", "ImportError")):
        return VoiceError("The package pyttsx3 cannot be loaded. Install it again: pip install pyttsx3")
    return _Rubbish(f"the engine reported {error}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no child behind, whatever it is doing."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()


def _versions() -> list[str]:
    found = [platform.system(), "1"]  # the number counts up when the shape of the kept files changes
    for package in ("pyttsx3", "espeakng-loader"):
        with suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    return found


def _prune(folder: Path) -> None:
    """Keep the folder from growing for ever: the oldest go."""
    with suppress(OSError):
        files = sorted(folder.glob("*.wav"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_MOST_KEPT]:
            file.unlink(missing_ok=True)
