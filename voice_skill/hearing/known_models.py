"""The official English models that can be fetched: their names, sizes and checksums.

Data only.  Taken from the files that Vosk's maker publishes; a file that differs in one bit is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

HOST = "https://alphacephei.com/vosk/models"
"""Folder of the web in which the archives lie."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One published model."""

    name: str
    """What it is called in our commands."""
    folder: str
    """Name of its folder; the archive is called the same, with ``.zip``."""
    size: int
    """Bytes of the archive."""
    sha256: str
    """Checksum of the archive, 64 lower-case hexadecimal digits."""
    unpacked_limit: int
    """Bytes that its files may have together; more is not this model."""
    about: str
    """What it is good for; goes on from its name."""

    @property
    def archive(self) -> str:
        """Name of the archive."""
        return f"{self.folder}.zip"


KNOWN = {
    model.name: model
    # The best one first: this order decides which model is used where nobody chose one.
    for model in (
        KnownModel(
            "lgraph",
            "vosk-model-en-us-0.22-lgraph",
            130_557_655,
            "d9838b4aaa82a75c4a17f5aca300eaca129aaab2a7cbf951bafbb500eb9c4334",
            400_000_000,
            "hears free speech best, and takes more memory and a faster machine",
        ),
        KnownModel(
            "small",
            "vosk-model-small-en-us-0.15",
            41_205_931,
            "30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
            # Its files have 70,898,967 bytes.
            80_000_000,
            "hears free speech well and runs on a small computer",
        ),
    )
}


def megabytes(size: int) -> str:
    """Write a number of bytes as it is spoken: ``41 megabytes``, ``less than 1 megabyte``."""
    whole = round(size / 1_000_000)
    if whole == 0:
        return "less than 1 megabyte"
    return f"{whole} megabyte{'s' if whole > 1 else ''}"
