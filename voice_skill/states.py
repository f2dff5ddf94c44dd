"""The tables of the conversation: states, questions, and what is done for which intent in which state.

Pure data.  ``session`` carries it out: an act ``"warn"`` is the method ``Session._warn``, a question is
the prompt of the same name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """What is going on."""

    IDLE = "idle"
    ROUTINE = "routine"
    PAUSED = "paused"
    CRAMP = "cramp"
    EMERGENCY = "emergency"
    STANDBY = "standby"


MOVES: dict[State, frozenset[State]] = {
    State.IDLE: frozenset({State.ROUTINE, State.PAUSED, State.CRAMP, State.EMERGENCY, State.STANDBY}),
    State.ROUTINE: frozenset({State.IDLE, State.PAUSED, State.CRAMP, State.EMERGENCY, State.STANDBY}),
    State.PAUSED: frozenset({State.IDLE, State.ROUTINE, State.CRAMP, State.EMERGENCY, State.STANDBY}),
    State.CRAMP: frozenset({State.IDLE, State.PAUSED, State.EMERGENCY, State.STANDBY}),
    State.EMERGENCY: frozenset({State.IDLE}),
    State.STANDBY: frozenset({State.IDLE, State.CRAMP, State.EMERGENCY}),
}
"""From which state which others may follow."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that we ask, and what is done about the answer; the acts are methods of Session."""

    yes: str
    no: str
    doubt: str = "ask_again"
    silence: str = "ask_again"
    again: str = ""
    """Prompt for asking once more, shorter; empty asks in the same words."""


QUESTIONS: dict[str, Question] = {
    "want_more": Question("tell_more", "decline", again="want_more_again"),
    "offer_routine": Question("check_safety", "decline", again="offer_routine_again"),
    "did_you_mean_one": Question("take_first", "meant_neither"),
    "did_you_mean_two": Question("ask_again", "meant_neither"),
    "safety_check": Question("refuse_stretching", "check_steadiness", "feel_the_legs", "leave_it_unsafe"),
    "safety_unsure": Question("refuse_stretching", "check_steadiness", "refuse_stretching", "leave_it_unsafe"),
    "steady_check": Question("begin_at_wall", "begin_in_bed", "begin_seated", "begin_seated"),
    "carry_on_offer": Question("check_safety", "forget_place", again="carry_on_again"),
    "hurts": Question("make_easier", "rest", "rest", "rest"),
    "hurts_idle": Question("first_aid", "meant_neither"),
    "cramp_easing": Question("cramp_eased", "cramp_goes_on", "cramp_goes_on", "cramp_goes_on"),
    "cramp_flag": Question("refuse_stretching", "cramp_goes_on", "warn_then_go_on", "warn_then_go_on"),
    "cramp_to_routine": Question("resume", "stop_routine", silence="rest", again="cramp_to_routine_again"),
}
"""Every question by its prompt.  A safety question never takes silence or doubt for a no."""

AGREEING: dict[str, tuple[str, ...]] = {
    "want_more": ("more", "next", "resume"),
    "offer_routine": ("start_routine",),
    "carry_on_offer": ("resume",),
    "cramp_easing": ("cramp_eased",),
    "cramp_to_routine": ("start_routine", "resume"),
    "hurts": ("easier",),
    "hurts_idle": ("cramp_now", "cramp_still"),
    "did_you_mean_one": ("first_one",),
}
"""Intents that say yes to a question in other words."""
REFUSING: dict[str, tuple[str, ...]] = {
    "cramp_easing": ("cramp_still", "it_hurts"),
    "cramp_to_routine": ("stop",),
}
"""Intents that say no to a question in other words."""

_ANYWHERE: dict[str, str] = {
    "emergency": "warn",
    "same_day": "warn",
    "appointment": "warn",
    "cramp_now": "first_aid",
    "cramp_still": "first_aid",
    "cramp_eased": "acknowledge",
    "it_hurts": "ask_whether_cramp",
    "start_routine": "check_safety",
    "variant_seated": "check_safety",
    "variant_wall": "check_safety",
    "variant_bed": "check_safety",
    "more": "tell_more",
    "source": "name_source",
    "repeat": "repeat",
    "help": "tell_what_to_say",
    "slower": "change_voice",
    "faster": "change_voice",
    "louder": "change_voice",
    "quieter": "change_voice",
    "stop": "stop",
    "quiet": "be_quiet",
    "good_night": "be_quiet",
    "wake": "wake",
    "yes": "nothing_asked",
    "no": "acknowledge",
    "not_sure": "acknowledge",
    "never_mind": "acknowledge",
    "thanks": "welcome",
    "first_one": "nothing_asked",
    "second_one": "nothing_asked",
    "next": "tell_more",
    "resume": "resume_kept",
    "back": "not_in_routine",
    "skip": "not_in_routine",
    "pause": "acknowledge",
    "how_long_left": "not_in_routine",
    "where_am_i": "not_in_routine",
    "easier": "not_in_routine",
}
_IN_ROUTINE = _ANYWHERE | {
    "start_routine": "already_in_routine",
    "variant_seated": "change_variant",
    "variant_wall": "change_variant",
    "variant_bed": "change_variant",
    "it_hurts": "ease_off",
    "easier": "make_easier",
    "next": "go",
    "back": "go",
    "skip": "go",
    "pause": "pause",
    "resume": "resume",
    "how_long_left": "tell_time_left",
    "where_am_i": "tell_where",
    "stop": "stop_routine",
    "never_mind": "stop_routine",
    "cramp_still": "first_aid",
}
ACTS: dict[State, dict[str, str]] = {
    State.IDLE: _ANYWHERE,
    State.ROUTINE: _IN_ROUTINE,
    State.PAUSED: _IN_ROUTINE | {"yes": "resume", "more": "resume", "start_routine": "resume"},
    State.CRAMP: _ANYWHERE
    | {
        "cramp_eased": "cramp_eased",
        "yes": "cramp_eased",
        "cramp_still": "cramp_goes_on",
        "it_hurts": "cramp_goes_on",
        "next": "cramp_goes_on",
        "more": "cramp_goes_on",
        "no": "cramp_goes_on",
        "not_sure": "cramp_goes_on",
        "stop": "leave_first_aid",
        "never_mind": "leave_first_aid",
        "start_routine": "cramp_eased",
    },
    State.EMERGENCY: _ANYWHERE
    | {
        "start_routine": "stay_with_emergency",
        "variant_seated": "stay_with_emergency",
        "variant_wall": "stay_with_emergency",
        "variant_bed": "stay_with_emergency",
        "resume": "stay_with_emergency",
        "repeat": "stay_with_emergency",
        "stop": "hush_only",
        "cramp_now": "stay_with_emergency",
        "cramp_still": "stay_with_emergency",
        "it_hurts": "stay_with_emergency",
        "yes": "stay_with_emergency",
        "no": "stay_with_emergency",
        "quiet": "hush_only",
        "good_night": "stay_with_emergency",
        "never_mind": "leave_emergency",
    },
    State.STANDBY: {
        "emergency": "warn",
        "same_day": "warn",
        "cramp_now": "first_aid",
        "cramp_still": "first_aid",
        "wake": "wake",
    },
}
"""What is done for an intent in a state; what is not listed is information, in STANDBY nothing."""

HELP: dict[State, str] = {
    State.IDLE: "help_idle",
    State.ROUTINE: "help_routine",
    State.PAUSED: "help_paused",
    State.CRAMP: "help_cramp",
    State.EMERGENCY: "help_emergency",
    State.STANDBY: "help_idle",
}
