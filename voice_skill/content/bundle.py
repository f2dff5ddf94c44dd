"""The content bundle: what the skill understands and says, as plain immutable values.

Pure.  ``bundle_reader`` builds these values from YAML and refuses what is malformed;
``check`` holds them against the rules for good content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

IntentKind: TypeAlias = Literal["information", "command", "safety"]
Level: TypeAlias = Literal["emergency", "same_day", "appointment"]
Side: TypeAlias = Literal["left", "right", "both"]
StateName: TypeAlias = Literal["idle", "asked", "routine"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the bundle something stands, for messages to its author."""

    file: str = ""
    """Path relative to the bundle's folder."""
    path: str = ""
    """Keys from the top, joined by dots: ``intents.why.replies.0``."""
    line: int = 0
    """1-based."""

    def entry(self, key: str, index: int, lines: tuple[int, ...]) -> Place:
        """Where the ``index``-th entry of the list ``key`` stands, if its line is among ``lines``."""
        if index >= len(lines):
            return self
        return Place(self.file, f"{self.path}.{key}.{index}", lines[index])

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        return ", ".join(part for part in (self.file, line, self.path) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the bundle's author has to mend."""

    place: Place
    message: str
    """One or two sentences: what is wrong and what to do."""

    def __str__(self) -> str:
        place = str(self.place)
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class Line:
    """One breath that the skill speaks; ``{slot}`` marks are filled in at run time."""

    text: str
    interrupts: tuple[str, ...] = ()
    """Interrupt words that the author has knowingly used in it."""
    sources: tuple[str, ...] = ()
    """Ids of the sources behind it, for a line of ``more`` that has others than the answer before it."""
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Intent:
    """Something a person may want, the ways of saying it, and what is answered."""

    name: str
    kind: IntentKind
    title: str
    """A few words for it, fit for "did you mean …?"."""
    phrases: tuple[str, ...]
    """Wordings as people speak them; lower case, no punctuation but apostrophes and hyphens."""
    replies: tuple[Line, ...] = ()
    """Short answers that mean the same; used in turn."""
    more: tuple[Line, ...] = ()
    """Further breaths on the subject, told one at a time on "more"."""
    sources: tuple[str, ...] = ()
    """Ids of the sources behind the replies; empty only where nothing medical is said."""
    reviewed: str = ""
    """ISO date of the last medical review of the wording."""
    offers_routine: bool = False
    """Whether the answer ends by offering the stretches."""
    reports: tuple[str, ...] = ()
    """Of a level of red flags: sentences that its rules understand.  The ears expect them like phrases, but
    nothing is learned from them: so many would make everything else resemble a warning sign."""
    place: Place = field(default=Place(), compare=False)
    lines: tuple[int, ...] = field(default=(), compare=False)
    """Where each of the phrases stands; empty where that is not known."""

    def place_of(self, phrase: str) -> Place:
        """Where one of the phrases stands, or the intent of a report."""
        if phrase in self.reports:
            return self.place
        return self.place.entry("phrases", self.phrases.index(phrase), self.lines)


@dataclass(frozen=True, slots=True)
class Source:
    """A public medical source."""

    id: str
    title: str
    publisher: str
    spoken: str
    """How it is named aloud: "the N H S page on leg cramps"."""


@dataclass(frozen=True, slots=True)
class Region:
    """Telephone numbers of one region, as spoken words."""

    id: str
    emergency_number: str
    """Digit by digit: "nine, nine, nine"."""
    health_line: str
    """Who is phoned the same day: "one, one, one" or "your nurse line"."""
    crisis_line: str
    """Who listens to somebody in despair, at any hour: "the crisis line, on nine, eight, eight"."""


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A rule of the red-flag lane, readable by a clinician."""

    id: str
    level: Level
    signs: tuple[str, ...]
    """Names of signs that must all be present."""
    unless: tuple[str, ...] = ()
    """Names of signs that cancel the rule."""
    tell: str = ""
    """What the person should tell on the telephone: "leg pain, and trouble breathing"."""
    replies: tuple[Line, ...] = ()
    """Answers of its own; empty uses those of the intent named like the level."""
    more: tuple[Line, ...] = ()
    sources: tuple[str, ...] = ()
    reviewed: str = ""
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """A cue and, where there is one, the hold (or movement) that follows it."""

    say: Line
    cue: float
    """Seconds kept for ``say``; a slower voice may take longer, the hold then starts later."""
    hold: float = 0.0
    """Seconds of holding or moving after the cue; 0 for none."""
    side: Side = "both"
    halfway: Line | None = None
    """Spoken at half of the hold; None plays the soft half-way tick."""


@dataclass(frozen=True, slots=True)
class RoutinePart:
    """A named section of the routine, such as the calf stretch."""

    name: str
    title: str
    """As spoken: "the calf"."""
    counted: bool
    """False for settling in and closing, which are not numbered."""
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of doing the whole routine; all have the same parts in the same order."""

    name: str
    title: str
    """As spoken: "sitting on the edge of the bed"."""
    easier: str | None
    """Name of the next gentler variant, None for the gentlest."""
    parts: tuple[RoutinePart, ...]


@dataclass(frozen=True, slots=True)
class RoutinePlan:
    """The guided routine."""

    seconds: float
    """What every variant lasts at the default rate."""
    rate: int
    """Words a minute for which cues are sized."""
    default: str
    variants: Mapping[str, Variant]
    sources: tuple[str, ...] = ()
    reviewed: str = ""
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class ContentTest:
    """Sentences that must be understood as ``intent`` and answered with ``reply`` in them."""

    say: tuple[str, ...]
    intent: str
    state: StateName = "idle"
    reply: str = ""
    """Words that must occur in what is spoken; empty where nothing need be."""
    slots: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default=Place(), compare=False)
    lines: tuple[int, ...] = field(default=(), compare=False)
    """Where each of the sentences stands; empty where that is not known."""

    def place_of(self, sentence: str) -> Place:
        """Where one of the sentences stands."""
        return self.place.entry("say", self.say.index(sentence), self.lines)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A whole language of the skill."""

    intents: Mapping[str, Intent]
    prompts: Mapping[str, tuple[Line, ...]]
    """The conversation's own sentences by name; used in turn where there are several."""
    sources: Mapping[str, Source]
    regions: Mapping[str, Region]
    signs: Mapping[str, tuple[str, ...]]
    """Patterns by the name of the sign; ``safety`` says how they are read."""
    red_flags: tuple[RedFlag, ...]
    routine: RoutinePlan
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Word families by name, for ``<name>`` in patterns; ``clauses.ROLES`` are read for what they do."""
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Wordings that mean the same, by the words that shall stand for them; ``synonyms`` says how."""
    not_ours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Everyday talk by subject: what comes nearest to it is refused."""
    tests: tuple[ContentTest, ...] = ()
