"""Every scene in ``scenes/``, in the bedroom on virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from play import play_offline

SCENES = sorted((Path(__file__).parent / "scenes").glob("*.yaml"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for what the first scene prepares for the others."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("file", SCENES, ids=lambda file: file.stem)
def test_a_scene_goes_as_written(file: Path, model_folder: Path, cache: Path) -> None:
    """The skill does what the scene expects, each in its time."""
    assert play_offline(yaml.safe_load(file.read_text(encoding="utf-8")), model_folder, cache)


def test_a_scene_that_expects_what_does_not_come_fails(model_folder: Path, cache: Path) -> None:
    """Nobody says stop, so nothing falls silent; and a line that is none is named."""
    lines = [{"skill says": "hello"}, {"wait": 1.0}, {"silent within": 0.1}]
    with pytest.raises(AssertionError, match="not when told"):
        play_offline({"about": "", "scene": lines}, model_folder, cache)
    with pytest.raises(AssertionError, match="no line 'sings'"):
        play_offline({"about": "", "scene": [{"sings": "la"}]}, model_folder, cache)
