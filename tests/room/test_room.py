"""Scenes in a real room: real streams through PortAudio and PulseAudio, a robot that speaks, tapes that tell.

The skill is the command that a person runs, in a process of its own.  What it decided is read from its
event log; what was heard of it is read from a recording of its loudspeaker, which holds each sentence
against the voice's own rendering.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scene import Room
from voice_skill.messages import AudioBack, AudioLost, StopSpeaking

pytestmark = pytest.mark.room

QUICKLY = 0.6
"""Seconds from "stop" to silence that even a busy machine must keep to; the benchmark tells the real ones."""


@pytest.fixture
def room(model_folder: Path) -> Iterator[Room]:
    """Start the skill in a room of its own, and let it greet."""
    with Room(model_folder) as room:
        room.hear_hello()
        yield room


def begin_routine(room: Room) -> None:
    """Ask for the stretches, deny the warning signs, and choose to sit."""
    room.say("start the routine")
    room.expect_reply("swollen, hot or very tender")
    room.let_finish()
    room.say("no thanks")
    room.expect_reply("steady on your feet")
    room.let_finish()
    room.say("sitting down", "ked")
    room.expect_reply("mild pull")


def test_three_questions_are_answered_aloud(room: Room) -> None:
    """Two voices ask, and the recording of the loudspeaker holds each answer, sentence by sentence."""
    for question, voice, answer in (
        ("what causes leg cramps", "rms", "no cause is found"),
        ("is it dehydration", "ked", "low on fluid"),
        ("why do i get cramps at night", "rms", "tired muscles"),
    ):
        room.say(question, "ked" if voice == "ked" else "rms")
        reply = room.expect_reply(answer)
        room.let_finish()
        room.expect_sound(reply)


def test_the_routine_is_led_by_ear(room: Room) -> None:
    """Begin, pause, carry on, ask what is left, go on, say that it hurts, stop: all of it while it speaks."""
    begin_routine(room)
    step = room.expect_reply("both feet flat on the floor")
    room.let_finish()
    room.expect_sound(step)

    room.say("pause")
    room.expect_reply("when you're ready")
    room.let_finish()
    room.say("carry on")
    room.expect_reply("carrying on|on we go")
    room.say("how long is left", "ked")
    left = room.expect_reply("minutes")
    room.let_finish()
    room.expect_sound(left)

    room.say("next step")
    room.expect_reply("mild pull is enough|draw both feet up")
    room.say("it hurts")
    let_go = room.expect_reply("let the leg rest")
    room.let_finish()
    room.expect_sound(let_go)

    room.say("stop the routine")
    stopped = room.expect_reply("we've stopped there|enough for tonight")
    room.let_finish()
    room.expect_sound(stopped)
    room.expect_silence(after=time.monotonic(), within=QUICKLY, lasting=3.0)


def test_a_warning_sign_ends_the_routine(room: Room) -> None:
    """In the middle of the stretches a swollen calf is what counts: the advice is heard, no stretch follows."""
    begin_routine(room)
    room.expect_reply("both feet flat on the floor")
    room.let_finish()
    room.say("my calf is swollen and hot")
    advice = room.expect_reply("one, one, one")
    room.let_finish()
    room.expect_sound(advice)
    room.expect_silence(after=time.monotonic(), within=QUICKLY, lasting=3.0)


@pytest.mark.parametrize("voice", ["rms", "ked"])
def test_stop_cuts_a_sentence_short(room: Room, voice: str) -> None:
    """One word in the middle of an answer, and the loudspeaker is silent within a moment and stays so."""
    room.say("what causes leg cramps")
    reply = room.expect_reply("no cause is found")
    room.await_sound(reply)
    room.say("stop", "ked" if voice == "ked" else "rms")
    heard_at = room.expect_heard("stop")
    room.expect(StopSpeaking)
    room.expect_silence(after=heard_at, within=QUICKLY, lasting=3.0)
    assert not room.was_heard_whole(reply)


def test_a_microphone_may_come_and_go(room: Room) -> None:
    """Unplugged, it is missed aloud; back again, it is heard, and the routine stands where it stood."""
    begin_routine(room)
    step = room.expect_reply("both feet flat on the floor")[1].text
    room.let_finish()
    room.say("pause")
    room.expect_reply("when you're ready")
    room.let_finish()

    room.pulse.unplug_microphone()
    room.expect(AudioLost)
    missed = room.expect_reply("can't hear you")
    room.let_finish()
    room.expect_sound(missed)

    room.pulse.plug_microphone_in()
    room.expect(AudioBack, within=40)
    room.expect_reply("hear you again")
    room.let_finish()
    room.say("carry on")
    room.expect_reply("carrying on|on we go")
    assert room.expect_reply(".")[1].text == step
