"""The real routine: five minutes to the second, every line in its slot, everything told by feel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from voice_skill.content.bundle import Bundle, Line, RoutinePlan
from voice_skill.core.routine import Guide, Speak
from voice_skill.core.text import sentences, spell, words
from voice_skill.speaking.voice import Voice

GAP = 0.7
"""Seconds of silence between two sentences."""
INTRO = 3.0
"""Seconds that the announcement of a part may take with the gap after it."""
LONGEST_SILENCE = 11.0
"""Seconds after which a person in the dark would wonder whether anybody is there."""
DOSE = {"calf": 30.0, "thigh": 30.0, "massage": 10.0}
"""Seconds that each leg gets in a part: three holds of ten for the stretches."""
_POINTING = re.compile(r"\b(like this|over here|as shown|look|see|watch)\b", re.IGNORECASE)
PARTS = {"settle": 20, "ankles": 30, "calf": 84, "thigh": 84, "massage": 32, "legs_up": 30, "close": 20}


class Slot(NamedTuple):
    """A line and the seconds that it may take."""

    line: Line
    seconds: float
    intro: str
    """What is announced before it, in the same slot; empty for most."""


@pytest.fixture
def plan(bundle: Bundle) -> RoutinePlan:
    """Take the routine from the content bundle."""
    return bundle.routine


def _slots(plan: RoutinePlan) -> Iterator[Slot]:
    for variant in plan.variants.values():
        counted = [part for part in variant.parts if part.counted]
        for part in variant.parts:
            for step in part.steps:
                opens = part.counted and step is part.steps[0]
                number, total = spell(counted.index(part) + 1) if part.counted else "", spell(len(counted))
                intro = f"Part {number} of {total}, {part.title}." if opens else ""
                yield Slot(step.say, step.cue, intro)
                if step.halfway:
                    yield Slot(step.halfway, min(4.0, step.hold / 2), "")


def test_every_variant_lasts_five_minutes(plan: RoutinePlan) -> None:
    """Three hundred seconds, and each part as long in all variants."""
    assert plan.seconds == 300
    for variant in plan.variants.values():
        lasts = {part.name: sum(step.cue + step.hold for step in part.steps) for part in variant.parts}
        assert lasts == PARTS, variant.name
        assert Guide(plan, variant.name).left() == plan.seconds


def test_guide_leads_through_it_in_time(plan: RoutinePlan) -> None:
    """Driven by the clock, with lines that fill their slots, each variant ends at 300 seconds."""
    for name in plan.variants:
        guide = Guide(plan, name)
        cues, now = guide.start(0.0), 0.0
        while not guide.finished:
            if any(isinstance(cue, Speak) for cue in cues):
                guide.line_finished(now)
            at = guide.deadline()
            assert at is not None
            now, cues = at, guide.due(at)
        assert now == 300


def test_variants_get_easier(plan: RoutinePlan) -> None:
    """From the wall to the edge of the bed to the bed; the edge of the bed is the default."""
    assert {name: variant.easier for name, variant in plan.variants.items()} == {
        "seated": "bed",
        "wall": "seated",
        "bed": None,
    }
    assert plan.default == "seated"


def test_each_leg_gets_its_dose(plan: RoutinePlan) -> None:
    """Three holds of ten seconds a leg for calf and thigh, and both calves rubbed alike."""
    for variant in plan.variants.values():
        for part in variant.parts:
            if part.name not in DOSE:
                continue
            for side in ("left", "right"):
                dose = sum(step.hold for step in part.steps if step.side in (side, "both"))
                assert dose == DOSE[part.name], f"{variant.name}, {part.name}, {side}"


def test_lines_fit_by_count_of_words(plan: RoutinePlan) -> None:
    """At the plan's rate, with the gaps, every line fits what it has."""
    for slot in _slots(plan):
        seconds = len(slot.line.text.split()) * 60 / plan.rate + GAP * (len(sentences(slot.line.text)) - 1)
        assert seconds + (INTRO if slot.intro else 0) <= slot.seconds + 1e-9, slot.line.text


def test_lines_fit_with_the_real_voice(plan: RoutinePlan, tmp_path: Path) -> None:
    """Rendered at the plan's rate, every line fits, with the announcement where there is one."""
    voice = Voice(plan.rate, cache_folder=tmp_path)
    try:
        for slot in dict.fromkeys(_slots(plan)):
            pieces = sentences(f"{slot.intro} {slot.line.text}")
            sounds = [voice.render(piece) for piece in pieces]
            seconds = sum(len(sound.samples) / sound.rate for sound in sounds) + GAP * (len(pieces) - 1)
            assert seconds <= slot.seconds, f"{seconds:.1f} seconds of {slot.seconds:g}: {slot.line.text}"
    finally:
        voice.close()


def test_nobody_is_left_in_silence(plan: RoutinePlan) -> None:
    """From the end of a line to the next sound it is never much more than ten seconds."""
    for variant in plan.variants.values():
        for part in variant.parts:
            for step in part.steps:
                intro = INTRO if part.counted and step is part.steps[0] else 0.0
                rest_of_slot = step.cue - intro - len(step.say.text.split()) * 60 / plan.rate
                assert rest_of_slot + step.hold / 2 <= LONGEST_SILENCE, step.say.text


def test_line_after_a_hold_lets_go_first(plan: RoutinePlan) -> None:
    """The first word after a hold on a stretch is the one that ends it."""
    for variant in plan.variants.values():
        stretches = [part for part in variant.parts if part.name in ("calf", "thigh")]
        for part in stretches:
            for before, step in zip(part.steps, part.steps[1:], strict=False):
                assert not before.hold or step.say.text.startswith("Ease"), step.say.text


def test_sides_are_said(plan: RoutinePlan) -> None:
    """A step for one leg names it, and never the other one."""
    for variant in plan.variants.values():
        for part in variant.parts:
            for step in part.steps:
                named = {"left", "right"} & set(words(step.say.text))
                assert named == ({step.side} - {"both"}), step.say.text


def test_nothing_needs_eyes(plan: RoutinePlan) -> None:
    """No line points, and standing is done with open eyes, holding on, in the light, never in socks."""
    for slot in _slots(plan):
        assert not _POINTING.search(slot.line.text), slot.line.text
    wall = " ".join(step.say.text for part in plan.variants["wall"].parts for step in part.steps).lower()
    for needed in ("light on", "shoes", "never socks", "eyes open", "holding on", "sit down slowly"):
        assert needed in wall, needed


def test_warnings_are_said_where_they_matter(plan: RoutinePlan) -> None:
    """New hips before the thighs; heart, kidneys, circulation and pregnancy before the legs go up."""
    for variant in plan.variants.values():
        said = {part.name: " ".join(step.say.text for step in part.steps).lower() for part in variant.parts}
        assert "new hip" in said["settle"]
        for concern in ("heart", "kidneys", "circulation", "pregnant"):
            assert concern in said["legs_up"], f"{variant.name}: {concern}"
