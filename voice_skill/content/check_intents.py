"""Rules for intents and red flags: wordings enough and unambiguous, replies with sources, names known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from voice_skill.content.bundle import Bundle, Intent, Place, Problem, RedFlag, RoutinePlan
from voice_skill.content.hints import nearest
from voice_skill.content.prompts import INTENTS, NO_INTENT, RED_FLAG_LEVELS, TELL
from voice_skill.core.patterns import families_named
from voice_skill.core.text import normal

FEWEST_PHRASES = {"information": 5, "command": 5}
"""Below this a kind of intent can hardly be found; safety intents have the red-flag rules beside theirs."""

_PLAIN = re.compile(r"[a-z]+(?:['-][a-z]+)*(?: [a-z]+(?:['-][a-z]+)*)*")


def intent_problems(bundle: Bundle, known_words: Collection[str] | None) -> Iterator[Problem]:
    """Find problems of intents, red flags and sources; ``known_words`` are those the model can hear."""
    for name in sorted(INTENTS - bundle.intents.keys()):
        yield Problem(Place(path="intents"), f"The intent '{name}' is missing; add it.")
    if NO_INTENT in bundle.intents:
        place = bundle.intents[NO_INTENT].place
        yield Problem(
            place, f"'{NO_INTENT}' means that nothing was understood; give the intent another name."
        )
    if not bundle.regions:
        yield Problem(Place(path="regions"), "There is no region; add one with its telephone numbers.")
    for intent in bundle.intents.values():
        yield from _wording_problems(intent)
        yield from _reply_problems(intent)
        if known_words is not None:
            yield from _vocabulary_problems(intent, known_words)
    yield from _ambiguity_problems(bundle)
    for flag in bundle.red_flags:
        yield from _flag_problems(flag, bundle)
    yield from _pattern_problems(bundle)
    everything: list[Intent | RedFlag | RoutinePlan] = [*bundle.intents.values(), *bundle.red_flags]
    for sourced in (*everything, bundle.routine):
        yield from _source_problems(sourced, bundle)
    breaths = [line for intent in bundle.intents.values() for line in intent.more]
    breaths += [line for flag in bundle.red_flags for line in flag.more]
    for line in breaths:
        yield from _unknown_sources(line.sources, line.place, bundle)


def _wording_problems(intent: Intent) -> Iterator[Problem]:
    fewest = FEWEST_PHRASES.get(intent.kind, 0)
    if len(intent.phrases) < fewest:
        count = len(intent.phrases)
        yield Problem(
            intent.place, f"{count} phrases are too few for the kind {intent.kind}; write {fewest}."
        )
    for phrase in (*intent.phrases, *intent.reports):
        if not _PLAIN.fullmatch(phrase):
            yield Problem(
                intent.place_of(phrase),
                f"The phrase '{phrase}' has more than lower-case words in it; write it as it is spoken, "
                "with no marks but apostrophes and hyphens.",
            )


def _reply_problems(intent: Intent) -> Iterator[Problem]:
    if not intent.replies and (intent.kind == "information" or intent.name in RED_FLAG_LEVELS):
        yield Problem(intent.place, f"'{intent.name}' has no reply; add at least one.")
    if intent.kind == "command" or not (intent.replies or intent.more):
        return
    if not intent.sources:
        yield Problem(
            intent.place, f"'{intent.name}' says something medical but names no source; add 'sources'."
        )
    if not intent.reviewed:
        yield Problem(intent.place, f"'{intent.name}' has no date of review; add 'reviewed'.")


def _vocabulary_problems(intent: Intent, known_words: Collection[str]) -> Iterator[Problem]:
    told: set[str] = set()
    for phrase in (*intent.phrases, *intent.reports):
        for word in phrase.split():
            # A model without the compound still hears its halves.
            heard = word in known_words or all(half in known_words for half in word.split("-"))
            if heard or word in told:
                continue
            told.add(word)
            message = f"The model cannot hear '{word}' of '{phrase}'; use another word."
            yield Problem(intent.place_of(phrase), message)


def _ambiguity_problems(bundle: Bundle) -> Iterator[Problem]:
    first: dict[str, Intent] = {}
    for intent in bundle.intents.values():
        for phrase in intent.phrases:
            other = first.setdefault(normal(phrase), intent)
            if other is not intent:
                where = f"'{other.name}' ({other.place.file}, line {other.place.line})"
                yield Problem(
                    intent.place_of(phrase),
                    f"The phrase '{phrase}' stands in {where} too; keep it in one intent.",
                )
        wordings = [normal(phrase) for phrase in intent.phrases]
        for again in sorted({wording for wording in wordings if wordings.count(wording) > 1}):
            yield Problem(intent.place, f"The phrase '{again}' stands twice here, or differs only in form.")


def _flag_problems(flag: RedFlag, bundle: Bundle) -> Iterator[Problem]:
    for sign in (*flag.signs, *flag.unless):
        if sign not in bundle.signs:
            hint = nearest(sign, bundle.signs)
            yield Problem(
                flag.place, f"The red flag '{flag.id}' names the sign '{sign}', which is nowhere.{hint}"
            )
    level = bundle.intents.get(flag.level)
    answers = flag.replies or (level.replies if level else ())
    if not flag.tell and any(f"{{{TELL}}}" in line.text for line in answers):
        message = f"The answer to '{flag.id}' says what to tell on the telephone; add 'tell'."
        yield Problem(flag.place, message)
    if not flag.sources:
        yield Problem(flag.place, f"The red flag '{flag.id}' names no source; add 'sources'.")
    if not flag.reviewed:
        yield Problem(flag.place, f"The red flag '{flag.id}' has no date of review; add 'reviewed'.")


def _pattern_problems(bundle: Bundle) -> Iterator[Problem]:
    for section, entries in (("signs", bundle.signs), ("words", bundle.words)):
        for name, patterns in entries.items():
            for family in {family for pattern in patterns for family in families_named(pattern)}:
                if family not in bundle.words:
                    hint = nearest(family, bundle.words)
                    message = f"The word family '<{family}>' stands nowhere under 'words'.{hint}"
                    yield Problem(Place(path=f"{section}.{name}"), message)
    used = {sign for flag in bundle.red_flags for sign in (*flag.signs, *flag.unless)}
    if not used <= bundle.signs.keys():
        return  # a misspelt name is the likelier mistake, and is told already
    for sign in bundle.signs:
        if sign not in used:
            yield Problem(Place(path=f"signs.{sign}"), f"No red flag asks for the sign '{sign}'; remove it.")


def _source_problems(sourced: Intent | RedFlag | RoutinePlan, bundle: Bundle) -> Iterator[Problem]:
    yield from _unknown_sources(sourced.sources, sourced.place, bundle)
    if sourced.reviewed and not _is_date(sourced.reviewed):
        yield Problem(sourced.place, f"'{sourced.reviewed}' is not a date; write year-month-day.")


def _unknown_sources(sources: Collection[str], place: Place, bundle: Bundle) -> Iterator[Problem]:
    for source in sources:
        if source not in bundle.sources:
            hint = nearest(source, bundle.sources)
            yield Problem(place, f"The source '{source}' stands nowhere under 'sources'.{hint}")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
