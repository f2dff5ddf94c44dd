"""The conversation outside the stretches: greeting, asking, offering, choosing, not understanding."""

from __future__ import annotations

import pytest
import situations
from situations import ANSWERED, PLACES
from timeline import Scene

from voice_skill.content.bundle import Bundle
from voice_skill.core.meaning import Interpretation
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


def test_repeat_brings_the_answer_and_the_open_question(bundle: Bundle) -> None:
    """Repeat brings what was told, word for word, then the question, and nothing said by the way."""
    scene = situations.more_offered(bundle)
    told, question = scene.turn[0].text, scene.turn[-1].text
    for _ in range(2):
        scene.hears("say that again").settles()
        assert [spoken.text for spoken in scene.turn] == [told, question], scene.story()
    scene.hears("yes").settles()
    told = scene.turn[0].text
    scene.hears("louder").settles().hears("say that again")
    assert scene.turn[0].text == told, scene.story()
    assert scene.question == "want_more"


@pytest.mark.parametrize("place", ["more_offered", "stretches_offered"])
@pytest.mark.parametrize("text", ["", "stop", "purple monkeys dance on the roof"])
def test_repeat_brings_the_answer_after_all_is_said(bundle: Bundle, place: str, text: str) -> None:
    """When the question was left unanswered, declined, or not understood, repeat still brings the answer."""
    scene = PLACES[place](bundle)
    told = ("reply ", "more ")
    answer = next(each for each in reversed(scene.said) if any(name.startswith(told) for name in each.names))
    scene.hears(text).settles().wait(0 if text else 60).hears("repeat")
    assert scene.turn[0].text == answer.text, scene.story()


@pytest.mark.parametrize("place", ["safety_asked", "one_doubted", "two_doubted", "carrying_on_offered"])
def test_repeat_of_a_question_is_the_question_alone(bundle: Bundle, place: str) -> None:
    """A question that comes after no answer is repeated by itself."""
    scene = PLACES[place](bundle)
    question = scene.question
    assert question is not None
    scene.hears("repeat").expect_only(question)


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


def test_naming_the_source_leaves_the_question_open(bundle: Bundle) -> None:
    """After "how do you know that" the offer to tell more can still be taken."""
    scene = situations.more_offered(bundle).hears("how do you know that").settles()
    scene.hears("yes please").expect_first("more why")


def test_the_source_is_that_of_what_was_told_last(bundle: Bundle) -> None:
    """First aid, the stretches and a refusal to stretch have sources, not those of an answer long before."""
    told = bundle.intents
    bananas = situations.idle(bundle).means("help_food").settles().hears("stop").settles()
    bananas.hears("cramp").settles().hears("how do you know that")
    bananas.expect_said(bundle.sources[told["cramp_now"].sources[0]].spoken)

    led = situations.idle(bundle).means("help_food").settles().hears("start the routine").settles()
    led.hears("no").settles().hears("sitting down").waits_for("halfway ankles 0").settles()
    led.hears("how do you know that").expect_said(bundle.sources[bundle.routine.sources[0]].spoken)

    unsafe = situations.idle(bundle).means("help_food").settles().hears("start the routine").settles()
    unsafe.hears("yes").settles().hears("how do you know that")
    unsafe.expect_said(bundle.sources[told["same_day"].sources[0]].spoken)

    dizzy = situations.idle(bundle).means("help_food").settles().hears("i feel dizzy").settles()
    dizzy.hears("how do you know that")
    dizzy.expect_said(bundle.sources[told["who_should_not_stretch"].sources[0]].spoken)


def test_a_breath_may_have_a_source_of_its_own(bundle: Bundle) -> None:
    """Asked after a further breath with other sources than the answer, the skill names those."""
    intent = bundle.intents["cause_medicines"]
    scene = situations.idle(bundle).means(intent.name).settles()
    for line in intent.more:
        scene.hears("more").settles().hears("how do you know that").settles()
        source = (line.sources or intent.sources)[0]
        scene.expect_said(bundle.sources[source].spoken)
    assert any(line.sources for line in intent.more)


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
    """Every form of no to more is taken kindly; a plain no brings the stretches, where they would help."""
    scene = situations.more_offered(bundle).hears(text)
    if scene.question == "offer_routine":
        scene.expect_only("offer_routine").settles().hears(text)
    scene.expect_only("declined").settles().hears(ANSWERED).settles().hears(text).expect_only("declined")


def test_no_more_brings_the_offer_to_stretch(bundle: Bundle) -> None:
    """Whoever wants no more of an answer that leads to the stretches is offered them, once."""
    scene = situations.more_offered(bundle).hears("no thanks").expect_only("offer_routine").settles()
    scene.hears("yes").expect_only("safety_check")


def test_nothing_is_offered_where_the_stretches_do_not_fit(bundle: Bundle) -> None:
    """After an answer that has nothing to do with stretching, no means no."""
    other = next(each for each in bundle.intents.values() if each.more and not each.offers_routine)
    scene = situations.idle(bundle).means(other.name).settles()
    scene.hears("no").expect_only("declined")


@pytest.mark.parametrize("text", ["no thank you, good night", "no thanks and good night"])
def test_an_answer_and_a_request_in_one_breath(bundle: Bundle, text: str) -> None:
    """What is asked for behind the answer is done too."""
    situations.more_offered(bundle).hears(text).expect("declined", "good_night").expect_state(State.STANDBY)


def test_an_answer_answers_one_question(bundle: Bundle) -> None:
    """A second answer in the same breath is not taken for the answer to the question that comes next."""
    both = Interpretation("no", "act", 1.0, lane="word for word", also=("yes",))
    scene = situations.safety_asked(bundle)
    scene.hears(scene.interpreter.plant(both))
    assert scene.question in ("steady_check", "safety_unsure"), scene.story()
    assert scene.guide is None


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


@pytest.mark.parametrize("text", ["no not {}", "not {}", "no it's not {}", "no no not {}"])
def test_a_denied_name_is_no_choice(bundle: Bundle, text: str) -> None:
    """Whoever says that it was not this is not told about this."""
    for first, second in (("why", "what_helps"), ("quinine", "restless_legs")):
        scene = offered(bundle, first, second).hears(text.format(bundle.intents[first].title))
        scene.expect_only("mean_none")
        assert scene.question is None
    scene = situations.one_doubted(bundle).hears(text.format(bundle.intents["why"].title))
    scene.expect_only("mean_none")


def test_a_choice_is_over_when_its_question_is(bundle: Bundle) -> None:
    """What was once offered to choose from does not answer a later question."""
    scene = offered(bundle, "cause_fatigue", "quinine")
    scene.hears("start the routine").expect("safety_check").settles()
    assert scene.session.wanted == ()
    scene.hears("the first one").expect_not("reply cause_fatigue")


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
    scene = situations.idle(bundle).hears("i wonder if statins could be giving me cramps", confidence=0.7)
    scene.expect_not("did_you_mean_two")


# --- not understood -------------------------------------------------------------------------------


def test_not_understanding_is_tapered(bundle: Bundle) -> None:
    """Short, then what this is about, then a choice of three, and then no more."""
    scene = situations.idle(bundle)
    for number in (1, 2, 3):
        scene.hears("purple monkeys dance on the roof").expect_only(f"no_match_{number}").settles()
    scene.hears("purple monkeys dance on the roof").expect_only()
    scene.hears(ANSWERED).expect_first("reply why").settles().hears("stop").settles()
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
@pytest.mark.parametrize("place", ["idle", "safety_asked", "hold", "emergency", "standby"])
def test_nonsense_starts_nothing(bundle: Bundle, place: str, text: str) -> None:
    """Empty, foreign and endless text changes no state and starts nothing."""
    scene = PLACES[place](bundle)
    before = scene.state
    scene.hears(text).expect_state(before).expect_not("steady_check", "routine_intro", "cramp_1")


def test_two_questions_are_answered_in_turn(bundle: Bundle) -> None:
    """The first is answered, and the other offered; a yes brings it, a no does not."""
    asked = "why do i get cramps and what can i do about it"
    scene = situations.idle(bundle).hears(asked).expect_first("reply why").expect("and_the_other").settles()
    scene.hears("yes please").expect_first("reply what_helps")
    scene = situations.idle(bundle).hears(asked).settles().hears("no thanks")
    assert not scene.has("reply what_helps")


def test_a_place_where_no_choice_was_offered_is_no_answer(bundle: Bundle) -> None:
    """After an offer "the first one" is asked about, and the offer stays."""
    scene = situations.idle(bundle).hears("why do my legs cramp").settles()
    scene.hears("the first one").expect("ask_again_yes_no")


def test_small_words_of_a_title_choose_nothing(bundle: Bundle) -> None:
    """Who says "your name" has not chosen "your medicines"."""
    scene = offered(bundle, "cause_medicines", "what_helps").hears("your name")
    assert not scene.has("reply cause_medicines")
