"""What training makes smaller: cross-entropy first, then lattice-free MMI.

LF-MMI compares the labelled path with all paths that the phone bigram of the training data allows: a network
trained so separates words better than one that only gets single frames right. The garbage phone is in
neither: it learns to answer "how surely is this speech", and its price is set when the model is written.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from .batches import NO_LABEL
from .network import GARBAGE


def cross_entropy(scores: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """(loss per answer, share right) of scores (B, T, 84) and labels (B, T), NO_LABEL where there is none."""
    real = labels != NO_LABEL
    speech, target = scores[real][:, :GARBAGE], labels[real]
    right = (speech.detach().argmax(1) == target).float().mean()
    return functional.cross_entropy(speech, target, label_smoothing=0.02) + _garbage(scores[real]), right


def _garbage(scores: Tensor) -> Tensor:
    """Keeps the garbage pdfs at the log probability that this is speech (everything but silence)."""
    with torch.no_grad():
        normal = torch.log_softmax(scores[:, :GARBAGE].float(), 1)
        wanted = torch.logsumexp(normal[:, 2:], 1, keepdim=True).clamp(min=-8)
        wanted = wanted + torch.logsumexp(scores[:, :GARBAGE], 1, keepdim=True)
    return 0.02 * functional.mse_loss(scores[:, GARBAGE:], wanted.expand(-1, 2))


def phone_bigram(label_rows: list[npt.NDArray[np.uint8]], keep: float = 0.5) -> Tensor:
    """(82, 82) transition probabilities between pdfs, from the phone sequences of the labels.

    A phone goes on (to its second pdf) with probability `keep`, or is followed by the first pdf of the next
    phone.
    """
    phones = GARBAGE // 2
    counts = np.full((phones, phones), 0.2)
    for row in label_rows:
        sequence = row[np.concatenate([[True], (row[1:] % 2 == 0)])] // 2
        np.add.at(counts, (sequence[:-1], sequence[1:]), 1.0)
    bigram = counts / counts.sum(1, keepdims=True)
    matrix = np.zeros((GARBAGE, GARBAGE), np.float32)
    for phone in range(phones):
        for pdf in (2 * phone, 2 * phone + 1):
            matrix[pdf, 2 * phone + 1] = keep
            matrix[pdf, 0::2] = (1 - keep) * bigram[phone]
    return torch.from_numpy(matrix)


def all_paths(scores: Tensor, lengths: Tensor, transitions: Tensor) -> Tensor:
    """(B,): log of the summed weight of all paths through scores (B, T, 82), by the forward algorithm.

    Works with probabilities that are scaled to one at each step: matrix products are far quicker than log
    sums.
    """
    highest = scores.detach().amax(2, keepdim=True)
    weights = (scores - highest).exp()
    start = transitions[:2].sum(0) + 1e-3  # nearly always silence or what follows it
    forward = start / start.sum() * weights[:, 0]
    total = torch.zeros(scores.shape[0])
    for step in range(scores.shape[1]):
        inside = (step < lengths).float()
        if step:
            following = (forward @ transitions) * weights[:, step]
            forward = torch.where(inside[:, None] > 0, following, forward)
        norm = forward.sum(1)
        total = total + inside * (norm.log() + highest[:, step, 0])
        forward = forward / norm[:, None]
    return total


def lattice_free_mmi(scores: Tensor, labels: Tensor, transitions: Tensor) -> tuple[Tensor, Tensor]:
    """(loss per answer, MMI objective per answer). The loss has a tenth of cross-entropy in it."""
    real = labels != NO_LABEL
    speech = scores[..., :GARBAGE]
    chosen = speech.gather(2, labels.clamp(max=GARBAGE - 1)[..., None])[..., 0]
    answers = real.sum()
    objective = ((chosen * real).sum() - all_paths(speech, real.sum(1), transitions).sum()) / answers
    drift = torch.logsumexp(speech[real], 1).square().mean()
    plain, _ = cross_entropy(scores, labels)
    return -objective + 0.1 * plain + 0.002 * drift, objective.detach()
