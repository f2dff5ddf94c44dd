"""What must survive a crash: where the routine stood, settings spoken by the person.

Owns one SQLite file; used by the main thread only.  Every ``remember`` is on the disk when it returns:
the write-ahead log needs one sync for it, and SQLite takes back a half-written change when it next opens
the file, so neither a kill nor a power cut leaves anything in between.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from voice_skill.errors import MemoryStoreError

FILE_NAME = "memory.sqlite"
"""Name of the file inside the data folder."""
NOTHING_STORED = ":memory:"
"""As a path: keep everything until the program ends, and nothing on the disk."""
_PATIENCE = 1.0
"""Seconds to wait for another copy of the program; the person is waiting too."""


class Memory:
    """Texts by key; open until ``close``."""

    note: str
    """What was wrong with the file and what was done about it, as a sentence; empty when all was well."""

    def __init__(self, path: Path | str) -> None:
        """Open or begin the file; a damaged one is set aside first.  Raises MemoryStoreError."""
        self._path = path
        self.note = ""
        try:
            if path != NOTHING_STORED:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            try:
                self._store = _open(path)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                kept = _set_aside(Path(path))
                self.note = f"The memory was damaged, so a new one was begun. The old one is kept as {kept}."
                self._store = _open(path)
        except (OSError, sqlite3.Error) as error:
            raise self._failed("opened", error) from error

    def recall(self, key: str) -> str | None:
        """Give the value last remembered under ``key``, None where there is none; raises MemoryStoreError."""
        try:
            row = self._store.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise self._failed("read", error) from error
        return None if row is None else str(row[0])

    def remember(self, key: str, value: str | None) -> None:
        """Keep ``value`` under ``key``; None forgets the key.

        Raises MemoryStoreError, after which the old value still stands.
        """
        try:
            with self._store:
                if value is None:
                    self._store.execute("DELETE FROM kept WHERE key = ?", (key,))
                else:
                    self._store.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (key, value))
        except (sqlite3.Error, UnicodeError) as error:
            raise self._failed("written", error) from error

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._store.close()

    def _failed(self, what: str, error: Exception) -> MemoryStoreError:
        remedy = "Check that the disk has room and that the folder may be written to."
        return MemoryStoreError(f"The memory {self._path} could not be {what}: {error}. {remedy}")


def _open(path: Path | str) -> sqlite3.Connection:
    store = sqlite3.connect(path, timeout=_PATIENCE)
    try:
        store.execute("PRAGMA journal_mode = WAL")
        # FULL, not WAL's usual NORMAL: that may lose the last step of the routine in a power cut.
        store.execute("PRAGMA synchronous = FULL")
        with store:
            store.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        verdict = store.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
    except BaseException:
        store.close()
        raise
    return store


def _set_aside(path: Path) -> Path:
    """Rename the file and what SQLite keeps beside it; gives the new name."""
    number = 1
    while (kept := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.replace(kept)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.replace(kept.with_name(kept.name + suffix))
    return kept
