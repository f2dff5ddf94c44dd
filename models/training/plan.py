"""Looks ahead, so that hours of work are not begun with something missing, or gone on with something else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

FORMAT = 2
"""To be raised whenever work that was done before can no longer be gone on with."""
PROGRAMS = {
    "espeak-ng": "espeak-ng",
    "flite": "flite",
    "festival": "festival festvox-kallpc16k festvox-us-slt-hts",
    "fstconvert": "libfst-tools libfst22-plugins-base",
}
"""What is called on the way, and the Debian packages that bring it."""

Settings = dict[str, object]


class PlanError(Exception):
    """What was asked for cannot be done; the message says why, and what to do."""


def look_ahead(human_speech: Path | None, noise: Path | None, begin_with: Path | None) -> None:
    """Raises PlanError where a program or a file is missing that will be needed later."""
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing:
        raise PlanError(f"Programs are missing. On Debian and Ubuntu: apt-get install {' '.join(missing)}")
    if human_speech is not None and not (human_speech / "transcripts.tsv").is_file():
        raise PlanError(f"{human_speech} has no transcripts.tsv. Name a folder of human speech that has one.")
    if noise is not None and not any(noise.glob("*/*.wav")):
        raise PlanError(f"{noise} has no recordings. Name a folder with esc10, steady and rooms in it.")
    if begin_with is not None and not acoustic_model(begin_with).is_file():
        raise PlanError(f"{begin_with} has no am/final.mdl. Name the folder of a model that was made here.")


def acoustic_model(model: Path) -> Path:
    """Where a model's folder has its network."""
    return model / "am" / "final.mdl"


def keep_to(work: Path, settings: Settings) -> None:
    """Notes in the work folder what it is for; raises PlanError if it was begun for something else."""
    wanted = {"format": FORMAT, **settings}
    note = work / "plan.json"
    if note.exists():
        begun = json.loads(note.read_text(encoding="utf-8"))
        changed = [name for name in wanted if begun.get(name) != wanted[name]]
        if changed:
            was = ", ".join(f"{name} {begun.get(name)} instead of {wanted[name]}" for name in changed)
            raise PlanError(f"{work} was begun with {was}. Take the old settings or another folder.")
        return
    if work.exists() and any(work.iterdir()):
        raise PlanError(
            f"{work} holds something else, or was begun by an older program. Take another folder."
        )
    work.mkdir(parents=True, exist_ok=True)
    draft = note.with_suffix(".draft")
    draft.write_text(json.dumps(wanted, indent=1), encoding="utf-8")
    draft.rename(note)
