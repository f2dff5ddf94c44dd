"""Speech for the tests, by a voice that no model of ours was trained on."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from voice_skill.audio.sound import resample
from voice_skill.audio.wav import read_sound, write_wav


def spoken(text: str, folder: Path, rate: int = 16000) -> Path:
    """Write a WAV file in which flite's voice "rms" says the text; fails when flite is missing."""
    if shutil.which("flite") is None:
        raise AssertionError("These tests need flite: sudo apt install flite")
    path = folder / f"{text.replace(' ', '_')}-{rate}.wav"
    subprocess.run(["flite", "-voice", "rms", "-t", text, "-o", str(path)], check=True)
    if rate != 16000:
        write_wav(path, resample(read_sound(path).sound, rate))
    return path
