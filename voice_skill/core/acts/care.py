"""Warning signs, emergencies, and a cramp that is happening now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_skill.core.first_aid import ASKED_FIRST, QUESTIONS, FirstAid
from voice_skill.core.states import State, help_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from voice_skill.content.bundle import RedFlag
    from voice_skill.core.session import Session

SAID_AGAIN = 2
"""How often a step of first aid is said again because nothing was understood."""


# --- warning signs --------------------------------------------------------------------------------


def warn(s: Session) -> None:
    """Answer a warning sign; from the second level on nothing else goes on beside it."""
    intent = s.bundle.intents[s.meant.intent]
    rule = s.meant.alarm.rule if s.meant.alarm else None
    if s.state is State.CRAMP and rule and rule.id in ASKED_FIRST:
        s.suspected = s.meant
        s.ask("cramp_numb")
        return
    told = rule or intent
    s.topic.begin(rule.more if rule and rule.more else intent.more, told.sources, told.reviewed)
    if intent.name != "appointment":
        s.drop_everything()
        if s.state is not State.EMERGENCY:
            s.told.clear()
        s.told.add(rule.id if rule else "")
        s.enter(State.EMERGENCY if intent.name == "emergency" else State.IDLE)
        s.reminded = False
    tell = rule.tell if rule and rule.tell else "what is wrong"
    s.script.choose(rule.replies if rule and rule.replies else intent.replies, tell=tell)


def refuse_stretching(s: Session) -> None:
    """No stretching tonight; what to do instead, for the chest and for the leg."""
    _end_with(s, "safety_yes", backed_by="same_day")


def warn_after_all(s: Session) -> None:
    """What might have been a cramp alone, or misheard, was neither."""
    s.meant = s.suspected
    s.enter(State.IDLE)
    warn(s)


def ask_whether_so(s: Session) -> None:
    """Say what may have been said before it is warned of; see ``Session._on_safety`` for what stops that."""
    s.suspected = s.meant
    s.ask_between("sign_check", words=s.meant.instead)


def go_on_without_sign(s: Session) -> None:
    """It was misheard: back to what had been asked, or let it be said again."""
    s.question = None
    if not s.return_to_question():
        s.script.prompt("mean_none")


def warn_once(s: Session) -> None:
    """In an emergency, a new sign is answered; one that was answered may be told to the ambulance."""
    told = s.meant.alarm and s.meant.alarm.rule.id in s.told
    (overhear if told else warn)(s)


def overhear(s: Session) -> None:
    """The number once more; after that we keep out of what is said, for it may be said to the ambulance."""
    if not s.reminded:
        stay_with_emergency(s)


def stay_with_emergency(s: Session) -> None:
    """Whatever is asked for, the number is what matters."""
    s.question, s.reminded = None, True
    _urge(s, "emergency_stay")


def _urge(s: Session, prompt: str) -> None:
    """Say the prompt, which names the number; in despair its own words, which name the crisis line."""
    despair = _despair(s)
    if despair:
        s.script.choose(despair.replies)
    else:
        s.script.prompt(prompt)


def _despair(s: Session) -> RedFlag | None:
    """The rule with words of its own that was answered, unless a sign besides needs an ambulance.

    Rules stand in the order of urgency, and a sign without a rule needs an ambulance, too.
    """
    told = next((rule for rule in s.bundle.red_flags if rule.id in s.told), None)
    return told if told and told.replies and "" not in s.told else None


def help_in_emergency(s: Session) -> None:
    """What to do first, and how to leave."""
    _urge(s, help_prompt(s.state, asked=bool(s.question)))


def no_stretching_now(s: Session) -> None:
    """The number instead of stretches."""
    s.reminded = True
    _urge(s, "emergency_no_stretch")


def ease_beside_emergency(s: Session) -> None:
    """A cramp on top of an emergency: the number first, then what eases the cramp."""
    s.reminded = True
    _urge(s, "emergency_first")
    s.script.prompt(FirstAid(s.now, s.meant.slots.get("place", "")).first)


def ask_whether_over(s: Session) -> None:
    """Somebody in an emergency says that all is well."""
    s.ask("emergency_check")


def be_quiet_if_said_so(s: Session) -> None:
    """Fall silent only for a "good night" in so many words: who drifts off may be fainting."""
    _if_said_so(s, leave_emergency_quietly)


def leave_if_said_so(s: Session) -> None:
    """Leave only where it was said in so many words; "has anyone phoned them" may resemble it."""
    _if_said_so(s, leave_emergency)


def _if_said_so(s: Session, act: Callable[[Session], None]) -> None:
    """A guess is not enough to leave an emergency on."""
    (act if s.meant.lane == "word for word" else ask_whether_over)(s)


def leave_emergency(s: Session) -> None:
    """The person says that it is dealt with."""
    s.question = None
    s.enter(State.IDLE)
    s.script.prompt("despair_over" if _despair(s) else "emergency_over")


def leave_emergency_quietly(s: Session) -> None:
    """The person wants silence: the number once more, then standby."""
    s.drop_everything()
    s.enter(State.STANDBY)
    s.script.prompt("despair_quiet" if _despair(s) else "emergency_quiet")


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
    s.aid.place = s.meant.slots.get("place", s.aid.place)
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


def wait_in_cramp(s: Session) -> None:
    """The person wants time: leave it, and say the same again afterwards."""
    _stay_at_step(s, "cramp_wait")


def help_in_cramp(s: Session) -> None:
    """The person cannot do it: say how else."""
    _stay_at_step(s, s.aid.easier if s.aid else "cramp_wall")


def _stay_at_step(s: Session, prompt: str) -> None:
    s.question = None
    if s.aid:
        s.aid.wait()
    s.script.prompt(prompt)


def say_step_again(s: Session) -> None:
    """Nothing was understood: say the present step again, and no more after a few times."""
    s.misses += 1
    if s.aid and s.misses <= SAID_AGAIN:
        s.aid.wait()
        cramp_goes_on(s)


def keep_on(s: Session) -> None:
    """The person says "okay" and is at it: say again what that has cut short."""
    if s.aid and s.cut_short:
        s.aid.wait()
        cramp_goes_on(s)


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


def sit_down(s: Session) -> None:
    """Dizzy: hold on and sit; whatever was going on ends."""
    _end_with(s, "dizzy", backed_by="who_should_not_stretch")


def _end_with(s: Session, prompt: str, backed_by: str) -> None:
    """End whatever was going on; asked for its source, the advice has that of the intent ``backed_by``."""
    intent = s.bundle.intents[backed_by]
    s.topic.begin(None, intent.sources, intent.reviewed)
    s.drop_everything()
    s.enter(State.IDLE)
    s.script.prompt(prompt)


def ask_whether_cramp(s: Session) -> None:
    """Something hurts, and no stretch is under way."""
    s.ask("hurts_idle")
