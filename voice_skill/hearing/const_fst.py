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
    header = _text("const") + _text("standard") + struct.pack("<iiQ", _VERSION, 0, _PROPERTIES)
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
    sizes = struct.pack("<qqq", 0, len(states), total)
    return struct.pack("<i", MAGIC) + header + sizes + heads.tobytes() + arcs.tobytes()


def decode(content: bytes) -> list[State]:
    """The graph of such a file, without symbol tables and with state 0 as its start.

    Raises ValueError for any other file.
    """
    place = 4 + len(_text("const") + _text("standard"))
    begins = struct.pack("<i", MAGIC) + _text("const") + _text("standard")
    if not content.startswith(begins) or len(content) < place + 40:
        raise ValueError("This is no const file of a standard graph.")
    version, flags, _, start, states, total = struct.unpack_from("<iiQqqq", content, place)
    place += 40
    expected = place + states * _STATE.itemsize + total * _ARC.itemsize
    if (version, flags, start) != (_VERSION, 0, 0) or len(content) != expected:
        raise ValueError("This const file is cut short or of another make.")
    heads = np.frombuffer(content, _STATE, states, place)
    arcs = np.frombuffer(content, _ARC, total, place + states * _STATE.itemsize)
    return [
        State(
            {int(arc["in"]): (float(arc["cost"]), int(arc["target"])) for arc in arcs[first : first + count]},
            float(final),
        )
        for final, first, count in heads[["final", "first_arc", "arcs"]].tolist()
    ]


def _text(value: str) -> bytes:
    return struct.pack("<i", len(value)) + value.encode()
