"""The event log: every event and effect as one JSON line, so that a session can be watched and replayed.

Off unless asked for, because it holds what the person said.  Used by the main thread only.  A full disk
ends the log, never the session.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from voice_skill.errors import ConfigError, VoiceSkillError
from voice_skill.messages import Alternative, Effect, Event

Kind: TypeAlias = Literal["event", "effect"]

_TYPES: Mapping[str, tuple[Kind, type[Any]]] = {
    **{kind.__name__: ("event", kind) for kind in get_args(Event)},
    **{kind.__name__: ("effect", kind) for kind in get_args(Effect)},
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a log."""

    at: float
    """Seconds on the app's clock."""
    kind: Kind
    message: Event | Effect


class EventLog:
    """Appends to a file until ``close`` or until the disk is full."""

    stopped: str
    """Why nothing is written any more, as a sentence; empty while the log works."""

    def __init__(self, path: Path) -> None:
        """Open ``path`` for appending, readable by its owner only; raises ConfigError where that fails."""
        self.stopped = ""
        try:
            # Unbuffered: each line is one write, so whoever watches the file sees it at once.
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._file = os.fdopen(os.open(path, flags, 0o600), "ab", buffering=0)
        except OSError as error:
            raise ConfigError(f"The log {path} cannot be opened: {error.strerror or error}.") from error

    def write(self, at: float, message: Event | Effect) -> None:
        """Add one line; never fails."""
        if self.stopped:
            return
        name = type(message).__name__
        line = {"at": round(at, 3), "kind": _TYPES[name][0], "type": name, **asdict(message)}
        content = json.dumps(line).encode("ascii") + b"\n"
        try:
            written = self._file.write(content)
        except OSError as error:
            self.stopped = f"The log has ended: {error.strerror or error}."
            return
        if written != len(content):
            self.stopped = "The log has ended: the disk is full."

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries of a log, for replay; raises VoiceSkillError with the line that is no entry.

    A last line that was cut short (power lost, disk full) is left out.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"The log {path} cannot be read: {error.strerror or error}.") from error
    lines = content.split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        yield _entry(line, f"Line {number} of {path}")


def _entry(line: bytes, where: str) -> Entry:
    try:
        found = json.loads(line)
        kind, make = _TYPES[found["type"]]
        values = {field.name: found[field.name] for field in fields(make) if field.name in found}
        if "alternatives" in values:
            values["alternatives"] = tuple(Alternative(**each) for each in values["alternatives"])
        return Entry(float(found["at"]), kind, make(**values))
    except (ValueError, TypeError, KeyError) as error:
        raise VoiceSkillError(f"{where} is no entry of an event log: {error}.") from error
