"""Rules for what is spoken: it fits one breath, has only marks that can be spoken, and knows its slots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from voice_skill.content.bundle import Bundle, Line, Place, Problem
from voice_skill.content.hints import nearest
from voice_skill.content.prompts import COMMON_SLOTS, PROMPTS, RED_FLAG_LEVELS, TELL
from voice_skill.core.text import INTERRUPT_WORDS, sentences, words

BREATH = 34
"""Words that a listener takes in before they want to answer."""
SENTENCE = 20
"""Words in one sentence."""

_USUAL_FILLING = "one two three"
"""Stands for what a slot is filled with, as long as most telephone numbers."""
_SLOT = re.compile(r"\{([a-z_]+)\}")
_ADDRESS = re.compile(r"\bhttps?:|\bwww\.|\w\.(?:com|org|net|uk|gov|edu)\b", re.IGNORECASE)
_ABBREVIATION = re.compile(r"\b[A-Z]{2,}\b")
_UNSPEAKABLE = re.compile(r"[^A-Za-zÀ-ÖØ-öø-ÿ ,.?!:;'\"\u2018\u2019\u201c\u201d-]|(?<![^\W_])-|-(?![^\W_])")


def speech_problems(bundle: Bundle) -> Iterator[Problem]:
    """Find problems of all spoken lines, and of the pieces that are filled into them."""
    for line, slots in _lines(bundle):
        yield from _slot_problems(line, slots)
        yield from _mark_problems(line)
        yield from _length_problems(line)
        yield from _interrupt_problems(line)
    for piece in _pieces(bundle):
        yield from _mark_problems(piece)
    yield from _prompt_problems(bundle)


def _lines(bundle: Bundle) -> Iterator[tuple[Line, frozenset[str]]]:
    """Every line that is spoken as it stands, with the slots that it may use."""
    for intent in bundle.intents.values():
        slots = COMMON_SLOTS | {TELL} if intent.name in RED_FLAG_LEVELS else COMMON_SLOTS
        yield from ((line, slots) for line in (*intent.replies, *intent.more))
    for flag in bundle.red_flags:
        yield from ((line, COMMON_SLOTS | {TELL}) for line in (*flag.replies, *flag.more))
    for name, lines in bundle.prompts.items():
        yield from ((line, COMMON_SLOTS | PROMPTS.get(name, frozenset())) for line in lines)
    for variant in bundle.routine.variants.values():
        steps = chain.from_iterable(part.steps for part in variant.parts)
        for step in steps:
            yield from ((line, COMMON_SLOTS) for line in (step.say, step.halfway) if line is not None)


def _pieces(bundle: Bundle) -> Iterator[Line]:
    """Words that are spoken inside other lines."""
    for intent in bundle.intents.values():
        yield Line(intent.title, place=intent.place)
    for flag in bundle.red_flags:
        yield Line(flag.tell, place=flag.place)
    for source in bundle.sources.values():
        yield Line(source.spoken, place=Place(path=f"sources.{source.id}.spoken"))
    for region in bundle.regions.values():
        for key in sorted(COMMON_SLOTS):
            yield Line(getattr(region, key), place=Place(path=f"regions.{region.id}.{key}"))
    for variant in bundle.routine.variants.values():
        path = f"routine.variants.{variant.name}"
        yield Line(variant.title, place=Place(path=f"{path}.title"))
        for part in variant.parts:
            yield Line(part.title, place=Place(path=f"{path}.{part.name}.title"))


def _slot_problems(line: Line, slots: frozenset[str]) -> Iterator[Problem]:
    for slot in _SLOT.findall(line.text):
        if slot not in slots:
            yield Problem(line.place, f"The slot '{{{slot}}}' is not filled in here.{nearest(slot, slots)}")


def _mark_problems(line: Line) -> Iterator[Problem]:
    text = _SLOT.sub("word", line.text)
    if _ADDRESS.search(text):
        yield Problem(line.place, "An internet address cannot be spoken; name the page in words.")
        return
    for mark in sorted(set(_UNSPEAKABLE.findall(text))):
        what = "spell the number in words" if mark.isdigit() else "use words, commas and full stops"
        yield Problem(line.place, f"'{mark}' cannot be spoken; {what}.")
    for letters in sorted(set(_ABBREVIATION.findall(text))):
        apart = " ".join(letters)
        yield Problem(line.place, f"'{letters}' may be read as a word; write it as '{apart}' or in full.")


def _length_problems(line: Line) -> Iterator[Problem]:
    text = _SLOT.sub(_USUAL_FILLING, line.text)
    length = len(text.split())
    if length > BREATH:
        yield Problem(line.place, f"{length} words are more than one breath; keep to {BREATH} or fewer.")
    for sentence in sentences(text):
        length = len(sentence.split())
        if length > SENTENCE:
            start = " ".join(sentence.split()[:4])
            advice = f"make two of it, each of {SENTENCE} or fewer"
            yield Problem(line.place, f"The sentence '{start} …' has {length} words; {advice}.")


def _interrupt_problems(line: Line) -> Iterator[Problem]:
    spoken = set(words(_SLOT.sub(" ", line.text)))
    for word in INTERRUPT_WORDS:
        if word in spoken and word not in line.interrupts:
            yield Problem(
                line.place,
                f"'{word}' is a word that interrupts, and cannot while this line is heard; use another word, "
                f"or mark the line with 'interrupts: [{word}]'.",
            )
    for word in line.interrupts:
        if word not in spoken:
            yield Problem(
                line.place, f"The line is marked with '{word}' but does not say it; take the mark off."
            )


def _prompt_problems(bundle: Bundle) -> Iterator[Problem]:
    for name, lines in bundle.prompts.items():
        if name not in PROMPTS:
            place = lines[0].place if lines else Place(path=f"prompts.{name}")
            missing = PROMPTS.keys() - bundle.prompts.keys()
            yield Problem(place, f"Nothing speaks a prompt '{name}'.{nearest(name, missing)}")
    for name in sorted(PROMPTS.keys() - bundle.prompts.keys()):
        yield Problem(Place(path="prompts"), f"The prompt '{name}' is missing; add at least one line for it.")
