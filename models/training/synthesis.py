"""Fills a folder with synthetic speech, part by part, on two processes."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
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

PER_PART = 240
WORST_MATCH = 0.40
"""Edit cost per phone beyond which a voice has said something else than the text."""


def make_part(stem: Path, seed: int, domain: list[str]) -> int:
    """Makes one part: half espeak-ng, 30% flite, 20% festival. Returns how many utterances it kept."""
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
    return len(utterances)


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


def make_speech(
    folder: Path, count: int, domain: list[str], seed: int, tell: Callable[[float, str], None]
) -> None:
    """Makes the parts that are still missing. `tell` gets the share done and a word about it."""
    stems = [folder / f"part{index:04d}" for index in range(max(1, round(count / PER_PART)))]
    missing = [(index, stem) for index, stem in enumerate(stems) if not stem.with_suffix(".json").exists()]
    if not missing:
        tell(1.0, "speech is there")
    with ProcessPoolExecutor(2) as pool:
        jobs = [pool.submit(make_part, stem, seed * 100003 + index, domain) for index, stem in missing]
        for done, job in enumerate(as_completed(jobs), start=len(stems) - len(missing) + 1):
            job.result()
            tell(done / len(stems), f"speech {done} of {len(stems)}")
