"""Human speech made ready for training: read, aligned by a first network, doubtful recordings dropped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from .align import align
from .corpus import Samples, Utterance, write_part
from .features import log_mel
from .human import Recording, recordings
from .lexicon import Pronunciation, pronounce, tidy
from .network import LEFT, RIGHT, Network
from .noise import read_sound
from .train import load_network
from .work import Tell, run_missing

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


def prepare_people(source: Path, target: Path, checkpoint: Path, priors: np.ndarray, tell: Tell) -> None:
    """Writes the aligned parts that are missing."""
    allowed = [recording for recording in recordings(source) if not recording.held_out]
    wanted = [
        (target / f"people{index:04d}", allowed[first : first + PER_PART], checkpoint, priors)
        for index, first in enumerate(range(0, len(allowed), PER_PART))
    ]
    missing = [arguments for arguments in wanted if not arguments[0].with_suffix(".json").exists()]
    run_missing("alignment", align_part, missing, len(wanted), tell)


def align_part(stem: Path, group: list[Recording], checkpoint: Path, priors: np.ndarray) -> None:
    """Aligns and writes one part."""
    network = load_network(checkpoint)
    made = [
        found for found in (_aligned(recording, network, priors) for recording in group) if found is not None
    ]
    write_part(stem, [utterance for utterance, _ in made], [sound for _, sound in made])


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
