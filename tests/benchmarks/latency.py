"""How long the person waits: for an answer, for silence after "stop", for the skill to be ready.

    python tests/benchmarks/latency.py [--model DIR] [--utterances 60]

A robot with two voices that no model was trained on speaks into the room of ``tests/room``; what counts is
the sound on its tapes: from the last sample of the last word to the first sample of the answer.  The plain
way (``plain_loop.py``) hears the same sentences in the same room.  Takes about a quarter of an hour on an
idle machine; prints a table in Markdown, and what it is doing on the standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, cycle
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "room")]

from robot import VOICES, VoiceName  # noqa: E402
from scene import Room  # noqa: E402

from voice_skill.content import reader  # noqa: E402
from voice_skill.content.learned import learn_once  # noqa: E402
from voice_skill.core.interpreter import Interpreter  # noqa: E402
from voice_skill.hearing.recogniser import SpeechModel  # noqa: E402
from voice_skill.messages import Heard, Say, StopSpeaking  # noqa: E402

HARMLESS = ("help", "how_long_left", "where_am_i", "source", "back", "skip", "not_sure", "no")
"""Commands that leave the conversation as it was."""
PATIENCE = 5.0
"""Seconds after which an utterance counts as not answered."""
STEPS = ("waiting for the end", "decoding", "matching", "rendering", "device")


@dataclass
class Figures:
    """What came of one way of doing it."""

    name: str
    waits: list[float] = field(default_factory=list)
    """Seconds from the last word to the first sample of the answer."""
    steps: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    understood: int = 0
    asked: int = 0
    ready: list[float] = field(default_factory=list)
    greeted: list[float] = field(default_factory=list)
    silence: list[float] = field(default_factory=list)
    silence_from_word: list[float] = field(default_factory=list)
    memory: float = 0.0
    """Megabytes."""
    idle: float = 0.0
    """Share of one core."""


# --- what is said -----------------------------------------------------------------------------------


def choose_utterances(bundle_folder: Path, model: Path, number: int) -> list[str]:
    """As many phrases of the bundle as test sentences, and half as many commands; always the same."""
    bundle = reader.load(bundle_folder, with_tests=True)
    asked = [intent for intent in bundle.intents.values() if intent.kind == "information"]
    sentences = chain.from_iterable(
        test.say for test in bundle.tests if test.intent in {intent.name for intent in asked}
    )
    commands = chain.from_iterable(bundle.intents[name].phrases for name in HARMLESS)
    kinds = [chain.from_iterable(intent.phrases for intent in asked), sentences, commands]
    with SpeechModel(model) as known:
        heard = [sorted({text for text in kind if not known.missing([text])}) for kind in kinds]
    chance = random.Random(5)
    shares = (number * 2 // 5, number * 2 // 5, number - number * 2 // 5 * 2)
    chosen = [text for kind, share in zip(heard, shares, strict=True) for text in chance.sample(kind, share)]
    chance.shuffle(chosen)
    return chosen


# --- ours -------------------------------------------------------------------------------------------


def measure_answers(
    model: Path, cache: Path, texts: Sequence[str], meaning: Callable[[str], str], ours: Figures
) -> None:
    """Ask each text, with one voice and the other in turn."""
    with Room(model, (str(HERE / "timed_skill.py"),), cache=cache) as room:
        room.hear_hello()
        room.let_finish()
        voices: Iterable[VoiceName] = cycle(list(VOICES))
        for text, voice in zip(texts, voices, strict=False):
            time.sleep(0.8)  # nobody asks the next thing within the echo of an answer
            room.say(text, voice)
            ours.asked += 1
            try:
                _, heard = room.expect(Heard, within=PATIENCE)
                heard_at = room.entries_of(Heard)[-1].at
                said = room.expect(Say, within=2)
                first = room.await_sound(said)
            except AssertionError:
                tell(f"{voice}: {text}: not answered")
                continue
            over = room.word_over()
            steps = _steps(room.pulse.home / "times.jsonl", heard_at, said[0])
            steps["device"] = first - over - sum(steps.values())
            ours.waits.append(first - over)
            for step, took in steps.items():
                ours.steps[step].append(took)
            right = meaning(heard.text) == meaning(text)
            ours.understood += right
            tell(f"{voice}: {text}: {first - over:.2f} s, heard '{heard.text}'", _in_words(steps))
            room.let_finish()


def _steps(times: Path, heard_at: float, said_at: float) -> dict[str, float]:
    """Where the time went, all but what is left for the devices at both ends."""
    lines = [json.loads(line) for line in times.read_text().splitlines() if line.endswith("}")]

    def took(what: str, earliest: float, latest: float) -> list[float]:
        return [one["took"] for one in lines if one["what"] == what and earliest <= one["at"] <= latest]

    # The log rounds to milliseconds.
    return {
        "waiting for the end": took("waiting", 0, heard_at + 0.01)[-1],
        "decoding": took("decoding", 0, heard_at + 0.01)[-1],
        "matching": said_at - heard_at,
        "rendering": took("rendering", said_at - 0.01, float("inf"))[0],
    }


def measure_itself(model: Path, cache: Path, ours: Figures, starts: int = 5, stops: int = 12) -> None:
    """Start, memory, what it does when nothing happens, and how soon it is silent; the command as it is."""
    for number in range(starts + 1):
        with Room(model, cache=cache) as room:
            hello = room.hear_hello()
            ready, greeted = hello[0] - room.started_at, room.await_sound(hello) - room.started_at
            tell(f"start: ready after {ready:.2f} s, heard after {greeted:.2f} s")
            if number:
                ours.ready.append(ready)
                ours.greeted.append(greeted)
            if number < starts:
                continue
            room.let_finish()
            before = _processor_seconds(room.skill.pid)
            time.sleep(10)
            ours.idle = (_processor_seconds(room.skill.pid) - before) / 10
            for voice, _ in zip(cycle(list(VOICES)), range(stops), strict=False):
                _stop_once(room, voice, ours)
            ours.memory = _megabytes(room.skill.pid)


def _stop_once(room: Room, voice: VoiceName, ours: Figures) -> None:
    """Have it say what can be said, and cut that short."""
    room.say("help")
    try:
        room.await_sound(room.expect_reply("."))
        room.say("stop", voice)
        heard_at = room.expect(Heard, within=PATIENCE)[0]
        room.expect(StopSpeaking)
    except AssertionError:
        tell(f"{voice}: 'stop' was not heard")
        room.let_finish()
        return
    time.sleep(1.2)
    last = room.speaker.last_sound(heard_at, heard_at + 1.0) or heard_at
    answered = room.entries_of(Say)[-1].at > heard_at
    if not answered:  # an answer would follow on the silence too soon to tell them apart
        ours.silence.append(last - heard_at)
        ours.silence_from_word.append(last - room.word_over())
        tell(f"{voice}: 'stop': silent {last - heard_at:.2f} s after it was heard")
    room.let_finish(within=60)


# --- the plain way ----------------------------------------------------------------------------------


def measure_plain(model: Path, bundle: Path, texts: Sequence[str], meaning: Callable[[str], str]) -> Figures:
    """The same sentences for the plain loop."""
    plain = Figures("plain loop")
    with Room(model, (str(HERE / "plain_loop.py"), str(model), str(bundle)), options=()) as room:
        log = room.pulse.home / "plain.jsonl"
        plain.ready.append(_await_line(log, 0, 30)["at"] - room.started_at)
        time.sleep(3)
        lines = 1
        for text, voice in zip(texts, cycle(list(VOICES)), strict=False):
            time.sleep(1.5)
            lines = _count(log)
            asked_at = room.say(text, voice).asked_at
            plain.asked += 1
            try:
                answer = _await_line(log, lines, PATIENCE)
                first = room.await_sound_after(asked_at)
            except AssertionError:
                tell(f"plain, {voice}: {text}: not answered")
                continue
            over = room.word_over()
            plain.waits.append(first - over)
            plain.steps["waiting for the end"].append(answer["at"] - over)
            plain.steps["matching"].append(answer["matching"])
            plain.steps["rendering"].append(answer["rendering"])
            plain.steps["device"].append(first - answer["at"] - answer["matching"] - answer["rendering"])
            plain.understood += answer["intent"] == meaning(text)
            tell(f"plain, {voice}: {text}: {first - over:.2f} s, heard '{answer['text']}'")
        before = _processor_seconds(room.skill.pid)
        time.sleep(10)
        plain.idle = (_processor_seconds(room.skill.pid) - before) / 10
        plain.memory = _megabytes(room.skill.pid)
    return plain


def _count(log: Path) -> int:
    return len(log.read_text().splitlines()) if log.exists() else 0


def _await_line(log: Path, number: int, within: float) -> dict[str, Any]:
    until = time.monotonic() + within
    while _count(log) <= number:
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(0.02)
    found: dict[str, Any] = json.loads(log.read_text().splitlines()[number])
    return found


# --- the machine and the table ----------------------------------------------------------------------


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(rows["VmRSS"].split()[0]) / 1024


def tell(*parts: str) -> None:
    """Say on the standard error what is going on."""
    print(*parts, sep="; ", file=sys.stderr, flush=True)


def _in_words(steps: dict[str, float]) -> str:
    return ", ".join(f"{step} {took:.2f}" for step, took in steps.items())


def at_share(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed; nan where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def middle_and_most(values: Sequence[float]) -> str:
    """Median and 95th percentile."""
    if not values:
        return "-"
    return f"{statistics.median(values):.2f} / {at_share(values, 0.95):.2f} s"


def _step(step: str, one: Figures) -> str:
    return middle_and_most(one.steps[step])


def table(ours: Figures, plain: Figures | None) -> str:
    """The results, ready for the README."""
    columns = [ours] + ([plain] if plain else [])
    rows: list[tuple[str, str, Callable[[Figures], str]]] = [
        ("last word to first sound of the answer", "0.75 / 0.95 s", lambda one: middle_and_most(one.waits)),
        *((f"... of that {step}", "", partial(_step, step)) for step in STEPS),
        ("answered", "", lambda one: f"{len(one.waits)} of {one.asked}"),
        ("understood as meant", "", lambda one: f"{one.understood} of {one.asked}"),
        ("'stop' heard to silence", "0.25 s", lambda one: middle_and_most(one.silence)),
        ("end of the word 'stop' to silence", "", lambda one: middle_and_most(one.silence_from_word)),
        ("start to ready", "1.5 s", lambda one: middle_and_most(one.ready)),
        ("start to the first sound of the greeting", "", lambda one: middle_and_most(one.greeted)),
        ("memory", "200 MB", lambda one: f"{one.memory:.0f} MB"),
        ("processor when idle, share of a core", "5 %", lambda one: f"{one.idle:.1%}"),
    ]
    lines = [f"| median / 95th percentile | aim | {' | '.join(one.name for one in columns)} |"]
    lines.append("|---|---|" + "---|" * len(columns))
    lines += [f"| {what} | {aim} | {' | '.join(show(one) for one in columns)} |" for what, aim, show in rows]
    return "\n".join(lines)


def machine() -> str:
    """Name the machine that was measured."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if "model name" in line]
    system = f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {names[0] if names else platform.machine()}, {system}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    usual = Path(os.environ.get("VOICE_SKILL_MODEL", ROOT / "models" / "en-us-night"))
    parser.add_argument("--model", type=Path, default=usual)
    parser.add_argument("--utterances", type=int, default=60)
    parser.add_argument("--without-plain", action="store_true")
    options = parser.parse_args()
    options.model = options.model.resolve()  # the room has a folder of its own
    bundle_folder = ROOT / "intents" / "en"
    bundle = reader.load(bundle_folder, with_tests=False)
    interpreter = Interpreter(bundle, "", learn_once(bundle, bundle_folder, bundle_folder))
    texts = choose_utterances(bundle_folder, options.model, options.utterances)
    # As an installed program is: compiled once.  The first start, which has more to do, is not counted.
    kept = Path(tempfile.mkdtemp(prefix="latency-"))
    os.environ["PYTHONPYCACHEPREFIX"] = str(kept / "compiled")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    load = os.getloadavg()[0]
    ours = Figures("voice-skill")
    measure_itself(options.model, kept / "cache", ours)
    measure_answers(
        options.model, kept / "cache", texts, lambda text: interpreter.interpret(text).intent, ours
    )
    plain = None
    if not options.without_plain:
        plain = measure_plain(
            options.model, bundle_folder, texts, lambda text: interpreter.interpret(text).intent
        )
    print(table(ours, plain))
    print(f"\n{len(texts)} utterances, voices: {', '.join(VOICES.values())}.")
    print(f"Machine: {machine()}; load average at the start {load:.1f}.")


if __name__ == "__main__":
    main()
