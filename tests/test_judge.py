"""What is believed while we speak and at night."""

from __future__ import annotations

import pytest

from voice_skill.hearing.endpoint import Voices
from voice_skill.hearing.judge import Judge
from voice_skill.messages import Alternative, ListeningMode


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
        {"interrupt": 0.65, "standby": 0.8},
        mode,
    )


def heard_over_us(one: Judge, voices: Voices, blocks: int) -> None:
    """Let so many blocks go by, after one of ours."""
    one.count("ours", "quiet")
    for _ in range(blocks):
        one.count(voices, "speaking")


@pytest.mark.parametrize(
    ("hearings", "call"),
    [
        ({"computer": 0.6, "cramp": 0.3}, ("cramp", 0.6)),
        ({"grand": 0.4, "cramp": 0.3, "help cramp": 0.2}, ("cramp", 1.0)),
        ({"hello night": 0.9}, ("", 0.0)),
        ({"i had a cramp": 1.0}, ("", 0.0)),
        ({}, ("", 0.0)),
    ],
)
def test_a_call_is_a_whole_phrase_among_the_hearings(
    hearings: dict[str, float], call: tuple[str, float]
) -> None:
    """Half of the hearings are enough; words that stand in no phrase together are talk."""
    text, sure = judge("standby").call_among([Alternative(*hearing) for hearing in hearings.items()])
    assert text == call[0]
    assert sure == pytest.approx(call[1])


@pytest.mark.parametrize(
    ("text", "worth"),
    [("hello night helper", True), ("not cramp", True), ("night helper", False), ("left", False)],
)
def test_only_what_may_be_a_call_is_heard_again(text: str, worth: bool) -> None:
    """A second look takes a moment."""
    assert judge("standby").may_be_call(text) is worth


def test_while_the_room_is_strange_only_clear_words_count() -> None:
    """Our first words may come back as others; a "stop" that is none of them must be heard all the same."""
    for text, sure, meant in (
        ("stop", 0.85, True),
        ("stop", 0.75, False),
        ("cramp", 0.99, False),
        ("help cramp", 0.75, False),
        ("so a cramp is gone", 0.72, False),
    ):
        one = judge("interrupt", "for a cramp say cramp")
        heard_over_us(one, "strange", 20)
        assert one.is_meant(text, sure, False) is meant


@pytest.mark.parametrize(
    ("saying", "text", "meant"),
    [
        ("the loudspeaker is back", "louder", False),
        ("paused when you're ready say carry on", "pause", True),
        ("the last part", "louder", True),
        ("slide down", "slower", True),
    ],
)
def test_a_word_that_begins_like_ours_is_taken_for_ours(saying: str, text: str, meant: bool) -> None:
    """What is left of a word after the canceller is often its beginning."""
    one = judge("interrupt", saying)
    heard_over_us(one, "strange", 20)
    assert one.is_meant(text, 0.99, False) is meant
    alone = judge("interrupt", saying)
    alone.count("room", "quiet")
    alone.count("room", "speaking")
    assert alone.is_meant(text, 0.99, False)  # through a headset nothing of ours is heard


def test_what_was_surely_said_over_us_needs_less() -> None:
    """And may be our own words."""
    for voices, meant in (("both", True), ("room", False)):
        one = judge("interrupt", "to finish say stop")
        heard_over_us(one, voices, 5)  # type: ignore[arg-type]  # one of the voices
        assert one.is_meant("stop", 0.5, False) is meant


@pytest.mark.parametrize(
    ("blocks", "sure", "meant"), [(1, 0.99, False), (2, 0.99, True), (2, 0.8, False), (3, 0.8, True)]
)
def test_a_burst_is_what_was_left_of_us_unless_it_is_surely_a_word(
    blocks: int, sure: float, meant: bool
) -> None:
    """In rain, two blocks of a soft word stand out, and one of what the canceller leaves now and then."""
    one = judge("interrupt", "let the leg rest")
    heard_over_us(one, "both", blocks)
    one.count("ours", "speaking")
    assert one.is_meant("help", sure, False) is meant


def test_a_short_word_over_us_counts_from_before_its_beginning() -> None:
    """The gap within "stop" puts the beginning off; two blocks of half a second ago are no part of it."""
    for gap, meant in ((1, True), (12, False)):
        one = judge("interrupt", "let the leg rest")
        for voices in ("both", "both", *["ours"] * gap, "both"):
            one.count(voices, "quiet")  # type: ignore[arg-type]  # one of the voices
        assert one.is_meant("stop", 0.7, False) is meant
