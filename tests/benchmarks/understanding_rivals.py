"""Ways to tell intents apart, ours and others', behind one call: texts in, a score for each intent out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from voice_skill.content import word_vectors
from voice_skill.core.matcher import Matcher

BUNDLE = Path(__file__).resolve().parents[2] / "intents" / "en"

Scores = npt.NDArray[np.float64]
"""One row for each text, one column for each intent in alphabetical order."""
Score = Callable[[Sequence[str]], Scores]
Learn = Callable[[Sequence[tuple[str, str]]], Score]
"""From pairs of text and intent, sorted by intent."""


def ours(train: Sequence[tuple[str, str]]) -> Score:
    """The skill's matcher, with the word vectors that ship and no synonyms: those are for our own subject."""
    return _scored(matcher_of(train))


def phrases_alone(train: Sequence[tuple[str, str]]) -> Score:
    """The same without word vectors."""
    return _scored(Matcher((intent, text) for text, intent in train))


def matcher_of(train: Sequence[tuple[str, str]]) -> Matcher:
    """The skill's matcher for other phrases than its own."""
    return Matcher(((intent, text) for text, intent in train), meanings=word_vectors.read(BUNDLE))


def _scored(matcher: Matcher) -> Score:
    return lambda texts: np.array([list(matcher.evidence(text).values()) for text in texts])


def best_phrase(scorer: Callable[..., Any], sign: float = 1.0, **options: Any) -> Learn:
    """The score of each intent's best phrase by a scorer of rapidfuzz."""

    def learn(train: Sequence[tuple[str, str]]) -> Score:
        phrases = [text for text, _ in train]
        names = np.array([intent for _, intent in train])
        firsts = np.flatnonzero(np.r_[True, names[1:] != names[:-1]])

        def score(texts: Sequence[str]) -> Scores:
            rows = (
                sign
                * process.cdist(
                    [text], phrases, scorer=scorer, dtype=np.float64, scorer_kwargs=options or None
                )
                for text in texts
            )
            return np.concatenate([np.maximum.reduceat(row, firsts, axis=1) for row in rows])

        return score

    return learn


def support_vectors(train: Sequence[tuple[str, str]]) -> Score:
    """TF-IDF of words, pairs of words and runs of letters, and a linear support vector machine."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, tokenizer=str.split, token_pattern=None),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
    )
    machine = make_pipeline(features, LinearSVC(C=1.0))
    machine.fit([text for text, _ in train], [intent for _, intent in train])
    return lambda texts: np.asarray(machine.decision_function(list(texts)))


def padatious(train: Sequence[tuple[str, str]]) -> Score:
    """Small neural networks, one for each intent, as OpenVoiceOS learns them."""
    from ovos_padatious import IntentContainer

    names = sorted({intent for _, intent in train})
    container = IntentContainer(tempfile.mkdtemp(prefix="padatious-"))
    for name in names:
        container.add_intent(name, [text for text, intent in train if intent == name])
    container.train()

    def score(texts: Sequence[str]) -> Scores:
        found = ({match.name: match.conf for match in container.calc_intents(text)} for text in texts)
        return np.array([[each.get(name, 0.0) for name in names] for each in found])

    return score


SYSTEMS: dict[str, Learn] = {
    "ours": ours,
    "ours without word vectors": phrases_alone,
    "TF-IDF + linear SVM (scikit-learn)": support_vectors,
    "rapidfuzz ratio (the rhasspy way)": best_phrase(fuzz.ratio),
    "rapidfuzz token_set_ratio": best_phrase(fuzz.token_set_ratio),
    "rapidfuzz WRatio": best_phrase(fuzz.WRatio),
    "Levenshtein 1, 1, 3 (the wyoming-vosk way)": best_phrase(Levenshtein.distance, -1.0, weights=(1, 1, 3)),
}
if find_spec("ovos_padatious"):  # needs a compiler and libfann, so it is compared where somebody installed it
    SYSTEMS["ovos-padatious"] = padatious
SLOW = {"rapidfuzz token_set_ratio", "rapidfuzz WRatio"}
"""These take so long on 15,000 phrases that they answer a tenth of the questions there."""
SLOWEST = {"ovos-padatious"}
"""These learn for minutes: one draw of CLINC150 with 20 intents, and a tenth of its questions."""
