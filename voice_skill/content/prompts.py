"""The names that the program and the content bundle agree on: prompts with their slots, and intents.

The session speaks prompts by these names, ``check`` holds the bundle against them.
"""

from __future__ import annotations

from collections.abc import Mapping

COMMON_SLOTS: frozenset[str] = frozenset({"emergency_number", "health_line", "crisis_line"})
"""Slots that every spoken line may use; they come from the region."""


def _slots(*names: str) -> frozenset[str]:
    return frozenset(names)


_NONE = _slots()
_WHERE = _slots("number", "total", "part")

PROMPTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            # coming, going, and the shape of the conversation
            *("hello", "hello_again", "general_information", "good_night", "quiet", "awake"),
            *("want_more", "no_more", "nothing_to_repeat", "offer_routine", "declined", "source_none"),
            *("no_match_1", "no_match_2", "no_match_3", "ask_again_yes_no", "too_long", "silence_quiet"),
            *("yes_to_nothing", "welcome", "no_to_nothing", "nothing_to_stop", "mishap"),
            *("help_idle", "help_asked", "help_routine", "help_paused", "help_cramp", "help_emergency"),
            *("want_more_again", "offer_routine_again", "carry_on_again"),
            *("mean_none", "hurts_idle"),
            # before the routine
            *("safety_check", "safety_yes", "safety_silence", "safety_unsure"),
            *("steady_check", "steady_no", "variant_silence", "routine_intro"),
            # in the routine
            *("paused", "resumed", "at_first_step", "at_last_step", "skipping", "not_in_routine"),
            *("hurts", "hurts_gentlest", "hurts_declined", "wall_needs_steady", "gentlest_already"),
            *("routine_stopped", "routine_already", "carry_on_declined", "dizzy"),
            # the voice itself
            *("slower_done", "faster_done", "louder_done", "quieter_done"),
            *("slowest", "fastest", "loudest", "quietest"),
            # a cramp right now
            *("cramp_1", "cramp_2", "cramp_easing", "cramp_flag", "cramp_edge", "cramp_stand", "cramp_warm"),
            *("cramp_1_front", "cramp_1_thigh", "cramp_1_back", "cramp_1_foot"),
            *("cramp_wall", "cramp_wait", "cramp_numb"),
            *("cramp_eased", "cramp_long", "cramp_to_routine", "cramp_stay", "cramp_flag_silence"),
            # an emergency
            *("emergency_stay", "emergency_no_stretch", "emergency_over"),
            *("emergency_first", "emergency_check", "emergency_quiet"),
            *("despair_over", "despair_quiet"),
            # when a part of the machine fails
            *("microphone_lost", "microphone_back", "microphone_silent", "speaker_back"),
            *("voice_lost", "memory_lost", "memory_back", "wake_phrase_lost"),
        ),
        _NONE,
    ),
    "carry_on_offer": _slots("part"),
    "sign_check": _slots("words"),
    "did_you_mean_one": _slots("first"),
    "did_you_mean_two": _slots("first", "second"),
    "source_said": _slots("source", "reviewed"),
    "part_intro": _WHERE,
    "where_am_i": _WHERE,
    "where_uncounted": _slots("part"),
    "late": _slots("part"),
    "skip_later": _slots("part"),
    "and_the_other": _slots("first"),
    "time_left": _slots("time"),
    "paused_for": _slots("time"),
    "hold_left": _slots("time"),
    "easier_done": _slots("variant"),
    "variant_done": _slots("variant"),
}
"""Every prompt that the session speaks, with the slots it fills in beside the common ones."""

RED_FLAG_LEVELS: tuple[str, ...] = ("emergency", "same_day", "appointment")
"""Intents that answer a red flag without a reply of its own; their lines may use ``{tell}``."""

TELL = "tell"
"""The slot for what to say on the telephone: the rule's ``tell``."""

INTENTS: frozenset[str] = frozenset(
    {
        # asking
        *("what_is_it", "why", "cause_fatigue", "cause_dehydration", "cause_minerals", "calcium_deficiency"),
        *("cause_circulation_nerves", "cause_medicines", "cause_pregnancy", "cause_ageing", "how_common"),
        *("is_it_serious", "how_long_last", "soreness_after", "what_helps", "help_stretching"),
        *("help_hydration", "help_food", "magnesium_supplements", "help_massage_warmth"),
        *("help_shoes_activity", "help_sleep_position", "quinine", "folk_remedies", "see_doctor"),
        *("clot_or_cramp", "restless_legs", "source", "more", "help"),
        # now, and red flags
        "cramp_now",
        *RED_FLAG_LEVELS,
        # the routine
        *("start_routine", "next", "back", "skip", "repeat", "pause", "resume", "stop"),
        *("how_long_left", "where_am_i", "it_hurts", "easier"),
        *("variant_seated", "variant_wall", "variant_bed"),
        # voice and manners
        *("slower", "faster", "louder", "quieter", "yes", "no", "quiet", "wake", "good_night"),
    }
)
"""Intents that every bundle must have; it may have more."""

NO_INTENT = "none"
"""What a test of the bundle names where nothing must be understood."""
