"""Tells how far the whole thing is and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable

from .work import Tell

TOLD_EVERY = 15.0
"""Seconds between lines at least."""


class Progress:
    """Steps with a weight each: their usual minutes.

    What an earlier run finished does not mislead the estimate: the speed comes from this run only.
    """

    def __init__(self, weights: dict[str, float], clock: Callable[[], float] = time.monotonic) -> None:
        self._weights, self._clock = weights, clock
        self._done = dict.fromkeys(weights, 0.0)
        self._began, self._told = clock(), -TOLD_EVERY
        self._skipped = 0.0
        self._reported: set[str] = set()

    def teller(self, step: str) -> Tell:
        """A function for the step to call with the share done (0..1) and what it is doing."""

        def tell(share: float, doing: str) -> None:
            if step not in self._reported:
                self._reported.add(step)
                self._skipped += self._weights[step] * share
            self._done[step] = share
            now = self._clock()
            if now - self._told >= TOLD_EVERY or share >= 1.0:
                self._told = now
                print(f"{self.percent():3.0f}% {self.left()} {doing}", flush=True)

        return tell

    def percent(self) -> float:
        """Share of everything that is done, 0..100."""
        return 100 * self._finished() / sum(self._weights.values())

    def left(self) -> str:
        """Estimated time left, in words."""
        mine = self._finished() - self._skipped
        if mine <= 0:
            return "(time left: not known yet)"
        rest = sum(self._weights.values()) - self._finished()
        return f"(about {max(1, round((self._clock() - self._began) / mine * rest / 60))} min left)"

    def _finished(self) -> float:
        return sum(self._weights[step] * share for step, share in self._done.items())
