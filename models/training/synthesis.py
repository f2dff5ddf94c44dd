"""Fills a folder with synthetic speech, part by part."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from .corpus import RATE, Samples, Utterance, write_part
from .espeak import Spoken
from .lexicon import pronounce
from .matching import match
from .phones import NUMBER
from .texts import TextSource
from .voices import espeak_variants, say_espeak, say_festival, say_flite
from .work import Tell, run_missing

PER_PART = 240
WORST_MATCH = 0.40
"""Edit cost per phone beyond which a voice has said something else than the text."""


def make_part(stem: Path, seed: int, domain: list[str]) -> None:
    """Makes one part: half espeak-ng, 30% flite, 20% festival."""
    chance = random.Random(seed)
    source = TextSource(domain)
    texts = [source.sentence(chance) for _ in range(PER_PART)]
    cut, end = PER_PART // 2, PER_PART * 8 // 10
    variants = espeak_variants()
    said: list[tuple[str, Spoken | None]] = [say_espeak(text, chance, variants) for text in texts[:cut]]
    said += [say_flite(text, chance) for text in texts[cut:end]]
    said += say_festival(texts[end:], chance)
    utterances: list[Utterance] = []
    sounds: list[Samples] = []
    for text, (speaker, spoken) in zip(texts, said, strict=True):
        labelled = label(text, spoken) if spoken else None
        if labelled is not None and spoken is not None:
            sounds.append(to_rate(spoken.samples, spoken.rate))
            utterances.append(Utterance(text, speaker, 0, 0, labelled))
    write_part(stem, utterances, sounds)


def label(text: str, spoken: Spoken) -> list[tuple[int, float]] | None:
    """(phone number, end in seconds) of our phones in this speech, or None if it does not fit the text."""
    words = [list(pronounce(word)) for word in text.split()]
    segments, cost = match(spoken.segments, words)
    if cost > WORST_MATCH or not segments:
        return None
    return [(NUMBER[phone], round(end, 4)) for phone, _, end in segments]


def to_rate(samples: Samples, rate: int) -> Samples:
    """Sound at `rate` as sound at 16 kHz."""
    if rate == RATE:
        return samples
    divisor = int(np.gcd(rate, RATE))
    changed = resample_poly(samples.astype(np.float32), RATE // divisor, rate // divisor)
    return np.asarray(np.clip(changed, -32768, 32767), np.int16)


def make_speech(folder: Path, count: int, domain: list[str], seed: int, tell: Tell) -> None:
    """Makes the parts that are still missing of about `count` utterances."""
    stems = [folder / f"part{index:04d}" for index in range(max(1, round(count / PER_PART)))]
    wanted = [(stem, seed * 100003 + index, domain) for index, stem in enumerate(stems)]
    missing = [arguments for arguments in wanted if not arguments[0].with_suffix(".json").exists()]
    run_missing("speech", make_part, missing, len(wanted), tell)
