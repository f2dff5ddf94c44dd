"""Before, during and after the routine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_skill.core.routine import Guide
from voice_skill.core.slots import LAST_PART
from voice_skill.core.states import State
from voice_skill.core.text import spell_duration

if TYPE_CHECKING:
    from voice_skill.content.bundle import RoutinePart
    from voice_skill.core.session import Session


# --- before ---------------------------------------------------------------------------------------


def check_safety(s: Session) -> None:
    """Ask for warning signs before starting afresh."""
    s.kept_place = None
    s.variant = s.meant.intent.removeprefix("variant_") if s.meant.intent.startswith("variant_") else None
    s.ask("safety_check")


def carry_on_safely(s: Session) -> None:
    """Ask for warning signs before going on where a routine was broken off."""
    if s.kept_place:
        s.ask("safety_check")
    else:
        not_in_routine(s)


def feel_the_legs(s: Session) -> None:
    """In doubt, let the hands find out."""
    s.ask("safety_unsure")


def leave_it_unsafe(s: Session) -> None:
    """No answer to the safety question: not now."""
    s.question = None
    s.script.prompt("safety_silence")


def check_steadiness(s: Session) -> None:
    """Go on once the safety question is answered; standing needs another one."""
    if s.variant is None:
        s.variant = s.coach.variant_of(s.kept_place)
    if s.variant in (None, "wall"):
        s.ask("steady_check")
    else:
        _begin(s, s.variant)


def steady(s: Session) -> None:
    """The person is steady and has a wall."""
    _begin_or_change(s, "wall")


def not_steady(s: Session) -> None:
    """The person is not: lying down is safest; in the middle, it stays as it is."""
    if s.coach.guide:
        s.question = None
        s.script.prompt("wall_needs_steady")
    else:
        s.script.prompt("steady_no")
        _begin(s, "bed")


def perhaps_steady(s: Session) -> None:
    """No clear answer: sitting is safe for nearly everybody."""
    if s.coach.guide:
        not_steady(s)
    else:
        s.script.prompt("variant_silence")
        _begin(s, "seated")


def choose_variant(s: Session) -> None:
    """The question whether to stand was answered by naming another way."""
    _begin_or_change(s, s.meant.intent.removeprefix("variant_"))


def _begin_or_change(s: Session, variant: str) -> None:
    if s.coach.guide:
        _switch(s, variant, "variant_done")
    else:
        _begin(s, variant)


def _begin(s: Session, variant: str) -> None:
    place, s.kept_place, s.question, s.offered = s.kept_place, None, None, True
    s.topic.begin(None, s.bundle.routine.sources, s.bundle.routine.reviewed)
    s.enter(State.ROUTINE)
    if place:
        s.script.prompt("resumed")
        s.coach.carry_on(place, variant)
    else:
        s.script.prompt("routine_intro")
        s.coach.begin(variant)


def stop_before_start(s: Session) -> None:
    """Told to stop when asked about standing: stop what is under way, or leave it at that."""
    if s.coach.guide:
        stop_routine(s)
    else:
        s.drop_everything()
        s.script.prompt("declined")


def forget_place(s: Session) -> None:
    """The person does not want to carry on where it was broken off."""
    s.question, s.kept_place = None, None
    s.script.prompt("carry_on_declined")


# --- during ---------------------------------------------------------------------------------------


def _guide(s: Session) -> Guide:
    assert s.coach.guide is not None, f"no routine is under way in {s.state}"
    return s.coach.guide


def go(s: Session) -> None:
    """Go to another step."""
    guide, intent = _guide(s), s.meant.intent
    if "part" in s.meant.slots:
        _go_to_part(s, s.meant.slots["part"])
        return
    if _leaves_out_another(s, s.meant.slots.get("without", "")):
        return
    if intent == "back" and guide.where().first:
        s.script.prompt("at_first_step")
    moves = {"next": guide.next, "back": guide.back, "skip": guide.skip}
    cues = moves[intent](s.now)
    if guide.finished:
        s.script.prompt("at_last_step")
    elif intent == "skip":
        s.script.prompt("skipping")
    s.coach.aside = False
    s.enter(State.ROUTINE)
    s.perform(cues)


def _counted_parts(s: Session) -> list[RoutinePart]:
    return [part for part in s.bundle.routine.variants[_guide(s).variant].parts if part.counted]


def _go_to_part(s: Session, wanted: str) -> None:
    """Go to a part by its number or name; one that does not exist is answered with where we are."""
    guide = _guide(s)
    numbers = {part.name: number for number, part in enumerate(_counted_parts(s), 1)}
    numbers |= {str(number): number for number in numbers.values()} | {LAST_PART: len(numbers)}
    number = numbers.get(wanted)
    if number is None:
        s.coach.tell_where()
        return
    s.coach.aside = False
    s.enter(State.ROUTINE)
    s.perform(guide.go_to(number, s.now))


def _leaves_out_another(s: Session, name: str) -> bool:
    """Whether another part than this one was to be left out: then nothing is, and it is said how to."""
    title = next((part.title for part in _counted_parts(s) if part.name == name), "")
    if not title or name == _guide(s).where().part.name:
        return False
    s.script.prompt("skip_later", part=title)
    return True


def repeat(s: Session) -> None:
    """Say the last answer again, and the open question; in the routine, give the whole step again."""
    if s.state is State.ROUTINE and not s.question:
        s.coach.aside = False
        s.perform(_guide(s).repeat(s.now))
    elif s.script.answer:
        s.repeat_answer()
    else:
        s.script.prompt("nothing_to_repeat")


def pause(s: Session) -> None:
    """Let the clock stand until the person wants to go on."""
    s.question, s.coach.aside = None, False
    s.pause_seconds = float(s.meant.slots["seconds"]) if "seconds" in s.meant.slots else None
    s.enter(State.PAUSED)
    if s.pause_seconds:
        s.script.prompt("paused_for", time=spell_duration(s.pause_seconds))
    else:
        s.script.prompt("paused")


def rest(s: Session) -> None:
    """Wait: something hurt, or the person does not want to go on just now."""
    s.question, s.coach.aside, s.pause_seconds = None, False, None
    s.enter(State.PAUSED)
    s.script.prompt("hurts_declined")


def resume(s: Session) -> None:
    """Go on."""
    s.question = None
    s.enter(State.ROUTINE)
    s.coach.aside = True


def tell_time_left(s: Session) -> None:
    """Say how long the whole still goes."""
    s.coach.tell_time_left()


def tell_where(s: Session) -> None:
    """Say which part this is."""
    s.coach.tell_where()


def ease_off(s: Session) -> None:
    """It hurts: let go, wait, and offer the gentler way."""
    s.coach.aside, s.pause_seconds = False, None
    s.enter(State.PAUSED)
    if s.bundle.routine.variants[_guide(s).variant].easier:
        s.ask("hurts")
    else:
        s.script.prompt("hurts_gentlest")


def make_easier(s: Session) -> None:
    """Go on with the same part in the gentler way."""
    s.question = None
    easier = s.bundle.routine.variants[_guide(s).variant].easier
    if easier is None:
        s.script.prompt("gentlest_already")
    else:
        _switch(s, easier, "easier_done")


def change_variant(s: Session) -> None:
    """Go on with the same part in another way; standing needs a question first."""
    wanted = s.meant.intent.removeprefix("variant_")
    if wanted == "wall" and _guide(s).variant != "wall":
        s.ask("steady_check")
    else:
        _switch(s, wanted, "variant_done")


def _switch(s: Session, variant: str, prompt: str) -> None:
    if variant == _guide(s).variant:
        resume(s)
        return
    s.question, s.coach.aside = None, False
    s.enter(State.ROUTINE)
    s.script.prompt(prompt, variant=s.bundle.routine.variants[variant].title)
    s.perform(_guide(s).change_variant(variant, s.now))


def stop_routine(s: Session) -> None:
    """End it."""
    s.drop_everything()
    s.enter(State.IDLE)
    s.script.prompt("routine_stopped")


def already_in_routine(s: Session) -> None:
    """The person asked for what is under way."""
    s.script.prompt("routine_already")


def not_in_routine(s: Session) -> None:
    """The command belongs to a routine, and there is none."""
    s.script.prompt("not_in_routine")
