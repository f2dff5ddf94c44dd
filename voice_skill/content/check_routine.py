"""Rules for the guided routine: its time adds up, its lines fit their cues, its variants fit each other."""

from __future__ import annotations

from collections.abc import Iterator

from voice_skill.content.bundle import Line, Place, Problem, RoutinePart, RoutinePlan, Step, Variant
from voice_skill.content.hints import nearest
from voice_skill.core.text import sentences

SENTENCE_GAP = 0.7
"""Seconds of silence between two sentences."""
PART_INTRO = 3.0
"""Seconds for "Part two of five, the calf." before the first step of a counted part."""
_ROUNDING = 0.01


def routine_problems(plan: RoutinePlan) -> Iterator[Problem]:
    """Find problems of the routine as a whole and of each of its lines."""
    if not plan.sources:
        yield Problem(plan.place, "The routine names no source; add 'sources'.")
    if not plan.reviewed:
        yield Problem(plan.place, "The routine has no date of review; add 'reviewed'.")
    if plan.rate <= 0 or plan.seconds <= 0:
        yield Problem(plan.place, "Seconds and rate of the routine must be above zero.")
        return
    if plan.default not in plan.variants:
        hint = nearest(plan.default, plan.variants)
        yield Problem(plan.place, f"The default variant '{plan.default}' does not exist.{hint}")
    for variant in plan.variants.values():
        yield from _easier_problems(variant, plan)
        yield from _duration_problems(variant, plan)
        yield from _likeness_problems(variant, plan)
        for part in variant.parts:
            for index, step in enumerate(part.steps):
                intro = PART_INTRO if part.counted and index == 0 else 0.0
                yield from _fit_problems(step, plan.rate, intro)


def speaking_seconds(line: Line, rate: int) -> float:
    """Give how long a line takes at ``rate`` words a minute, with the gaps between its sentences."""
    gaps = max(0, len(sentences(line.text)) - 1)
    return len(line.text.split()) * 60 / rate + gaps * SENTENCE_GAP


def _seconds(part: RoutinePart) -> float:
    return sum(step.cue + step.hold for step in part.steps)


def _place(variant: Variant, plan: RoutinePlan) -> Place:
    """Where the variant's first line stands; the routine's own place where it has none."""
    lines = [step.say.place for part in variant.parts for step in part.steps]
    return Place(
        plan.place.file, f"routine.variants.{variant.name}", lines[0].line if lines else plan.place.line
    )


def _easier_problems(variant: Variant, plan: RoutinePlan) -> Iterator[Problem]:
    gone_through = [variant.name]
    easier = variant.easier
    while easier is not None:
        if easier not in plan.variants:
            hint = nearest(easier, plan.variants)
            yield Problem(_place(variant, plan), f"The easier variant '{easier}' does not exist.{hint}")
            return
        if easier in gone_through:
            way = ", ".join((*gone_through, easier))
            yield Problem(
                _place(variant, plan), f"The easier variants go in a circle: {way}. Let one have none."
            )
            return
        gone_through.append(easier)
        easier = plan.variants[easier].easier


def _duration_problems(variant: Variant, plan: RoutinePlan) -> Iterator[Problem]:
    total = sum(_seconds(part) for part in variant.parts)
    if abs(total - plan.seconds) > _ROUNDING:
        parts = ", ".join(f"{part.name} {_seconds(part):g}" for part in variant.parts)
        message = f"'{variant.name}' lasts {total:g} seconds instead of {plan.seconds:g} ({parts})."
        yield Problem(_place(variant, plan), message)


def _likeness_problems(variant: Variant, plan: RoutinePlan) -> Iterator[Problem]:
    # A person may change variant in mid-routine, so the parts have to stand at the same places.
    model = plan.variants.get(plan.default, variant)
    own, wanted = ([(part.name, part.counted) for part in each.parts] for each in (variant, model))
    if own != wanted:
        names = ", ".join(name for name, _ in wanted)
        message = (
            f"'{variant.name}' must have the parts of '{model.name}', in order and counted alike: {names}."
        )
        yield Problem(_place(variant, plan), message)
        return
    for part, like in zip(variant.parts, model.parts, strict=True):
        if abs(_seconds(part) - _seconds(like)) > _ROUNDING:
            lengths = f"{_seconds(part):g} seconds here and {_seconds(like):g} in '{model.name}'"
            yield Problem(
                _place(variant, plan), f"The part '{part.name}' lasts {lengths}; make them the same."
            )


def _fit_problems(step: Step, rate: int, intro: float) -> Iterator[Problem]:
    needed = intro + speaking_seconds(step.say, rate)
    if needed > step.cue + _ROUNDING:
        after = " after the part's name" if intro else ""
        message = (
            f"The line takes {needed:.1f} seconds{after} and has {step.cue:g}; shorten it or give it more."
        )
        yield Problem(step.say.place, message)
    if step.halfway is None:
        return
    needed = speaking_seconds(step.halfway, rate)
    if needed > step.hold / 2 + _ROUNDING:
        message = f"The halfway line takes {needed:.1f} seconds, but half of the hold is {step.hold / 2:g}."
        yield Problem(step.halfway.place, message)
