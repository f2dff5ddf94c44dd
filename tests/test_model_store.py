"""Finding the Vosk model, and saying what is wrong with one before Vosk does it with a crash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from toy_model import LGRAPH, ONE_GRAPH, SMALL, write, write_older

from voice_skill.errors import ModelError
from voice_skill.hearing import model_store


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


def test_the_best_model_present_is_used(tmp_path: Path, environ: dict[str, str]) -> None:
    """First lgraph, then small, then the embedded one, wherever they are; the reason is given."""
    kept, bundled = tmp_path / "kept", tmp_path / "models"
    embedded = write(bundled / "night")
    choice = model_store.choose(None, environ, bundled, tmp_path, kept)
    assert (choice.folder, choice.reason) == (embedded, "it is the only usable one")
    small = write(tmp_path / "home/.cache/vosk" / SMALL)
    choice = model_store.choose(None, environ, bundled, tmp_path, kept)
    assert choice.folder == small
    assert "best of those here" in choice.reason
    lgraph = write(kept / LGRAPH)
    assert model_store.find(None, environ, bundled, tmp_path, kept) == lgraph
    names = [model.name for model in model_store.present(environ, bundled, tmp_path, kept)]
    assert names == ["lgraph", "embedded", "small"]


def test_a_model_without_grammars_comes_last(tmp_path: Path, environ: dict[str, str]) -> None:
    """Even an official one; alone with its like it is used, and the reason says so."""
    kept, bundled = tmp_path / "kept", tmp_path / "models"
    write(kept / LGRAPH, ONE_GRAPH)
    embedded = write(bundled / "night")
    assert model_store.find(None, environ, bundled, tmp_path, kept) == embedded
    shutil.rmtree(embedded)
    write(kept / "other", ONE_GRAPH)
    choice = model_store.choose(None, environ, bundled, tmp_path, kept)
    assert choice.folder == kept / LGRAPH
    assert "none here can be told which words" in choice.reason


def test_a_model_chosen_by_command_comes_before_the_best(tmp_path: Path, environ: dict[str, str]) -> None:
    """But not before the one that is named for this run; a chosen one that is gone is warned of."""
    kept, bundled = tmp_path / "kept", tmp_path / "models"
    small, embedded = write(kept / SMALL), write(bundled / "night")
    (kept / model_store.CHOSEN).write_text("embedded\n")
    choice = model_store.choose(None, environ, bundled, tmp_path, kept)
    assert (choice.folder, choice.warning) == (embedded, "")
    assert "voice-skill models use" in choice.reason
    assert model_store.find(small, environ, bundled, tmp_path, kept) == small
    (embedded / "am/final.mdl").unlink()
    choice = model_store.choose(None, environ, bundled, tmp_path, kept)
    assert choice.folder == small
    assert "'embedded' that was chosen" in choice.warning
    (kept / model_store.CHOSEN).write_bytes(b"\xff")
    assert model_store.choose(None, environ, bundled, tmp_path, kept).warning == ""


def test_what_is_being_unpacked_is_no_model(tmp_path: Path, environ: dict[str, str]) -> None:
    """Folders with a dot in front are not looked at."""
    kept, bundled = tmp_path / "kept", write(tmp_path / "models")
    write(kept / ".new")
    write(kept / f".replaced-{LGRAPH}")
    assert model_store.find(None, environ, bundled, tmp_path, kept) == bundled


def test_models_of_one_name_are_told_apart(tmp_path: Path, environ: dict[str, str]) -> None:
    """The second of two small models is called by its folder."""
    kept, shared = tmp_path / "kept", tmp_path / "home/.cache/vosk"
    write(kept / SMALL)
    write(shared / SMALL, {"am/final.mdl": b""})
    models = model_store.present(environ, tmp_path / "none", tmp_path, kept)
    assert [model.name for model in models] == ["small", str(shared / SMALL)]
    assert [bool(model.problems) for model in models] == [False, True]
