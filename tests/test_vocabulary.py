"""What the recogniser is told to expect in each way of listening."""

from __future__ import annotations

from voice_skill.content.bundle import Bundle
from voice_skill.core import vocabulary
from voice_skill.core.states import State
from voice_skill.core.tables import ACTS


def test_everything_legal_in_the_stretches_can_interrupt(bundle: Bundle) -> None:
    """Whatever can be asked for in the stretches is listened for while we speak in them."""
    heard = set(vocabulary.phrases(bundle, "hello night helper")["interrupt"])
    for name in ACTS[State.ROUTINE]:
        assert set(bundle.intents[name].phrases) <= heard, name


def test_answers_are_heard_out(bundle: Bundle) -> None:
    """Only short commands are acted on before the person has fallen silent; "no" may go on as "no thanks"."""
    at_once = vocabulary.interrupts(bundle)
    assert {"stop", "pause", "it hurts", "cramp"} <= at_once
    for name in ("yes", "no", "not_sure", "never_mind", "good_night"):
        assert at_once.isdisjoint(bundle.intents[name].phrases)


def test_what_is_acted_on_at_once_can_interrupt() -> None:
    """Nothing is in a hurry that could not be heard."""
    assert vocabulary.AT_ONCE <= vocabulary.CUTTING_IN


def test_pain_weighs_most(bundle: Bundle) -> None:
    """What must not be missed is short, and somebody in pain or in a hurry would say it."""
    urgent = vocabulary.urgent(bundle)
    assert {"it hurts", "cramp", "stop", "pause"} <= set(urgent)
    assert len(urgent) < len(vocabulary.interrupts(bundle))
