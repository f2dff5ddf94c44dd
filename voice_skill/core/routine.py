"""The guide through the five minutes: where we are, what is due, and when.

Pure.  Owns the place in one variant of a ``RoutinePlan``; knows nothing of voices or questions.

Theory of operation
-------------------
A step is a *cue* (its line is spoken, in a slot of ``step.cue`` seconds) and then a *hold* of
``step.hold`` seconds, which may be none.  The caller speaks what it is given and says when the line
has been heard; the guide does the rest by the clock:

    phase     ends when                                    and then comes
    ready     ``start`` (a new guide, or one restored)     the cue
    cue       the slot is over and the line was heard      the hold, or the cue of the following step
    hold      its seconds are over                         the cue of the following step, or the end
    paused    ``resume``                                   the cue again, or what was left of the hold
    finished  never

So a slow voice makes the routine longer and never a hold shorter, while at the default rate, where
every line fits its slot, a variant lasts exactly the seconds of the plan: phases follow each other at
the times they should, not at the times when somebody came to look.

Whoever comes late by more than ``LATE`` seconds (the laptop slept) finds time lost.  A cue that ended
long ago is spoken again; a hold that ended long ago counts as done.  Thus at most one step is passed,
and the line that follows says ``late``.

A pause keeps the seconds already held.  ``resume`` asks the caller for a lead-in of its own ("back
into the stretch"); the hold goes on when that has been heard.  Everything that moves (``next``,
``back``, ``skip``, ``repeat``, ``change_variant``, and ``start`` of a restored guide) begins a step
with its line and a whole hold, also out of a pause: whoever moved has let go in between.  ``back`` is
always the step before, because ``repeat`` is there for the present one.

The caller keeps the contract by asking ``deadline`` after each call and calling ``due`` then.  That is
at most a second ahead while the clock runs, so that a snapshot is never older than a second.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, TypeAlias

from voice_skill.content.bundle import RoutinePart, RoutinePlan, Step, Variant
from voice_skill.core.cues import Cue, Ease, Finished, Halfway, LeadIn, Speak

__all__ = ["Cue", "Ease", "Finished", "Guide", "Halfway", "LeadIn", "Speak", "Where"]

LATE = 2.0
"""Seconds after which something due counts as missed; scheduling on a busy machine stays far below."""

Phase: TypeAlias = Literal["ready", "cue", "hold", "paused", "finished"]
Act: TypeAlias = Literal["enter", "hold", "pause", "resume", "finish"]

TRANSITIONS: dict[Phase, dict[Act, Phase]] = {
    "ready": {"enter": "cue", "finish": "finished"},
    "cue": {"enter": "cue", "hold": "hold", "pause": "paused", "finish": "finished"},
    "hold": {"enter": "cue", "pause": "paused", "finish": "finished"},
    "paused": {"enter": "cue", "resume": "cue", "finish": "finished"},
    "finished": {},
}
"""What may happen in which phase; an act that is not listed changes nothing."""


@dataclass(frozen=True, slots=True)
class Where:
    """The present place, fit to be spoken."""

    part: RoutinePart
    step: Step
    number: int
    """Of the part among the counted ones, from 1; 0 for a part that is not counted."""
    total: int
    """How many counted parts there are."""
    first: bool
    """No step comes before this one."""
    last: bool
    """No step comes after this one."""


class Guide:
    """Leads through one variant; times are seconds on the caller's clock, which never runs back.

    ``left``, ``hold_left`` and ``snapshot`` answer for the latest time that the guide was told.
    """

    def __init__(self, plan: RoutinePlan, variant: str) -> None:
        """Stand ready before the first step; KeyError for an unknown variant."""
        self._plan = plan
        self._take_up(plan.variants[variant])
        self._phase: Phase = "ready"
        self._index = 0
        """Of the present step among all of the variant."""
        self._began = 0.0
        """When the cue or the hold began; a hold that goes on began as much earlier as was held before."""
        self._now = 0.0
        """The latest time told; stands while the clock of the routine stands."""
        self._told = False
        """The step's line was heard and its slot is over: only the hold is left."""
        self._held = 0.0
        """Seconds of the hold done before it last began."""
        self._heard: float | None = None
        """When the line that the cue waits for was finished."""
        self._halfway_due = False

    # --- the clock

    def start(self, now: float) -> list[Cue]:
        """Begin, or go on after a restart: the present step from its line."""
        return self._enter(now) if self._phase == "ready" else []

    def due(self, now: float) -> list[Cue]:
        """Tell what is to be spoken and played now, in this order; often nothing."""
        cues: list[Cue] = []
        while (event := self._next_event()) is not None and event <= now:
            late = now - event > LATE
            if self._phase == "cue" and late:
                cues += self._enter(now, late)
            elif self._phase == "cue" and self.step.hold:
                self._begin_hold(event)
            elif self._halfway_due:
                self._halfway_due = False
                cues += [] if late else [Halfway(self.step.halfway)]
            else:
                cues += [Ease()] if self._phase == "hold" else []
                cues += self._go(self._index + 1, now if late else event, late)
        if self.running:
            self._now = now
        return cues

    def deadline(self) -> float | None:
        """Say when to call ``due``: at most a second ahead; None while only speech or a person can go on."""
        event = self._next_event()
        if self._phase == "hold" or (self._phase == "cue" and self._now < self._slot_ends()):
            return self._now + 1.0 if event is None else min(event, self._now + 1.0)
        return event

    def line_finished(self, now: float) -> None:
        """Note that the line of the latest ``Speak``, or the lead-in, has been heard to its end."""
        if self._phase == "cue" and self._heard is None:
            self._heard = now

    # --- commands

    def pause(self, now: float) -> None:
        """Let the clock stand, however long."""
        if self.running:
            self._now = now
            self._held = self._held_now()
            self._turn("pause")

    def resume(self, now: float) -> list[Cue]:
        """Go on after a pause: with the rest of the hold, or with the line where it had not begun."""
        if self.paused and not self._told:
            return self._enter(now)
        if not self._turn("resume"):
            return []
        self._began = self._now = now
        self._heard = None
        return [LeadIn()]

    def next(self, now: float) -> list[Cue]:
        """Go to the following step; after the last one, finish."""
        return self._go(self._index + 1, now)

    def back(self, now: float) -> list[Cue]:
        """Go to the step before; the first one begins again."""
        return self._go(max(0, self._index - 1), now)

    def skip(self, now: float) -> list[Cue]:
        """Go to the following part; after the last one, finish."""
        part, _ = self._stops[self._index]
        return self._go(self._first_of(part.name) + len(part.steps), now)

    def repeat(self, now: float) -> list[Cue]:
        """Begin the present step again: its line, and the whole hold."""
        return self._enter(now)

    def change_variant(self, name: str, now: float) -> list[Cue]:
        """Go on in another variant, with the first step of the same part; KeyError for an unknown name."""
        variant, (part, _) = self._plan.variants[name], self._stops[self._index]
        if self.finished:
            return []
        self._take_up(variant)
        return self._go(self._first_of(part.name), now)

    def go_to(self, number: int, now: float) -> list[Cue]:
        """Go to the beginning of a counted part, from 1 to ``Where.total``; IndexError for another number."""
        counted = [part.name for part in self._variant.parts if part.counted]
        return self._go(self._first_of(counted[number - 1]), now)

    # --- questions

    @property
    def variant(self) -> str:
        """The name of the variant that is being done."""
        return self._variant.name

    @property
    def step(self) -> Step:
        """The present step; the last one when finished."""
        return self._stops[self._index][1]

    @property
    def running(self) -> bool:
        """Whether the clock goes on: started, not paused, not finished."""
        return self._phase in ("cue", "hold")

    @property
    def paused(self) -> bool:
        """Whether ``resume`` is awaited."""
        return self._phase == "paused"

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self._phase == "finished"

    def left(self) -> float:
        """Count the seconds to the end of the routine at the default rate, pauses apart."""
        if self.finished:
            return 0.0
        cue_left = 0.0 if self._told else max(0.0, self._slot_ends() - self._now)
        rest = sum(step.cue + step.hold for _, step in self._stops[self._index + 1 :])
        return cue_left + self.hold_left() + rest

    def hold_left(self) -> float:
        """Count the seconds of this step's hold that are still to be done; 0 where it has none."""
        return self.step.hold - self._held_now()

    def where(self) -> Where:
        """Tell the present part and step."""
        part, step = self._stops[self._index]
        counted = [each.name for each in self._variant.parts if each.counted]
        number = counted.index(part.name) + 1 if part.counted else 0
        last = self._index == len(self._stops) - 1
        return Where(part, step, number, len(counted), first=self._index == 0, last=last)

    # --- a crash

    def snapshot(self) -> str:
        """Write the place down as JSON, for ``from_snapshot`` after a crash."""
        phase, elapsed = ("hold", self._held_now()) if self._told else ("cue", self._now - self._began)
        place = {"variant": self.variant, "part": self._stops[self._index][0].name, "step": self._index}
        return json.dumps(place | {"phase": phase, "elapsed": round(elapsed, 3)})

    @classmethod
    def from_snapshot(cls, plan: RoutinePlan, text: str) -> Guide:
        """Stand ready where ``text`` was taken; ValueError if it is damaged or the plan has changed."""
        try:
            place = json.loads(text)
            guide = cls(plan, place["variant"])
            guide._index = range(len(guide._stops))[place["step"]]
            guide._told = {"cue": False, "hold": True}[place["phase"]]
            elapsed = float(place["elapsed"])
            fits = guide._stops[guide._index][0].name == place["part"] and 0.0 <= elapsed < 86_400.0
        except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
            raise ValueError(f"The kept place is not one in a routine ({error!r}); begin afresh.") from error
        if not fits:
            raise ValueError("The kept place is not in this routine, which has changed; begin afresh.")
        guide._held = min(elapsed, guide.step.hold) if guide._told else 0.0
        guide._now = 0.0 if guide._told else elapsed
        return guide

    # --- how it moves

    def _take_up(self, variant: Variant) -> None:
        self._variant = variant
        self._stops = [(part, step) for part in variant.parts for step in part.steps]
        """Every step with its part, in order."""

    def _first_of(self, part: str) -> int:
        """Index of the first step of a part."""
        return next(index for index, (each, _) in enumerate(self._stops) if each.name == part)

    def _held_now(self) -> float:
        return min(self._now - self._began, self.step.hold) if self._phase == "hold" else self._held

    def _slot_ends(self) -> float:
        """Until when the cue has the floor; a lead-in has no slot of its own."""
        return self._began + (0.0 if self._told else self.step.cue)

    def _next_event(self) -> float | None:
        """When time alone changes something; None while it cannot."""
        if self._phase == "cue" and self._heard is not None:
            return max(self._slot_ends(), self._heard)
        if self._phase == "hold":
            return self._began + self.step.hold * (0.5 if self._halfway_due else 1.0)
        return None

    def _turn(self, act: Act) -> bool:
        """Change phase as the table says; False, and no change, where the act has no place."""
        phase = TRANSITIONS[self._phase].get(act)
        self._phase = phase or self._phase
        return phase is not None

    def _go(self, index: int, now: float, late: bool = False) -> list[Cue]:
        if index == len(self._stops):
            return [Finished()] if self._turn("finish") else []
        if not self.finished:
            self._index = index
        return self._enter(now, late)

    def _enter(self, now: float, late: bool = False) -> list[Cue]:
        """Begin the present step with its line and the whole hold."""
        if not self._turn("enter"):
            return []
        self._began = self._now = now
        self._told, self._held, self._heard, self._halfway_due = False, 0.0, None, False
        part, step = self._stops[self._index]
        return [Speak(step.say, part.counted and self._index == self._first_of(part.name), late)]

    def _begin_hold(self, now: float) -> None:
        self._turn("hold")
        self._told, self._halfway_due = True, self._held < self.step.hold / 2
        self._began = now - self._held
