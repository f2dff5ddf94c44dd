"""Whether every step of a routine was heard: read from the messages, whatever happened to the devices."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from voice_skill.content.bundle import RoutinePlan
from voice_skill.messages import Effect, Event, Remember, Say, SpeechFinished


def lost_steps(
    messages: Iterable[tuple[float, Event | Effect]],
    plan: RoutinePlan,
    without_loudspeaker: Sequence[tuple[float, float]] = (),
) -> list[str]:
    """The lines of steps that were passed without having been said to the end, with a loudspeaker there.

    What a loss cut off counts when there was time after the return to say it again.  The step that is under
    way at the end does not count.
    """
    said: dict[int, tuple[float, str]] = {}
    heard: set[str] = set()
    passed: list[tuple[str, int]] = []
    for at, message in messages:
        match message:
            case Remember("place", str(value)):
                place = json.loads(value)
                passed.append((place["variant"], place["step"]))
            case Say(utterance, text):
                said[utterance] = at, text
            case SpeechFinished(utterance) if utterance in said:
                began, text = said[utterance]
                shortest = len(text.split()) / 5
                if all(at <= away or at - max(began, back) > shortest for away, back in without_loudspeaker):
                    heard.add(text)
            case _:
                pass
    assert passed, "No routine is under way."
    (first_variant, first), (variant, last) = passed[0], passed[-1]
    assert first_variant == variant, "Steps are counted within one variant."
    lines = [step.say.text for part in plan.variants[variant].parts for step in part.steps]
    return [line for line in lines[first:last] if line not in heard]
