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

import snowballstemmer
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from voice_skill.text import normal, words

ACT = 0.56
"""From this likeness on an intent is acted upon."""
CONFIRM = 0.44
"""From this likeness on an intent is worth asking about."""
MARGIN = 0.035
"""Two intents nearer to each other than this are too close to choose between."""
BEST_FEW = 3
SPELLING = 0.89
"""Two words at least this near (Jaro-Winkler) may be the same word misheard or misspelt."""
WORDS_SHARE = 0.68
"""Weight of the shared words; the rest is the likeness of the whole phrases."""
SHORTLIST = 60
"""How many phrases, best by shared words, are compared as a whole."""

_WEIGHTLESS = frozenset("a an the is are am be do does did it to of in at on and or my i me you that this".split())
"""Words of grammar.  They get the least weight even where the bundle happens to use them seldom."""


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


class Matcher:
    """An index over phrases, built once; ``match`` does not change it."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """Index pairs of intent name and phrase."""
        self._phrases = [(intent, phrase, normal(phrase)) for intent, phrase in phrases]
        bags = [frozenset(map(stem, text.split())) for _, _, text in self._phrases]
        users: dict[str, set[str]] = defaultdict(set)
        for (intent, _, _), bag in zip(self._phrases, bags, strict=True):
            for token in bag:
                users[token].add(intent)
        intents = len({intent for intent, _, _ in self._phrases})
        self._rarest = math.log(1 + intents)
        light = {stem(word) for word in _WEIGHTLESS}
        self._weights = {
            token: math.log(1 + intents / len(used)) * (0.3 if token in light else 1.0)
            for token, used in users.items()
        }
        self._light = light
        self._vocabulary = list(self._weights)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, bag in enumerate(bags):
            length = math.sqrt(sum(self._weights[token] ** 2 for token in bag)) or 1.0
            for token in bag:
                self._postings[token].append((index, self._weights[token] / length))
        self._near = lru_cache(maxsize=4096)(self._find_near)

    def match(self, text: str, allowed: Callable[[str], bool] = lambda intent: True) -> Result:
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

    def rank(self, text: str, allowed: Callable[[str], bool] = lambda intent: True) -> list[Candidate]:
        """All intents that share a word with ``text``, the likeliest first."""
        said = normal(text)
        likeness = self._share_words(said.split())
        legal = {name for name in {self._phrases[i][0] for i in likeness} if allowed(name)}
        shortlist = sorted(
            (index for index in likeness if self._phrases[index][0] in legal),
            key=likeness.__getitem__,
            reverse=True,
        )[:SHORTLIST]
        by_intent: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for index in shortlist:
            intent, phrase, text_ = self._phrases[index]
            whole = fuzz.ratio(said, text_) / 100
            by_intent[intent].append((WORDS_SHARE * likeness[index] + (1 - WORDS_SHARE) * whole, phrase))
        return sorted((self._judge(intent, found) for intent, found in by_intent.items()), key=lambda c: -c.score)

    def _judge(self, intent: str, found: list[tuple[float, str]]) -> Candidate:
        found.sort(reverse=True)
        best = [score for score, _ in found[:BEST_FEW]]
        # The best phrase counts twice: a wording that the bundle has word for word must not be
        # pulled down by its neighbours.
        score = (best[0] + sum(best) / len(best)) / 2 if len(best) == BEST_FEW else best[0] * 0.97
        return Candidate(intent, round(min(score, 1.0), 4), found[0][1])

    def _share_words(self, said: Sequence[str]) -> dict[int, float]:
        """Cosine of the weighted words, for every phrase (by index) that shares one."""
        tokens = {stem(word) for word in said}
        weights = {token: self._weigh(token) for token in tokens}
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        shared: dict[int, float] = defaultdict(float)
        for token, weight in weights.items():
            best_here: dict[int, float] = {}
            for known, nearness in self._near(token):
                for index, share in self._postings[known]:
                    best_here[index] = max(best_here.get(index, 0.0), share * nearness)
            for index, share in best_here.items():
                shared[index] += share * weight / length
        return shared

    def _weigh(self, token: str) -> float:
        """Weight of a word that was said; an unknown one weighs as much as the rarest known."""
        if token in self._weights:
            return self._weights[token]
        return 0.3 if token in self._light else self._rarest

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
