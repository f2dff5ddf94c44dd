"""The pace of two clocks is read off where our echo is, and our samples are read between each other."""

from __future__ import annotations

import numpy as np
import pytest

from voice_skill.hearing.drift import SPARE, Drift, shifted, top

LOOK = 4000
"""Samples between two looks."""


@pytest.mark.parametrize("pace", [0.0, 50e-6, -120e-6])
def test_the_pace_is_known_after_ten_seconds_of_speech(pace: float) -> None:
    """Read off with an error of a third of a sample, it is right to three millionths."""
    errors = np.random.default_rng(4).normal(0, 0.3, 40)
    drift = Drift()
    drift.found(5000, 0)
    for look, error in enumerate(errors, 1):
        drift.seen(5000 + pace * look * LOOK + error, look * LOOK)
    assert drift.pace == pytest.approx(pace, abs=3e-6)
    later = 100 * LOOK
    assert drift.place(later) == pytest.approx(5000 + pace * later, abs=drift.unsure(later) + 0.5)


def test_doubt_grows_while_nothing_is_seen() -> None:
    """Until we speak again, the place is less and less sure; the pace is the same at another place."""
    drift = Drift()
    drift.found(5000, 0)
    for look in range(1, 40):
        drift.seen(5000 + 80e-6 * look * LOOK, look * LOOK)
    soon, late = drift.unsure(41 * LOOK), drift.unsure(41 * LOOK + 60 * 16_000)
    assert soon < 1 < late < 10
    drift.found(7000, 50 * LOOK)
    assert drift.pace == pytest.approx(80e-6, abs=3e-6)
    assert drift.place(50 * LOOK) == 7000


def test_a_wild_reading_makes_no_impossible_pace() -> None:
    """No two crystals are further apart."""
    drift = Drift()
    drift.found(0, 0)
    for look in range(1, 20):
        drift.seen(20.0 * look, look * LOOK)
    assert drift.pace == 200e-6


def test_a_top_lies_between_two_samples() -> None:
    """A parabola is read exactly, and at an edge the sample itself is taken."""
    heights = 10.0 - (np.arange(9, dtype=np.float64) - 4.3) ** 2
    assert top(heights, 4) == pytest.approx(4.3)
    assert top(heights, 0) == 0.0
    assert top(heights, 8) == 8.0


@pytest.mark.parametrize("part", [0.0, 0.25, 0.9])
def test_a_wave_is_read_between_its_samples(part: float) -> None:
    """A tone of 3,000 Hz keeps its shape to a thousandth."""
    turn = 2 * np.pi * 3000 / 16_000
    wave = np.sin(turn * np.arange(400))
    read = shifted(wave, part)
    assert len(read) == len(wave) - 2 * SPARE + 1
    assert read == pytest.approx(np.sin(turn * (np.arange(len(read)) + SPARE - 1 + part)), abs=1e-3)
