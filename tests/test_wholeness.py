"""Whether somebody who falls silent is likely to go on."""

from __future__ import annotations

import pytest

from voice_skill.content.bundle import Bundle
from voice_skill.core import vocabulary
from voice_skill.core.wholeness import Wholeness


@pytest.fixture(scope="module")
def wholeness(bundle: Bundle) -> Wholeness:
    """Count the endings of the real phrases."""
    return Wholeness(vocabulary.phrases(bundle, "hello night helper")["open"])


@pytest.mark.parametrize(
    "text",
    [
        *("stop", "yes", "no", "next", "pause please", "okay stop", "hello night helper"),
        *("what causes leg cramps", "start the routine", "my legs keep cramping"),
    ],
)
def test_a_request_is_whole(wholeness: Wholeness, text: str) -> None:
    """Short commands are, although longer requests begin with them; so is what ends as many phrases do."""
    assert wholeness.is_whole(text)
    assert wholeness.may_be_whole(text)


@pytest.mark.parametrize(
    "text",
    [
        *("what", "why", "could it be", "is it linked", "should i take a", "how do i know if"),
        *("can i take magnesium with", "i get", "why do my", "i'd", "i can't", ""),
    ],
)
def test_a_beginning_is_not(wholeness: Wholeness, text: str) -> None:
    """It may be the end of the breath, but not of the sentence."""
    assert not wholeness.is_whole(text)


def test_a_word_that_asks_for_more_is_surely_not_the_end(wholeness: Wholeness) -> None:
    """Neither an article nor "of", nor two words that never end a phrase."""
    assert not any(map(wholeness.may_be_whole, ("should i take a", "what kinds of", "could it", "")))


def test_a_phrase_that_many_others_begin_with_is_given_some_time() -> None:
    """Word for word a request, but seldom all: the middle way."""
    wholeness = Wholeness(["my calf hurts", *(f"my calf hurts {word}" for word in "abcdefghij")])
    assert wholeness.chance("my calf hurts") < 0.2
    assert not wholeness.is_whole("my calf hurts")
    assert wholeness.may_be_whole("my calf hurts")


def test_words_that_carry_no_request_make_none() -> None:
    """A phrase "i think so" makes "i think" no request, and "please" is not in the way of one."""
    wholeness = Wholeness(["i think so", "i think it hurts", "stop"])
    assert not wholeness.is_whole("i think")
    assert wholeness.is_whole("please stop now")


def test_unseen_words_and_no_phrases_do_no_harm() -> None:
    """Unknown pairs of words go by the last one, unknown words by any word; nothing is known of nothing."""
    wholeness = Wholeness(["warm milk", "cold milk", "milk and honey"])
    assert wholeness.chance("hot milk") > wholeness.chance("hot and")
    assert 0 < wholeness.chance("xyzzy") < 1
    assert Wholeness([]).chance("stop") == 0
