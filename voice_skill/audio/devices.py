"""PortAudio, reached only from here: imported late, asked by name, refreshed when it is safe.

The library is loaded when sound is first wanted, so that text mode runs on a machine that has none.  It
makes its list of devices once; looking again means restarting it, which kills every open stream, so that
is done only while none of ours is open.  A device that cannot be opened may only be missing from the list:
then whoever holds the other stream is asked to close it for a moment (``makes_way``).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from typing import Any, Literal, TypeVar

from voice_skill.audio.hush import hushed
from voice_skill.audio.sound import SPEECH_RATE
from voice_skill.errors import AudioDeviceError

Direction = Literal["input", "output"]
Found = TypeVar("Found")

_SPOKEN = {"input": "microphone", "output": "loudspeaker"}
# Restarting PortAudio while another thread opens a stream would pull the library from under it.
_OPENING = threading.RLock()
_open_streams: list[Any] = []
_wanted: set[Direction] = set()
"""What a new list of devices is wanted for."""
renewed = threading.Event()
"""Set when a new list of devices has been made; cleared by who waits for it."""

PATIENCE = 2.0
"""Seconds without a callback after which a device counts as lost; PortAudio itself never says so."""
ANSWER_TIME = 5.0
"""Seconds that opening or closing may take; a Bluetooth headset needs two or three."""
_NO_ANSWER = "The sound system does not answer. Plug the device in again, or restart the computer."


def portaudio() -> Any:
    """Load sounddevice; raises AudioDeviceError that says what to install."""
    try:
        with hushed():
            import sounddevice
    except (OSError, ImportError) as error:
        raise AudioDeviceError(
            "The sound library PortAudio is missing. On Debian or Ubuntu install it with: "
            "sudo apt install libportaudio2"
        ) from error
    return sounddevice


def names(direction: Direction) -> list[str]:
    """Names of the devices that can be used, in PortAudio's order; may be empty."""
    library = portaudio()
    with _OPENING, hushed():
        found = library.query_devices()
        return [device["name"] for device in found if device[f"max_{direction}_channels"] > 0]


def makes_way(direction: Direction) -> bool:
    """Whether the stream of this direction shall be closed for a moment, so that the other can be found.

    Says so once for each time that it is wanted.
    """
    other: Direction = "input" if direction == "output" else "output"
    if other not in _wanted:
        return False
    _wanted.discard(other)
    return True


def open_stream(
    direction: Direction,
    name: str | None,
    make: Callable[[Any, int | None, int], Any],
    first_rate: int,
    library: Any = None,
) -> tuple[Any, int]:
    """Open and start a stream; give it back with the rate that it runs at.

    ``make(library, device, rate)`` builds the stream.  Tried are ``first_rate``, the device's own, 48,000 and
    44,100; never below 16,000, because Vosk cannot make more of a telephone headset's 8,000.  ``name`` is
    matched whole, then as a part, without regard to case.  ``library`` stands in for sounddevice in
    tests.  Raises AudioDeviceError.
    """
    library = library or portaudio()

    def act() -> tuple[Any, int]:
        if not _OPENING.acquire(timeout=ANSWER_TIME):
            raise AudioDeviceError(_NO_ANSWER)
        try:
            with hushed():
                opened = _open(library, direction, name, make, first_rate)
            _wanted.discard(direction)
            return opened
        except AudioDeviceError:
            _wanted.add(direction)
            raise
        finally:
            _OPENING.release()

    return _in_time(act, lambda opened: close_stream(opened[0]))


def _open(
    library: Any,
    direction: Direction,
    name: str | None,
    make: Callable[[Any, int | None, int], Any],
    first_rate: int,
) -> tuple[Any, int]:
    if not _open_streams:
        _restart(library)
    device, own_rate = _find(library, direction, name)
    refusal: Exception | None = None
    for rate in dict.fromkeys((first_rate, own_rate, 48_000, 44_100)):
        if rate < SPEECH_RATE:
            continue
        stream = None
        try:
            stream = make(library, device, rate)
            stream.start()
        except library.PortAudioError as error:
            refusal = error
            if stream is not None:
                stream.close(ignore_errors=True)
            continue
        _open_streams.append(stream)
        return stream, rate
    what = f"{_SPOKEN[direction]} {name!r}" if name else _SPOKEN[direction]
    raise AudioDeviceError(
        f"The {what} could not be opened. Check that it is plugged in and that no other program holds it."
    ) from refusal


def _restart(library: Any) -> None:
    with suppress(library.PortAudioError):  # it does not run where the last start has failed
        library._terminate()
    _wanted.clear()
    try:
        library._initialize()
    except library.PortAudioError as error:
        raise AudioDeviceError(_NO_ANSWER) from error
    renewed.set()


def close_stream(stream: Any) -> None:
    """Close a stream, also one whose device is gone; one that hangs is left behind."""

    def act() -> None:
        # abort, not stop: stop waits for buffers that a lost device will never play.
        stream.abort(ignore_errors=True)
        stream.close(ignore_errors=True)
        # Only now: while it hangs, PortAudio must not be restarted under it.  That needs no lock: whoever
        # opens next sees the stream either open still, or closed altogether.
        _open_streams.remove(stream)

    with suppress(AudioDeviceError):
        _in_time(act, lambda _: None)


def _in_time(act: Callable[[], Found], too_late: Callable[[Found], object]) -> Found:
    """Do what may hang for good in a thread that can be left behind.

    A sound server that has stopped answering holds whoever opens or closes a stream for ever, and with it
    a thread of ours on whose answers the conversation waits.  ``too_late`` gets what came after all.
    """
    if sys.platform == "win32":  # there, a stream belongs to the thread that opened it
        return act()
    answer: Future[Found] = Future()

    def run() -> None:
        try:
            found = act()
        except BaseException as error:
            with suppress(InvalidStateError):
                answer.set_exception(error)
            return
        try:
            answer.set_result(found)
        except InvalidStateError:  # nobody waits any more
            too_late(found)

    threading.Thread(target=run, name="device", daemon=True).start()
    try:
        return answer.result(timeout=ANSWER_TIME)
    except NotYet:
        if answer.cancel():
            raise AudioDeviceError(_NO_ANSWER) from None
        return answer.result()


def _find(library: Any, direction: Direction, name: str | None) -> tuple[int | None, int]:
    """Give the device's index (None for the default) and its own rate."""
    if name is None:
        try:
            return None, round(library.query_devices(kind=direction)["default_samplerate"])
        except (library.PortAudioError, ValueError) as error:
            what = _SPOKEN[direction]
            raise AudioDeviceError(
                f"No {what} was found; plug one in, or choose one in the system's settings."
            ) from error
    usable = [
        (index, device)
        for index, device in enumerate(library.query_devices())
        if device[f"max_{direction}_channels"] > 0
    ]
    wanted = name.casefold()
    for fits in (str.__eq__, str.__contains__):
        for index, device in usable:
            if fits(device["name"].casefold(), wanted):
                return index, round(device["default_samplerate"])
    known = ", ".join(device["name"] for _, device in usable) or "none"
    raise AudioDeviceError(f"No {_SPOKEN[direction]} is called {name!r}. There is: {known}.")
