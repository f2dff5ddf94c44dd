"""Turns parts of speech into parts of features with labels, ready to train on.

A feature part is one .npz: `mel` (frames of all utterances, 40) float16, `pdfs` (answers of all utterances)
uint8, `frames` and `answers` (utterances) int32: how many of each belong to an utterance.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .augment import augment
from .corpus import parts, read_part
from .features import MELS, frame_labels, log_mel
from .noise import Surroundings, any_noise, read_surroundings
from .phones import NUMBER, SIL
from .work import Tell, run_missing

NOISE_ONLY = 0.05
"""Share of added utterances in which nobody speaks: noise must be heard as silence, not as short words."""
_around: dict[Path | None, Surroundings] = {}


def prepare_part(stem: Path, target: Path, noise: Path | None, seed: int, least_words: int = 1) -> None:
    """Augments one part of speech and writes its features and labels.

    Utterances of fewer than `least_words` are left out.
    """
    if noise not in _around:
        _around[noise] = read_surroundings(noise)
    around = _around[noise]
    chance = np.random.default_rng(seed)
    spoken = [
        (utterance, sound)
        for utterance, sound in read_part(stem)
        if utterance.phones and len(utterance.text.split()) >= least_words
    ]
    voices = [sound for _, sound in spoken if len(sound) > 8000]
    mels, pdfs = [np.zeros((0, MELS), np.float16)], [np.zeros(0, np.uint8)]  # a part may hold nothing
    for utterance, sound in spoken:
        heard, phones = augment(sound, utterance.phones, around, voices, chance)
        mel = log_mel(heard, chance)
        labels = frame_labels(phones, len(mel))
        if len(labels):
            mels.append(mel.astype(np.float16))
            pdfs.append(labels)
    for _ in range(int(NOISE_ONLY * len(spoken))):
        length = int(chance.uniform(1.5, 5) * 16000)
        level = 32768 * 10 ** (chance.uniform(-70, -15) / 20)
        mel = log_mel((any_noise(length, around.noises, chance) * level).clip(-32768, 32767), chance)
        mels.append(mel.astype(np.float16))
        pdfs.append(frame_labels([(NUMBER[SIL], len(mel) / 100)], len(mel)))
    draft = target.with_suffix(".draft.npz")
    np.savez(
        draft,
        mel=np.concatenate(mels),
        pdfs=np.concatenate(pdfs),
        frames=np.array([len(m) for m in mels], np.int32),
        answers=np.array([len(p) for p in pdfs], np.int32),
    )
    draft.rename(target)


def prepare(
    source: Path, target: Path, noise: Path | None, seed: int, tell: Tell, takes: Sequence[int] = (1,)
) -> None:
    """Prepares every part of `source` that is not in `target` yet.

    Each of `takes` is a copy in surroundings of its own, of the utterances that have at least so many words.
    """
    target.mkdir(parents=True, exist_ok=True)
    wanted = [
        (stem, target / f"{stem.name}-{take}.npz", noise, (seed * 100 + take) * 100003 + index, least)
        for take, least in enumerate(takes)
        for index, stem in enumerate(parts(source))
    ]
    missing = [arguments for arguments in wanted if not arguments[1].exists()]
    run_missing("features", prepare_part, missing, len(wanted), tell)
