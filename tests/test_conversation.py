"""The conversation outside the stretches: greeting, asking, offering, being silent, and a cramp right now."""

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


# --- coming, asking, going on ---------------------------------------------------------------------------


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


# --- did you mean -----------------------------------------------------------------------------------------


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


# --- not understood -----------------------------------------------------------------------------------------


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


# --- silence ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place", ["more_offered", "stretches_offered", "carrying_on_offered", "one_doubted", "two_doubted"]
)
def test_silence_after_an_offer(bundle: Bundle, place: str) -> None:
    """Eight seconds, once more and shorter, eight seconds, then how to call us, and then nothing."""
    scene = PLACES[place](bundle)
    question = scene.question
    assert question is not None
    asked = scene.turn[-1].text
    scene.silence(7.5).after(1.0)
    again = QUESTIONS[question].again or question
    scene.expect_only(again)
    assert len(scene.turn[0].text.split()) <= len(asked.split())
    scene.settles().silence(7.5).after(1.0)
    scene.expect_only("silence_quiet").settles()
    assert scene.question is None
    scene.silence(3600)


def test_silence_about_steadiness_means_sitting(bundle: Bundle) -> None:
    """Who does not say that they are steady does the stretches sitting, and is told so."""
    scene = situations.steadiness_asked(bundle).after(10)
    scene.expect("variant_silence", "routine_intro")
    assert scene.guide is not None
    assert scene.guide.variant == "seated"


@pytest.mark.parametrize("place", PLACES)
def test_nobody_is_talked_to_all_night(bundle: Bundle, place: str) -> None:
    """Whoever has fallen asleep is left in peace: after half an hour without a word there is silence."""
    scene = PLACES[place](bundle).wait(1800)
    scene.silence(4 * 3600)


@pytest.mark.parametrize(
    "place", ["idle", "more_offered", "stretches_offered", "cramp", "one_doubted", "hold"]
)
def test_standby_comes_by_itself(bundle: Bundle, place: str) -> None:
    """Left alone, the skill goes to standby and listens for nothing but its wake words."""
    scene = PLACES[place](bundle).wait(3600).expect_state(State.STANDBY)
    assert scene.mode == "standby"


def test_a_typed_session_never_goes_to_standby(bundle: Bundle) -> None:
    """Without a microphone there is nothing to sleep for."""
    scene = Scene(bundle, quiet_after=None).starts().settles().wait(36_000)
    scene.expect_state(State.IDLE)


# --- standby ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["good night", "be quiet", "go to sleep", "i'm going to sleep", "leave me alone"]
)
def test_the_person_sends_us_to_sleep(bundle: Bundle, text: str) -> None:
    """One line of good night, then nothing but listening for the wake words."""
    scene = situations.idle(bundle).hears(text).expect_state(State.STANDBY).settles()
    assert len(scene.turn) == 1
    assert scene.mode == "standby"
    scene.silence(8 * 3600)


@pytest.mark.parametrize("text", ["wake up", "hello", "are you there", "can you hear me"])
def test_wake_words_wake(bundle: Bundle, text: str) -> None:
    """The wake words bring us back, with few words."""
    scene = situations.standby(bundle).hears(text).expect_only("awake").expect_state(State.IDLE)
    scene.settles()
    assert scene.mode == "open"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "yes",
            "no",
            "stop",
            "next",
            "more",
            "louder",
            "start the routine",
            "lying down",
            "good night",
            "help",
        ),
        *(
            "why do i get cramps",
            "what helps",
            "still",
            "not better",
            "it's getting worse",
            "it hurts",
            "better",
        ),
        *(
            "purple monkeys dance",
            "how long left",
            "repeat",
            "i get cramps every night",
            "carry on",
            "the first one",
        ),
    ],
)
def test_nothing_else_wakes(bundle: Bundle, text: str) -> None:
    """In standby everything else is talk that is not for us."""
    situations.standby(bundle).hears(text).expect_only().expect_state(State.STANDBY)


@pytest.mark.parametrize("text", ["cramp", "i've got a cramp", "hello", "wake up", "my chest hurts"])
def test_a_whisper_of_a_wake_word_does_not_wake(bundle: Bundle, text: str) -> None:
    """What the recogniser itself hardly believes wakes nobody at three in the morning."""
    situations.standby(bundle).hears(text, confidence=0.25).expect_only().expect_state(State.STANDBY)


def test_typing_wakes(bundle: Bundle) -> None:
    """Typed text is meant for us, also in standby."""
    situations.standby(bundle).types(ANSWERED).expect_first("reply why")


@pytest.mark.parametrize("place", [place for place in AWAKE if place != "emergency"])
def test_hello_changes_nothing(bundle: Bundle, place: str) -> None:
    """ "Can you hear me" is answered, and whatever was going on goes on."""
    scene = PLACES[place](bundle)
    before, routine = scene.state, scene.guide is not None
    scene.hears("can you hear me").expect_first("awake").expect_state(before).settles().wait(2)
    scene.expect_state(before)
    assert (scene.guide is not None) == routine


# --- interruptions, noise --------------------------------------------------------------------------------------


def test_a_word_that_waits_to_be_said_is_still_the_persons(bundle: Bundle) -> None:
    """ "More", said into an answer, is heard although our "want to hear more" comes later."""
    scene = situations.answering(bundle).hears("more")
    scene.expect_first("more why")


def test_cramp_is_heard_during_the_greeting(bundle: Bundle) -> None:
    """Whoever is in pain does not wait until we have said hello: cramp is heard in it, too."""
    scene = Scene(bundle).starts().wait(6.0).hears("cramp")
    scene.expect_first("cramp_1")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", ["huh", "the", "murmur of the television", "she said that he went"])
def test_noise_is_ignored(bundle: Bundle, place: str, text: str) -> None:
    """What is heard with little confidence and means nothing is noise; nothing is said or stopped."""
    scene = PLACES[place](bundle)
    speaking, state, question = scene.speaking, scene.state, scene.question
    scene.hears(text, confidence=0.3).expect_only().expect_state(state)
    assert (scene.speaking, scene.question) == (speaking, question)


@pytest.mark.parametrize("place", PLACES)
def test_hearing_nothing_is_nothing(bundle: Bundle, place: str) -> None:
    """An utterance without a word in it, however sure of that the recogniser is, is no utterance."""
    scene = PLACES[place](bundle)
    state, question, speaking = scene.state, scene.question, scene.speaking
    scene.hears("").expect_only().expect_state(state)
    assert (scene.question, scene.speaking) == (question, speaking)


def test_speech_stops_when_the_person_speaks(bundle: Bundle) -> None:
    """An interruption cuts the answer off and drops what was queued behind it."""
    scene = situations.answering(bundle).hears("stop")
    assert not scene.has("want_more")
    scene.settles()
    assert scene.question is None


# --- a cramp, now ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [place for place in PLACES if place not in ("emergency", "greeting")])
@pytest.mark.parametrize("text", ["cramp", "i've got a cramp", "ow my calf is cramping", "help cramp"])
def test_a_cramp_is_answered_with_the_first_instruction(bundle: Bundle, place: str, text: str) -> None:
    """From everywhere the first words are the thing to do, without greeting, question or tone before."""
    scene = PLACES[place](bundle).hears(text)
    scene.expect_first("cramp_1").expect_state(State.CRAMP)


def test_the_way_through_a_cramp_with_no(bundle: Bundle) -> None:
    """No to every question leads through all that can be done, in its order."""
    scene = situations.idle(bundle).hears("cramp")
    way = ["cramp_1"]
    for question, follows in (
        ("cramp_easing", "cramp_flag"),
        ("cramp_flag", "cramp_edge"),
        ("cramp_easing", "cramp_stand"),
        ("cramp_easing", "cramp_warm"),
        ("cramp_easing", "cramp_stay"),
    ):
        if scene.question != question:
            scene.waits_for(question, limit=90)
        scene.settles().hears("no").expect_only(follows).settles()
        way.append(follows)
    scene.expect_state(State.CRAMP)


def test_the_way_through_a_cramp_in_silence(bundle: Bundle) -> None:
    """Who cannot speak for pain is led on all the same, and warned, in the same order."""
    scene = situations.idle(bundle).hears("cramp").wait(240)
    scene.expect(
        *(
            "cramp_1",
            "cramp_2",
            "cramp_easing",
            "cramp_flag",
            "cramp_flag_silence",
            "cramp_edge",
            "cramp_easing",
        ),
        *("cramp_stand", "cramp_easing", "cramp_warm", "cramp_easing", "cramp_stay"),
    )


def test_the_first_steps_of_a_cramp_come_in_time(bundle: Bundle) -> None:
    """Five seconds after the first instruction the second, and ten seconds after that the question."""
    scene = situations.idle(bundle).hears("cramp")
    first = scene.turn[0]
    scene.wait(60)
    second, question = scene.turn[1], scene.turn[2]
    assert second.begins - first.ends == pytest.approx(5.0, abs=0.1)
    assert question.begins - second.ends == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize(
    "text", ["yes", "it's gone", "better", "it let go", "much better now", "yes it is", "yes it's going"]
)
@pytest.mark.parametrize("place", ["cramp", "cramp_asked"])
def test_a_cramp_that_has_let_go(bundle: Bundle, place: str, text: str) -> None:
    """When it has gone, a word about soreness, and no more questions."""
    scene = PLACES[place](bundle).hears(text).expect_only("cramp_eased").expect_state(State.IDLE)
    scene.settles().silence(600)


@pytest.mark.parametrize(
    "text",
    ["no", "still there", "not yet", "it won't let go", "it's getting worse", "it hurts", "not really"],
)
def test_a_cramp_that_has_not(bundle: Bundle, text: str) -> None:
    """A no, in whatever words, brings the next thing."""
    situations.cramp_asked(bundle).hears(text).expect_only("cramp_flag").expect_state(State.CRAMP)


def test_a_cramp_of_ten_minutes_is_one_for_the_telephone(bundle: Bundle) -> None:
    """Past ten minutes the health line is named, once, also to somebody who says nothing."""
    scene = situations.idle(bundle).hears("cramp").waits_for("cramp_long", limit=700)
    scene.expect_said(bundle.regions["uk"].health_line)
    assert scene.turn[-1].begins >= 600
    scene.settles().after(1200)
    scene.expect_not("cramp_long")


@pytest.mark.parametrize("text", ["cramp", "ow my leg", "it's cramping", "my calf is cramping"])
def test_crying_out_does_not_set_the_clock_back(bundle: Bundle, text: str) -> None:
    """The ten minutes count from the first word, however often the person cries out."""
    scene = situations.idle(bundle).hears("cramp")
    while scene.now < 800:
        scene.wait(60).hears(text)
        if scene.has("cramp_long"):
            return
    pytest.fail(scene.story())


def test_a_second_cramp_has_its_own_clock(bundle: Bundle) -> None:
    """A cramp that comes back is a new one."""
    scene = situations.cramp(bundle).hears("it has gone").settles().wait(700).hears("the cramp is back")
    scene.expect_first("cramp_1").settles().wait(60)
    scene.expect_not("cramp_long")


@pytest.mark.parametrize("text", ["never mind", "stop", "forget it", "cancel that"])
@pytest.mark.parametrize("place", ["cramp", "cramp_asked", "cramp_flag_asked"])
def test_first_aid_can_be_left(bundle: Bundle, place: str, text: str) -> None:
    """Whoever does not want first aid is left alone."""
    scene = PLACES[place](bundle).hears(text).expect_state(State.IDLE).settles()
    scene.silence(300)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "lying down",
            "i can stand",
            "sitting down",
            "carry on",
            "next",
            "easier",
            "back",
            "skip",
            "pause",
            "okay",
        ),
        *(
            "how long do cramps last",
            "why do i get cramps",
            "what can i say",
            "repeat",
            "louder",
            "where am i",
        ),
        *("start the routine", "purple monkeys dance", "how long left", "i don't know", "help"),
    ],
)
@pytest.mark.parametrize("place", ["cramp", "cramp_asked", "cramp_in_routine"])
def test_first_aid_survives_everything(bundle: Bundle, place: str, text: str) -> None:
    """Whatever is said in the middle of a cramp, it never ends in silence or in stretches unasked."""
    scene = PLACES[place](bundle).hears(text).settles()
    if scene.state is State.CRAMP:
        scene.after(90)
        assert scene.turn, f"silence in a cramp\n{scene.story()}"
    for answer in ("no", "no", "yes"):
        scene.settles().hears(answer)


@pytest.mark.parametrize(
    ("text", "brings", "state"),
    [
        ("carry on", "resumed", State.ROUTINE),
        ("yes", "resumed", State.ROUTINE),
        ("finish", "routine_stopped", State.IDLE),
        ("no", "routine_stopped", State.IDLE),
        ("finish here", "routine_stopped", State.IDLE),
        ("let's finish", "routine_stopped", State.IDLE),
    ],
)
def test_back_to_the_routine_after_a_cramp(bundle: Bundle, text: str, brings: str, state: State) -> None:
    """After a cramp in the routine the person chooses to carry on, from where it was, or to finish."""
    scene = situations.cramp_over(bundle)
    assert scene.guide is not None
    part = scene.guide.where().part.name
    scene.hears(text).expect_first(brings).expect_state(state)
    if state is State.ROUTINE:
        assert scene.guide.where().part.name == part


def test_silence_after_a_cramp_in_the_routine_waits(bundle: Bundle) -> None:
    """The stretches do not start again by themselves after a cramp."""
    scene = situations.cramp_over(bundle).after(900)
    scene.expect_not("resumed", "step ankles 0")
    assert scene.turn, scene.story()


# --- the voice, faults --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", AWAKE)
@pytest.mark.parametrize("text", ["louder", "quieter", "slower", "faster"])
def test_the_voice_changes_everywhere(bundle: Bundle, place: str, text: str) -> None:
    """The voice is changed wherever one is, is kept for the next time, and no question is lost by it."""
    scene = PLACES[place](bundle)
    before, state, question = scene.voice, scene.state, scene.question
    scene.hears(text).expect_first(f"{text}_done").expect_state(state)
    assert scene.voice != before
    assert scene.question == question
    assert "voice" in scene.memory


def test_the_voice_has_limits(bundle: Bundle) -> None:
    """At the end of the range it is said that there is no more."""
    scene = situations.idle(bundle)
    for command, limit in (
        ("slower", "slowest"),
        ("faster", "fastest"),
        ("louder", "loudest"),
        ("quieter", "quietest"),
    ):
        for _ in range(12):
            scene.hears(command).settles()
        scene.expect_only(limit)
    assert 0.0 < scene.voice.volume <= 1.0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("part", ["microphone", "speaker", "voice", "memory"])
def test_faults_are_spoken_and_life_goes_on(bundle: Bundle, place: str, part: str) -> None:
    """A part that fails and comes back is named, and the state stays."""
    scene = PLACES[place](bundle)
    before = scene.state
    scene.loses(part).expect(f"{part}_lost").expect_state(before)  # type: ignore[arg-type]
    scene.settles(5).regains(part)  # type: ignore[arg-type]
    if f"{part}_back" in bundle.prompts:
        scene.expect(f"{part}_back")
