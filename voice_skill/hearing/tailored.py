"""A speech model whose graph of sentences is made from ours, kept in the cache.

The folder holds links to all of the model's own files, or copies where links are not allowed, and a Gr.fst
of our sentences in place of the model's.  It is built aside and put into place at once, under a name that
changes with the sentences, with the model, and with the way graphs are made here; so a stale one is never
used.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from voice_skill.errors import ModelError
from voice_skill.hearing import const_fst, language_model, model_store
from voice_skill.hearing.language_model import Shares

FORMAT = 4
"""To be raised whenever the same sentences shall give another graph."""
KEPT = 3
"""Folders that stay: several bundles may be in use by turns."""

_OF_THE_OLD_GRAPH = frozenset({"rescore", "rnnlm"})
"""Folders that correct what the model's own graph has said; they would spoil what ours says."""
_GRAPH = Path("graph/Gr.fst")
_DRAFT = ".draft-"
_LONGEST_BUILD = 3600
"""Seconds after which a draft is left over from a run that died; a slow machine takes a minute."""


@dataclass(frozen=True, slots=True)
class Tailored:
    """A model made to expect our sentences."""

    folder: Path
    left_out: tuple[str, ...]
    """Words of the sentences that the model cannot hear; sentences with one are not expected.  Sorted."""


def tailor(model: Path, sentences: Sequence[str], cache: Path) -> Tailored:
    """Find or make the model's folder for these sentences in ``cache``.

    A sentence that is given twice is expected twice as much.
    Raises ModelError where the model cannot be tailored, keeps no list of its words, knows none of the
    sentences, or where the cache cannot be written.
    """
    if not model_store.takes_grammars(model):
        raise ModelError(f"The speech model {model} has one big graph, which cannot be replaced.")
    numbers = word_numbers(model)
    wanted = sorted(" ".join(sentence.split()) for sentence in sentences if sentence.strip())
    heard = [sentence for sentence in wanted if all(word in numbers for word in sentence.split())]
    if not heard:
        raise ModelError(f"The speech model {model} knows none of the wanted sentences.")
    left_out = {word for sentence in wanted for word in sentence.split()} - numbers.keys()
    try:
        folder = cache / _key(model, heard)
        with suppress(FileNotFoundError):
            os.utime(folder)  # the oldest are removed, by other processes too, so this comes first
        if not _is_whole(folder):
            _build(folder, model, heard, numbers)
        _remove_old(cache)
    except OSError as error:
        raise ModelError(f"{cache} cannot be written: {error.strerror or error}.") from error
    return Tailored(folder, tuple(sorted(left_out)))


def word_numbers(model: Path) -> dict[str, int]:
    """The model's words with the numbers that its graphs use; raises ModelError without such a list."""
    file = model / "graph" / "words.txt"
    try:
        pairs = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
        return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and int(pair[1]) > 0}
    except (OSError, ValueError) as error:
        raise ModelError(f"The model keeps no readable list of its words in {file}.") from error


def _files(model: Path) -> Iterator[Path]:
    """What the tailored folder shares with the model, relative to it."""
    # Which folders Vosk reads differs from model to model, as ivector does.
    for path in sorted(model.rglob("*")):
        relative = path.relative_to(model)
        if path.is_file() and relative != _GRAPH and relative.parts[0] not in _OF_THE_OLD_GRAPH:
            yield relative


def _key(model: Path, sentences: Sequence[str]) -> str:
    """A name that is the same only for the same sentences, files of the model, and way of making graphs."""
    digest = hashlib.sha256(f"{FORMAT}\0{model.resolve()}\0".encode())
    digest.update("\n".join(sentences).encode())
    for file in _files(model):
        state = (model / file).stat()
        digest.update(f"\0{file.as_posix()} {state.st_size} {state.st_mtime_ns}".encode())
    return digest.hexdigest()[:24]


def _is_whole(folder: Path) -> bool:
    """Whether an earlier run has left a good folder; a power cut can leave half a file."""
    return not model_store.inspect(folder) and const_fst.is_whole((folder / _GRAPH).read_bytes())


def _build(folder: Path, model: Path, sentences: Sequence[str], numbers: Mapping[str, int]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=folder.parent))
    try:
        for file in _files(model):
            _share(model / file, draft / file)
        garbage = Shares().garbage if language_model.GARBAGE in numbers else 0.0
        learned = language_model.estimate(sentences, Shares(garbage=garbage))
        (draft / _GRAPH).write_bytes(const_fst.encode(language_model.graph(learned, numbers)))
        if folder.exists():
            shutil.rmtree(folder)
        try:
            draft.rename(folder)
        except OSError:
            if not _is_whole(folder):  # else another process was faster, and its work is as good
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _share(file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.symlink_to(file.resolve())
    except (OSError, NotImplementedError):  # Windows wants a privilege for links
        shutil.copy2(file, place)


def _remove_old(cache: Path) -> None:
    """Keep the folders that were used last, and the drafts that another process may be building."""
    used = {path: at for path in cache.iterdir() if (at := _used_at(path)) is not None}
    drafts = [path for path in used if path.name.startswith(_DRAFT)]
    whole = sorted(used.keys() - drafts, key=used.__getitem__, reverse=True)
    dead = [draft for draft in drafts if time.time() - used[draft] > _LONGEST_BUILD]
    for folder in (*whole[KEPT:], *dead):
        shutil.rmtree(folder, ignore_errors=True)


def _used_at(folder: Path) -> float | None:
    """When a folder was used last; None where another process has just removed it."""
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return None
