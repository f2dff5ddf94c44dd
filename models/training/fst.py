"""OpenFst's command-line tools, and graphs as lists of arcs.

Debian's libfst-tools (OpenFst 1.7.9) writes what the recogniser reads; the look-ahead type comes from the
plug-ins of libfst22-plugins-base, which are not on the loader's path.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

PLUGINS = ("/usr/lib/x86_64-linux-gnu/fst/22", "/usr/lib/aarch64-linux-gnu/fst/22")


@dataclass
class Graph:
    """A transducer. State 0 is the start."""

    arcs: list[tuple[int, int, int, int, float]] = field(default_factory=list)
    """(from, to, input label, output label, cost)."""
    finals: dict[int, float] = field(default_factory=dict)
    states: int = 1

    def state(self) -> int:
        """A new state."""
        self.states += 1
        return self.states - 1

    def arc(self, source: int, target: int, label_in: int, label_out: int, cost: float = 0.0) -> None:
        """A new arc; label 0 is nothing."""
        self.arcs.append((source, target, label_in, label_out, cost))

    def text(self) -> str:
        """OpenFst's text form; the start comes first."""
        ordered = sorted(self.arcs, key=lambda arc: arc[0])
        lines = [f"{s} {t} {i} {o} {c:.6g}" for s, t, i, o, c in ordered]
        return "\n".join([*lines, *(f"{state} {cost:.6g}" for state, cost in self.finals.items()), ""])


def parse(text: str) -> Graph:
    """The graph of OpenFst's text form. The start state is renamed to 0."""
    graph = Graph()
    names: dict[str, int] = {}
    for fields in (line.split() for line in text.splitlines()):
        for name in fields[: 2 if len(fields) > 2 else 1]:
            names.setdefault(name, len(names))
        if len(fields) > 2:
            cost = float(fields[4]) if len(fields) > 4 else 0.0
            graph.arc(names[fields[0]], names[fields[1]], int(fields[2]), int(fields[3]), cost)
        else:
            graph.finals[names[fields[0]]] = float(fields[1]) if len(fields) > 1 else 0.0
    graph.states = len(names)
    return graph


def run(*command: str, given: bytes = b"") -> bytes:
    """Runs one of the tools on `given` and returns what it writes.

    Raises FileNotFoundError when the tools are missing, RuntimeError with their message when they fail.
    """
    paths = ":".join(filter(None, [*PLUGINS, os.environ.get("LD_LIBRARY_PATH")]))
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            check=False,
            env={**os.environ, "LD_LIBRARY_PATH": paths},
        )
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{command[0]} is missing: install libfst-tools and libfst22-plugins-base"
        ) from error
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def compile_graph(graph: Graph) -> bytes:
    """A graph as a binary vector FST."""
    return run("fstcompile", given=graph.text().encode())


def save_const(graph: Graph, path: Path) -> None:
    """Writes a graph, sorted by input label, in the compact form that is read at run time."""
    binary = run("fstarcsort", "--sort_type=ilabel", given=compile_graph(graph))
    path.write_bytes(run("fstconvert", "--fst_type=const", given=binary))
