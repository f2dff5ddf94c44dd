"""Which intents can be meant on which occasion, and how sure a hearing must be to be believed.

Pure data, and what reads it.  The same words mean different things in a routine, after a question and when
nothing is going on; and of what was badly heard only what is urgent is acted upon.
"""

from __future__ import annotations

from voice_skill.content.bundle import StateName

ONLY_WHEN_ASKED = frozenset({"yes", "no", "not_now", "fine", "not_sure", "first_one", "second_one"})
ONLY_IN_ROUTINE = frozenset(
    {"next", "back", "skip", "pause", "resume", "how_long_left", "where_am_i", "easier"}
)
"""Out of the routine these are matched word for word only: a fuzzy guess at them is mostly noise."""
ONLY_WORD_FOR_WORD = frozenset({"quiet"})
"""What only resembles these is asked about: who is taken for wanting silence by mistake is left alone."""

LOW_CONFIDENCE = 0.65
"""Below this mean word confidence only a command counts, heard word for word, and it is asked about."""
HURRIED = frozenset({"stop", "pause", "it_hurts", "good_night"})
"""Commands that are obeyed however badly they were heard: somebody is in pain or wants it to end."""
DOUBTED = 0.8
"""Below this anything else is at best worth asking about.

Heard more surely than this were 297 of 299 requests that were acted on rightly (clean, in noise and
before other voices, spoken by espeak-ng's Klatt voices), and 5 of 15 sentences of other people that were
acted on."""


def may_be_meant(intent: str, state: StateName) -> bool:
    """Whether something that only resembles ``intent`` can be meant by it in ``state``."""
    if intent in ONLY_WHEN_ASKED:
        return state == "asked"
    return intent not in ONLY_IN_ROUTINE or state == "routine"
