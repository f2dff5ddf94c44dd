"""Reads what was kept in numpy's archives (.npz): a broken one is as good as none.

Shell.
"""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

_BROKEN_ARCHIVE = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
_BROKEN_ARRAY = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    MemoryError,
    tokenize.TokenError,
)
"""What numpy and zipfile raise over files that were cut short, damaged, or are something else."""


def read(file: Path, make: Callable[[Mapping[str, Any]], T]) -> T | None:
    """What ``make`` makes of the arrays of ``file``; None where there is no file, or none fit for it."""
    try:
        with file.open("rb") as stream, np.load(stream) as kept:
            return make(kept)
    except (*_BROKEN_ARCHIVE, *_BROKEN_ARRAY):
        return None
