"""The ears on recordings and on microphones that fail: what is posted, when, and what is kept back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from itertools import cycle
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fake_portaudio import FakePortAudio
from speech import spoken

from voice_skill import front_ends
from voice_skill.audio import devices
from voice_skill.audio.wav import read_sound
from voice_skill.config import Config
from voice_skill.errors import AudioDeviceError
from voice_skill.hearing.ears import Ears
from voice_skill.hearing.endpoint import Endpoint, Voices
from voice_skill.hearing.listener import Listener, Speech
from voice_skill.hearing.microphone import SILENT_REASON, Microphone
from voice_skill.hearing.recogniser import Recogniser, SpeechModel
from voice_skill.messages import AudioBack, AudioLost, Event, Heard, ListeningMode

if TYPE_CHECKING:
    from typing_extensions import Self

RATE = 16000
BLOCK = 1280
PATIENCE = 30.0
"""Seconds after which a test gives up waiting; never waited for when all is well."""
Say = Callable[[str], bytes]
OPEN = ["stop", "pause", "how long left", "start the routine", "what causes leg cramps"]
INTERRUPT = ["stop", "pause", "don't stop", "how long left"]
QUIET = bytes(RATE)
"""Half a second of silence."""


class Reel:
    """A microphone made of pieces: bytes are sound, anything callable is called when the sound gets there."""

    def __init__(self, pieces: Sequence[bytes | Callable[[], None]], rate: int = RATE) -> None:
        self.rate = rate
        self.lost = 0.0
        self.silent = False
        self.behind = 0.0
        self._pieces = pieces

    def blocks(self) -> Iterator[bytes]:
        """Cut each piece to 40 ms."""
        for piece in self._pieces:
            if not isinstance(piece, bytes):
                piece()
                continue
            for at in range(0, len(piece), BLOCK):
                yield piece[at : at + BLOCK]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def model(model_folder: Path) -> Iterator[SpeechModel]:
    """One loaded model for all tests of this file."""
    with SpeechModel(model_folder) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def say(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """Make speech, as bytes."""
    folder = tmp_path_factory.mktemp("speech")
    return lambda text: read_sound(spoken(text, folder)).sound.samples.astype("<i2").tobytes()


class Scene:
    """Ears with an inbox, over microphones that are given one after the other."""

    def __init__(
        self, model: SpeechModel, *microphones: Microphone | AudioDeviceError, **settings: object
    ) -> None:
        self.inbox: Queue[Event] = Queue()
        self.now = 1000.0
        self._microphones = list(microphones)
        self.ears = Ears(
            open_microphone=self._open,
            model=model,
            phrases={"open": OPEN, "interrupt": INTERRUPT, "standby": ["start the routine"]},
            inbox=self.inbox,
            clock=lambda: self.now,
            complete=lambda text: text in OPEN,
            interrupts=frozenset({"stop", "pause"}),
            silencing=frozenset({"stop", "pause"}),
            first_wait=0.0,
            **settings,  # type: ignore[arg-type]  # each test knows what it sets
        )

    def _open(self) -> Microphone:
        found = self._microphones.pop(0)
        if isinstance(found, AudioDeviceError):
            raise found
        return found

    def play(self, mode: str = "open") -> list[Event]:
        """Listen until the microphones end; give what was posted."""
        self.ears.listen(mode)  # type: ignore[arg-type]  # one of the modes
        self.ears.start()
        assert self.ears.join(PATIENCE)
        events: list[Event] = []
        try:
            while True:
                events.append(self.inbox.get_nowait())
        except Empty:
            return events


def texts(events: list[Event]) -> list[str]:
    """Give the words of what was heard."""
    return [event.text for event in events if isinstance(event, Heard)]


def test_what_is_said_is_posted_with_the_time_it_ended(model: SpeechModel, say: Say) -> None:
    """Two requests, each posted once, each dated back to its last sound."""
    events = Scene(model, Reel([QUIET, say("how long left"), QUIET * 3, say("pause"), QUIET * 3])).play()
    assert texts(events) == ["how long left", "pause"]
    for event in events:
        assert isinstance(event, Heard)
        assert event.confidence > 0.5
        assert event.ended_at is not None
        assert 1000 - 0.55 <= event.ended_at <= 1000 - 0.4


def test_sound_that_waited_in_the_queue_is_dated_back(model: SpeechModel, say: Say) -> None:
    """A busy machine fetches late; the words were not said late."""
    reel = Reel([QUIET, say("pause"), QUIET * 3])
    reel.behind = 2.0
    (event,) = Scene(model, reel).play()
    assert isinstance(event, Heard)
    assert event.ended_at is not None
    assert event.ended_at < 1000 - 2.35


def test_a_recording_that_ends_with_its_last_word_is_heard(model: SpeechModel, say: Say) -> None:
    """Nobody records the silence after it."""
    assert texts(Scene(model, Reel([say("start the routine")])).play()) == ["start the routine"]


def test_silence_posts_nothing(model: SpeechModel) -> None:
    """A quiet night, of a minute and a half."""
    assert Scene(model, Reel([QUIET * 180])).play() == []


def test_a_word_that_cuts_in_does_not_wait_for_quiet(model: SpeechModel, say: Say) -> None:
    """In interrupt mode it is posted while the noise after it goes on, and what follows is let pass."""
    noise = np.random.default_rng(3).normal(0, 600, RATE * 2).astype("<i2").tobytes()
    heard_before: list[int] = []
    scene: Scene

    def look() -> None:
        heard_before.append(scene.inbox.qsize())

    reel = Reel([QUIET, say("pause"), noise[: RATE // 2], look, noise])
    scene = Scene(model, reel)
    assert texts(scene.play("interrupt")) == ["pause"]
    assert heard_before == [1]


def test_a_word_that_would_move_on_is_heard_out(model: SpeechModel, say: Say) -> None:
    """It may be the beginning of something else, unless it only makes us fall silent."""
    for silencing, heard in (
        (frozenset({"stop"}), "stop"),
        (frozenset[str](), "stop what causes leg cramps"),
    ):
        scene = Scene(model, Reel([QUIET, say("stop what causes leg cramps"), QUIET, QUIET]))
        scene.ears.silencing = silencing
        assert texts(scene.play("interrupt"))[0] == heard


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("stop how long", ["stop", "pause"]),
        ("stop what causes leg cramps", ["stop", "what causes leg cramps", "pause"]),
    ],
)
def test_the_rest_of_the_breath_counts_only_if_it_is_whole(
    model: SpeechModel, say: Say, words: str, heard: list[str]
) -> None:
    """After the cut-in the session listens openly again, while the person is still speaking."""
    scene: Scene

    def as_the_session_would() -> None:
        if scene.inbox.qsize():
            scene.ears.listen("open")

    sound = say(words)
    pieces: list[bytes | Callable[[], None]] = [QUIET]
    for at in range(0, len(sound), BLOCK):
        pieces += [sound[at : at + BLOCK], as_the_session_would]
    scene = Scene(model, Reel([*pieces, QUIET * 3, say("pause"), QUIET * 3]))
    assert texts(scene.play("interrupt")) == heard


def test_our_own_words_do_not_interrupt_us(model: SpeechModel, say: Say) -> None:
    """What consists of words of the sentence in the air is echo; other words are not."""
    sound = [QUIET, say("stop"), QUIET * 3, say("pause"), QUIET * 3]
    events = Scene(model, Reel(sound), speaking=lambda: "say stop whenever you like").play("interrupt")
    assert texts(events) == ["pause"]


def test_echo_is_taken_out_before_anything_else(model: SpeechModel, say: Say) -> None:
    """What the canceller returns is what is heard."""
    scene = Scene(
        model,
        Reel([QUIET, say("pause"), QUIET * 3]),
        without_echo=lambda block, _: (bytes(len(block)), "room"),
    )
    assert scene.play() == []


def over_our_voice(*pattern: Voices) -> Callable[[bytes, float], tuple[bytes, Voices]]:
    """Leave the sound as it is, and tell of each block in turn whose voice it held."""
    told = cycle(pattern)
    return lambda block, _: (block, next(told))


def test_what_is_left_of_our_own_voice_is_nobodys(model: SpeechModel, say: Say) -> None:
    """Neither all of it nor a block that sticks out is taken for a word; a voice over ours is."""
    sound = [QUIET, say("pause"), QUIET * 3]
    ours: list[Voices] = ["ours"]
    for pattern in (ours, [*ours * 20, "both"]):
        scene = Scene(model, Reel(sound), without_echo=over_our_voice(*pattern))
        assert scene.play("interrupt") == []
    events = Scene(model, Reel(sound), without_echo=over_our_voice("both")).play("interrupt")
    assert texts(events) == ["pause"]


def test_our_own_words_may_be_said_over_us(model: SpeechModel, say: Say) -> None:
    """After "to finish, say stop" the word is heard at once, where it was surely not us."""
    reel = Reel([QUIET, say("stop"), QUIET * 3])
    for whose, heard in (("both", ["stop"]), ("room", [])):
        scene = Scene(
            model,
            reel,
            speaking=lambda: "to finish say stop",
            without_echo=over_our_voice(whose),  # type: ignore[arg-type]  # one of the voices
        )
        assert texts(scene.play("interrupt")) == heard


def test_what_came_astray_is_forgotten(model: SpeechModel, say: Say) -> None:
    """The canceller finds out too late that it was our own sound at an unexpected moment."""
    blocks: list[Voices] = ["both"] * (len(QUIET + say("pause")) // BLOCK + 1)
    after: list[Voices] = ["room"] * 99
    reel = Reel([QUIET, say("pause"), QUIET * 3])
    without_echo = over_our_voice(*blocks, "astray", *after)
    scene = Scene(model, reel, without_echo=without_echo)
    scene.ears.judge.interrupts = frozenset()
    assert scene.play("interrupt") == []


def test_a_voice_over_ours_is_announced(model: SpeechModel, say: Say) -> None:
    """Once when it begins, once when it ends."""
    told: list[bool] = []
    Scene(model, Reel([QUIET, say("how long left"), QUIET * 3]), on_voice=told.append).play("interrupt")
    assert told == [True, False]


def test_after_an_interruption_we_speak_up_again(model: SpeechModel, say: Say) -> None:
    """The word that cut in has silenced us; what we say next is not to be said low."""
    told: list[bool] = []
    scene = Scene(model, on_voice=told.append)
    reel = Reel([QUIET, say("pause"), lambda: scene.ears.listen("open"), QUIET * 3])
    scene._microphones.append(reel)
    scene.play("interrupt")
    assert told == [True, False]


@pytest.mark.parametrize("close", [False, True])
def test_when_listening_ends_under_a_voice_we_speak_up_again(
    model: SpeechModel, say: Say, close: bool
) -> None:
    """Before the loss is posted: "I can't hear you" is not to be said low."""
    told: list[tuple[bool, int]] = []
    scene: Scene

    def end() -> None:
        if not close:
            raise AudioDeviceError("The microphone has gone.")
        scene.ears._closed.set()

    scene = Scene(model, on_voice=lambda over: told.append((over, scene.inbox.qsize())))
    scene._microphones += [Reel([QUIET, say("how long left"), end, QUIET]), Reel([QUIET])]
    scene.play("interrupt")
    assert told == [(True, 0), (False, 0)]


def test_a_request_under_way_is_heard_to_its_end(model: SpeechModel, say: Say) -> None:
    """We begin to speak in the middle of it: what began as an open request is understood as one."""
    scene = Scene(model)
    sound = say("what causes leg cramps")
    middle = len(sound) // 4 * 2
    scene._microphones.append(
        Reel([QUIET, sound[:middle], lambda: scene.ears.listen("interrupt"), sound[middle:], QUIET * 3])
    )
    assert texts(scene.play()) == ["what causes leg cramps"]


def test_an_unsure_hearing_is_dropped_in_standby(model: SpeechModel, say: Say) -> None:
    """At night nothing answers what it did not understand."""
    demanding = {"standby": 1.01}
    reel = Reel([QUIET, say("start the routine"), QUIET * 3])
    assert Scene(model, reel, least_confidence=demanding).play("standby") == []
    assert texts(Scene(model, reel).play("standby")) == ["start the routine"]


def test_the_ring_of_our_own_words_is_forgotten(model: SpeechModel, say: Say) -> None:
    """What the room still gives back when we have finished is dropped, the words after it are not."""
    scene: Scene

    def turn_over() -> None:
        scene.ears.listen("open")

    reel = Reel([QUIET, say("pause"), turn_over, QUIET * 2, say("how long left"), QUIET * 3])
    scene = Scene(model, reel, speaking=lambda: "you can pause")
    assert texts(scene.play("interrupt")) == ["how long left"]


@pytest.mark.parametrize("next_mode", ["open", "interrupt"])
def test_who_speaks_across_the_end_of_our_sentence_is_heard(
    model: SpeechModel, say: Say, next_mode: ListeningMode
) -> None:
    """The sentence ends before they have finished, and perhaps another begins."""
    scene = Scene(model)
    sound = say("how long left") + QUIET
    most = len(sound) - len(QUIET) * 2 // 3
    reel = Reel([QUIET, sound[:most], lambda: scene.ears.listen(next_mode), sound[most:], QUIET * 3])
    scene._microphones.append(reel)
    scene.ears.judge.interrupts = frozenset()
    assert texts(scene.play("interrupt")) == ["how long left"]


def test_a_lost_microphone_is_told_once_and_found_again(model: SpeechModel, say: Say) -> None:
    """Lost in mid-sentence, missing twice, back at another rate: one loss, one return, and it hears."""

    def fail() -> None:
        raise AudioDeviceError("The microphone has gone.")

    wide = np.repeat(np.frombuffer(say("pause"), "<i2"), 3).tobytes()
    events = Scene(
        model,
        Reel([QUIET, say("what causes"), fail]),
        AudioDeviceError("none"),
        AudioDeviceError("none"),
        Reel([QUIET * 3, wide, QUIET * 9], rate=48000),
    ).play()
    assert events[:2] == [AudioLost("microphone", "The microphone has gone."), AudioBack("microphone")]
    assert texts(events) == ["pause"]


def test_a_new_list_of_devices_is_tried_at_once(model: SpeechModel, say: Say) -> None:
    """Though the next attempt were only due in an hour."""
    scene = Scene(model, AudioDeviceError("none"), Reel([QUIET * 3, say("pause"), QUIET * 9]))
    scene.ears.first_wait = 3600.0
    finding = threading.Timer(0.5, devices.renewed.set)
    finding.start()
    try:
        assert texts(scene.play()) == ["pause"]
    finally:
        finding.join()


def test_what_comes_again_with_a_block_is_heard_like_any_other(model: SpeechModel, say: Say) -> None:
    """Where our echo was is known only now, and with it what somebody said into it."""
    given: list[bytes] = []
    found = (len(QUIET) + len(say("pause"))) // BLOCK

    def without_echo(block: bytes, _: float) -> tuple[bytes, Voices]:
        given.append(block)
        if len(given) < found:
            return bytes(len(block)), "room"
        return (b"".join(given), "astray") if len(given) == found else (block, "room")

    sound = [QUIET, say("pause"), QUIET * 9]
    assert texts(Scene(model, Reel(sound), without_echo=without_echo).play()) == ["pause"]


def test_lost_sound_is_told_at_the_end(model: SpeechModel, capsys: pytest.CaptureFixture[str]) -> None:
    """What all microphones of a session have lost, in one line; a gap that no word fits into is not told."""

    def fail() -> None:
        raise AudioDeviceError("The microphone has gone.")

    first, second = Reel([QUIET, fail]), Reel([QUIET])
    scene = Scene(model, first, second)
    first.lost, second.lost = 0.1, 1.4
    front_ends.tell_lost_sound(scene.ears)
    scene.play()
    assert capsys.readouterr().err == ""
    front_ends.tell_lost_sound(scene.ears)
    assert capsys.readouterr().err.startswith("1.5 seconds of sound were lost: the machine was too slow.")


@pytest.mark.parametrize("phrase", ["hello night helper", "hello xylomantor"])
def test_a_wake_phrase_that_cannot_be_heard_is_told_at_the_start(
    model: SpeechModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    phrase: str,
) -> None:
    """Shown with the remedy and said, before anybody calls in vain; one that can be heard is not."""
    library = FakePortAudio()
    monkeypatch.setattr(devices, "portaudio", lambda: library)
    monkeypatch.setattr(front_ends, "load_model", lambda *_: nullcontext(model))
    config = Config(wake_phrase=phrase, data_folder=tmp_path, cache_folder=tmp_path)
    with front_ends.hands_free(config, None) as app:
        said = capsys.readouterr().out
        lost = [event for event in app.inbox.queue if isinstance(event, AudioLost)]
        for event in lost:
            app.take(event)
        assert app.session.script.speaking == ("xylomantor" in phrase)
    told = "'xylomantor'" in said and "Set another 'wake_phrase'" in said
    assert told == ("xylomantor" in phrase)
    assert told or not said


def test_no_microphone_at_all_is_told(model: SpeechModel) -> None:
    """The sentence of the error is the reason; one that comes later is welcome."""
    events = Scene(model, AudioDeviceError("No microphone was found."), Reel([QUIET])).play()
    assert events == [AudioLost("microphone", "No microphone was found."), AudioBack("microphone")]


def test_a_dead_line_is_told_once_and_so_is_its_return(model: SpeechModel) -> None:
    """Nothing but zeros is no reason to open the device again and again."""
    reel = Reel([])

    def dead(silent: bool) -> Callable[[], None]:
        return lambda: setattr(reel, "silent", silent)

    reel._pieces = [QUIET, dead(True), QUIET * 4, dead(False), QUIET]
    assert Scene(model, reel).play() == [AudioLost("microphone", SILENT_REASON), AudioBack("microphone")]


@pytest.mark.parametrize("bad_blocks", [1, 5])
def test_a_mistake_in_the_program_is_told_once_and_tried_again(
    model: SpeechModel, say: Say, caplog: pytest.LogCaptureFixture, bad_blocks: int
) -> None:
    """A block that cannot be taken in must not leave us deaf for the night; nor is it back before one is."""
    left = bad_blocks

    def without_echo(block: bytes, _: float) -> tuple[bytes, Voices]:
        nonlocal left
        left -= 1
        if left >= 0:
            raise ZeroDivisionError
        return block, "room"

    reels = [Reel([QUIET, say("pause"), QUIET * 3]) for _ in range(bad_blocks + 1)]
    lost, back, heard = Scene(model, *reels, without_echo=without_echo).play()
    assert isinstance(lost, AudioLost)
    assert "mistake in the program (ZeroDivisionError)" in lost.reason
    assert (back, texts([heard])) == (AudioBack("microphone"), ["pause"])
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[0] is ZeroDivisionError


def test_closing_ends_the_thread_in_the_middle(model: SpeechModel) -> None:
    """Within a block, with a microphone that would go on for hours."""
    reached = threading.Event()
    scene = Scene(model, Reel([QUIET, reached.set, *[QUIET] * 100_000]))
    scene.ears.start()
    assert reached.wait(PATIENCE)
    scene.ears.close()
    assert scene.ears.join(0)


class Counter:
    """Stands where Vosk does, and counts the bytes that it is given."""

    def __init__(self) -> None:
        self.given = 0

    def AcceptWaveform(self, block: bytes) -> bool:  # noqa: N802  # as Vosk has it
        """Count."""
        self.given += len(block)
        return False

    def SetWords(self, wanted: bool) -> None:  # noqa: N802
        """No words will come."""

    def PartialResult(self) -> str:  # noqa: N802
        """Nothing yet."""
        return "{}"

    def FinalResult(self) -> str:  # noqa: N802
        """Nothing at all."""
        return "{}"

    def Reset(self) -> None:  # noqa: N802
        """Nothing to forget."""


def test_quiet_is_not_given_to_the_recogniser(say: Say) -> None:
    """Half a minute of silence costs nothing; of a request it gets the beginning as well."""
    counter = Counter()
    listener = Listener(Recogniser(counter, RATE), Endpoint(RATE))
    request = say("what causes leg cramps")
    for piece in (QUIET * 60, request, QUIET * 3):
        for at in range(0, len(piece), BLOCK):
            listener.feed(piece[at : at + BLOCK])
    assert len(request) <= counter.given < len(request) + len(QUIET) * 3


def test_after_a_long_quiet_a_request_is_heard_like_the_first(model: SpeechModel, say: Say) -> None:
    """Minutes of silence, then a request."""
    listener = Listener(model.recogniser(RATE, OPEN), Endpoint(RATE))
    speeches: list[Speech] = []
    for piece in (QUIET * 60, say("pause"), QUIET * 3, QUIET * 60, say("pause"), QUIET * 3):
        for at in range(0, len(piece), BLOCK):
            speech = listener.feed(piece[at : at + BLOCK])
            speeches += [speech] if speech else []
    assert [speech.hearing.text for speech in speeches] == ["pause", "pause"]
