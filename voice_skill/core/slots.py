"""The details in a request: for how long, which part, which leg.

Pure.  Details are strings by name: ``seconds`` as digits, ``part`` as digits or its name, others as words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from voice_skill.core.text import normal, spell

_NUMBERS: dict[str, float] = {spell(number).replace("-", " "): number for number in range(100)} | {
    "a": 1,
    "an": 1,
    "half a": 0.5,
    "a couple of": 2,
    "a few": 3,
}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_HALF = " and a half"
_TIME = re.compile(rf"\b(?:({_NUMBER})({_HALF})? )?(seconds?|secs?|minutes?|mins?)({_HALF})?\b")
SHORTEST = 5
"""Seconds below which a time is a manner of speaking: "stop for a second"."""
_PARTS = "part|step|section"
_PART = re.compile(
    rf"\b(?:{_PARTS}|number) (?:number )?({_NUMBER})\b|\b({'|'.join(_ORDINALS)}) (?:{_PARTS})\b"
)
_TO_PART = re.compile(
    r"(?P<verbs>(?:(?:please|can|could|would|will|you|we|i|want|to|like|let|us|go|jump|skip|move|take|bring|put|me"
    r"|do|play|try|start|begin|repeat|redo|return|straight|right|over|on|ahead|forward|back|again|from|at|with"
    r"|just|now|okay) )*)(?:the )?(?P<part>[a-z]+(?: [a-z]+){0,2}?)"
    r"(?: (?:please|again|now|then|next|instead|thanks))*"
)
_MOVES = frozenset(
    {
        *("go", "jump", "skip", "move", "take", "do", "repeat", "redo", "want", "like", "return"),
        *("back", "try", "start"),
    }
)
"""A part and little else: "go back to the second part please", "do the calf again"."""
_PLACES = "calf|calves|thigh|hamstring|shin|foot|feet|toe|toes|arch|ankle|knee"
_PLACE = re.compile(rf"\b({_PLACES})s?\b")
_THIGH = re.compile(r"\b(front|back) of (?:\w+ ){0,2}thighs?\b|\b(front) thigh\b")
_SIDE = re.compile(
    rf"\b(left|right|both)(?: (?:{_PLACES}|legs?|side|one)| of)\b|\b(?:on|in|is) (?:the|my) (left|right)\b"
)
_ONE = {"calves": "calf", "feet": "foot", "toes": "toe", "arch": "foot"}

LAST_PART = "last"
"""What the last part is called, whichever it is."""

_DETAILS: Mapping[str, tuple[str, ...]] = {
    "pause": ("seconds",),
    **dict.fromkeys(("next", "back", "skip", "start_routine"), ("part",)),
    **dict.fromkeys(("cramp_now", "cramp_still", "it_hurts"), ("side", "place")),
}
"""Which details matter to which intent."""


def find_slots(intent: str, text: str) -> dict[str, str]:
    """The details in ``text`` that matter to ``intent``; absent ones are left out."""
    wanted = _DETAILS.get(intent, ())
    if not wanted:
        return {}
    said = normal(text)
    found = {"seconds": _seconds(said), "part": _part(said), "side": _side(said), "place": _place(said)}
    return {name: value for name, value in found.items() if name in wanted and value}


def part_asked_for(said: str, names: Mapping[str, str]) -> str:
    """The part that ``said`` (in normal form) asks to go to: its number, its name, or nothing.

    ``names``: the name of a part by what it is called.  Only a number says all without a verb, and to "skip
    the calf" is not to go there.
    """
    asked = _TO_PART.fullmatch(said)
    if not asked:
        return ""
    verbs, part = asked["verbs"].split(), asked["part"]
    if "skip" in verbs and "to" not in verbs[verbs.index("skip") :]:
        return ""
    number = _PART.fullmatch(part)
    if number:
        return _part(part)
    return names.get(part, "") if not _MOVES.isdisjoint(verbs) else ""


def _seconds(said: str) -> str:
    total = 0.0
    for number, half, unit, later_half in _TIME.findall(said):
        count = (_NUMBERS[number] if number else 0) + (0.5 if half or later_half else 0)
        total += count * (60 if unit.startswith("min") else 1)
    return str(round(total)) if total >= SHORTEST else ""


def _part(said: str) -> str:
    found = _PART.search(said)
    if not found:
        return ""
    return str(round(_NUMBERS[found[1]]) if found[1] else _ORDINALS[found[2]])


def _place(said: str) -> str:
    thigh = _THIGH.search(said)
    if thigh:
        return f"{thigh[1] or thigh[2]} of thigh"
    found = _PLACE.search(said)
    return _ONE.get(found[1], found[1]) if found else ""


def _side(said: str) -> str:
    found = _SIDE.search(said)
    return found[1] or found[2] if found else ""
