"""Warning signs, emergencies, and a cramp that is happening now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_skill.core.first_aid import QUESTIONS, FirstAid
from voice_skill.core.states import State

if TYPE_CHECKING:
    from voice_skill.core.session import Session

STRETCHING = ("start_routine", "resume", "variant_seated", "variant_wall", "variant_bed", "help_stretching")


# --- warning signs --------------------------------------------------------------------------------


def warn(s: Session) -> None:
    """Answer a warning sign; from the second level on nothing else goes on beside it."""
    intent = s.bundle.intents[s.meant.intent]
    rule = s.meant.alarm.rule if s.meant.alarm else None
    told = rule or intent
    s.topic.begin(rule.more if rule and rule.more else intent.more, told.sources, told.reviewed)
    if intent.name != "appointment":
        s.drop_everything()
        s.enter(State.EMERGENCY if intent.name == "emergency" else State.IDLE)
        s.reminded = False
    tell = rule.tell if rule and rule.tell else "what is wrong"
    s.script.choose(rule.replies if rule and rule.replies else intent.replies, tell=tell)


def refuse_stretching(s: Session) -> None:
    """No stretching tonight; what to do instead, for the chest and for the leg."""
    sign = s.bundle.intents["same_day"]
    s.topic.begin(None, sign.sources, sign.reviewed)
    s.drop_everything()
    s.enter(State.IDLE)
    s.script.prompt("safety_yes")


def stay_with_emergency(s: Session) -> None:
    """Whatever is said, the number is what matters."""
    s.script.prompt("emergency_no_stretch" if s.meant.intent in STRETCHING else "emergency_stay")


def leave_emergency(s: Session) -> None:
    """The person says that it is dealt with."""
    s.enter(State.IDLE)
    s.script.prompt("emergency_over")


# --- a cramp, now ---------------------------------------------------------------------------------


def first_aid(s: Session) -> None:
    """Give the first instruction at once; whatever else was going on stands still."""
    cramp = s.bundle.intents["cramp_now"]
    s.topic.begin(cramp.more, cramp.sources, cramp.reviewed)
    s.question = None
    s.coach.aside = False
    if s.aid is None:
        s.aid = FirstAid(s.now)
    else:
        s.aid.begin_again()
    s.enter(State.CRAMP)
    cramp_goes_on(s)


def cramp_goes_on(s: Session) -> None:
    """Give the next instruction, or ask the next question."""
    s.question = None
    prompt = s.aid.advance(s.now) if s.aid else None
    if prompt in QUESTIONS:
        s.ask(prompt)
    elif prompt:
        s.script.prompt(prompt)


def warn_then_go_on(s: Session) -> None:
    """No clear answer about warning signs: say what they would call for, then go on."""
    s.question = None
    s.script.prompt("cramp_flag_silence")


def cramp_eased(s: Session) -> None:
    """It has let go."""
    _leave(s, "cramp_eased")


def leave_first_aid(s: Session) -> None:
    """The person wants no more of it."""
    _leave(s, "declined")


def _leave(s: Session, prompt: str) -> None:
    s.question, s.aid = None, None
    s.script.prompt(prompt)
    if s.coach.guide:
        s.enter(State.PAUSED)
        s.ask("cramp_to_routine")
    else:
        s.enter(State.IDLE)


def ask_whether_cramp(s: Session) -> None:
    """Something hurts, and no stretch is under way."""
    s.ask("hurts_idle")
