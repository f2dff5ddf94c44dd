"""The skill as it is, with a stopwatch at its joints; started by ``latency.py`` in place of the command.

Writes ``times.jsonl`` into the current folder, a line for each thing that took time: {"what", "at", "took"},
in seconds on the monotonic clock.  Sentences are cut to a second so that a hundred answers do not take an
hour; what comes before the first sample is untouched by that.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voice_skill import cli
from voice_skill.audio.sound import Sound
from voice_skill.hearing.listener import Listener, Speech
from voice_skill.hearing.recogniser import Recogniser
from voice_skill.speaking.voice import Voice

LONGEST = 1.0
"""Seconds that are left of a sentence."""

# Unbuffered, and each line one write: two threads write here.
_times = Path("times.jsonl").open("wb", buffering=0)  # noqa: SIM115  # until the process ends


def note(what: str, at: float, took: float) -> None:
    """Write a line."""
    _times.write(json.dumps({"what": what, "at": at, "took": took}).encode() + b"\n")


def timed(act: Callable[..., Any], what: str, least: float = 0.0) -> Callable[..., Any]:
    """The same function, noted whenever it took ``least`` seconds or more."""

    def act_and_note(*given: Any, **named: Any) -> Any:
        began = time.monotonic()
        result = act(*given, **named)
        took = time.monotonic() - began
        if took >= least:
            note(what, began, took)
        return result

    return act_and_note


def feed_and_note(feed: Callable[..., Speech | None]) -> Callable[..., Speech | None]:
    """Note how long the ears waited after the last voiced block before they took it for the end."""

    def fed(listener: Listener, block: bytes, *voices: Any) -> Speech | None:
        began = time.monotonic()
        speech = feed(listener, block, *voices)
        if speech is not None:
            note("decoding", began, time.monotonic() - began)
            note("waiting", time.monotonic(), speech.since_end)
        return speech

    return fed


def render_short(render: Callable[..., Sound]) -> Callable[..., Sound]:
    """Give only the first second of each sentence."""

    def rendered(*given: Any, **named: Any) -> Sound:
        sound = render(*given, **named)
        return Sound(sound.samples[: round(LONGEST * sound.rate)], sound.rate)

    return rendered


if __name__ == "__main__":
    Recogniser.accept = timed(Recogniser.accept, "block", 0.02)  # type: ignore[method-assign]
    Listener.feed = feed_and_note(Listener.feed)  # type: ignore[method-assign]
    Voice.render = render_short(timed(Voice.render, "rendering"))  # type: ignore[method-assign]
    sys.exit(cli.main())
