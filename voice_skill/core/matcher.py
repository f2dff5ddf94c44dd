"""Text to intent by fuzzy matching over the bundle's phrases.

Pure.  A phrase is like what was said when the two share their telling words: each word weighs by how
few intents use it, a word close in spelling counts in part, and a word that the bundle has never seen
counts as evidence against every phrase.  The likeness of whole phrases (rapidfuzz ``ratio``) is added,
because word order and small words carry something too, and an intent is judged by the mean of its best
few phrases, because one phrase that happens to be near says less than three.  ``WRatio``, partial and
token-set scorers are not used: one shared word is enough for them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import snowballstemmer
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from voice_skill.core.text import normal, words

ACT = 0.58
"""From this likeness on an intent is acted upon."""
CONFIRM = 0.5
"""From this likeness on an intent is worth asking about."""
MARGIN = 0.035
"""Two intents nearer to each other than this are too close to choose between."""
BEST_FEW = 3
SPELLING = 0.92
"""Two words at least this near (Jaro-Winkler) may be the same word misheard or misspelt."""
WORDS_SHARE = 0.68
"""Weight of the shared words; the rest is the likeness of the whole phrases."""
SHORTLIST = 60
"""How many phrases, best by shared words, are compared as a whole."""

FAINT = 0.3
"""What is left of the weight of a word of grammar, known or not."""
_WORDS_OF_GRAMMAR = (
    "a an the is are am be was been do does did have has had it its to of in at on and or with for my me i you your we us that this "
    "these those there then just maybe really actually so too some any very quite please well also even still bit"
)

_Indices: TypeAlias = npt.NDArray[np.intp]
_Shares: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent with its likeness to what was said."""

    intent: str
    score: float
    """0 to 1."""
    phrase: str
    """The intent's phrase that came nearest."""


@dataclass(frozen=True, slots=True)
class Match:
    """One intent stands out."""

    best: Candidate
    runner_up: Candidate | None


@dataclass(frozen=True, slots=True)
class Unsure:
    """One intent is likely, or two are about equally so."""

    best: Candidate
    runner_up: Candidate | None


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing comes near; ``best`` is the nearest all the same, where there is one."""

    best: Candidate | None


Result = Match | Unsure | NoMatch

_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut a word's ending: cramp, cramps and cramping are one."""
    return str(_stemmer.stemWord(word))


_GRAMMAR = frozenset(map(stem, _WORDS_OF_GRAMMAR.split()))


class Matcher:
    """An index over phrases, built once; ``match`` does not change it."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """Index pairs of intent name and phrase."""
        self._phrases = [(intent, phrase, normal(phrase)) for intent, phrase in phrases]
        self._intents = sorted({intent for intent, _, _ in self._phrases})
        number = {intent: index for index, intent in enumerate(self._intents)}
        self._intent_of = np.array([number[intent] for intent, _, _ in self._phrases], dtype=np.intp)
        bags = [sorted(set(map(stem, text.split()))) for _, _, text in self._phrases]
        users: dict[str, set[str]] = defaultdict(set)
        for (intent, _, _), bag in zip(self._phrases, bags, strict=True):
            for token in bag:
                users[token].add(intent)
        self._rarest = math.log(1 + len(self._intents))
        self._weights = {
            token: math.log(1 + len(self._intents) / len(used)) * (FAINT if token in _GRAMMAR else 1.0)
            for token, used in users.items()
        }
        self._vocabulary = list(self._weights)
        self._postings = self._collect(bags)
        self._near = lru_cache(maxsize=4096)(self._find_near)

    def _collect(self, bags: Sequence[Sequence[str]]) -> dict[str, tuple[_Indices, _Shares]]:
        """For each word, the phrases that have it and its share of each phrase's weight."""
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, bag in enumerate(bags):
            length = math.sqrt(sum(self._weights[token] ** 2 for token in bag)) or 1.0
            for token in bag:
                found[token].append((index, self._weights[token] / length))
        return {
            token: (np.array([i for i, _ in pairs]), np.array([share for _, share in pairs]))
            for token, pairs in found.items()
        }

    def match(self, text: str, allowed: Callable[[str], bool] = lambda _: True) -> Result:
        """Find the intent that ``text`` asks for among those that ``allowed`` lets through."""
        candidates = self.rank(text, allowed)
        if not candidates:
            return NoMatch(None)
        best = candidates[0]
        runner_up = candidates[1] if len(candidates) > 1 else None
        lead = best.score - (runner_up.score if runner_up else 0.0)
        if best.score < CONFIRM:
            return NoMatch(best)
        if best.score >= ACT and lead >= MARGIN:
            return Match(best, runner_up)
        return Unsure(best, runner_up)

    def rank(self, text: str, allowed: Callable[[str], bool] = lambda _: True) -> list[Candidate]:
        """Give the intents that share a word with ``text``, the likeliest first."""
        said = normal(text)
        likeness = self._share_words(said.split())
        barred = np.array([not allowed(intent) for intent in self._intents])
        likeness[barred[self._intent_of]] = 0.0
        shortlist = np.argsort(-likeness, kind="stable")[:SHORTLIST]
        by_intent: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for index in shortlist[likeness[shortlist] > 0.0]:
            intent, phrase, written = self._phrases[index]
            whole = fuzz.ratio(said, written) / 100
            by_intent[intent].append(
                (WORDS_SHARE * float(likeness[index]) + (1 - WORDS_SHARE) * whole, phrase)
            )
        return sorted(
            (self._judge(intent, found) for intent, found in by_intent.items()), key=lambda c: -c.score
        )

    def _judge(self, intent: str, found: list[tuple[float, str]]) -> Candidate:
        found.sort(reverse=True)
        best = [score for score, _ in found[:BEST_FEW]]
        # The best phrase counts twice: a wording that the bundle has word for word must not be
        # pulled down by its neighbours.
        score = (best[0] + sum(best) / len(best)) / 2 if len(best) == BEST_FEW else best[0] * 0.97
        return Candidate(intent, round(min(score, 1.0), 4), found[0][1])

    def _share_words(self, said: Sequence[str]) -> _Shares:
        """Cosine of the weighted words, one number for each phrase."""
        weights = {token: self._weigh(token) for token in set(map(stem, said))}
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        shared = np.zeros(len(self._phrases))
        for token, weight in weights.items():
            near = self._near(token)
            if len(near) == 1:
                indices, shares = self._postings[near[0][0]]
                shared[indices] += shares * (near[0][1] * weight / length)
            elif near:
                best = np.zeros(len(self._phrases))
                for known, nearness in near:
                    indices, shares = self._postings[known]
                    best[indices] = np.maximum(best[indices], shares * nearness)
                shared += best * (weight / length)
        return shared

    def _weigh(self, token: str) -> float:
        """Weigh a word that was said; an unknown one weighs as much as the rarest known."""
        return self._weights.get(token) or (FAINT if token in _GRAMMAR else 1.0) * self._rarest

    def _find_near(self, token: str) -> tuple[tuple[str, float], ...]:
        """Known words that may be meant by ``token``, with their nearness."""
        if token in self._weights:
            return ((token, 1.0),)
        if len(token) < 4:
            return ()
        found = process.extract(
            token, self._vocabulary, scorer=JaroWinkler.normalized_similarity, score_cutoff=SPELLING, limit=3
        )
        return tuple((known, nearness * 0.9) for known, nearness, _ in found)


def same_polarity(said: str, phrase: str) -> bool:
    """Whether both texts are negated or neither is: "don't stop" is not "stop"."""
    return _negated(said) == _negated(phrase)


def _negated(text: str) -> bool:
    return any(word in ("not", "never") for word in words(text))
