"""A renderer that fails when told to: what a child does instead of speaking."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from voice_skill.speaking import render_child

FAULTS = {
    "hangs": "time.sleep(600)",
    "crashes": "os._exit(1)",
    "writes noise": "open(json.loads(line)['path'], 'wb').write(HEAD + os.urandom(80000)); print('{}')",
    "writes nothing": "open(json.loads(line)['path'], 'wb').close(); print('{}')",
    "finds no engine": "print(json.dumps({'error': 'eSpeak or eSpeak-ng is not installed: install it'}))",
}
"""What a child does instead of speaking."""
_CHILD = f"""
import fcntl, io, json, os, pathlib, runpy, sys, time
HEAD = b"RIFF" + (80036).to_bytes(4, "little") + b"WAVEfmt " + bytes.fromhex("100000000100010022560000") \\
    + bytes.fromhex("44ac000002001000") + b"data" + (80000).to_bytes(4, "little")
FAULTS = {FAULTS}
line = sys.stdin.readline()
with open(sys.argv[1], "r+") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    fault, _, rest = file.read().partition(chr(10))
    if not fault.startswith("always "):
        file.seek(0)
        file.write(rest)
        file.truncate()
fault = fault.removeprefix("always ")
if fault:
    exec(FAULTS[fault])
    sys.exit()
sys.stdin = io.StringIO(line)
runpy.run_path(sys.argv[2], run_name="__main__")
"""


class FrailRenderer:
    """Gives the ``command`` for a ``Voice``; its children speak until one is told to fail."""

    def __init__(self, folder: Path) -> None:
        script = folder / "child.py"
        script.write_text(_CHILD)
        self._orders = folder / "orders"
        self.work()
        self.command = (sys.executable, str(script), str(self._orders), str(render_child.__file__))

    def fail(self, faults: Sequence[str]) -> None:
        """Have the next children do these, one each; the empty one speaks."""
        self._orders.write_text("".join(f"{fault}\n" for fault in faults))

    def fail_always(self, fault: str) -> None:
        """Have all children do this."""
        self._orders.write_text(f"always {fault}\n")

    def work(self) -> None:
        """Have all children speak."""
        self._orders.write_text("")

    @property
    def left(self) -> int:
        """How many orders have not been met."""
        return len(self._orders.read_text().splitlines())
