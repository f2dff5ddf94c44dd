"""A classifier learned from the phrases: a linear support vector machine, one intent against the rest.

Pure.  A text is a vector of its stems, pairs of neighbouring stems and runs of letters, each kind weighed
by rarity (TF-IDF) and made to length one.  What an intent's phrases have in common, and others lack, gets
weight.  Features that no phrase has still count in the length of what was said, so that strange words
speak against every intent.
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

RESTRAINT = np.float32(0.5)
"""How much the weights are held small: more demands more evidence for each."""
LESSONS = 8
"""How often the classes are learned, each time from what was not clear yet; after five some still swing."""
ROUNDS = 5
"""Rounds of conjugate gradients in a lesson; more change no decision."""
_TINY = np.float32(1e-12)

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
    """One row for each feature, one column for each class."""
    rarest: float
    """How much a feature tells that no text had."""

    @classmethod
    def learn(cls, texts: Sequence[str], classes: Sequence[int]) -> Classifier:
        """Learn from texts in normal form, each of a class counted from 0; 6,500 take some seconds."""
        columns: dict[str, int] = {}
        # Counted bag by bag: the features themselves would fill the memory.
        bags = [_bag(text, lambda feature: columns.setdefault(feature, len(columns) + 1)) for text in texts]
        width = 1 + len(columns)
        uses = np.bincount([column for bag in bags for known, _, _ in bag for column in known], None, width)
        uses[0] = len(texts)
        rarity = (np.log((1 + len(texts)) / (1 + uses)) + 1).astype(np.float32)
        rarest = math.log((1 + len(texts)) / 2) + 1
        vectors = Sparse.of([_vector(bag, rarity, rarest) for bag in bags], width)
        belongs = np.asarray(classes, np.intp)[:, None] == np.arange(max(classes, default=0) + 1)
        return cls(columns, rarity, _learn(vectors, belongs), rarest)

    def scores(self, text: str) -> Floats:
        """One number for each class: near 1 where ``text`` is like the class's texts, else near -1."""
        columns, values = _vector(_bag(text, self.columns.get), self.rarity, self.rarest)
        scores: Floats = np.asarray(values, np.float32) @ self.weights[np.asarray(columns, np.intp)]
        return scores


def _bag(text: str, column: Callable[[str], int | None]) -> Bag:
    """The features of a text by their columns; those without one are only counted."""
    bag = []
    for kind in _features(text):
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
        length = math.sqrt(len(bag) * square) or 1.0
        columns.extend(places)
        values.extend(weight / length for weight in weights)
    return columns, values


def _learn(vectors: Sparse, belongs: npt.NDArray[np.bool_]) -> Floats:
    """Weights for each feature (rows) and class (columns).

    Text and class shall give at least 1 where they belong together, and at most -1 elsewhere; what falls
    short costs the square of that.  Newton's method: each lesson solves least squares over those texts that
    the last one left short, by conjugate gradients, for all classes at once.
    """
    turned = vectors.transposed()
    wanted = np.where(belongs, np.float32(1), np.float32(-1))
    weights = np.zeros((vectors.shape[1], belongs.shape[1]), np.float32)
    for _ in range(LESSONS):
        given = vectors @ weights
        short = wanted * given < 1
        rest = turned @ (short * (wanted - given)) - RESTRAINT * weights
        step, size = rest, _squares(rest)
        for _ in range(ROUNDS):
            ahead = turned @ (short * (vectors @ step)) + RESTRAINT * step
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


def _features(text: str) -> tuple[Counter[str], ...]:
    """Stems, pairs of stems and runs of letters, with how often each occurs."""
    stems = [stem(token) for token in text.split()]
    return (
        Counter(f"={token}" for token in stems),
        Counter(f"{first}+{second}" for first, second in zip(["", *stems], [*stems, ""], strict=True)),
        Counter(_runs(f" {text} ")),
    )


def _runs(text: str) -> Iterator[str]:
    """Every run of three and of four letters, across words."""
    for size in (3, 4):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]
