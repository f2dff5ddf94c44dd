"""When speech begins and ends: all in audio time, so seconds of silence cost nothing."""

from __future__ import annotations

import numpy as np
import pytest

from voice_skill.hearing.endpoint import Endpoint, Turn, loudness

RATE = 16000
BLOCK = 640


def noise(level: float, seconds: float, seed: int = 7) -> bytes:
    """White noise of ``level`` decibels below full scale."""
    source = np.random.default_rng(seed)
    wave = source.normal(0, 32768 * 10 ** (level / 20), round(seconds * RATE))
    return np.clip(wave, -32768, 32767).astype("<i2").tobytes()


def turns(endpoint: Endpoint, sound: bytes, text: str = "") -> list[Turn]:
    """Give what the endpoint says of each block."""
    return [endpoint.process(sound[at : at + BLOCK * 2], text) for at in range(0, len(sound), BLOCK * 2)]


def seconds_until_end(endpoint: Endpoint, text: str, level: float = -60.0) -> float:
    """Seconds of quiet after which speech that said ``text`` has ended."""
    before = endpoint.now
    for turn in range(100):
        if "ended" in turns(endpoint, noise(level, 0.04, turn), text):
            return round(endpoint.now - before, 2)
    raise AssertionError("it never ended")


def in_speech(complete: bool = False) -> Endpoint:
    """Make an endpoint in a quiet room, in the middle of an utterance."""
    endpoint = Endpoint(RATE, complete=lambda _: complete)
    assert set(turns(endpoint, noise(-60, 2))) == {"quiet"}
    assert "started" in turns(endpoint, noise(-30, 0.6))
    return endpoint


def test_loudness_is_in_decibels_and_survives_silence() -> None:
    """A full-scale tone is near -3, digital silence and a stump of a block are the floor."""
    tone = (32767 * np.sin(2 * np.pi * 1000 * np.arange(BLOCK) / RATE)).astype("<i2").tobytes()
    assert loudness(tone, RATE) == pytest.approx(-3, abs=0.3)
    assert loudness(bytes(BLOCK * 2), RATE) == loudness(b"\0", RATE) == -75


def test_rumble_is_not_loud() -> None:
    """A fan at 60 hertz, far louder than speech, does not count."""
    rumble = (20000 * np.sin(2 * np.pi * 60 * np.arange(BLOCK) / RATE)).astype("<i2").tobytes()
    assert loudness(rumble, RATE) < -40


def test_a_whole_request_ends_after_a_short_quiet() -> None:
    """0.4 s when the text is complete, to within a block."""
    assert seconds_until_end(in_speech(complete=True), "stop") == pytest.approx(0.4, abs=0.04)


def test_anything_else_is_given_time() -> None:
    """0.8 s while the person may be looking for a word, also when nothing was understood."""
    assert seconds_until_end(in_speech(), "what causes") == pytest.approx(0.8, abs=0.04)
    assert seconds_until_end(in_speech(complete=True), "") == pytest.approx(0.8, abs=0.04)


def test_what_may_be_all_ends_a_little_sooner() -> None:
    """0.64 s when the text may be all, so that a breath of 0.6 s is no end; it is judged once."""
    judged: list[str] = []
    endpoint = in_speech()

    def judge(text: str) -> bool:
        judged.append(text)
        return True

    endpoint.understood = judge
    assert seconds_until_end(endpoint, "is that from the cold") == pytest.approx(0.64, abs=0.04)
    assert judged == ["is that from the cold"]


def test_the_end_of_the_last_word_is_known() -> None:
    """``last_voice_at`` stays where the voice ended, whenever the decision falls."""
    endpoint = in_speech()
    ended = endpoint.now
    seconds_until_end(endpoint, "")
    assert endpoint.last_voice_at == pytest.approx(ended, abs=0.041)


def test_a_click_is_not_speech() -> None:
    """One loud block alone starts nothing."""
    endpoint = Endpoint(RATE)
    turns(endpoint, noise(-60, 1))
    assert turns(endpoint, noise(-20, 0.04) + noise(-60, 0.5)) == ["quiet"] * 14


def test_a_pause_within_a_request_does_not_end_it() -> None:
    """0.6 s of thinking are bridged, and the clock of quiet starts again."""
    endpoint = in_speech()
    assert set(turns(endpoint, noise(-60, 0.6) + noise(-30, 0.4), "what")) == {"speaking"}
    assert seconds_until_end(endpoint, "what") == pytest.approx(0.8, abs=0.04)


def test_the_floor_follows_a_room_that_gets_louder() -> None:
    """A heater that starts is speech at most once; after that, only a voice above it is."""
    endpoint = Endpoint(RATE)
    turns(endpoint, noise(-60, 2))
    heard = turns(endpoint, noise(-45, 40))
    assert heard.count("started") <= 2
    assert set(turns(endpoint, noise(-45, 3))) == {"quiet"}
    assert "started" in turns(endpoint, noise(-25, 0.3))


def test_the_words_end_speech_that_the_noise_does_not() -> None:
    """With a snorer in the room, text that no longer changes is enough."""
    assert seconds_until_end(in_speech(complete=True), "pause", level=-32) == pytest.approx(0.92, abs=0.08)
    assert seconds_until_end(in_speech(), "what causes", level=-32) == pytest.approx(1.82, abs=0.08)


def test_a_television_is_cut_off() -> None:
    """Speech without end and without words ends after the longest time allowed."""
    endpoint = Endpoint(RATE, longest=5.0)
    turns(endpoint, noise(-60, 1))
    shows = b"".join(noise(-25 if second % 2 else -32, 0.5, second) for second in range(20))
    assert "ended" in turns(endpoint, shows)


def test_the_first_words_are_heard_without_a_lead_in() -> None:
    """A recording may begin in the middle of a word."""
    assert "started" in turns(Endpoint(RATE), noise(-25, 0.3))


def test_reset_forgets_the_utterance_only() -> None:
    """The room's floor and the time go on."""
    endpoint = in_speech()
    floor, now = endpoint.floor.level, endpoint.now
    endpoint.reset()
    assert turns(endpoint, noise(-60, 0.2)) == ["quiet"] * 5
    assert endpoint.now > now
    assert endpoint.floor.level == pytest.approx(floor, abs=3)
