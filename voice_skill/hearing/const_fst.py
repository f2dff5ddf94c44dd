"""OpenFst's "const" file of an acceptor: the form in which Vosk reads a graph of word sequences.

Pure.  The file is a header, one record of 20 bytes for each state, and one of 16 bytes for each arc, all
little-endian.  Arcs are sorted by label, and the header says so, since the look-ahead composition looks
words up by bisection.  Label 0 is an arc that takes no word.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

MAGIC = 2125659606
_VERSION = 2  # records are not aligned to 16 bytes
_EXPANDED = 0x1
_ACCEPTOR = 0x10000
_ONE_ARC_FOR_EACH_LABEL = 0x40000 | 0x100000
_SORTED = 0x10000000 | 0x40000000
_PROPERTIES = _EXPANDED | _ACCEPTOR | _ONE_ARC_FOR_EACH_LABEL | _SORTED

_SIZES = struct.Struct("<iiQqqq")
"""Version, flags, properties, start, number of states, number of arcs."""
_STATE = np.dtype(
    [("final", "<f4"), ("first_arc", "<u4"), ("arcs", "<u4"), ("empty_in", "<u4"), ("empty_out", "<u4")]
)
_ARC = np.dtype([("in", "<i4"), ("out", "<i4"), ("cost", "<f4"), ("target", "<i4")])


@dataclass(slots=True)
class State:
    """A place in the graph; the first of a list is the start."""

    arcs: dict[int, tuple[float, int]] = field(default_factory=dict)
    """Label to (cost, number of the state that it leads to); a cost is minus the logarithm of a chance."""
    final: float = math.inf
    """The cost of ending here; infinite where nothing may end."""


def encode(states: Sequence[State]) -> bytes:
    """The file of a graph; it has one state at least."""
    total = sum(len(state.arcs) for state in states)
    heads = np.zeros(len(states), _STATE)
    arcs = np.zeros(total, _ARC)
    heads["final"] = [state.final for state in states]
    heads["arcs"] = [len(state.arcs) for state in states]
    heads["first_arc"] = np.cumsum(heads["arcs"]) - heads["arcs"]
    heads["empty_in"] = heads["empty_out"] = [0 in state.arcs for state in states]
    flat = [(label, cost, to) for state in states for label, (cost, to) in sorted(state.arcs.items())]
    arcs["in"] = arcs["out"] = [label for label, _, _ in flat]
    arcs["cost"] = [cost for _, cost, _ in flat]
    arcs["target"] = [to for _, _, to in flat]
    begins = struct.pack("<i", MAGIC) + _text("const") + _text("standard")
    sizes = _SIZES.pack(_VERSION, 0, _PROPERTIES, 0, len(states), total)
    return begins + sizes + heads.tobytes() + arcs.tobytes()


def is_whole(content: bytes) -> bool:
    """Whether this is a file that ``encode`` made, with nothing missing from its end."""
    begins = struct.pack("<i", MAGIC) + _text("const") + _text("standard")
    place = len(begins)
    if not content.startswith(begins) or len(content) < place + _SIZES.size:
        return False
    version, flags, _, start, states, arcs = _SIZES.unpack_from(content, place)
    expected = place + _SIZES.size + states * _STATE.itemsize + arcs * _ARC.itemsize
    return bool((version, flags, start) == (_VERSION, 0, 0) and len(content) == expected)


def _text(value: str) -> bytes:
    return struct.pack("<i", len(value)) + value.encode()
