"""One meaning from the several hearings of an utterance: each counts as much as it is likely.

Pure.  A recogniser that writes "my leg's turned clue" mostly has "my leg's turned blue" among its next
guesses, and only one of them means something.  What the likeliest hearing means is acted upon all the same;
the others speak where it means little, and wherever they hold a warning sign.

Of 239 warning signs spoken in noise (10 dB; flite rms, festival ked), 28 instead of 60 went by unnoticed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from voice_skill.content.prompts import RED_FLAG_LEVELS
from voice_skill.core.matcher import ACT, CONFIRM
from voice_skill.core.meaning import Interpretation
from voice_skill.messages import Alternative

ALARMING_SHARE = 0.5
"""From this share of the hearings on, a warning sign in them is one."""
ASKING_SHARE = 0.1
"""From this share on it is asked about: a needless question does less harm than a missed sign."""


def weigh(
    heard: Interpretation,
    alternatives: Sequence[Alternative],
    understand: Callable[[str], Interpretation],
) -> Interpretation:
    """What is meant, given what the likeliest hearing alone means and what else may have been said.

    Warning signs are counted together, whatever their level.
    """
    if heard.tier == "act" and (heard.alarm or heard.lane == "word for word"):
        return heard
    meanings = [(each.share, replace(understand(each.text), instead=each.text)) for each in alternatives]
    votes: defaultdict[str, float] = defaultdict(float)
    for share, meant in meanings:
        if meant.tier != "none":
            votes[meant.intent] += share * meant.score

    def best(intent: str) -> Interpretation:
        """The likeliest hearing that means it."""
        of_it = [(share * meant.score, meant) for share, meant in meanings if meant.intent == intent]
        return max(of_it, key=lambda pair: pair[0])[1]

    signs = sum(votes.get(level, 0.0) for level in RED_FLAG_LEVELS)
    if signs >= ASKING_SHARE:
        sure = sum(
            share for share, meant in meanings if meant.intent in RED_FLAG_LEVELS and meant.tier == "act"
        )
        level = max(RED_FLAG_LEVELS, key=votes.__getitem__)
        return replace(best(level), tier="act" if sure >= ALARMING_SHARE else "confirm")
    if heard.tier == "act" or not votes:
        return heard
    intent, score = max(votes.items(), key=lambda vote: vote[1])
    if score < CONFIRM or (score < ACT and heard.tier == "confirm"):
        return heard
    return replace(best(intent), tier="act" if score >= ACT else "confirm", score=score)
