"""How the skill does in a bedroom: its own voice in the air, noise, standby, long nights.

    python tests/benchmarks/room.py [--quick] [--noise DIR] [--human-speech DIR] [--picture OUT.png]

Everything is measured in the bedroom of ``tests/room`` on virtual time, faster than real time.  With a folder
of recorded noise and room responses, and one of other people's talk, those are used; without, computed ones.
Prints one table in Markdown; ``--quick`` plays about a tenth of it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(HERE), str(ROOT / "tests"), str(ROOT / "tests" / "room")]

import room_faults  # noqa: E402
import room_measures as measure  # noqa: E402
from bedroom import RATE, Acoustics  # noqa: E402
from latency import at_share, machine  # noqa: E402
from play import computed_response  # noqa: E402
from room_picture import draw  # noqa: E402
from voices import NAMES  # noqa: E402

from voice_skill.audio.streams import Resampler  # noqa: E402

Wave = npt.NDArray[np.float64]

ECHOES = (-10.0, 0.0, 6.0)
WAKING = ("hello night helper", "cramp now", "help cramp")


@dataclass(frozen=True)
class Sounds:
    """What the room is made of."""

    response: Wave
    noises: dict[str, Wave]
    talk: list[Path]


def read_sounds(noise: Path | None, talk: Path | None) -> Sounds:
    """Room 5 and noises that no model of ours has seen, or computed ones; human talk if there is any."""
    chance = np.random.default_rng(21)
    if noise is None:
        pink = np.cumsum(chance.normal(0, 1, 20 * RATE))
        pink -= np.convolve(pink, np.ones(400) / 400, "same")
        return Sounds(computed_response(), {"computed": pink / np.std(pink)}, [])

    # Fold 5 and these two are kept out of all training.
    rain = np.concatenate([read(path) for path in sorted((noise / "esc10").glob("rain_*_fold5.opus"))])
    steady = {name: read(noise / "steady" / f"{name}.wav") for name in ("air_conditioner", "noise5")}
    noises = {"rain": rain, **steady}
    files = sorted(talk.rglob("*.opus")) if talk else []
    return Sounds(
        read(noise / "rooms" / "room5.wav"),
        {name: wave / np.std(wave) for name, wave in noises.items()},
        files,
    )


def read(path: Path) -> Wave:
    """One recording, all channels as one, at our rate."""
    import soundfile

    sound, rate = soundfile.read(path)
    return Resampler(rate, RATE).feed(
        np.asarray(sound, dtype=np.float64).reshape(len(sound), -1).mean(axis=1)
    )


def talk_of(sounds: Sounds) -> Iterator[Wave]:
    """Other people's talk in an order of chance, or computed babble for ever."""
    chance = np.random.default_rng(4)
    if not sounds.talk:
        from voices import said_by

        lines = (
            "the train was late again this morning",
            "i could never stand the cold",
            "ask your sister then",
        )
        while True:
            yield said_by(lines[int(chance.integers(3))], NAMES[int(chance.integers(2))])
    for index in chance.permutation(len(sounds.talk)):
        yield read(sounds.talk[index])


def measured(skill: measure.Skill, sounds: Sounds, quick: bool, hours: float) -> Iterator[tuple[str, ...]]:
    """Row by row: what, the aim, what came of it."""
    lines = measure.spoken_lines(skill.content)
    waits: list[float] = []
    voices = NAMES[:1] if quick else NAMES
    own = [
        measure.own_speech(skill, Acoustics(sounds.response, echo), lines[:: 30 if quick else 3])
        for echo in ECHOES
    ]
    minutes = sum(one.seconds for one in own) / 60
    found = " / ".join(str(len(one.events)) for one in own)
    yield f"own speech, {minutes:.0f} minutes of it, echo -10 / 0 / +6 dB: events caused", "0", found
    tell(*(event for one in own for event in one.events))
    for name, noise, below, aim in (
        ("", np.zeros(0), 60.0, "98 / 95 / 90 %"),
        *(
            (f", {name} at 15 dB besides", wave, 15.0, "95 / 90 / 85 %")
            for name, wave in sounds.noises.items()
        ),
    ):
        done = [
            measure.interruptions(
                skill,
                Acoustics(sounds.response, echo, noise=noise, noise_below=below),
                voices,
                seed=int(echo) + 20,
            )
            for echo in ECHOES
        ]
        waits += [wait for one in done for wait in one.waits]
        tell(*(missed for one in done for missed in one.missed))
        yield (
            f"words over our speech{name}, echo -10 / 0 / +6 dB: obeyed",
            aim,
            f"{_percent([one.share for one in done])} ({done[0].tried} each)",
        )
    silence = f"{np.median(waits):.2f} / {at_share(waits, 0.95):.2f} s" if waits else "-"
    yield 'end of the word "stop" to silence, median / 95th percentile', "0.35 / 0.6 s", silence
    noise = next(iter(sounds.noises.values()))
    asked = [
        (test.say[0], test.intent)
        for test in skill.content.bundle.tests
        if test.intent and test.intent in skill.content.bundle.intents
        and skill.content.bundle.intents[test.intent].kind == "information"
    ][:: 12 if quick else 3]  # fmt: skip
    shares = [
        measure.questions(
            skill, Acoustics(sounds.response, 0.0, noise=noise, noise_below=below), asked, voices
        )
        for below in (20.0, 10.0)
    ]
    yield f"{len(asked)} questions in quiet, at 20 / 10 dB: taken rightly", "97 / 90 %", _percent(shares)
    night = measure.false_wakes(skill, talk_of(sounds), Acoustics(noise=noise, noise_below=20.0), hours)
    tell(*night.woken)
    woken = f"{len(night.woken)} in {night.hours:.2f} h"
    yield "standby: false wake-ups in 8 hours of talk and noise", "1", woken
    shares = [
        measure.wakes(skill, Acoustics(sounds.response, 0.0, noise=noise, noise_below=below), WAKING, voices)
        for below in (20.0, 10.0)
    ]
    yield "standby: calls obeyed at 20 / 10 dB", "98 / 92 %", _percent(shares)
    yield "standby: share of a core, quiet room", "3 %", f"{measure.standby_share(skill):.1f} %"
    yield from room_faults.rows(skill, sounds.response, talk_of(sounds), quick)


def _percent(shares: list[float]) -> str:
    return " / ".join(f"{share:.0f}" for share in shares) + " %"


def tell(*parts: str) -> None:
    """Say on the standard error what went wrong."""
    for part in parts:
        print("  ", part, file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    usual = Path(os.environ.get("VOICE_SKILL_MODEL", ROOT / "models" / "en-us-night"))
    parser.add_argument("--model", type=Path, default=usual)
    parser.add_argument("--noise", type=Path)
    parser.add_argument("--human-speech", type=Path)
    parser.add_argument("--hours", type=float, default=None, help="of talk and noise in standby")
    parser.add_argument("--picture", type=Path, help="draw one interruption as a timeline")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    sounds = read_sounds(options.noise, options.human_speech)
    with tempfile.TemporaryDirectory(prefix="room-") as cache:
        skill = measure.open_skill(options.model.resolve(), Path(cache))
        try:
            print("| measure | aim | reached | plain loop |\n|---|---|---|---|", flush=True)
            hours = options.hours or (0.05 if options.quick else 0.5)
            for what, aim, reached, *plain in measured(skill, sounds, options.quick, hours):
                print(f"| {what} | {aim} | {reached} | {''.join(plain)} |", flush=True)
            if options.picture:
                draw(skill, Acoustics(sounds.response, 0.0), options.picture)
        finally:
            skill.model.close()
            skill.voice.close()
    print(f"\nVoices: {', '.join(NAMES)}. Machine: {machine()}.")


if __name__ == "__main__":
    main()
