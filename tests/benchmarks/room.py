"""How the skill does in a bedroom: its own voice in the air, noise, standby, long nights.

    python tests/benchmarks/room.py [--quick] [--jobs 2] [--noise DIR] [--human-speech DIR]

Everything is measured in the bedroom of ``tests/room`` on virtual time, faster than real time.  With a folder
of recorded noise and room responses, and one of other people's talk, those are used; without, computed ones.
Prints one table in Markdown; ``--quick`` plays about a tenth of it, ``--only standby`` the rows with this
word.  Each row is cut into parts, one room each, which ``--jobs`` processes share.

Two other echo cancellers are tried in the place of ours where they are installed
(``pip install pyaec livekit``).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(HERE), str(ROOT / "tests"), str(ROOT / "tests" / "room")]

import room_faults  # noqa: E402
import room_measures as measure  # noqa: E402
from acoustics import computed_response  # noqa: E402
from bedroom import RATE, Acoustics  # noqa: E402
from latency import at_share, machine  # noqa: E402
from room_cancellers import LIBRARIES, Costs, Library, costs  # noqa: E402
from room_picture import draw  # noqa: E402
from voices import NAMES  # noqa: E402

from voice_skill.audio.streams import Resampler  # noqa: E402

Wave = npt.NDArray[np.float64]

ECHOES = (-10.0, 0.0, 6.0)
ROUTINES = ("seated", "wall", "bed")
WAKING = ("hello night helper", "cramp now", "help cramp", "cramp")


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


def talk_of(sounds: Sounds, seed: int) -> Iterator[Wave]:
    """Other people's talk in an order of chance, or computed babble for ever."""
    chance = np.random.default_rng(seed)
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


# --- the parts: each runs in a process that has its own skill ----------------------------------------

_skill: measure.Skill
_sounds: Sounds


def _prepare(model: Path, cache: Path, noise: Path | None, talk: Path | None) -> None:
    global _skill, _sounds
    _skill, _sounds = measure.open_skill(model, cache), read_sounds(noise, talk)


def _acoustics(echo: float | None, name: str, below: float) -> Acoustics:
    noise = _sounds.noises[name] if name else np.zeros(0)
    return Acoustics(_sounds.response, echo, noise=noise, noise_below=below)


def _own(echo: float, every: int, routines: Sequence[str]) -> measure.OwnSpeech:
    return measure.own_speech(
        _skill, _acoustics(echo, "", 60.0), measure.spoken_lines(_skill.content)[::every], routines
    )


def _over(echo: float, name: str, below: float, voice: str) -> measure.Interruptions:
    return measure.interruptions(_skill, _acoustics(echo, name, below), [voice], seed=int(echo) + 20)


def _apart(echo: float, voice: str) -> measure.Interruptions:
    acoustics = replace(_acoustics(echo, "", 60.0), drift=50.0)
    return measure.interruptions(_skill, acoustics, [voice], seed=int(echo) + 20)


def _headset(voice: str) -> measure.Interruptions:
    return measure.interruptions(_skill, _acoustics(None, "", 60.0), [voice])


def _over_by(library: Library, alone: bool, echo: float, voice: str) -> measure.Interruptions:
    room, path = _acoustics(echo, "", 60.0), library.path(alone=alone)
    return measure.interruptions(_skill, room, [voice], seed=int(echo) + 20, canceller=path)


def _stops(echo: float, voice: str) -> measure.Interruptions:
    return measure.stops(_skill, _acoustics(echo, "", 60.0), voice, seed=int(echo) + 20)


def _first(echo: float, voice: str, times: int) -> measure.Interruptions:
    return measure.first_sentence(_skill, _acoustics(echo, "", 60.0), voice, times)


def _many_rooms(echo: float, voice: str, words: dict[str, str]) -> measure.Interruptions:
    return measure.in_many_rooms(_skill, echo, voice, words, seed=int(echo) + 20)


def _costs(library: Library) -> Costs:
    return costs(_skill, _acoustics(0.0, "", 60.0), library)


def _longer(echo: float, voice: str) -> measure.Interruptions:
    return measure.longer_requests(_skill, _acoustics(echo, "", 60.0), [voice], seed=int(echo) + 20)


def _questions(name: str, below: float, every: int, voices: Sequence[str]) -> float:
    bundle = _skill.content.bundle
    asked = [
        (test.say[0], test.intent)
        for test in bundle.tests
        if test.intent in bundle.intents and bundle.intents[test.intent].kind == "information"
    ][::every]
    return measure.questions(_skill, _acoustics(0.0, name, below), asked, voices)


def _night(name: str, hours: float, seed: int) -> measure.Standby:
    acoustics = _acoustics(None, name, 20.0)
    return measure.false_wakes(_skill, talk_of(_sounds, seed), acoustics, hours)


def _calls(name: str, below: float, phrase: str, voices: Sequence[str], times: int) -> measure.Calls:
    return measure.wakes(_skill, _acoustics(0.0, name, below), phrase, voices, times)


def _share() -> float:
    return measure.standby_share(_skill)


def _faults(quick: bool) -> list[tuple[str, ...]]:
    return list(room_faults.rows(_skill, _sounds.response, talk_of(_sounds, 4), quick))


# --- the rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the table: what, the aim, the parts, and how they are put together."""

    what: str
    aim: str
    parts: Sequence[Callable[[], Any]]
    shown: Callable[[list[Any]], str]
    ours: bool = True
    """Whether the skill is as it ships."""


def rows(names: Sequence[str], quick: bool, hours: float, jobs: int) -> list[Row]:
    """All of them; ``names`` are the noises."""
    voices = NAMES[:1] if quick else NAMES
    routines = () if quick else ROUTINES
    words = dict(list(measure.WORDS.items())[: 2 if quick else None])
    own = [partial(_own, echo, 30 if quick else 1, routines) for echo in ECHOES]
    spoken_over = [
        Row(
            f"words over our speech{f', {name} at 15 dB besides' if name else ''}, "
            "echo -10 / 0 / +6 dB: obeyed",
            "95 / 90 / 85 %" if name else "98 / 95 / 90 %",
            [partial(_over, echo, name, 15.0 if name else 60.0, v) for echo in ECHOES for v in voices],
            partial(_obeyed, len(voices)),
        )
        for name in ("", *names)
    ]

    def over_us(what: str, part: Callable[..., measure.Interruptions], *more: object) -> Row:
        """By each voice at each echo."""
        parts = [partial(part, echo, voice, *more) for echo in ECHOES for voice in voices]
        return Row(what, "98 / 95 / 90 %", parts, partial(_obeyed, len(voices)))

    nights = [partial(_night, names[0], hours / jobs, seed) for seed in range(jobs)]
    return [
        Row("own speech, echo -10 / 0 / +6 dB: events caused", "0", own, _events),
        *spoken_over,
        *(row for library in LIBRARIES for row in rows_with(library, voices, quick)),
        over_us(
            'the word "stop" over our speech, echo -10 / 0 / +6 dB: obeyed',
            _stops,
        ),
        over_us(
            '"stop" within the first sentence after the start, the room not yet known, '
            "echo -10 / 0 / +6 dB: obeyed",
            _first,
            2 if quick else 12,
        ),
        over_us(
            "words over our speech, each in another room (delay 0.05 to 0.4 s, reverberation 0.2 to 0.6 s, "
            "person -6 to +6 dB, clocks 0 to 50 ppm apart), echo -10 / 0 / +6 dB: obeyed",
            _many_rooms,
            words,
        ),
        over_us(
            "words over our speech, clocks 50 ppm apart, echo -10 / 0 / +6 dB: obeyed",
            _apart,
        ),
        Row(
            "words over our speech through a headset, no echo at all: obeyed",
            "98 %",
            [partial(_headset, voice) for voice in voices],
            partial(_obeyed, len(voices)),
        ),
        over_us(
            "longer requests over our speech, echo -10 / 0 / +6 dB: taken rightly",
            _longer,
        ),
        Row(
            "questions in quiet, at 20 / 10 dB: taken rightly",
            "97 / 90 %",
            [partial(_questions, names[0], below, 12 if quick else 3, voices) for below in (20.0, 10.0)],
            _percent,
        ),
        Row("standby: false wake-ups by talk and noise, in the time played", "1 in 8 h", nights, _woken),
        Row(
            'standby: calls obeyed at 20 / 10 dB, a bare "cramp" said once among them',
            "98 / 92 %",
            [
                partial(_calls, names[0], below, phrase, voices, 1 if quick else 3)
                for below in (20.0, 10.0)
                for phrase in WAKING
            ],
            _called,
        ),
        Row("standby: share of a core, quiet room", "3 %", [_share], lambda done: f"{done[0]:.1f} %"),
    ]


def rows_with(library: Library, voices: Sequence[str], quick: bool) -> list[Row]:
    """Somebody else's canceller in the same room; they need not come along."""

    def row(what: str, parts: list[Callable[[], Any]], shown: Callable[[list[Any]], str]) -> Row:
        if library.installed:
            return Row(what, "", parts, shown, ours=False)
        return Row(what, "", [], lambda _: "not installed", ours=False)

    ways = ((False, "in the place of our filter"), (True, "alone, not softened by us"))
    spoken_over = [
        row(
            f"words over our speech, echo -10 / 0 / +6 dB, {library.name} {how}: obeyed",
            [partial(_over_by, library, alone, echo, voice) for echo in ECHOES for voice in voices],
            partial(_obeyed, len(voices)),
        )
        for alone, how in ways[: 1 if quick else 2]
    ]
    what = f"processing time, {library.name} in the place of our filter / alone"
    return [*spoken_over, row(what, [partial(_costs, library)], _times_ours)]


def _times_ours(done: list[Costs]) -> str:
    cost = done[0]
    return (
        f"{cost.replaced / cost.ours:.2f} / {cost.alone / cost.ours:.2f} times ours "
        f"({cost.ours:.1f} ms for a second of sound)"
    )


def _events(done: list[measure.OwnSpeech]) -> str:
    tell(*(event for one in done for event in one.events))
    found = " / ".join(str(len(one.events)) for one in done)
    return f"{found} in {done[0].seconds / 60:.0f} minutes each"


def _obeyed(voices: int, done: list[measure.Interruptions]) -> str:
    tell(*(missed for one in done for missed in one.missed))
    groups = [done[at : at + voices] for at in range(0, len(done), voices)]
    tried = [sum(one.tried for one in group) for group in groups]
    shares = [100 * sum(one.obeyed for one in group) / tried[0] for group in groups]
    return f"{_percent(shares)} ({tried[0]} each)"


def _woken(done: list[measure.Standby]) -> str:
    tell(*(woken for one in done for woken in one.woken))
    return f"{sum(len(one.woken) for one in done)} in {sum(one.hours for one in done):.2f} h"


def _called(done: list[measure.Calls]) -> str:
    tell(*(missed for one in done for missed in one.missed))
    levels = (done[: len(WAKING)], done[len(WAKING) :])
    tried = [sum(one.tried for one in level) for level in levels]
    missed = [sum(len(one.missed) for one in level) for level in levels]
    shares = [100 * (1 - lost / all_of_it) for lost, all_of_it in zip(missed, tried, strict=True)]
    bare = " / ".join(f"{one.tried - len(one.missed)} of {one.tried}" for *_, one in levels)
    return f'{_percent(shares)} ({tried[0]} each; "{WAKING[-1]}" alone: {bare})'


def silence(done: list[measure.Interruptions]) -> str:
    """How long we go on after "stop", over all rows with interruptions; a missed one, for ever."""
    waits = [wait for one in done for wait in one.waits]
    if not waits:
        return "-"
    shown = [
        "missed" if wait == np.inf else f"{wait:.2f} s" for wait in (np.median(waits), at_share(waits, 0.95))
    ]
    return f"{' / '.join(shown)} ({sum(wait == np.inf for wait in waits)} of {len(waits)} missed)"


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
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the work")
    parser.add_argument("--only", default="", help="the rows with this in them")
    parser.add_argument("--picture", type=Path, help="draw one interruption as a timeline")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    model, began = options.model.resolve(), time.monotonic()
    hours = options.hours or (0.05 if options.quick else 2.0)
    sounds = read_sounds(options.noise, None)
    with tempfile.TemporaryDirectory(prefix="room-") as folder:
        cache = Path(folder)
        given = (model, cache, options.noise, options.human_speech)
        with ProcessPoolExecutor(options.jobs, get_context("spawn"), _prepare, given) as pool:
            wanted = rows(list(sounds.noises), options.quick, hours, options.jobs)
            wanted = [row for row in wanted if options.only in row.what]
            running: list[tuple[Row, list[Future[Any]]]] = [
                (row, [pool.submit(part) for part in row.parts]) for row in wanted
            ]
            faults = None if options.only else pool.submit(_faults, options.quick)
            print("| measure | aim | reached | plain loop |\n|---|---|---|---|", flush=True)
            interrupted: list[measure.Interruptions] = []
            for row, parts in running:
                done = [part.result() for part in parts]
                print(f"| {row.what} | {row.aim} | {row.shown(done)} | |", flush=True)
                if row.ours:
                    interrupted += [one for one in done if isinstance(one, measure.Interruptions)]
            for what, aim, reached, *plain in faults.result() if faults else ():
                print(f"| {what} | {aim} | {reached} | {''.join(plain)} |", flush=True)
        if interrupted:
            what = 'end of the word "stop" to silence, median / 95th percentile'
            print(f"| {what} | 0.35 / 0.6 s | {silence(interrupted)} | |")
        if options.picture:
            skill = measure.open_skill(model, cache)
            draw(skill, Acoustics(sounds.response, 0.0), options.picture)
            skill.model.close()
            skill.voice.close()
    minutes = (time.monotonic() - began) / 60
    print(f"\nVoices: {', '.join(NAMES)}. Machine: {machine()}. {minutes:.0f} minutes, {options.jobs} jobs.")


if __name__ == "__main__":
    main()
