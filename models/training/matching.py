"""Puts the phones that a speech engine says it spoke into line with the pronunciations of our lexicon.

Engines have dictionaries of their own ("often" with or without T, British vowels). Training wants the phones
that the recogniser will look for, at the times when the engine spoke them. So: the cheapest edit path between
the spoken phones and any choice of our pronunciations, word by word; times are taken over, merged or halved
along the path.
"""

from __future__ import annotations

from dataclasses import dataclass

from .lexicon import Pronunciation
from .phones import SIL, VOWELS

Segment = tuple[str, float, float]
_SKIP = 1.0  # a spoken phone that we do not have, or one of ours that was not spoken


@dataclass
class _Path:
    """The cheapest way to have matched `spoken` phones so far: its cost and, linked backwards, our phones."""

    cost: float
    phone: str
    """Empty at the beginning."""
    first: int
    last: int
    before: _Path | None


def _cost(ours: str, spoken: str) -> float:
    """Cost of hearing one phone for another: nothing, a little within vowels or consonants, or a lot."""
    if ours == spoken:
        return 0.0
    return 0.6 if (ours in VOWELS) == (spoken in VOWELS) else 1.6


def match(segments: list[Segment], words: list[list[Pronunciation]]) -> tuple[list[Segment], float]:
    """Times of our phones, silences included, and the edit cost for each of our phones (0 = the same phones).

    `segments` are the spoken phones with start and end in seconds; `words` has the allowed pronunciations of
    each word in turn. A high cost (0.5 and more) means that the engine said something else: drop such an
    utterance.
    """
    spoken = [s for s in segments if s[0] != SIL]
    if not spoken:
        return [], 9.0
    row = [_Path(j * _SKIP, "", 0, j - 1, None) for j in range(len(spoken) + 1)]
    for variants in words:
        ends = [_through(row, variant, spoken) for variant in variants]
        row = [min((end[j] for end in ends), key=lambda path: path.cost) for j in range(len(spoken) + 1)]
    chain = []
    step: _Path | None = row[-1]
    while step is not None and step.phone:
        chain.append(step)
        step = step.before
    chain.reverse()
    return _with_silence(_times(chain, spoken), segments[-1][2]), row[-1].cost / max(1, len(chain))


def _through(row: list[_Path], variant: Pronunciation, spoken: list[Segment]) -> list[_Path]:
    """The row of paths after one pronunciation. Entry j: the first j spoken phones are used up."""
    for ours in variant:
        following = [_Path(row[0].cost + _SKIP, ours, 0, -1, row[0])]
        for j in range(1, len(row)):
            heard = spoken[j - 1][0]
            same = _Path(row[j - 1].cost + _cost(ours, heard), ours, j - 1, j - 1, row[j - 1])
            if row[j].cost + _SKIP < same.cost:
                same = _Path(row[j].cost + _SKIP, ours, j, j - 1, row[j])
            left = following[j - 1]
            if left.cost + _SKIP < same.cost:  # one more spoken phone belongs to the phone on the left
                same = _Path(left.cost + _SKIP, left.phone, left.first, j - 1, left.before)
            following.append(same)
        row = following
    return row


def _times(chain: list[_Path], spoken: list[Segment]) -> list[Segment]:
    """Start and end of each of our phones; one that was not spoken takes half of its neighbour's time."""
    timed: list[Segment] = []
    for step in chain:
        if step.last >= step.first:
            timed.append((step.phone, spoken[step.first][1], spoken[step.last][2]))
        elif timed:
            phone, start, end = timed[-1]
            middle = (start + end) / 2
            timed[-1] = (phone, start, middle)
            timed.append((step.phone, middle, end))
        else:
            timed.append((step.phone, spoken[0][1], spoken[0][1]))
    return timed


def _with_silence(phones: list[Segment], until: float) -> list[Segment]:
    """Fills gaps of 30 ms and more with silence and closes smaller ones."""
    filled: list[Segment] = []
    now = 0.0
    for phone, start, end in phones:
        if start - now >= 0.03:
            filled.append((SIL, now, start))
            now = start
        filled.append((phone, now, max(end, now)))
        now = max(end, now)
    if until > now:
        filled.append((SIL, now, until))
    return filled
