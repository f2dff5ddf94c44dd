"""Microphones: recordings of every kind as blocks, and what is said about those that are none."""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest
from fake_portaudio import FakePortAudio

from voice_skill.audio.sound import Sound, resample
from voice_skill.audio.wav import read_sound, write_wav
from voice_skill.errors import AudioDeviceError, AudioFormatError
from voice_skill.hearing.microphone import DeviceMicrophone, LineWatch, WavMicrophone


def sine(rate: int, seconds: float = 0.5, pitch: float = 440.0) -> npt.NDArray[np.float64]:
    """Make a tone at half of full scale, between -0.5 and 0.5."""
    at = np.arange(round(rate * seconds)) / rate
    tone: npt.NDArray[np.float64] = 0.5 * np.sin(2 * np.pi * pitch * at)
    return tone


def write(path: Path, body: bytes, rate: int, channels: int = 1, width: int = 2) -> Path:
    """Write a WAV file with the standard library's header."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(body)
    return path


def encoded(values: npt.NDArray[np.float64], width: int) -> bytes:
    """Values between -1 and 1 as little-endian PCM of ``width`` bytes."""
    if width == 1:
        return (values * 127 + 128).astype("u1").tobytes()
    whole = np.rint(values * (2 ** (8 * width - 1) - 1)).astype("<i8")
    return bytes(whole.view("u1").reshape(-1, 8)[:, :width].tobytes())


def heard(path: Path) -> tuple[npt.NDArray[np.int16], int, str]:
    """All samples that a microphone gives for the file, its rate, and its note."""
    with WavMicrophone(path) as microphone:
        return np.frombuffer(b"".join(microphone.blocks()), "<i2"), microphone.rate, microphone.note


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_every_width_of_sample_gives_the_same_sound(tmp_path: Path, width: int) -> None:
    """8, 16, 24 and 32 bits come out as the same 16-bit samples, to within the coarsest step."""
    samples, rate, note = heard(write(tmp_path / "a.wav", encoded(sine(16000), width), 16000, width=width))
    assert (rate, note) == (16000, "")
    assert np.max(np.abs(samples - sine(16000) * 32767)) < (600 if width == 1 else 2)


def test_stereo_is_mixed_down(tmp_path: Path) -> None:
    """Two channels give their mean, not twice the length."""
    both = np.stack([sine(16000), np.zeros(8000)], axis=1).reshape(-1)
    samples, _, _ = heard(write(tmp_path / "a.wav", encoded(both, 2), 16000, channels=2))
    assert len(samples) == 8000
    assert np.max(np.abs(samples - sine(16000) * 16383)) < 3


@pytest.mark.parametrize(
    ("written", "given"), [(8000, 16000), (11025, 16000), (22050, 22050), (48000, 48000)]
)
def test_rates_are_kept_or_brought_up_to_what_vosk_needs(tmp_path: Path, written: int, given: int) -> None:
    """Rates under 16,000 are resampled, the length and the pitch stay."""
    samples, rate, _ = heard(write(tmp_path / "a.wav", encoded(sine(written), 2), written))
    assert rate == given
    assert len(samples) == pytest.approx(given / 2, abs=2)
    middle = slice(given // 10, -given // 10)
    assert np.max(np.abs(samples[middle] - (sine(given) * 32767)[: len(samples)][middle])) < 200


def test_a_recording_that_breaks_off_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    """A truncated file gives its sound and a note that says so, also when cut within a sample."""
    path = write(tmp_path / "a.wav", encoded(sine(16000), 2), 16000)
    path.write_bytes(path.read_bytes()[: 44 + 4001])
    samples, _, note = heard(path)
    assert len(samples) == 2000
    assert "cut short" in note


def test_a_recording_from_a_pipe_is_whole(tmp_path: Path) -> None:
    """Recorders that write to a pipe announce the largest length there is; that is not "cut short"."""
    path = write(tmp_path / "a.wav", encoded(sine(16000), 2), 16000)
    content = bytearray(path.read_bytes())
    content[40:44] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(content)
    samples, _, note = heard(path)
    assert (len(samples), note) == (8000, "")


def test_the_extensible_header_is_understood(tmp_path: Path) -> None:
    """Many recorders write it although the samples are plain."""
    body = encoded(sine(16000), 2)
    shape = struct.pack("<HHIIHHHHI", 0xFFFE, 1, 16000, 32000, 2, 16, 22, 16, 4) + struct.pack("<H14x", 1)
    chunks = b"fmt " + struct.pack("<I", len(shape)) + shape + b"data" + struct.pack("<I", len(body)) + body
    (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    assert len(heard(tmp_path / "a.wav")[0]) == 8000


def test_aiff_under_any_name_is_read(tmp_path: Path) -> None:
    """Apple's format is known by its content, since macOS puts it into files called .wav."""
    body = np.rint(sine(22050) * 32767).astype(">i2").tobytes()
    common = struct.pack(">hIhHQ", 1, len(body) // 2, 16, 16383 + 14, 22050 << (63 - 14))
    sound_chunk = b"SSND" + struct.pack(">III", len(body) + 8, 0, 0) + body
    chunks = b"COMM" + struct.pack(">I", 18) + common + sound_chunk
    (tmp_path / "a.wav").write_bytes(b"FORM" + struct.pack(">I", 4 + len(chunks)) + b"AIFF" + chunks)
    sound = read_sound(tmp_path / "a.wav").sound
    assert sound.rate == 22050
    assert np.max(np.abs(sound.samples - sine(22050) * 32767)) < 2


@pytest.mark.parametrize("exponent", [0x7FFF, 0xFFFF, 0x7F00])
def test_a_rate_beyond_all_numbers_is_refused(tmp_path: Path, exponent: int) -> None:
    """A damaged AIFF header is one sentence, whatever it says."""
    chunks = b"COMM" + struct.pack(">IhIhHQ", 18, 1, 1, 16, exponent, 1 << 63)
    chunks += b"SSND" + struct.pack(">IIIh", 10, 0, 0, 1)
    (tmp_path / "a.aiff").write_bytes(b"FORM" + struct.pack(">I", 4 + len(chunks)) + b"AIFF" + chunks)
    with pytest.raises(AudioFormatError, match="its rate of"):
        read_sound(tmp_path / "a.aiff")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"this is a letter to my aunt", "not a WAV file"),
        (b"RIFF\x04\x00\x00\x00WAVE", "no sound in it"),
        (b"RIFF\x04\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00", "header breaks off"),
        (b"\xff" * 5000, "not a WAV file"),
    ],
)
def test_what_is_no_recording_is_refused_in_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    """Empty and foreign files end in AudioFormatError that names the file and the reason."""
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(AudioFormatError, match=said) as caught, WavMicrophone(path):
        pass
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_silly_rate_are_refused(tmp_path: Path) -> None:
    """Each with AudioFormatError, none with a traceback of its own kind."""
    slow = write(tmp_path / "slow.wav", encoded(sine(4000), 2), 4000)
    for path in (tmp_path / "none.wav", tmp_path, slow, write(tmp_path / "no.wav", b"", 16000)):
        with pytest.raises(AudioFormatError), WavMicrophone(path):
            pass


def test_writing_leaves_a_whole_file_or_none(tmp_path: Path) -> None:
    """What is written can be read; a folder that is not there leaves nothing behind."""
    write_wav(tmp_path / "a.wav", Sound(np.arange(100, dtype=np.int16), 16000))
    assert list(read_sound(tmp_path / "a.wav").sound.samples) == list(range(100))
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    with pytest.raises(OSError, match="No such file"):
        write_wav(tmp_path / "none" / "a.wav", Sound(np.zeros(1, np.int16), 16000))


def test_resampling_there_and_back_changes_little() -> None:
    """A tone survives 22,050 to 48,000 and back."""
    before = Sound(np.rint(sine(22050) * 32767).astype(np.int16), 22050)
    after = resample(resample(before, 48000), 22050)
    assert len(after.samples) == len(before.samples)
    assert np.max(np.abs(after.samples[500:-500].astype(int) - before.samples[500:-500])) < 50


def opened(library: FakePortAudio, name: str | None = None) -> DeviceMicrophone:
    """Make a device microphone over the fake, not yet entered."""
    return DeviceMicrophone(name, patience=0.01, library=library)


def test_a_refused_rate_gives_way_to_the_next() -> None:
    """16,000 first, then the device's own, then 48,000; what comes out has 16,000 all the same."""
    library = FakePortAudio(refused=(16000, 44100))
    with opened(library) as microphone:
        assert microphone.rate == 16000
    assert [rate for _, rate in library.tried] == [16000, 44100, 48000]
    assert library.stream is not None
    assert library.stream.closed


def test_a_device_is_found_by_a_part_of_its_name() -> None:
    """Without regard to case, and only among those that can record; an unknown one is named in the error."""
    library = FakePortAudio()
    with opened(library, "usb headset"):
        assert library.tried == [(1, 16000)]
    with pytest.raises(AudioDeviceError, match=r"'hdmi'.*USB Headset"), opened(library, "hdmi"):
        pass


def test_a_microphone_that_refuses_everything_says_what_to_do() -> None:
    """One sentence with a remedy instead of PortAudio's numbers."""
    library = FakePortAudio(refused=(16000, 44100, 48000))
    with pytest.raises(AudioDeviceError, match="plugged in"), opened(library):
        pass


def test_a_sound_system_that_does_not_start_is_tried_again() -> None:
    """It says so in a sentence, and need not be ended before the next try, since it does not run."""

    class Refusing(FakePortAudio):
        runs, starts = True, 0

        def _terminate(self) -> None:
            if not self.runs:
                raise self.PortAudioError("PortAudio not initialized [PaErrorCode -10000]")
            self.runs = False

        def _initialize(self) -> None:
            self.starts += 1
            if self.starts < 3:
                raise self.PortAudioError("Unanticipated host error [PaErrorCode -9999]")
            self.runs = True

    library = Refusing()
    for _ in range(2):
        with pytest.raises(AudioDeviceError, match="does not answer"), opened(library):
            pass
    with opened(library):
        assert library.runs


def feed(microphone: DeviceMicrophone, piece: bytes, times: int = 1, overflow: bool = False) -> None:
    """Play PortAudio's part: hand over pieces."""
    for _ in range(times):
        microphone._take(piece, len(piece) // 2, None, SimpleNamespace(input_overflow=overflow))


def test_pieces_of_any_length_become_blocks_of_one_length() -> None:
    """40 ms at 16,000 a second are 1,280 bytes, whatever PortAudio delivers."""
    with opened(FakePortAudio()) as microphone:
        feed(microphone, b"\x01\x00" * 300, 5)
        blocks = microphone.blocks()
        assert [len(next(blocks)), len(next(blocks))] == [1280, 1280]


@pytest.mark.parametrize("piece", [160, 640, 4000])
def test_what_nobody_fetches_in_time_is_dropped_from_the_front(piece: int) -> None:
    """The newest two seconds stay, however the pieces are cut, and the loss is counted."""
    with opened(FakePortAudio()) as microphone:
        feed(microphone, b"\x01\x00" * 640, 100)
        feed(microphone, b"\x02\x00" * piece, 32_000 // piece)
        assert microphone.behind == pytest.approx(2.0)
        assert microphone.lost == pytest.approx(4 + 2 - 2)
        assert next(microphone.blocks())[0] == 2
        assert microphone.behind <= 1.96
        feed(microphone, b"\x02\x00" * 640, overflow=True)
        assert microphone.lost == pytest.approx(4.04)


def test_a_piece_that_is_too_long_is_taken_all_the_same() -> None:
    """A machine that wakes up may hand over everything at once."""
    with opened(FakePortAudio()) as microphone:
        feed(microphone, b"\x01\x00" * 40_000)
        assert (microphone.behind, microphone.lost) == (2.5, 0)


def test_no_callback_is_a_lost_device() -> None:
    """PortAudio never reports an unplugged microphone; its silence does."""
    with opened(FakePortAudio()) as microphone, pytest.raises(AudioDeviceError, match="has gone"):
        next(microphone.blocks())


def watched(*pieces: tuple[bool, float]) -> list[bool]:
    """Whether the line counts as dead after each piece: sound or zeros, of so many seconds."""
    line, states = LineWatch(), []
    for sounds, seconds in pieces:
        line.take(b"\x01\x00" if sounds else b"\x00\x00", seconds)
        states.append(line.dead)
    return states


def test_a_line_that_gives_only_zeros_is_dead() -> None:
    """After three seconds, until a single sample comes; a mute switch is noticed later, after ten."""
    assert watched((False, 2.9), (False, 0.2), (True, 0.1)) == [False, True, False]
    assert watched((True, 1.0), (False, 9.0), (False, 1.0), (True, 0.1), (False, 10.0)) == [
        *(False, False, True, False, True)
    ]


GAP = ((True, 1.0), (False, 0.3))


def test_a_noise_gate_is_not_a_dead_line() -> None:
    """Zeros between sounds, several times, mean nothing: a quiet bedroom looks the same all night."""
    assert not any(watched(*GAP * 3, (True, 1.0), (False, 8 * 3600.0)))


@pytest.mark.parametrize("gap", [0.24, 5.0])
def test_a_dropout_is_no_noise_gate(gap: float) -> None:
    """Neither one nor two, nor many that are long ago."""
    hole = ((True, 1.0), (False, gap))
    for before in (hole, hole * 2, (*hole * 3, (True, 601.0)), (*hole, (True, 400.0)) * 4):
        assert watched(*before, (True, 1.0), (False, 9.0), (False, 2.0))[-2:] == [False, True]


def test_zeros_from_the_start_are_not_given_out_before_they_mean_something() -> None:
    """A microphone that comes back without sound is not back; once it is known to be dead, time goes on."""
    with opened(FakePortAudio()) as microphone:
        blocks = microphone.blocks()
        feed(microphone, bytes(32000), 2)
        feed(microphone, b"\x01" + bytes(31999))
        assert next(blocks)[0] == 1
        assert not microphone.silent
    with opened(FakePortAudio()) as microphone:
        for _ in range(4):
            microphone._queue.put(bytes(32000))  # more than would wait if nobody fetched it
        assert not any(next(microphone.blocks()))
        assert microphone.silent
