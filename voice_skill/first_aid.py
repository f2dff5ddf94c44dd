"""The way through a cramp that is happening, from the first instruction to "it has let go".

Pure.  One literal table: what is said, and how long the person is left to do it before the next line.
A question waits for its answer instead: "no" or silence goes on down the table, "yes" ends it.
"""

from __future__ import annotations

from dataclasses import dataclass

LONG_CRAMP = 600.0
"""Seconds after which a cramp is longer than most (see the long_cramp red flag)."""

STEPS: tuple[tuple[str, float], ...] = (
    ("cramp_1", 5.0),
    ("cramp_2", 10.0),
    ("cramp_easing", 0.0),
    ("cramp_flag", 0.0),
    ("cramp_edge", 15.0),
    ("cramp_easing", 0.0),
    ("cramp_stand", 15.0),
    ("cramp_easing", 0.0),
    ("cramp_warm", 30.0),
    ("cramp_easing", 0.0),
)
"""Prompts in order, with the seconds of quiet after each."""
QUESTIONS = frozenset({"cramp_easing", "cramp_flag"})
STAY_EVERY = 60.0
"""After the table's end we stay with the person, and say so this often."""


@dataclass(slots=True)
class FirstAid:
    """Where we are in it."""

    began_at: float
    step: int = -1
    told_long: bool = False

    def advance(self, now: float) -> str:
        """The prompt that comes next."""
        if now - self.began_at >= LONG_CRAMP and not self.told_long:
            self.told_long = True
            return "cramp_long"
        self.step += 1
        return STEPS[self.step][0] if self.step < len(STEPS) else "cramp_stay"

    def quiet(self) -> float:
        """Seconds to leave the person after the present prompt."""
        return STEPS[self.step][1] if 0 <= self.step < len(STEPS) and not self.told_long else STAY_EVERY
