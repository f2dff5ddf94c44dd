"""What the recogniser may expect in each way of listening, taken from the bundle that the matcher uses.

Pure.
"""

from __future__ import annotations

from voice_skill.content.bundle import Bundle
from voice_skill.messages import ListeningMode

AT_ONCE: frozenset[str] = frozenset(
    {
        *("stop", "pause", "resume", "repeat", "next", "back", "skip", "how_long_left", "it_hurts", "easier"),
        *("louder", "quieter", "slower", "faster", "help", "quiet"),
        *("cramp_now", "cramp_still", "cramp_eased", "emergency", "same_day", "dizzy"),
    }
)
"""Of those, the ones in a hurry; the others are heard out first, as "no" is also how "no thanks" begins."""

MOST_USUAL = 6
"""Phrases of an intent that are listened for while we speak."""
_ANSWERS = frozenset({"yes", "no"})

WAKING: frozenset[str] = frozenset({"wake", "cramp_now", "emergency"})
"""Intents that are listened for in standby."""

URGENT: frozenset[str] = frozenset({"it_hurts", "cramp_now", "stop", "pause"})
"""Intents that must not be missed, at the price of being heard now and then where nobody meant them."""


def phrases(bundle: Bundle, wake_phrase: str) -> dict[ListeningMode, list[str]]:
    """The phrases to listen for in each mode."""
    return {
        "open": [*_of(bundle, frozenset(bundle.intents)), wake_phrase],
        "interrupt": cutting_in(bundle),
        "standby": [*_of(bundle, WAKING), wake_phrase],
    }


def cutting_in(bundle: Bundle) -> list[str]:
    """The shortest and most usual phrases that may interrupt us; authors put the usual ones first.

    Few, since each further word is one more to take another for: of 90 words spoken over us, 89 % were
    understood with 62 phrases chosen by hand and 77 % with 3,154.
    """
    intents = [intent for intent in bundle.intents.values() if intent.name in AT_ONCE | _ANSWERS]
    short = ([phrase for phrase in intent.phrases if len(phrase.split()) <= 2] for intent in intents)
    return [phrase for phrases in short for phrase in phrases[:MOST_USUAL]]


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
    """Their phrases, in one spelling: two that sound the same halve each other's confidence."""
    chosen = (intent.phrases for intent in bundle.intents.values() if intent.name in names)
    return [phrase.replace("goodnight", "good night") for phrases in chosen for phrase in phrases]
