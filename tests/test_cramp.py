"""A cramp that is happening now: first aid from everywhere, all the way, and out of it again."""

from __future__ import annotations

import pytest
import situations
from situations import PLACES

from voice_skill.content.bundle import Bundle
from voice_skill.core.states import State

AWAKE = [place for place in PLACES if place != "standby"]


# --- a cramp, now ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place", [place for place in PLACES if place not in ("emergency", "emergency_doubted", "greeting")]
)
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
    "text", ["it's gone", "better", "it let go", "much better now", "yes it's going", "i'm fine"]
)
@pytest.mark.parametrize("place", ["cramp", "cramp_asked"])
def test_a_cramp_that_has_let_go(bundle: Bundle, place: str, text: str) -> None:
    """When it has gone, a word about soreness, and no more questions."""
    scene = PLACES[place](bundle).hears(text).expect_only("cramp_eased").expect_state(State.IDLE)
    scene.settles().silence(600)


@pytest.mark.parametrize("text", ["yes", "yes it is", "okay"])
def test_only_where_asked_a_yes_means_that_it_has_let_go(bundle: Bundle, text: str) -> None:
    """A yes to an instruction is no word about the cramp; to the question whether it lets go it is."""
    situations.cramp_asked(bundle).hears(text).expect_only("cramp_eased")
    scene = situations.cramp(bundle).hears(text).expect_only().expect_state(State.CRAMP)
    scene.waits_for("cramp_2", limit=10)


@pytest.mark.parametrize("text", ["carry on", "start the routine", "okay carry on"])
def test_going_on_in_a_cramp_goes_on_with_first_aid(bundle: Bundle, text: str) -> None:
    """Nothing but the person's word that it has let go ends first aid."""
    situations.cramp(bundle).hears(text).expect_only("cramp_2").expect_state(State.CRAMP)


def test_okay_in_the_middle_of_an_instruction_loses_nothing(bundle: Bundle) -> None:
    """Who speaks into an instruction hears it again."""
    situations.idle(bundle).hears("cramp").wait(1).hears("okay").expect_only("cramp_1")
    situations.idle(bundle).hears("cramp").wait(1).hears("louder").expect_only("louder_done", "cramp_1")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("cramp in my calf", "cramp_1"),
        ("the front of my thigh is cramping", "cramp_1_front"),
        ("the back of my thigh is cramping", "cramp_1_back"),
        ("my hamstring is cramping", "cramp_1_back"),
        ("my thigh is cramping", "cramp_1_thigh"),
        ("my foot is cramping", "cramp_1_foot"),
        ("cramp in the arch of my foot", "cramp_1_foot"),
    ],
)
def test_the_first_instruction_fits_the_place(bundle: Bundle, text: str, first: str) -> None:
    """What eases the calf would tighten the front of the thigh."""
    situations.idle(bundle).hears(text).expect_only(first)
    situations.emergency(bundle).hears(text).expect_only("emergency_first", first)
    situations.cramp(bundle).hears(text).expect_only(first)


@pytest.mark.parametrize(
    "text",
    ["i can't reach my foot", "i can't lift my toes", "i can't bend my foot", "easier", "i can't reach"],
)
@pytest.mark.parametrize("place", ["cramp", "cramp_asked"])
def test_who_cannot_reach_is_shown_another_way(bundle: Bundle, place: str, text: str) -> None:
    """The wall or a towel does it too; first aid then goes on where it was."""
    scene = PLACES[place](bundle).hears(text).expect_only("cramp_wall").expect_state(State.CRAMP)
    scene.settles().waits_for("cramp_easing" if place == "cramp_asked" else "cramp_1", limit=21)


@pytest.mark.parametrize("text", ["wait", "hang on", "pause"])
def test_a_cramp_waits(bundle: Bundle, text: str) -> None:
    """Who wants time gets it, and is then asked the same again."""
    scene = situations.cramp_asked(bundle).hears(text).expect_only("cramp_wait").settles()
    scene.silence(19).waits_for("cramp_easing", limit=2)


def test_talk_does_not_lead_through_first_aid(bundle: Bundle) -> None:
    """What is not for us is no answer: the question comes again, twice, and then only time goes on."""
    scene = situations.cramp_asked(bundle)
    for said in (["cramp_easing"], ["cramp_easing"], [], []):
        scene.hears("purple monkeys dance on the roof").expect_only(*said).settles()
    scene.after(9).expect_only("cramp_flag")


def test_only_who_says_so_wants_silence(bundle: Bundle) -> None:
    """Being alone with a cramp is no wish to be left alone."""
    situations.cramp(bundle).hears("i'm alone").expect_state(State.CRAMP)
    situations.cramp(bundle).hears("leave me alone").expect_state(State.STANDBY)


def test_a_leg_that_will_not_move_in_a_cramp_is_asked_about(bundle: Bundle) -> None:
    """A cramp alone can hold a leg; whether it is more is asked first, and doubt counts as more."""
    for text in ("yes", "i don't know", "purple monkeys dance", "no but it's gone cold"):
        scene = situations.cramp_weak(bundle).hears(text).expect_only("reply emergency")
        scene.expect_state(State.EMERGENCY)
    situations.cramp_weak(bundle).waits_for("reply emergency", limit=10)
    situations.cramp_weak(bundle).hears("no").expect_only("cramp_wall").expect_state(State.CRAMP)


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
