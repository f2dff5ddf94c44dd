"""Utterances on disk: sound at 16 kHz and the times of the phones in it, in files of a few hundred.

A part is two files: `NAME.npy` (all samples in a row, int16) and `NAME.json` (what is where). The JSON is
written last and by renaming, so a part that has one is whole: that is what makes every step resumable.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 16000
Samples = npt.NDArray[np.int16]


@dataclass
class Utterance:
    """One recording. `phones`: (base phone number, end in seconds), silence included; empty = unknown."""

    text: str
    speaker: str
    start: int
    """First sample in the part."""
    samples: int
    phones: list[tuple[int, float]]


def write_part(stem: Path, utterances: list[Utterance], sounds: list[Samples]) -> None:
    """Writes a part; `start` and `samples` of the utterances are filled in."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    position = 0
    for utterance, sound in zip(utterances, sounds, strict=True):
        utterance.start, utterance.samples = position, len(sound)
        position += len(sound)
    np.save(stem.with_suffix(".npy"), np.concatenate(sounds) if sounds else np.zeros(0, np.int16))
    draft = stem.with_suffix(".draft")
    draft.write_text(json.dumps([asdict(u) for u in utterances]), encoding="utf-8")
    draft.rename(stem.with_suffix(".json"))


def read_index(stem: Path) -> list[Utterance]:
    """The utterances of a part, without their sound."""
    rows = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    return [
        Utterance(r["text"], r["speaker"], r["start"], r["samples"], [(p, e) for p, e in r["phones"]])
        for r in rows
    ]


def read_part(stem: Path) -> Iterator[tuple[Utterance, Samples]]:
    """The utterances of a part with their sound."""
    sound = np.load(stem.with_suffix(".npy"), mmap_mode="r")
    for utterance in read_index(stem):
        yield utterance, np.array(sound[utterance.start : utterance.start + utterance.samples])


def parts(folder: Path) -> list[Path]:
    """Stems of the finished parts in a folder, sorted."""
    return sorted(path.with_suffix("") for path in folder.glob("*.json"))
