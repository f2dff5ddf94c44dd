"""Every scene in ``scenes/``, in the bedroom on virtual time; some over PulseAudio in real time too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from play import play_offline, play_over_pulse
from steps import lost_steps

from voice_skill.content.bundle import Bundle
from voice_skill.messages import Effect, Event, Remember, Say, SpeechFinished

SCENES = sorted((Path(__file__).parent / "scenes").glob("*.yaml"))
IN_REAL_TIME = ("stop", "another_rate")
"""Scenes that are short enough to be waited for."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for what the first scene prepares for the others."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("file", SCENES, ids=lambda file: file.stem)
def test_a_scene_goes_as_written(file: Path, model_folder: Path, cache: Path) -> None:
    """The skill does what the scene expects, each in its time."""
    assert play_offline(yaml.safe_load(file.read_text(encoding="utf-8")), model_folder, cache)


# A machine that stalls tears a piece out of a word or of the echo, and another word is heard.
@pytest.mark.room
@pytest.mark.flaky(reruns=1)
@pytest.mark.parametrize("name", IN_REAL_TIME)
def test_a_scene_goes_as_written_in_real_time(name: str, model_folder: Path, cache: Path) -> None:
    """The installed command on real streams, its echo in the microphone, does the same."""
    (file,) = (file for file in SCENES if file.stem == name)
    assert play_over_pulse(yaml.safe_load(file.read_text(encoding="utf-8")), model_folder, cache)


def test_a_scene_that_expects_what_does_not_come_fails(model_folder: Path, cache: Path) -> None:
    """Nobody says stop, so nothing falls silent; and a line that is none is named."""
    lines = [{"skill says": "hello"}, {"wait": 1.0}, {"silent within": 0.1}]
    with pytest.raises(AssertionError, match="not when told"):
        play_offline({"about": "", "scene": lines}, model_folder, cache)
    with pytest.raises(AssertionError, match="no line 'sings'"):
        play_offline({"about": "", "scene": [{"sings": "la"}]}, model_folder, cache)
    gone = [{"microphone rate": 8000}, {"unplug microphone": 3}, {"back within": 3}]
    with pytest.raises(AssertionError, match="microphone is not back"):
        play_offline({"about": "", "scene": gone}, model_folder, cache)


def test_a_lost_step_is_named(bundle: Bundle) -> None:
    """A step that was said while there was no loudspeaker, or not to the end, was not heard."""
    lines = [step.say.text for part in bundle.routine.variants["bed"].parts for step in part.steps][:4]
    messages: list[tuple[float, Effect | Event]] = []
    for index, line in enumerate(lines):
        place = json.dumps({"variant": "bed", "step": index})
        messages += [(index * 10.0, Remember("place", place)), (index * 10.0, Say(index, line))]
        messages += [(index * 10.0 + 5, SpeechFinished(index))]
    assert lost_steps(messages, bundle.routine) == []
    assert lost_steps(messages, bundle.routine, [(12.0, 14.0)]) == [lines[1]]
    assert lost_steps(messages[:2] + messages[3:], bundle.routine) == [lines[0]]
