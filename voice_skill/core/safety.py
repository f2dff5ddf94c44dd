"""The red-flag lane: asked before anything else, in every state.

Pure.  The rules are data (``intents/en/red_flags.yaml``), so that a clinician can read and correct
them.  A *sign* is a list of patterns (see ``patterns``), one of which must be found; a rule asks for
signs that must all be there, and names others that cancel it.

A find does not count where it is denied ("no chest pain", "my leg is not swollen"), long past ("years
ago"), only imagined, hearsay, or asked about in general ("is swelling a bad sign?"); see ``clauses``.
In doubt it counts: a needless warning costs less than a missed one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voice_skill.content.bundle import RedFlag
from voice_skill.core.clauses import ROLES, Clauses
from voice_skill.core.patterns import Found, Pattern, Spotter
from voice_skill.core.text import words

OVERLOOKED = "overlooked"
"""The family of patterns whose words, where they stand so, are no signs: "chest of drawers"."""

_LEVELS = ("emergency", "same_day", "appointment")
_S = re.compile(r"(?<=[a-z])['’]s\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule that fired."""

    rule: RedFlag
    found: tuple[str, ...]
    """The patterns that were found, for explaining it."""


class RedFlags:
    """The rules, ready to be asked."""

    def __init__(
        self,
        rules: Sequence[RedFlag],
        signs: Mapping[str, Sequence[str]],
        families: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Take rules in order of reading; within a level the first that fires wins."""
        families = families or {}
        self._rules = sorted(rules, key=lambda rule: _LEVELS.index(rule.level))
        self._signs = {sign: [Pattern.of(text) for text in texts] for sign, texts in signs.items()}
        self._overlooked = [Pattern.of(text) for text in families.get(OVERLOOKED, ())]
        self._roles = {f"<{role}>": role for role in ROLES}
        patterns = [*self._overlooked, *(each for texts in self._signs.values() for each in texts)]
        groups = {group for pattern in patterns for group in pattern.groups}
        self._spotter = Spotter(families, groups | self._roles.keys())

    def find(self, text: str) -> Alarm | None:
        """The most urgent rule that ``text`` fires, or None."""
        # "My leg's swollen": here the ending is a verb, and tells where a clause begins.
        tokens = words(_S.sub(" is", text))
        found = self._spotter.spot(tokens)
        clauses = Clauses(tokens, {role: found[group] for group, role in self._roles.items() if group in found})
        if clauses.is_about_nobody():
            return None
        return self._judge(self._without_overlooked(found), clauses)

    def _judge(self, found: Found, clauses: Clauses) -> Alarm | None:
        seen: dict[str, str] = {}

        def present(sign: str) -> str:
            """The pattern by which a sign is found, or nothing."""
            if sign not in seen:
                patterns = self._signs.get(sign, ())
                seen[sign] = next((each.text for each in patterns if _is_meant(each, found, clauses)), "")
            return seen[sign]

        for rule in self._rules:
            if all(present(sign) for sign in rule.signs) and not any(present(sign) for sign in rule.unless):
                return Alarm(rule, tuple(present(sign) for sign in rule.signs))
        return None

    def _without_overlooked(self, found: Found) -> Found:
        hidden: set[int] = set()
        for pattern in self._overlooked:
            for spans in pattern.occurrences(found):
                hidden.update(range(min(start for start, _ in spans), max(end for _, end in spans)))
        if not hidden:
            return found
        kept = {
            group: [span for span in spans if hidden.isdisjoint(range(*span))] for group, spans in found.items()
        }
        return {group: spans for group, spans in kept.items() if spans}


def _is_meant(pattern: Pattern, found: Found, clauses: Clauses) -> bool:
    return any(clauses.is_meant(spans) for spans in pattern.occurrences(found))
