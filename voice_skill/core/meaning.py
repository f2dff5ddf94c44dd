"""What an utterance means: the answer of ``interpreter``, on which the session acts.

Pure data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from voice_skill.core.safety import Alarm

Tier: TypeAlias = Literal["act", "confirm", "none"]

NONE = "none"


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What an utterance means."""

    intent: str
    """A name of the bundle, or "none"."""
    tier: Tier
    score: float
    """0 to 1."""
    runner_up: str | None = None
    phrase: str = ""
    """The phrase, or the red-flag pattern, that decided."""
    alarm: Alarm | None = None
    lane: Literal["red flag", "word for word", "likeness", "nothing", "too long"] = "nothing"
    slots: Mapping[str, str] = field(default_factory=dict)
    """Details of the request by name (``slots``)."""
    also: tuple[str, ...] = ()
    """Further commands of the same breath, in order."""
    instead: str = ""
    """The hearing that was taken, where there was more than one (``hearings``)."""
