"""From what was said to what is meant, in the order that safety demands.

Pure.  1. red flags, in every state; 2. the bundle's phrases word for word, which is how commands are
meant to be found; 3. fuzzy matching, with the polarity held fast: "don't stop" never comes out as
"stop".  The result says how sure it is: ``act`` on it, ``confirm`` it first, or ``none``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from voice_skill.content.bundle import Bundle, Intent, StateName
from voice_skill.content.prompts import RED_FLAG_LEVELS
from voice_skill.core.matcher import Candidate, Match, Matcher, NoMatch, same_polarity
from voice_skill.core.safety import Alarm, RedFlags
from voice_skill.core.text import MAX_CHARACTERS, normal, without_fillers, words

Tier: TypeAlias = Literal["act", "confirm", "none"]

NONE = "none"
LOW_CONFIDENCE = 0.6
"""Below this mean word confidence a fuzzy match is at best worth asking about."""
URGENT = 0.54
"""From this likeness on a cramp is acted upon, also where another intent comes near."""

ONLY_WHEN_ASKED = frozenset({"yes", "no"})
ONLY_IN_ROUTINE = frozenset(
    {"next", "back", "skip", "pause", "resume", "how_long_left", "where_am_i", "easier"}
)
"""Out of the routine these are matched word for word only: a fuzzy guess at them is mostly noise."""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What an utterance means."""

    intent: str
    """A name of the bundle, or "none"."""
    tier: Tier
    score: float
    """0 to 1."""
    runner_up: str | None = None
    phrase: str = ""
    """The phrase, or the red-flag pattern, that decided."""
    alarm: Alarm | None = None
    lane: Literal["red flag", "word for word", "likeness", "nothing", "too long"] = "nothing"
    slots: Mapping[str, str] = field(default_factory=dict)


class Interpreter:
    """The bundle's phrases and rules, indexed once."""

    def __init__(self, bundle: Bundle, wake_phrase: str = "") -> None:
        """Index ``bundle``; takes a few milliseconds.  ``wake_phrase`` is one more way to say "wake"."""
        self._intents = bundle.intents
        self._red_flags = RedFlags(bundle.red_flags, bundle.signs, bundle.words)
        self._exact: dict[tuple[str, ...], tuple[Intent, str]] = {}
        for intent in bundle.intents.values():
            for phrase in intent.phrases:
                self._exact.setdefault(words(phrase), (intent, phrase))
                self._exact.setdefault(without_fillers(words(phrase)), (intent, phrase))
        if wake_phrase:
            self._exact[words(wake_phrase)] = (bundle.intents["wake"], wake_phrase)
        ours = ((intent.name, phrase) for intent in bundle.intents.values() for phrase in intent.phrases)
        others = ((NONE, phrase) for phrases in bundle.not_ours.values() for phrase in phrases)
        self._matcher = Matcher([*ours, *others])

    def interpret(self, text: str, state: StateName = "idle", confidence: float = 1.0) -> Interpretation:
        """Say what ``text``, heard with ``confidence`` while in ``state``, means.  Never fails."""
        alarm = self._red_flags.find(text)
        if alarm:
            return Interpretation(alarm.rule.level, "act", 1.0, None, alarm.found[0], alarm, "red flag")
        tokens = words(text)
        if not tokens:
            return Interpretation(NONE, "none", 0.0)
        if len(text) > MAX_CHARACTERS:
            return Interpretation(NONE, "none", 0.0, lane="too long")
        found = self._exact.get(tokens) or self._exact.get(without_fillers(tokens))
        if found:
            intent, phrase = found
            return Interpretation(intent.name, "act", 1.0, None, phrase, None, "word for word")
        return self._by_likeness(text, state, confidence)

    def is_complete(self, text: str) -> bool:
        """Whether ``text`` is a whole request already, so that nobody need wait for more words."""
        tokens = words(text)
        return tokens in self._exact or without_fillers(tokens) in self._exact

    def nearest(self, text: str) -> list[Candidate]:
        """The intents by likeness alone, for explaining a result."""
        return self._matcher.rank(text)

    def _by_likeness(self, text: str, state: StateName, confidence: float) -> Interpretation:
        # The rules have read it already: likeness to a warning sign is at best worth a question.
        barred = RED_FLAG_LEVELS if self._red_flags.is_ruled_out(text) else ()
        result = self._matcher.match(
            text, lambda intent: intent not in barred and _may_be_meant(intent, state)
        )
        best = result.best
        if best is None or best.intent == NONE:
            return Interpretation(NONE, "none", best.score if best else 0.0)
        if isinstance(result, NoMatch) or not self._agrees(text, best):
            return Interpretation(NONE, "none", best.score, best.intent)
        runner_up = result.runner_up.intent if result.runner_up else None
        if runner_up == NONE:
            runner_up = None
        sure = isinstance(result, Match) and confidence >= LOW_CONFIDENCE
        if best.intent in RED_FLAG_LEVELS:
            sure = False
        if best.intent == "cramp_now" and best.score >= URGENT:
            sure = True  # somebody in pain must not be asked what they meant
        return Interpretation(
            best.intent, "act" if sure else "confirm", best.score, runner_up, best.phrase, None, "likeness"
        )

    def _agrees(self, text: str, best: Candidate) -> bool:
        """For commands and warning signs, "not" must stand on both sides or on neither."""
        plain = self._intents[best.intent].kind == "information" or best.intent == "cramp_now"
        return plain or same_polarity(normal(text), best.phrase)


def _may_be_meant(intent: str, state: StateName) -> bool:
    if intent in ONLY_WHEN_ASKED:
        return state == "asked"
    return intent not in ONLY_IN_ROUTINE or state == "routine"
