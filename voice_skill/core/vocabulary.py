"""What the recogniser may expect in each way of listening, taken from the bundle that the matcher uses.

Pure.
"""

from __future__ import annotations

from voice_skill.content.bundle import Bundle, Intent
from voice_skill.messages import ListeningMode

AT_ONCE: frozenset[str] = frozenset(
    {
        *("stop", "pause", "resume", "repeat", "next", "back", "skip", "how_long_left", "it_hurts", "easier"),
        *("louder", "quieter", "slower", "faster", "help", "quiet"),
        *("cramp_now", "cramp_still", "cramp_eased", "emergency", "same_day", "dizzy"),
    }
)
"""Intents that cut in while we speak, without waiting for quiet.

Yes and no are heard out first: "no" is also how "no thanks" begins.
"""

SILENCING: frozenset[str] = frozenset(
    {"stop", "pause", "quiet", "it_hurts", "cramp_now", "cramp_still", "emergency", "same_day"}
)
"""Those that cut in at once: to have fallen silent for nothing does less harm than to go on."""

MOST_USUAL, MOST_USUAL_ANSWERS = 3, 6
"""Phrases of an intent that are listened for while we speak: of a command, of yes and no."""
USUAL = 100
"""The first phrases of an intent, so many, are usual enough to be acted on before anybody falls silent."""
OFTEN = 4
"""How many times likelier than two words a single one is, over our speech."""
_ANSWERS = frozenset({"yes", "no"})
_SOUNDS_THE_SAME = frozenset({"know"})
"""Phrases that stand in the bundle because another one is sometimes written so when it is heard."""

WAKING_CRAMP, WAKING_ALARM = "cramp_now", "emergency"
"""Intents that are listened for in standby, beside the wake phrase; people say "hello" on television."""
LONGEST_CALL = 5
"""Words of a call for help with a cramp, at most: each further phrase is one more to be woken by."""

URGENT: frozenset[str] = frozenset({"it_hurts", "cramp_now", "stop", "pause"})
"""Intents that must not be missed, at the price of being heard now and then where nobody meant them."""
LIKELIER = 4
"""How many times over the short phrases of these, and those of yes and no, are expected, beside the once of
every phrase.

Every session asks something, so people say yes and no far more often than any one question: of 170 answers
in noise at 10 dB (flite rms, festival ked) 154 and 128 were taken rightly instead of 145 and 117.  Ten times
made that 158 and 132, and cost one command and one question in fifty."""


def phrases(bundle: Bundle, wake_phrase: str) -> dict[ListeningMode, list[str]]:
    """The phrases to listen for in each mode."""
    return {
        "open": [*_of(bundle, frozenset(bundle.intents)), *_reports(bundle), wake_phrase],
        "interrupt": cutting_in(bundle),
        "standby": [*_calls(bundle), wake_phrase],
    }


def sentences(bundle: Bundle, wake_phrase: str) -> list[str]:
    """What a model is made to expect: the phrases of open mode, likely ones several times, and other talk.

    Everyday talk that the bundle tells apart from its own is easily refused where it is heard rightly.
    """
    not_ours = (phrase for phrases in bundle.not_ours.values() for phrase in phrases)
    likely = _short(bundle, URGENT | _ANSWERS)
    return [*phrases(bundle, wake_phrase)["open"], *not_ours, *likely * LIKELIER]


def _calls(bundle: Bundle) -> list[str]:
    """What ends standby: "cramp" in a few words, or a usual word for an emergency.

    No other word for a cramp: a "spasm" was heard in other people's talk once an hour.
    """
    cramps = (
        phrase for phrase in _phrases(bundle.intents[WAKING_CRAMP]) if len(phrase.split()) <= LONGEST_CALL
    )
    alarms = _phrases(bundle.intents[WAKING_ALARM])[:USUAL]
    return [*(phrase for phrase in cramps if "cramp" in phrase), *alarms]


def cutting_in(bundle: Bundle) -> list[str]:
    """The shortest and most usual phrases that may interrupt us; authors put the usual ones first.

    Few, since each further word is one more to take another for, and single words several times, since they
    are what people call out: of 45 words in rain, 56 % were understood with six phrases a command, 69 % so.
    """
    chosen: list[str] = []
    for intent in bundle.intents.values():
        if intent.name in AT_ONCE | _ANSWERS:
            most = MOST_USUAL_ANSWERS if intent.name in _ANSWERS else MOST_USUAL
            short = [phrase for phrase in _phrases(intent) if len(phrase.split()) <= 2]
            for phrase in short[:most]:
                chosen += [phrase] * (1 if " " in phrase else OFTEN)
    return chosen


def interrupts(bundle: Bundle) -> frozenset[str]:
    """Phrases short enough to be acted on before the person has fallen silent."""
    return frozenset(_short(bundle, AT_ONCE))


def silencing(bundle: Bundle) -> frozenset[str]:
    """Those of the interrupts that are acted on as soon as they are heard."""
    return frozenset(_short(bundle, SILENCING))


def _short(bundle: Bundle, names: frozenset[str]) -> list[str]:
    intents = (intent for intent in bundle.intents.values() if intent.name in names)
    usual = (phrase for intent in intents for phrase in _phrases(intent)[:USUAL])
    return [phrase for phrase in usual if len(phrase.split()) <= 3]


def _reports(bundle: Bundle) -> list[str]:
    return [report for intent in bundle.intents.values() for report in intent.reports]


def _of(bundle: Bundle, names: frozenset[str]) -> list[str]:
    chosen = (_phrases(intent) for intent in bundle.intents.values() if intent.name in names)
    return [phrase for phrases in chosen for phrase in phrases]


def _phrases(intent: Intent) -> list[str]:
    """In one spelling: two that sound the same halve each other's confidence."""
    kept = (phrase for phrase in intent.phrases if phrase not in _SOUNDS_THE_SAME)
    return [phrase.replace("goodnight", "good night") for phrase in kept]
