"""Finds the Vosk model and says what is wrong with one, before Vosk does so with a crash.

Looks at files only; ``recogniser`` loads.  Knows both layouts that Vosk reads: the present one with
folders ``am``, ``conf`` and ``graph``, and the older one with everything in one folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from voice_skill.errors import ModelError
from voice_skill.hearing.known_models import KNOWN

CHOSEN = "chosen.txt"
"""File beside the kept models with the name of the one chosen by command."""
_SYSTEM = Path("/usr/share")
_PRESENT = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/phones/word_boundary.int")
_OLDER = ("final.mdl", "mfcc.conf", "word_boundary.int")

_BEGINNINGS = {".mdl": b"\0B", ".fst": b"\xd6\xfd\xb2\x7e"}
"""First bytes of Kaldi's binary files and of OpenFst's; Vosk ends the process over others."""


@dataclass(frozen=True, slots=True)
class Present:
    """A model folder that was come across, good or broken."""

    name: str
    """What our commands call it; each name once."""
    folder: Path
    problems: tuple[str, ...]
    """What makes it unusable, one sentence each."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that is used."""

    folder: Path
    reason: str
    """Why this one: a clause that goes on from "because"."""
    warning: str = ""
    """A sentence where the person's own choice could not be followed; else empty."""


def find(
    explicit: Path | None,
    environ: Mapping[str, str],
    bundled: Path,
    system: Path = _SYSTEM,
    kept: Path | None = None,
) -> Path:
    """Name the folder that ``choose`` chooses."""
    return choose(explicit, environ, bundled, system, kept).folder


def choose(
    explicit: Path | None,
    environ: Mapping[str, str],
    bundled: Path,
    system: Path = _SYSTEM,
    kept: Path | None = None,
) -> Choice:
    """Choose a model: ``explicit``, VOICE_SKILL_MODEL, the one chosen by command, or the best one present.

    A model that the person has named for this run must be good.  Otherwise broken ones are passed over,
    the one chosen by command too, since a worse model at night is better than none.
    Raises ModelError with the remedy.
    """
    named = explicit or (Path(environ["VOICE_SKILL_MODEL"]) if environ.get("VOICE_SKILL_MODEL") else None)
    if named is not None:
        problems = inspect(named)
        if problems:
            raise ModelError(f"The folder {named} is no usable Vosk model: {' '.join(problems)}")
        return Choice(named, "'--model', VOICE_SKILL_MODEL or the settings file names it")
    usable = [model for model in present(environ, bundled, system, kept) if not model.problems]
    if not usable:
        raise ModelError(
            f"No Vosk model was found in {bundled} or in Vosk's usual folders. Fetch one with "
            "'voice-skill models get small', or unpack an English model yourself and name its folder with "
            "--model or VOICE_SKILL_MODEL."
        )
    return _choice(usable, chosen(kept))


def _choice(usable: list[Present], wanted: str) -> Choice:
    warning = ""
    if wanted:
        for model in usable:
            if model.name == wanted:
                return Choice(model.folder, "it was chosen with 'voice-skill models use'")
        warning = (
            f"The model '{wanted}' that was chosen with 'voice-skill models use' is missing or broken, so "
            "another one is used; 'voice-skill models list' tells more."
        )
    best = min(usable, key=_rank)
    if len(usable) == 1:
        reason = "it is the only usable one"
    elif takes_grammars(best.folder):
        # Such a model hears the words that interrupt far better than one that can't be told them.
        reason = "it is the best of those here that can be told which words to expect"
    else:
        reason = "it comes first, and none here can be told which words to expect"
    return Choice(best.folder, reason, warning)


def _rank(model: Present) -> tuple[bool, int]:
    """Order the models, the best first; among equals the order of ``present`` decides."""
    folders = [known.folder for known in KNOWN.values()]
    name = model.folder.name
    return not takes_grammars(model.folder), folders.index(name) if name in folders else len(folders)


def present(
    environ: Mapping[str, str], bundled: Path, system: Path = _SYSTEM, kept: Path | None = None
) -> list[Present]:
    """List all model folders: those kept by our commands, the embedded one, and those in Vosk's folders."""
    known = {model.folder: model.name for model in KNOWN.values()}
    found: dict[str, Present] = {}
    for folder in _candidates(environ, bundled, system, kept):
        if any((folder / part).exists() for part in ("am", "graph", "final.mdl")):
            embedded = bundled in (folder, folder.parent)
            name = known.get(folder.name) or ("embedded" if embedded else folder.name)
            name = str(folder) if name in found else name
            found[name] = Present(name, folder, tuple(inspect(folder)))
    return list(found.values())


def chosen(kept: Path | None) -> str:
    """Read the name of the model chosen by command; empty where none was."""
    try:
        return (kept / CHOSEN).read_text(encoding="utf-8").strip() if kept else ""
    except (OSError, UnicodeDecodeError):
        return ""


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


def _candidates(environ: Mapping[str, str], bundled: Path, system: Path, kept: Path | None) -> Iterator[Path]:
    if kept:
        # Folders with a dot are being unpacked or removed.
        yield from _folders(kept, "[!.]*")
    yield bundled
    yield from _folders(bundled, "*")
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    # Vosk keeps models of all languages side by side; ours must be English, and small ones sort last.
    for shared in (home / ".cache/vosk", home / ".local/share/vosk", *_folders(system, "vosk*")):
        yield from reversed(_folders(shared, "vosk-model*-en-*"))


def _folders(inside: Path, pattern: str) -> list[Path]:
    return sorted(folder for folder in inside.glob(pattern) if folder.is_dir())
