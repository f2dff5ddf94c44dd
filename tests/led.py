"""The stretches under way, at each of their steps, for the tests of them."""

from __future__ import annotations

from collections.abc import Iterator

import situations
from timeline import Scene

from voice_skill.content.bundle import Bundle, Step
from voice_skill.core.states import State

VARIANTS = ("seated", "wall", "bed")
SECONDS = {"settle": 20, "ankles": 30, "calf": 84, "thigh": 84, "massage": 32, "legs_up": 30, "close": 20}
"""What each part takes, in all variants."""


def steps_of(bundle: Bundle, variant: str) -> list[tuple[str, Step]]:
    """Every step of a variant with the name of its part."""
    return [(part.name, step) for part in bundle.routine.variants[variant].parts for step in part.steps]


def under_way(bundle: Bundle, variant: str) -> Scene:
    """The routine at its first step, the introduction just spoken."""
    scene = situations.begun(bundle, variant)
    return scene.at(scene.turn[-1].ends)


def everywhere(bundle: Bundle, variant: str) -> Iterator[tuple[Scene, int]]:
    """Each step of a variant, once while its line is spoken and once in its hold."""
    for index, (_, step) in enumerate(steps_of(bundle, variant)):
        for in_hold in (False, True) if step.hold else (False,):
            scene = under_way(bundle, variant)
            for _ in range(index):
                scene.hears("next")
            scene.wait(0.5)
            while in_hold and scene.guide is not None and scene.guide.hold_left() == step.hold:
                scene.wait(1.0)
            assert scene.step == index, scene.story()
            yield scene, index


def finishes(scene: Scene) -> None:
    """Without another word the routine goes on to its end."""
    limit = scene.now + 700
    while scene.guide is not None:
        assert scene.now < limit, f"the routine never ended\n{scene.story()}"
        before = scene.step
        scene.wait(10)
        assert scene.step is None or before is None or scene.step >= before, scene.story()
    scene.expect_state(State.IDLE)
    assert "place" not in scene.memory


def moves_on(scene: Scene) -> None:
    """Without another word the following step comes, and from the massage on the end."""
    limit, step = scene.now + 90, scene.step
    while scene.guide is not None and scene.step == step:
        assert scene.now < limit, f"the routine hangs\n{scene.story()}"
        scene.wait(5)
    if scene.guide is None or scene.guide.where().part.name in ("massage", "legs_up", "close"):
        finishes(scene)
