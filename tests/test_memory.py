"""What must survive: kills in mid-write, full disks, damaged files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from voice_skill.errors import MemoryStoreError
from voice_skill.memory import NOTHING_STORED, Memory

ROOT = Path(__file__).resolve().parent.parent

WRITES_FOR_EVER = """
import sys
from voice_skill.memory import Memory
memory = Memory(sys.argv[1])
number = int(memory.recall("step") or 0)
while True:
    number += 1
    memory.remember("step", str(number))
    memory.remember("bulk", str(number) + "x" * 30_000)
    print(number, flush=True)
"""
FILLS_THE_DISK = """
import resource, sys
from voice_skill.errors import MemoryStoreError
from voice_skill.memory import Memory
memory = Memory(sys.argv[1])
memory.remember("step", "calf")
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    memory.remember("step", "x" * 1_000_000)
except MemoryStoreError as error:
    print("refused:", error)
print("still", memory.recall("step"))
"""
MAY_NOT_WRITE = """
import os, sys
from voice_skill.errors import MemoryStoreError
from voice_skill.memory import Memory
if os.getuid() == 0:
    os.setuid(65534)  # root may write everywhere
try:
    Memory(sys.argv[1]).remember("step", "close")
except MemoryStoreError as error:
    print("refused:", error)
"""


def child(program: str, path: Path) -> subprocess.Popen[str]:
    """Start a Python process of its own that uses the memory at ``path``."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a file in a folder that does not exist yet."""
    return tmp_path / "data" / "memory.sqlite"


def test_what_is_remembered_is_recalled_after_closing(path: Path) -> None:
    """Values survive, overwritten ones are replaced, forgotten ones are gone."""
    memory = Memory(path)
    memory.remember("step", '{"part": "calf"}')
    memory.remember("step", '{"part": "thigh"}')
    memory.remember("rate", "130")
    memory.remember("rate", None)
    memory.remember("never", None)
    memory.close()
    memory.close()
    memory = Memory(path)
    assert memory.recall("step") == '{"part": "thigh"}'
    assert memory.recall("rate") is None
    assert memory.recall("never") is None
    assert memory.note == ""
    memory.close()


def test_nothing_is_stored_when_nothing_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory works for the session and leaves no file."""
    monkeypatch.chdir(tmp_path)
    memory = Memory(NOTHING_STORED)
    memory.remember("step", "calf")
    assert memory.recall("step") == "calf"
    memory.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writes", [1, 2, 5, 17])
def test_a_kill_in_mid_write_loses_nothing_that_was_written(path: Path, writes: int) -> None:
    """After SIGKILL the last finished write is there and no half of the next one."""
    for _ in range(3):
        with child(WRITES_FOR_EVER, path) as process:
            assert process.stdout is not None
            written = [int(process.stdout.readline()) for _ in range(writes)]
            process.send_signal(signal.SIGKILL)
        memory = Memory(path)
        assert memory.note == ""
        step, bulk = int(memory.recall("step") or 0), memory.recall("bulk") or ""
        memory.close()
        assert step >= written[-1]
        assert bulk in (f"{number}{'x' * 30_000}" for number in (step - 1, step))


def test_a_full_disk_keeps_the_old_value(path: Path) -> None:
    """What cannot be written is refused with a sentence; what was there stays."""
    with child(FILLS_THE_DISK, path) as process:
        said, _ = process.communicate(timeout=60)
    assert "refused: The memory" in said
    assert "Check that the disk has room" in said
    assert "still calf" in said
    memory = Memory(path)
    assert memory.recall("step") == "calf"
    memory.close()


def test_a_folder_that_may_not_be_written_to_keeps_the_old_value() -> None:
    """Without the right to write there is an error and no harm."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.sqlite"
        memory = Memory(path)
        memory.remember("step", "calf")
        memory.close()
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        with child(MAY_NOT_WRITE, path) as process:
            said, _ = process.communicate(timeout=60)
        Path(folder).chmod(0o755)
        path.chmod(0o644)
        assert "refused: The memory" in said
        memory = Memory(path)
        assert memory.recall("step") == "calf"
        memory.close()


def test_a_path_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """A file where the folder should be, or a folder where the file should be."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MemoryStoreError, match="could not be opened"):
        Memory(tmp_path / "file" / "memory.sqlite")
    with pytest.raises(MemoryStoreError, match="could not be opened"):
        Memory(tmp_path)


def test_what_is_no_database_is_set_aside(path: Path) -> None:
    """The damaged file is kept under another name and a fresh memory begun."""
    path.parent.mkdir()
    rubbish = b"this was a database once" * 200
    for number in (1, 2):
        path.write_bytes(rubbish)
        memory = Memory(path)
        kept = path.with_name(f"memory.sqlite.damaged-{number}")
        assert kept.read_bytes() == rubbish
        assert str(kept) in memory.note
        assert memory.recall("step") is None
        memory.remember("step", "calf")
        memory.close()
    memory = Memory(path)
    assert memory.recall("step") == "calf"
    assert memory.note == ""
    memory.close()


@pytest.mark.parametrize("harm", ["cut", "overwritten"])
def test_a_damaged_database_is_set_aside(path: Path, harm: str) -> None:
    """Damage in the middle of the file is found on opening, not in mid-routine."""
    memory = Memory(path)
    for number in range(200):
        memory.remember(f"key {number}", "x" * 1000)
    memory.close()
    whole = path.read_bytes()
    half = len(whole) // 2 // 4096 * 4096
    broken = (
        whole[:half] if harm == "cut" else whole[: half // 2] + b"\xff" * half + whole[half // 2 + half :]
    )
    path.write_bytes(broken)
    memory = Memory(path)
    assert "damaged" in memory.note
    assert path.with_name("memory.sqlite.damaged-1").read_bytes() == broken
    assert memory.recall("key 1") is None
    memory.close()


def test_an_empty_file_is_a_fresh_memory(path: Path) -> None:
    """A file that a power cut left empty holds nothing that could be damaged."""
    path.parent.mkdir()
    path.touch()
    memory = Memory(path)
    assert memory.note == ""
    memory.remember("step", "calf")
    memory.close()


def test_two_copies_of_the_program_share_the_memory(path: Path) -> None:
    """A second copy, such as ``doctor``, reads and writes beside the first."""
    first, second = Memory(path), Memory(path)
    first.remember("step", "calf")
    second.remember("rate", "130")
    assert (second.recall("step"), first.recall("rate")) == ("calf", "130")
    first.close()
    second.close()


def test_what_is_no_text_is_refused(path: Path) -> None:
    """Half a surrogate pair cannot be stored and leaves the old value."""
    memory = Memory(path)
    memory.remember("step", "calf")
    with pytest.raises(MemoryStoreError):
        memory.remember("step", "\ud800")
    assert memory.recall("step") == "calf"
    memory.close()
    with pytest.raises(MemoryStoreError, match="could not be read"):
        memory.recall("step")
