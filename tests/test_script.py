"""What is said: lines in turn, and nothing where there is nothing to say."""

from __future__ import annotations

from voice_skill.content.bundle import Bundle, Line
from voice_skill.core.script import Script


def test_lines_that_mean_the_same_are_said_in_turn(bundle: Bundle) -> None:
    """The second time the other wording is heard."""
    script = Script(bundle, bundle.regions["uk"])
    lines = (Line("One."), Line("Two."))
    for expected in ("One.", "Two.", "One."):
        script.choose(lines)
        assert script.last == expected


def test_choosing_from_nothing_says_nothing(bundle: Bundle) -> None:
    """An intent without replies must not end the night."""
    script = Script(bundle, bundle.regions["uk"])
    script.choose(())
    assert not script.effects
    assert not script.speaking
