"""Batches for training: utterances of like length together, changed a little differently in every pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .features import MELS, Floats

NO_LABEL = 255
"""Marks answers beyond the end of an utterance."""


@dataclass
class Store:
    """All prepared utterances, in memory."""

    mels: list[npt.NDArray[np.float16]]
    pdfs: list[npt.NDArray[np.uint8]]

    @property
    def hours(self) -> float:
        """Hours of sound."""
        return sum(len(mel) for mel in self.mels) / 360000


def read_store(folders: list[Path], longest: int = 1200) -> Store:
    """Reads every feature part of the folders; utterances of 0.4 s to `longest` frames."""
    store = Store([], [])
    for path in sorted(
        path for folder in folders for path in folder.glob("*.npz") if "draft" not in path.name
    ):
        part = np.load(path)
        mel, pdfs = part["mel"], part["pdfs"]
        frames, answers = np.cumsum(part["frames"]), np.cumsum(part["answers"])
        for index in range(len(frames)):
            first = frames[index - 1] if index else 0
            if 40 <= frames[index] - first <= longest:
                store.mels.append(mel[first : frames[index]])
                store.pdfs.append(pdfs[answers[index - 1] if index else 0 : answers[index]])
    return store


def batches(
    store: Store, size: int, context: tuple[int, int], chance: np.random.Generator, change: bool = True
) -> Iterator[tuple[Floats, npt.NDArray[np.uint8]]]:
    """One pass in random order: (mel (B, left + T + right, 40), pdfs (B, answers)), about `size` frames each.

    Edges are filled by repeating the first and last frame, as the recogniser does.
    """
    order = np.argsort([len(mel) + chance.uniform(0, 60) for mel in store.mels])
    groups: list[list[int]] = [[]]
    for index in order:
        if groups[-1] and len(store.mels[index]) * (len(groups[-1]) + 1) > size:
            groups.append([])
        groups[-1].append(int(index))
    for group in chance.permutation(len(groups)):
        members = groups[group]
        mels = [store.mels[index].astype(np.float32) for index in members]
        if change:
            mels = [change_features(mel, mels, chance) for mel in mels]
        yield _padded(mels, [store.pdfs[index] for index in members], context)


def _padded(
    mels: list[Floats], pdfs: list[npt.NDArray[np.uint8]], context: tuple[int, int]
) -> tuple[Floats, npt.NDArray[np.uint8]]:
    longest, answers = max(map(len, mels)), max(map(len, pdfs))
    left, right = context
    mel = np.stack([np.pad(m, ((left, longest - len(m) + right), (0, 0)), mode="edge") for m in mels])
    label = np.stack([np.pad(p, (0, answers - len(p)), constant_values=NO_LABEL) for p in pdfs])
    return mel, label


def change_features(mel: Floats, others: list[Floats], chance: np.random.Generator) -> Floats:
    """Another throat length, another microphone, a faint other voice or noise, and holes (SpecAugment)."""
    if chance.random() < 0.8:
        mel = mel @ _throat(round(float(chance.uniform(0.88, 1.13)), 2))
    if chance.random() < 0.3:
        other = others[int(chance.integers(len(others)))]
        rows = (np.arange(len(mel)) + int(chance.integers(len(other)))) % len(other)
        quieter = chance.uniform(1.5, 7.0)  # 6-30 dB
        mel = np.logaddexp(mel, other[rows] + (mel.mean() - other.mean() - quieter))
    curve = chance.normal(0, 1.0, 4) @ _CURVES
    mel = mel + (curve + chance.normal(0, 1.0)).astype(np.float32)
    for _ in range(2):
        low, wide = int(chance.integers(MELS - 6)), int(chance.integers(0, 7))
        mel[:, low : low + wide] = mel.mean()
        start, long = int(chance.integers(len(mel))), int(chance.integers(0, 13))
        mel[start : start + long] = mel.mean()
    return mel.astype(np.float32)


_CURVES = np.stack(
    [np.cos(np.pi * (k + 1) * (np.arange(MELS) + 0.5) / MELS) / (k + 1) ** 0.5 for k in range(4)]
)
_THROATS: dict[float, Floats] = {}


def _throat(factor: float) -> Floats:
    """(40, 40) matrix that moves mel bands to where a vocal tract `factor` times shorter puts them."""
    if factor not in _THROATS:
        edges = 1127 * np.log(1 + np.array([20.0, 7600.0]) / 700)
        bands = np.linspace(edges[0], edges[1], MELS + 2)[1:-1]
        moved = 1127 * np.log(1 + 700 * (np.exp(bands / 1127) - 1) / factor / 700)
        place = np.clip((moved - bands[0]) / (bands[1] - bands[0]), 0, MELS - 1.001)
        matrix = np.zeros((MELS, MELS), np.float32)
        whole = place.astype(int)
        matrix[whole, np.arange(MELS)] = 1 - (place - whole)
        matrix[whole + 1, np.arange(MELS)] = place - whole
        _THROATS[factor] = matrix
    return _THROATS[factor]
