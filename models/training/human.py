"""Human speech (`--human-speech DIR`): which recordings may be trained on, and which are kept back.

The folder has `transcripts.tsv` (file, transcript, speaker, seconds, note; tab-separated, one heading line)
beside the sound files. A speaker is either trained on or measured on, never both: validation and test splits
of the corpora stay out, and so does one speaker in ten of everything else (without a name, one file in ten).
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

ONE_READER = ("ljspeech", "read_sentences", "one_speaker_commands")
"""Folders of a single speaker: nobody to keep out."""


@dataclass(frozen=True)
class Recording:
    """One line of transcripts.tsv."""

    path: Path
    source: str
    text: str
    speaker: str
    note: str

    @property
    def held_out(self) -> bool:
        """Whether it is kept for measuring."""
        if "split=" in self.note:
            return not self.note.split("split=")[1].startswith("train")
        if self.source in ONE_READER:
            return False
        key = f"{self.source}/{self.speaker or self.path.name}".encode()
        return hashlib.sha256(key).digest()[0] < 26


def recordings(folder: Path) -> list[Recording]:
    """Every recording of the folder. Raises FileNotFoundError without transcripts.tsv."""
    with (folder / "transcripts.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [
            Recording(folder / name, name.split("/")[0], text, speaker, note)
            for name, text, speaker, _, note in rows
        ]
