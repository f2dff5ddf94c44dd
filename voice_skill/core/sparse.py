"""Matrices that are mostly zero, in plain numpy: just what learning from phrases takes.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]
Indices: TypeAlias = npt.NDArray[np.intp]
Row: TypeAlias = tuple[Sequence[int], Sequence[float]]
"""Columns and values of one row."""

_AT_ONCE = 2_000
"""How many entries are gathered at a time: few enough to stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """A matrix by its non-zero entries, sorted by row."""

    rows: Indices
    columns: Indices
    values: Floats
    shape: tuple[int, int]

    @classmethod
    def of(cls, rows: Sequence[Row], width: int) -> Sparse:
        """Build from rows, each the columns and values of its entries."""
        return cls(
            np.repeat(np.arange(len(rows)), [len(columns) for columns, _ in rows]),
            np.array([column for columns, _ in rows for column in columns], dtype=np.intp),
            np.array([value for _, values in rows for value in values], dtype=np.float32),
            (len(rows), width),
        )

    def transposed(self) -> Sparse:
        """The same with rows and columns exchanged."""
        order = np.argsort(self.columns, kind="stable")
        return Sparse(self.columns[order], self.rows[order], self.values[order], self.shape[::-1])

    def __matmul__(self, dense: Floats) -> Floats:
        """Multiply by a dense matrix."""
        product = np.zeros((self.shape[0], dense.shape[1]), np.float32)
        for start in range(0, len(self.rows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            firsts = np.flatnonzero(np.diff(self.rows[part], prepend=-1))  # where each row begins
            terms = dense[self.columns[part]] * self.values[part, None]
            product[self.rows[part][firsts]] += np.add.reduceat(terms, firsts)
        return product
