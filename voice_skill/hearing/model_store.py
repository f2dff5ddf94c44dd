"""Finds the Vosk model and says what is wrong with one, before Vosk does so with a crash.

Looks at files only; ``recogniser`` loads.  Knows both layouts that Vosk reads: the present one with
folders ``am``, ``conf`` and ``graph``, and the older one with everything in one folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from voice_skill.errors import ModelError

_PRESENT = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/phones/word_boundary.int")
_OLDER = ("final.mdl", "mfcc.conf", "word_boundary.int")

_BEGINNINGS = {".mdl": b"\0B", ".fst": b"\xd6\xfd\xb2\x7e"}
"""First bytes of Kaldi's binary files and of OpenFst's; Vosk ends the process over others."""


def find(
    explicit: Path | None, environ: Mapping[str, str], bundled: Path, system: Path = Path("/usr/share")
) -> Path:
    """Choose a model: ``explicit``, VOICE_SKILL_MODEL, one in ``bundled``, or one in Vosk's usual folders.

    A model that the person has named must be good; elsewhere broken ones are passed over.
    Raises ModelError with the remedy.
    """
    named = explicit or (Path(environ["VOICE_SKILL_MODEL"]) if environ.get("VOICE_SKILL_MODEL") else None)
    if named is not None:
        problems = inspect(named)
        if problems:
            raise ModelError(f"The folder {named} is no usable Vosk model: {' '.join(problems)}")
        return named
    usable = [folder for folder in _candidates(environ, bundled, system) if not inspect(folder)]
    if not usable:
        raise ModelError(
            f"No Vosk model was found in {bundled} or in Vosk's usual folders. Unpack an English model, "
            "such as vosk-model-small-en-us, and name its folder with --model or VOICE_SKILL_MODEL."
        )
    # A model that takes run-time grammars hears the words that interrupt far better than one that does not.
    return next((folder for folder in usable if takes_grammars(folder)), usable[0])


def inspect(folder: Path) -> list[str]:
    """List what makes ``folder`` unusable as a model, one sentence each; empty when nothing does."""
    try:
        if not folder.is_dir():
            return ["It is a file, not a folder." if folder.exists() else "There is no such folder."]
        needed = [folder / name for name in (_OLDER if _is_older(folder) else _PRESENT)]
        graph = _graph_folder(folder)
        graphs = ("HCLG.fst",) if (graph / "HCLG.fst").exists() else ("HCLr.fst", "Gr.fst")
        needed.extend(graph / name for name in graphs)
        return [problem for file in needed for problem in _file_problems(file)]
    except OSError as error:
        return [f"{folder} cannot be read: {error.strerror or error}."]


def notes(folder: Path) -> list[str]:
    """List what a usable model cannot do, one sentence each."""
    if takes_grammars(folder):
        return []
    return [
        "This model has one big graph and takes no run-time grammar; a small model hears commands better."
    ]


def takes_grammars(folder: Path) -> bool:
    """Say whether a recogniser of this model can be told which words to expect."""
    graph = _graph_folder(folder)
    return all((graph / name).is_file() for name in ("HCLr.fst", "Gr.fst"))


def known_words(folder: Path) -> frozenset[str]:
    """List the words that the model can hear; raises ModelError where it keeps no list of them."""
    file = _graph_folder(folder) / "words.txt"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The model keeps no readable list of its words in {file}.") from error
    words = (line.split()[0] for line in lines if line.strip())
    return frozenset(word for word in words if word[0].isalpha())


def _is_older(folder: Path) -> bool:
    return (folder / "final.mdl").exists() and not (folder / "am").exists()


def _graph_folder(folder: Path) -> Path:
    return folder if _is_older(folder) else folder / "graph"


def _file_problems(file: Path) -> list[str]:
    if not file.is_file():
        return [f"{file.name} is missing from {file.parent}."]
    beginning = _BEGINNINGS.get(file.suffix, b"")
    with file.open("rb") as content:
        start = content.read(max(1, len(beginning)))
    if not start:
        return [f"{file} is empty; unpack the model again."]
    return (
        [] if start.startswith(beginning) else [f"{file} is not what its name says; unpack the model again."]
    )


def _candidates(environ: Mapping[str, str], bundled: Path, system: Path) -> Iterator[Path]:
    yield bundled
    yield from _folders(bundled, "*")
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    # Vosk keeps models of all languages side by side; ours must be English, and small ones sort last.
    for shared in (home / ".cache/vosk", home / ".local/share/vosk", *_folders(system, "vosk*")):
        yield from reversed(_folders(shared, "vosk-model*-en-*"))


def _folders(inside: Path, pattern: str) -> list[Path]:
    return sorted(folder for folder in inside.glob(pattern) if folder.is_dir())
