"""Sound that never ends: brought to another rate piece by piece, and kept in step with the clock.

Pure.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Wave: TypeAlias = npt.NDArray[np.float64]

_REACH = 16
"""Samples of the slower side that the filter reaches to either side."""


class Resampler:
    """Turns pieces of any length at one rate into pieces at another; late by 16 samples of the slower rate.

    A windowed sinc, one row of a table for each place between two samples that can occur: 320 of them from
    22,050 to 16,000.
    """

    def __init__(self, before: int, after: int) -> None:
        common = int(np.gcd(before, after))
        self._up, self._down = after // common, before // common
        stretch = max(1.0, before / after)
        self._half = int(np.ceil(_REACH * stretch))
        places = np.arange(-self._half + 1, self._half + 1) - np.arange(self._up)[:, None] / self._up
        # Nothing above what the lower rate can carry; the window's edges take the last tenth of that.
        rows = np.sinc(places * 0.92 / stretch) * (0.5 + 0.5 * np.cos(np.pi * places / self._half))
        rows[np.abs(places) > self._half] = 0
        self._rows: Wave = rows / rows.sum(axis=1, keepdims=True)
        self._kept: Wave = np.zeros(2 * self._half - 1)
        self._next = 0
        """Place of the next sample to give, in steps of 1/up of an input sample from the kept ones."""

    def feed(self, piece: npt.NDArray[np.generic]) -> Wave:
        """Take in a piece; give what is ready."""
        if self._up == self._down:
            return piece.astype(np.float64)
        kept = np.concatenate([self._kept, piece.astype(np.float64)])
        whole = len(kept) - 2 * self._half + 1  # so many places have all their neighbours
        places = np.arange(self._next, max(self._next, whole * self._up), self._down)
        index, row = np.divmod(places, self._up)
        out: Wave = np.zeros(0)
        if len(places):
            windows = np.lib.stride_tricks.sliding_window_view(kept, 2 * self._half)
            out = np.einsum("ij,ij->i", windows[index], self._rows[row])
            self._next = int(places[-1]) + self._down
        self._next -= whole * self._up
        self._kept = kept[whole:]
        return out


class Pace:
    """Tells when the samples of a stream passed, from pieces that may be handed over late but never early."""

    def __init__(self, rate: int, memory: float = 8.0) -> None:
        """``memory``: seconds over which the earliest piece counts, as two clocks drift apart."""
        self._rate = rate
        self._memory = memory
        self._recent: list[tuple[float, float]] = []
        self.count = 0
        """Samples so far."""

    @property
    def began(self) -> float:
        """When sample 0 passed, judged by the earliest of the recent pieces."""
        return min((began for _, began in self._recent), default=0.0)

    def missed(self, length: int, at: float) -> int:
        """Count in a piece that was complete at ``at``; give how many samples have been left out before it.

        A stream that stands still for a quarter of a second has been stopped or has lost samples.
        """
        began = at - (self.count + length) / self._rate
        gap = 0
        if self._recent and began - self.began > 0.25:
            gap = round((began - self.began) * self._rate)
        self.count += length + gap
        self._recent = [(then, value) for then, value in self._recent if at - then < self._memory]
        self._recent.append((at, at - self.count / self._rate))
        return gap
