"""Requests turned round: nothing that somebody denies is ever carried out."""

from __future__ import annotations

import pytest

from voice_skill.content.bundle import StateName
from voice_skill.core.interpreter import Interpreter


@pytest.mark.parametrize(
    ("denied", "sentences"),
    [
        ("stop", "please don't stop|i don't want you to stop|no need to stop|never stop|let's not stop yet"),
        ("stop", "i never said stop|i'm not ready to stop|you don't have to stop|don't you dare stop"),
        ("pause", "don't pause|there's no need to pause|i don't need a break"),
        ("skip", "don't skip it|i don't want to skip|please don't skip this one"),
        ("next", "i'm not ready for the next|not the next one"),
        ("back", "don't go back|i don't want to go back"),
        ("repeat", "don't repeat that|no need to say it again|you don't need to repeat it"),
        ("it_hurts", "it doesn't hurt|no pain|i'm not in pain|that doesn't hurt at all"),
        ("cramp_now", "i don't have a cramp|it isn't a cramp|i haven't got cramp|there's no cramp tonight"),
        ("easier", "it's not too hard|i don't need an easier one"),
        ("dizzy", "i'm not dizzy"),
    ],
)
def test_what_is_denied_is_not_done(interpreter: Interpreter, denied: str, sentences: str) -> None:
    """In the middle of the stretches, a command that is denied does not come out."""
    for said in sentences.split("|"):
        meant = interpreter.interpret(said, "routine")
        assert not (meant.tier == "act" and denied in (meant.intent, *meant.also)), said


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("i can't do this stop", "stop"),
        ("no stop", "stop"),
        ("no go back", "back"),
        ("i do not like this please stop", "stop"),
        ("oh no not another cramp", "cramp_now"),
    ],
)
def test_a_not_that_belongs_elsewhere_hinders_nothing(
    interpreter: Interpreter, said: str, intent: str
) -> None:
    """A "no" before a command, or a denied something else, leaves the command as it is."""
    meant = interpreter.interpret(said, "routine")
    assert (meant.intent, meant.tier) == (intent, "act")


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("no i would like that", "yes"),
        ("no no go on", "yes"),
        ("i don't see why not", "yes"),
        ("i wouldn't say no", "yes"),
        ("yes but not now", "not_now"),
        ("no thanks", "no"),
        ("no please", "no"),
        ("no that's fine", "no"),
        ("please don't", "no"),
        ("yes please", "yes"),
    ],
)
def test_the_last_word_of_an_answer_counts(interpreter: Interpreter, said: str, intent: str) -> None:
    """After a question, a yes or no that is taken back in the same breath counts as taken back."""
    state: StateName = "asked"
    meant = interpreter.interpret(said, state)
    assert (meant.intent, meant.tier) == (intent, "act")
