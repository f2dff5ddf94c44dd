"""What was said, cut into clauses: what each denies, and whether it is about here and now.

Pure.  A red-flag pattern says which words must come together; this says whether they are *meant*: "no
chest pain", "my leg was swollen years ago" and "what if it ever swells" have the words and are no reports.
Which words deny, turn, date or lead on is data: the families named in ``ROLES``, section ``words`` of the
bundle.
"""

from __future__ import annotations

from collections.abc import Sequence

from voice_skill.core.patterns import Found, Span

REACH = 8
"""How many words a "not" or "no" denies at most, if its clause lasts that long."""
SUBJECT = 2
"""Words before the verb in what follows an answer: "no, left leg is swollen"."""

_COUNTED = frozenset({"one", "leg", "legs", "feet", "ankles"})
"""What a person has two of, or there are many of, so that a "no" before it says that it is none of them."""

ROLES = (
    "denies",
    "denies_nothing",
    "denied_afterwards",
    "turns",
    "subjects",
    "determiners",
    "verbs",
    "leads_on",
    "long_past",
    "past_verbs",
    "present",
    "now",
    "recurs",
    "imagined",
    "likened",
    "before_a_question",
    "asks_in_general",
    "hearsay",
    "only_asking",
    "persons",
    "well",
    "places",
    "joins",
)
"""The word families that are read here, and not only where a pattern names them."""


class Clauses:
    """One utterance; positions are counted in words."""

    def __init__(self, tokens: Sequence[str], roles: Found, answer: int = 0) -> None:
        """``roles``: where the families of ``ROLES`` stand, by the name of the family.

        ``answer``: how many words at the beginning say no to a question of ours; see ``_is_told_after_no``.
        """
        self._length = len(tokens)
        self._at = {role: _covered(spans) for role, spans in roles.items()}
        self._at["only_asking"] = _covered(_apart(roles.get("only_asking", ())))
        self._roles = roles
        self._number = self._numbers()
        self._answer = answer
        self._counted = not _COUNTED.isdisjoint(tokens[answer : answer + 1])
        self._denied_by = self._denials()
        likened = self._covered("likened")
        imagined = roles.get("imagined", ())
        self._imagined = {self._number[start] for start, _ in imagined if start not in likened}
        self._past = self._dated()
        afterwards = roles.get("denied_afterwards", ())
        self._denied_afterwards = {start for start, _ in afterwards} - self._covered("denies_nothing")

    def _covered(self, role: str) -> set[int]:
        return self._at.get(role, set())

    def is_about_nobody(self) -> bool:
        """Whether this is a question about the subject or hearsay, and names no person concerned."""
        if not (self._opens_with_a_question() or self._covered("hearsay")):
            return False
        return not self._covered("persons") - self._covered("only_asking") - self._covered("hearsay")

    def open_words(self, overlooked: set[int]) -> list[int]:
        """The places of all words in clauses where nothing is denied, fine, past, imagined or overlooked.

        None where all of it is about nobody.
        """
        if self.is_about_nobody():
            return []
        denies = self._covered("denies") - self._covered("denies_nothing") | self._covered("well")
        # What is denied afterwards stands in the clause before: "swelling, no, none at all".
        denies |= {max(0, start - 1) for start in self._denied_afterwards}
        out = {self._number[position] for position in denies | overlooked} | self._past | self._imagined
        return [position for position, clause in enumerate(self._number) if clause not in out]

    def _opens_with_a_question(self) -> bool:
        before, asks = self._covered("before_a_question"), self._covered("asks_in_general")
        first = next((each for each in range(self._length) if each not in before or each in asks), -1)
        # "Can not breathe" leaves the person out and asks nothing.
        return first in asks and first + 1 not in self._covered("denies")

    def is_meant(self, spans: Sequence[Span], asserted: Sequence[Span]) -> bool:
        """Whether a find is reported as true of somebody now; the clause in which it ends says when.

        ``asserted`` are those of its ``spans`` that must not be denied.
        """
        end = max(span[1] for span in spans)
        clause = self._number[end - 1]
        if clause in self._past or clause in self._imagined or end in self._denied_afterwards:
            return False
        return not any(self._is_denied(span, spans) for span in asserted) and not self._is_broken(spans)

    def _is_denied(self, span: Span, spans: Sequence[Span]) -> bool:
        """A "not" that belongs to the find itself ("can not breathe") does not deny it."""
        by = self._denied_by[span[0]]
        if by is None or any(start <= by < end for start, end in spans):
            return False
        return by >= self._answer or not self._is_told_after_no(spans)

    def _is_told_after_no(self, spans: Sequence[Span]) -> bool:
        """Whether a find is a sentence of its own after the answer, for recognisers hear no comma.

        "No, breathing is hard" has a verb, and the find goes beyond it; "no trouble breathing" has none, and
        in "no chest pain is there" the find is over before it.  In "no leg is swollen" the no counts legs.
        """
        if self._counted:
            return False
        first = range(self._answer, min(self._answer + SUBJECT + 1, self._length))
        verb = next((position for position in first if position in self._covered("verbs")), None)
        if verb is None or max(end for _, end in spans) <= verb:
            return False
        return {self._number[start] for start, _ in spans} == {self._number[verb]}

    def _is_broken(self, spans: Sequence[Span]) -> bool:
        """Whether the words between show that the found ones do not belong together.

        "My chest is *fine*, the pain is in my leg"; "my *chest* of all places, but it's my *leg* that hurts".
        """
        if len(spans) == 1:
            return False
        own = _covered(spans)
        between = set(range(min(start for start, _ in spans), max(end for _, end in spans))) - own
        if not between:
            return False
        if between & self._covered("well"):
            return True
        places = self._covered("places")
        return bool(own & places and between & places and not between & self._covered("joins"))

    def _numbers(self) -> list[int]:
        """The number of the clause in which each word stands."""
        turns = {start for start, _ in self._roles.get("turns", ())} - self._covered("denies_nothing")
        number, numbers = 0, []
        for position in range(self._length):
            if position in turns or self._begins(position):
                number += 1
            numbers.append(number)
        return numbers

    def _begins(self, position: int) -> bool:
        """Whether a new subject begins here: "... it is", "... my other leg feels"."""
        if position == 0 or position - 1 in self._covered("leads_on"):
            return False
        if position in self._covered("subjects"):
            return True
        verbs = self._covered("verbs")
        return position in self._covered("determiners") and any(position + far in verbs for far in (2, 3, 4))

    def _denials(self) -> list[int | None]:
        """For each word the position of the "not" that denies it."""
        denials = self._covered("denies") - self._covered("denies_nothing")
        by: int | None = None
        result: list[int | None] = []
        for position in range(self._length):
            if position and self._number[position] != self._number[position - 1]:
                by = None
            if by is not None and position - by > REACH:
                by = None
            result.append(by)
            if position in denials:
                by = position
        return result

    def _dated(self) -> set[int]:
        """The clauses about long ago: those that say so, and their neighbours in the past tense."""
        dated = {self._number[start] for start, _ in self._roles.get("long_past", ())}
        if not dated:
            return dated
        present = {self._number[position] for position in self._covered("present")}
        told = {self._number[position] for position in self._covered("past_verbs")} - present
        last = self._number[-1]
        for order in (range(last + 1), range(last, -1, -1)):
            for clause in order:
                if clause in told and (clause - 1 in dated or clause + 1 in dated):
                    dated.add(clause)
        now = {self._number[start] for start, _ in self._roles.get("now", ())}
        return dated - now - self._back_again()

    def _back_again(self) -> set[int]:
        """The clauses that say of something long ago that it is there again, and those that told of it."""
        said = [start for start, _ in self._roles.get("recurs", ()) if self._denied_by[start] is None]
        here = {self._number[start] for start in said} - self._imagined
        return {clause - back for clause in here for back in (0, 1, 2)}  # "and now | it's doing it again"


def _covered(spans: Sequence[Span]) -> set[int]:
    return {position for start, end in spans for position in range(start, end)}


def _apart(spans: Sequence[Span]) -> list[Span]:
    """``spans`` without those that begin inside another: in "what can I do I am awake" no "do I" is asked."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
