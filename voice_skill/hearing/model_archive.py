"""Checks a model's archive and unpacks it without trusting anything that stands in it.

An archive may name files outside its folder, links, devices, or a few bytes that unpack to a full disk.
All that is refused before the first byte is written.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import zlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from voice_skill.errors import ModelError
from voice_skill.hearing.known_models import KnownModel, megabytes

MOST_FILES = 1000
_BLOCK = 1 << 20
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]*")
"""A name of a file or folder that stays in its place."""
_OTHER_ON_WINDOWS = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]) *(?:\..*)?|.*[ .]", re.IGNORECASE)
"""A name that Windows takes for a device, with any ending, or for the same name without its last sign."""


def check(archive: Path, known: KnownModel) -> None:
    """Compare size and checksum with those published; raises ModelError."""
    try:
        size = archive.stat().st_size
        if size != known.size:
            raise ModelError(
                f"{archive} is not {known.archive} as it was published: it has {size} bytes instead of "
                f"{known.size}. Fetch it again."
            )
        if sha256(archive) != known.sha256:
            raise ModelError(
                f"{archive} is not {known.archive} as it was published: its checksum differs, so it was "
                "damaged or changed on its way. Fetch it again."
            )
    except OSError as error:
        raise ModelError(
            f"The file {archive} cannot be read: {error.strerror or error}. Name another."
        ) from error


def sha256(file: Path) -> str:
    """Checksum of a file as hexadecimal digits; raises OSError."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def unpack(archive: Path, into: Path, limit: int) -> None:
    """Unpack the one folder of an archive as ``into``, which must not exist yet.

    At most ``limit`` bytes are written.  Raises ModelError; what was written until then stays in ``into``.
    """
    try:
        with ZipFile(archive) as zipped:
            members = _members(zipped, limit)
            room = shutil.disk_usage(into.parent).free
            wanted = sum(member.file_size for _, member in members)
            if wanted > room:
                raise ModelError(
                    f"The model needs {megabytes(wanted)} in {into.parent} and only {megabytes(room)} are "
                    "free. Free some room and try again."
                )
            into.mkdir()
            for path, member in members:
                _write(zipped, member, into.joinpath(*path))
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
        raise ModelError(f"{archive} is not a sound ZIP archive: {error}. Fetch it again.") from error
    except OSError as error:
        raise ModelError(
            f"{archive} cannot be unpacked into {into.parent}: {error.strerror or error}. "
            "Make room there, or make it writable, and try again."
        ) from error


def _members(zipped: ZipFile, limit: int) -> list[tuple[tuple[str, ...], ZipInfo]]:
    """List the files with their paths below the archive's one folder; raises ModelError."""
    entries = zipped.infolist()
    if len(entries) > MOST_FILES:
        raise _suspicious(zipped, f"it holds {len(entries)} files")
    if sum(entry.file_size for entry in entries) > limit:
        raise _suspicious(zipped, f"its files have more than the {limit} bytes of this model")
    members: dict[tuple[str, ...], ZipInfo] = {}
    tops = set()
    for entry in entries:
        reason = _reason_against(entry)
        if reason:
            raise _suspicious(zipped, f"{entry.filename[:80]!r} in it {reason}")
        top, *below = entry.filename.rstrip("/").split("/")
        tops.add(top)
        if entry.is_dir():
            continue
        if not below or tuple(part.casefold() for part in below) in members:
            raise _suspicious(
                zipped, f"{entry.filename!r} in it is there twice or outside the model's folder"
            )
        members[tuple(part.casefold() for part in below)] = entry
    if len(tops) != 1:
        raise _suspicious(zipped, f"it holds {len(tops)} folders instead of one")
    return [(tuple(entry.filename.split("/")[1:]), entry) for entry in members.values()]


def _reason_against(entry: ZipInfo) -> str:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    # zipfile cuts names at a zero byte and turns backslashes round, so the name as stored is looked at too.
    for name in (entry.filename, entry.orig_filename):
        parts = name.removesuffix("/").split("/")
        if not all(_PLAIN.fullmatch(part) for part in parts):
            return "has a name that could lead out of the folder"
        if any(_OTHER_ON_WINDOWS.fullmatch(part) for part in parts):
            return "has a name that means something else on Windows"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return "is packed in an unusual way"
    return ""


def _suspicious(zipped: ZipFile, why: str) -> ModelError:
    return ModelError(f"{zipped.filename} was not unpacked, because {why}. Fetch it again from its maker.")


def _write(zipped: ZipFile, member: ZipInfo, file: Path) -> None:
    """Write one new file, and have it on the disk; never more bytes than were announced."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipped.open(member) as packed, file.open("xb") as written:
        # zipfile itself ends at the announced size and compares the checksum there.
        shutil.copyfileobj(packed, written, _BLOCK)
        written.flush()
        # A power cut right after the folder gets its name must not leave empty files under it.
        os.fsync(written.fileno())
