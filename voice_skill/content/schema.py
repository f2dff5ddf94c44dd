"""The keys of a bundle file: one reader for each content type of ``bundle``.

A key that its dataclass gives a default may be left out; everything else must be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

import yaml

from voice_skill.content.bundle import (
    ContentTest,
    Intent,
    IntentKind,
    Level,
    Line,
    Place,
    RedFlag,
    Region,
    RoutinePart,
    RoutinePlan,
    Side,
    Source,
    StateName,
    Step,
    Variant,
)
from voice_skill.content.yaml_nodes import At, Read, iso_date, number, one_of, text, truth, whole_number
from voice_skill.content.yaml_shapes import Optional, lines_below, mapping, record, sequence


def _line(at: At) -> Line:
    """Read a spoken line: text, or ``{say: text, interrupts: [words]}``."""
    if isinstance(at.node, yaml.MappingNode):
        return _MARKED_LINE(at).line(at.place())
    return Line(text(at), place=at.place())


def _breath(at: At) -> Line:
    """Read a line of ``more``, which may have ``sources`` of its own beside its marks."""
    return _SOURCED_LINE(at).line(at.place()) if isinstance(at.node, yaml.MappingNode) else _line(at)


@dataclass(frozen=True, slots=True)
class _MarkedLine:
    say: str
    interrupts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def line(self, place: Place) -> Line:
        return Line(self.say, self.interrupts, self.sources, place)


_TEXTS = sequence(text)
_SOME_TEXTS = sequence(text, at_least=1)
_LINES = sequence(_line)
_BREATHS = sequence(_breath)
_MARKED_LINE = record(_MarkedLine, say=text, interrupts=_TEXTS)
_SOURCED_LINE = record(_MarkedLine, say=text, interrupts=_TEXTS, sources=_TEXTS)
_STEP = record(Step, say=_line, cue=number, hold=number, side=one_of(*get_args(Side)), halfway=_line)
_PART = record(
    RoutinePart, name=text, title=text, counted=Optional(truth, True), steps=sequence(_STEP, at_least=1)
)
_VARIANT = record(Variant, "name", title=text, easier=Optional(text, None), parts=sequence(_PART, at_least=1))
ROUTINE = record(
    RoutinePlan,
    seconds=number,
    rate=whole_number,
    default=text,
    variants=mapping(_VARIANT),
    sources=_TEXTS,
    reviewed=iso_date,
)
_INTENT = record(
    Intent,
    "name",
    kind=Optional(one_of(*get_args(IntentKind)), "information"),
    title=text,
    phrases=_SOME_TEXTS,
    replies=_LINES,
    more=_BREATHS,
    sources=_TEXTS,
    reviewed=iso_date,
    offers_routine=truth,
    reports=_TEXTS,
)


def _intent(at: At) -> Intent:
    """Read an intent; commands, and what is done for safety, may speak prompts instead of replies."""
    intent = _INTENT(at)
    if intent.kind == "information" and not intent.replies:
        raise at.refuse("The key 'replies' is missing; add it.")
    return replace(intent, lines=lines_below(at, "phrases"))


RED_FLAG = record(
    RedFlag,
    id=text,
    level=one_of(*get_args(Level)),
    signs=_SOME_TEXTS,
    unless=_TEXTS,
    tell=text,
    replies=_LINES,
    more=_BREATHS,
    sources=_TEXTS,
    reviewed=iso_date,
)
_TEST = record(
    ContentTest,
    say=_SOME_TEXTS,
    intent=text,
    state=one_of(*get_args(StateName)),
    reply=text,
    slots=mapping(text),
)


def _test(at: At) -> ContentTest:
    """Read a test, and where each of its sentences stands."""
    return replace(_TEST(at), lines=lines_below(at, "say"))


TEST: Read[ContentTest] = _test

NAMED: Mapping[str, Read[Any]] = {
    "intents": _intent,
    "prompts": sequence(_line, at_least=1),
    "sources": record(Source, "id", title=text, publisher=text, spoken=text),
    "regions": record(Region, "id", emergency_number=text, health_line=text, crisis_line=text),
    "signs": _SOME_TEXTS,
    "words": _SOME_TEXTS,
    "synonyms": _SOME_TEXTS,
    "not_ours": _SOME_TEXTS,
}
"""Sections whose entries have free names, each of which may be given once over all files."""
SECTIONS = (*NAMED, "red_flags", "routine")
