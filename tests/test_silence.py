"""Silence, standby, noise and interruptions, the voice, and parts that fail: the manners of the night."""

from __future__ import annotations

import pytest
import situations
from situations import ANSWERED, PLACES
from timeline import Scene

from voice_skill.content.bundle import Bundle
from voice_skill.core.states import State
from voice_skill.core.tables import QUESTIONS
from voice_skill.messages import SetVoice

AWAKE = [place for place in PLACES if place != "standby"]


# --- silence --------------------------------------------------------------------------------------


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


def test_standby_does_not_come_between_a_question_and_its_answer(bundle: Bundle) -> None:
    """What was begun before it is answered although it is over only after it; a moment later it is talk."""
    scene = situations.idle(bundle).settles()
    scene.silence(121).expect_state(State.STANDBY)
    scene.hears(ANSWERED).expect_first("reply why").expect_state(State.IDLE)
    scene.settles().after(200).expect_state(State.STANDBY)
    scene.hears(ANSWERED).expect_only().expect_state(State.STANDBY)


def test_a_typed_session_never_goes_to_standby(bundle: Bundle) -> None:
    """Without a microphone there is nothing to sleep for."""
    scene = Scene(bundle, quiet_after=None).starts().settles().wait(36_000)
    scene.expect_state(State.IDLE)


def test_a_typed_session_does_not_answer_its_own_questions(bundle: Bundle) -> None:
    """Who types takes the time it takes; the question stays as it was asked."""
    scene = Scene(bundle, quiet_after=None).starts().settles()
    scene.types("start the routine").expect("safety_check").settles().silence(3600)
    scene.types("no").expect("steady_check").settles().silence(3600)
    scene.types("sitting down").expect("routine_intro")


def test_a_typed_cramp_goes_on_by_itself(bundle: Bundle) -> None:
    """Somebody with both hands at the leg need not type to hear what comes next."""
    scene = Scene(bundle, quiet_after=None).starts().settles()
    scene.types("cramp").waits_for("cramp_easing").settles().after(9)
    scene.expect("cramp_flag")


# --- standby --------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("text", ["stop", "be quiet", "good night", "pause"])
def test_our_last_words_can_be_cut_short(bundle: Bundle, text: str) -> None:
    """Over our own "good night" they make us fall silent, and nothing more."""
    scene = situations.idle(bundle).hears("good night")
    scene.hears(text).expect_only().expect_state(State.STANDBY)
    assert not scene.speaking
    assert scene.mode == "standby"


@pytest.mark.parametrize("text", ["cramp", "i've got a cramp", "hello", "wake up", "my chest hurts"])
def test_a_whisper_of_a_wake_word_does_not_wake(bundle: Bundle, text: str) -> None:
    """What the recogniser itself hardly believes wakes nobody at three in the morning."""
    situations.standby(bundle).hears(text, confidence=0.25).expect_only().expect_state(State.STANDBY)


def test_typing_wakes(bundle: Bundle) -> None:
    """Typed text is meant for us, also in standby."""
    situations.standby(bundle).types(ANSWERED).expect_first("reply why")


@pytest.mark.parametrize("place", [place for place in AWAKE if not place.startswith("emergency")])
def test_hello_changes_nothing(bundle: Bundle, place: str) -> None:
    """Asking "can you hear me" is answered, and whatever was going on goes on."""
    scene = PLACES[place](bundle)
    before, routine = scene.state, scene.guide is not None
    scene.hears("can you hear me").expect_first("awake").expect_state(before).settles().wait(2)
    scene.expect_state(before)
    assert (scene.guide is not None) == routine


# --- interruptions, noise -------------------------------------------------------------------------


def test_a_word_that_waits_to_be_said_is_still_the_persons(bundle: Bundle) -> None:
    """The word "more", said into an answer, is heard although our "want to hear more" comes later."""
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


@pytest.mark.parametrize("place", ["cue", "hold"])
def test_talk_in_the_background_does_not_hold_up_the_stretches(bundle: Bundle, place: str) -> None:
    """Two sentences are answered; after that people may talk, and the stretches go on."""
    scene = PLACES[place](bundle)
    for _ in range(2):
        scene.hears("purple monkeys dance on the roof").settles().wait(1)
    assert scene.guide is not None
    left, began = scene.guide.left(), scene.now
    while scene.guide is not None:
        scene.hears("the neighbours painted their fence on sunday").expect_not("resumed").wait(3)
        assert scene.now < began + left + 120, f"the stretches never end\n{scene.story()}"
    scene.expect_state(State.IDLE)


def test_a_command_is_heard_through_the_talk(bundle: Bundle) -> None:
    """What is meant for us is still done, and then we say again when we do not understand."""
    scene = situations.hold(bundle)
    for _ in range(4):
        scene.hears("purple monkeys dance on the roof").settles().wait(1)
    scene.hears("how long left").expect("time_left").settles()
    scene.hears("purple monkeys dance on the roof").expect_first("no_match_1")


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


# --- the voice, faults ----------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("voice", "text"),
    [(SetVoice(220, 0.4), "faster"), (SetVoice(100, 0.4), "slower"), (SetVoice(150, 0.0), "quieter")],
)
def test_a_voice_beyond_the_limits_never_goes_the_other_way(
    bundle: Bundle, voice: SetVoice, text: str
) -> None:
    """Whoever has set more than can be asked for keeps it."""
    scene = situations.idle(bundle)
    scene.session.voice = scene.voice = voice
    scene.hears(text)
    assert scene.voice == voice
    assert len(scene.turn) == 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("part", ["microphone", "voice", "memory", "wake_phrase"])
def test_faults_are_spoken_and_life_goes_on(bundle: Bundle, place: str, part: str) -> None:
    """A part that fails and comes back is named, and the state stays."""
    scene = PLACES[place](bundle)
    before = scene.state
    scene.loses(part).expect(f"{part}_lost").expect_state(before)  # type: ignore[arg-type]
    scene.settles(5).regains(part)  # type: ignore[arg-type]
    if f"{part}_back" in bundle.prompts:
        scene.expect(f"{part}_back")


@pytest.mark.parametrize("place", AWAKE)
def test_a_loudspeaker_is_missed_in_silence_and_welcomed(bundle: Bundle, place: str) -> None:
    """Nobody would hear of its loss; its return is said, and nothing else has changed."""
    scene = PLACES[place](bundle)
    before = scene.state
    scene.loses("speaker").expect_only().expect_state(before)
    scene.regains("speaker").expect("speaker_back").expect_state(before)


def test_the_return_of_a_loudspeaker_wakes_nobody(bundle: Bundle) -> None:
    """In standby it can wait."""
    situations.standby(bundle).regains("speaker").expect_only()
