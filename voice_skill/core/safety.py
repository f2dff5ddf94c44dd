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
from itertools import takewhile

from voice_skill.content.bundle import RedFlag
from voice_skill.core.clauses import ROLES, Clauses
from voice_skill.core.denial import ANSWERS
from voice_skill.core.patterns import Found, Pattern, Spotter
from voice_skill.core.text import FILLERS, words

OVERLOOKED = "overlooked"
"""The family of patterns whose words, where they stand so, are no signs: "chest of drawers"."""

_GOES_ON = "<goes_on>"
"""The family of words with which a turn may go on from the one before."""
_COMPLETES = "<completes>"
"""The family of words with which it does so even at some length: "only when I'm out walking"."""
_SHORT = 8
"""A turn of more words than this stands for itself."""
_LONG = 16
"""So does one of more words than this, even if it completes the one before."""
_LEVELS = ("emergency", "same_day", "appointment")
_IS = re.compile(r"(?<=[a-z])['\u2019]s\b", re.IGNORECASE)


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
        self._spotter = Spotter(families, groups | self._roles.keys() | {_GOES_ON, _COMPLETES})

    def find(self, text: str, before: str = "", asked: bool = False) -> Alarm | None:
        """The most urgent rule that ``text`` fires, or None.

        ``before`` is what the same person said just before, if that raised no alarm: "my calf hurts", then
        "and it's hot".  It counts only where ``text`` is short and goes on from it, and it denied nothing.
        ``asked``: whether a question of ours is open, so that a first "no" is the answer to it.
        """
        tokens = _words(text)
        alarm = self._find(tokens, _length_of_no(tokens) if asked else 0)
        if alarm or not before or not self._goes_on(tokens) or self.is_ruled_out(before):
            return alarm
        return self._find((*_words(before), *tokens))

    def is_ruled_out(self, text: str) -> bool:
        """Whether ``text`` denies something, is of long ago or about nobody, or holds words to be overlooked.

        Then likeness to a warning sign means nothing either, but in what is left open.
        """
        return self.left_open(text) != " ".join(_words(text))

    def left_open(self, text: str) -> str:
        """The clauses of ``text`` in which nothing is ruled out, in normal form."""
        tokens = _words(text)
        found = self._spotter.spot(tokens)
        open_to = self._clauses(tokens, found).open_words(self._overlooked_in(found))
        return " ".join(tokens[position] for position in open_to)

    def _find(self, tokens: Sequence[str], answer: int = 0) -> Alarm | None:
        found = self._spotter.spot(tokens)
        clauses = self._clauses(tokens, found, answer)
        return None if clauses.is_about_nobody() else self._judge(self._without_overlooked(found), clauses)

    def _goes_on(self, tokens: Sequence[str]) -> bool:
        begins = {group for group, spans in self._spotter.spot(tokens[:2]).items() if spans[0][0] == 0}
        if _COMPLETES in begins:
            return len(tokens) <= _LONG
        return _GOES_ON in begins and len(tokens) <= _SHORT

    def _clauses(self, tokens: Sequence[str], found: Found, answer: int = 0) -> Clauses:
        roles = {role: found[group] for group, role in self._roles.items() if group in found}
        return Clauses(tokens, roles, answer)

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

    def _overlooked_in(self, found: Found) -> set[int]:
        hidden: set[int] = set()
        for pattern in self._overlooked:
            for spans in pattern.occurrences(found) if pattern.is_possible(found) else ():
                hidden.update(range(min(start for start, _ in spans), max(end for _, end in spans)))
        return hidden

    def _without_overlooked(self, found: Found) -> Found:
        hidden = self._overlooked_in(found)
        if not hidden:
            return found
        kept = {
            group: [span for span in spans if hidden.isdisjoint(range(*span))]
            for group, spans in found.items()
        }
        return {group: spans for group, spans in kept.items() if spans}


def _words(text: str) -> tuple[str, ...]:
    # "My leg's swollen": here the ending is a verb, and tells where a clause begins.
    return words(_IS.sub(" is", text))


def _length_of_no(tokens: Sequence[str]) -> int:
    """How many words at the beginning say no, hesitations included."""
    said = tuple(takewhile(lambda token: token in FILLERS or ANSWERS.get(token) == "no", tokens))
    return len(said) if "no" in map(ANSWERS.get, said) else 0


def _is_meant(pattern: Pattern, found: Found, clauses: Clauses) -> bool:
    if not pattern.is_possible(found):
        return False
    return any(clauses.is_meant(spans, pattern.asserted(spans)) for spans in pattern.occurrences(found))
