"""Wordings that mean the same here, as the bundle declares them.

Pure.  They are read in what is said and in its phrases alike: a phrase with "tablets" also speaks for "meds".
Only what may be exchanged in every sentence belongs there: "charley horse" is a cramp wherever it occurs, but
"pain" is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voice_skill.core.text import words


class Synonyms:
    """Runs of words, each with the word that stands for it."""

    def __init__(self, declared: Mapping[str, Sequence[str]]) -> None:
        """``declared``: the runs that mean the same, by the words that shall stand for them."""
        self._instead = {words(run): words(name) for name, runs in declared.items() for run in runs}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for run in sorted(self._instead, key=len, reverse=True):
            self._lengths[run[0]] = (*self._lengths.get(run[0], ()), len(run))

    def united(self, text: str) -> str:
        """``text``, in normal form, with each run replaced; of two that begin together the longer one."""
        tokens = tuple(text.split())
        result: list[str] = []
        place = 0
        while place < len(tokens):
            lengths = self._lengths.get(tokens[place], ())
            length = next((n for n in lengths if tokens[place : place + n] in self._instead), 1)
            run = tokens[place : place + length]
            result.extend(self._instead.get(run, run))
            place += length
        return " ".join(result)


NO_SYNONYMS = Synonyms({})
