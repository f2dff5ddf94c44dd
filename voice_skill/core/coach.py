"""The routine's side of the conversation: the guide's cues become words, tones and a kept place.

Pure.  Owns the guide while there is one.  When something else has to be said in the middle, the coach
steps aside: the routine's clock stands, and a cue that was cut off is spoken again afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voice_skill.content.bundle import RoutinePlan
from voice_skill.core.cues import Cue, Ease, Finished, Halfway, LeadIn, Speak
from voice_skill.core.routine import Guide
from voice_skill.core.script import Script
from voice_skill.core.text import spell, spell_duration
from voice_skill.messages import PlayTone


class Coach:
    """Leads through the stretches by way of a ``Guide``."""

    def __init__(self, plan: RoutinePlan, script: Script) -> None:
        """Stand by; nothing is under way."""
        self._plan = plan
        self._script = script
        self._awaited: int | None = None
        """The utterance whose end the guide waits for."""
        self.guide: Guide | None = None
        self.aside = False
        """Whether the clock stands because we had something else to say."""

    def begin(self, variant: str) -> None:
        """Make ready to start from the beginning, as soon as nothing else is being said."""
        self.guide, self.aside = Guide(self._plan, variant), True

    def carry_on(self, place: str, variant: str) -> None:
        """Make ready to go on from a kept place, in that variant; ValueError if the place cannot be used."""
        self.guide, self.aside = Guide.from_snapshot(self._plan, place), True
        if self.guide.variant != variant:
            self.guide.change_variant(variant, 0.0)
            self.guide = Guide.from_snapshot(self._plan, self.guide.snapshot())

    def end(self) -> None:
        """Let go of the routine."""
        self.guide, self.aside, self._awaited = None, False, None

    def part_of(self, place: str | None) -> str | None:
        """The spoken name of the part where a kept place lies; None when it cannot be used."""
        guide = self._restored(place)
        return guide.where().part.title if guide else None

    def variant_of(self, place: str | None) -> str | None:
        """The variant of a kept place; None when it cannot be used."""
        guide = self._restored(place)
        return guide.variant if guide else None

    def _restored(self, place: str | None) -> Guide | None:
        try:
            return Guide.from_snapshot(self._plan, place) if place else None
        except ValueError:
            return None

    # --- cues

    def perform(self, cues: Iterable[Cue]) -> bool:
        """Speak and play what is due; True when that was the end of the routine."""
        for cue in cues:
            match cue:
                case Speak():
                    self._speak(cue)
                case LeadIn():
                    self._awaited = self._script.prompt("resumed")
                case Halfway(line):
                    if line:
                        self._script.say(line.text)
                    else:
                        self._script.effects.append(PlayTone("halfway"))
                case Ease():
                    self._script.effects.append(PlayTone("ease"))
                case Finished():
                    self.end()
                    return True
        return False

    def _speak(self, cue: Speak) -> None:
        assert self.guide is not None
        where = self.guide.where()
        if cue.late:
            self._script.prompt("late", part=where.part.title)
        if cue.part_intro:
            self._script.prompt(
                "part_intro", number=spell(where.number), total=spell(where.total), part=where.part.title
            )
        self._awaited = self._script.say(cue.line.text)

    def heard(self, utterance: int, now: float) -> None:
        """Note that an utterance has been spoken to its end."""
        if self.guide and utterance == self._awaited:
            self._awaited = None
            self.guide.line_finished(now)

    # --- in between

    def step_aside(self, now: float) -> None:
        """Let the clock stand while something else is said."""
        if self.guide and self.guide.running:
            self.guide.pause(now)
            self.aside = True

    def step_back(self, now: float) -> Sequence[Cue]:
        """Start, or go on after having stepped aside; the cues are to be performed."""
        self.aside = False
        if self.guide is None:
            return []
        return self.guide.resume(now) if self.guide.paused else self.guide.start(now)

    # --- answers about it

    def tell_time_left(self) -> None:
        """Say how much is left of the hold, or else of the whole."""
        assert self.guide is not None
        self._script.prompt("time_left", time=spell_duration(_coarse(self.guide.left())))

    def tell_where(self) -> None:
        """Say which part this is, and how long the hold still goes."""
        assert self.guide is not None
        where = self.guide.where()
        if where.number:
            slots = {"number": spell(where.number), "total": spell(where.total), "part": where.part.title}
            self._script.prompt("where_am_i", **slots)
        else:
            self._script.prompt("where_uncounted", part=where.part.title)
        if self.guide.hold_left():
            self._script.prompt("hold_left", time=spell_duration(self.guide.hold_left()))


def _coarse(seconds: float) -> float:
    """Round a length of time as people say it: to the half-minute, below a minute to ten seconds."""
    step = 30 if seconds > 60 else 10
    return max(step, step * round(seconds / step))
