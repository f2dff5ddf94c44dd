"""Batches for training: utterances of like length together, changed a little differently in every pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .features import MELS, SUBSAMPLING, Floats

NO_LABEL = 255
"""Marks answers beyond the end of an utterance."""
Batch = tuple[Tensor, Tensor]
"""Log mel energies (B, left + T + right, 40) and pdfs (B, ceil(T / 3))."""


@dataclass
class Store:
    """All prepared utterances in a row, in the memory of whatever works with them."""

    mel: Tensor
    """(all frames, 40) float16."""
    pdfs: Tensor
    """(all answers,) uint8."""
    frames: npt.NDArray[np.int64]
    """(utterances + 1,) the first frame of each, and the end."""
    answers: npt.NDArray[np.int64]
    """(utterances + 1,) the same of its answers."""

    @property
    def hours(self) -> float:
        """Hours of sound."""
        return len(self.mel) / 360000

    def to(self, device: torch.device) -> Store:
        """The same utterances in the memory of another device."""
        return Store(self.mel.to(device), self.pdfs.to(device), self.frames, self.answers)

    def labels(self) -> Iterator[npt.NDArray[np.uint8]]:
        """The pdfs of one utterance after the other."""
        pdfs = self.pdfs.cpu().numpy()
        for first, end in zip(self.answers[:-1], self.answers[1:], strict=True):
            yield pdfs[first:end]


def read_store(folders: list[Path], longest: int = 1200) -> Store:
    """Reads every feature part of the folders; utterances of 0.4 s to `longest` frames."""
    mels, pdfs, frames, answers = [], [], [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    for path in sorted(
        path for folder in folders for path in folder.glob("*.npz") if "draft" not in path.name
    ):
        part = np.load(path)
        fits = (part["frames"] >= 40) & (part["frames"] <= longest)
        mels.append(part["mel"][np.repeat(fits, part["frames"])])
        pdfs.append(part["pdfs"][np.repeat(fits, part["answers"])])
        frames.append(part["frames"][fits].astype(np.int64))
        answers.append(part["answers"][fits].astype(np.int64))
    return Store(
        torch.from_numpy(np.concatenate(mels)),
        torch.from_numpy(np.concatenate(pdfs)),
        np.cumsum(np.concatenate(frames)),
        np.cumsum(np.concatenate(answers)),
    )


def batches(
    store: Store, size: int, context: tuple[int, int], chance: np.random.Generator, change: bool = True
) -> Iterator[Batch]:
    """One pass in random order, about `size` frames each, on the store's device.

    Edges are filled by repeating the first and last frame, as the recogniser does.
    """
    lengths = np.diff(store.frames)
    order = np.argsort(lengths + chance.uniform(0, 60, len(lengths)))
    groups: list[list[int]] = [[]]
    for index in order:
        if groups[-1] and lengths[index] * (len(groups[-1]) + 1) > size:
            groups.append([])
        groups[-1].append(int(index))
    for group in chance.permutation(len(groups)):
        yield _batch(store, np.array(groups[group]), context, chance if change else None)


def _batch(
    store: Store, members: npt.NDArray[np.int64], context: tuple[int, int], chance: np.random.Generator | None
) -> Batch:
    device = store.mel.device
    first, lengths, first_answer, answers = (
        torch.from_numpy(each).to(device)[:, None]
        for each in (
            store.frames[members],
            store.frames[members + 1] - store.frames[members],
            store.answers[members],
            store.answers[members + 1] - store.answers[members],
        )
    )
    longest = int((store.frames[members + 1] - store.frames[members]).max())
    place = torch.arange(-context[0], longest + context[1], device=device)
    mel = store.mel[first + torch.minimum(place.clamp(min=0), lengths - 1)].float()
    if chance is not None:
        mel = change_features(mel, context[0], lengths[:, 0], chance)
    turn = torch.arange(-(-longest // SUBSAMPLING), device=device)
    pdfs = store.pdfs[first_answer + torch.minimum(turn, answers - 1)].long()
    return mel, torch.where(turn < answers, pdfs, NO_LABEL)


def change_features(mel: Tensor, left: int, lengths: Tensor, chance: np.random.Generator) -> Tensor:
    """Another throat length, another microphone, a faint other voice or noise, and holes (SpecAugment).

    `mel` (B, left + T + right, 40), of which row `left` is the first of an utterance of `lengths` (B,) rows.
    """
    count, rows, _ = mel.shape
    device = mel.device

    def drawn(values: npt.ArrayLike) -> Tensor:
        """(B, 1, 1) for what was drawn for each utterance."""
        return torch.from_numpy(np.asarray(values)).to(device)[:, None, None]

    factors = np.where(chance.random(count) < 0.8, chance.uniform(0.88, 1.13, count), 1.0)
    mel = torch.bmm(mel, torch.from_numpy(_throats()[np.rint(factors * 100).astype(int) - 88]).to(device))

    time = torch.arange(rows, device=device)[None, :, None] - left
    inside = (time >= 0) & (time < lengths[:, None, None])
    mean = (mel * inside).sum((1, 2), keepdim=True) / (lengths[:, None, None] * MELS)
    other = torch.from_numpy(chance.permutation(count)).to(device)
    start = drawn(chance.integers(rows, size=count))
    shifted = (time + start) % lengths[other][:, None, None] + left
    # 6-30 dB below, for three in ten.
    quieter = drawn(np.where(chance.random(count) < 0.3, chance.uniform(1.5, 7.0, count), 50.0)).float()
    mel = torch.logaddexp(mel, mel[other[:, None], shifted[:, :, 0]] + (mean - mean[other] - quieter))

    curves = chance.normal(0, 1.0, (count, 4)) @ _CURVES + chance.normal(0, 1.0, (count, 1))
    mel = mel + torch.from_numpy(curves.astype(np.float32)).to(device)[:, None]
    band = torch.arange(MELS, device=device)
    holes = torch.zeros_like(mel, dtype=torch.bool)
    for _ in range(2):
        low, wide = drawn(chance.integers(MELS - 6, size=count)), drawn(chance.integers(0, 7, size=count))
        begin = (drawn(chance.random(count)) * lengths[:, None, None]).long()
        long = drawn(chance.integers(0, 13, size=count))
        holes |= (band >= low) & (band < low + wide)
        holes |= (time >= begin) & (time < begin + long)
    return torch.where(holes, mean, mel)


_CURVES = np.stack(
    [np.cos(np.pi * (k + 1) * (np.arange(MELS) + 0.5) / MELS) / (k + 1) ** 0.5 for k in range(4)]
)


@lru_cache(maxsize=1)
def _throats() -> Floats:
    """(26, 40, 40): moves mel bands to where a vocal tract 0.88, 0.89 ... 1.13 times shorter puts them."""
    return np.stack([_throat(factor / 100) for factor in range(88, 114)])


def _throat(factor: float) -> Floats:
    edges = 1127 * np.log(1 + np.array([20.0, 7600.0]) / 700)
    bands = np.linspace(edges[0], edges[1], MELS + 2)[1:-1]
    moved = 1127 * np.log(1 + 700 * (np.exp(bands / 1127) - 1) / factor / 700)
    place = np.clip((moved - bands[0]) / (bands[1] - bands[0]), 0, MELS - 1.001)
    matrix = np.zeros((MELS, MELS), np.float32)
    whole = place.astype(int)
    matrix[whole, np.arange(MELS)] = 1 - (place - whole)
    matrix[whole + 1, np.arange(MELS)] = place - whole
    return matrix
