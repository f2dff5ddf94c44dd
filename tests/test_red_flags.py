"""Red flags: what raises the alarm, what must not, and that the alarm beats everything else."""

from __future__ import annotations

import pytest
import situations
from situations import PLACES
from timeline import Scene

from voice_skill.content.bundle import Bundle, StateName
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.states import State

EMERGENCY = (
    # the chest
    "my chest hurts",
    "i've got chest pain and my leg is killing me",
    "there's a pain in my chest",
    "it feels tight across my chest",
    "my chest is killing me",
    "my chest is hurting what should i do",
    "stop my chest hurts",
    "yes and my chest hurts",
    "i don't know why but my chest is so tight",
    "i'm not sure but i think my chest hurts",
    "my leg isn't swollen but my chest hurts",
    "it's not the leg it's my chest it hurts",
    # the breath
    "my calf hurts and now i can't breathe properly",
    "i'm struggling to breathe",
    "i'm finding it hard to breathe",
    "i find it difficult to breathe",
    "i'm really short of breath",
    "i can't catch my breath",
    "i can't get enough air",
    "my breathing is really bad",
    "it hurts when i breathe in",
    "help i can't breathe",
    "cant breathe",
    "i cannot breathe",
    "no i can't breathe",
    "no swelling but i can't breathe",
    # blood, fainting
    "i'm coughing up blood",
    "i coughed up some blood",
    "there's blood when i cough",
    "i just fainted",
    "i nearly fainted when i stood up",
    "i think i'm going to pass out",
    "i blacked out for a moment",
    "i lost consciousness for a second",
    "the stretch is fine but i feel faint",
    # the leg without blood or nerve
    "my foot has gone cold and white",
    "my leg is suddenly freezing cold and numb",
    "my leg's gone pale and it really hurts",
    "my leg is cold and blue",
    "i can't move my leg",
    "i can't feel my foot at all",
    "i'm numb between my legs",
    "i've lost control of my bladder",
    "i wet myself and my legs are weak",
    # a stroke
    "one side of my face has dropped",
    "my speech is slurred",
    "my arm and leg have gone weak on one side",
    # somebody else
    "my wife has chest pain",
    "my husband can't breathe",
    "my mum has pain in her chest",
    "she collapsed",
)
SAME_DAY = (
    # one leg
    "my left calf is swollen",
    "one leg is bigger than the other",
    "my calf's all puffy and sore",
    "my right leg's twice the size of my left",
    "my leg is hot to the touch",
    "my calf feels warmer than the other one",
    "one leg is hot",
    "my calf is red",
    "my leg has gone a funny colour",
    "my leg has changed color",
    "there's a sore spot on my calf when i press it",
    "my ankle has swollen up",
    "my thigh is swollen and tender",
    "the pain in my leg won't go away",
    "my calf is warm and tender and it doesn't go away",
    "it's not red but my calf is swollen",
    "no chest pain but my leg is swollen",
    "yes my leg is swollen",
    # a clot by name
    "i think it might be a blood clot",
    "i'm worried it's a clot",
    "could this be a blood clot",
    # too long
    "this cramp has been going for twenty minutes",
    "i've had this cramp for half an hour",
    "the cramp won't stop it's been a quarter of an hour",
    # fluid, other places, weakness
    "i've been throwing up all day and now i've got cramps",
    "i had diarrhoea and my legs are cramping",
    "i've got cramp in my arms as well",
    "my stomach is cramping too",
    "my leg feels weak",
    "my foot's gone numb",
    "my leg keeps twitching and feels weak",
    "i stepped on a rusty nail and now i have cramps",
    # statins, pregnancy, somebody else
    "i'm on a statin and my muscles ache",
    "i take simvastatin and i've got cramps",
    "i started atorvastatin and my legs hurt",
    "i'm pregnant and one leg is swollen",
    "i'm seven months pregnant and my calf is hot and sore",
    "my husband's calf is swollen and hot",
    "my wife is pregnant and her leg is swollen",
)
APPOINTMENT = (
    "i get cramps every night",
    "i've had cramps nearly every night this week",
    "cramps wake me several nights a week",
    "the cramps keep me awake",
    "i'm tired all day because of these cramps",
    "both my ankles are swollen",
    "both my feet feel numb",
    "my calves are getting thinner",
    "my calf cramps when i walk and stops when i rest",
    "since the new tablets i get cramps",
    "i get cramps since i started a new medicine",
    "i've been drinking heavily and i get cramps",
)
HARMLESS = (
    # denied
    "my leg is not swollen",
    "my leg isn't swollen",
    "my leg's not swollen at all",
    "no chest pain",
    "i don't have any chest pain",
    "i have no chest pain",
    "no swelling",
    "no swelling and no chest pain",
    "not swollen not hot",
    "it's not hot or swollen",
    "my leg is not hot to the touch",
    "neither leg is hot",
    "my calf isn't red or swollen",
    "i've never fainted",
    "i'm not short of breath",
    "my chest doesn't hurt",
    "my leg doesn't feel weak",
    "my leg is not numb",
    "it's not getting worse",
    "i'm not pregnant",
    "i don't think i have a clot",
    "no blood",
    "nothing like that",
    # well
    "my legs are fine",
    "my chest is fine",
    "my breathing is fine",
    "i can breathe fine",
    "no i can breathe perfectly well",
    "i feel fine",
    # asked in general
    "is swelling a bad sign",
    "what are the signs of a blood clot",
    "how do i know it's not a clot",
    "is it a cramp or a clot",
    "what's the difference between a cramp and a blood clot",
    "do cramps cause swelling",
    "can a cramp last ten minutes",
    "can statins cause cramps",
    "are statins bad for my legs",
    "do statins give you cramps",
    "can pregnancy cause cramps",
    "i'm pregnant and i get cramps",
    "does alcohol cause cramps",
    "do i need to call an ambulance for a cramp",
    # warmth and drink
    "i had a warm bath",
    "a warm bath helps my legs",
    "warm compress on my calf",
    "should i put a hot water bottle on my calf",
    "can i put a warm towel on my leg",
    "can i take a hot shower",
    "the room is hot tonight",
    "it's a warm night",
    "should i drink water before bed",
    "can dehydration cause cramps",
    # long ago
    "my leg was swollen last year",
    "i had chest pain years ago",
    "my mother had a clot years ago",
    # the stretches, and little things
    "i have cold feet at night",
    "when do i breathe out",
    "should i hold my breath",
    "do i keep my chest forward",
    "i can't reach my toes",
    "move on to the next one i can't do this one",
    "my leg is straight now",
    "both feet are flat on the floor",
    "my foot fell asleep",
    "i have pins and needles",
    "my calf feels tight",
    "i can feel it in my calf",
    "how long does a cramp last",
    "is it normal to be sore for a day",
    "should i see a doctor",
)
LEVELS = ("emergency", "same_day", "appointment")
STRETCHING = (
    "safety_check",
    "steady_check",
    "routine_intro",
    "offer_routine",
    "resumed",
    "reply help_stretching",
)
CONTEXTS: tuple[StateName, ...] = ("idle", "asked", "routine")

DRIFTING_OFF = (
    "she keeps drifting off and i can't wake her",
    "he keeps drifting off and he's gone grey",
    "my wife keeps drifting off on me",
    "my husband keeps drifting off mid sentence",
    "mum is confused and she keeps drifting off",
    "dad's not well and he can't stay awake",
    "he's had a fall and he won't stay awake",
    "she can't stay awake and she's burning up",
    "my husband can't stay awake and he's sweating",
    "she keeps drifting in and out",
    "he keeps drifting in and out of consciousness",
    "he's in and out of consciousness",
    "i keep drifting in and out of consciousness",
    "she keeps passing in and out",
    "my wife keeps going in and out",
    "he keeps slipping away",
    "she's slipping away from me",
    "i keep slipping away",
    "he's fading in and out",
    "dad is drifting in and out and he doesn't answer",
    "he's in pain and keeps drifting in and out",
)
FALLING_ASLEEP = (
    "my wife keeps nodding off but the pain keeps me awake",
    "he says the pain keeps fading in and out",
    "he keeps me awake",
    "my husband keeps falling asleep and i'm wide awake",
    "i'm drifting off to sleep",
    "i'm drifting off",
    "i keep drifting off",
    "i was just drifting off when the cramp came",
    "i keep drifting off to sleep and then it grips",
    "i'm slipping off to sleep",
    "he keeps drifting off in front of the telly",
    "my husband keeps drifting off in his chair",
    "my husband's drifting off",
    "she's drifting off to sleep now",
    "the baby keeps drifting off",
    "i can't stay awake",
    "i can't stay awake any more",
    "i can hardly stay awake",
    "my wife can't stay awake after ten",
    "i keep drifting in and out of sleep",
    "i've been in and out of sleep all night",
    "i'm in and out of bed all night",
    "he's in and out of bed with his cramps",
    "your voice keeps drifting in and out",
    "the sound keeps fading in and out",
    "breathe in and out",
    "i'm breathing in and out",
    "the cramp keeps coming and going",
    "the pain is slipping away",
    "the cramp is fading away",
    "the pain keeps fading in and out",
    "is she drifting off",
    "she isn't drifting off",
    "i can't follow your talking",
    "i can't hear you speaking",
    "i was folded up in the chair all day and my leg cramped",
    "he keeps his legs up",
    "my leg keeps slipping off the pillow",
    "the towel keeps slipping away",
)


def is_stretching(scene: Scene) -> bool:
    """Whether anything was said since the person's last turn that leads to stretching."""
    lines = (name for names in scene.names for name in names)
    return any(name in STRETCHING or name.startswith(("step", "halfway")) for name in lines)


@pytest.mark.parametrize(
    ("level", "text"),
    [("emergency", text) for text in EMERGENCY]
    + [("same_day", text) for text in SAME_DAY]
    + [("appointment", text) for text in APPOINTMENT],
)
def test_red_flags_are_found(interpreter: Interpreter, level: str, text: str) -> None:
    """A red flag is known at once, without a question, whatever is going on."""
    found = {context: interpreter.interpret(text, context) for context in CONTEXTS}
    assert {context: (meant.intent, meant.tier) for context, meant in found.items()} == dict.fromkeys(
        CONTEXTS, (level, "act")
    )


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_sentences_do_not_alarm(interpreter: Interpreter, text: str) -> None:
    """What is denied, general, long ago or about a bath is no red flag, and not asked about as one."""
    found = {context: interpreter.interpret(text, context).intent for context in CONTEXTS}
    assert not set(LEVELS) & set(found.values()), found


@pytest.mark.parametrize("place", PLACES)
def test_an_emergency_beats_everything(bundle: Bundle, place: str) -> None:
    """Wherever the conversation is, an emergency is answered first, with the number said twice."""
    scene = PLACES[place](bundle)
    scene.hears("i can't breathe and my leg hurts")
    scene.expect_state(State.EMERGENCY)
    number = bundle.regions["uk"].emergency_number
    assert scene.turn[0].text.count(number) >= 2, scene.story()
    assert "place" not in scene.memory
    assert scene.question is None


@pytest.mark.parametrize("place", PLACES)
def test_a_same_day_sign_ends_all_stretching(bundle: Bundle, place: str) -> None:
    """A sign of a clot ends routine and first aid; in an emergency the emergency goes before."""
    scene = PLACES[place](bundle)
    scene.hears("my calf is swollen and hot")
    if place.startswith("emergency"):
        scene.expect_state(State.EMERGENCY).expect_said(bundle.regions["uk"].emergency_number)
        return
    scene.expect_first("reply same_day").expect_state(State.IDLE)
    assert scene.guide is None
    assert "place" not in scene.memory
    assert scene.question is None


@pytest.mark.parametrize(
    "place", [place for place in PLACES if not place.startswith(("emergency", "standby"))]
)
def test_a_sign_for_an_appointment_is_answered_and_life_goes_on(bundle: Bundle, place: str) -> None:
    """A sign that can wait is answered, and neither the routine nor first aid is lost."""
    scene = PLACES[place](bundle)
    before = scene.state
    scene.hears("i get cramps every night").expect_first("reply appointment").expect_state(before)
    assert not is_stretching(scene), scene.story()


def test_a_sign_for_an_appointment_does_not_lower_an_emergency(bundle: Bundle) -> None:
    """Nobody in an emergency is told that it is none."""
    scene = situations.emergency(bundle).hears("i get cramps every night")
    scene.expect_not("reply appointment").expect_said(bundle.regions["uk"].emergency_number)
    scene.expect_state(State.EMERGENCY)


def test_the_routine_goes_on_after_a_sign_for_an_appointment(bundle: Bundle) -> None:
    """What can wait until the doctor opens does not end tonight's stretches."""
    scene = situations.hold(bundle).hears("i get cramps every night").settles().wait(1.0)
    scene.expect_state(State.ROUTINE).expect("reply appointment", "resumed")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "start the routine",
            "lying down",
            "sitting down",
            "at the wall",
            "carry on",
            "next",
            "skip",
            "easier",
        ),
        *(
            "yes",
            "no",
            "okay",
            "does stretching help",
            "what helps",
            "more",
            "hello",
            "can you hear me",
            "back",
        ),
        *("pause", "cramp", "it hurts", "still", "purple monkeys dance", "stop"),
        *(
            "my leg is swollen",
            "i get cramps every night",
            "how long left",
            "louder",
            "repeat",
            "what can i say",
        ),
    ],
)
def test_an_emergency_stays_one(bundle: Bundle, text: str) -> None:
    """Nothing but the person's word that it is dealt with ends an emergency; stretching never follows."""
    scene = situations.emergency(bundle).hears(text)
    scene.expect_state(State.EMERGENCY)
    scene.settles().wait(300)
    scene.expect_state(State.EMERGENCY)
    scene.wait(900).expect_state(State.STANDBY)
    assert not is_stretching(scene), scene.story()


def test_the_call_is_not_talked_over(bundle: Bundle) -> None:
    """What is said after the number was named again is said to the ambulance, and gets no answer."""
    scene = situations.emergency(bundle).hears("hello is that the ambulance service").settles()
    for text in (
        "yes",
        "no",
        "my chest hurts",
        "purple monkeys dance",
        "he takes a statin",
        "okay",
        "thanks",
    ):
        scene.hears(text).expect_only().expect_state(State.EMERGENCY)
    scene.hears("repeat").expect_only("emergency_stay").settles()
    scene.hears("i can't breathe").expect_only("reply emergency").expect_state(State.EMERGENCY)


@pytest.mark.parametrize("text", ["good night", "be quiet"])
def test_silence_is_given_in_an_emergency_after_the_number(bundle: Bundle, text: str) -> None:
    """Whoever wants silence gets it, and has heard the number once more."""
    scene = situations.emergency(bundle).hears(text).expect_only("emergency_quiet")
    scene.expect_said(bundle.regions["uk"].emergency_number).expect_state(State.STANDBY)
    scene.settles().silence(900)


@pytest.mark.parametrize("text", ["i'm fine", "i'm all right", "i feel fine"])
def test_being_fine_in_an_emergency_is_asked_about(bundle: Bundle, text: str) -> None:
    """People with a pain in the chest say that they are fine; only a yes ends it."""
    scene = situations.emergency(bundle).hears(text).expect_only("emergency_check")
    scene.settles().hears("yes").expect_only("emergency_over").expect_state(State.IDLE)
    for answer in ("no", "i don't know"):
        scene = situations.emergency_doubted(bundle).hears(answer).expect_only("emergency_stay")
        scene.expect_state(State.EMERGENCY)
    situations.emergency_doubted(bundle).waits_for("emergency_stay", limit=10).expect_state(State.EMERGENCY)


def test_a_cramp_in_an_emergency_is_eased_beside_it(bundle: Bundle) -> None:
    """The number in a few words, then the first instruction; the emergency stays one."""
    scene = situations.emergency(bundle).hears("cramp").expect_only("emergency_first", "cramp_1")
    scene.expect_said(bundle.regions["uk"].emergency_number).expect_state(State.EMERGENCY)


def test_a_cramp_long_after_an_emergency_is_helped_as_ever(bundle: Bundle) -> None:
    """After some minutes of silence we only listen, as in any night."""
    scene = situations.emergency(bundle).wait(3600).expect_state(State.STANDBY)
    scene.hears("cramp").expect_only("cramp_1").expect_state(State.CRAMP)


@pytest.mark.parametrize("text", ["start the routine", "lying down", "carry on", "does stretching help"])
def test_whoever_wants_to_stretch_in_an_emergency_hears_the_number(bundle: Bundle, text: str) -> None:
    """Asking for stretches in an emergency gets the number instead."""
    scene = situations.emergency(bundle).hears(text)
    scene.expect_said(bundle.regions["uk"].emergency_number)


def test_the_emergency_number_is_said_again_once(bundle: Bundle) -> None:
    """After half a minute of silence the number is said once more, and then no more."""
    scene = situations.emergency(bundle)
    scene.waits_for("emergency_stay", limit=45).settles().silence(3600)


def test_stop_silences_an_emergency_and_no_more(bundle: Bundle) -> None:
    """Stop means be silent; the emergency is not over by that."""
    scene = (
        situations.idle(bundle).hears("my chest hurts").wait(2).hears("stop").expect_state(State.EMERGENCY)
    )
    assert not scene.speaking


@pytest.mark.parametrize(
    "text",
    [
        "never mind",
        "it was a false alarm",
        "it's dealt with",
        "you heard me wrong",
        "no emergency",
        "the ambulance came",
    ],
)
def test_the_person_ends_an_emergency(bundle: Bundle, text: str) -> None:
    """It is over when the person says so; a stretch then starts with the safety question."""
    scene = situations.emergency(bundle).hears(text).expect_only("emergency_over").expect_state(State.IDLE)
    scene.settles().silence(100)
    scene.hears("start the routine").expect_only("safety_check")


def test_nothing_is_offered_after_a_same_day_sign(bundle: Bundle) -> None:
    """Who shall not stretch is not offered stretches, however much more is asked."""
    scene = situations.idle(bundle).hears("why do i get cramps").settles().hears("my calf is swollen and hot")
    for _ in range(5):
        scene.settles().hears("more").expect_not("offer_routine")


def test_more_of_an_emergency_is_about_the_emergency(bundle: Bundle) -> None:
    """In an emergency "more" tells more about it, and nothing of what was asked before."""
    scene = situations.more_offered(bundle).hears("my chest hurts").settles().hears("more")
    scene.expect_first("more emergency")


# --- safety questions -----------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["safety_asked", "safety_doubted"])
def test_silence_after_a_safety_question_is_no_no(bundle: Bundle, place: str) -> None:
    """Silence starts nothing: it is said why, and how to begin."""
    scene = PLACES[place](bundle)
    scene.waits_for("safety_silence", limit=20).settles()
    scene.expect_state(State.IDLE)
    assert scene.question is None
    assert not is_stretching(scene.after(300)), scene.story()


def test_silence_after_the_safety_question_in_a_cramp_says_what_to_do(bundle: Bundle) -> None:
    """Silence there gets the warning, and first aid goes on."""
    scene = situations.cramp_flag_asked(bundle)
    scene.waits_for("cramp_flag_silence", limit=20).waits_for("cramp_edge", limit=30)


@pytest.mark.parametrize(
    "text", ["still", "it hurts", "next", "more", "i'm not sure", "purple monkeys dance"]
)
def test_only_a_no_is_a_no_to_the_safety_question_in_a_cramp(bundle: Bundle, text: str) -> None:
    """Whoever answers something else is warned before first aid goes on."""
    scene = situations.cramp_flag_asked(bundle).hears(text).settles()
    if scene.question != "cramp_flag":
        scene.expect("cramp_flag_silence")


@pytest.mark.parametrize("place", ["safety_asked", "safety_doubted"])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "i don't know",
            "maybe",
            "not sure",
            "purple monkeys dance",
            "never mind",
            "cancel that",
            "stop",
            "pause",
        ),
        *(
            "wait",
            "repeat",
            "louder",
            "what can i say",
            "why do i get cramps",
            "next",
            "it hurts",
            "good night",
        ),
        *(
            "hello",
            "how long left",
            "start the routine",
            "sitting down",
            "at the wall",
            "more",
            "carry on",
            "cramp",
        ),
    ],
)
def test_only_a_no_is_a_no_to_the_safety_question(bundle: Bundle, place: str, text: str) -> None:
    """Nothing but a no opens the way to the stretches."""
    scene = PLACES[place](bundle).hears(text)
    scene.expect_not("steady_check", "routine_intro")
    scene.settles().wait(60)
    scene.expect_not("steady_check", "routine_intro")


@pytest.mark.parametrize("place", ["safety_asked", "safety_doubted"])
def test_a_no_that_was_hardly_heard_is_no_no(bundle: Bundle, place: str) -> None:
    """The word "no" is misheard most; when unsure, we ask or leave it."""
    PLACES[place](bundle).hears("no", confidence=0.3).expect_not("steady_check", "routine_intro")


@pytest.mark.parametrize("place", ["safety_asked", "safety_doubted", "cramp_flag_asked"])
@pytest.mark.parametrize(
    "text", ["yes", "yes please", "yeah", "yes it is", "yes there is", "i think so", "yes a bit"]
)
def test_a_yes_to_a_safety_question_ends_it(bundle: Bundle, place: str, text: str) -> None:
    """A yes means no stretching, with both numbers."""
    scene = PLACES[place](bundle).hears(text).expect_only("safety_yes")
    region = bundle.regions["uk"]
    scene.expect_said(region.emergency_number).expect_said(region.health_line)
    scene.settles().wait(600)
    assert not is_stretching(scene), scene.story()
    assert scene.guide is None


@pytest.mark.parametrize(
    "text",
    ["yes it's swollen", "yes it's hot", "it's a bit swollen", "the left one is swollen", "one is bigger"],
)
def test_a_sign_is_an_answer_to_the_safety_question(bundle: Bundle, text: str) -> None:
    """Whoever names the sign in a few words need not say yes, and is not asked what was meant."""
    scene = situations.safety_asked(bundle).hears(text)
    assert scene.has("safety_yes") or scene.has("reply same_day"), scene.story()


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "no thanks",
        "neither",
        "nope",
        "none of that",
        "um no",
        "no there isn't",
        "not that i know of",
    ],
)
def test_a_no_to_the_safety_question_goes_on(bundle: Bundle, text: str) -> None:
    """A no leads to the question of steadiness."""
    situations.safety_asked(bundle).hears(text).expect_only("steady_check")


@pytest.mark.parametrize("place", ["safety_asked", "safety_doubted", "cramp_flag_asked"])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "no wait yes",
            "no i really can't tell to be honest",
            "i'm not",
            "i can't",
            "i don't",
        ),
        *(
            "no chest pain",
            "not swollen",
            "my leg is fine",
            "i'm fine",
            "no but hang on",
            "my breathing is fine",
        ),
        *("my left calf", "my leg", "the left one", "it's in my left leg", "my right one"),
    ],
)
def test_half_a_no_is_no_no(bundle: Bundle, place: str, text: str) -> None:
    """A no to one thing of five, a no that is taken back, or a bare leg opens nothing."""
    scene = PLACES[place](bundle).hears(text)
    scene.expect_not("steady_check", "cramp_edge", "cramp_1")
    assert any(scene.has(name) for name in ("safety_unsure", "safety_yes", "cramp_flag_silence")), (
        scene.story()
    )


@pytest.mark.parametrize("place", ["safety_asked", "safety_doubted", "cramp_flag_asked"])
@pytest.mark.parametrize("text", ["no but it's hot", "no not swollen but hot", "no one leg is bigger"])
def test_a_sign_after_a_no_is_a_sign(bundle: Bundle, place: str, text: str) -> None:
    """What follows the no is read too."""
    PLACES[place](bundle).hears(text).expect_only("reply same_day")


@pytest.mark.parametrize("place", ["more_offered", "safety_asked", "steadiness_asked", "cramp_asked"])
@pytest.mark.parametrize("text", ["no breathing is hard", "no chest hurts", "no can't breathe"])
def test_a_sign_after_a_no_without_its_comma_is_a_sign(bundle: Bundle, place: str, text: str) -> None:
    """The "no" answers our question, whichever it was."""
    PLACES[place](bundle).hears(text).expect_only("reply emergency").expect_state(State.EMERGENCY)


@pytest.mark.parametrize("place", ["safety_asked", "safety_doubted", "steadiness_asked"])
@pytest.mark.parametrize(
    "text", ["i don't want to", "maybe later", "i'm too tired", "not tonight", "next time", "no i'm tired"]
)
def test_who_does_not_want_to_stretch_does_not(bundle: Bundle, place: str, text: str) -> None:
    """A refusal is no answer about the legs: it ends kindly, and nothing starts."""
    scene = PLACES[place](bundle).hears(text).expect_only("declined").expect_state(State.IDLE)
    scene.settles().silence(100)
    assert scene.question is None


@pytest.mark.parametrize("text", ["no", "neither"])
@pytest.mark.parametrize("confidence", [0.41, 0.59])
def test_a_doubtful_no_is_no_no(bundle: Bundle, text: str, confidence: float) -> None:
    """Below the confidence on which nothing else is acted upon, a no opens nothing either."""
    situations.safety_asked(bundle).hears(text, confidence=confidence).expect_only("safety_unsure")


@pytest.mark.parametrize("text", ["i feel dizzy", "i'm going to fall", "i feel unsteady", "i'm not well"])
@pytest.mark.parametrize("place", ["idle", "hold", "cue", "paused", "safety_asked", "cramp"])
def test_dizziness_ends_the_stretches(bundle: Bundle, place: str, text: str) -> None:
    """Who is dizzy holds on and sits down, and hears whom to phone."""
    scene = PLACES[place](bundle).hears(text).expect_only("dizzy").expect_state(State.IDLE)
    scene.expect_said(bundle.regions["uk"].health_line)
    assert scene.guide is None


def test_who_is_dizzy_does_not_stand(bundle: Bundle) -> None:
    """Asked about standing, who is dizzy stretches in bed."""
    situations.steadiness_asked(bundle).hears("i feel dizzy").expect_first("steady_no")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        *((text, "cold_leg") for text in ("my toes are blue", "my toes are black", "my toe is black")),
        *((text, "cold_leg") for text in ("my feet are blue", "my feet look grey")),
        ("my feet are freezing cold and very painful", "cold_leg"),
        *(
            (text, "torn")
            for text in ("my calf popped", "i heard a pop in my calf", "i think i tore my calf")
        ),
        *((text, "torn") for text in ("i broke my ankle today", "something snapped in my leg")),
        *(
            (text, "seizure")
            for text in ("she's just had a seizure", "my husband's having a fit on the floor")
        ),
        *((text, "bleeding") for text in ("i can't stop the bleeding", "blood is gushing out of my shin")),
        *((text, "no_pulse") for text in ("i can't find his pulse", "i'm doing chest compressions on him")),
        ("i banged my head and i've been sick twice", "head_injury"),
        ("my wee is the colour of cola and my thighs ache", "dark_urine"),
        ("i can't feel my leg and it's cramping", "unfelt_leg"),
        ("i can't move my leg", "still_leg"),
        ("i can't move my leg it's numb and it's cramping", "numb_still_leg"),
    ],
)
def test_the_rule_that_answers(interpreter: Interpreter, text: str, rule: str) -> None:
    """Colour, tears and breaks, and a leg without feeling are told apart from a cramp."""
    alarm = interpreter.interpret(text).alarm
    assert alarm
    assert alarm.rule.id == rule


@pytest.mark.parametrize(
    "text",
    [
        "i can't lift my toes",
        "i can't bend my foot",
        "i can't bend my knee",
        "i can't move my leg it's cramping",
    ],
)
def test_a_hard_stretch_is_no_emergency(interpreter: Interpreter, text: str) -> None:
    """Not reaching, and a leg that a cramp holds, are no signs of a lost nerve."""
    assert interpreter.interpret(text).alarm is None


@pytest.mark.parametrize(
    "text",
    [
        "is it okay to rub a hot red calf",
        "can i put heat on a swollen calf",
        "should you massage a swollen leg",
        "does a warm towel help a hot swollen calf",
        "can i massage a leg with a clot in it",
        "should i stretch a swollen leg",
    ],
)
def test_what_may_be_a_clot_is_not_to_be_rubbed_or_heated(bundle: Bundle, text: str) -> None:
    """Whoever asks about it in general has such a leg before them."""
    situations.idle(bundle).hears(text).expect_only("reply same_day").expect_said("rub or heat it until")


@pytest.mark.parametrize("text", ["can i put heat on a numb foot", "is a wheat bag okay on a numb foot"])
def test_what_is_numb_is_not_to_be_heated(bundle: Bundle, text: str) -> None:
    """It burns without being felt."""
    situations.idle(bundle).hears(text).expect_said("Don't heat what's numb")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("i had a baby last week and my calf is swollen", "new_mother_leg"),
        ("i'm having a baby and my calf is swollen", "pregnant_leg"),
        ("i took my blood pressure pills twice", "double_dose"),
        ("i've taken too many paracetamol", "overdose"),
        ("i fell and hit my head", "head_knock"),
        ("i fell and hit my head and i'm on warfarin", "head_injury"),
        ("i fell in the bathroom and i can't get up", "fall_injury"),
        ("hanging my leg out of bed helps the pain", "rest_pain"),
        ("sore calf since the flight", "since_travel"),
        ("i've no feeling between my legs", "saddle"),
    ],
)
def test_signs_with_an_answer_of_their_own(interpreter: Interpreter, text: str, rule: str) -> None:
    """What is told on the telephone differs, and so does how soon."""
    alarm = interpreter.interpret(text).alarm
    assert alarm
    assert alarm.rule.id == rule


@pytest.mark.parametrize(
    "text",
    [
        "no cramp at all but i have a pane in the chest",
        "my calf is fine but i have a pane in the chest",
        "he breathes and then he holds on to air",
    ],
)
def test_what_resembles_an_emergency_is_asked_about(interpreter: Interpreter, text: str) -> None:
    """A "not" beside it, or in the phrase that comes nearest, does not silence it."""
    meant = interpreter.interpret(text)
    assert (meant.intent, meant.tier) == ("emergency", "confirm")


@pytest.mark.parametrize(
    "text",
    [
        "my leg is swollen and the bed is wet",
        "in the chair my leg is numb and cold",
        "i'm in bed my leg is swollen",
    ],
)
def test_a_leg_beside_the_bed_is_no_leg_of_the_bed(interpreter: Interpreter, text: str) -> None:
    """Only the leg of a chair is overlooked."""
    assert interpreter.interpret(text).alarm


@pytest.mark.parametrize("text", DRIFTING_OFF)
def test_drifting_off_unwell_is_an_emergency(interpreter: Interpreter, text: str) -> None:
    """Being awake and away by turns, or hard to keep awake while ill."""
    alarm = interpreter.interpret(text).alarm
    assert alarm is not None
    assert alarm.rule.id == "faint"


@pytest.mark.parametrize("text", FALLING_ASLEEP)
def test_falling_asleep_at_night_is_no_emergency(interpreter: Interpreter, text: str) -> None:
    """Neither is anything else that drifts, fades or slips."""
    meant = interpreter.interpret(text)
    assert not (meant.intent == "emergency" and meant.tier == "act"), meant
