"""Keeps what was learned from the phrases, so that only the first start after a change takes seconds.

Shell.  One file for each set of phrases and version of the program; whatever is wrong with a kept file, or
with the folder, costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from voice_skill.content import reader
from voice_skill.core import classifier, matcher, sparse, text
from voice_skill.core.classifier import Classifier
from voice_skill.core.interpreter import phrases_of
from voice_skill.core.matcher import Matcher


def learn_once(phrases: Sequence[tuple[str, str]], folder: Path, shipped: Path | None = None) -> Classifier:
    """What is to be learned from pairs of intent name and phrase.

    Looked for in ``shipped``, which came with the bundle, then in ``folder``, where it is kept when it had to
    be learned.
    """
    name = f"learned-{_key(phrases)}.npz"
    kept = (_read(shipped / name) if shipped else None) or _read(folder / name)
    if kept is None:
        kept = Matcher(phrases).learned
        with suppress(OSError):
            _write(kept, folder / name)
    return kept


def _key(phrases: Sequence[tuple[str, str]]) -> str:
    digest = hashlib.sha256(json.dumps(sorted(phrases)).encode())
    for module in (classifier, matcher, sparse, text):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:24]


def _read(file: Path) -> Classifier | None:
    try:
        with file.open("rb") as stream, np.load(stream) as kept:
            features = str(kept["features"]).split("\n")
            weights = kept["weights"].astype(np.float32)
            rarity = kept["rarity"]
            if not len(features) + 1 == len(weights) == len(rarity):
                return None
            columns = {feature: column for column, feature in enumerate(features, start=1)}
            return Classifier(columns, rarity, weights, float(kept["rarest"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _write(learned: Classifier, file: Path) -> None:
    """Replace the file in one go, and drop those of earlier phrases."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(f".{os.getpid()}.part")
    with half.open("wb") as out:
        np.savez_compressed(
            out,
            features=np.array("\n".join(learned.columns)),
            rarity=learned.rarity,
            weights=learned.weights.astype(np.float16),
            rarest=np.array(learned.rarest),
        )
    half.replace(file)
    for other in file.parent.glob("learned-*.npz"):
        if other != file:
            other.unlink(missing_ok=True)


if __name__ == "__main__":  # python -m voice_skill.content.learned intents/en: after a change of phrases
    place = Path(sys.argv[1])
    learn_once(phrases_of(reader.load(place, with_tests=False)), place)
