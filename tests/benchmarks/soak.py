"""What a long time leaves behind: hours of standby and many routines, on virtual time.

    python tests/benchmarks/soak.py [--hours 8] [--routines 50] [--model DIR]

Standby and routines take turns, everything real but PortAudio and the time.  What is counted is what has
grown since the first of them was over, when all that is made once has been made: the voice's two waiting
children alone hold four files.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "room")]

from bedroom import RATE, Acoustics, Bedroom  # noqa: E402
from room_measures import Skill, good_night, open_skill  # noqa: E402

from voice_skill.core.states import State  # noqa: E402
from voice_skill.messages import Heard  # noqa: E402

LONGEST = 600.0
"""Seconds that a routine may take; one that takes longer has been broken off by something misheard."""


@dataclass(frozen=True)
class Soak:
    """What came of it."""

    grown: Resources
    disturbed: list[str]
    """What was heard in routines in which nobody said anything."""


@dataclass(frozen=True)
class Resources:
    """What the process holds."""

    megabytes: float
    threads: int
    files: int

    def since(self, before: Resources) -> Resources:
        """What has come on top."""
        return Resources(
            self.megabytes - before.megabytes, self.threads - before.threads, self.files - before.files
        )


def resources() -> Resources:
    """By the system's own account."""
    gc.collect()
    rows = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    files = len(list(Path("/proc/self/fd").iterdir()))
    return Resources(int(rows["VmRSS"].split()[0]) / 1024, int(rows["Threads"]), files)


def soak(skill: Skill, hours: float, routines: int) -> Soak:
    """Standby with a knock each minute, and routines; what has grown since the first round."""
    with skill.bedroom(Acoustics(), quiet_after=None) as bed:
        bed.keep_sound = False
        knock = np.random.default_rng(3).normal(0, 1, RATE // 2)
        before: Resources | None = None
        disturbed: list[str] = []
        for index in range(routines + 1):
            began = time.monotonic()
            lead(bed, skill)
            disturbed += [message.text for _, message in bed.messages if isinstance(message, Heard)]
            good_night(bed)
            until = bed.now + hours * 3600 / routines
            while bed.now < until:
                bed.says(knock, level=-10.0)
                bed.wait(60.0)
            bed.messages.clear()
            # An answer that was not kept yet, so that the children are seen to wait again.
            skill.voice.render(f"This is sentence {index}.")
            bed.wait(1.0)
            time.sleep(0.5)
            now = resources()
            before = before or now
            took = time.monotonic() - began
            print(
                f"  soak, round {index}: {now}, {took:.0f} s, heard: {disturbed}", file=sys.stderr, flush=True
            )
    assert before is not None
    return Soak(now.since(before), disturbed)


def lead(bed: Bedroom, skill: Skill) -> None:
    """Go through a whole routine."""
    bed.session.recover(bed.now)
    bed.session.script.silence()
    bed.session.enter(State.ROUTINE)
    bed.session.script.prompt("routine_intro")
    bed.session.coach.begin(skill.content.bundle.routine.default)
    bed.app._carry_out(bed.session._take())
    latest = bed.now + LONGEST
    while bed.session.state is State.ROUTINE and bed.now < latest:
        bed.wait(5.0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    usual = Path(os.environ.get("VOICE_SKILL_MODEL", ROOT / "models" / "en-us-night"))
    parser.add_argument("--model", type=Path, default=usual)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--routines", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as cache:
        skill = open_skill(options.model.resolve(), Path(cache))
        try:
            left = soak(skill, options.hours, options.routines)
        finally:
            skill.model.close()
            skill.voice.close()
    print(f"{options.hours:g} hours of standby, {options.routines} routines: {left.grown} more than before.")
    print(f"Heard in routines without a word: {left.disturbed or 'nothing'}.")


if __name__ == "__main__":
    main()
