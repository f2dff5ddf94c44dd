"""The conversation outside the stretches: greeting, asking, offering, choosing, not understanding."""

from __future__ import annotations

import pytest
import situations
from situations import ANSWERED, PLACES
from timeline import Scene

from voice_skill.content.bundle import Bundle
from voice_skill.core.states import HELP, State
from voice_skill.core.tables import QUESTIONS

AWAKE = [place for place in PLACES if place != "standby"]
YES = (
    *(
        "yes",
        "yes please",
        "yeah",
        "yep",
        "yeah sure",
        "okay",
        "ok then",
        "all right then",
        "sure",
        "go ahead",
    ),
    *("why not", "yes why not", "sounds good", "of course", "please do", "let's do it", "yes let's do it"),
    *(
        "i would like that",
        "i'd love to",
        "uh-huh",
        "mm hmm",
        "go on then",
        "go for it",
        "by all means",
        "let's go",
    ),
    *("okay yes", "yes go on", "if you like", "you bet", "oh yes please", "um yes", "yes stretch"),
)
NO = (
    *(
        "no",
        "no thanks",
        "no thank you",
        "nope",
        "nah",
        "not now",
        "not tonight thanks",
        "maybe later",
        "no not now",
    ),
    *(
        "i'd rather not",
        "i don't want to",
        "not really",
        "no leave it",
        "no no no",
        "another time",
        "no i'm tired",
    ),
    *(
        "i'm too tired",
        "not in the mood",
        "never mind",
        "i'm fine",
        "no i'm good thanks",
        "stop",
        "that's enough",
    ),
    *("no more", "forget it", "not just now", "don't", "no stretching", "no don't start"),
)


# --- coming, asking, going on ---------------------------------------------------------------------


def test_the_first_greeting_says_what_to_say(bundle: Bundle) -> None:
    """At the first start the person hears how to begin, and then nothing until they speak."""
    scene = Scene(bundle).starts().expect_only("hello").settles()
    scene.silence(600)


def test_the_second_greeting_is_shorter(bundle: Bundle) -> None:
    """Whoever has been greeted before is greeted as somebody known."""
    situations.idle(bundle).crash().starts().expect_only("hello_again")


def test_an_answer_comes_first_and_one_question_last(bundle: Bundle) -> None:
    """The answer, then that this is general information, then a single question, and then silence."""
    scene = situations.idle(bundle).hears(ANSWERED)
    scene.expect_only("reply why", "general_information", "want_more")
    scene.settles().silence(7)


def test_general_information_is_said_once(bundle: Bundle) -> None:
    """The sentence about general information comes once a session."""
    scene = situations.more_offered(bundle)
    for intent in bundle.intents.values():
        if intent.kind == "information":
            scene.means(intent.name).expect(f"reply {intent.name}").expect_not(
                "general_information"
            ).settles()


@pytest.mark.parametrize("place", AWAKE)
def test_general_information_never_comes_with_first_aid(bundle: Bundle, place: str) -> None:
    """A person in pain does not hear about what kind of information this is."""
    scene = PLACES[place](bundle).hears("cramp").expect_not("general_information")
    scene.settles().wait(100)
    scene.expect_not("general_information")


def test_more_is_told_breath_by_breath_until_there_is_none(bundle: Bundle) -> None:
    """Each "more" brings the next breath on the subject; at the end it is said that this was all."""
    intent = bundle.intents["why"]
    scene = situations.idle(bundle).hears(ANSWERED).settles()
    for line in intent.more:
        scene.hears("more").settles()
        assert scene.turn[0].text == line.text, scene.story()
    scene.hears("no thanks").settles().hears("more").expect_only("no_more")


def test_more_of_nothing_is_not_all_i_have_on_that(bundle: Bundle) -> None:
    """Where nothing was asked about, "more" does not speak of "that"."""
    situations.idle(bundle).hears("tell me more").expect_not("no_more")


def test_repeat_says_the_last_line_again(bundle: Bundle) -> None:
    """Repeat brings the last line, word for word."""
    scene = situations.more_offered(bundle)
    last = scene.turn[-1].text
    scene.hears("say that again")
    assert [spoken.text for spoken in scene.turn] == [last]


def test_repeat_keeps_the_question_open(bundle: Bundle) -> None:
    """After a question was repeated it can be answered."""
    scene = situations.stretches_offered(bundle).hears("pardon").settles().hears("yes")
    scene.expect_only("safety_check")


@pytest.mark.parametrize("place", PLACES)
def test_what_can_i_say(bundle: Bundle, place: str) -> None:
    """Help fits the place, and an open question stays open."""
    scene = PLACES[place](bundle)
    state, question = scene.state, scene.question
    scene.hears("what can i say")
    if state is State.STANDBY:
        scene.expect_only()
        return
    scene.expect_first("help_asked" if question else HELP[state]).expect_state(state)
    assert scene.question == question


def test_the_source_is_named(bundle: Bundle) -> None:
    """Asked how it knows that, the skill names its source and when it was checked."""
    scene = situations.more_offered(bundle).hears("how do you know that")
    scene.expect_only("source_said")
    first = bundle.sources[bundle.intents["why"].sources[0]]
    scene.expect_said(first.spoken)


def test_the_source_of_a_greeting_is_none(bundle: Bundle) -> None:
    """Where nothing medical was said there is no source to name."""
    situations.idle(bundle).hears("how do you know that").expect_only("source_none")


@pytest.mark.parametrize("text", YES)
def test_the_offered_stretches_are_taken(bundle: Bundle, text: str) -> None:
    """Every form of yes leads to the safety question."""
    situations.stretches_offered(bundle).hears(text).expect_only("safety_check")


@pytest.mark.parametrize("text", NO)
def test_the_offered_stretches_are_declined(bundle: Bundle, text: str) -> None:
    """Every form of no is taken kindly, ends the question, and nothing is asked again."""
    scene = situations.stretches_offered(bundle).hears(text).expect_only("declined")
    assert scene.question is None
    scene.settles().silence(300)


@pytest.mark.parametrize("text", ["yes", "more", "go on", "tell me more", "yes please", "carry on"])
def test_more_is_taken(bundle: Bundle, text: str) -> None:
    """Every form of yes to more brings more."""
    situations.more_offered(bundle).hears(text).expect_first("more why")


@pytest.mark.parametrize(
    "text", ["no", "stop", "that's enough", "no more", "no thanks", "i'm fine", "that will do"]
)
def test_more_is_declined(bundle: Bundle, text: str) -> None:
    """Every form of no to more is taken kindly."""
    situations.more_offered(bundle).hears(text).expect_only("declined")


def test_the_stretches_are_offered_once(bundle: Bundle) -> None:
    """Whoever declined the stretches is not offered them after each answer."""
    scene = situations.stretches_offered(bundle).hears("no").settles()
    for intent in bundle.intents.values():
        if intent.offers_routine:
            scene.means(intent.name).expect_not("offer_routine").settles()


def test_another_question_in_place_of_an_answer_is_answered(bundle: Bundle) -> None:
    """A new question instead of yes or no is answered, and the old question is let go."""
    scene = (
        situations.stretches_offered(bundle)
        .hears("how long do cramps last")
        .expect_first("reply how_long_last")
    )
    assert scene.question != "offer_routine"


# --- did you mean ---------------------------------------------------------------------------------


def offered(bundle: Bundle, first: str, second: str) -> Scene:
    """A scene in which these two intents are to choose from."""
    scene = situations.idle(bundle).means(first, "confirm", second)
    return scene.expect("did_you_mean_two").settles()


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        *(
            (text, "reply why")
            for text in ("the first one", "the first", "number one", "the former", "first please")
        ),
        *(
            (text, "reply what_helps")
            for text in ("the second one", "the second", "number two", "the latter")
        ),
        *(
            (text, "reply what_helps")
            for text in ("the last one", "the other one", "the second thing please")
        ),
        *((text, "mean_none") for text in ("no", "neither", "none of them", "never mind", "no neither")),
        *((text, "did_you_mean_two") for text in ("yes", "both", "i don't know")),
    ],
)
def test_two_choices_are_answered_by_place(bundle: Bundle, text: str, chosen: str) -> None:
    """Which of two: the first, the second, neither; a mere yes is no choice, so the question comes again."""
    offered(bundle, "why", "what_helps").hears(text).expect_first(chosen)


@pytest.mark.parametrize("place", [0, 1])
def test_two_choices_are_answered_by_name(bundle: Bundle, place: int) -> None:
    """Saying the title that we have just offered chooses it, whichever it is."""
    wrong = []
    spoken = [each for each in bundle.intents.values() if each.kind == "information"]
    for intent in spoken:
        other = "restless_legs" if intent.name != "restless_legs" else "quinine"
        pair = (intent.name, other) if place == 0 else (other, intent.name)
        scene = offered(bundle, *pair).hears(intent.title)
        if not scene.has(f"reply {intent.name}"):
            wrong.append(f"'{intent.title}' brought {[sorted(names) for names in scene.names]}")
    assert not wrong


@pytest.mark.parametrize(
    ("text", "chosen"), [("yes", "reply why"), ("that one", "reply why"), ("no", "mean_none")]
)
def test_one_doubtful_thing_is_confirmed(bundle: Bundle, text: str, chosen: str) -> None:
    """Yes takes what was doubtful, no leaves it."""
    situations.one_doubted(bundle).hears(text).expect_first(chosen)


@pytest.mark.parametrize("place", ["one_doubted", "two_doubted", "pain_doubted"])
@pytest.mark.parametrize("text", ["louder", "what can i say", "slower"])
def test_the_question_itself_is_asked_again(bundle: Bundle, place: str, text: str) -> None:
    """After something in between, what is asked again is the question and not what was said in between."""
    scene = PLACES[place](bundle)
    question = scene.question
    assert question is not None
    scene.hears(text).settles().after(10)
    assert scene.has(question) or any(QUESTIONS[question].again in names for names in scene.names), (
        scene.story()
    )


def test_what_is_far_behind_is_not_offered(bundle: Bundle) -> None:
    """A sentence that is like one thing only, heard faintly, is not held against a second at random."""
    scene = situations.idle(bundle).hears("i wonder if statins could be giving me cramps", confidence=0.55)
    scene.expect_not("did_you_mean_two")


# --- not understood -------------------------------------------------------------------------------


def test_not_understanding_is_tapered(bundle: Bundle) -> None:
    """Short, then what this is about, then a choice of three, and then no more."""
    scene = situations.idle(bundle)
    for number in (1, 2, 3):
        scene.hears("purple monkeys dance on the roof").expect_only(f"no_match_{number}").settles()
    scene.hears("purple monkeys dance on the roof").expect_only()
    scene.hears(ANSWERED).expect_first("reply why").settles().hears("no").settles()
    scene.hears("purple monkeys dance on the roof").expect_only("no_match_1")


@pytest.mark.parametrize(
    ("text", "brings"), [("cramp", "cramp_1"), ("stretches", "safety_check"), ("doctor", "reply see_doctor")]
)
def test_the_choice_of_three_can_be_taken(bundle: Bundle, text: str, brings: str) -> None:
    """Each of the three words that the third no-match names does what it says."""
    scene = situations.idle(bundle)
    for _ in range(3):
        scene.hears("purple monkeys dance on the roof").settles()
    scene.hears(text).expect_first(brings)


@pytest.mark.parametrize("place", PLACES)
def test_long_speech_is_survived(bundle: Bundle, place: str) -> None:
    """A flood of words gets at most one line, and the state stays."""
    scene = PLACES[place](bundle)
    before = scene.state
    scene.hears("and then she told me that the neighbours had painted their fence " * 20)
    assert len(scene.turn) <= 1, scene.story()
    scene.expect_state(before)


@pytest.mark.parametrize("text", ["", " ", "…", "?!", "🙂", "привет", "a" * 5000, "\x00", "no" * 400])
@pytest.mark.parametrize("place", ["idle", "safety_asked", "hold", "cramp", "emergency", "standby"])
def test_nonsense_starts_nothing(bundle: Bundle, place: str, text: str) -> None:
    """Empty, foreign and endless text changes no state and starts nothing."""
    scene = PLACES[place](bundle)
    before = scene.state
    scene.hears(text).expect_state(before).expect_not("steady_check", "routine_intro", "cramp_1")
