"""One sentence to samples, by pyttsx3 in child processes that can be killed.

pyttsx3 only renders: what it plays itself cannot be stopped, and its ``stop`` hangs for good.  Each child
serves one sentence; two more wait with their engines ready, so that a sentence costs the synthesis alone
(15 to 30 ms here) while nothing that pyttsx3 leaves behind reaches the next one.

A child that fails is made good by the next one at once.  Whether one hangs cannot be known, only that it is
late: then another is given the same sentence, and the first good answer counts.  So a hung child costs a
third of a second, and a slow machine loses nothing by our impatience.  What is usual is learnt from the last
few sentences; what cannot be the sentence is not played (``plausible``).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median_low

from voice_skill.audio.sound import Sound, trimmed
from voice_skill.audio.wav import read_sound
from voice_skill.errors import AudioFormatError, VoiceError
from voice_skill.speaking.plausible import trouble_with

PATIENCE = 1.0 if sys.platform == "linux" else 3.0
"""Seconds within which there must be sound, as long as no sentence has shown that more is usual; engines of
other systems load a whole voice for the first one."""

COMMAND = (sys.executable, str(Path(__file__).with_name("render_child.py")))
"""Starts a child."""
_FIRST_START, _START = 3.0, 0.5
"""Seconds that a child may take to come up: the first of all from a cold disk, and any other."""
_LATE, _LATER = 0.25, 4.0
"""Another child is asked when one takes so many seconds and so many times the usual longer ..."""
_LATEST, _SLOW = 0.6, 1.5
"""... but not later than this, unless so many times the usual is more."""
_USUAL = 5
"""Sentences whose middle time is the usual one: a single slow one says nothing."""
_HOPELESS = 8.0
"""No child is waited for any longer when all take so many times the usual."""
_TRIES = 3
_SPARE = 2


@dataclass(frozen=True, slots=True)
class Child:
    """One process, ready or about to be."""

    process: subprocess.Popen[bytes]
    started_at: float


@dataclass(frozen=True, slots=True)
class _Answer:
    written: bytes
    """What the child wrote to its standard output."""
    path: Path
    begun_at: float
    """When the child was asked, or had come up at the latest."""


class Renderer:
    """Has children speak; several threads may use it.

    ``command`` starts a child, ``patience`` is what a sentence may take in seconds before it is given up,
    apart from a child's start, and unless more has been usual.
    """

    def __init__(self, command: Sequence[str], patience: float) -> None:
        self._command = tuple(command)
        self._patience = patience
        self._times: deque[float] = deque(maxlen=_USUAL)
        """Seconds that the last good sentences took, apart from the child's start."""
        self._start_time = _FIRST_START
        self._numbers = count()
        self._changing = threading.Lock()
        """Held while the place is made, and while children are set waiting or ended."""
        self._workplace: Path | None = None
        self._waiting: SimpleQueue[Child] = SimpleQueue()
        self._closed = False

    def warm_up(self) -> None:
        """Start a child now, so that the first sentence does not wait for it."""
        with self._changing:
            if self._waiting.empty():
                self._waiting.put(self._start())

    def close(self) -> None:
        """End the children that wait and remove the temporary folder; twice does no harm."""
        with self._changing, suppress(Empty):  # a thread that still renders sets no child waiting after this
            self._closed = True
            while True:
                _end(self._waiting.get_nowait().process)
        if self._workplace is not None:
            shutil.rmtree(self._workplace, ignore_errors=True)

    def rendered(self, wish: Mapping[str, object]) -> Sound:
        """Have a child speak, another one when it is late or fails; the first good answer counts.

        ``wish`` has the text, the rate and the voice, see ``render_child``.  Raises VoiceError.
        """
        answers: SimpleQueue[_Answer] = SimpleQueue()
        asked = [self._ask(wish, answers)]
        due, late, hopeless = self._deadlines(asked[0])
        failed, trouble = 0, "it hangs"
        try:
            while failed < len(asked):
                until = min(due + late * len(asked), hopeless) if len(asked) < _TRIES else hopeless
                try:
                    answer = answers.get(timeout=max(0.0, until - time.monotonic()))
                    sound = _judged(answer, wish)
                except Empty:
                    if until == hopeless:
                        break
                except _Rubbish as error:
                    failed, trouble = failed + 1, str(error)
                else:
                    self._times.append(max(0.0, time.monotonic() - answer.begun_at))
                    return sound
                if len(asked) < _TRIES:
                    asked.append(self._ask(wish, answers))
        finally:
            self._start_time = _START
            for child in asked:
                child.process.kill()
            self._keep_ready()
        raise VoiceError(f"The voice does not work: {trouble}. Run 'voice-skill doctor' to find out why.")

    def _deadlines(self, child: Child) -> tuple[float, float, float]:
        """When this child begins at the latest, how many seconds on it is late, and when to give up."""
        now, usual = time.monotonic(), median_low(tuple(self._times) or (0.0,))
        late = min(_LATE + _LATER * usual, max(_LATEST, _SLOW * usual))
        hopeless = max(now, child.started_at + self._start_time) + max(self._patience, _HOPELESS * usual)
        return max(now, child.started_at + _START), late, hopeless

    def _ask(self, wish: Mapping[str, object], answers: SimpleQueue[_Answer]) -> Child:
        """Give the wish to a child that waits, or to a new one; its answer comes in its time, or never."""
        path = self._place() / f"{next(self._numbers)}.wav"
        try:
            child = self._waiting.get_nowait()
        except Empty:
            child = self._start()
        line = f"{json.dumps({**wish, 'path': str(path)})}\n".encode()
        begun_at = max(time.monotonic(), child.started_at + _START)

        def collect() -> None:
            written = b""
            with suppress(OSError):  # it has died before it was asked
                written, _ = child.process.communicate(line)
            answers.put(_Answer(written, path, begun_at))

        threading.Thread(target=collect, name="rendering", daemon=True).start()
        return child

    def _keep_ready(self) -> None:
        with self._changing, suppress(VoiceError):  # whoever asks next will be told
            while not self._closed and self._waiting.qsize() < _SPARE:
                self._waiting.put(self._start())

    def _start(self) -> Child:
        try:
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise VoiceError(f"The voice cannot be started: {error.strerror or error}.") from error
        return Child(process, time.monotonic())

    def _place(self) -> Path:
        """Make a private folder for what children write; in memory where the system has such a place."""
        with self._changing:
            return self._workplace or self._made_place()

    def _made_place(self) -> Path:
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


class _Rubbish(Exception):  # noqa: N818  # it says what came, never leaves this file
    """One child failed; another may not."""


def _judged(answer: _Answer, wish: Mapping[str, object]) -> Sound:
    """Give the sound that a child has made; raises _Rubbish where another may do better, else VoiceError."""
    try:
        told = json.loads(answer.written)
        if not isinstance(told, dict):
            raise _Rubbish("it gave no answer")
        if "error" in told:
            raise _trouble(str(told["error"]))
        recording = read_sound(answer.path)
    except AudioFormatError as error:
        raise _Rubbish("it wrote no sound") from error
    except ValueError as error:
        raise _Rubbish("it broke down") from error
    finally:
        answer.path.unlink(missing_ok=True)
    sound = trimmed(recording.sound)
    trouble = recording.note or trouble_with(sound, str(wish["text"]), int(str(wish["rate"])))
    if trouble:
        raise _Rubbish("it wrote a file that breaks off" if recording.note else trouble)
    return sound


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
