"""Our own voice is taken out of what is heard, whatever lies between; another's stays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from voice_skill.audio.sound import SPEECH_RATE, from_floats
from voice_skill.audio.streams import Pace, Resampler
from voice_skill.hearing import echo_path
from voice_skill.hearing.echo_path import EchoPath
from voice_skill.hearing.endpoint import Voices
from voice_skill.hearing.steady import SteadyNoise
from voice_skill.speaking.tones import tone

Wave = npt.NDArray[np.float64]

BLOCK = 640


def voice(seconds: float, seed: int) -> Wave:
    """Noise that comes and goes three times a second, as loud as speech."""
    chance = np.random.default_rng(seed)
    wave = np.convolve(chance.normal(0, 3000, round(seconds * SPEECH_RATE)), np.ones(4) / 4, "same")
    shaped: Wave = wave * np.clip(np.sin(np.arange(len(wave)) * 2 * np.pi * 3 / SPEECH_RATE), 0, 1)
    return shaped


def room() -> Wave:
    """A computed response: the direct sound and 0.25 s of decaying reverberation."""
    chance = np.random.default_rng(5)
    tail = chance.normal(0, 0.1, 4000) * 10 ** (-3 * np.arange(4000) / 4000)
    tail[0] = 1.0
    return tail


def played_and_heard(
    ours: Wave,
    other: Wave,
    delay: float = 0.2,
    *,
    late: float = 0.0,
    sounding: Wave | None = None,
    silent: slice = slice(0),
    slower: float = 0.0,
) -> tuple[Wave, Wave, list[Voices]]:
    """Send our voice through the room into the path; give what was heard, what was left, and whose it was.

    ``sounding``: what comes from the loudspeaker, where that is not just what we sent; ``silent``: where the
    microphone gives zeros; ``slower``: by which the loudspeaker takes our samples later.
    """
    sounds = ours if sounding is None else sounding
    echo = np.concatenate([np.zeros(round(delay * SPEECH_RATE)), np.convolve(sounds, room())])[: len(ours)]
    heard = echo + other + np.random.default_rng(31).normal(0, 3, len(ours))
    heard[silent] = 0
    path = EchoPath()
    left: list[Wave] = []
    voices: list[Voices] = []
    jitter = np.random.default_rng(2).uniform(0, late, len(ours) // BLOCK)
    for index in range(len(ours) // BLOCK):
        piece = slice(index * BLOCK, (index + 1) * BLOCK)
        at = (index + 1) * BLOCK / SPEECH_RATE
        path.played(from_floats(ours[piece]), SPEECH_RATE, at * (1 + slower))
        out, whose = path.without_echo(from_floats(heard[piece]).astype("<i2").tobytes(), at + jitter[index])
        left.append(np.frombuffer(out, "<i2").astype(np.float64)[-BLOCK:])  # the last second may come again
        voices.append(whose)
    return heard, np.concatenate(left), voices


def decibels(wave: Wave) -> float:
    """Mean power."""
    return float(10 * np.log10(np.mean(wave**2) + 1e-9))


@pytest.mark.parametrize(("delay", "late"), [(0.02, 0.0), (0.2, 0.0), (0.45, 0.0), (0.2, 0.03)])
def test_our_own_voice_is_taken_out(delay: float, late: float) -> None:
    """After some seconds 20 dB of it are gone, with any delay, and when blocks come unevenly."""
    ours = voice(12, 3)
    heard, left, voices = played_and_heard(ours, np.zeros(len(ours)), delay, late=late)
    last = slice(9 * SPEECH_RATE, len(left))
    assert decibels(heard[last]) - decibels(left[last]) > 20
    assert voices.count("both") <= 3  # of 300; a word takes more in a row


@pytest.mark.parametrize("millionths", [60, -60])
def test_clocks_that_drift_apart_are_followed(millionths: int) -> None:
    """After fifteen seconds 20 dB of our voice are gone, though the filter alone is not so fast."""
    ours = voice(30, 1)
    places = np.arange(len(ours)) * (1 - millionths * 1e-6)
    late = np.interp(places, np.arange(len(ours)), ours)
    heard, left, _ = played_and_heard(ours, np.zeros(len(ours)), sounding=late)
    end = slice(15 * SPEECH_RATE, None)
    assert decibels(heard[end]) - decibels(left[end][: len(heard[end])]) > 20


@pytest.mark.parametrize("slower", [150e-6, -150e-6])
def test_a_long_drift_is_counted_anew(slower: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """By morning the clocks are seconds apart; the new count is no move, and nothing is learned again."""
    monkeypatch.setattr(echo_path, "_ASTRAY", 40)
    ours = voice(40, 9)
    late = np.interp(np.arange(len(ours)) * (1 - slower), np.arange(len(ours)), ours)
    heard, left, voices = played_and_heard(ours, np.zeros(len(ours)), sounding=late, slower=slower)
    end = slice(15 * SPEECH_RATE, None)
    assert decibels(heard[end]) - decibels(left[end][: len(heard[end])]) > 20
    assert voices.count("astray") == 1  # when it was found


@pytest.mark.parametrize("seed", range(2, 7))
def test_with_a_headset_another_voice_over_ours_is_no_echo(seed: int) -> None:
    """Where nothing of ours is heard, nothing is taken out, and nothing is found."""
    other = np.zeros(6 * SPEECH_RATE)
    other[SPEECH_RATE : 2 * SPEECH_RATE] = voice(1, seed)
    other[4 * SPEECH_RATE : 5 * SPEECH_RATE] = voice(1, seed + 10)
    heard, left, voices = played_and_heard(voice(6, 21), other, sounding=np.zeros(len(other)))
    assert "astray" not in voices
    assert np.array_equal(np.rint(heard[: len(left)]), left)


def test_the_second_before_the_echo_was_found_comes_again_without_it() -> None:
    """Once, with the block in which it was found, but not what was silent since nothing was open yet."""
    ours = voice(3, 9)
    echo = np.concatenate([np.zeros(3200), np.convolve(ours, room())])[: len(ours)]
    heard = echo + np.random.default_rng(31).normal(0, 3, len(ours))
    opened = 8 * BLOCK
    heard[:opened] = 0
    path = EchoPath()
    again: list[tuple[int, Wave]] = []
    for begin in range(0, len(ours), BLOCK):
        at = (begin + BLOCK) / SPEECH_RATE
        path.played(from_floats(ours[begin : begin + BLOCK]), SPEECH_RATE, at)
        block = from_floats(heard[begin : begin + BLOCK]).astype("<i2").tobytes()
        out, whose = path.without_echo(block, at)
        if whose == "astray":
            again.append((begin, np.frombuffer(out, "<i2").astype(np.float64)))
        else:
            assert len(out) == len(block)
    ((found, sound),) = again
    assert BLOCK < len(sound) <= found + BLOCK - opened
    before = heard[found + BLOCK - len(sound) : found + BLOCK]
    assert decibels(before) - decibels(sound) > 6


def test_another_voice_stays() -> None:
    """Somebody as loud as our echo is let through nearly whole, and noticed within the first tenth."""
    ours, other = voice(9, 3), voice(9, 4)
    begins = 7 * SPEECH_RATE
    other[:begins] = 0
    _, left, voices = played_and_heard(ours, other)
    spoken = other[begins : len(left) - 320]
    kept = left[begins + 160 : len(left) - 160]  # the softener gives each step 10 ms late
    assert abs(decibels(kept) - decibels(spoken)) < 3
    assert np.corrcoef(kept, spoken)[0, 1] > 0.85
    first = next(index for index, whose in enumerate(voices) if whose == "both")
    assert begins <= (first + 1) * BLOCK and first * BLOCK <= begins + 0.25 * SPEECH_RATE


@pytest.mark.parametrize("gone", ["microphone", "loudspeaker"])
def test_after_a_return_our_voice_is_not_taken_for_another(gone: str) -> None:
    """Three seconds without the device; since it is back, the sound has another delay."""
    ours, left, back = voice(14, 3), 6 * SPEECH_RATE, 9 * SPEECH_RATE
    if gone == "loudspeaker":
        ours[left:back] = 0
    heard = np.random.default_rng(1).normal(0, 3, len(ours))
    for piece, delay in ((slice(0, back), 0.2), (slice(back, len(ours)), 0.26)):
        begins = piece.start + round(delay * SPEECH_RATE)
        echo = np.convolve(ours[piece], room())[: len(ours) - begins]
        heard[begins : begins + len(echo)] += echo
    path = EchoPath()
    voices: list[Voices] = []
    for begin in range(0, len(ours), BLOCK):
        end = begin + BLOCK
        away = left < end <= back
        if not (away and gone == "loudspeaker"):
            path.played(from_floats(ours[begin:end]), SPEECH_RATE, end / SPEECH_RATE)
        if not (away and gone == "microphone"):
            block = from_floats(heard[begin:end]).astype("<i2").tobytes()
            _, whose = path.without_echo(block, end / SPEECH_RATE)
            voices += [whose] if end > back else []
    assert "both" not in voices
    assert "strange" in voices
    assert voices[-1] == "ours"


def test_pure_tones_after_a_quiet_are_not_taken_for_a_move() -> None:
    """They look alike wherever they are laid over each other, and nothing else is in that second."""
    tones = tone("ease", SPEECH_RATE).astype(np.float64)
    ours = np.concatenate([voice(8, 3), np.zeros(3 * SPEECH_RATE), tones, voice(2, 6)])
    _, _, voices = played_and_heard(ours, np.zeros(len(ours)))
    later = voices[8 * SPEECH_RATE // BLOCK :]
    assert "astray" not in later and later[-1] == "ours"


def test_a_move_while_we_speak_is_followed() -> None:
    """A stream ran dry for 50 ms: from then on the sound comes later, and is taken out again."""
    ours = voice(16, 3)
    late = np.concatenate([ours[: 8 * SPEECH_RATE], np.zeros(SPEECH_RATE // 20), ours[8 * SPEECH_RATE :]])
    heard, left, voices = played_and_heard(ours, np.zeros(len(ours)), sounding=late[: len(ours)])
    last = slice(14 * SPEECH_RATE, len(left))
    assert "astray" in voices[8 * SPEECH_RATE // BLOCK :]
    assert decibels(heard[last]) - decibels(left[last]) > 15 and voices[-1] == "ours"


def test_a_few_zeros_from_the_microphone_do_not_spoil_the_filter() -> None:
    """A gap of 80 ms while we speak; just after it as much of ours is taken out as if there had been none."""
    ours, begins = voice(9, 3), round(8.1 * SPEECH_RATE)  # in the middle of a burst
    gap = slice(begins, begins + 1280)
    heard, whole, _ = played_and_heard(ours, np.zeros(len(ours)))
    _, left, _ = played_and_heard(ours, np.zeros(len(ours)), silent=gap)
    after = slice(gap.stop + 320, gap.stop + 1600)
    assert decibels(heard[after]) > 50
    assert decibels(left[after]) < decibels(whole[after]) + 6


def test_while_the_microphone_is_away_little_of_ours_is_kept() -> None:
    """Of an hour of our own sound some seconds wait for its return."""
    path, piece = EchoPath(), np.ones(BLOCK, np.int16)
    for index in range(3600 * SPEECH_RATE // BLOCK):
        path.played(piece, SPEECH_RATE, (index + 1) * BLOCK / SPEECH_RATE)
    assert path._sent.qsize() <= 4 * SPEECH_RATE // BLOCK
    out, _ = path.without_echo(bytes(2 * BLOCK), 3600.0)
    assert len(out) == 2 * BLOCK


def test_after_a_headset_a_loudspeaker_is_strange_again() -> None:
    """Nothing of ours was heard for so long that it could not be; then another device takes its place."""
    ours = voice(17, 3)
    path = EchoPath()
    voices: list[Voices] = []
    quiet = np.random.default_rng(1).normal(0, 3, BLOCK)
    for begin in range(0, len(ours), BLOCK):
        end = begin + BLOCK
        path.played(from_floats(ours[begin:end]), SPEECH_RATE, end / SPEECH_RATE)
        if not 15 < end / SPEECH_RATE <= 16:
            _, whose = path.without_echo(from_floats(quiet).astype("<i2").tobytes(), end / SPEECH_RATE)
            voices.append(whose)
    assert set(voices[-75:-25]) == {"room"}
    assert "strange" in voices[-25:]


def test_another_reflection_is_no_move_while_the_room_is_new() -> None:
    """The strongest place is 1.5 ms off for a second, as when somebody speaks over our first words."""
    ours = voice(5, 3)
    begins, ends = round(1.5 * SPEECH_RATE), round(2.7 * SPEECH_RATE)
    late = np.concatenate([ours[:begins], np.zeros(24), ours[begins : ends - 24], ours[ends:]])
    _, _, voices = played_and_heard(ours, np.zeros(len(ours)), sounding=late)
    assert voices.count("astray") == 1  # when it was found: a word under way is cut off by each


def test_silence_of_ours_changes_nothing() -> None:
    """What is said where no echo of ours has been heard passes as it is."""
    other = voice(2, 4)
    heard, left, voices = played_and_heard(np.zeros(len(other)), other)
    assert np.abs(left - np.rint(heard[: len(left)])).max() <= 1
    assert set(voices) == {"room"}


def test_a_steady_noise_is_known_and_a_voice_in_it_does_not_raise_it() -> None:
    """Within a third, once it has been heard for two seconds; a vowel of a second is none."""
    steady = SteadyNoise(161)
    chance = np.random.default_rng(5)
    for loud in (0.0,) * 200 + (3e7,) * 100:
        steady.follow(chance.exponential(1e6, 161) + loud)
    assert np.mean(steady.level) == pytest.approx(1e6, rel=0.33)


@pytest.mark.parametrize(("before", "after"), [(22_050, 16_000), (48_000, 16_000), (44_100, 16_000)])
def test_a_stream_changes_its_rate_in_pieces_as_well_as_at_once(before: int, after: int) -> None:
    """A tone keeps its pitch and size; pieces of odd lengths leave no seams; 10 kHz does not fold back."""
    time = np.arange(before) / before
    wave = 8000 * np.sin(2 * np.pi * 1000 * time) + 8000 * np.sin(2 * np.pi * 10_000 * time)
    cuts = np.cumsum(np.random.default_rng(3).integers(1, 900, 200))
    pieces = np.split(wave, cuts[cuts < before])
    stream = Resampler(before, after)
    got = np.concatenate([stream.feed(piece) for piece in pieces])
    at_once = Resampler(before, after).feed(wave)
    assert np.abs(got - at_once[: len(got)]).max() < 1e-6
    spectrum = np.abs(np.fft.rfft(got[-8000:] * np.hanning(8000)))
    assert np.argmax(spectrum) == 500
    assert spectrum[2500:].max() < 0.01 * spectrum[500]
    assert np.abs(got[-8000:]).max() == pytest.approx(8000, rel=0.05)


def test_a_stream_that_stood_still_is_noticed() -> None:
    """Pieces that are a little late are not; a second without any is filled up."""
    pace = Pace(1000)
    assert [pace.missed(100, at) for at in (0.1, 0.25, 0.3, 0.42)] == [0, 0, 0, 0]
    assert pace.missed(100, 1.5) == pytest.approx(1000, abs=1)
    assert pace.missed(100, 1.6) == 0
