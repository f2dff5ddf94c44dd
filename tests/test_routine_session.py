"""The stretches as the person hears them: their timing, and each command at every step."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import situations
from led import SECONDS, VARIANTS, everywhere, finishes, moves_on, steps_of, under_way
from timeline import Scene

from voice_skill.content.bundle import Bundle
from voice_skill.core.states import State
from voice_skill.messages import SetVoice

# --- the whole of it ------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_routine_takes_five_minutes(bundle: Bundle, variant: str) -> None:
    """From the first line to the end it is five minutes to the second, and so is each part."""
    scene = under_way(bundle, variant)
    began = scene.now
    starts = {"settle": began}
    while scene.guide is not None:
        starts.setdefault(scene.guide.where().part.name, scene.now)
        due = scene._next_due()
        assert due is not None
        scene.at(due)
    starts["end"] = scene.now
    assert scene.now - began == pytest.approx(300.0, abs=0.05)
    times = list(starts.values())
    took = {name: end - start for name, start, end in zip(starts, times[:-1], times[1:], strict=False)}
    assert took == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_part_is_announced(bundle: Bundle, variant: str) -> None:
    """Five parts are counted aloud, each with its name."""
    scene = under_way(bundle, variant)
    finishes(scene)
    intros = [spoken.text for spoken in scene.said if "part_intro" in spoken.names]
    titles = [part.title for part in bundle.routine.variants[variant].parts if part.counted]
    assert len(intros) == 5
    for intro, number, title in zip(intros, ("one", "two", "three", "four", "five"), titles, strict=True):
        assert f"{number} of five" in intro
        assert title in intro


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("rate", [110, 150, 210])
def test_no_hold_is_cut_by_a_slow_voice(bundle: Bundle, variant: str, rate: int) -> None:
    """At every rate each hold has its full time after its line was heard, and ends with the tone."""
    scene = under_way(bundle, variant)
    scene._carry_out([SetVoice(rate, 0.4)])
    finishes(scene)
    holds = [step for _, step in steps_of(bundle, variant) if step.hold]
    eases = [at for at, name in scene.tones if name == "ease"]
    assert len(eases) == len(holds)
    for at, step in zip(eases, holds, strict=True):
        line = max((s for s in scene.said if s.text == step.say.text and s.ends <= at), key=lambda s: s.ends)
        assert at - line.ends >= step.hold - 0.05, f"{line} was held for {at - line.ends:.1f} s only"


@pytest.mark.parametrize("variant", VARIANTS)
def test_nobody_is_left_in_silence(bundle: Bundle, variant: str) -> None:
    """Silence lasts hardly longer than ten seconds in the whole routine; then comes a word or a tone."""
    scene = under_way(bundle, variant)
    began = scene.now
    finishes(scene)
    sounds = sorted(
        [(s.begins, s.ends) for s in scene.said if s.begins >= began] + [(at, at) for at, _ in scene.tones]
    )
    gaps = [later - end for (_, end), (later, _) in pairwise(sounds)]
    assert max(gaps) <= 11.5


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_said_after_good_night(bundle: Bundle, variant: str) -> None:
    """The last line says good night; after that the room is quiet."""
    scene = under_way(bundle, variant)
    finishes(scene)
    last = steps_of(bundle, variant)[-1][1].say.text
    assert scene.said[-1].text == last, scene.story()
    scene.silence(4 * 3600)


def test_the_variant_asked_for_is_done(bundle: Bundle) -> None:
    """Asking for a way of stretching gets that way; only standing needs the question of steadiness."""
    for words, variant in (("lying down", "bed"), ("sitting down", "seated")):
        scene = situations.idle(bundle).hears(words).expect_only("safety_check").hears("no")
        scene.expect_first("routine_intro")
        assert scene.guide is not None
        assert scene.guide.variant == variant
    situations.idle(bundle).hears("at the wall").hears("no").expect_only("steady_check")


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("yes", "wall"),
        ("no", "bed"),
        ("i don't know", "seated"),
        ("purple monkeys dance", "seated"),
        ("maybe", "seated"),
    ],
)
def test_steadiness_decides(bundle: Bundle, text: str, variant: str) -> None:
    """Only who says that they are steady stands; in doubt one sits."""
    scene = situations.steadiness_asked(bundle).hears(text)
    assert scene.guide is not None
    assert scene.guide.variant == variant


@pytest.mark.parametrize("text", ["never mind", "stop", "cancel that", "forget it"])
def test_the_routine_can_be_called_off_before_it_begins(bundle: Bundle, text: str) -> None:
    """Whoever changes their mind at the question of steadiness is left alone."""
    scene = situations.steadiness_asked(bundle).hears(text).expect_only("declined").expect_state(State.IDLE)
    assert scene.guide is None


# --- every command at every step ------------------------------------------------------------------


def check_next(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The following step begins, or the routine is over."""
    scene.hears("next")
    if index + 1 == len(steps_of(bundle, variant)):
        scene.expect_first("at_last_step").expect_state(State.IDLE)
        assert "place" not in scene.memory
        return
    assert scene.step == index + 1
    scene.expect_state(State.ROUTINE)
    assert scene.turn[-1].text == steps_of(bundle, variant)[index + 1][1].say.text


def check_back(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The step before begins; at the first one that is said, and it begins again."""
    scene.hears("back")
    assert scene.step == max(0, index - 1)
    if index == 0:
        scene.expect_first("at_first_step")
    assert scene.turn[-1].text == steps_of(bundle, variant)[max(0, index - 1)][1].say.text


def check_skip(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The following part begins, or the routine is over."""
    steps = steps_of(bundle, variant)
    following = next((i for i in range(index, len(steps)) if steps[i][0] != steps[index][0]), None)
    scene.hears("skip this one").expect_first("at_last_step" if following is None else "skipping")
    assert scene.step == following
    if following is None:
        scene.expect_state(State.IDLE)
    else:
        assert scene.turn[-1].text == steps[following][1].say.text


def check_repeat(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The step's line comes again, and the whole hold."""
    step = steps_of(bundle, variant)[index][1]
    scene.hears("repeat")
    assert scene.turn[-1].text == step.say.text
    assert scene.step == index
    assert scene.guide is not None
    assert scene.guide.hold_left() == step.hold
    moves_on(scene)


def check_pause(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The clock stands and the room is quiet, until the person wants to go on, at the same step."""
    assert scene.guide is not None
    scene.hears("pause").expect_only("paused").expect_state(State.PAUSED)
    left = scene.guide.left()
    scene.settles().silence(600)
    assert scene.guide.left() == left
    scene.hears("carry on").expect_state(State.ROUTINE)
    assert scene.turn, "nothing was said on carrying on"
    assert scene.step == index
    assert scene.guide.left() >= left - 0.01
    moves_on(scene)


def check_resume(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Carrying on with what is under way changes nothing."""
    scene.hears("carry on").expect_state(State.ROUTINE)
    assert scene.step == index
    moves_on(scene)


def check_how_long(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The time left is told, and the step goes on."""
    goes_on(scene.hears("how long left").expect_only("time_left"), index)


def check_where(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The part is named, with its number where it has one, and the step goes on."""
    part = steps_of(bundle, variant)[index][0]
    numbers = {"ankles": "one", "calf": "two", "thigh": "three", "massage": "four", "legs_up": "five"}
    scene.hears("where are we")
    if part in numbers:
        scene.expect_first("where_am_i").expect_said(f"{numbers[part]} of five")
    else:
        scene.expect_first("where_uncounted")
    goes_on(scene, index)


def goes_on(scene: Scene, index: int) -> None:
    """After what was said the same step goes on, with what was left of its hold."""
    assert scene.guide is not None
    left = scene.guide.hold_left()
    scene.settles(40).wait(0.1)
    scene.expect_state(State.ROUTINE)
    if scene.step == index:
        assert scene.guide.hold_left() <= left + 0.01
    else:
        assert scene.step == index + 1
    moves_on(scene)


def check_voice(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Each change of the voice is made, and the step goes on."""
    for word in ("slower", "faster", "louder", "quieter"):
        before = scene.voice
        scene.hears(word).expect_first(f"{word}_done").expect_state(State.ROUTINE)
        assert scene.voice != before
        assert scene.step == index
    goes_on(scene, index)


def check_hurts(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The hold ends at once, an easier way is offered, and nothing goes on by itself."""
    gentlest = bundle.routine.variants[variant].easier is None
    scene.hears("it hurts").expect_only("hurts_gentlest" if gentlest else "hurts").expect_state(State.PAUSED)
    scene.settles().hears("how long do cramps last").settles().wait(800)
    scene.expect_not("resumed").expect_state(State.PAUSED)
    assert not any(name.startswith(("step", "halfway")) for names in scene.names for name in names)
    scene.hears("carry on")
    assert scene.step == index
    moves_on(scene)


def check_hurts_then_easier(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Yes to the easier way changes to it, in the same part."""
    easier = bundle.routine.variants[variant].easier
    if easier is None:
        return
    part = steps_of(bundle, variant)[index][0]
    scene.hears("ouch that hurts").hears("yes please").expect_first("easier_done").expect_state(State.ROUTINE)
    assert scene.guide is not None
    assert (scene.guide.variant, scene.guide.where().part.name) == (easier, part)
    moves_on(scene)


def check_easier(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The gentler way is taken in the same part; with the gentlest that is said, and it goes on."""
    easier = bundle.routine.variants[variant].easier
    part = steps_of(bundle, variant)[index][0]
    scene.hears("easier").expect_first("easier_done" if easier else "gentlest_already").expect_state(
        State.ROUTINE
    )
    assert scene.guide is not None
    assert (scene.guide.variant, scene.guide.where().part.name) == (easier or variant, part)
    moves_on(scene)


def check_variants(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Another way is taken in the same part."""
    part = steps_of(bundle, variant)[index][0]
    for words, wanted in (("lying down", "bed"), ("sitting down", "seated")):
        assert scene.guide is not None
        if scene.guide.variant == wanted:  # nothing changes, so nothing begins again
            step = scene.step
            scene.hears(words).expect_not("variant_done").expect_state(State.ROUTINE)
            assert scene.step == step
            continue
        scene.hears(words).expect_first("variant_done").expect_state(State.ROUTINE)
        assert scene.guide is not None
        assert (scene.guide.variant, scene.guide.where().part.name) == (wanted, part)
    moves_on(scene)


def check_wall(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Standing up needs a yes to the question of steadiness; anything else leaves things as they are."""
    if variant == "wall":
        return
    scene.hears("at the wall").expect_only("steady_check")
    scene.hears("no").expect_first("wall_needs_steady")
    goes_on_in(scene, variant, index)
    scene.hears("at the wall").settles().wait(9).expect("steady_check", "wall_needs_steady")
    goes_on_in(scene, variant, index)
    scene.hears("at the wall").settles().hears("purple monkeys dance").expect_first("wall_needs_steady")
    goes_on_in(scene, variant, index)
    part = steps_of(bundle, variant)[index][0]
    scene.hears("at the wall").hears("yes i'm steady").expect_first("variant_done")
    assert scene.guide is not None
    assert (scene.guide.variant, scene.guide.where().part.name) == ("wall", part)
    moves_on(scene)


def goes_on_in(scene: Scene, variant: str, index: int) -> None:
    """The routine is still in this variant and at this step."""
    assert scene.guide is not None
    scene.expect_state(State.ROUTINE)
    assert (scene.guide.variant, scene.step) == (variant, index)


def check_cramp(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """First aid comes first; then the person may carry on, at the same step."""
    scene.hears("cramp").expect_first("cramp_1").expect_state(State.CRAMP)
    scene.settles().hears("it has gone").expect("cramp_eased", "cramp_to_routine")
    scene.settles().hears("carry on").expect_state(State.ROUTINE)
    assert scene.step == index
    moves_on(scene)


def check_stop(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """It is over at once, and nothing is kept."""
    scene.hears("stop").expect_only("routine_stopped").expect_state(State.IDLE)
    assert scene.guide is None
    assert "place" not in scene.memory
    scene.settles().silence(600)


def check_question(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """The answer comes first and alone, without an offer; then the same step goes on."""
    goes_on(scene.hears("how long do cramps last").expect_only("reply how_long_last"), index)


def check_nonsense(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """What is not understood costs a few words, in the end none, and the step goes on."""
    for prompts in (1, 1, 0):
        scene.hears("purple monkeys dance").expect_state(State.ROUTINE)
        assert sum("resumed" not in names for names in scene.names) <= prompts + 2
        assert scene.step == index
    goes_on(scene, index)


def check_noise(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Noise changes nothing, not even the time."""
    assert scene.guide is not None
    left, hold_left = scene.guide.left(), scene.guide.hold_left()
    for _ in range(4):
        scene.hears("murmur of the television", confidence=0.3).expect_only()
    assert (scene.guide.left(), scene.guide.hold_left()) == (left, hold_left)
    assert scene.guide.running
    moves_on(scene)


def check_never_mind(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Taking back a word that was misheard does not end the routine."""
    goes_on(scene.hears("i didn't mean that").expect_state(State.ROUTINE), index)


def check_yes(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """A word of assent in the middle of a stretch does no harm."""
    goes_on(scene.hears("okay").expect_state(State.ROUTINE), index)


def check_hello(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Asking whether we are there is answered, and the step goes on."""
    goes_on(scene.hears("are you there").expect_first("awake"), index)


def check_start(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Asking for the stretches in the middle of them does not lose them."""
    goes_on(scene.hears("start the routine").expect_first("routine_already"), index)


def check_emergency(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """An emergency ends the stretches for good."""
    scene.hears("i can't breathe").expect_state(State.EMERGENCY)
    assert "place" not in scene.memory
    scene.settles().wait(600)
    scene.expect_state(State.EMERGENCY)
    assert not any(name.startswith(("step", "halfway")) for names in scene.names for name in names)


def check_loss(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """A lost microphone is named, and the stretches go on without it."""
    scene.loses("microphone").expect("microphone_lost").expect_state(State.ROUTINE)
    goes_on(scene, index)


def check_hasty(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Commands that follow on each other's heels all count."""
    scene.hears("pause").hears("carry on").hears("pause").hears("louder").hears("carry on")
    scene.expect_state(State.ROUTINE)
    assert scene.step == index
    moves_on(scene)


def check_good_night(scene: Scene, index: int, bundle: Bundle, variant: str) -> None:
    """Good night ends it, with one line."""
    scene.hears("good night").expect_only("good_night").expect_state(State.STANDBY)
    scene.settles().silence(4 * 3600)


CHECKS: dict[str, Callable[[Scene, int, Bundle, str], None]] = {
    name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", CHECKS)
def test_every_command_at_every_step(bundle: Bundle, variant: str, name: str) -> None:
    """Whatever is said, at whichever step, in its line or in its hold, does what it says and no more."""
    for scene, index in everywhere(bundle, variant):
        CHECKS[name](scene, index, bundle, variant)


@pytest.mark.parametrize(
    "text",
    ["next", "back", "skip this one", "repeat", "easier", "sitting down", "carry on", "yes", "i'm ready"],
)
def test_out_of_a_pause(bundle: Bundle, text: str) -> None:
    """Moving on out of a pause ends the pause."""
    scene = situations.paused(bundle).hears(text).settles().wait(0.1)
    if text != "repeat":
        scene.expect_state(State.ROUTINE)
        moves_on(scene)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "not yet",
        "wait",
        "louder",
        "how long left",
        "where are we",
        "why do i get cramps",
        "never mind",
        "what can i say",
        "are you there",
        "purple monkeys dance",
        "thank you",
    ],
)
def test_a_pause_lasts(bundle: Bundle, text: str) -> None:
    """What is no wish to go on leaves the pause alone."""
    scene = situations.paused(bundle)
    step = scene.step
    scene.hears(text).settles().wait(60)
    scene.expect_state(State.PAUSED)
    assert scene.step == step


def test_a_long_pause_is_put_away_and_can_be_carried_on(bundle: Bundle) -> None:
    """Whoever fell asleep in a pause finds the place again, by way of the safety question."""
    scene = situations.paused(bundle)
    step = scene.step
    scene.wait(3600).expect_state(State.STANDBY)
    scene.hears("hello").settles().hears("carry on").expect_only("safety_check").settles().hears("no")
    scene.settles().wait(0.1)
    scene.expect_state(State.ROUTINE)
    assert scene.step == step


@pytest.mark.parametrize("place", ["begun", "cue", "hold", "paused"])
@pytest.mark.parametrize("text", ["not now", "later", "not right now", "i'm too tired"])
def test_not_now_keeps_the_place(bundle: Bundle, place: str, text: str) -> None:
    """It may be meant for a minute or for tonight: both ways on are named, and neither is taken."""
    scene = situations.PLACES[place](bundle).hears(text).expect_only("hurts_declined")
    scene.expect_state(State.PAUSED).settles().silence(60)
    scene.hears("carry on").expect_state(State.ROUTINE)
    scene = situations.PLACES[place](bundle).hears(text).settles().hears("stop")
    scene.expect_only("routine_stopped").expect_state(State.IDLE)


@pytest.mark.parametrize(
    ("text", "number"),
    [("go to part two", 2), ("do the calf again", 2), ("step four please", 4), ("skip to the end", 5)],
)
def test_a_part_is_reached_by_number_or_name(bundle: Bundle, text: str, number: int) -> None:
    """The guide goes to where it was sent."""
    scene = under_way(bundle, "seated").hears(text)
    assert scene.guide is not None
    assert scene.guide.where().number == number


def test_another_part_than_this_one_is_not_left_out_in_its_place(bundle: Bundle) -> None:
    """Told to skip the massage at the ankles, it stays there and says how; at the massage it moves on."""
    scene = under_way(bundle, "seated").hears("go to part one").settles().hears("skip the massage")
    assert scene.expect("skip_later").guide is not None
    assert scene.guide is not None
    assert scene.guide.where().part.name == "ankles"
    scene = under_way(bundle, "seated").hears("go to the massage").settles().hears("skip the massage")
    assert scene.guide is not None
    assert scene.guide.where().part.name == "legs_up"


@pytest.mark.parametrize("text", ["yes", "okay", "right"])
def test_a_yes_to_a_step_is_taken_in_silence(bundle: Bundle, text: str) -> None:
    """It means that the step is being done."""
    assert not under_way(bundle, "seated").hears(text).has("yes_to_nothing")
