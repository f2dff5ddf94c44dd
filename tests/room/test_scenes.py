"""Every scene in ``scenes/``, in the bedroom on virtual time; some over PulseAudio in real time too."""

from __future__ import annotations

import json
import time
from pathlib import Path
from queue import Queue

import numpy as np
import pytest
import yaml
from acoustics import BLOCK, RATE, Acoustics, Air
from bedroom import joined
from play import SceneError, main, play_offline, play_over_pulse
from steps import lost_steps
from tape import best_place, dull

from voice_skill.app import App
from voice_skill.audio.sound import resample
from voice_skill.audio.wav import read_sound
from voice_skill.config import Config
from voice_skill.content.bundle import Bundle
from voice_skill.core import vocabulary
from voice_skill.core.session import Session
from voice_skill.core.text import sentences
from voice_skill.front_ends import load_content, load_model
from voice_skill.hearing.ears import Ears
from voice_skill.hearing.microphone import WavMicrophone
from voice_skill.messages import Effect, Event, Remember, Say, SetVoice, SpeechFinished
from voice_skill.speaking.mouth import Mouth
from voice_skill.speaking.speaker import WavSpeaker
from voice_skill.speaking.voice import Voice

SCENES = sorted((Path(__file__).parent / "scenes").glob("*.yaml"))
IN_REAL_TIME = ("stop", "another_rate", "brief_mute")
"""Scenes that are short enough to be waited for, and end the same way on a busy machine."""


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
    with pytest.raises(AssertionError, match="in quotes"):
        play_offline({"about": "", "scene": [{"rms": False}]}, model_folder, cache)
    gone = [{"microphone rate": 8000}, {"unplug microphone": 3}, {"back within": 3}]
    with pytest.raises(AssertionError, match="microphone is not back"):
        play_offline({"about": "", "scene": gone}, model_folder, cache)


def test_what_is_heard_is_judged_by_its_sound(model_folder: Path, cache: Path) -> None:
    """A loudspeaker that loses more than we let it lose is told, and so is a voice that stays as it was."""
    scene = {"room": {"swallows": 0.6}, "scene": [{"skill says": "hello"}, {"heard whole": "hello"}]}
    with pytest.raises(SceneError, match=r"'Hello.' was not heard whole"):
        play_offline(scene, model_folder, cache)
    lines: list[dict[str, object]] = [{"skill says": "hello"}, {"skill finishes": None}]
    lines += [{"rms": "what causes leg cramps"}, {"skill says": "cause"}, {"wait": 4}, {"speaks lower": 2}]
    scene = {"scene": lines}
    with pytest.raises(SceneError, match="times as loud as before"):
        play_offline(scene, model_folder, cache)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"room": {"ecko": 0}}, "'room' has no setting 'ecko'; there are: echo, delay"),
        ({"skill": {"wakephrase": "hello"}}, "'skill' has no setting 'wakephrase'; there are: wake_phrase"),
        ({"room": [0]}, "'room' must be a table"),
    ],
)
def test_a_misspelt_setting_is_told_in_one_sentence(
    given: dict[str, object],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the file and the names that there are, and without a traceback."""
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({"about": "Mine.", "scene": [], **given}), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["play.py", str(file)])
    assert main() == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "Mine."
    assert printed[1].startswith(f"{file}, {told}")


def test_clocks_that_drift_apart_make_the_echo_later_and_later() -> None:
    """By a sample in 20,000 at 50 millionths; the sound stays the same."""
    voice = Voice()
    try:
        spoken = resample(voice.render("Let go, and let the leg rest, and breathe out slowly."), RATE).samples
        played = np.tile(spoken, 8)
        heard = []
        for drift in (0.0, 50.0):
            air = Air(Acoustics(drift=drift, noise_below=200), voice, 0.4)
            blocks = range(0, len(played) - BLOCK, BLOCK)
            heard.append(joined([air.heard(played[at : at + BLOCK]) for at in blocks]).astype(float))
    finally:
        voice.close()
    begin = len(heard[0]) - 2 * RATE
    place, likeness = best_place(heard[1][begin:], heard[0][begin : begin + RATE])
    assert place == pytest.approx(begin * 50e-6, abs=2)
    assert likeness > 0.95


def test_a_scene_goes_through_sound_files(model_folder: Path, cache: Path, tmp_path: Path) -> None:
    """What the microphone heard in a scene, given as a WAV file, is answered in a WAV file."""
    question, answer = tmp_path / "question.wav", tmp_path / "answer.wav"
    lines = [
        {"skill says": "hello"},
        {"skill finishes": None},
        {"rms": "what causes leg cramps"},
        {"wait": 1},
    ]
    play_offline({"room": {"echo": None}, "scene": lines}, model_folder, cache, question)

    config = Config(model=model_folder, cache_folder=cache)
    content, voice, inbox = load_content(config), Voice(), Queue[Event]()
    mouth = Mouth(voice, lambda: WavSpeaker(answer), inbox, time.monotonic)
    session = Session(content.bundle, content.interpreter, content.region, SetVoice(150, 1.0))
    said: list[str] = []
    with load_model(config, content.bundle) as model:
        ears = Ears(
            lambda: WavMicrophone(question),
            model,
            vocabulary.phrases(content.bundle, config.wake_phrase),
            inbox,
            time.monotonic,
        )
        app = App(
            session, inbox, mouth, ears, show=lambda one: said.append(one.text) if type(one) is Say else None
        )
        mouth.start()
        app.begin()
        while session.script.speaking:  # the file begins when the greeting is over
            app.take(inbox.get(timeout=30))
        ears.start()
        while len(said) < 2 or session.script.speaking:
            app.take(inbox.get(timeout=30))
        ears.close()
        mouth.close(finish=True)
    wanted = resample(voice.render(sentences(said[1])[0]), RATE).samples.astype(float)
    voice.close()
    assert "cause" in said[1]
    heard = resample(read_sound(answer).sound, RATE).samples.astype(float)
    assert best_place(dull(heard), dull(wanted))[1] > 0.95


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
