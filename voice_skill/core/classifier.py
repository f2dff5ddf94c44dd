"""A classifier learned from the phrases: a linear support vector machine, one intent against the rest.

Pure.  A text is a vector of its stems, pairs of neighbouring stems and runs of letters, each kind weighed
by rarity (TF-IDF) and made to length one, and of what its words mean (``word_vectors``).  A wording that the
bundle calls the same as another (``synonyms``) has the stems of both.  What an intent's
phrases have in common, and others lack, gets weight.  Features that no phrase has still count in the length
of what was said, so that strange words speak against every intent.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import snowballstemmer

from voice_skill.core.sparse import Floats, Row, Sparse
from voice_skill.core.synonyms import NO_SYNONYMS, Synonyms
from voice_skill.core.word_vectors import NO_VECTORS, WordVectors

RESTRAINT = np.float32(0.12)
"""How much the weights are held small: more demands more evidence for each."""
LESSONS = 8
"""How often the classes are learned, each time from what was not clear yet; after five some still swing."""
ROUNDS = 5
"""Rounds of conjugate gradients in a lesson; more change no decision."""
_TINY = np.float32(1e-12)
_KINDS = 3
"""Stems, pairs of them, runs of letters."""

Kinds: TypeAlias = tuple[Counter[str], Counter[str], Counter[str]]
"""Features by their kinds."""
Bag: TypeAlias = Sequence[tuple["array[int]", "array[int]", int]]
"""For each kind of feature the columns, how often each occurs, and the number of features without one."""

_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut a word's ending: cramp, cramps and cramping are one."""
    return str(_stemmer.stemWord(word))


@dataclass(frozen=True, slots=True)
class Classifier:
    """What has been learned; ``scores`` applies it."""

    columns: Mapping[str, int]
    """The place of each known feature; place 0 is for what every text has."""
    rarity: Floats
    """How much each known feature tells."""
    weights: Floats
    """One row for each feature, then one for each dimension of the meanings; one column for each class."""
    rarest: float
    """How much a feature tells that no text had."""
    synonyms: Synonyms = NO_SYNONYMS
    meanings: WordVectors = NO_VECTORS

    @classmethod
    def learn(
        cls,
        texts: Sequence[str],
        classes: Sequence[int],
        synonyms: Synonyms = NO_SYNONYMS,
        meanings: WordVectors = NO_VECTORS,
    ) -> Classifier:
        """Learn from texts in normal form, each of a class counted from 0; 6,500 take some seconds."""
        columns: dict[str, int] = {}
        # Counted bag by bag: the features themselves would fill the memory.
        bags = [
            _bag(_features(text, synonyms), lambda feature: columns.setdefault(feature, len(columns) + 1))
            for text in texts
        ]
        width = 1 + len(columns)
        uses = np.bincount([column for bag in bags for known, _, _ in bag for column in known], None, width)
        uses[0] = len(texts)
        rarity = (np.log((1 + len(texts)) / (1 + uses)) + 1).astype(np.float32)
        rarest = math.log((1 + len(texts)) / 2) + 1
        vectors = Sparse.of([_vector(bag, rarity, rarest) for bag in bags], width)
        meant = np.array([_meant(text, meanings) for text in texts], np.float32).reshape(
            len(texts), meanings.size
        )
        belongs = np.asarray(classes, np.intp)[:, None] == np.arange(max(classes, default=0) + 1)
        return cls(columns, rarity, _learn(vectors, meant, belongs), rarest, synonyms, meanings)

    def scores(self, text: str) -> Floats:
        """One number for each class: near 1 where ``text`` is like the class's texts, else near -1."""
        bag = _bag(_features(text, self.synonyms), self.columns.get)
        columns, values = _vector(bag, self.rarity, self.rarest)
        scores: Floats = np.asarray(values, np.float32) @ self.weights[np.asarray(columns, np.intp)]
        scores += _meant(text, self.meanings) @ self.weights[len(self.rarity) :]
        return scores


def _bag(kinds: Kinds, column: Callable[[str], int | None]) -> Bag:
    """The features of a text by their columns; those without one are only counted."""
    bag = []
    for kind in kinds:
        placed = [(column(feature), times) for feature, times in kind.items()]
        known = [(place, times) for place, times in placed if place is not None]
        places, times = array("l", (place for place, _ in known)), array("l", (often for _, often in known))
        bag.append((places, times, len(kind) - len(known)))
    return bag


def _vector(bag: Bag, rarity: Floats, rarest: float) -> Row:
    """Weigh each kind by rarity and make it to the same length; the first entry is what every text has."""
    columns, values = [0], [1.0]
    for places, times, strange in bag:
        weights = [
            (1 + math.log(often)) * float(rarity[place]) for place, often in zip(places, times, strict=True)
        ]
        square = strange * rarest**2 + sum(weight * weight for weight in weights)
        length = math.sqrt(_KINDS * square) or 1.0
        columns.extend(places)
        values.extend(weight / length for weight in weights)
    return columns, values


def _meant(text: str, meanings: WordVectors) -> Floats:
    """What the words mean, to the length that each kind of features has."""
    meant: Floats = meanings.of(text) / np.float32(math.sqrt(_KINDS))
    return meant


def _learn(vectors: Sparse, meant: Floats, belongs: npt.NDArray[np.bool_]) -> Floats:
    """Weights for each feature and dimension of the meaning (rows) and class (columns).

    Text and class shall give at least 1 where they belong together, and at most -1 elsewhere; what falls
    short costs the square of that.  Newton's method: each lesson solves least squares over those texts that
    the last one left short, by conjugate gradients, for all classes at once.
    """
    turned, width = vectors.transposed(), vectors.shape[1]

    def give(weights: Floats) -> Floats:
        return vectors @ weights[:width] + meant @ weights[width:]

    def gather(texts: Floats) -> Floats:
        return np.concatenate([turned @ texts, meant.T @ texts])

    wanted = np.where(belongs, np.float32(1), np.float32(-1))
    weights = np.zeros((width + meant.shape[1], belongs.shape[1]), np.float32)
    for _ in range(LESSONS):
        given = give(weights)
        short = wanted * given < 1
        rest = gather(short * (wanted - given)) - RESTRAINT * weights
        step, size = rest, _squares(rest)
        for _ in range(ROUNDS):
            ahead = gather(short * give(step)) + RESTRAINT * step
            length = size / np.maximum((step * ahead).sum(0), _TINY)
            weights += length * step
            rest -= length * ahead
            smaller = _squares(rest)
            step = rest + smaller / np.maximum(size, _TINY) * step
            size = smaller
    return weights


def _squares(matrix: Floats) -> Floats:
    total: Floats = np.einsum("ij,ij->j", matrix, matrix)
    return total


def _features(text: str, synonyms: Synonyms) -> Kinds:
    """Stems, pairs of stems and runs of letters, with how often each occurs."""
    stems = [stem(token) for token in text.split()]
    united = [stem(token) for token in synonyms.united(text).split()]
    return _singles(stems) | _singles(united), _pairs(stems) | _pairs(united), Counter(_runs(f" {text} "))


def _singles(stems: Sequence[str]) -> Counter[str]:
    return Counter(f"={token}" for token in stems)


def _pairs(stems: Sequence[str]) -> Counter[str]:
    return Counter(f"{first}+{second}" for first, second in zip(["", *stems], [*stems, ""], strict=True))


def _runs(text: str) -> Iterator[str]:
    """Every run of three and of four letters, across words."""
    for size in (3, 4):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]
