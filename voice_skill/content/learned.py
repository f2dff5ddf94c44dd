"""Keeps what was learned from the phrases, so that only the first start after a change takes seconds.

Shell.  One file for each set of phrases and version of the program; whatever is wrong with a kept file, or
with the folder, costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from voice_skill.content import arrays, reader, word_vectors
from voice_skill.content.bundle import Bundle
from voice_skill.core import classifier, matcher, sparse, synonyms, text
from voice_skill.core import word_vectors as core_vectors
from voice_skill.core.classifier import Classifier
from voice_skill.core.interpreter import phrases_of
from voice_skill.core.matcher import Matcher
from voice_skill.core.synonyms import Synonyms
from voice_skill.core.word_vectors import NO_VECTORS, WordVectors

KEPT = 3
"""Files that stay in the cache: several bundles may be in use by turns.  A bundle's own folder has one."""


def learn_once(bundle: Bundle, cache: Path, folder: Path | None = None) -> Classifier:
    """What is to be learned from the phrases of a bundle.

    Looked for in ``folder``, the bundle's own, which also has its word vectors; then in ``cache``, where it
    is kept when it had to be learned.
    """
    meanings = word_vectors.read(folder) if folder else NO_VECTORS
    alike = Synonyms(bundle.synonyms)
    name = f"learned-{_key(bundle, meanings)}.npz"
    for place in (folder, cache):
        kept = _read(place / name, alike, meanings) if place else None
        if kept:
            if place == cache:
                with suppress(OSError):
                    os.utime(cache / name)  # the oldest are dropped
            return kept
    learned = Matcher(phrases_of(bundle), synonyms=alike, meanings=meanings).learned
    with suppress(OSError):
        _write(learned, cache / name)
        _drop_old(cache, 1 if cache == folder else KEPT)
    return learned


def _key(bundle: Bundle, meanings: WordVectors) -> str:
    learned_from = [sorted(phrases_of(bundle)), sorted(bundle.synonyms.items()), list(meanings.places)]
    digest = hashlib.sha256(json.dumps(learned_from).encode())
    digest.update(meanings.vectors.tobytes() + meanings.weights.tobytes())
    for module in (classifier, matcher, sparse, synonyms, text, core_vectors):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:24]


def _read(file: Path, alike: Synonyms, meanings: WordVectors) -> Classifier | None:
    def made_of(kept: Mapping[str, Any]) -> Classifier:
        features = str(kept["features"]).split("\n")
        weights = kept["weights"].astype(np.float32)
        rarity = kept["rarity"]
        if not len(features) + 1 == len(rarity) == len(weights) - meanings.size:
            raise ValueError(
                f"{len(features)} features for {rarity.shape} rarities and {weights.shape} weights"
            )
        columns = {feature: column for column, feature in enumerate(features, start=1)}
        return Classifier(columns, rarity, weights, float(kept["rarest"]), alike, meanings)

    return arrays.read(file, made_of)


def _write(learned: Classifier, file: Path) -> None:
    """Replace the file in one go."""
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


def _drop_old(place: Path, count: int) -> None:
    """Keep the ``count`` files that were used last."""
    used = sorted(place.glob("learned-*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in used[count:]:
        old.unlink(missing_ok=True)


if __name__ == "__main__":  # python -m voice_skill.content.learned intents/en: after a change of phrases
    place = Path(sys.argv[1])
    learn_once(reader.load(place, with_tests=False), place, place)
