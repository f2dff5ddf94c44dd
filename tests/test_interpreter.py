"""From words to meaning on the real bundle: several commands at once, "don't", details, urgency, doubt."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from voice_skill.content.bundle import Bundle, StateName
from voice_skill.core.classifier import Classifier
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.slots import find_slots


@pytest.fixture(scope="module")
def interpreter(bundle: Bundle, classifier: Classifier) -> Interpreter:
    """Index the bundle once, with a wake phrase of its own."""
    return Interpreter(bundle, "night nurse", classifier)


@pytest.mark.parametrize(
    ("said", "state", "intents"),
    [
        ("slower please and repeat that", "routine", ("slower", "repeat")),
        ("louder and slower", "idle", ("louder", "slower")),
        ("pause, then repeat that", "routine", ("pause", "repeat")),
        ("stop stop and stop", "routine", ("stop",)),
        ("repeat that but slower", "routine", ("slower", "repeat")),
        ("say it again a bit louder", "routine", ("louder", "repeat")),
        ("next one quieter", "routine", ("quieter", "next")),
    ],
)
def test_several_commands_in_one_breath(
    interpreter: Interpreter, said: str, state: StateName, intents: tuple[str, ...]
) -> None:
    """Commands joined by "and", "then" or "but" come out each once, those that set the voice first."""
    meant = interpreter.interpret(said, state)
    assert (meant.intent, *meant.also) == intents
    assert meant.tier == "act"


@pytest.mark.parametrize(
    ("said", "first", "second"),
    [("pause or stop", "pause", "stop"), ("louder or quieter", "louder", "quieter")],
)
def test_of_what_or_joins_nothing_is_done(
    interpreter: Interpreter, said: str, first: str, second: str
) -> None:
    """Two commands with "or" between them are asked about."""
    meant = interpreter.interpret(said, "routine")
    assert (meant.tier, meant.intent, meant.runner_up, meant.also) == ("confirm", first, second, ())


def test_yes_or_no_is_neither(interpreter: Interpreter) -> None:
    """Who says both has not answered."""
    assert interpreter.interpret("yes or no", "asked").tier != "act"


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("yes i mean no", "no"),
        ("yes wait no", "no"),
        ("yeah nah", "no"),
        ("yep hang on nope", "no"),
        ("no wait yes", "yes"),
        ("nah yeah", "yes"),
        ("no sorry i meant yes", "yes"),
        ("no make that a yes", "yes"),
        ("no no no", "no"),
    ],
)
def test_the_last_answer_counts(interpreter: Interpreter, said: str, intent: str) -> None:
    """An answer that is taken back is none."""
    meant = interpreter.interpret(said, "asked")
    assert (meant.intent, meant.tier) == (intent, "act")


@pytest.mark.parametrize(
    ("said", "state"),
    [("i'm okay thanks", "asked"), ("voice", "idle"), ("rest", "idle")],
)
def test_what_is_left_without_small_words_is_no_phrase(
    interpreter: Interpreter, said: str, state: StateName
) -> None:
    """Nobody who is okay said "I am", and nobody who says "voice" said "hello voice"."""
    assert interpreter.interpret(said, state).intent not in ("yes", "wake")


@pytest.mark.parametrize("said", ["ow ow ow", "ow ow ow ow", "please please stop stop"])
def test_words_said_several_times_count_once(interpreter: Interpreter, said: str) -> None:
    """Somebody in pain says it more than once."""
    assert interpreter.interpret(said, "routine").intent in ("it_hurts", "stop")


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("i don't want to skip just pause", "pause"),
        ("don't repeat it next one please", "next"),
        ("pause i don't want to stop", "pause"),
        ("stop repeating yourself", "resume"),
        ("quit skipping", "resume"),
    ],
)
def test_only_what_is_denied_is_left_undone(interpreter: Interpreter, said: str, intent: str) -> None:
    """What is asked for beside it is done; where nothing is, the routine goes on."""
    meant = interpreter.interpret(said, "routine")
    assert (meant.intent, meant.tier) == (intent, "act")


def test_a_question_with_and_in_it_stays_whole(interpreter: Interpreter) -> None:
    """Only commands are taken apart."""
    assert interpreter.interpret("are magnesium and calcium good for cramps").also == ()


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("don't stop", "resume"),
        ("please don't skip this", "resume"),
        ("do not pause", "resume"),
        ("don't talk louder", "quieter"),
        ("i'm not done", "resume"),
    ],
)
def test_dont_turns_a_command_round(interpreter: Interpreter, said: str, intent: str) -> None:
    """A denied command is never carried out; its opposite is."""
    assert interpreter.interpret(said, "routine").intent == intent


def test_dont_stop_without_a_routine_does_not_stop(interpreter: Interpreter) -> None:
    """Where nothing runs, "don't skip" asks for nothing."""
    meant = interpreter.interpret("do not skip it", "idle")
    assert meant.intent != "skip" or meant.tier == "none"


@pytest.mark.parametrize(
    ("intent", "said", "slots"),
    [
        ("pause", "pause for two minutes", {"seconds": "120"}),
        ("pause", "give me half a minute", {"seconds": "30"}),
        ("pause", "wait twenty five seconds please", {"seconds": "25"}),
        ("pause", "pause for a minute and a half", {"seconds": "90"}),
        ("pause", "wait 90 seconds", {"seconds": "90"}),
        ("pause", "pause for two and a half minutes", {"seconds": "150"}),
        ("pause", "wait three minutes and a half", {"seconds": "210"}),
        ("pause", "could you stop for a second", {}),
        ("pause", "hang on a couple of secs", {}),
        ("pause", "pause", {}),
        ("cramp_now", "cramp on the right", {"side": "right"}),
        ("cramp_now", "cramp right now", {}),
        ("skip", "go to part three", {"part": "3"}),
        ("back", "back to the second step", {"part": "2"}),
        ("cramp_now", "cramp in my left calf", {"side": "left", "place": "calf"}),
        ("cramp_now", "both calves are cramping", {"side": "both", "place": "calf"}),
        ("cramp_now", "right now my foot cramps", {"place": "foot"}),
        ("why", "why does my left calf cramp", {}),
    ],
)
def test_details_are_found(intent: str, said: str, slots: dict[str, str]) -> None:
    """Times, parts and legs come out as strings, for the intents that need them."""
    assert find_slots(intent, said) == slots


def test_details_are_part_of_the_meaning(interpreter: Interpreter) -> None:
    """The interpretation carries them."""
    meant = interpreter.interpret("pause for two minutes", "routine")
    assert (meant.intent, dict(meant.slots)) == ("pause", {"seconds": "120"})


def test_low_confidence_is_worth_a_question_at_best(interpreter: Interpreter) -> None:
    """What was badly heard is asked about or let pass, unless it is a command word for word or a cramp."""
    for said in ("could it be that i do not drink enough water", "is it dehydration"):
        assert interpreter.interpret(said).tier == "act"
        assert interpreter.interpret(said, confidence=0.7).tier == "confirm"
        assert interpreter.interpret(said, confidence=0.4).intent == "none"
    assert interpreter.interpret("ow i have got a terrible cramp in my leg", confidence=0.4).tier == "act"
    assert interpreter.interpret("next", "routine", confidence=0.7).tier == "act"
    assert interpreter.interpret("next", "routine", confidence=0.4).tier == "confirm"
    for said in ("stop", "pause", "it hurts"):
        assert interpreter.interpret(said, "routine", confidence=0.3).tier == "act"


def test_what_is_doubted_twice_is_let_pass(interpreter: Interpreter) -> None:
    """A guess at words that were badly heard themselves is not worth a question: it is mostly other talk."""
    file = Path(__file__).parent / "understanding" / "questions.yaml"
    sentences = (each["say"] for each in yaml.safe_load(file.read_text(encoding="utf-8"))["sentences"])
    said = next(each for each in sentences if interpreter.interpret(each).tier == "confirm")
    assert interpreter.interpret(said, confidence=0.9).tier == "confirm"
    assert interpreter.interpret(said, confidence=0.7).tier == "none"


def test_a_cramp_is_not_asked_about(interpreter: Interpreter) -> None:
    """Somebody in pain is helped at once."""
    assert interpreter.interpret("ow i have got a terrible cramp in my leg").tier == "act"


@pytest.mark.parametrize("said", ["", "?!", "what won the league last night", "x" * 600])
def test_what_is_not_ours_is_refused(interpreter: Interpreter, said: str) -> None:
    """Nothing, noise and other people's business come out as none."""
    assert interpreter.interpret(said).tier == "none"


def test_yes_counts_only_where_asked(interpreter: Interpreter) -> None:
    """A long "yes" is guessed at only while a question is open."""
    assert interpreter.interpret("yes i think i would like that", "asked").intent == "yes"
    assert interpreter.interpret("yes i think i would like that", "idle").intent != "yes"
