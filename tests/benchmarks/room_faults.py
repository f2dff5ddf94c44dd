"""Measures of faults for ``room.py``: lost devices, a broken renderer, clicks, a soak; and the plain loop.

Each row says what was measured, the aim, what the skill reached and, where the plain loop can be measured the
same way in the same room, what that reached.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from queue import Queue
from typing import Literal

import numpy as np
import numpy.typing as npt
import plain_room
from acoustics import RATE, Acoustics
from bedroom import Bedroom, joined
from frail import FrailRenderer
from latency import at_share
from room_measures import LINES, Skill
from soak import soak
from steps import lost_steps
from voices import said_by

from voice_skill.core.states import State
from voice_skill.messages import AudioBack, Event, Heard, SpeechFinished, StopSpeaking
from voice_skill.speaking.mouth import Mouth
from voice_skill.speaking.speaker import MemorySpeaker
from voice_skill.speaking.voice import Voice

Wave = npt.NDArray[np.float64]
Row = tuple[str, str, str, str]

GONE = 5.0
"""Seconds for which a device is away."""
_CUT = 160
"""Samples in which the end of the sound lies: the fade's 8 ms and some."""
RENDERER_FAULTS: dict[str, Sequence[str]] = {
    **{fault: ("", "", fault) for fault in ("hangs", "crashes", "writes noise", "writes nothing")},
    "hangs, and the next one crashes": ("", "", "hangs", "crashes"),
}
"""What children do in turns; the empty one speaks."""
LONG = ", and ".join(line.lower().replace(". ", ", ").removesuffix(".") for line in LINES) + "."
"""A long sentence before a short one: the renderer then waits longer until it takes a child for late."""


def rows(skill: Skill, response: Wave, talk: Iterable[Wave], quick: bool) -> Iterator[Row]:
    """All of them; ``response`` is the room's, ``talk`` other people's."""
    acoustics = Acoustics(response, -10.0)
    for device in ("microphone", "loudspeaker"):
        waits, lost = gone_in_routine(skill, acoustics, device, 2 if quick else 5)
        plain = ""
        if device == "microphone":
            plain = "back" if plain_room.hears_after_gap(skill, acoustics, GONE) else "never back"
        yield (
            f"{device} gone for 5 s in mid-routine, {len(waits)} times: back after, at most; steps lost",
            "3 s, 0",
            f"{max(waits):.2f} s, {len(lost)}",
            plain,
        )
        tell(*lost)
    heard = heard_after_return(skill, acoustics)
    yield "a word 3 s after the microphone's return is obeyed", "yes", "yes" if heard else "no", ""
    for fault, turns in RENDERER_FAULTS.items():
        usual, worst = renderer_cost(turns, 4 if quick else 10)
        yield (
            f"a renderer that {fault}, after long sentences too: sound comes later by, at most",
            "1 s",
            f"{worst - usual:.2f} s",
            "",
        )
    jumps = clicks(skill, Acoustics(response, 0.0), 6 if quick else 20)
    yield (
        f"{len(jumps)} stops in mid-word: largest step between samples at the cut, in the largest before",
        "1",
        f"median {np.median(jumps):.2f}, at most {max(jumps):.2f}",
        "",
    )
    yield from plain_rows(skill, response, talk, quick)
    hours, routines = (0.2, 1) if quick else (8.0, 50)
    left = soak(skill, hours, routines)
    yield (
        f"{hours:g} hours of standby, {routines} routines: memory, threads, files left",
        "10 MB, 0, 0",
        f"{left.grown.megabytes:.1f} MB, {left.grown.threads}, {left.grown.files}",
        "",
    )
    tell(*(f"heard in a routine without a word: {text}" for text in left.disturbed))


def plain_rows(skill: Skill, response: Wave, talk: Iterable[Wave], quick: bool) -> Iterator[Row]:
    """The plain loop where the skill has rows of its own; the skill's column is left to those."""
    echoes = [Acoustics(response, echo) for echo in (-10.0, 0.0, 6.0)]
    lines = LINES[:1] if quick else LINES
    found = [plain_room.own_speech(skill, each, lines * (1 if quick else 5)) for each in echoes]
    said = len(lines) * (1 if quick else 5)
    yield (
        f"own speech, {said} answers, echo -10 / 0 / +6 dB: taken for requests",
        "0",
        "see above",
        " / ".join(map(str, found)),
    )
    waits = plain_room.stop_waits(skill, echoes[1], ("rms",) if quick else ("rms", "ked"))
    yield (
        'end of the word "stop" to silence, median / 95th percentile',
        "0.35 / 0.6 s",
        "see above",
        f"{np.median(waits):.2f} / {at_share(waits, 0.95):.2f} s",
    )
    alone = plain_room.talks_to_itself(skill, echoes[1], 30.0 if quick else 120.0)
    yield "one question, then two minutes alone: answers nobody asked for", "0", "see above", str(alone)
    woken = plain_room.false_wakes(skill, talk, Acoustics(), 0.02 if quick else 0.25)
    yield "other people's talk: answers in an hour", "0.1", "see above", f"{woken:.0f}"


# --- devices ----------------------------------------------------------------------------------------


def gone_in_routine(
    skill: Skill, acoustics: Acoustics, device: Literal["microphone", "loudspeaker"], times: int
) -> tuple[list[float], list[str]]:
    """Take a device away again and again in one routine; seconds until it is back, and the steps lost.

    The microphone is back when it is listened to again; the loudspeaker, when it is heard again.
    """
    waits: list[float] = []
    away: list[tuple[float, float]] = []
    with skill.bedroom(acoustics, quiet_after=None) as bed:
        bed.wait(15.0)
        system = bed.sound_system
        lost_one = system.microphone if device == "microphone" else system.loudspeaker
        began = len(bed.messages)
        begin_routine(bed, skill)
        for index in range(times):
            # At another place of the retries' second each time.
            bed.wait(30.0 + 1.0 / times * index)
            system.unplug(lost_one)
            gone = bed.now
            bed.wait(GONE)
            lost_one.plugged_in = True
            returned = bed.now
            away.append((gone, returned))
            while not _is_back(bed, device, returned):
                assert bed.now < returned + 60, f"The {device} does not come back."
                bed.step()
            waits.append(bed.now - returned)
        while bed.session.state is State.ROUTINE and bed.now < returned + 600:
            bed.wait(1.0)
        lost = lost_steps(
            bed.messages[began:], skill.content.bundle.routine, away if device == "loudspeaker" else []
        )
    return waits, lost


def _is_back(bed: Bedroom, device: str, since: float) -> bool:
    if device == "microphone":
        return any(at >= since and one == AudioBack("microphone") for at, one in bed.messages)
    return bool(np.abs(joined(bed.spoken[round(since * RATE / 640) :])).max(initial=0) > 40)


def begin_routine(bed: Bedroom, skill: Skill) -> None:
    """As after the questions about safety."""
    bed.session.enter(State.ROUTINE)
    bed.session.coach.begin(skill.content.bundle.routine.default)
    bed.session.script.prompt("routine_intro")
    bed.app._carry_out(bed.session._take())


def heard_after_return(skill: Skill, acoustics: Acoustics) -> bool:
    """Whether "pause" is understood that begins three seconds after the microphone was plugged in again."""
    with skill.bedroom(acoustics, quiet_after=None) as bed:
        bed.wait(15.0)
        begin_routine(bed, skill)
        bed.wait(20.0)
        bed.sound_system.unplug(bed.sound_system.microphone)
        bed.wait(GONE)
        bed.sound_system.microphone.plugged_in = True
        bed.wait(3.0)
        bed.says(said_by("pause", "rms"))
        bed.wait(3.0)
        return any("pause" in one.text for _, one in bed.messages if isinstance(one, Heard))


# --- the renderer and the speaker -------------------------------------------------------------------


def renderer_cost(turns: Sequence[str], sentences: int) -> tuple[float, float]:
    """Seconds from the order to the first sample of a short sentence: usually, and at worst with the faults.

    Each second sentence comes after a long one.
    """
    with tempfile.TemporaryDirectory(prefix="renderer-") as folder:
        frail = FrailRenderer(Path(folder))
        usual = _first_samples(Voice(), sentences)
        ordered = [*turns] * (2 * sentences)
        frail.fail(ordered)
        worst = _first_samples(Voice(command=frail.command), sentences)
        assert len(ordered) - frail.left >= 1.5 * sentences + 1, "No child has failed."
    return float(np.median(usual)), max(worst)


def _first_samples(voice: Voice, sentences: int) -> list[float]:
    began: float | None = None
    waits: list[float] = []
    inbox: Queue[Event] = Queue()

    def sounded() -> None:
        nonlocal began
        if began is not None:
            waits.append(time.monotonic() - began)
        began = None

    def say(number: int, text: str) -> None:
        mouth.say(number, text)
        while inbox.get(timeout=60) != SpeechFinished(number):
            pass

    mouth = Mouth(voice, lambda: MemorySpeaker(22_050, sounded), inbox, time.monotonic)
    mouth.start()
    voice.warm_up()
    try:
        for utterance in range(1, sentences + 1):
            if utterance % 2 == 0:
                say(sentences + utterance, LONG)
            time.sleep(1.0)  # as long as the shortest sentence lasts: the next child comes up meanwhile
            began = time.monotonic()
            say(utterance, f"Hold it there, and count to {utterance}.")
    finally:
        mouth.close()
        voice.close()
    return waits


def clicks(skill: Skill, acoustics: Acoustics, stops: int) -> list[float]:
    """Stop in mid-word; the largest step between samples round the cut, in that of the second before."""
    jumps: list[float] = []
    chance = np.random.default_rng(12)
    with skill.bedroom(acoustics, quiet_after=None) as bed:
        bed.wait(12.0)
        while len(jumps) < stops:
            bed.session.drop_everything()
            bed.session.script.say_again(LINES[len(jumps) % len(LINES)])
            bed.app._carry_out(bed.session._take())
            bed.wait(float(chance.uniform(1.5, 3.5)))
            at = len(bed.spoken)
            bed.session.script.hush()
            assert any(isinstance(one, StopSpeaking) for one in bed.session.script.effects)
            bed.app._carry_out(bed.session._take())
            bed.wait(1.5)
            sound = joined(bed.spoken[at - 25 : at + 12]).astype(int)
            quiet = np.lib.stride_tricks.sliding_window_view(sound[25 * 640 :] == 0, 800).all(axis=1)
            cut = 25 * 640 + int(np.argmax(quiet))
            steps = np.abs(np.diff(sound))
            before, at_the_cut = steps[: cut - _CUT].max(), steps[cut - _CUT : cut + 1].max()
            if at_the_cut > 0 and np.abs(sound[cut - _CUT : cut]).max() > 500:  # there was something to cut
                jumps.append(float(at_the_cut / before))
    return jumps


def tell(*parts: str) -> None:
    """Say on the standard error what went wrong."""
    for part in parts:
        print("  ", part, file=sys.stderr, flush=True)
