"""Sentences as the ears hear them: spoken by voices that no training has heard, clean and in noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from hearing_chain import Chain
from hearing_sets import Clip, at_level, kept_steady, say_ked, say_rms, with_noise

from voice_skill.messages import Heard

Way = Callable[[Sequence[str]], list[Heard]]
"""From sentences to what arrives of them."""


def ways(model: Path, bundle: Path, noise: Path) -> dict[str, Way]:
    """Heard clean, and in steady noise 10 dB below the voice; two voices in turn."""
    chain = Chain(model, bundle)
    kept = kept_steady(noise)

    def hear(texts: Sequence[str], noisy: bool) -> list[Heard]:
        chance = np.random.default_rng(3)
        heard = []
        for index, text in enumerate(texts):
            clip = Clip(at_level((say_rms, say_ked)[index % 2](text.replace('"', ""))), text)
            outcome = chain.hear(with_noise(clip, kept[index % len(kept)], 10, chance) if noisy else clip)
            heard.append(Heard(outcome.text, outcome.confidence, None, outcome.alternatives))
        return heard

    return {
        "heard clean": lambda texts: hear(texts, noisy=False),
        "heard at 10 dB": lambda texts: hear(texts, noisy=True),
    }
