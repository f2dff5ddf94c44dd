"""The language in which red flags are written, and a spotter that finds all its words in one pass.

Pure.  A *pattern* is made of groups:

- ``a + b`` asks for both, in any order, at most ``WINDOW`` words apart;
- ``a ... b`` asks for b after a with at most ``GAP`` words between, ``a .. b`` with at most one;
- ``a|b`` in a group asks for either; an alternative is one word or a run of words;
- ``*`` at the end of a word stands for any ending;
- ``<leg>`` stands for every alternative of the word family "leg" (section ``words`` of the bundle);
- a group after ``~`` need only be spoken of, denied or not.

For example::

    <chest> + pain*|hurt*|tight*
    can not|<hard> ... breathe|get my breath
    ~swollen + it ... hot
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""Where a run of words stands, counted in words: start and end, end not included."""
Found: TypeAlias = Mapping[str, Sequence[Span]]
"""Where the alternatives of each group stand, in order."""

WINDOW = 9
GAP = 4
_GAPS = {"...": GAP, "..": 1}
_CHOICES = 3
"""How many places of a group are tried around each place of the one before it."""
_FAMILY = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern taken apart."""

    text: str
    groups: tuple[str, ...]
    follows: tuple[int | None, ...]
    """For each group how many words after the one before it, at most; None for anywhere near."""
    spoken_of: tuple[bool, ...]
    """For each group whether it need only be spoken of."""
    _needs: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Pattern:
        """Take ``text`` apart at `` + ``, `` ... `` and `` .. ``; any text is a pattern."""
        pieces = re.split(r" (\+|\.{2,3}) ", text)
        groups = tuple(group.removeprefix("~") for group in pieces[::2])
        return cls(
            text,
            groups,
            (None, *(_GAPS.get(joint) for joint in pieces[1::2])),
            tuple(group.startswith("~") for group in pieces[::2]),
            frozenset(groups),
        )

    def asserted(self, spans: Sequence[Span]) -> list[Span]:
        """Those of an occurrence's spans that must not be denied."""
        return [span for span, spoken_of in zip(spans, self.spoken_of, strict=True) if not spoken_of]

    def is_possible(self, found: Found) -> bool:
        """Whether all groups were found at all."""
        return self._needs <= found.keys()

    def occurrences(self, found: Found) -> Iterator[tuple[Span, ...]]:
        """Every way, near enough together, in which the groups stand; all must be found."""
        for span in found[self.groups[0]]:
            yield from self._extend((span,), found)

    def _extend(self, chosen: tuple[Span, ...], found: Found) -> Iterator[tuple[Span, ...]]:
        index = len(chosen)
        if index == len(self.groups):
            yield chosen
            return
        spans = found[self.groups[index]]
        for span in _near(spans, chosen[-1], self.follows[index]):
            yield from self._extend((*chosen, span), found)


def families_named(pattern: str) -> list[str]:
    """The word families that a pattern, or an alternative, refers to."""
    return _FAMILY.findall(pattern)


def _near(spans: Sequence[Span], to: Span, gap: int | None) -> list[Span]:
    """The nearest few of ``spans``, in the order of distance."""
    if gap is not None:
        first = bisect_left(spans, (to[1], 0))
        return [span for span in spans[first : first + _CHOICES] if span[0] - to[1] <= gap]
    middle = bisect_left(spans, to)
    around = spans[max(0, middle - _CHOICES) : middle + _CHOICES]
    near = [span for span in around if max(span[0] - to[1], to[0] - span[1]) <= WINDOW]
    return sorted(near, key=lambda span: abs(span[0] - to[0]))[:_CHOICES]


@dataclass(slots=True)
class _Node:
    """What may come next after the words so far."""

    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)
    """Beginnings of words."""
    lengths: set[int] = field(default_factory=set)
    """Lengths of ``stems``."""
    groups: list[str] = field(default_factory=list)
    """The groups of which an alternative ends here."""

    def child(self, word: str) -> _Node:
        if word.endswith("*"):
            self.lengths.add(len(word) - 1)
            return self.stems.setdefault(word[:-1], _Node())
        return self.words.setdefault(word, _Node())

    def after(self, token: str) -> Iterator[_Node]:
        node = self.words.get(token)
        if node is not None:
            yield node
        for length in self.lengths:
            node = self.stems.get(token[:length])
            if node is not None and length <= len(token):
                yield node


class Spotter:
    """All groups of all patterns, found together, in time linear in what was said."""

    def __init__(self, families: Mapping[str, Sequence[str]], groups: Iterable[str]) -> None:
        """Index ``groups``; a family that ``families`` does not have matches nothing."""
        self._families = families
        self._expanded: dict[str, list[str]] = {}
        self._root = _Node()
        for group in set(groups):
            for run in dict.fromkeys(self._alternatives(group)):
                node = self._root
                for word in run.split():
                    node = node.child(word)
                node.groups.append(group)

    def spot(self, tokens: Sequence[str]) -> dict[str, list[Span]]:
        """Where each group stands; groups that do not occur are left out."""
        found: dict[str, list[Span]] = {}
        begin = {token: list(self._root.after(token)) for token in set(tokens)}
        for start, token in enumerate(tokens):
            nodes, end = begin[token], start
            while nodes:
                for node in nodes:
                    for group in node.groups:
                        found.setdefault(group, []).append((start, end + 1))
                end += 1
                nodes = (
                    [after for node in nodes for after in node.after(tokens[end])]
                    if end < len(tokens)
                    else []
                )
        return found

    def _alternatives(self, group: str, within: tuple[str, ...] = ()) -> Iterator[str]:
        for alternative in group.split("|"):
            if "<" not in alternative:
                yield " ".join(alternative.split())
                continue
            pieces = _FAMILY.split(alternative)
            choices = [
                [piece] if index % 2 == 0 else self._members(piece, within)
                for index, piece in enumerate(pieces)
            ]
            yield from (" ".join("".join(each).split()) for each in itertools.product(*choices))

    def _members(self, family: str, within: tuple[str, ...]) -> list[str]:
        if family in within:
            return []  # a family that contains itself adds nothing by it
        if family in self._expanded:
            return self._expanded[family]
        inside = (*within, family)
        members = self._families.get(family, ())
        runs = (run for member in members for run in self._alternatives(member, inside))
        expanded = list(dict.fromkeys(runs))
        if not within:  # inside of another family, what leads back to that one is missing
            self._expanded[family] = expanded
        return expanded
