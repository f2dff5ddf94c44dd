"""The steady noise of the room, followed for each frequency, so that it is not taken for a rest of ours.

Pure, in steps of 10 ms.  What is lowest over two seconds is noise: no voice holds a frequency for so long.
It is only known, not taken away: a recogniser trained in noise hears words in it better as they are.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Wave: TypeAlias = npt.NDArray[np.float64]

_SMOOTH = 0.8
"""Smoothing of the power over steps, without which the lowest would be far below the usual."""
_SPAN, _SPANS = 25, 8
"""Steps of a part of the two seconds, and how many parts there are."""
_BIAS = 2.0
"""How many times the mean of a noise is above its lowest."""


class SteadyNoise:
    """Knows the noise after a quarter of a second, and forgets it two seconds after it has gone."""

    def __init__(self, bins: int) -> None:
        self._smoothed: Wave = np.zeros(bins)
        self._lowest: Wave = np.full((_SPANS, bins), np.inf)
        self._steps = 0
        self.level: Wave = np.zeros(bins)
        """Mean power of the noise at each frequency."""

    def follow(self, power: Wave) -> None:
        """Take in the power of a step, for each frequency."""
        spread = power.copy()
        spread[1:-1] = 0.5 * power[1:-1] + 0.25 * (power[:-2] + power[2:])
        begun = self._steps > 0
        self._smoothed = _SMOOTH * self._smoothed + (1 - _SMOOTH) * spread if begun else spread
        place = self._steps // _SPAN % _SPANS
        if self._steps % _SPAN == 0:
            self._lowest[place] = self._smoothed
        else:
            np.minimum(self._lowest[place], self._smoothed, out=self._lowest[place])
        self._steps += 1
        if self._steps > _SPAN:
            self.level = _BIAS * self._lowest.min(axis=0)
