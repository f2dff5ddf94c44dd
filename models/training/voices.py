"""Synthetic speakers: espeak-ng in eight accents and a hundred throats, flite and festival.

Two voices are never used here, because the finished model is measured on them: flite's rms and festival's
ked. Each function returns speech with the times of its phones, or None when an engine failed on a sentence.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from .espeak import Espeak, Spoken
from .phones import from_us_voice

ACCENTS = ("en-us", "en-us", "en-us", "en-us-nyc", "gmw/en", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan",
           "en-gb-x-gbcwmd", "en-029")  # fmt: skip
FLITE = {"slt": 180, "awb": 125, "kal16": 105}
"""Voice and its usual pitch in Hz."""
FESTIVAL = ("kal_diphone", "cmu_us_slt_arctic_hts")
HELD_OUT = ("flite rms", "festival ked")


def espeak_variants() -> list[str]:
    """Names of the throats that this installation of espeak-ng has, such as "f2" or "max"."""
    listing = subprocess.run(
        ["espeak-ng", "--voices=variant"], capture_output=True, text=True, check=True
    ).stdout
    names = [line.split("!v/")[1].split("  ")[0].strip() for line in listing.splitlines() if "!v/" in line]
    strange = ("whisper", "robo", "croak", "klatt", "demonic", "klaatu", "zac", "alien", "auntie")
    return [name for name in names if not name.lower().startswith(strange) and _works(name)]


def _works(variant: str) -> bool:
    """Whether espeak-ng really accepts a variant that it lists (a few it does not)."""
    try:
        return len(Espeak(f"en-us+{variant}").speak("a").samples) > 0
    except OSError:
        return False


def say_espeak(text: str, chance: random.Random, variants: list[str]) -> tuple[str, Spoken]:
    """espeak-ng with a random accent, throat, rate and pitch; returns the speaker's name too."""
    voice = f"{chance.choice(ACCENTS)}+{chance.choice(variants)}"
    rate, pitch = chance.randint(105, 230), chance.randint(10, 90)
    return f"espeak {voice}", Espeak(voice, rate, pitch, chance.randint(20, 80)).speak(text)


def say_flite(text: str, chance: random.Random) -> tuple[str, Spoken | None]:
    """Flite with a random voice, speed and pitch."""
    voice = chance.choice(sorted(FLITE))
    stretch, pitch = chance.uniform(0.75, 1.5), FLITE[voice] * chance.uniform(0.75, 1.35)
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "said.wav"
        command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.2f}", "--setf",
                   f"int_f0_target_mean={pitch:.0f}", "-psdur", "-t", text, str(wave)]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not wave.exists():
            return f"flite {voice}", None
        samples, rate = soundfile.read(wave, dtype="int16")
    ends = [mark.split(":") for mark in done.stdout.split() if ":" in mark]
    return f"flite {voice}", Spoken(samples, rate, _segments([(name, float(end)) for name, end in ends]))


def say_festival(texts: list[str], chance: random.Random) -> list[tuple[str, Spoken | None]]:
    """Festival for a whole list: it takes half a second to start, so once for all."""
    results: list[tuple[str, Spoken | None]] = []
    with tempfile.TemporaryDirectory() as folder:
        lines, voices = [], []
        for index, text in enumerate(texts):
            voices.append(chance.choice(FESTIVAL))
            stem = f"{folder}/{index}"
            lines.append(
                f"(voice_{voices[-1]}) (Parameter.set 'Duration_Stretch {chance.uniform(0.75, 1.5):.2f})"
                f' (set! u (Utterance Text "{text}")) (utt.synth u)'
                f' (utt.save.wave u "{stem}.wav" \'riff) (utt.save.segs u "{stem}.segs")'
            )
        script = Path(folder) / "all.scm"
        script.write_text("\n".join(lines), encoding="utf-8")
        done = subprocess.run(["festival", "-b", str(script)], capture_output=True, text=True, check=False)
        if done.returncode and not any(Path(folder).glob("*.wav")):
            raise OSError(f"festival says nothing at all: {done.stderr.strip()[:200]}")
        for index, voice in enumerate(voices):
            wave, labels = Path(folder) / f"{index}.wav", Path(folder) / f"{index}.segs"
            if not (wave.exists() and labels.exists()):
                results.append((f"festival {voice}", None))
                continue
            samples, rate = soundfile.read(wave, dtype="int16")
            fields = [line.split() for line in labels.read_text().splitlines()]
            marks = [(field[2], float(field[0])) for field in fields if len(field) == 3]
            results.append((f"festival {voice}", Spoken(np.asarray(samples), rate, _segments(marks))))
    return results


def _segments(marks: list[tuple[str, float]]) -> list[tuple[str, float, float]]:
    """(phone, start, end) of our phones from (engine's name, end in seconds)."""
    segments, now = [], 0.0
    for name, end in marks:
        phones = from_us_voice(name)
        for index, phone in enumerate(phones):
            length = (end - now) / len(phones)
            segments.append((phone, now + index * length, now + (index + 1) * length))
        now = end
    return segments
