"""Human speech made ready for training: read, aligned by a first network, doubtful recordings dropped."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import torch

from .align import align
from .corpus import Samples, Utterance, read_index, write_part
from .features import log_mel
from .human import Recording, recordings
from .lexicon import Pronunciation, pronounce, tidy
from .network import LEFT, RIGHT, Network
from .noise import read_sound
from .train import load_network

PER_PART = 400
WORST = -2.1
"""Alignments that score less are dropped: wrong label, cut-off word, no speech.

Four recordings in a hundred are; with wrong transcripts three in four would be.
"""


def scores_of(network: Network, mel: np.ndarray, priors: np.ndarray) -> np.ndarray:
    """(answers, 82) log likelihoods up to a constant: log posterior - log prior."""
    padded = np.pad(mel.astype(np.float32), ((LEFT, RIGHT), (0, 0)), mode="edge")
    with torch.no_grad():
        scores = network(torch.from_numpy(padded)[None])[0, :, : len(priors)]
        normal = torch.log_softmax(scores, 1).numpy()
    return np.asarray(normal - priors, np.float32)


def prepare_people(
    source: Path, target: Path, checkpoint: Path, priors: np.ndarray, tell: Callable[[float, str], None]
) -> None:
    """Writes the aligned parts that are missing, on two processes."""
    allowed = [r for r in recordings(source) if not r.held_out]
    groups = [allowed[i : i + PER_PART] for i in range(0, len(allowed), PER_PART)]
    with ProcessPoolExecutor(2) as pool:
        jobs = [
            pool.submit(align_part, target / f"people{index:04d}", group, checkpoint, priors)
            for index, group in enumerate(groups)
        ]
        kept = 0
        for done, job in enumerate(as_completed(jobs), start=1):
            kept += job.result()
            tell(done / len(jobs), f"alignment {done} of {len(jobs)}, {kept} recordings kept")


def align_part(stem: Path, group: list[Recording], checkpoint: Path, priors: np.ndarray) -> int:
    """Aligns and writes one part; returns how many recordings it kept. A finished part is left alone."""
    if stem.with_suffix(".json").exists():
        return len(read_index(stem))
    network = load_network(checkpoint)
    made = [
        found for found in (_aligned(recording, network, priors) for recording in group) if found is not None
    ]
    write_part(stem, [utterance for utterance, _ in made], [sound for _, sound in made])
    return len(made)


def _aligned(recording: Recording, network: Network, priors: np.ndarray) -> tuple[Utterance, Samples] | None:
    """One recording with its phones, or None if it is not to be trusted."""
    words = [_variants(word) for word in tidy(recording.text)]
    sound = read_sound(recording.path)
    if not words or not all(words) or len(sound) < 4000:
        return None
    mel = log_mel(sound * (3000.0 / (np.sqrt(np.mean(sound**2)) + 1.0)), np.random.default_rng(0))
    found = align(scores_of(network, mel, priors), words)
    if found is None or found.score < WORST:
        return None
    speaker = f"{recording.source} {recording.speaker}"
    return Utterance(recording.text, speaker, 0, 0, found.phones), sound.clip(-32768, 32767).astype(np.int16)


def _variants(word: str) -> list[Pronunciation]:
    try:
        return list(pronounce(word))
    except ValueError:
        return []
