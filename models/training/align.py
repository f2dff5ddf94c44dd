"""Finds when each phone of a known sentence was spoken (Viterbi), with optional pauses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .features import HOP, SUBSAMPLING, WINDOW
from .lexicon import Pronunciation
from .phones import NUMBER

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Alignment:
    """The best path."""

    phones: list[tuple[int, float]]
    """(base phone, end in seconds), silence included."""
    score: float
    """Mean of (score of the path - best score of any pdf) where there is speech: 0 is perfect, -3 is bad."""


@dataclass
class _Chain:
    """Phones with branches: `before[i]` lists the phones that may precede phone i (-1: the beginning)."""

    phone: list[int]
    before: list[list[int]]


def _chain(words: list[list[Pronunciation]]) -> tuple[_Chain, list[int]]:
    """Silence, words with variants and optional silence after each; and the phones that may be the last."""
    chain = _Chain([0], [[-1]])
    ends = [0, -1]
    for variants in words:
        outs: list[int] = []
        for variant in variants:
            previous = ends
            for phone in variant:
                chain.phone.append(NUMBER[phone])
                chain.before.append(previous)
                previous = [len(chain.phone) - 1]
            outs += previous
        chain.phone.append(0)
        chain.before.append(outs)
        ends = [*outs, len(chain.phone) - 1]
    return chain, ends


def align(scores: Scores, words: list[list[Pronunciation]]) -> Alignment | None:
    """Aligns scores (answers, pdfs) with the words; None if the sound is too short for them.

    States 2i and 2i + 1 are the first answer of phone i and the following ones.
    """
    chain, ends = _chain(words)
    count = len(chain.phone)
    pdf = np.array([2 * phone + extra for phone in chain.phone for extra in (0, 1)])
    options = [[2 * b + e for b in before if b >= 0 for e in (0, 1)] for before in chain.before]
    most = max(2, *map(len, options))
    origin = np.full((2 * count, most), 2 * count)  # the last entry of `reach` is minus infinity
    for index, option in enumerate(options):
        origin[2 * index, : len(option)] = option
        origin[2 * index + 1, :2] = (2 * index + 1, 2 * index)
    reach = np.full(2 * count + 1, -np.inf, np.float32)
    for index, before in enumerate(chain.before):
        if -1 in before:
            reach[2 * index] = scores[0, pdf[2 * index]]
    back = np.zeros((len(scores), 2 * count), np.int32)
    rows = np.arange(2 * count)
    for step in range(1, len(scores)):
        candidates = reach[origin]
        best = candidates.argmax(1)
        back[step] = origin[rows, best]
        reach[:-1] = candidates[rows, best] + scores[step, pdf]
    last = max(
        (2 * end + extra for end in ends if end >= 0 for extra in (0, 1)), key=lambda s: float(reach[s])
    )
    if not np.isfinite(reach[last]):
        return None
    path = [last]
    for step in range(len(scores) - 1, 0, -1):
        path.append(int(back[step, path[-1]]))
    path.reverse()
    return _alignment(scores, np.array(path), pdf, chain)


def _alignment(
    scores: Scores, path: npt.NDArray[np.int_], pdf: npt.NDArray[np.int_], chain: _Chain
) -> Alignment:
    index = path // 2
    starts = np.flatnonzero(np.concatenate([[True], index[1:] != index[:-1]]))
    until = [*starts[1:], len(path)]
    phones = [
        (chain.phone[index[start]], float(((end - 0.5) * SUBSAMPLING * HOP + WINDOW / 2) / 16000))
        for start, end in zip(starts, until, strict=True)
    ]
    spoken = pdf[path] > 1
    gap = scores[np.arange(len(path)), pdf[path]] - scores.max(1)
    return Alignment(phones, float(gap[spoken].mean()) if spoken.any() else -9.0)
