"""Folders and archives that look like Vosk models as far as files go."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from voice_skill.hearing.known_models import KNOWN, KnownModel

MODEL = b"\0B" + b"weights"
GRAPH = b"\xd6\xfd\xb2\x7e" + b"arcs"
ONE_GRAPH: dict[str, bytes | None] = {"graph/HCLr.fst": None, "graph/Gr.fst": None, "graph/HCLG.fst": GRAPH}
WORDS = "<eps> 0\n[unk] 1\n#0 2\ncramp 3\ncan't 4\n"
SMALL = KNOWN["small"].folder
LGRAPH = KNOWN["lgraph"].folder
FILES: dict[str, bytes | None] = {
    "am/final.mdl": MODEL,
    "conf/mfcc.conf": b"--x=1",
    "conf/model.conf": b"--x=1",
    "graph/HCLr.fst": GRAPH,
    "graph/Gr.fst": GRAPH,
    "graph/words.txt": WORDS.encode(),
    "graph/phones/word_boundary.int": b"1 begin",
}


def write(folder: Path, changes: dict[str, bytes | None] | None = None) -> Path:
    """Write a folder that looks like a small model; ``changes`` are other contents, None for no such file."""
    return write_files(folder, FILES | (changes or {}))


def write_older(folder: Path) -> Path:
    """Write a folder in the layout of Vosk's first models."""
    graphs: dict[str, bytes | None] = {"HCLr.fst": GRAPH, "Gr.fst": GRAPH, "words.txt": WORDS.encode()}
    return write_files(folder, {"final.mdl": MODEL, "mfcc.conf": b"-", "word_boundary.int": b"1", **graphs})


def write_files(folder: Path, files: dict[str, bytes | None]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder


def archive(top: str = SMALL, changes: dict[str, bytes | None] | None = None) -> bytes:
    """Pack a toy model as the official ones are packed: everything in one folder."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as zipped:
        for name, content in (FILES | (changes or {})).items():
            if content is not None:
                zipped.writestr(f"{top}/{name}", content)
    return packed.getvalue()


def published(content: bytes, limit: int = 100_000) -> KnownModel:
    """Describe an archive as if it were the official small model."""
    return KnownModel("small", SMALL, len(content), hashlib.sha256(content).hexdigest(), limit, "is a toy")
