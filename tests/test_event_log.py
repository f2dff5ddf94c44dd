"""The event log: what goes in comes out, and no disk trouble reaches the session."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_skill import event_log
from voice_skill.errors import ConfigError, VoiceSkillError
from voice_skill.event_log import Entry, EventLog
from voice_skill.messages import (
    Alternative,
    AudioBack,
    AudioLost,
    Closed,
    Effect,
    Event,
    Heard,
    ListenFor,
    PlayTone,
    Remember,
    Say,
    SetVoice,
    SpeechFinished,
    StopSpeaking,
    TimeReached,
)

EVENTS: list[Event] = [
    Heard("stop — »é« 😀\n", 0.5, 3.25, (Alternative("stop", 0.75), Alternative("top", 0.25))),
    SpeechFinished(3),
    TimeReached(),
    AudioLost("microphone", "It went."),
    AudioBack("microphone"),
    Closed(),
]
EFFECTS: list[Effect] = [
    Say(1, "Pull your toes up."),
    StopSpeaking(),
    PlayTone("ease"),
    ListenFor("interrupt"),
    SetVoice(150, 0.4),
    Remember("step", None),
]


def test_every_message_comes_back_as_it_was(tmp_path: Path) -> None:
    """Replay needs the same objects, in order, with their times and kinds."""
    path = tmp_path / "night.log"
    log = EventLog(path)
    for number, message in enumerate([*EVENTS, *EFFECTS]):
        log.write(number / 2, message)
    log.close()
    log.close()
    expected = [Entry(number / 2, "event", message) for number, message in enumerate(EVENTS)]
    offset = len(EVENTS)
    expected += [Entry((offset + number) / 2, "effect", message) for number, message in enumerate(EFFECTS)]
    assert list(event_log.read(path)) == expected


def test_the_samples_above_are_all_messages() -> None:
    """A new message type must be tried here, and may not use the line's own keys."""
    assert {type(message) for message in EVENTS} == set(get_args(Event))
    assert {type(message) for message in EFFECTS} == set(get_args(Effect))
    for message in (*EVENTS, *EFFECTS):
        assert not {"at", "kind", "type"} & {field.name for field in fields(message)}


def test_a_line_is_one_json_object_and_there_at_once(tmp_path: Path) -> None:
    """A test that watches the file sees each line before the next event."""
    path = tmp_path / "night.log"
    log = EventLog(path)
    log.write(1.23456, Heard("hello\nthere"))
    lines = path.read_text(encoding="ascii").splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "at": 1.235,
            "kind": "event",
            "type": "Heard",
            "text": "hello\nthere",
            "confidence": 1.0,
            "ended_at": None,
            "alternatives": [],
        }
    ]
    log.close()


def test_a_second_session_is_added(tmp_path: Path) -> None:
    """Nothing that was logged is lost by starting again; others may not read it."""
    path = tmp_path / "night.log"
    for number in (1, 2):
        log = EventLog(path)
        log.write(0.0, SpeechFinished(number))
        log.close()
    assert [entry.message for entry in event_log.read(path)] == [SpeechFinished(1), SpeechFinished(2)]
    assert path.stat().st_mode & 0o077 == 0


def test_a_full_disk_ends_the_log_and_nothing_else() -> None:
    """The session goes on; the reason is kept for whoever asks."""
    log = EventLog(Path("/dev/full"))
    log.write(0.0, TimeReached())
    assert "No space left" in log.stopped
    log.write(1.0, TimeReached())
    log.close()


def test_a_log_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """The person named a wrong place and is told so before the night begins."""
    with pytest.raises(ConfigError, match="cannot be opened"):
        EventLog(tmp_path / "nowhere" / "night.log")
    with pytest.raises(ConfigError, match="cannot be read"):
        list(event_log.read(tmp_path / "none.log"))


def test_a_last_line_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    """A power cut may end the file anywhere."""
    path = tmp_path / "night.log"
    log = EventLog(path)
    log.write(0.0, SpeechFinished(1))
    log.write(1.0, SpeechFinished(2))
    log.close()
    whole = path.read_bytes()
    for end in range(whole.index(b"\n") + 1, len(whole)):
        path.write_bytes(whole[:end])
        assert [entry.message for entry in event_log.read(path)] == [SpeechFinished(1)]


@pytest.mark.parametrize(
    "line",
    [
        "rubbish",
        "[]",
        "3",
        '{"type": "Nothing", "at": 1}',
        '{"type": "Heard"}',
        '{"type": "Say", "at": 1}',
        '{"at": 1}',
    ],
)
def test_a_line_that_is_no_entry_is_named(tmp_path: Path, line: str) -> None:
    """A log that was edited by hand gives a sentence with the line."""
    path = tmp_path / "night.log"
    path.write_text(f'{{"at": 0, "type": "TimeReached"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(VoiceSkillError, match="Line 2 of"):
        list(event_log.read(path))


@given(st.text(max_size=30), st.floats(0, 1), st.none() | st.floats(0, 1e6))
def test_whatever_is_heard_can_be_logged(
    tmp_path_factory: pytest.TempPathFactory, text: str, confidence: float, ended_at: float | None
) -> None:
    """Any text, also one that is no valid Unicode, stays on its line."""
    path = tmp_path_factory.getbasetemp() / "any.log"
    path.unlink(missing_ok=True)
    log = EventLog(path)
    heard = Heard(text + "\ud800", confidence, ended_at)
    log.write(0.0, heard)
    log.close()
    assert [entry.message for entry in event_log.read(path)] == [heard]
