"""Power cuts at any second of the stretches, and clocks that come late."""

from __future__ import annotations

import pytest
import situations
from led import VARIANTS, everywhere, finishes, moves_on, steps_of, under_way
from timeline import Scene

from voice_skill.content.bundle import Bundle
from voice_skill.core.states import State

# --- power cuts -----------------------------------------------------------------------------------


def resume_after_crash(scene: Scene, variant: str) -> Scene:
    """Start again, and take up the offer to carry on."""
    again = (
        scene.crash()
        .starts()
        .expect_only("carry_on_offer")
        .hears("yes")
        .expect_only("safety_check")
        .hears("no")
    )
    if variant == "wall":
        again.expect_only("steady_check").hears("yes i'm steady")
    return again.expect_state(State.ROUTINE)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_power_cut_at_any_second(bundle: Bundle, variant: str) -> None:
    """Cut at whichever second, the restart names the part and goes on with the very step."""
    scene = under_way(bundle, variant)
    while scene.guide is not None:
        part, step = scene.guide.where().part, scene.step
        again = scene.crash().starts().expect_only("carry_on_offer").expect_said(part.title)
        again = resume_after_crash(scene, variant)
        again.settles(20).wait(0.1)
        assert again.guide is not None
        assert again.guide.variant == variant
        assert again.step == step, f"{again.step} instead of {step}\n{scene.story()}"
        scene.wait(1.0)


@pytest.mark.parametrize("place", ["paused", "hurting", "cramp_in_routine", "cramp_over", "begun"])
def test_a_power_cut_in_between(bundle: Bundle, place: str) -> None:
    """Cut while the routine stands still, the place is not lost."""
    scene = situations.PLACES[place](bundle)
    step = scene.step
    again = resume_after_crash(scene, "seated").settles().wait(0.1)
    assert again.step == step
    finishes(again)


@pytest.mark.parametrize(
    "place", ["idle", "emergency", "standby", "safety_asked", "steadiness_asked", "cramp"]
)
def test_a_power_cut_elsewhere_offers_nothing(bundle: Bundle, place: str) -> None:
    """Where no routine was broken off, none is offered."""
    situations.PLACES[place](bundle).crash().starts().expect_only("hello_again")


def test_a_second_power_cut_before_the_answer(bundle: Bundle) -> None:
    """The place survives another cut while we ask whether to carry on."""
    scene = situations.carrying_on_offered(bundle)
    scene.crash().starts().expect_only("carry_on_offer")
    scene.hears("yes").crash().starts().expect_only("carry_on_offer")


def test_the_place_can_be_let_go(bundle: Bundle) -> None:
    """Whoever does not want to carry on is not asked again."""
    scene = situations.carrying_on_offered(bundle).hears("no").expect_only("carry_on_declined")
    assert "place" not in scene.memory
    scene.settles().crash().starts().expect_only("hello_again")


@pytest.mark.parametrize("text", ["start the routine", "start from the beginning", "start over"])
def test_a_fresh_start_is_a_fresh_start(bundle: Bundle, text: str) -> None:
    """Asking for a fresh start, instead of carrying on, gets one."""
    scene = situations.carrying_on_offered(bundle).hears(text).expect_only("safety_check").hears("no")
    scene.expect_only("steady_check").hears("sitting down").settles().wait(0.1)
    assert scene.step == 0


def test_carrying_on_at_the_wall_needs_steady_feet(bundle: Bundle) -> None:
    """After a cut in the standing variant steadiness is asked about again; without it one sits or lies."""
    scene = under_way(bundle, "wall").waits_for("step calf 2").crash().starts().hears("yes").hears("no")
    scene.expect_only("steady_check").hears("no").settles().wait(0.1)
    assert scene.guide is not None
    assert scene.guide.variant != "wall"
    assert scene.guide.where().part.name == "calf"


@pytest.mark.parametrize(
    "place",
    [
        "",
        "{",
        "[]",
        "null",
        '{"variant": "seated"}',
        "7",
        "x" * 9999,
        '{"variant": 1, "part": 2, "step": 3, "phase": 4, "elapsed": 5}',
    ],
)
def test_a_damaged_place_is_forgotten(bundle: Bundle, place: str) -> None:
    """What cannot be read is not offered, and not kept."""
    scene = Scene(bundle, {"met": "yes", "place": place}).starts().expect_only("hello_again")
    assert "place" not in scene.memory
    scene.hears("carry on").expect_not("safety_check")


# --- clocks that come late ------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [1.5, 5, 30, 600, 36_000])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_machine_that_slept(bundle: Bundle, variant: str, seconds: float) -> None:
    """After a sleep at most one step is passed, it is said that time was lost, and the rest follows."""
    for scene, index in everywhere(bundle, variant):
        last = index + 1 == len(steps_of(bundle, variant))
        scene.after(0)
        scene.sleeps(seconds)
        scene.wait(0.2)
        assert scene.step in (index, index + 1) or (last and scene.step is None), scene.story()
        if scene.step == index + 1 and seconds > 20:
            scene.expect("late")
        moves_on(scene)


@pytest.mark.parametrize("place", situations.PLACES)
def test_sleeping_anywhere_does_no_harm(bundle: Bundle, place: str) -> None:
    """A laptop that was closed for the night wakes up without a flood of words."""
    scene = situations.PLACES[place](bundle)
    scene.after(0)
    scene.sleeps(8 * 3600)
    scene.wait(1.0)
    assert len(scene.turn) <= 3, scene.story()
