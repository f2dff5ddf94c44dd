"""Text to intent: what the bundle's phrases teach, and how near the nearest of them are.

Pure.  Two judges are added up.  A classifier learned from the phrases (``classifier``) knows which words,
pairs of words, runs of letters and meanings tell intents apart.  The likeness of whole phrases (rapidfuzz
``ratio``, the mean of an intent's best three, because one phrase that happens to be near says less than
three) knows what somebody has in fact said before, and bears misheard words well.  ``WRatio``, partial
and token-set scorers are not used: one shared word is enough for them.

Scores are probabilities: of all answers with a score of 0.9, nine in ten are right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from voice_skill.core.classifier import Classifier
from voice_skill.core.sparse import Floats
from voice_skill.core.synonyms import NO_SYNONYMS, Synonyms
from voice_skill.core.text import normal
from voice_skill.core.word_vectors import NO_VECTORS, WordVectors

ACT = 0.45
"""From this probability on an intent is acted upon."""
CONFIRM = 0.25
"""From this probability on an intent is worth asking about."""
LIKENESS = 1.0
"""What the likeness of whole phrases counts, next to 1 for the classifier."""
BEST_FEW = 3
FAR_BEHIND = 1.0
"""An intent that the classifier puts so far behind its best is not compared, unless it is the second: no
likeness makes up for it."""
BASE, BY_SCORE, BY_LEAD = -2.0, 3.1, 1.5
"""Score and lead to probability (logistic); fitted by ``tests/benchmarks/understanding.py --calibrate``."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent with the probability that it is meant."""

    intent: str
    score: float
    """0 to 1."""
    phrase: str
    """The intent's phrase that came nearest; the first one where none was compared."""
    learned: float = 0.0
    """What the classifier says: near 1 for, near -1 against."""
    likeness: float = 0.0
    """How near the best few phrases come, 0 to 1."""
    lead: float = 0.0
    """By how much both together are ahead of the best other intent."""


@dataclass(frozen=True, slots=True)
class Match:
    """One intent stands out."""

    best: Candidate
    runner_up: Candidate | None


@dataclass(frozen=True, slots=True)
class Unsure:
    """One intent is likely, but not enough so to act on it."""

    best: Candidate
    runner_up: Candidate | None


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing comes near enough; ``best`` is the nearest all the same, where there is one."""

    best: Candidate | None
    runner_up: Candidate | None = None


Result = Match | Unsure | NoMatch


class Matcher:
    """An index over phrases, built once; ``match`` does not change it."""

    def __init__(
        self,
        phrases: Iterable[tuple[str, str]],
        learned: Classifier | None = None,
        *,
        synonyms: Synonyms = NO_SYNONYMS,
        meanings: WordVectors = NO_VECTORS,
    ) -> None:
        """Learn from pairs of intent name and phrase, unless given what was ``learned`` from the same."""
        grouped: dict[str, list[str]] = {}
        for intent, phrase in sorted(phrases, key=lambda pair: pair[0]):
            grouped.setdefault(intent, []).append(phrase)
        self._intents = list(grouped)
        self._phrases = list(grouped.values())
        self._texts = [[normal(phrase) for phrase in each] for each in self._phrases]
        self.learned = learned or Classifier.learn(
            [text for texts in self._texts for text in texts],
            [index for index, texts in enumerate(self._texts) for _ in texts],
            synonyms,
            meanings,
        )

    def match(self, text: str, allowed: Callable[[str], bool] = lambda _: True) -> Result:
        """Find the intent that ``text`` asks for among those that ``allowed`` lets through."""
        candidates = self.rank(text, allowed)
        if not candidates:
            return NoMatch(None)
        best, runner_up = candidates[0], candidates[1] if len(candidates) > 1 else None
        if best.score >= ACT:
            return Match(best, runner_up)
        return Unsure(best, runner_up) if best.score >= CONFIRM else NoMatch(best, runner_up)

    def rank(self, text: str, allowed: Callable[[str], bool] = lambda _: True) -> list[Candidate]:
        """Give the three intents that ``text`` most likely asks for, the likeliest first."""
        open_to = np.array([allowed(intent) for intent in self._intents], bool)
        learned, likeness, nearest = self._weigh(normal(text), open_to)
        evidence = learned + LIKENESS * likeness
        order = [index for index in np.argsort(-evidence, kind="stable") if open_to[index]][:3]
        top = [float(evidence[index]) for index in order]
        # The first is held against the second, the others against the first.
        rivals = [*top[1:2], *top[:1] * 2] if len(top) > 1 else [0.0]
        return [
            Candidate(
                self._intents[index],
                _probability(score, score - rival),
                self._phrases[index][nearest[index]],
                float(learned[index]),
                float(likeness[index]),
                score - rival,
            )
            for index, score, rival in zip(order, top, rivals, strict=False)
        ]

    def evidence(self, text: str) -> dict[str, float]:
        """The uncalibrated score of every intent; for measuring."""
        learned, likeness, _ = self._weigh(normal(text), np.ones(len(self._intents), bool))
        return dict(zip(self._intents, map(float, learned + LIKENESS * likeness), strict=True))

    def _weigh(self, said: str, open_to: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, list[int]]:
        """For each intent what both judges say, and its nearest phrase; without likeness for the hopeless."""
        likeness = np.zeros(len(self._intents), np.float32)
        nearest = [0] * len(self._intents)
        if not said or not open_to.any():
            return likeness, likeness, nearest
        learned = self.learned.scores(said)
        best_two = np.sort(learned[open_to])[-2:]
        hopeful = open_to & (learned >= min(best_two[-1] - FAR_BEHIND, best_two[0]))
        for index in map(int, np.flatnonzero(hopeful)):
            texts = self._texts[index]
            alike: Floats = process.cdist([said], texts, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
            few = min(BEST_FEW, len(texts))
            likeness[index] = np.partition(alike, -few)[-few:].sum() / BEST_FEW
            nearest[index] = int(alike.argmax())
        return learned, likeness, nearest


def _probability(score: float, lead: float) -> float:
    return round(1 / (1 + math.exp(-(BASE + BY_SCORE * score + BY_LEAD * lead))), 4)
