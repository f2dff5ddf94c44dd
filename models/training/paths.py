"""Sums over paths through the network's scores, each with its gradient.

`any_phones` sums over whatever could have been said (the denominator of MMI), `these_phones` over all ways to
say a known sequence at about the labelled times (the numerator). The gradient of such a sum is how much of
it goes through each score, which one run forwards and one backwards give: several times quicker than letting
torch follow every step.

Probabilities are scaled to one at each step, since products are far quicker than sums of logarithms.
Shapes: B utterances, T answers, P pdfs, N phones of the longest sequence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .features import Floats

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Bigram:
    """Which pdf begins an utterance, and which follows which."""

    start: Floats
    """(P,) chances."""
    transitions: Floats
    """(P, P): chance of each pdf after each."""


TOLERANCE = 2
"""Answers (of 30 ms) by which a phone may come before or after its label: labels are not exact."""
_LEAST = np.float32(1e-30)


def any_phones(scores: Floats, lengths: Whole, bigram: Bigram) -> tuple[Floats, Floats]:
    """(B,) log of the summed weight of all paths through scores (B, T, P), and its gradient (B, T, P).

    `lengths` (B,): how many answers of each utterance count.
    """
    transitions = bigram.transitions
    batch, steps, pdfs = scores.shape
    highest = scores.max(2, keepdims=True)
    weights = np.ascontiguousarray(np.exp(scores - highest).transpose(1, 0, 2))
    inside = np.arange(steps)[:, None] < lengths
    forward = np.empty((steps, batch, pdfs), np.float32)
    norms = np.empty((steps, batch), np.float32)
    now = bigram.start * weights[0]
    for step in range(steps):
        if step:
            now = (forward[step - 1] @ transitions) * weights[step]
        norms[step] = now.sum(1)
        np.divide(now, norms[step][:, None], out=forward[step])
    total = ((np.log(norms) + highest[:, :, 0].T) * inside).sum(0)
    onward = np.ascontiguousarray(transitions.T)
    shares = forward  # overwritten from the end: each step's share needs its own forward sum only
    backward = np.ones((batch, pdfs), np.float32)
    for step in range(steps - 1, -1, -1):
        shares[step] *= backward
        if step:
            before = (weights[step] * backward) @ onward / norms[step][:, None]
            # What lies beyond the end of an utterance has no say.
            backward = np.where(inside[step][:, None], before, np.float32(1))
    shares *= (inside / shares.sum(2))[:, :, None]
    return total, shares.transpose(1, 0, 2)


def these_phones(scores: Floats, labels: Whole, lengths: Whole) -> tuple[Floats, Floats]:
    """(B,) log of the summed weight of the paths that say the labelled phones at about the labelled times.

    And its gradient, (B, T, P). `labels` (B, T): pdf of each answer; an even one begins a phone, the odd one
    above it carries it on.
    """
    batch, steps, pdfs = scores.shape
    pdf, first, last, count = sequence(labels, lengths)
    begin, carry, highest = _weights(scores, pdf, first, last)
    inside = np.arange(steps)[:, None] < lengths
    width = pdf.shape[1]
    forward = np.zeros((steps + 1, batch, width + 1), np.float32)
    norms = np.ones((steps, batch), np.float32)
    forward[0, :, 0] = 1.0  # before the first phone; phone i is in column i + 1
    for step in range(steps):
        now = forward[step, :, :-1] * begin[step] + forward[step, :, 1:] * carry[step]
        norm = np.maximum(now.sum(1), _LEAST)
        norms[step] = np.where(inside[step], norm, 1)
        np.divide(now, norm[:, None], out=forward[step + 1, :, 1:])
    everyone = np.arange(batch)
    final = np.zeros((batch, width), np.float32)  # the last phone of an utterance must be reached at its end
    final[everyone, count - 1] = 1.0
    backward = np.empty((steps, batch, width), np.float32)
    now = final
    for step in range(steps - 1, -1, -1):
        backward[step] = now
        before = now * carry[step]
        before[:, :-1] += now[:, 1:] * begin[step, :, 1:]
        now = np.where(inside[step][:, None], before / norms[step][:, None], final)
    starting, going_on = forward[:-1, :, :-1] * begin * backward, forward[:-1, :, 1:] * carry * backward
    sums = np.maximum((starting + going_on).sum(2), _LEAST)
    scale = (inside / sums)[:, :, None]
    shares = np.zeros((batch, steps, pdfs), np.float32)
    places = np.zeros((batch, width, pdfs), np.float32)
    places[everyone[:, None], np.arange(width), pdf] = 1.0
    shares[:, :, 0::2] = (starting * scale).transpose(1, 0, 2) @ places[:, :, 0::2]
    shares[:, :, 1::2] = (going_on * scale).transpose(1, 0, 2) @ places[:, :, 0::2]
    reached = np.maximum(forward[lengths, everyone, count], _LEAST)
    return ((np.log(norms) + highest.T) * inside).sum(0) + np.log(reached), shares


def _weights(scores: Floats, pdf: Whole, first: Whole, last: Whole) -> tuple[Floats, Floats, Floats]:
    """(T, B, N) weights of beginning and of carrying on each phone near its labels; (B, T) their scale."""
    time = np.arange(scores.shape[1])[None, :, None]
    too_far = np.abs(time - first[:, None]) > TOLERANCE
    outside = (time < first[:, None] - TOLERANCE) | (time > last[:, None] + TOLERANCE)
    begin = np.take_along_axis(scores, pdf[:, None], 2)
    carry = np.take_along_axis(scores, pdf[:, None] + 1, 2)
    begin[too_far], carry[outside] = -np.inf, -np.inf
    highest = np.maximum(begin, carry).max(2).clip(min=-1e4)
    begin, carry = (
        np.ascontiguousarray(np.exp(each - highest[:, :, None]).transpose(1, 0, 2)) for each in (begin, carry)
    )
    return begin, carry, highest


def sequence(labels: Whole, lengths: Whole) -> tuple[Whole, Whole, Whole, Whole]:
    """(B, N) first pdf, first answer and last answer of each phone, and (B,) how many phones there are.

    Columns beyond the last phone of an utterance lie outside of it.
    """
    batch, steps = labels.shape
    starts = (labels % 2 == 0) & (np.arange(steps) < lengths[:, None])
    count = starts.sum(1)
    width = int(count.max())
    first = np.full((batch, width + 1), steps + 10 * TOLERANCE)
    pdf = np.zeros((batch, width), np.int64)
    row, at = starts.nonzero()
    place = starts.cumsum(1)[row, at] - 1
    first[row, place], pdf[row, place] = at, labels[row, at]
    last = np.minimum(first[:, 1:], lengths[:, None]) - 1
    return pdf, first[:, :-1], last, count
