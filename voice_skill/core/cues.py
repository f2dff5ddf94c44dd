"""What the routine's guide asks of the session: things to say and to play, in order.

Pure values; ``routine`` makes them, ``session`` carries them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from voice_skill.content.bundle import Line


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak a step's line, then call ``line_finished``."""

    line: Line
    part_intro: bool = False
    """The step opens a counted part: say first which one; the slot has room for it."""
    late: bool = False
    """Time was lost since the line before: say so first."""


@dataclass(frozen=True, slots=True)
class LeadIn:
    """Say in a few words that the hold goes on, then call ``line_finished``."""


@dataclass(frozen=True, slots=True)
class Halfway:
    """Half of the hold is done: speak the line, or play the soft tick where there is none."""

    line: Line | None


@dataclass(frozen=True, slots=True)
class Ease:
    """The hold is over: play the tone for letting go."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The routine is over."""


Cue: TypeAlias = Speak | LeadIn | Halfway | Ease | Finished
