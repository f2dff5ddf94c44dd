"""What is believed while we speak and at night."""

from __future__ import annotations

import pytest

from voice_skill.hearing.endpoint import Voices
from voice_skill.hearing.judge import Judge
from voice_skill.messages import ListeningMode


def judge(mode: ListeningMode, speaking: str = "") -> Judge:
    """Make one with a few phrases."""
    return Judge(
        {
            "open": None,
            "interrupt": ["stop", "help", "help cramp"],
            "standby": ["hello night helper", "cramp", "help cramp"],
        },
        frozenset({"stop", "help"}),
        lambda: speaking,
        {"interrupt": 0.65, "standby": 0.7},
        mode,
    )


def heard_over_us(one: Judge, voices: Voices, blocks: int) -> None:
    """Let so many blocks go by, after one of ours."""
    one.count("ours", "quiet")
    for _ in range(blocks):
        one.count(voices, "speaking")


def test_a_lone_cramp_wakes_at_the_second_call() -> None:
    """Not very clear, but said again within ten seconds; any other word starts anew."""
    one = judge("standby")
    assert not one.is_meant("cramp", 0.8, True, 100.0)
    assert one.is_meant("cramp", 0.75, True, 109.0)
    assert judge("standby").is_meant("cramp", 0.98, True, 100.0)


def test_two_calls_far_apart_or_too_unsure_are_none() -> None:
    """A television says a word like it now and then."""
    one = judge("standby")
    assert not one.is_meant("cramp", 0.8, True, 100.0)
    assert not one.is_meant("cramp", 0.8, True, 111.0)
    assert not one.is_meant("cramp", 0.6, True, 112.0)


@pytest.mark.parametrize(("text", "wakes"), [("hello night helper", True), ("hello night", False)])
def test_only_whole_phrases_wake(text: str, wakes: bool) -> None:
    """Words that stand in no phrase together are talk of others."""
    assert judge("standby").is_meant(text, 0.9, True, 100.0) is wakes


def test_while_the_room_is_strange_only_clear_words_count() -> None:
    """Our first words may come back as others; a "stop" that is none of them must be heard all the same."""
    for text, sure, meant in (
        ("stop", 0.75, True),
        ("stop", 0.65, False),
        ("cramp", 0.99, False),
        ("help cramp", 0.75, False),
        ("so a cramp is gone", 0.72, False),
    ):
        one = judge("interrupt", "for a cramp say cramp")
        heard_over_us(one, "strange", 20)
        assert one.is_meant(text, sure, False, 1.0) is meant


def test_what_was_surely_said_over_us_needs_less() -> None:
    """And may be our own words."""
    for voices, meant in (("both", True), ("room", False)):
        one = judge("interrupt", "to finish say stop")
        heard_over_us(one, voices, 5)  # type: ignore[arg-type]  # one of the voices
        assert one.is_meant("stop", 0.5, False, 1.0) is meant


def test_a_short_word_over_us_counts_from_before_its_beginning() -> None:
    """The gap within "stop" puts the beginning off; two blocks of half a second ago are no part of it."""
    for gap, meant in ((1, True), (12, False)):
        one = judge("interrupt", "let the leg rest")
        for voices in ("both", "both", *["ours"] * gap, "both"):
            one.count(voices, "quiet")  # type: ignore[arg-type]  # one of the voices
        assert one.is_meant("stop", 0.7, False, 1.0) is meant
