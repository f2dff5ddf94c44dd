"""The mouth on a speaker of memory: order, silence on demand, and what happens when parts fail."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from voice_skill.audio.sound import Samples, Sound
from voice_skill.audio.wav import read_sound
from voice_skill.errors import AudioDeviceError, VoiceError
from voice_skill.messages import AudioBack, AudioLost, Event, SpeechFinished
from voice_skill.speaking.mouth import HELD_BACK, Mouth
from voice_skill.speaking.speaker import AHEAD, BLOCK_SECONDS, MemorySpeaker, Speaker, WavSpeaker
from voice_skill.speaking.voice import Voice

RATE = 1000
PATIENCE = 20.0
"""Seconds after which a test gives up waiting; never waited for when all is well."""


class FakeVoice:
    """Each sentence becomes a level of its own, ``seconds`` long, so that it is known in the samples."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.rate = 150
        self.seconds = seconds
        self.asked: list[tuple[str, int]] = []
        self.broken = False
        self.gate: threading.Event | None = None

    def render(self, sentence: str, rate: int | None = None) -> Sound:
        """Give a plateau of 1,000 times the number of the sentence."""
        self.asked.append((sentence, rate or self.rate))
        if self.gate is not None:
            self.gate.wait(PATIENCE)
        if self.broken:
            raise VoiceError("The voice does not work.")
        return Sound(np.full(round(self.seconds * RATE), 1000 * len(self.asked), np.int16), RATE)


@dataclass
class Stage:
    """A mouth with everything it needs, and what came of it."""

    voice: FakeVoice = field(default_factory=FakeVoice)
    inbox: Queue[Event] = field(default_factory=Queue)
    shown: list[str] = field(default_factory=list)
    first: list[tuple[int, float]] = field(default_factory=list)
    speakers: list[Speaker | Exception] = field(default_factory=list)
    speaker: MemorySpeaker = field(default_factory=lambda: MemorySpeaker(RATE))
    now: float = 0.0
    on_sleep: Callable[[], None] | None = None

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        if self.on_sleep is not None:
            self.on_sleep()

    def open_speaker(self) -> Speaker:
        """Give the next one of ``speakers``, then always the usual one."""
        found = self.speakers.pop(0) if self.speakers else self.speaker
        if isinstance(found, Exception):
            raise found
        return found

    def mouth(self) -> Mouth:
        """Make a mouth that has not been started."""
        return Mouth(
            voice=self.voice,  # type: ignore[arg-type]  # has what the mouth uses
            open_speaker=self.open_speaker,
            inbox=self.inbox,
            clock=lambda: self.now,
            show=self.shown.append,
            on_first_sample=lambda utterance, at: self.first.append((utterance, at)),
            sleep=self.sleep,
        )

    def next(self) -> Event:
        """Wait for the next event."""
        return self.inbox.get(timeout=PATIENCE)


@pytest.fixture
def stage() -> Stage:
    """Make a stage with a voice of a second a sentence."""
    return Stage()


Start = Callable[[Stage], Mouth]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a mouth that is closed after the test."""
    made: list[Mouth] = []

    def begin(stage: Stage) -> Mouth:
        made.append(stage.mouth())
        made[-1].start()
        return made[-1]

    yield begin
    for mouth in made:
        mouth.close()


def plateaus(samples: Samples) -> list[tuple[int, int]]:
    """Level and length of each stretch of equal samples."""
    edges = [0, *(np.flatnonzero(np.diff(samples)) + 1), len(samples)]
    return [(int(samples[a]), int(b - a)) for a, b in pairwise(edges) if b > a]


def test_sentences_are_spoken_in_order_with_a_pause(stage: Stage, start: Start) -> None:
    """Two sentences of a second, seven tenths of silence between, nothing after."""
    start(stage).say(1, "One. Two!")
    assert stage.next() == SpeechFinished(1)
    assert plateaus(stage.speaker.samples) == [(1000, 1000), (0, 700), (2000, 1000)]
    assert [sentence for sentence, _ in stage.voice.asked] == ["One.", "Two!"]


def test_utterances_and_tones_follow_one_another(stage: Stage, start: Start) -> None:
    """Each utterance is finished once, in order; a tone between them sounds between them."""
    mouth = start(stage)
    mouth.say(1, "One.")
    mouth.tone("ease")
    mouth.say(2, "Two.")
    assert [stage.next(), stage.next()] == [SpeechFinished(1), SpeechFinished(2)]
    samples = stage.speaker.samples
    assert set(samples[:1000]) == {1000}
    assert set(samples[-1000:]) == {2000}
    assert 300 < len(samples) - 2000 < 800


def test_an_utterance_without_words_is_finished_too(stage: Stage, start: Start) -> None:
    """The session must never wait for ever."""
    start(stage).say(1, " ... ")
    assert stage.next() == SpeechFinished(1)
    assert not len(stage.speaker.samples)


def test_the_first_sample_is_marked_once(stage: Stage, start: Start) -> None:
    """With the device's delay and what was waiting before it."""
    stage.now = 5.0
    stage.speaker.latency, stage.speaker.waiting = 0.2, 0.1
    start(stage).say(7, "One. Two.")
    assert stage.next() == SpeechFinished(7)
    ((utterance, at),) = stage.first
    assert (utterance, round(at, 6)) == (7, 5.3)


def silence_after(stage: Stage, start: Start, seconds: float, more: Callable[[Mouth], None]) -> Mouth:
    """Say three utterances and call ``stop`` after some seconds of the first one, then do more."""
    mouth: Mouth

    def listen() -> None:
        if stage.speaker.stops == 0 and stage.speaker.played_seconds >= seconds - 1e-6:
            mouth.stop()
            stage.speaker._on_play = None
            more(mouth)

    stage.speaker = MemorySpeaker(RATE, listen)
    mouth = stage.mouth()
    mouth.say(1, "One. Two.")
    mouth.say(2, "Three.")
    mouth.say(3, "Four.")
    mouth.start()
    return mouth


def test_silence_comes_with_the_next_block(stage: Stage, start: Start) -> None:
    """After ``stop`` not one more block is played; what had not begun is dropped without an event."""
    mouth = silence_after(stage, start, 0.5, lambda mouth: mouth.say(4, "Five."))
    assert [stage.next(), stage.next()] == [SpeechFinished(1), SpeechFinished(4)]
    mouth.close()
    assert stage.speaker.stops == 1
    assert [length for _, length in plateaus(stage.speaker.samples)] == [500, 1000]
    assert stage.inbox.empty()
    assert mouth.speaking == "five"


def test_a_stop_cancels_only_what_was_said_before_it(stage: Stage, start: Start) -> None:
    """Two stops in a row, and orders between them: only those after the last one are heard."""

    def more(mouth: Mouth) -> None:
        mouth.say(4, "Five.")
        mouth.tone("ease")
        mouth.stop()
        mouth.say(5, "Six.")

    mouth = silence_after(stage, start, 0.1, more)
    assert [stage.next(), stage.next()] == [SpeechFinished(1), SpeechFinished(5)]
    mouth.close()
    assert [length for _, length in plateaus(stage.speaker.samples)] == [100, 1000]


def test_a_stop_while_a_sentence_is_being_rendered(stage: Stage, start: Start) -> None:
    """A slow voice does not delay the silence, and what it renders late is not played."""
    stage.voice.gate = threading.Event()
    mouth = start(stage)
    mouth.say(1, "One.")
    mouth.stop()
    mouth.tone("halfway")
    mouth.close(finish=True)
    stage.voice.gate.set()
    assert 50 < len(stage.speaker.samples) < 300
    assert list(stage.inbox.queue) in ([], [SpeechFinished(1)])


def test_a_stop_while_the_last_words_are_on_their_way(stage: Stage) -> None:
    """What has been handed to the loudspeaker but not heard is dropped, also with no block left to play."""
    mouth: Mouth

    class Slow(MemorySpeaker):
        def drain(self, cut: Callable[[], bool] = bool) -> None:
            mouth.stop()
            super().drain(cut)

    stage.speaker = Slow(RATE)
    mouth = stage.mouth()
    mouth.say(1, "One.")
    mouth.start()
    assert stage.next() == SpeechFinished(1)
    assert stage.speaker.stops == 1
    mouth.close()


def test_a_stop_while_the_next_sentence_is_late(stage: Stage) -> None:
    """The end of the first one is silenced, and nothing more is rendered."""
    mouth = stage.mouth()
    late = threading.Event()

    def render(sentence: str, _rate: int) -> Sound:
        if sentence != "One.":
            mouth.stop()
            late.wait(PATIENCE)
        return FakeVoice.render(stage.voice, sentence)

    stage.voice.render = render  # type: ignore[method-assign, assignment]  # with a delay
    mouth.say(1, "One. Two. Three.")
    mouth.start()
    assert stage.next() == SpeechFinished(1)
    late.set()
    assert stage.speaker.stops == 1
    mouth.close()
    assert "Three." not in [sentence for sentence, _ in stage.voice.asked]


def test_a_cancelled_sentence_that_hangs_delays_nothing(stage: Stage, start: Start) -> None:
    """Neither does the second one: the next utterance is rendered beside them."""
    hung = threading.Event()

    def render(sentence: str, _rate: int) -> Sound:
        if sentence == "Hang.":
            asked.set()
            assert hung.wait(PATIENCE)
        return FakeVoice.render(stage.voice, sentence)

    stage.voice.render = render  # type: ignore[method-assign, assignment]  # hangs for some
    mouth = start(stage)
    for utterance in (1, 2):
        asked = threading.Event()
        mouth.say(utterance, "Hang.")
        assert asked.wait(PATIENCE)
        mouth.stop()
        assert stage.next() == SpeechFinished(utterance)
    mouth.say(3, "Three.")
    assert stage.inbox.get(timeout=5) == SpeechFinished(3)
    hung.set()
    assert len(stage.speaker.samples) == 1000


def test_volume_and_rate_change_on_the_fly(stage: Stage, start: Start) -> None:
    """The volume glides within a block, the rate counts from the next sentence."""
    mouth = start(stage)
    mouth.say(1, "One.")
    assert stage.next() == SpeechFinished(1)
    mouth.set_voice(120, 0.5)
    mouth.say(2, "Two.")
    assert stage.next() == SpeechFinished(2)
    samples = stage.speaker.samples[1000:]
    block = round(BLOCK_SECONDS * RATE)
    assert np.all(np.diff(samples[:block]) <= 0)
    assert set(samples[block:]) == {1000}
    assert stage.voice.asked == [("One.", 150), ("Two.", 120)]


def test_ducking_lowers_and_restores(stage: Stage, start: Start) -> None:
    """A quarter is left while somebody speaks over us."""
    mouth = start(stage)
    for utterance, down in enumerate((True, False), 1):
        mouth.duck(down)
        mouth.say(utterance, "One.")
        assert stage.next() == SpeechFinished(utterance)
    assert plateaus(stage.speaker.samples)[-1][0] == 2000
    assert set(stage.speaker.samples[500:1000]) == {250}


def test_what_is_in_the_air_is_known(stage: Stage, start: Start) -> None:
    """The sentence being heard, without marks; and for a moment afterwards, as the room rings."""
    seen: set[str] = set()
    mouth: Mouth
    stage.speaker = MemorySpeaker(RATE, lambda: seen.add(mouth.speaking))
    mouth = stage.mouth()
    mouth.say(1, "Say 'stop', any time. Don't wait!")
    mouth.start()
    assert stage.next() == SpeechFinished(1)
    assert any("stop" in sentence.replace("'", "") for sentence in seen)
    assert any("don't wait" in sentence for sentence in seen)
    stage.now += 10
    assert mouth.speaking == ""
    mouth.close()


def test_without_a_voice_there_is_a_tone_and_a_line(stage: Stage, start: Start) -> None:
    """The loss is told once, the text is shown, every utterance is finished, and the return is told."""
    stage.voice.broken = True
    mouth = start(stage)
    mouth.say(1, "One. Two.")
    mouth.say(2, "Three.")
    assert stage.next() == AudioLost("voice", "The voice does not work.")
    assert [stage.next(), stage.next()] == [SpeechFinished(1), SpeechFinished(2)]
    assert stage.shown == ["One.", "Two.", "Three."]
    assert len(stage.speaker.samples) > 100
    stage.voice.broken = False
    mouth.say(3, "Four.")
    assert [stage.next(), stage.next()] == [AudioBack("voice"), SpeechFinished(3)]


class LostSpeaker(MemorySpeaker):
    """A loudspeaker that is unplugged after some blocks; or that never plays, though it can be opened."""

    def __init__(self, rate: int, alive: bool = True) -> None:
        super().__init__(rate)
        self.alive = alive

    def play(self, block: Samples) -> None:
        """Fail in mid-sentence."""
        if self.played_seconds > 0.3:
            raise AudioDeviceError("The loudspeaker has gone.")
        super().play(block)


GONE = AudioLost("speaker", "The loudspeaker has gone.")


def test_what_a_short_loss_cuts_off_is_spoken_again(stage: Stage, start: Start) -> None:
    """It is shown, and spoken from its beginning on the return, each once."""
    stage.speakers = [LostSpeaker(RATE), *[AudioDeviceError("Still gone.")] * 2]
    mouth = start(stage)
    mouth.say(1, "One.")
    mouth.say(2, "Two.")
    events = [stage.next() for _ in range(4)]
    assert events == [GONE, AudioBack("speaker"), SpeechFinished(1), SpeechFinished(2)]
    assert 3.0 <= stage.now < 3.1, "at the third attempt, a second each"
    assert stage.shown == [GONE.reason, "One."]
    assert [length for _, length in plateaus(stage.speaker.samples)] == [1000, 1000]
    mouth.close()
    assert stage.inbox.empty()


def test_a_loss_while_nothing_is_said_costs_nothing(stage: Stage, start: Start) -> None:
    """It is noticed and made good before the next utterance, which is heard from its first word."""
    closed = threading.Event()

    class Gone(MemorySpeaker):
        def watch(self) -> None:
            raise AudioDeviceError("The loudspeaker has gone.")

        def play(self, block: Samples) -> None:
            """Swallow it, as the stream of a lost device does."""

        def close(self) -> None:
            closed.set()

    stage.speakers = [Gone(RATE)]
    mouth = start(stage)
    assert closed.wait(PATIENCE)
    stage.now += 1.0
    mouth.say(1, "One.")
    assert [stage.next() for _ in range(3)] == [GONE, AudioBack("speaker"), SpeechFinished(1)]
    assert len(stage.speaker.samples) == 1000
    assert stage.shown == [GONE.reason]


class InTheWay(MemorySpeaker):
    """A loudspeaker that shall be closed for a moment, once."""

    def __init__(self) -> None:
        super().__init__(RATE)
        self.closed = threading.Event()

    def makes_way(self) -> bool:
        """Until it has been."""
        return not self.closed.is_set()

    def close(self) -> None:
        """Note it."""
        self.closed.set()


def test_a_microphone_is_found_while_nothing_is_said(stage: Stage, start: Start) -> None:
    """The loudspeaker is opened again without a word about it."""
    first = InTheWay()
    stage.speakers = [first]
    mouth = start(stage)
    assert first.closed.wait(PATIENCE)
    mouth.say(1, "One.")
    assert stage.next() == SpeechFinished(1)
    assert len(stage.speaker.samples) == 1000


def test_a_microphone_is_found_between_two_sentences(stage: Stage) -> None:
    """Not a sample of either is lost; where the loudspeaker cannot be opened again, both are spoken later."""
    first, second = InTheWay(), InTheWay()
    stage.speakers = [first]
    mouth = stage.mouth()
    mouth.say(1, "One. Two.")
    mouth.start()
    assert stage.next() == SpeechFinished(1)
    assert [length for _, length in plateaus(first.samples)] == [1000]
    assert [length for _, length in plateaus(stage.speaker.samples)] == [700, 1000]
    mouth.close()
    stage.speaker = MemorySpeaker(RATE)
    stage.speakers = [second, AudioDeviceError("Gone.")]
    mouth = stage.mouth()
    mouth.say(2, "One. Two.")
    mouth.start()
    events = [stage.next() for _ in range(3)]
    assert events == [AudioLost("speaker", "Gone."), AudioBack("speaker"), SpeechFinished(2)]
    assert [length for _, length in plateaus(stage.speaker.samples)] == [1000, 700, 1000]
    mouth.close()
    assert stage.inbox.empty()


def test_a_microphone_is_found_between_two_utterances(stage: Stage) -> None:
    """Who has much to say in a row must not keep it away; not a sample is lost."""
    first = InTheWay()
    stage.speakers = [first]
    mouth = stage.mouth()
    mouth.say(1, "One.")
    mouth.say(2, "Two.")
    mouth.start()
    assert [stage.next(), stage.next()] == [SpeechFinished(1), SpeechFinished(2)]
    assert [length for _, length in plateaus(first.samples)] == [1000]
    assert [length for _, length in plateaus(stage.speaker.samples)] == [1000]
    mouth.close()
    assert stage.inbox.empty()


def test_a_loudspeaker_that_stays_away_does_not_stop_the_conversation(stage: Stage, start: Start) -> None:
    """Its loss is told once, it is waited for once, fifteen seconds, and its return is told too."""
    stage.speakers = [LostSpeaker(RATE), *[AudioDeviceError("Still gone.")] * 15]
    mouth = start(stage)
    for utterance in (1, 2, 3):
        mouth.say(utterance, "One.")
    assert stage.next() == GONE
    assert [stage.next() for _ in range(3)] == [SpeechFinished(1), SpeechFinished(2), SpeechFinished(3)]
    assert HELD_BACK <= stage.now < HELD_BACK + 1
    assert stage.shown == [GONE.reason, *["One."] * 3]
    stage.speakers.clear()
    stage.now += 60
    mouth.say(4, "Four.")
    assert [stage.next(), stage.next()] == [AudioBack("speaker"), SpeechFinished(4)]
    assert len(stage.speaker.samples) == 1000


def test_a_loudspeaker_that_is_lost_again_and_again_is_given_up(stage: Stage, start: Start) -> None:
    """One that opens but does not play must not hold the conversation up for longer than one that is gone."""
    stage.speakers = [LostSpeaker(RATE, alive=False) for _ in range(50)]
    start(stage).say(1, "One.")
    assert [stage.next(), stage.next()] == [GONE, SpeechFinished(1)], "and it is not told back in between"
    assert HELD_BACK <= stage.now < HELD_BACK + 2
    assert stage.shown == [GONE.reason, "One."]


def test_silence_is_not_held_back(stage: Stage, start: Start) -> None:
    """Whoever says stop while the loudspeaker is gone is obeyed, and hears nothing on its return."""
    stage.speakers = [LostSpeaker(RATE), *[AudioDeviceError("Still gone.")] * 2]
    mouth = stage.mouth()
    stage.on_sleep = mouth.stop
    mouth.say(1, "One.")
    mouth.say(2, "Two.")
    mouth.start()
    assert [stage.next(), stage.next()] == [GONE, SpeechFinished(1)]
    assert stage.now < 1
    stage.now += 5
    mouth.close(finish=True)
    assert [*stage.inbox.queue] in ([], [AudioBack("speaker")])
    assert not len(stage.speaker.samples)


def test_no_loudspeaker_at_the_start_is_no_end(stage: Stage, start: Start) -> None:
    """It is told at once, and one that is plugged in later is used."""
    stage.speakers = [AudioDeviceError("No loudspeaker was found."), AudioDeviceError("Still none.")]
    mouth = start(stage)
    assert stage.next() == AudioLost("speaker", "No loudspeaker was found.")
    stage.now = 1.5
    mouth.say(1, "One.")
    assert stage.next() == SpeechFinished(1)
    stage.now = 10.0
    mouth.say(2, "Two.")
    assert [stage.next(), stage.next()] == [AudioBack("speaker"), SpeechFinished(2)]


def test_a_mistake_costs_one_utterance(stage: Stage, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    """It is told once, the words are shown, the session is not left waiting, and the next ones are heard."""
    faults = [ZeroDivisionError("once"), ZeroDivisionError("twice")]

    def fail() -> None:
        if faults:
            raise faults.pop(0)

    stage.speaker = MemorySpeaker(RATE, fail)
    mouth = start(stage)
    for utterance, text in enumerate(("One.", "Two.", "Three."), 1):
        mouth.say(utterance, text)
    lost = stage.next()
    assert isinstance(lost, AudioLost)
    assert "once" in lost.reason
    events = [stage.next() for _ in range(4)]
    assert events == [SpeechFinished(1), SpeechFinished(2), AudioBack("speaker"), SpeechFinished(3)]
    assert stage.shown == [lost.reason, "One.", "Two."]
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert list(stage.speaker.samples[-1000:]) == [3000] * 1000


def test_a_mistake_in_the_voice_or_in_opening_is_a_loss(stage: Stage, start: Start) -> None:
    """As if it were the engine that failed, or the device."""

    def fail(*_: object) -> Sound:
        raise ZeroDivisionError("odd")

    stage.voice.render = fail  # type: ignore[method-assign, assignment]  # fails always
    stage.speakers = [ZeroDivisionError("odd too")]
    mouth = start(stage)
    assert stage.next() == AudioLost("speaker", "odd too")
    stage.now += 1.5
    mouth.say(1, "One.")
    events = [stage.next(), stage.next(), stage.next()]
    assert events == [AudioBack("speaker"), AudioLost("voice", "odd"), SpeechFinished(1)]
    assert stage.shown == ["odd too", "One."]


@pytest.mark.parametrize("trouble", [BrokenPipeError(), ValueError("closed"), OSError(5, "gone")])
def test_a_closed_terminal_does_not_make_mute(stage: Stage, trouble: Exception) -> None:
    """What cannot even be shown is finished all the same, and the next utterance is heard."""

    def fail(_: str) -> None:
        raise trouble

    mouth = stage.mouth()
    mouth.show = fail
    mouth.start()
    stage.voice.broken = True
    mouth.say(1, "One.")
    assert [stage.next(), stage.next()] == [AudioLost("voice", "The voice does not work."), SpeechFinished(1)]
    stage.voice.broken = False
    mouth.say(2, "Two.")
    assert [stage.next(), stage.next()] == [AudioBack("voice"), SpeechFinished(2)]
    mouth.close()


def test_a_real_sentence_into_a_file(tmp_path: Path) -> None:
    """pyttsx3, the mouth and a file as loudspeaker, from end to end."""
    voice, inbox = Voice(), Queue[Event]()
    path = tmp_path / "said.wav"
    mouth = Mouth(voice, lambda: WavSpeaker(path, 16000), inbox, clock=lambda: 0.0)
    mouth.start()
    mouth.say(1, "Pull your toes towards you. Hold.")
    assert inbox.get(timeout=PATIENCE) == SpeechFinished(1)
    mouth.close()
    voice.close()
    sound = read_sound(path).sound
    assert sound.rate == 16000
    assert 1.5 < sound.seconds < 5


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.now += seconds


def test_a_file_by_the_clock_keeps_the_silence_between(tmp_path: Path) -> None:
    """What is played two seconds later is two seconds further on; a stop unwrites what was not heard yet."""
    clock = Clock()
    speaker = WavSpeaker(tmp_path / "a.wav", 10 * RATE, clock, clock.sleep)
    speaker.play(np.full(200, 1000, np.int16))
    speaker.drain()
    clock.sleep(2.0)
    for _ in range(50):
        speaker.play(np.full(200, 2000, np.int16))
    assert 0 < speaker.waiting <= AHEAD * BLOCK_SECONDS + 1e-6
    speaker.stop()
    assert speaker.waiting <= 0.01
    speaker.close()
    samples = read_sound(tmp_path / "a.wav").sound.samples
    assert set(samples[:200]) == {1000}
    assert set(samples[200:20200]) == {0}
    unheard = round(AHEAD * BLOCK_SECONDS * 10 * RATE)
    assert len(samples) - 20200 == pytest.approx(10_000 - unheard, abs=100)


def test_a_file_that_cannot_be_written_is_a_device_error(tmp_path: Path) -> None:
    """With the reason in the sentence."""
    speaker = WavSpeaker(tmp_path / "none" / "a.wav", RATE)
    with pytest.raises(AudioDeviceError, match="cannot be written"):
        speaker.close()
