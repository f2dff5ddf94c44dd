"""The voice: real pyttsx3 in its child, and children that misbehave in every way we have seen."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voice_skill.audio.sound import Sound, trimmed
from voice_skill.audio.wav import read_sound
from voice_skill.errors import VoiceError
from voice_skill.speaking.renderer import PATIENCE, Child
from voice_skill.speaking.tones import tone
from voice_skill.speaking.voice import Voice

SENTENCE = "Let your foot hang loose."

CHILD = """
import json, sys, time, os, wave
def count():
    with open({tally!r}, "a") as file: file.write("x")
    return os.path.getsize({tally!r})
def write(path, samples=b"\\x00\\x10" * 40000):
    with wave.open(path, "wb") as file:
        file.setnchannels(1); file.setsampwidth(2); file.setframerate(22050); file.writeframes(samples)
wish = json.loads(sys.stdin.readline() or "null")
if wish is None: sys.exit()
{act}
"""


@pytest.fixture
def voice() -> Iterator[Voice]:
    """Make the real one, without a cache."""
    real = Voice()
    yield real
    real.close()


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Callable[..., Voice]]:
    """Make a voice whose children run the given lines, with ``wish``, ``write`` and ``count`` at hand."""
    made: list[Voice] = []

    def make(act: str, patience: float = 20.0, cache: Path | None = None) -> Voice:
        script = tmp_path / "child.py"
        script.write_text(CHILD.format(tally=str(tmp_path / "tally"), act=act))
        made.append(Voice(cache_folder=cache, command=(sys.executable, str(script)), patience=patience))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_sentence_becomes_sound(voice: Voice) -> None:
    """As long as a person would take, loud enough, and with no silence at its ends."""
    sound = voice.render(SENTENCE)
    assert 0.8 < sound.seconds < 3
    assert np.abs(sound.samples).max() > 3000
    edge = round(0.03 * sound.rate)
    assert np.abs(sound.samples[:edge]).max() > 100
    assert np.abs(sound.samples[-edge:]).max() > 100


def test_the_rate_is_never_lost(voice: Voice) -> None:
    """Slow is longer than fast each time, however long the engine waited; the same rate is the same sound."""
    voice.rate = 110
    slow = [len(voice.render(SENTENCE).samples) for _ in range(3)]
    voice.rate = 220
    fast = [len(voice.render(SENTENCE).samples) for _ in range(3)]
    assert len(set(slow)) == len(set(fast)) == 1
    assert slow[0] > 1.5 * fast[0]


def test_a_rate_beyond_reason_is_brought_back(voice: Voice) -> None:
    """Whatever the user asks for, there is speech."""
    assert voice.render("Yes.", 10_000).seconds > 0.05
    assert voice.render("Yes.", 1).seconds > 0.05


def test_any_text_can_be_spoken(voice: Voice) -> None:
    """Marks, other scripts, markup and line breaks do no harm; text without words is no sound."""
    for text in ("Isn't it? Yes!", 'a < b & "c" {d}', "one\ntwo", "größe 漢字", "<speak>hm</speak>", "-h"):
        assert voice.render(text).seconds > 0.05
    for nothing in ("", "...", " !? "):
        assert not len(voice.render(nothing).samples)


def test_an_unknown_voice_gives_way_to_the_usual_one() -> None:
    """A mistake in the configuration does not make the skill mute."""
    odd = Voice(voice_id="no such voice")
    assert odd.render("Yes.").seconds > 0.1
    odd.close()


def test_two_threads_may_use_one_voice(voice: Voice) -> None:
    """The app prepares sentences while the mouth speaks."""
    sounds: list[Sound] = []
    threads = [threading.Thread(target=lambda: sounds.append(voice.render(SENTENCE))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({len(sound.samples) for sound in sounds}) == 1
    assert len(sounds) == 3


def timed(voice: Voice) -> float:
    """Seconds that a sentence takes."""
    began = time.monotonic()
    assert voice.render(SENTENCE).seconds > 0.05
    return time.monotonic() - began


def test_a_hung_child_costs_less_than_a_second(child: Callable[..., Voice]) -> None:
    """Another one is given the sentence, and the hung one is ended; also the second one may hang."""
    voice = child("if count() in (2, 3): time.sleep(600)\nwrite(wish['path']); print('{}')")
    timed(voice)
    time.sleep(1.0)  # as between two sentences: the next children have come up
    hung = list(waiting(voice))
    assert timed(voice) < 1.0
    assert hung[0].process.wait(5) is not None
    hung = list(waiting(voice))
    assert timed(voice) < 1.0


def test_after_a_slow_sentence_a_hung_child_costs_no_more(child: Callable[..., Voice]) -> None:
    """What is usual is the middle of the last few."""
    act = "nth = count(); time.sleep({2: 0.2, 3: 600}.get(nth, 0)); write(wish['path']); print('{}')"
    voice = child(act)
    for _ in range(2):
        timed(voice)
        time.sleep(1.0)
    assert timed(voice) < 1.0


def waiting(voice: Voice) -> Iterator[Child]:
    """Look at the children that wait."""
    for _ in range(voice._renderer._waiting.qsize()):
        child = voice._renderer._waiting.get_nowait()
        voice._renderer._waiting.put(child)
        yield child


def test_a_slow_child_is_not_given_up(child: Callable[..., Voice]) -> None:
    """It is overtaken at most: where a second is usual, two seconds are not taken for a hang."""
    voice = child("time.sleep((0.8, 2)[count() > 3]); write(wish['path']); print('{}')", patience=1.5)
    assert timed(voice) > 0.8
    assert timed(voice) > 0.8


def test_children_that_all_hang_are_an_error_within_a_second(child: Callable[..., Voice]) -> None:
    """One sentence with a remedy, in bounded time, and no child is left."""
    voice = child("time.sleep(600)", patience=PATIENCE)
    voice.warm_up()
    time.sleep(3.0)
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(VoiceError, match=r"it hangs.*doctor"):
            voice.render(SENTENCE)
        assert time.monotonic() - began < PATIENCE + 0.5
        time.sleep(0.6)
    voice.close()
    assert not list(waiting(voice))


@pytest.mark.parametrize(
    "act",
    [
        "os._exit(3)",
        "print('no json')",
        "print('[1]')",
        "print('{}')",
        "open(wish['path'], 'w').close(); print('{}')",
        "write(wish['path'], b''); print('{}')",
        "write(wish['path'], bytes(4000)); print('{}')",
        "open(wish['path'], 'w').write('rubbish'); print('{}')",
        "write(wish['path'], os.urandom(80000)); print('{}')",
        "write(wish['path'], b'\\0\\x10' * 500); print('{}')",
        "write(wish['path'], b'\\0\\x10' * 900000); print('{}')",
        "write(wish['path']); os.truncate(wish['path'], 30000); print('{}')",
        "print(json.dumps({'error': 'OSError: something odd'}))",
        "os.kill(os.getpid(), 11)",
    ],
)
def test_a_child_that_fails_once_is_made_good(child: Callable[..., Voice], act: str) -> None:
    """Crashed, empty, silent, noise, cut off: the next try counts; failing each time is a VoiceError."""
    voice = child(f"if count() == 1: {act}\nelse: write(wish['path']); print('{{}}')")
    assert voice.render(SENTENCE).seconds > 0.05
    with pytest.raises(VoiceError, match="doctor"):
        child(act).render(SENTENCE)


def test_no_engine_says_what_to_install(child: Callable[..., Voice]) -> None:
    """Without a second try: it would not help."""
    complaint = "RuntimeError: you do not have eSpeak or eSpeak-ng installed!"
    voice = child(f"print(json.dumps({{'error': {complaint!r}}}))")
    with pytest.raises(VoiceError, match="sudo apt install espeak-ng"):
        voice.render(SENTENCE)


def test_a_child_that_cannot_be_started_is_an_error() -> None:
    """For example when Python itself has been moved."""
    with pytest.raises(VoiceError, match="cannot be started"):
        Voice(command=("/no/such/program",)).render(SENTENCE)


def test_a_waiting_child_that_died_is_replaced(child: Callable[..., Voice]) -> None:
    """Somebody may have ended it in the night."""
    voice = child("write(wish['path']); print('{}')")
    voice.warm_up()
    waiting = voice._renderer._waiting.get_nowait()
    waiting.process.kill()
    waiting.process.wait()
    voice._renderer._waiting.put(waiting)
    assert voice.render(SENTENCE).seconds > 0.05


def test_what_was_said_once_is_kept(child: Callable[..., Voice], tmp_path: Path) -> None:
    """The second time no child is asked, also by another Voice; another rate is another sound."""
    act = "count(); write(wish['path'], b'\\0\\x10' * (100 * wish['rate'])); print('{}')"
    first = child(act, cache=tmp_path / "cache")
    first.prepare([SENTENCE, "Breathe out."])
    sound = child(act, cache=tmp_path / "cache").render(SENTENCE)
    assert (tmp_path / "tally").stat().st_size == 2
    assert len(sound.samples) == 15000
    assert len(first.render(SENTENCE, 200).samples) == 20000


def test_a_damaged_keepsake_is_made_anew(child: Callable[..., Voice], tmp_path: Path) -> None:
    """A file that the disk has spoilt is not played."""
    voice = child("write(wish['path']); print('{}')", cache=tmp_path / "cache")
    voice.render(SENTENCE)
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(b"spoilt")
    assert voice.render(SENTENCE).seconds > 0.05
    assert read_sound(kept).sound.seconds > 0.05


def test_a_folder_that_cannot_be_written_is_no_error(child: Callable[..., Voice], tmp_path: Path) -> None:
    """The cache's place is taken by a file: it is rendered each time instead."""
    (tmp_path / "cache").write_text("in the way")
    voice = child("write(wish['path']); print('{}')", cache=tmp_path / "cache")
    assert voice.render(SENTENCE).seconds > 0.05
    assert voice.render(SENTENCE).seconds > 0.05


def test_nothing_is_left_behind(child: Callable[..., Voice]) -> None:
    """After ``close`` there is neither a child nor a temporary folder."""
    voice = child("write(wish['path']); print('{}')")
    voice.render(SENTENCE)
    place = voice._renderer._workplace
    assert place is not None
    assert not list(place.iterdir())
    waiting = voice._renderer._waiting.get_nowait()
    voice._renderer._waiting.put(waiting)
    voice.close()
    voice.close()
    assert not place.exists()
    assert waiting.process.poll() is not None


@pytest.mark.parametrize("moment", range(3))
def test_no_child_is_set_waiting_after_the_end(monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """Closed from another thread while a child is being started: none outlives the voice."""
    real, voice = subprocess.Popen, Voice()
    started: list[subprocess.Popen[bytes]] = []
    closing = threading.Thread(target=voice.close)

    def start(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        if len(started) == moment:
            closing.start()
            closing.join(0.2)
        started.append(real(*args, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    with suppress(VoiceError):  # the folder may be gone
        voice.render(SENTENCE)
    closing.join(30)
    assert len(started) > moment
    for process in started:
        process.wait(30)


def test_trimming_cuts_both_ends_only() -> None:
    """Silence within a sentence stays, and a little at the ends; silence alone becomes nothing."""
    loud, still = np.full(100, 5000, np.int16), np.zeros(1000, np.int16)
    sound = trimmed(Sound(np.concatenate([still, loud, still, loud, still]), 1000))
    assert len(sound.samples) == 100 + 1000 + 100 + 40
    assert not len(trimmed(Sound(still, 1000)).samples)


@pytest.mark.parametrize("name", ["listening", "halfway", "ease"])
def test_tones_are_soft_and_short(name: str) -> None:
    """Under a second, far below full scale, beginning and ending at nothing."""
    samples = tone(name, 22050)  # type: ignore[arg-type]  # the parameters are the names
    assert 0.1 < len(samples) / 22050 < 0.7
    assert 2000 < np.abs(samples).max() < 8000
    assert abs(int(samples[0])) < 50
    assert abs(int(samples[-1])) < 50
