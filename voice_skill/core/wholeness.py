"""Whether a person who falls silent is likely to go on, judged by the words so far.

Pure.  Of all phrases of the bundle that have the same last two words, how many end there?  "Is it linked"
stops in the middle of every phrase that has it, "my legs keep cramping" at the end of most.  Where the two
words were never seen together, the last one alone decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from voice_skill.core.text import without_fillers, words

WHOLE = 0.5
"""Chance of ending from which on a text is taken for finished.  Of 60 test sentences cut in the middle, 7 %
of the first halves reach it; of 130 whole ones, 67 %."""
PERHAPS = 0.2
"""Chance under which the person is surely not done: 70 % of the first halves, 5 % of the whole sentences."""

_OPENING = frozenset({"what", "why", "how", "when", "where", "who", "which", "hello", "hi"})
"""Requests too, but far more often the beginning of one."""
_TRUST_TWO, _TRUST_ONE = 1.0, 2.0
"""How often a context must have been seen to count as much as the shorter one."""

Tokens = tuple[str, ...]


class Wholeness:
    """How often the bundle's phrases end after which words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Count; takes a tenth of a second for thousands of phrases."""
        self._exact: set[Tokens] = set()
        self._seen: Counter[Tokens] = Counter()
        self._ended: Counter[Tokens] = Counter()
        for phrase in phrases:
            # As it stands: "i think so" makes "i think" no request, nor "i would" a mere "i'd".
            self._exact.add(tuple(phrase.split()))
            spoken = ("", *words(phrase))
            for place in range(1, len(spoken)):
                for context in ((), spoken[place : place + 1], spoken[place - 1 : place + 1]):
                    self._seen[context] += 1
                    self._ended[context] += place == len(spoken) - 1

    def chance(self, text: str) -> float:
        """The chance that nothing follows ``text``, 0 to 1; 0 for no text."""
        tokens = words(text)
        if not tokens or not self._seen:
            return 0.0
        spoken = ("", *tokens)
        any_word = self._ended[()] / self._seen[()]
        one = self._mixed(spoken[-1:], any_word, _TRUST_ONE)
        return self._mixed(spoken[-2:], one, _TRUST_TWO)

    def is_whole(self, text: str) -> bool:
        """Whether nobody need wait for more words."""
        core = without_fillers(tuple(text.split()))
        # One word is often all that is said, however many longer requests begin with it: "stop", "yes".
        alone = len(core) == 1 and core in self._exact and not _OPENING.issuperset(core)
        return alone or self.chance(text) >= WHOLE

    def may_be_whole(self, text: str) -> bool:
        """Whether it would be no surprise if this were all."""
        spoken = tuple(text.split())
        exact = spoken in self._exact or without_fillers(spoken) in self._exact
        return exact or self.chance(text) >= PERHAPS

    def _mixed(self, context: Tokens, otherwise: float, trust: float) -> float:
        return (self._ended[context] + trust * otherwise) / (self._seen[context] + trust)
