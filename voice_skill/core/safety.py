"""The red-flag lane: asked before anything else, in every state.

Pure.  The rules are data (``intents/en/red_flags.yaml``), so that a clinician can read and correct
them.  A *sign* is a list of patterns, one of which must be found.  A pattern is made of groups joined
by `` + ``; every group must be found, in any order, all within ``WINDOW`` words.  A group lists
alternatives separated by ``|``; an alternative is one word or a run of words, and ``*`` at the end of a
word stands for any ending::

    chest + pain*|hurt*|tight*|pressure
    can not|hard to|trouble + breath*|get air

A find does not count where it is denied ("no chest pain", "my leg is not swollen"), long past ("years
ago"), or asked about in general ("is swelling a bad sign?").  In doubt it counts: a needless warning
costs less than a missed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from voice_skill.content.bundle import RedFlag
from voice_skill.core.text import normal

WINDOW = 9
"""How many words a pattern may spread over."""
REACH = 4
"""How many words after "not" are still denied by it."""

_DENIALS = frozenset(["not", "no", "never", "without", "nor", "neither"])
_BOUNDARIES = frozenset(
    [
        "but",
        "and",
        "however",
        "though",
        "although",
        "except",
        "because",
        "since",
        "so",
        "then",
        "also",
        "plus",
    ]
)
"""After these a denial no longer holds: "not swollen but my chest hurts"."""
_HARMLESS = re.compile(
    r"\b(?:no idea|not sure|not know|not only|not just|can not tell|no doubt|not normal|not understand|not certain|why not"
    r"|no matter|not stop|not go away|not getting better|not let go)\b"
)
"""Runs of words whose "no" or "not" denies nothing of what follows."""
_LONG_PAST = re.compile(
    r"\b(?:years? ago|last year|months ago|last month|used to|when i was|in the past|long ago|as a child|once had)\b"
)
_IN_GENERAL = re.compile(
    r"(?:what if|is it true|what are the|what is the|what does|when should|when do|how do i know|how can i tell|how would i"
    r"|what should i look|can a cramp|can cramps|do cramps|does a cramp|tell me about|what causes|is a|are there|what happens"
    r"|is (?:swelling|redness|numbness|heat|weakness|pain))\b"
)
"""Openings of questions about the subject, not reports; they count only without "my", "I am" and the like."""
_PERSONS = frozenset(
    [
        "my",
        "i",
        "me",
        "his",
        "her",
        "he",
        "she",
        "our",
        "their",
        "mine",
        "wife",
        "husband",
        "mother",
        "father",
        "mum",
        "dad",
    ]
)

_LEVELS = ("emergency", "same_day", "appointment")


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule that fired."""

    rule: RedFlag
    found: tuple[str, ...]
    """The patterns that were found, for explaining it."""


class RedFlags:
    """The rules, ready to be asked."""

    def __init__(self, rules: Sequence[RedFlag], signs: Mapping[str, Sequence[str]]) -> None:
        """Take rules in order of reading; within a level the first that fires wins."""
        self._rules = sorted(rules, key=lambda rule: _LEVELS.index(rule.level))
        self._signs = signs

    def find(self, text: str) -> Alarm | None:
        """The most urgent rule that ``text`` fires, or None."""
        said = normal(text)
        if _LONG_PAST.search(said) or _is_general(said):
            return None
        seen: dict[str, str | None] = {}

        def present(sign: str) -> str | None:
            if sign not in seen:
                seen[sign] = next((p for p in self._signs.get(sign, ()) if _occurs(p, said)), None)
            return seen[sign]

        for rule in self._rules:
            found = [present(sign) for sign in rule.signs]
            if all(found) and not any(present(sign) for sign in rule.unless):
                return Alarm(rule, tuple(pattern for pattern in found if pattern))
        return None


def _is_general(said: str) -> bool:
    return bool(_IN_GENERAL.match(said)) and not _PERSONS & set(said.split())


@lru_cache(maxsize=2000)
def _compile(pattern: str) -> tuple[re.Pattern[str], ...]:
    """One regular expression for each group, the longest alternatives first."""
    groups = (sorted(group.split("|"), key=len, reverse=True) for group in pattern.split(" + "))
    return tuple(re.compile(rf"\b(?:{'|'.join(map(_alternative, group))})(?= |$)") for group in groups)


def _alternative(words_: str) -> str:
    return re.escape(words_).replace(r"\*", r"\w*")


def _occurs(pattern: str, said: str) -> bool:
    """Whether the pattern is found, near enough together, and not denied."""
    expressions = _compile(pattern)
    if not all(expression.search(said) for expression in expressions):
        return False
    groups = [[_span(found, said) for found in expression.finditer(said)] for expression in expressions]
    tokens = said.split()
    denials = _denials(tokens, said)
    return any(
        max(end for _, end in spans) - min(start for start, _ in spans) <= WINDOW
        and not _is_denied(spans, denials, tokens)
        for spans in _combine(groups)
    )


def _span(found: re.Match[str], said: str) -> tuple[int, int]:
    """Where a run of words stands, counted in words: start and end, end not included."""
    start = said.count(" ", 0, found.start())
    return start, start + found[0].count(" ") + 1


def _combine(groups: Sequence[Sequence[tuple[int, int]]]) -> Iterator[tuple[tuple[int, int], ...]]:
    """One span of each group, near ones only, so that long texts stay cheap."""
    first, *rest = groups
    for span in first:
        chosen = [span]
        for others in rest:
            near = min(others, key=lambda other: abs(other[0] - span[0]))
            chosen.append(near)
        yield tuple(chosen)


def _denials(tokens: Sequence[str], said: str) -> list[int]:
    """Positions of words that deny what follows."""
    harmless = {position for found in _HARMLESS.finditer(said) for position in range(*_span(found, said))}
    return [i for i, token in enumerate(tokens) if token in _DENIALS and i not in harmless]


def _is_denied(spans: Sequence[tuple[int, int]], denials: Sequence[int], tokens: Sequence[str]) -> bool:
    inside = {position for start, end in spans for position in range(start, end)}
    return any(
        denial not in inside
        and any(
            0 < start - denial <= REACH and not _BOUNDARIES & set(tokens[denial + 1 : start])
            for start, _ in spans
        )
        for denial in denials
    )
