"""The tables of the conversation: which act answers which intent in which state, and each question's answers.

Pure data, and all of it: what is not in these tables does not happen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from voice_skill.core.acts.answers import (
    answer,
    meant_neither,
    name_source,
    offer_instead,
    take_first,
    take_second,
    tell_more,
    tell_what_to_say,
)
from voice_skill.core.acts.care import (
    ask_whether_cramp,
    ask_whether_over,
    be_quiet_if_said_so,
    cramp_eased,
    cramp_goes_on,
    ease_beside_emergency,
    first_aid,
    go_on_without_sign,
    help_in_cramp,
    help_in_emergency,
    keep_on,
    leave_emergency,
    leave_emergency_quietly,
    leave_first_aid,
    leave_if_said_so,
    no_stretching_now,
    overhear,
    refuse_stretching,
    say_step_again,
    sit_down,
    stay_with_emergency,
    wait_in_cramp,
    warn,
    warn_after_all,
    warn_once,
    warn_then_go_on,
)
from voice_skill.core.acts.leading import (
    already_in_routine,
    carry_on_safely,
    change_variant,
    check_safety,
    check_steadiness,
    choose_variant,
    ease_off,
    feel_the_legs,
    forget_place,
    go,
    leave_it_unsafe,
    make_easier,
    not_in_routine,
    not_steady,
    pause,
    perhaps_steady,
    repeat,
    rest,
    resume,
    steady,
    stop_before_start,
    stop_routine,
    tell_time_left,
    tell_where,
)
from voice_skill.core.acts.manners import (
    acknowledge,
    ask_again,
    ask_yes_or_no,
    be_quiet,
    change_voice,
    decline,
    hush_only,
    nothing_asked,
    stop,
    wake,
    welcome,
)
from voice_skill.core.states import State

if TYPE_CHECKING:
    from voice_skill.core.session import Session

Act: TypeAlias = "Callable[[Session], None]"


@dataclass(frozen=True, slots=True)
class Question:
    """A question that we ask, named by its prompt, and what is done about each answer."""

    yes: Act
    no: Act
    doubt: Act = ask_yes_or_no
    """Something was said, but no answer."""
    silence: Act = ask_again
    dropped: Act = decline
    """ "Never mind"."""
    again: str = ""
    """Prompt for asking once more, shorter; empty asks in the same words."""
    safety: bool = False
    """Only a clear no is a no."""


QUESTIONS: dict[str, Question] = {
    "want_more": Question(tell_more, offer_instead, again="want_more_again"),
    "offer_routine": Question(check_safety, decline, again="offer_routine_again"),
    "and_the_other": Question(take_first, offer_instead),
    "did_you_mean_one": Question(take_first, meant_neither, meant_neither, dropped=meant_neither),
    "did_you_mean_two": Question(ask_again, meant_neither, ask_again, dropped=meant_neither),
    "safety_check": Question(
        refuse_stretching, check_steadiness, feel_the_legs, leave_it_unsafe, safety=True
    ),
    "safety_unsure": Question(
        refuse_stretching, check_steadiness, refuse_stretching, leave_it_unsafe, safety=True
    ),
    "steady_check": Question(steady, not_steady, perhaps_steady, perhaps_steady),
    "carry_on_offer": Question(carry_on_safely, forget_place, again="carry_on_again"),
    "hurts": Question(make_easier, rest, rest, rest, rest),
    "hurts_idle": Question(first_aid, meant_neither),
    "cramp_easing": Question(cramp_eased, cramp_goes_on, say_step_again, cramp_goes_on, leave_first_aid),
    "cramp_flag": Question(
        refuse_stretching, cramp_goes_on, warn_then_go_on, warn_then_go_on, leave_first_aid, safety=True
    ),
    "cramp_numb": Question(
        warn_after_all, help_in_cramp, warn_after_all, warn_after_all, leave_first_aid, safety=True
    ),
    "cramp_to_routine": Question(resume, stop_routine, rest, rest, stop_routine),
    "sign_check": Question(
        warn_after_all, go_on_without_sign, warn_after_all, warn_after_all, warn_after_all, safety=True
    ),
    "emergency_check": Question(
        leave_emergency, stay_with_emergency, overhear, stay_with_emergency, leave_emergency
    ),
}
"""Every question.  A safety question takes neither silence nor doubt for a no."""

OTHER_ANSWERS: dict[str, dict[str, Act]] = {
    "want_more": {"more": tell_more, "next": tell_more, "resume": tell_more, "stop": decline},
    "and_the_other": {**dict.fromkeys(("more", "next", "resume"), take_first), "stop": decline},
    "offer_routine": {"start_routine": check_safety, "stop": decline},
    "did_you_mean_one": {"first_one": take_first, "stop": decline},
    "did_you_mean_two": {"first_one": take_first, "second_one": take_second, "stop": decline},
    "safety_check": {
        "it_hurts": feel_the_legs,
        "next": feel_the_legs,
        "more": feel_the_legs,
        "stop": decline,
    },
    "safety_unsure": {"it_hurts": refuse_stretching, "stop": decline},
    "steady_check": {
        "dizzy": not_steady,
        "fine": perhaps_steady,
        "variant_seated": choose_variant,
        "variant_bed": choose_variant,
        "variant_wall": steady,
        "easier": not_steady,
        "stop": stop_before_start,
    },
    "carry_on_offer": {"resume": carry_on_safely, "stop": forget_place},
    "hurts": {"easier": make_easier, "it_hurts": make_easier},
    "hurts_idle": {"cramp_now": first_aid, "cramp_still": first_aid, "stop": decline},
    "cramp_easing": {
        **dict.fromkeys(("cramp_eased", "fine"), cramp_eased),
        **dict.fromkeys(("cramp_still", "it_hurts", "not_sure", "not_now"), cramp_goes_on),
    },
    "cramp_flag": {
        "not_now": warn_then_go_on,
        "it_hurts": warn_then_go_on,
        "cramp_still": warn_then_go_on,
        "next": warn_then_go_on,
        "more": warn_then_go_on,
    },
    "cramp_to_routine": {"start_routine": resume, "resume": resume, "next": resume, "stop": stop_routine},
    "emergency_check": dict.fromkeys(("fine", "cramp_eased"), leave_emergency),
}
"""Intents that answer a question in other words than yes, no, "I don't know" and "never mind"."""

CHOICES = frozenset({"did_you_mean_one", "did_you_mean_two"})
"""Questions that are also answered by naming what was offered."""

ANSWERS = frozenset({"yes", "no", "not_sure", "never_mind", "fine", "not_now"})
"""Intents that answer the question that was open when they were said, and no other."""

KEEPS_QUESTION: frozenset[str] = frozenset(
    {"repeat", "help", "source", "slower", "faster", "louder", "quieter", "thanks"}
)
"""Intents after which a question is still open."""

_ANYWHERE: dict[str, Act] = {
    "emergency": warn,
    "same_day": warn,
    "appointment": warn,
    "cramp_now": first_aid,
    "cramp_still": first_aid,
    "cramp_eased": acknowledge,
    "it_hurts": ask_whether_cramp,
    "start_routine": check_safety,
    "variant_seated": check_safety,
    "variant_wall": check_safety,
    "variant_bed": check_safety,
    "more": tell_more,
    "next": tell_more,
    "source": name_source,
    "repeat": repeat,
    "help": tell_what_to_say,
    "slower": change_voice,
    "faster": change_voice,
    "louder": change_voice,
    "quieter": change_voice,
    "stop": stop,
    "pause": hush_only,
    "quiet": be_quiet,
    "good_night": be_quiet,
    "wake": wake,
    "thanks": welcome,
    "yes": nothing_asked,
    "no": acknowledge,
    "not_now": acknowledge,
    "fine": acknowledge,
    "dizzy": sit_down,
    "not_sure": acknowledge,
    "never_mind": acknowledge,
    "first_one": nothing_asked,
    "second_one": nothing_asked,
    "resume": carry_on_safely,
    "back": not_in_routine,
    "skip": not_in_routine,
    "how_long_left": not_in_routine,
    "where_am_i": not_in_routine,
    "easier": not_in_routine,
}
_IN_ROUTINE: dict[str, Act] = _ANYWHERE | {
    "start_routine": already_in_routine,
    "variant_seated": change_variant,
    "variant_wall": change_variant,
    "variant_bed": change_variant,
    "it_hurts": ease_off,
    "easier": make_easier,
    "next": go,
    "back": go,
    "skip": go,
    "pause": pause,
    "resume": resume,
    "how_long_left": tell_time_left,
    "where_am_i": tell_where,
    "stop": stop_routine,
    "yes": hush_only,  # "yes" or "okay" to a step means that it is being done
    "not_now": rest,  # it may be meant for a minute or for tonight: the answer names both ways on
}
ACTS: dict[State, dict[str, Act]] = {
    State.IDLE: _ANYWHERE,
    State.ROUTINE: _IN_ROUTINE,
    State.PAUSED: _IN_ROUTINE | {"yes": resume, "more": resume, "start_routine": resume},
    State.CRAMP: {
        **_ANYWHERE,
        **dict.fromkeys(
            ("cramp_still", "it_hurts", "next", "more", "no", "not_now", "not_sure", "skip"), cramp_goes_on
        ),
        **dict.fromkeys(
            ("variant_seated", "variant_wall", "variant_bed", "start_routine", "resume"), cramp_goes_on
        ),
        **dict.fromkeys(("cramp_eased", "fine"), cramp_eased),
        "yes": keep_on,
        "pause": wait_in_cramp,
        "easier": help_in_cramp,
        **dict.fromkeys(("stop", "never_mind"), leave_first_aid),
    },
    State.EMERGENCY: {
        "emergency": warn_once,
        "cramp_now": ease_beside_emergency,
        "fine": ask_whether_over,
        **dict.fromkeys(("repeat", "wake"), stay_with_emergency),
        **dict.fromkeys(
            ("start_routine", "resume", "variant_seated", "variant_wall", "variant_bed", "help_stretching"),
            no_stretching_now,
        ),
        "more": tell_more,
        "source": name_source,
        "help": help_in_emergency,
        "slower": change_voice,
        "faster": change_voice,
        "louder": change_voice,
        "quieter": change_voice,
        **dict.fromkeys(("stop", "pause", "thanks"), hush_only),
        "quiet": leave_emergency_quietly,
        "good_night": be_quiet_if_said_so,
        "never_mind": leave_if_said_so,
    },
    State.STANDBY: {
        "emergency": warn,
        "same_day": warn,
        "cramp_now": first_aid,
        "wake": wake,
    },
}
"""What is done for an intent in a state."""

OTHERWISE: dict[State, Act] = {
    State.IDLE: answer,
    State.ROUTINE: answer,
    State.PAUSED: answer,
    State.CRAMP: answer,
    State.EMERGENCY: overhear,
    State.STANDBY: hush_only,
}
"""What is done for intents that ``ACTS`` does not name; in most states they are questions to be answered."""
