"""What words mean, as far as the company they keep in ordinary texts shows it.

Pure.  Words that are used alike ("tablet", "pill") have vectors that point the same way, so that what was
learned of one counts for the other.  A text is the sum of its words' vectors, rare words weighing most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voice_skill.core.sparse import Floats


@dataclass(frozen=True, slots=True)
class WordVectors:
    """A vector for each known word."""

    places: Mapping[str, int]
    """The row of each word."""
    vectors: npt.NDArray[np.int8]
    """Words by dimensions; each row has a length of about 127."""
    weights: Floats
    """For each word how much it tells, 0 to 1: next to nothing for "the"."""

    @property
    def size(self) -> int:
        """Dimensions."""
        return int(self.vectors.shape[1])

    def of(self, text: str) -> Floats:
        """The direction of a text in normal form, of length 1; all zeros if it has no known word."""
        rows = [self.places[word] for word in text.split() if word in self.places]
        total: Floats = self.weights[rows] @ self.vectors[rows].astype(np.float32)
        length = float(np.linalg.norm(total))
        return total / np.float32(length) if length else total


NO_VECTORS = WordVectors({}, np.zeros((0, 0), np.int8), np.zeros(0, np.float32))
