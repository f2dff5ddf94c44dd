"""The loudspeaker over a PortAudio of our own: what reaches the device, sample by sample."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from fake_portaudio import FakePortAudio, FakeStream

from voice_skill.audio import devices
from voice_skill.audio.sound import Samples
from voice_skill.errors import AudioDeviceError
from voice_skill.hearing.microphone import DeviceMicrophone
from voice_skill.speaking.speaker import AHEAD, BLOCK_SECONDS, DeviceSpeaker

BLOCK = 441
PRE_ROLL = 6615


class Driven(FakePortAudio):
    """A PortAudio whose callbacks come when the test asks for them."""

    def pull(self, frames: int = BLOCK) -> Samples:
        """Give what the device is given now."""
        assert self.stream is not None
        wanted = bytearray(b"\x55" * frames * 2)
        self.stream.callback(memoryview(wanted), frames, None, None)
        return np.frombuffer(bytes(wanted), np.int16)


@pytest.fixture
def library() -> Driven:
    """Make a PortAudio."""
    return Driven()


@pytest.fixture
def speaker(library: Driven) -> Iterator[DeviceSpeaker]:
    """Open a loudspeaker and let the silence at its beginning pass."""
    opened = DeviceSpeaker(library=library)
    assert opened.waiting == pytest.approx(0.3)
    assert not library.pull(PRE_ROLL).any()
    yield opened
    opened.close()


def block(level: int) -> Samples:
    """Make a block of 20 ms."""
    return np.full(BLOCK, level, np.int16)


def test_blocks_come_out_in_order_and_zeros_after_them(library: Driven, speaker: DeviceSpeaker) -> None:
    """Also when the device asks for other lengths than ours."""
    speaker.play(block(100))
    speaker.play(block(200))
    assert list(np.unique(library.pull(300))) == [100]
    assert list(np.unique(library.pull(300))) == [100, 200]
    tail = library.pull(600)
    assert list(tail[:282]) == [200] * 282
    assert not tail[282:].any()
    assert speaker.played_seconds == pytest.approx(0.3 + 0.04)


def test_only_a_few_blocks_wait(library: Driven, speaker: DeviceSpeaker) -> None:
    """The next waits for the device, so that a louder or lower voice is soon heard."""
    for level in range(AHEAD):
        speaker.play(block(level))
    waiting = threading.Thread(target=speaker.play, args=(block(9),))
    waiting.start()
    assert speaker.waiting == pytest.approx(AHEAD * BLOCK_SECONDS)
    library.pull()
    waiting.join(10)
    assert not waiting.is_alive()
    assert speaker.waiting == pytest.approx(AHEAD * BLOCK_SECONDS)


def test_the_volume_changes_with_what_leaves_next(library: Driven, speaker: DeviceSpeaker) -> None:
    """What waits already is lowered too, within 20 ms and without a click, however little is asked for."""
    for _ in range(AHEAD):
        speaker.play(block(10_000))
    library.pull()
    speaker.gain = 0.25
    glide = np.concatenate([library.pull(60) for _ in range(8)])
    assert np.abs(np.diff(glide.astype(int), prepend=10_000)).max() < 30
    assert glide[BLOCK] == 2500
    assert set(library.pull()) == {2500}
    speaker.gain = 1.0
    assert library.pull()[-1] == 10_000


def test_a_drain_can_be_cut_short(library: Driven, speaker: DeviceSpeaker) -> None:
    """What waits is dropped with the next callback."""
    for _ in range(AHEAD):
        speaker.play(block(10_000))
    draining = threading.Thread(target=speaker.drain, args=(lambda: True,))
    draining.start()
    until = time.monotonic() + 10
    while not speaker._stopping:
        assert time.monotonic() < until
        time.sleep(0.001)
    while draining.is_alive():
        heard = library.pull()
        assert not heard[220:].any()
        draining.join(0.02)
    assert speaker.waiting == 0


def test_a_stop_fades_within_ten_milliseconds(library: Driven, speaker: DeviceSpeaker) -> None:
    """No step larger than the fade's own, silence after it, and the next block is heard whole."""
    for _ in range(AHEAD):
        speaker.play(block(10_000))
    library.pull()
    speaker.stop()
    faded = library.pull()
    assert np.abs(np.diff(faded.astype(int), prepend=10_000)).max() < 100
    assert not faded[220:].any()
    assert not library.pull().any()
    speaker.play(block(500))
    assert list(np.unique(library.pull())) == [500]


def test_drain_waits_for_the_last_sample(library: Driven, speaker: DeviceSpeaker) -> None:
    """It returns once everything has been fetched, not before."""
    speaker.play(block(100))
    draining = threading.Thread(target=speaker.drain)
    draining.start()
    assert draining.is_alive()
    library.pull()
    draining.join(10)
    assert not draining.is_alive()


def test_what_is_played_can_be_tapped(library: Driven) -> None:
    """The echo canceller sees each piece as the device does, silence included."""
    seen: list[Samples] = []
    rates: set[int] = set()

    def tap(samples: Samples, rate: int, at: float) -> None:
        assert at <= time.monotonic()
        seen.append(samples)
        rates.add(rate)

    speaker = DeviceSpeaker(tap=tap, library=library)
    library.pull(PRE_ROLL)
    speaker.play(block(100))
    library.pull(500)
    assert [len(piece) for piece in seen] == [PRE_ROLL, 500]
    assert list(np.unique(seen[1])) == [0, 100]
    assert rates == {speaker.rate}
    speaker.close()


def test_a_device_that_no_longer_asks_is_lost(library: Driven) -> None:
    """Whether blocks are played or awaited."""
    speaker = DeviceSpeaker(patience=-1.0, library=library)
    with pytest.raises(AudioDeviceError, match="has gone"):
        speaker.play(block(1))
    with pytest.raises(AudioDeviceError, match="has gone"):
        speaker.drain()
    speaker.close()
    speaker.close()


def test_a_device_that_opens_slowly_is_not_lost(library: Driven) -> None:
    """A Bluetooth headset takes three seconds to open, and only then has its two to ask for sound."""
    now = 100.0

    class Slow(FakeStream):
        def start(self) -> None:
            nonlocal now
            now += 3.0

    library.make_stream = Slow
    speaker = DeviceSpeaker(library=library, clock=lambda: now)
    speaker.play(block(1))
    now += 1.9
    speaker.watch()
    now += 0.2
    with pytest.raises(AudioDeviceError, match="has gone"):
        speaker.watch()
    speaker.close()


def test_a_rate_that_the_device_refuses_is_replaced(library: Driven) -> None:
    """What is played must then come at the rate that it says."""
    library.refused = (22050,)
    speaker = DeviceSpeaker(library=library)
    assert speaker.rate == 44100
    speaker.close()


def test_a_hung_sound_server_does_not_hang_us(library: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening gives up with a sentence; what opens after all is closed again."""
    monkeypatch.setattr(devices, "ANSWER_TIME", 0.05)
    go_on, closed = threading.Event(), threading.Event()

    class Hung(FakeStream):
        def start(self) -> None:
            go_on.wait(20)

        def close(self, ignore_errors: bool = True) -> None:
            closed.set()

    library.make_stream = Hung
    with pytest.raises(AudioDeviceError, match="does not answer"):
        DeviceSpeaker(library=library)
    go_on.set()
    assert closed.wait(20)


def test_portaudio_is_restarted_only_while_nothing_is_open(library: Driven) -> None:
    """A new device is found that way; an open stream would be killed by it."""
    first = DeviceSpeaker(library=library)
    assert library.restarts == 1
    second = DeviceSpeaker(library=library)
    assert library.restarts == 1
    first.close()
    second.close()
    DeviceSpeaker(library=library).close()
    assert library.restarts == 2


def test_a_loudspeaker_makes_way_for_a_microphone(library: Driven) -> None:
    """One that was plugged in is found once the loudspeaker was closed for a moment, after each attempt."""
    microphone = DeviceMicrophone(library=library)
    with microphone:
        library.plugged_in = library._listed = False

    def attempt() -> None:
        with pytest.raises(AudioDeviceError), microphone:
            pass

    speaker = DeviceSpeaker(library=Driven())
    for _ in range(3):
        attempt()
        assert speaker.makes_way()
        assert not speaker.makes_way()
    library.plugged_in = True
    attempt()
    speaker.close()
    with microphone:
        speaker = DeviceSpeaker(library=library)
        assert not speaker.makes_way()
    speaker.close()


def test_a_microphone_makes_way_for_a_loudspeaker(library: Driven) -> None:
    """It goes on where it was as soon as the list of devices has been made anew."""
    with DeviceMicrophone(library=library) as microphone:
        first = library.stream
        library.plugged_in = library._listed = False
        with pytest.raises(AudioDeviceError):
            DeviceSpeaker(library=library)
        library.plugged_in = True
        blocks = microphone.blocks()
        feeding = threading.Thread(target=feed, args=(library, first))
        feeding.start()
        assert next(blocks)
        feeding.join()
        assert first is not None
        assert first.closed
        DeviceSpeaker(library=library).close()


def feed(library: Driven, gone: FakeStream | None) -> None:
    """Give sound to the stream that takes the place of another."""
    until = time.monotonic() + 10
    while library.stream is gone or library.stream is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    library.stream.callback(b"\1\0" * 16_000, 16_000, None, SimpleNamespace(input_overflow=False))


def test_portaudio_is_not_restarted_under_a_stream_that_is_being_closed(
    library: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A close that hangs is left behind and may end at any time; until then it counts as open."""
    monkeypatch.setattr(devices, "ANSWER_TIME", 0.05)
    go_on = threading.Event()

    class Hung(FakeStream):
        def close(self, ignore_errors: bool = True) -> None:
            go_on.wait(20)
            super().close()

    library.make_stream = Hung
    hung = DeviceSpeaker(library=library)
    library.make_stream = FakeStream
    hung.close()
    DeviceSpeaker(library=library).close()
    assert library.restarts == 1
    go_on.set()
    until = time.monotonic() + 20
    while library.restarts == 1:
        assert time.monotonic() < until, "the list of devices would stay as it is for good"
        DeviceSpeaker(library=library).close()
    assert not devices._open_streams
