"""Rules for wordings that get into each other's way: synonyms declared twice, phrases that sound the same."""

from __future__ import annotations

from collections.abc import Iterator

from voice_skill.content.bundle import Bundle, Intent, Place, Problem
from voice_skill.core.text import normal


def synonym_problems(bundle: Bundle) -> Iterator[Problem]:
    """Find wordings that are declared to mean two things; only one of them would hold."""
    first: dict[str, str] = {}
    for name, runs in bundle.synonyms.items():
        for run in (name, *runs):
            other = first.setdefault(normal(run), name)
            if other != name:
                own = normal(run) == normal(other)
                where = "has synonyms of its own" if own else f"stands already under '{other}'"
                message = f"'{run}' {where}, so it cannot stand under '{name}' too; keep one of them."
                yield Problem(Place(path=f"synonyms.{name}"), message)


def spacing_warnings(bundle: Bundle) -> Iterator[Problem]:
    """Find phrases that differ by a space only: a recogniser is torn between them, and half sure of each."""
    first: dict[str, tuple[Intent, str]] = {}
    for intent in bundle.intents.values():
        for phrase in intent.phrases:
            other, like = first.setdefault(normal(phrase).replace(" ", ""), (intent, phrase))
            if normal(like) != normal(phrase):
                message = (
                    f"'{phrase}' sounds like '{like}' of '{other.name}', and a recogniser is half sure of "
                    "either; one of them is enough."
                )
                yield Problem(intent.place_of(phrase), message)
