"""The bundle that ships: complete, in good order, and true to the outline that it was written from."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from voice_skill.content.bundle import Bundle, Line
from voice_skill.content.check import find_problems
from voice_skill.content.learned import learn_once
from voice_skill.core.asking import Asker
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.tables import QUESTIONS

WORDINGS = {"information": 15, "command": 10}
"""How many the shipped bundle has at least; other bundles may have fewer."""


def test_the_bundle_has_no_problems(bundle: Bundle, interpreter: Interpreter) -> None:
    """All rules hold, all test sentences are understood and answered, every phrase is reached."""
    problems = find_problems(bundle, None, Asker(bundle, bundle.regions["uk"], interpreter).understand)
    assert not [str(problem) for problem in problems]


def test_what_was_learned_ships_with_the_bundle(bundle: Bundle, bundle_folder: Path, tmp_path: Path) -> None:
    """The first start need not learn; ``python -m voice_skill.content.learned intents/en`` makes it anew."""
    learn_once(bundle, tmp_path, bundle_folder)
    assert not list(tmp_path.iterdir()), "what ships was learned from other phrases"


def test_every_intent_has_wordings_enough(bundle: Bundle) -> None:
    """People say things in more ways than an author thinks of at once."""
    few = {
        intent.name: len(intent.phrases)
        for intent in bundle.intents.values()
        if len(intent.phrases) < WORDINGS.get(intent.kind, 0)
    }
    assert not few


def test_every_question_can_be_asked(bundle: Bundle) -> None:
    """Each question of the tables has its prompt, and so has each shorter form."""
    for name, question in QUESTIONS.items():
        assert name in bundle.prompts
        assert not question.again or question.again in bundle.prompts


OUTLINE = {
    "cause_fatigue": ("exercis", "stand", "sit"),
    "what_is_it": ("calf", "foot", "thigh"),
    "cause_dehydration": ("fluid",),
    "cause_minerals": ("potassium", "magnesium", "calcium", "sodium"),
    "calcium_deficiency": ("one of many",),
    "cause_circulation_nerves": ("blood", "nerve", "awkward"),
    "cause_medicines": ("water tablets", "statin", "asthma"),
    "cause_pregnancy": ("pregnan", "hormon"),
    "cause_ageing": ("muscle", "age"),
    "help_stretching": ("wall",),
    "help_hydration": ("water", "through the day"),
    "help_food": ("banana", "potato", "nuts", "seeds", "dairy", "leaf"),
    "help_massage_warmth": ("rub", "warm"),
    "help_shoes_activity": ("shoe", "exercise"),
    "see_doctor": ("weak", "swell", "numb", "red", "hot", "clot", "home"),
    "is_it_serious": ("harmless", "calcium", "stretch", "drink", "food"),
}
"""What an answer, with all that follows on "more", must speak of."""


@pytest.mark.parametrize("intent", OUTLINE)
def test_every_point_of_the_outline_is_spoken(bundle: Bundle, intent: str) -> None:
    """Causes, helps, doctor's signs and the bottom line: no point is lost."""
    entry = bundle.intents[intent]
    spoken = " ".join(line.text for line in chain(entry.replies, entry.more)).lower()
    missing = [word for word in OUTLINE[intent] if word not in spoken]
    assert not missing, spoken


def lines_of(bundle: Bundle) -> list[Line]:
    """Everything that the skill can say."""
    intents = (chain(intent.replies, intent.more) for intent in bundle.intents.values())
    flags = (chain(flag.replies, flag.more) for flag in bundle.red_flags)
    steps = (
        step.say
        for variant in bundle.routine.variants.values()
        for part in variant.parts
        for step in part.steps
    )
    return [*chain(*intents), *chain(*flags), *chain(*bundle.prompts.values()), *steps]


@pytest.mark.parametrize(
    "promise",
    ["stop taking", "i'll call", "i am calling", "i'm calling", "works for most", "all common causes", "dvt"],
)
def test_nothing_unsafe_is_ever_said(bundle: Bundle, promise: str) -> None:
    """No diagnosis, no stopped medicine, no pretended call, no promise of a cure."""
    assert not [line.text for line in lines_of(bundle) if promise in line.text.lower()]


def test_medical_statements_have_a_source_and_a_date(bundle: Bundle) -> None:
    """What an information or safety intent says can be traced."""
    for intent in bundle.intents.values():
        if intent.kind != "command" and intent.replies:
            assert intent.sources, intent.name
            assert intent.reviewed, intent.name
