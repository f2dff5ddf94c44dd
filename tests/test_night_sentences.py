"""The held-out sentences about warning signs: none of level one is missed, and near misses stay quiet."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from voice_skill.content.prompts import RED_FLAG_LEVELS
from voice_skill.core.interpreter import Interpreter

STORED = yaml.safe_load(
    (Path(__file__).parent / "understanding" / "red_flags.yaml").read_text(encoding="utf-8")
)
SENTENCES = STORED["sentences"]
TURNS = STORED["turns"]
FALSE_ALARMS = 0.02
"""The largest share of harmless sentences that may raise an alarm."""


def test_no_emergency_is_missed(interpreter: Interpreter) -> None:
    """Each is answered as an emergency, or at least asked about as one."""
    said = [each["say"] for each in SENTENCES if each.get("intent") == "emergency"]
    assert len(said) > 200
    assert [text for text in said if interpreter.interpret(text).intent != "emergency"] == []


@pytest.mark.parametrize("each", TURNS, ids=[each["say"] for each in TURNS])
def test_reports_in_two_turns_are_found(interpreter: Interpreter, each: dict[str, str]) -> None:
    """The second turn is read together with the first."""
    meant = interpreter.interpret(each["say"], before=each["before"])
    assert (meant.intent, meant.tier) == (each["intent"], "act")


def test_harmless_sentences_raise_few_alarms(interpreter: Interpreter) -> None:
    """Those near a warning sign, but none."""
    said = [each["say"] for each in SENTENCES if each.get("alarm") is False]
    meant = [interpreter.interpret(text) for text in said]
    alarmed = [
        text
        for text, each in zip(said, meant, strict=True)
        if each.intent in RED_FLAG_LEVELS and each.tier == "act"
    ]
    assert len(alarmed) <= FALSE_ALARMS * len(said), alarmed
