"""The way through a cramp that is happening, from the first instruction to "it has let go".

Pure.  One literal table: what is said, and how long the person is left to do it before the next line.
A question waits for its answer instead: "no" or silence goes on down the table, "yes" ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
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
FIRST: Mapping[str, str] = {
    **dict.fromkeys(("foot", "toe"), "cramp_1_foot"),
    **dict.fromkeys(("back of thigh", "hamstring"), "cramp_1_back"),
    "front of thigh": "cramp_1_front",
    "thigh": "cramp_1_thigh",
}
"""What takes the place of "cramp_1" where the cramp is elsewhere than in the calf (``slots``)."""
EASIER: Mapping[str, str] = {place: FIRST[place] for place in ("front of thigh", "thigh")}
"""What is said to who cannot do it; elsewhere it is to press the foot against the wall."""
QUESTIONS = frozenset({"cramp_easing", "cramp_flag"})
ASKED_FIRST = frozenset({"still_leg"})
"""Red flags that a cramp alone can raise, so that in the middle of one we ask first."""
WAIT = 20.0
"""Seconds to wait where the person wants time, before the present step is said again."""
STAY_EVERY = 60.0
"""After the table's end we stay with the person, and ask after this many seconds."""
STAY_TIMES = 2
"""How often we say so without an answer; after that we only watch the clock."""


@dataclass(slots=True)
class FirstAid:
    """Where we are in it."""

    began_at: float
    """On the caller's clock, in seconds."""
    place: str = ""
    """Where the cramp is, as far as the person has said so."""
    _step: int = -1
    _told_long: bool = False
    _waiting: bool = False

    def begin_again(self) -> None:
        """Start from the first instruction; the ten minutes go on."""
        self._step, self._waiting = -1, False

    def wait(self) -> None:
        """Stay at the present step; ``advance`` then names it once more."""
        if not self._waiting:
            self._step, self._waiting = self._step - 1, True

    @property
    def first(self) -> str:
        """The prompt of the first instruction for this place."""
        return FIRST.get(self.place, "cramp_1")

    @property
    def easier(self) -> str:
        """The prompt for whoever cannot do it."""
        return EASIER.get(self.place, "cramp_wall")

    def advance(self, now: float) -> str | None:
        """Name the prompt that comes next; None where there is nothing more to say for now."""
        if now - self.began_at >= LONG_CRAMP and not self._told_long:
            self._told_long = True
            return "cramp_long"
        self._step, self._waiting = self._step + 1, False
        if self._step == 0:
            return self.first
        if self._step < len(STEPS):
            return STEPS[self._step][0]
        return "cramp_stay" if self._step < len(STEPS) + STAY_TIMES else None

    def quiet(self) -> float:
        """Seconds to leave the person after the present prompt."""
        if self._waiting:
            return WAIT
        return STEPS[self._step][1] if 0 <= self._step < len(STEPS) else STAY_EVERY

    @property
    def asleep(self) -> bool:
        """Whether everything has been said, and nobody has answered for a long time."""
        return self._told_long and self._step >= len(STEPS) + STAY_TIMES
