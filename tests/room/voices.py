"""Voices that no model of ours was trained on: flite's rms and festival's ked, made once and kept."""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice_skill.audio.sound import Sound, resample, trimmed
from voice_skill.audio.wav import read_sound

RATE = 16_000
NAMES = ("rms", "ked")


@lru_cache(maxsize=512)
def said_by(text: str, name: str) -> npt.NDArray[np.float64]:
    """The text at 16,000 samples a second, without silence at its ends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        if name == "rms":
            subprocess.run(["flite", "-voice", "rms", "-t", text, "-o", str(path)], check=True)
        else:
            subprocess.run(
                ["text2wave", "-eval", "(voice_ked_diphone)", "-o", str(path)],
                input=text.encode(), check=True, stderr=subprocess.DEVNULL, env=dict(os.environ),
            )  # fmt: skip
        sound: Sound = trimmed(resample(read_sound(path).sound, RATE), threshold=300, margin=0.0)
    return sound.samples.astype(np.float64)
