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
"""After the table's end we stay with the person, and ask after this many seconds."""
STAY_TIMES = 2
"""How often we say so without an answer; after that we only watch the clock."""


@dataclass(slots=True)
class FirstAid:
    """Where we are in it."""

    began_at: float
    """On the caller's clock, in seconds."""
    _step: int = -1
    _told_long: bool = False

    def begin_again(self) -> None:
        """Start from the first instruction; the ten minutes go on."""
        self._step = -1

    def advance(self, now: float) -> str | None:
        """Name the prompt that comes next; None where there is nothing more to say for now."""
        if now - self.began_at >= LONG_CRAMP and not self._told_long:
            self._told_long = True
            return "cramp_long"
        self._step += 1
        if self._step < len(STEPS):
            return STEPS[self._step][0]
        return "cramp_stay" if self._step < len(STEPS) + STAY_TIMES else None

    def quiet(self) -> float:
        """Seconds to leave the person after the present prompt."""
        return STEPS[self._step][1] if 0 <= self._step < len(STEPS) else STAY_EVERY

    @property
    def asleep(self) -> bool:
        """Whether everything has been said, and nobody has answered for a long time."""
        return self._told_long and self._step >= len(STEPS) + STAY_TIMES
