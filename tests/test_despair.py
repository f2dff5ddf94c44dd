"""Words of despair: what raises the alarm, what must not, and what is answered."""

from __future__ import annotations

import pytest
import situations
from timeline import Scene

from voice_skill.content.bundle import Bundle, StateName
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.states import State

OWN = (
    "i want to end it all",
    "i just want to end it all",
    "i'm thinking of ending it all",
    "sometimes i think about ending it all tonight",
    "i feel like ending it all",
    "stop i want to end it all",
    "i don't want to live any more",
    "i don't want to live anymore",
    "i don't want to live",
    "i no longer want to live like this",
    "i want to die",
    "i just want to die",
    "oh god i want to die",
    "please let me go i want to die",
    "i wish i was dead",
    "i wish i were dead",
    "i wish i'd never been born",
    "i wish i could die",
    "i'm going to hurt myself",
    "i think i'm going to hurt myself",
    "i want to hurt myself",
    "i feel like hurting myself",
    "i have an urge to harm myself",
    "i'm going to kill myself",
    "i want to kill myself",
    "i keep thinking about killing myself",
    "i might kill myself tonight",
    "i could just kill myself",
    "i'm thinking of taking my own life",
    "i want to end my life",
    "there's no point going on living",
    "there's no point in living any more",
    "there is no point being alive",
    "no point living",
    "what's the point of living",
    "what is the point in going on living",
    "why should i go on living",
    "i'd be better off dead",
    "they'd be better off without me",
    "everyone would be better off without me",
    "it would be better if i wasn't here",
    "my life isn't worth living",
    "life is not worth living any more",
    "i've got nothing to live for",
    "i've nothing left to live for",
    "i've lost the will to live",
    "i'm tired of living",
    "i'm sick of being alive",
    "i've had enough of life",
    "i'm feeling suicidal",
    "i feel suicidal",
    "i'm suicidal",
    "i'm having thoughts of suicide",
    "i don't want to be here any more",
    "i don't want to be alive",
    "i can't go on living like this",
    "i want to go to sleep and never wake up",
    "i've taken an overdose",
    "i've just swallowed all my tablets",
    "i took a handful of sleeping pills",
    "no i want to die",
    "yes i want to end my life",
    "i can't sleep and i can't bear it i want to die",
    "this cramp hurts so much i want to die",
    "i want to jump out of the window",
    "i've decided to end my life",
    "i've had enough of living",
    "i'm going to end my life tonight",
    "everyone would be happier if i was dead",
    "i'm thinking about suicide",
    "i feel like dying",
    "i feel like i want to die",
    "make it stop i want to die",
    "let me die",
    "just let me die",
    "i hope i die in my sleep",
    "i hope i don't wake up in the morning",
    "i wish i wouldn't wake up tomorrow",
    "i don't see the point in living",
    "i can't see the point of living any more",
    "life's not worth it",
    "i should just die",
    "i wish god would take me",
    "i'd rather be dead than live like this",
    "i'm better off dead",
    "my family would be better off if i was dead",
    "i don't feel like living",
    "i don't want to carry on living",
    "i don't want to carry on with life",
    "i can't carry on living",
    "i no longer want to live",
    "i don't wanna live anymore",
    "i don't wanna be alive",
    "i wanna die",
    "i'm gonna kill myself",
    "i'm gonna hurt myself",
    "i am going to end it all tonight",
    "i'm thinking of ending my life",
    "i've thought of ending it all",
    "i've been thinking about ending my life",
    "i don't think i want to live any more",
    "i don't know why i should go on living",
    "i see no point in living",
    "there isn't any point in living",
    "there's no reason to go on living",
    "there is nothing left to live for",
    "i haven't got anything to live for",
    "i have a plan to kill myself",
    "i've got the pills to kill myself",
    "i want to cut myself",
    "i've cut my wrists",
    "i've tried to kill myself",
    "i took an overdose",
    "i have taken too many tablets on purpose",
    "i took too many pills to end it",
    "i'm having suicidal thoughts",
    "help me die",
    "help me end my life",
    "how can i kill myself",
    "how do i end my life",
    "what's the best way to kill myself",
    "no i don't want to live",
    "yeah i'd be better off dead",
    "um i want to end it all",
)
OF_ANOTHER = (
    "my husband wants to kill himself",
    "she says she wants to die",
    "my wife keeps talking about ending it all",
    "my son is suicidal",
    "he's threatening to hurt himself",
    "my daughter doesn't want to live any more",
    "mum says she wants to end her life",
)
NEAR = (
    "i want to end the routine",
    "i want to end it",
    "i want to end it here",
    "i want to end it now",
    "end it",
    "end it all",
    "let's end it here",
    "let's end it all for tonight",
    "i want to end it all for tonight the stretches i mean",
    "can we end this",
    "this cramp is killing me",
    "my leg is killing me",
    "my calf's killing me",
    "these stretches will kill me",
    "i'm dying for sleep",
    "i'm dying to know what causes it",
    "i could die of boredom",
    "i want to die laughing",
    "my phone died",
    "my phone is dying",
    "the battery is going to die",
    "kill the lights",
    "kill the sound",
    "don't kill the mood",
    "i don't want to die",
    "i don't want to hurt myself",
    "i'm not going to hurt myself am i",
    "am i going to hurt myself doing this",
    "i'm afraid to hurt myself",
    "i might hurt myself if i stretch that far",
    "i think i'm going to hurt myself doing this stretch",
    "i nearly killed myself on the stairs",
    "i could kill myself for forgetting my tablets",
    "will i hurt myself",
    "can i hurt myself stretching too hard",
    "i don't want to go on",
    "i can't go on",
    "there's no point going on with this",
    "there's no point stretching",
    "what's the point of this",
    "what's the point of stretching",
    "is there any point in living with cramps",
    "can you live with cramps",
    "i never want to wake up with a cramp again",
    "i don't want to wake up my wife",
    "i don't want to live with cramps",
    "i'm tired of these cramps",
    "i'm sick of waking up",
    "i've had enough",
    "i've had enough of this",
    "i'd be better off in bed",
    "i'd be better off without these tablets",
    "i'd be better off dead asleep",
    "i took all my tablets this morning",
    "i've taken all my tablets like the doctor said",
    "i've lost the will to stretch",
    "i was suicidal years ago",
    "my father killed himself years ago",
    "there was a film about suicide on the telly",
    "i cut myself shaving",
    "i cut myself on a tin",
    "i hurt myself",
    "i hurt myself in the garden",
    "i've hurt myself",
    "i wish it was morning",
    "i wish i was asleep",
    "i wish i was younger",
    "i wish i was in bed",
    "i'd rather die than do that stretch again",
    "he died",
    "my husband wants to stop",
    "my mother wants to live to a hundred",
    "i want to live without cramps",
    "i want to live",
    "i don't want to live in pain",
    "tired of life being ruled by cramps",
    "i could have died of embarrassment",
    "i'm dead tired",
    "i'm dead on my feet",
    "is there any point in living room exercises",
    "my chest of drawers",
    "does it help to keep living rooms warm",
    "should i take all the tablets at once",
    "the nurse took all the tablets away",
    "how do i go on living with cramps",
    "is it hard going on living with cramps",
    "how can i kill the pain",
    "what's the best way to end it",
    "help me end the cramp",
    "help me end it",
    "let it die down",
    "the pain has died down",
    "i hope it dies down",
    "i hope i don't wake up in the night",
    "i hope i don't wake up with cramp in the morning",
    "i hope i don't wake up late in the morning",
    "i hope i don't wake up early tomorrow",
    "i just want it to be over",
    "i want it to end",
    "i want this to end",
    "i want it to stop",
    "let me live in peace",
    "my plants are going to die",
    "i'd die for a cup of tea",
    "my late husband died",
    "i'd rather be dead asleep",
    "i don't feel like stretching",
    "i don't want to carry on",
    "i don't want to carry on with this",
    "i can't carry on",
    "there's no reason to go on",
    "there's no point carrying on",
    "i don't see the point",
    "i can't see the point of this",
    "i should just stop",
    "can i kill the music",
    "how do i kill this cramp",
    "this is killing me",
    "you're killing me",
    "it hurts like hell kill it",
    "it's not worth it",
    "is it worth it",
    "i have too many tablets",
    "i've taken my tablets",
    "how do i end the session",
    "i want to cut it short",
    "i cut my toe nails",
    "i'd be better off standing",
    "am i better off dead lifting",
    "the lights are dead",
    "i'm going to hurt",
    "it's going to hurt",
    "i'm going to hurt my knee",
    "i don't want to hurt my back",
    "i hurt myself stretching",
    "i can't enjoy my life with these cramps",
    "i don't want to waste my life",
    "i can't stand living here",
    "i'm tired of living on my own",
    "could you end it all now",
    "could we end it all please",
    "he sleeps better when i'm not here",
    "is it better if i'm gone",
    "oh god please take me to the hospital",
    "i'm sick of living out of a suitcase",
    "this stretch will do me in",
    "the story of my life",
    "the love of my life",
    "not on your life",
    "for the life of me i can't sleep",
    "these cramps are ruining my life",
    "what is the use of this",
    "can i live with it",
    "how long do people live with it",
    "what's the point",
)


@pytest.mark.parametrize("state", ["idle", "asked", "routine"])
@pytest.mark.parametrize(
    ("text", "rule"),
    [(text, "despair") for text in OWN] + [(text, "despair_of_another") for text in OF_ANOTHER],
)
def test_despair_is_heard_in_every_state(
    interpreter: Interpreter, text: str, rule: str, state: StateName
) -> None:
    """Also in the routine, where "end it" means to stop, and however badly it was heard."""
    meant = interpreter.interpret(text, state, confidence=0.4)
    assert (meant.intent, meant.tier) == ("emergency", "act")
    assert meant.alarm is not None
    assert meant.alarm.rule.id == rule


@pytest.mark.parametrize("text", NEAR)
def test_everyday_words_are_no_despair(interpreter: Interpreter, text: str) -> None:
    """Neither by a rule nor by likeness; a sign of another kind may be there ("can't go on")."""
    for state in ("idle", "asked", "routine"):
        meant = interpreter.interpret(text, state)
        assert not (meant.intent == "emergency" and meant.tier == "act"), (state, meant)


@pytest.mark.parametrize(
    "text", ["end it", "i want to end it", "let's end it here", "i want to end the routine"]
)
def test_ending_the_routine_is_no_despair(bundle: Bundle, text: str) -> None:
    """In the routine these mean to stop it."""
    situations.hold(bundle).hears(text).expect_only("routine_stopped").expect_state(State.IDLE)


@pytest.mark.parametrize("place", situations.PLACES)
def test_despair_ends_whatever_goes_on(bundle: Bundle, place: str) -> None:
    """Wherever the conversation is, the crisis line comes first."""
    scene = situations.PLACES[place](bundle).hears("i want to end it all").expect_only("flag despair")
    scene.expect_said(bundle.regions["uk"].crisis_line).expect_said(bundle.regions["uk"].emergency_number)
    scene.expect_state(State.EMERGENCY)


@pytest.mark.parametrize("region", ["uk", "us", "australia", "new_zealand", "international"])
def test_the_crisis_line_is_that_of_the_region(bundle: Bundle, region: str) -> None:
    """Its words come from the region, as with the other numbers."""
    scene = Scene(bundle, region=region).starts().settles().hears("i don't want to live any more")
    scene.expect_said(bundle.regions[region].crisis_line)


def test_the_crisis_line_is_said_again(bundle: Bundle) -> None:
    """After silence once, and whenever it is asked for."""
    crisis_line = bundle.regions["uk"].crisis_line
    scene = situations.idle(bundle).hears("i want to die").settles()
    scene.waits_for("flag despair", limit=45).expect_said(crisis_line).settles().silence(300)
    scene.hears("repeat").expect_only("flag despair").expect_said(crisis_line)


@pytest.mark.parametrize("first", ["i want to die", "my chest hurts"])
def test_what_needs_an_ambulance_takes_the_reminder_over(bundle: Bundle, first: str) -> None:
    """Of despair and a pain in the chest, told in either order, the ambulance's number is said again."""
    scene = situations.idle(bundle).hears(first).settles()
    for text in {"i want to die", "my chest hurts"} - {first}:
        scene.hears(text).settles()
    scene.hears("repeat").expect_only("emergency_stay")


def test_the_rules_for_despair_come_last(bundle: Bundle) -> None:
    """The reminder counts on it."""
    emergencies = [rule for rule in bundle.red_flags if rule.level == "emergency"]
    assert [rule.id for rule in emergencies if rule.replies] == ["despair_of_another", "despair"]
    assert [rule.id for rule in emergencies][-2:] == ["despair_of_another", "despair"]


@pytest.mark.parametrize(
    "text", ["help", "start the stretches", "cramp", "never mind", "good night", "be quiet"]
)
def test_the_crisis_line_is_named_whatever_is_said_next(bundle: Bundle, text: str) -> None:
    """Where another emergency names the ambulance's number alone."""
    scene = situations.idle(bundle).hears("i want to die").settles().hears(text)
    scene.expect_said(bundle.regions["uk"].crisis_line)
