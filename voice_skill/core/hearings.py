"""One meaning from the several hearings of an utterance: each counts as much as it is likely.

Pure.  A recogniser that writes "my leg's turned clue" mostly has "my leg's turned blue" among its next
guesses, and only one of them means something.  What the likeliest hearing means is acted upon all the same;
the others speak where it means little, and wherever they hold a warning sign.

Of 239 warning signs spoken in noise (10 dB; flite rms, festival ked), 22 went by unnoticed instead of 37
(measured when the two levels were still counted together).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from voice_skill.content.prompts import RED_FLAG_LEVELS
from voice_skill.core.matcher import ACT, CONFIRM
from voice_skill.core.meaning import NONE, Interpretation
from voice_skill.messages import Alternative

URGENT = RED_FLAG_LEVELS[:2]
"""Levels of warning signs that are looked for in all hearings, the most urgent first."""
_NOT_HELD_UP = frozenset({"cramp_now", *RED_FLAG_LEVELS})
"""What is acted upon at once although another hearing may be a sign."""
ALARMING_SHARE = 0.5
"""From this share of the hearings on, a warning sign in them is one."""
ASKING_SHARE = 0.1
"""From this share on it is asked about: a needless question does less harm than a missed sign."""


Meaning: TypeAlias = tuple[float, Interpretation]
"""The share of a hearing, and what it means."""


def weigh(
    heard: Interpretation,
    alternatives: Sequence[Alternative],
    understand: Callable[[str], Interpretation],
) -> Interpretation:
    """What is meant, given what the likeliest hearing alone means and what else may have been said.

    A doubtful alarm has the tier "confirm".  An appointment is not urgent enough to be looked for.
    """
    acted = heard.tier == "act"
    if acted and (heard.intent == URGENT[0] or (heard.lane == "word for word" and not heard.alarm)):
        return heard
    meanings = [(each.share, replace(understand(each.text), instead=each.text)) for each in alternatives]
    sign = _sign(meanings)
    if sign and (sign.tier == "act" or not (acted and heard.intent in _NOT_HELD_UP)):
        return sign
    return heard if acted else _likeliest(heard, meanings)


def _sign(meanings: Sequence[Meaning]) -> Interpretation | None:
    """A warning sign in enough of the hearings; what is too little for one counts for the next."""
    found: Interpretation | None = None
    signs = sure = 0.0
    for level in URGENT:
        votes = [share * meant.score for share, meant in meanings if _means(meant, level)]
        signs += sum(votes)
        surely = sum(share for share, meant in meanings if meant.intent == level and meant.tier == "act")
        sure += surely
        if votes and (surely >= ALARMING_SHARE or (signs >= ASKING_SHARE and not found)):
            found = _best(meanings, level)
        if found and sure >= ALARMING_SHARE:
            return replace(found, tier="act")
    return replace(found, tier="confirm") if found else None


def _likeliest(heard: Interpretation, meanings: Sequence[Meaning]) -> Interpretation:
    """What most of the hearings mean, if that is worth more than what was heard."""
    votes: defaultdict[str, float] = defaultdict(float)
    for share, meant in meanings:
        if meant.tier != "none":
            votes[meant.intent] += share * meant.score
    intent, score = max(votes.items(), key=lambda vote: vote[1], default=(NONE, 0.0))
    if score < CONFIRM or (score < ACT and heard.tier == "confirm"):
        return heard
    return replace(_best(meanings, intent), tier="act" if score >= ACT else "confirm", score=score)


def _means(meant: Interpretation, intent: str) -> bool:
    return meant.intent == intent and meant.tier != "none"


def _best(meanings: Sequence[Meaning], intent: str) -> Interpretation:
    """The likeliest hearing that means it."""
    of_it = [pair for pair in meanings if _means(pair[1], intent)]
    return max(of_it, key=lambda pair: pair[0] * pair[1].score)[1]
