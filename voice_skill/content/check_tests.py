"""Runs the bundle's own tests and finds what they leave untested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from voice_skill.content.bundle import Bundle, ContentTest, Problem, StateName
from voice_skill.content.hints import nearest
from voice_skill.content.prompts import NO_INTENT, RED_FLAG_LEVELS
from voice_skill.core.text import normal


class Understood(Protocol):
    """What the skill makes of one sentence."""

    @property
    def intent(self) -> str:
        """Name of the intent, ``none`` where nothing was understood."""
        ...

    @property
    def phrase(self) -> str:
        """The phrase that won; empty where it was none (a red flag, or nothing understood)."""
        ...

    @property
    def reply(self) -> str:
        """The words that would be spoken."""
        ...

    @property
    def sure(self) -> bool:
        """False where the skill asks back before it answers."""
        ...


class Understand(Protocol):
    """Understands a sentence in a state (``idle``, ``asked`` or ``routine``)."""

    def __call__(self, text: str, state: StateName, /) -> Understood:
        """Understand ``text`` as said for the first time."""
        ...


def tested_intent_problems(bundle: Bundle) -> Iterator[Problem]:
    """Find intents without tests, and tests of intents that do not exist."""
    tested = {test.intent for test in bundle.tests}
    for intent in bundle.intents.values():
        if intent.name not in tested:
            yield Problem(intent.place, f"'{intent.name}' has no tests; write some in a .test.yaml file.")
    for test in bundle.tests:
        if test.intent not in bundle.intents and test.intent != NO_INTENT:
            hint = nearest(test.intent, [*bundle.intents, NO_INTENT])
            yield Problem(test.place, f"The test expects the intent '{test.intent}', which is nowhere.{hint}")


def behaviour_problems(bundle: Bundle, understand: Understand) -> Iterator[Problem]:
    """Find tests that fail, and phrases that no test reaches."""
    reached: set[tuple[str, str]] = set()
    for test in bundle.tests:
        for sentence in test.say:
            understood = understand(sentence, test.state)
            reached.add((understood.intent, normal(understood.phrase)))
            yield from _test_problems(test, sentence, understood)
    yield from _unreached_problems(bundle, reached, understand)
    yield from _report_problems(bundle, understand)


def _test_problems(test: ContentTest, sentence: str, understood: Understood) -> Iterator[Problem]:
    if understood.intent != test.intent:
        by = f" by the phrase '{understood.phrase}'" if understood.phrase else ""
        message = f"'{sentence}' is understood as '{understood.intent}'{by} instead of '{test.intent}'; "
        yield Problem(test.place_of(sentence), message + _remedy(test, understood))
    elif test.reply.casefold() not in understood.reply.casefold():
        said = understood.reply or "nothing"
        message = f"The reply to '{sentence}' lacks '{test.reply}'; it is: {said}"
        if not understood.sure and test.intent != NO_INTENT:
            message += f" To be sure of it, add this sentence to the phrases of '{test.intent}'."
        yield Problem(test.place_of(sentence), message)


def _remedy(test: ContentTest, understood: Understood) -> str:
    if understood.intent in RED_FLAG_LEVELS and not understood.phrase:
        return "a red-flag rule decides it before any phrase, so mend the rule or word the test otherwise."
    if test.intent == NO_INTENT:
        return "add this sentence to 'not_ours'."
    return f"add this sentence to the phrases of '{test.intent}'."


def _unreached_problems(
    bundle: Bundle, reached: set[tuple[str, str]], understand: Understand
) -> Iterator[Problem]:
    for intent in bundle.intents.values():
        for phrase in intent.phrases:
            if (intent.name, normal(phrase)) in reached:
                continue
            if intent.kind == "safety" and _has_a_lane_of_its_own(phrase, intent.name, understand):
                continue
            message = f"No test reaches the phrase '{phrase}'; add a sentence close to it."
            yield Problem(intent.place_of(phrase), message)


def _report_problems(bundle: Bundle, understand: Understand) -> Iterator[Problem]:
    for intent in bundle.intents.values():
        for report in intent.reports:
            if not _has_a_lane_of_its_own(report, intent.name, understand):
                yield Problem(
                    intent.place_of(report),
                    f"No rule of '{intent.name}' understands the report '{report}'; "
                    "mend a rule or make it a phrase.",
                )


def _has_a_lane_of_its_own(phrase: str, intent: str, understand: Understand) -> bool:
    # Red-flag rules answer before any phrase is compared, so no sentence can reach what they cover.
    understood = understand(phrase, "idle")
    return understood.intent == intent and not understood.phrase
