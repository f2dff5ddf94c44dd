"""The details in a request: for how long, which part, which leg.

Pure.  Details are strings by name: ``seconds`` and ``part`` as digits, ``side`` and ``place`` as words.
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
_PLACES = "calf|calves|thigh|hamstring|shin|foot|feet|toe|toes|arch|ankle|knee"
_PLACE = re.compile(rf"\b({_PLACES})s?\b")
_THIGH = re.compile(r"\b(front|back) of (?:\w+ ){0,2}thighs?\b|\b(front) thigh\b")
_SIDE = re.compile(
    rf"\b(left|right|both)(?: (?:{_PLACES}|legs?|side|one)| of)\b|\b(?:on|in|is) (?:the|my) (left|right)\b"
)
_ONE = {"calves": "calf", "feet": "foot", "toes": "toe", "arch": "foot"}

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
