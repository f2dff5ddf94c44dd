"""What training makes smaller: cross-entropy first, then lattice-free MMI.

LF-MMI compares the paths that say the labelled phones with all paths that the phone bigram of the training
data allows: a network trained so separates words better than one that only gets single frames right. The
garbage phone is in neither: it learns to answer "how surely is this speech", and its price is set when the
model is written.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from .batches import NO_LABEL
from .network import GARBAGE
from .paths import Bigram, any_phones, these_phones


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


def phone_bigram(label_rows: Iterable[npt.NDArray[np.uint8]]) -> Bigram:
    """What follows what in the phone sequences of the labels.

    A phone goes on (to its second pdf) as often as it is followed by the first pdf of another one: the paths
    of a known sequence leave transitions out, which does no harm only where both are the same for all phones.
    """
    phones = GARBAGE // 2
    counts, first = np.full((phones, phones), 0.2), np.full(phones, 0.2)
    for row in label_rows:
        sequence = row[np.concatenate([[True], (row[1:] % 2 == 0)])] // 2
        first[sequence[0]] += 1.0
        np.add.at(counts, (sequence[:-1], sequence[1:]), 1.0)
    start, transitions = np.zeros(GARBAGE, np.float32), np.zeros((GARBAGE, GARBAGE), np.float32)
    start[0::2] = first / first.sum()
    transitions[:, 0::2] = 0.5 * np.repeat(counts / counts.sum(1, keepdims=True), 2, axis=0)
    own = np.arange(GARBAGE)
    transitions[own, own | 1] = 0.5
    return Bigram(start, transitions)


def lattice_free_mmi(scores: Tensor, labels: Tensor, bigram: Bigram) -> tuple[Tensor, Tensor]:
    """(loss per answer, MMI objective per answer). The loss has a tenth of cross-entropy in it."""
    real = labels != NO_LABEL
    speech, lengths = scores[..., :GARBAGE], real.sum(1).cpu().numpy()
    fixed = speech.detach().cpu().numpy()
    meant, through_meant = these_phones(fixed, labels.cpu().numpy(), lengths)
    possible, through_any = any_phones(fixed, lengths, bigram)
    answers = int(lengths.sum())
    objective = torch.tensor(float((meant - possible).sum()) / answers)
    # The gradient is known already: this product has it, and what is added gives it the right value.
    pulled = (speech * torch.from_numpy(through_meant - through_any).to(speech.device)).sum() / answers
    likeness = pulled + (objective.to(speech.device) - pulled.detach())
    drift = torch.logsumexp(speech[real], 1).square().mean()
    plain, _ = cross_entropy(scores, labels)
    return 0.1 * plain + 0.002 * drift - likeness, objective
