"""The matcher: right intents, honest doubt, refusal; and the classifier within it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_skill.content import arrays, word_vectors
from voice_skill.content.bundle import Bundle, Intent
from voice_skill.content.learned import KEPT, learn_once
from voice_skill.core.classifier import Classifier, stem
from voice_skill.core.denial import same_polarity
from voice_skill.core.matcher import ACT, CONFIRM, Match, Matcher, NoMatch
from voice_skill.core.sparse import Sparse
from voice_skill.core.synonyms import Synonyms
from voice_skill.core.word_vectors import NO_VECTORS, WordVectors

PHRASES = [
    ("drink", "should i drink more water"),
    ("drink", "how much water should i drink"),
    ("drink", "does drinking help against cramp"),
    ("drink", "am i drinking enough"),
    ("age", "is it because i am old"),
    ("age", "does it come with age"),
    ("age", "do old people get cramp more often"),
    ("age", "am i getting too old"),
    ("stretch", "how do i stretch my calf"),
    ("stretch", "which stretches help"),
    ("stretch", "does stretching before bed help"),
    ("stretch", "show me a stretch"),
    ("none", "what is the weather like"),
    ("none", "turn on the light in the kitchen"),
    ("none", "play some music"),
    ("none", "call my brother"),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Index the phrases once."""
    return Matcher(PHRASES)


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("should i be drinking some more water", "drink"),
        ("do i drink enough", "drink"),
        ("does it come with old age", "age"),
        ("how should i stretch the calf", "stretch"),
        ("how do i stretsh my carf", "stretch"),
        ("play music", "none"),
    ],
)
def test_other_words_for_the_same_find_the_intent(matcher: Matcher, said: str, intent: str) -> None:
    """What is said differently, or misheard, comes out as the intent whose phrases it is like."""
    assert matcher.rank(said)[0].intent == intent


def test_a_phrase_as_it_stands_is_acted_upon(matcher: Matcher) -> None:
    """A known phrase is a match, with itself as the nearest phrase."""
    found = matcher.match("does stretching before bed help")
    assert isinstance(found, Match)
    assert found.best.phrase == "does stretching before bed help"
    assert found.best.score >= ACT


@pytest.mark.parametrize("said", ["", "zwölf boxkämpfer", "quarterly dividends fell sharply", "😀", "你好"])
def test_strange_words_are_refused(matcher: Matcher, said: str) -> None:
    """What shares nothing with any phrase is no match."""
    found = matcher.match(said)
    assert isinstance(found, NoMatch)
    assert found.best is None or found.best.score < CONFIRM


def test_barred_intents_do_not_come_out(matcher: Matcher) -> None:
    """An intent that is not allowed is not among the candidates."""
    ranked = matcher.rank("how much water should i drink", lambda intent: intent != "drink")
    assert "drink" not in [candidate.intent for candidate in ranked]


def test_nothing_to_choose_from_gives_nothing() -> None:
    """Without phrases, or with every intent barred, there is no candidate."""
    assert Matcher([]).match("hello") == NoMatch(None)
    assert Matcher(PHRASES).match("hello", lambda _: False) == NoMatch(None)


def test_the_order_of_the_phrases_does_not_matter(matcher: Matcher) -> None:
    """The same phrases in another order give the same scores."""
    said = "is drinking good for old people"
    turned = Matcher(reversed(PHRASES)).evidence(said)
    for intent, score in matcher.evidence(said).items():
        assert turned[intent] == pytest.approx(score, abs=1e-3)


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_text_gives_candidates_in_order(text: str) -> None:
    """Whatever the text, scores are probabilities and fall from first to last."""
    ranked = _SHARED.rank(text)
    scores = [candidate.score for candidate in ranked]
    assert len(ranked) == 3
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert scores == sorted(scores, reverse=True)


_SHARED = Matcher(PHRASES)


def test_not_must_stand_on_both_sides() -> None:
    """A negated text and a plain one differ in polarity."""
    assert same_polarity("please stop", "stop it")
    assert not same_polarity("please do not stop", "stop it")


def test_the_classifier_separates_what_it_has_learned() -> None:
    """Every text scores above nought for its own class, and below for the other."""
    texts = ["red apple", "green apple", "apple pie", "fast car", "red car", "car park"]
    learned = Classifier.learn(texts, [0, 0, 0, 1, 1, 1])
    scores = np.array([learned.scores(text) for text in texts])
    assert (scores[:3, 0] > 0).all()
    assert (scores[3:, 0] < 0).all()
    assert (scores[3:, 1] > 0).all()


def test_sparse_products_are_those_of_the_full_matrix() -> None:
    """Sparse and dense multiplication agree, either way round, empty rows included."""
    chance = np.random.default_rng(5)
    full = (chance.random((300, 40)) * (chance.random((300, 40)) < 0.3)).astype(np.float32)
    full[7] = 0
    columns = [np.flatnonzero(row) for row in full]
    sparse = Sparse.of([(c.tolist(), full[i, c].tolist()) for i, c in enumerate(columns)], 40)
    right = chance.random((40, 5)).astype(np.float32)
    left = chance.random((300, 5)).astype(np.float32)
    assert np.allclose(sparse @ right, full @ right, atol=1e-4)
    assert np.allclose(sparse.transposed() @ left, full.T @ left, atol=1e-4)


def test_stems_join_the_forms_of_a_word() -> None:
    """Cramp, cramps and cramping are one."""
    assert stem("cramp") == stem("cramps") == stem("cramping")


@pytest.fixture
def small(bundle: Bundle) -> Bundle:
    """A bundle with these phrases and no others."""
    named = {
        name: Intent(name, "information", name, tuple(text for intent, text in PHRASES if intent == name))
        for name in ("drink", "age", "stretch")
    }
    others = tuple(text for intent, text in PHRASES if intent == "none")
    return replace(bundle, intents=named, not_ours={"talk": others}, synonyms={})


def test_what_was_learned_is_kept(small: Bundle, tmp_path: Path) -> None:
    """The second time it is read from the folder, and says the same."""
    learned = learn_once(small, tmp_path)
    (file,) = tmp_path.iterdir()
    written = file.stat().st_ino
    again = Matcher(PHRASES, learn_once(small, tmp_path))
    assert file.stat().st_ino == written
    fresh = Matcher(PHRASES, learned).rank("do old people drink")
    assert [c.intent for c in again.rank("do old people drink")] == [c.intent for c in fresh]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file", b"nonsense"])
def test_a_broken_file_is_learned_anew(small: Bundle, tmp_path: Path, content: bytes) -> None:
    """A file that cannot be read is replaced."""
    learn_once(small, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert learn_once(small, tmp_path).columns
    assert len(file.read_bytes()) > 100


def test_a_damaged_file_is_learned_anew(small: Bundle, tmp_path: Path) -> None:
    """Wherever a byte was changed, or the rest is missing."""
    learn_once(small, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for place in range(0, len(whole), 23):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        arrays.read(file, lambda kept: [kept[name] for name in kept])
        file.write_bytes(whole[:place])
        assert arrays.read(file, lambda kept: [kept[name] for name in kept]) is None


def test_arrays_that_fit_nothing_are_none(tmp_path: Path) -> None:
    """A single array, arrays of other names, and arrays of other types."""
    with (tmp_path / "single.npz").open("wb") as out:
        np.save(out, np.ones(3))
    np.savez(tmp_path / "named.npz", other=np.ones(3))
    np.savez(tmp_path / "typed.npz", weights=np.array(["a word"]))
    for name in ("single", "named", "typed", "missing"):
        assert arrays.read(tmp_path / f"{name}.npz", lambda kept: kept["weights"].astype(np.float32)) is None


def test_several_bundles_in_turn_are_learned_once(small: Bundle, tmp_path: Path) -> None:
    """The cache keeps the few that were used last; a bundle's own folder has one file."""
    bundles = [
        replace(small, not_ours={"talk": (f"nothing {word}",)}) for word in ("one", "two", "six", "ten")
    ]
    files: list[Path] = []
    for age, bundle in enumerate(bundles[:KEPT]):
        learn_once(bundle, tmp_path)
        (new,) = set(tmp_path.iterdir()) - set(files)
        os.utime(new, (age, age))
        files.append(new)
    learn_once(bundles[0], tmp_path)  # used again, so that the second is now the oldest
    learn_once(bundles[KEPT], tmp_path)
    assert {file.exists() for file in (files[0], *files[2:])} == {True}
    assert not files[1].exists()
    assert len(list(tmp_path.iterdir())) == KEPT
    learn_once(small, tmp_path, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_does_no_harm(small: Bundle, tmp_path: Path) -> None:
    """It is learned each time."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert learn_once(small, blocked).columns


def test_synonyms_carry_over_what_was_learned() -> None:
    """A word that no phrase has counts as the declared one; without that it says nothing."""
    declared = Synonyms({"drink water": ["take on board some fluids"], "too old": ["elderly"]})
    said = "so elderly"
    plain, helped = (Matcher(PHRASES, synonyms=each).rank(said)[0] for each in (Synonyms({}), declared))
    assert helped.intent == "age"
    assert plain.intent != "age" or helped.learned > plain.learned


def test_of_two_synonyms_the_longer_one_holds() -> None:
    """And what is no synonym stays as it is."""
    declared = Synonyms({"calf": ["calf muscle"], "cramp": ["muscle", "calf muscle spasm"]})
    assert declared.united("my calf muscle spasm now") == "my cramp now"
    assert declared.united("my calf muscle") == "my calf"
    assert declared.united("nothing of that") == "nothing of that"


def test_words_used_alike_carry_over_what_was_learned() -> None:
    """With vectors that call "sip" and "drink" alike, one stands for the other."""
    vectors = np.array([[127, 0], [120, 40], [0, 127]], np.int8)
    known = WordVectors({"drink": 0, "sip": 1, "old": 2}, vectors, np.ones(3, np.float32))
    plain, helped = (Matcher(PHRASES, meanings=each).rank("sip enough") for each in (NO_VECTORS, known))
    assert helped[0].intent == "drink"
    assert helped[0].score > plain[0].score


def test_what_a_text_means_has_length_one_or_none() -> None:
    """However many of its words are known."""
    vectors = np.array([[127, 0], [0, 127]], np.int8)
    known = WordVectors({"calf": 0, "night": 1}, vectors, np.array([1.0, 0.5], np.float32))
    assert np.linalg.norm(known.of("my calf at night")) == pytest.approx(1.0)
    assert np.linalg.norm(known.of("calf")) == pytest.approx(1.0)
    assert not known.of("nothing known").any()
    assert not known.of("").any()


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 half a file", b"nonsense"])
def test_word_vectors_that_cannot_be_read_are_done_without(tmp_path: Path, content: bytes | None) -> None:
    """A copy of the bundle without the file, or with a broken one, still works."""
    if content is not None:
        (tmp_path / word_vectors.FILE).write_bytes(content)
    assert word_vectors.read(tmp_path) is NO_VECTORS


def test_the_word_vectors_that_ship_know_what_is_alike(bundle_folder: Path) -> None:
    """Medicines are nearer to each other than to furniture."""
    known = word_vectors.read(bundle_folder)
    tablet, pill, table = known.of("tablet"), known.of("pill"), known.of("chair")
    assert tablet @ pill > tablet @ table + 0.2
