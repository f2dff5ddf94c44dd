"""What the recogniser may expect in each way of listening, taken from the bundle that the matcher uses.

Pure.
"""

from __future__ import annotations

from voice_skill.content.bundle import Bundle
from voice_skill.core.states import State
from voice_skill.core.tables import ACTS
from voice_skill.messages import ListeningMode

CUTTING_IN: frozenset[str] = frozenset(ACTS[State.ROUTINE])
"""Intents that may interrupt our own speech: all that is done in the middle of the stretches."""

AT_ONCE: frozenset[str] = frozenset(
    {
        *("stop", "pause", "resume", "repeat", "next", "back", "skip", "how_long_left", "it_hurts", "easier"),
        *("louder", "quieter", "slower", "faster", "help", "quiet"),
        *("cramp_now", "cramp_still", "cramp_eased", "emergency", "same_day", "dizzy"),
    }
)
"""Of those, the ones in a hurry; the others are heard out first, as "no" is also how "no thanks" begins."""

WAKING: frozenset[str] = frozenset({"wake", "cramp_now", "emergency"})
"""Intents that are listened for in standby."""

URGENT: frozenset[str] = frozenset({"it_hurts", "cramp_now", "stop", "pause"})
"""Intents that must not be missed, at the price of being heard now and then where nobody meant them."""


def phrases(bundle: Bundle, wake_phrase: str) -> dict[ListeningMode, list[str]]:
    """The phrases to listen for in each mode."""
    return {
        "open": [*_of(bundle, frozenset(bundle.intents)), wake_phrase],
        "interrupt": _of(bundle, CUTTING_IN),
        "standby": [*_of(bundle, WAKING), wake_phrase],
    }


def not_ours(bundle: Bundle) -> list[str]:
    """Everyday talk that the bundle tells apart from its own; heard rightly, it is easily refused."""
    return [phrase for phrases in bundle.not_ours.values() for phrase in phrases]


def interrupts(bundle: Bundle) -> frozenset[str]:
    """Phrases short enough to be acted on before the person has fallen silent."""
    return frozenset(_short(bundle, AT_ONCE))


def urgent(bundle: Bundle) -> list[str]:
    """Short phrases that must not be missed, since somebody is in pain or wants it to end."""
    return _short(bundle, URGENT)


def _short(bundle: Bundle, names: frozenset[str]) -> list[str]:
    return [phrase for phrase in _of(bundle, names) if len(phrase.split()) <= 3]


def _of(bundle: Bundle, names: frozenset[str]) -> list[str]:
    return [phrase for intent in bundle.intents.values() if intent.name in names for phrase in intent.phrases]
