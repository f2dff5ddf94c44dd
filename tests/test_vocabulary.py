"""What the recogniser is told to expect in each way of listening."""

from __future__ import annotations

from collections import Counter

from voice_skill.content.bundle import Bundle
from voice_skill.core import vocabulary
from voice_skill.core.states import State
from voice_skill.core.tables import ACTS


def test_everything_legal_in_the_stretches_can_interrupt(bundle: Bundle) -> None:
    """Whatever can be asked for in the stretches is listened for while we speak in them."""
    heard = set(vocabulary.phrases(bundle, "hello night helper")["open"])  # it listens beside the few
    for name in ACTS[State.ROUTINE]:
        spelled = {phrase.replace("goodnight", "good night") for phrase in bundle.intents[name].phrases}
        assert spelled <= heard | {"know"}, name  # sounds like "no"


def test_what_sounds_the_same_is_expected_in_one_spelling(bundle: Bundle) -> None:
    """Two spellings would halve each other's confidence."""
    assert "goodnight" in bundle.intents["good_night"].phrases
    heard = vocabulary.phrases(bundle, "hello night helper")["open"]
    assert "good night" in heard
    assert not any("goodnight" in phrase.split() for phrase in heard)


def test_answers_are_heard_out(bundle: Bundle) -> None:
    """Only short commands are acted on before the person has fallen silent; "no" may go on as "no thanks"."""
    at_once = vocabulary.interrupts(bundle)
    assert {"stop", "pause", "it hurts", "cramp"} <= at_once
    for name in ("yes", "no", "not_sure", "never_mind", "good_night"):
        assert at_once.isdisjoint(bundle.intents[name].phrases)


def test_what_only_silences_needs_no_patience(bundle: Bundle) -> None:
    """Falling silent for nothing does little harm, moving on does: "next" may begin a tale."""
    silencing = vocabulary.silencing(bundle)
    assert {"stop", "pause", "it hurts", "cramp"} <= silencing <= vocabulary.interrupts(bundle)
    assert silencing.isdisjoint({"next", "back", "louder", "repeat", "help"})


def test_what_is_in_a_hurry_can_be_heard_while_we_speak(bundle: Bundle) -> None:
    """Each command that is acted on at once has a phrase among the few, and so have yes and no."""
    heard = set(vocabulary.cutting_in(bundle))
    for name in vocabulary.AT_ONCE | {"yes", "no"}:
        short = [phrase for phrase in bundle.intents[name].phrases if len(phrase.split()) <= 2]
        assert not short or heard.intersection(short), name
    assert {"stop", "pause", "wait", "repeat", "next", "louder", "it hurts", "cramp", "yes", "no"} <= heard
    assert len(heard) < 100
    often = vocabulary.cutting_in(bundle)
    assert often.count("stop") > often.count("it hurts") == 1


def test_pain_and_answers_weigh_most(bundle: Bundle) -> None:
    """What must not be missed, and what every session asks for, is expected more often than a question."""
    expected = Counter(vocabulary.sentences(bundle, "hello night helper"))
    once = Counter(vocabulary.phrases(bundle, "hello night helper")["open"])
    for likely in ("it hurts", "cramp", "stop", "pause", "yes", "no", "no thanks"):
        assert expected[likely] > once[likely] >= 1, likely
    assert expected["what causes leg cramps"] == once["what causes leg cramps"]
    heard_beside = {phrase for phrases in bundle.not_ours.values() for phrase in phrases}
    assert heard_beside <= expected.keys()
