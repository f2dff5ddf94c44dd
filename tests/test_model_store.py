"""Finding the Vosk model, and saying what is wrong with one before Vosk does it with a crash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from voice_skill.errors import ModelError
from voice_skill.hearing import model_store

MODEL = b"\0B" + b"weights"
GRAPH = b"\xd6\xfd\xb2\x7e" + b"arcs"
ONE_GRAPH: dict[str, bytes | None] = {"graph/HCLr.fst": None, "graph/Gr.fst": None, "graph/HCLG.fst": GRAPH}
WORDS = "<eps> 0\n[unk] 1\n#0 2\ncramp 3\ncan't 4\n"


def write(folder: Path, changes: dict[str, bytes | None] | None = None) -> Path:
    """Write a folder that looks like a small model; ``changes`` are other contents, None for no such file."""
    files: dict[str, bytes | None] = {
        "am/final.mdl": MODEL,
        "conf/mfcc.conf": b"--x=1",
        "conf/model.conf": b"--x=1",
        "graph/HCLr.fst": GRAPH,
        "graph/Gr.fst": GRAPH,
        "graph/words.txt": WORDS.encode(),
        "graph/phones/word_boundary.int": b"1 begin",
    }
    return write_files(folder, files | (changes or {}))


def write_files(folder: Path, files: dict[str, bytes | None]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder


def write_older(folder: Path) -> Path:
    """Write a folder in the layout of Vosk's first models."""
    graphs: dict[str, bytes | None] = {"HCLr.fst": GRAPH, "Gr.fst": GRAPH, "words.txt": WORDS.encode()}
    return write_files(folder, {"final.mdl": MODEL, "mfcc.conf": b"-", "word_boundary.int": b"1", **graphs})


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Give a home folder without any models."""
    return {"HOME": str(tmp_path / "home")}


def test_the_model_of_this_checkout_is_good(model_folder: Path) -> None:
    """The real one passes, takes grammars and lists its words."""
    assert model_store.inspect(model_folder) == []
    assert model_store.notes(model_folder) == []
    assert "cramp" in model_store.known_words(model_folder)


@pytest.mark.parametrize("make", [write, write_older])
def test_both_layouts_are_known(tmp_path: Path, make: object) -> None:
    """Folders am, conf and graph, or all files in one folder."""
    assert callable(make)
    folder = make(tmp_path / "m")
    assert model_store.inspect(folder) == []
    assert model_store.known_words(folder) == {"cramp", "can't"}


@pytest.mark.parametrize(
    "name",
    ["am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/Gr.fst", "graph/phones/word_boundary.int"],
)
def test_a_missing_or_empty_file_is_named(tmp_path: Path, name: str) -> None:
    """An incomplete copy is told apart from a whole one."""
    folder = write(tmp_path / "m")
    (folder / name).write_bytes(b"")
    assert [name in problem and "is empty" in problem for problem in model_store.inspect(folder)] == [True]
    (folder / name).unlink()
    assert [Path(name).name in problem for problem in model_store.inspect(folder)] == [True]
    assert "is missing from" in model_store.inspect(folder)[0]


@pytest.mark.parametrize("name", ["am/final.mdl", "graph/HCLr.fst"])
def test_a_file_that_is_something_else_is_named(tmp_path: Path, name: str) -> None:
    """A download that was an error page would end the process inside Vosk."""
    folder = write(tmp_path / "m")
    (folder / name).write_bytes(b"<html>Not found</html>")
    assert model_store.inspect(folder) == [
        f"{folder / name} is not what its name says; unpack the model again."
    ]


def test_a_model_with_one_big_graph_is_noted(tmp_path: Path) -> None:
    """It works, but cannot be told which words to expect."""
    folder = write(tmp_path / "m", ONE_GRAPH)
    assert model_store.inspect(folder) == []
    assert "takes no run-time grammar" in model_store.notes(folder)[0]


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    """Nothing there, a zip file still packed, an empty folder."""
    packed = tmp_path / "model.zip"
    packed.write_bytes(b"PK")
    assert model_store.inspect(tmp_path / "none") == ["There is no such folder."]
    assert model_store.inspect(packed) == ["It is a file, not a folder."]
    assert len(model_store.inspect(tmp_path)) == 6


def test_a_model_without_a_list_of_words_says_so(tmp_path: Path) -> None:
    """Some models keep their words inside the graph."""
    with pytest.raises(ModelError, match="no readable list of its words"):
        model_store.known_words(write(tmp_path / "m", {"graph/words.txt": None}))
    with pytest.raises(ModelError, match="no readable list of its words"):
        model_store.known_words(write(tmp_path / "n", {"graph/words.txt": b"\xff\xfe"}))


def test_a_named_model_comes_before_all_others(tmp_path: Path, environ: dict[str, str]) -> None:
    """First the argument, then the variable, then the bundled one."""
    argument, variable, bundled = (write(tmp_path / name) for name in ("a", "v", "models/b"))
    named = {**environ, "VOICE_SKILL_MODEL": str(variable)}
    assert model_store.find(argument, named, bundled.parent) == argument
    assert model_store.find(None, named, bundled.parent) == variable
    assert model_store.find(None, {**environ, "VOICE_SKILL_MODEL": ""}, bundled.parent) == bundled
    assert model_store.find(None, environ, bundled) == bundled


def test_a_named_model_that_is_broken_is_refused(tmp_path: Path, environ: dict[str, str]) -> None:
    """Whoever names a model does not want another one in silence."""
    bundled = write(tmp_path / "models/b")
    broken = write(tmp_path / "broken", {"am/final.mdl": None})
    with pytest.raises(ModelError, match=r"broken is no usable Vosk model: final\.mdl is missing"):
        model_store.find(broken, environ, bundled.parent)
    with pytest.raises(ModelError, match="There is no such folder"):
        model_store.find(None, {**environ, "VOICE_SKILL_MODEL": str(tmp_path / "none")}, bundled.parent)


def test_broken_models_are_passed_over(tmp_path: Path, environ: dict[str, str]) -> None:
    """What lies about unfinished, or is no model at all, does not stop the search."""
    models = tmp_path / "models"
    write(models / "a", {"am/final.mdl": b""})
    (models / "training").mkdir()
    (models / "README.md").write_text("card", encoding="utf-8")
    good = write(models / "b")
    assert model_store.find(None, environ, models) == good


def test_usual_folders_of_vosk_are_searched(tmp_path: Path, environ: dict[str, str]) -> None:
    """English ones only, and those that take grammars first."""
    shared = tmp_path / "home/.cache/vosk"
    write(shared / "vosk-model-small-de-0.15")
    big = write(shared / "vosk-model-en-us-0.22", ONE_GRAPH)
    assert model_store.find(None, environ, tmp_path / "none", tmp_path) == big
    small = write(tmp_path / "home/.local/share/vosk/vosk-model-small-en-us-0.15")
    assert model_store.find(None, environ, tmp_path / "none", tmp_path) == small
    shutil.rmtree(small)
    shutil.rmtree(big)
    with pytest.raises(ModelError, match=r"No Vosk model was found .* --model or VOICE_SKILL_MODEL"):
        model_store.find(None, environ, tmp_path / "none", tmp_path)
