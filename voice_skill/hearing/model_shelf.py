"""The folder in which our commands keep models: one folder each, whole or not there at all.

A model is unpacked under a name that begins with a dot, looked at, and only then given its own name; one
that is taken away loses its name first.  So whatever happens in between, no half model is ever found.
Each model carries a list of checksums, made when it was unpacked, in the form that ``sha256sum`` reads.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from voice_skill.errors import ModelError
from voice_skill.hearing import model_archive, model_store
from voice_skill.hearing.known_models import KnownModel

CHECKSUMS = "SHA256SUMS"
_NEW, _GONE, _REPLACED = ".new", ".gone", ".replaced-"
_LONGEST_LOAD = 300
"""Seconds; a big model takes half a minute on a slow machine."""
_LOAD = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from voice_skill.errors import ModelError
from voice_skill.hearing.recogniser import SpeechModel
try:
    with SpeechModel(Path(sys.argv[2])) as model:
        model.recogniser(16000)
except ModelError as error:
    sys.exit(str(error))
"""


def part_file(kept: Path, known: KnownModel) -> Path:
    """Name the file in which an archive is gathered."""
    return kept / f".{known.archive}.part"


@contextmanager
def alone(kept: Path) -> Iterator[None]:
    """Make the folder, keep other processes from changing it, and clear what a power cut left half done.

    Raises ModelError, also where the body cannot change a file in it; other errors of the body stay.
    """
    with ExitStack() as stack:
        with _changing(kept):
            kept.mkdir(parents=True, exist_ok=True)
            # SQLite's lock works on every system and ends with the process, however that ends.
            lock = sqlite3.connect(kept / ".lock", timeout=0, isolation_level=None)
            stack.enter_context(closing(lock))
            lock.execute("BEGIN EXCLUSIVE")
            _clear(kept)
        try:
            yield
        except OSError as error:
            # A closed output breaks too, and names no file: that is no fault of the folder.
            if isinstance(error.filename, (str, Path)) and kept in Path(error.filename).parents:
                raise _unchangeable(kept, error) from error
            raise


@contextmanager
def _changing(kept: Path) -> Iterator[None]:
    """Tell in words that the folder cannot be changed, whatever the system says of it."""
    try:
        yield
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise ModelError(
                f"Another voice-skill is changing the models in {kept} just now. Try again when it is done."
            ) from error
        raise _unchangeable(kept, error) from error
    except OSError as error:
        raise _unchangeable(kept, error) from error


def _unchangeable(kept: Path, error: Exception) -> ModelError:
    return ModelError(
        f"The folder {kept} cannot be changed: {getattr(error, 'strerror', None) or error}. "
        "Make it writable, or set another 'data_folder' in the settings file."
    )


def _clear(kept: Path) -> None:
    for name in (_NEW, _GONE):
        shutil.rmtree(kept / name, ignore_errors=True)
    for replaced in kept.glob(f"{_REPLACED}*"):
        folder = kept / replaced.name.removeprefix(_REPLACED)
        if not os.path.lexists(folder):
            replaced.rename(folder)
        elif replaced.is_symlink():
            replaced.unlink()  # what it leads to is kept elsewhere, and not by us
        else:
            shutil.rmtree(replaced)


def install(known: KnownModel, archive: Path, kept: Path) -> Path:
    """Unpack a checked archive, then put it in the place of an older one; raises ModelError."""
    new, folder, replaced = kept / _NEW, kept / known.folder, kept / f"{_REPLACED}{known.folder}"
    with _changing(kept):
        try:
            model_archive.unpack(archive, new, known.unpacked_limit)
            problems = model_store.inspect(new)
            if problems:
                raise ModelError(
                    f"{archive} holds no usable Vosk model: {' '.join(problems)} Fetch it again."
                )
            _write_checksums(new)
            if os.path.lexists(folder):  # a link that leads nowhere is in the way too
                folder.rename(replaced)
            new.rename(folder)
        finally:
            _clear(kept)
    return folder


def remove(folder: Path) -> None:
    """Take a model away; raises ModelError."""
    with _changing(folder.parent):
        if folder.is_symlink():
            folder.unlink()
            return
        gone = folder.with_name(_GONE)
        folder.rename(gone)
        shutil.rmtree(gone)


def choose(kept: Path, name: str) -> None:
    """Store which model is used; an empty name leaves it to ``model_store``.  Raises ModelError."""
    file = kept / model_store.CHOSEN
    with _changing(kept):
        if not name:
            file.unlink(missing_ok=True)
            return
        written = file.with_suffix(".new")
        written.write_text(f"{name}\n", encoding="utf-8")
        written.replace(file)


# --- verifying ------------------------------------------------------------------------------------


def has_checksums(folder: Path) -> bool:
    """Say whether the model carries a list of its checksums."""
    return (folder / CHECKSUMS).is_file()


def damage(folder: Path) -> list[str]:
    """List what is missing from a model, differs from its checksums or has none, one sentence each."""
    problems = model_store.inspect(folder)
    if problems or not has_checksums(folder):
        return problems
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
        digests = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        unlisted = [name for name in _names(folder) if name not in digests]
        if unlisted:
            more = f" and {len(unlisted) - 1} more" if len(unlisted) > 1 else ""
            problems.append(f"The list of checksums {folder / CHECKSUMS} lacks {unlisted[0]}{more}.")
        for name, digest in digests.items():
            file = folder / name
            if not file.is_file():
                problems.append(f"{name} is missing from {folder}.")
            elif model_archive.sha256(file) != digest:
                problems.append(f"{file} was changed or damaged since it was unpacked.")
    except (OSError, ValueError) as error:
        problems.append(f"{folder} cannot be read: {error}.")
    return problems


def refusal(folder: Path) -> str:
    """Let Vosk load the model in a process of its own, which it may bring down; empty when it can."""
    package = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", _LOAD, str(package), str(folder)]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_LONGEST_LOAD, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return f"Vosk did not load it within {_LONGEST_LOAD} seconds."
    if done.returncode == 0:
        return ""
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return said[-1] if done.returncode == 1 and said else "Vosk breaks down when it loads it."


def _names(folder: Path) -> list[str]:
    """The model's files as its list of checksums calls them; without that list."""
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in files if name != CHECKSUMS)


def _write_checksums(folder: Path) -> None:
    lines = [f"{model_archive.sha256(folder / name)}  {name}\n" for name in _names(folder)]
    with (folder / CHECKSUMS).open("x", encoding="utf-8") as written:
        written.writelines(lines)
        written.flush()
        os.fsync(written.fileno())
