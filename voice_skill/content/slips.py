"""Says each phrase with a slip of the tongue, so that none is without a test.

Shell.  For every phrase that no written test reaches, ``slips.test.yaml`` gets the phrase with a little word
left out, or else with a hesitation before it, if the skill still takes it for that phrase.  After a change of
phrases, once ``learned`` has run::

    python -m voice_skill.content.slips intents/en
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import yaml

from voice_skill.content import learned, reader
from voice_skill.content.bundle import Bundle, Intent, StateName
from voice_skill.content.check_tests import Understand, reached_by
from voice_skill.core.asking import Asker
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.text import normal

FILE = "slips.test.yaml"
_HEAD = "# Each phrase with a slip of the tongue; made by voice_skill/content/slips.py, not by hand.\n"
_LITTLE = 3
"""Letters of a word that may be left out, at most."""
_HESITATIONS = ("um", "so", "well")
_FEWEST = 4
"""Shorter phrases lose their sense with a word."""


def make(folder: Path) -> int:
    """Write the file anew; gives the number of phrases that no slip reaches either."""
    (folder / FILE).unlink(missing_ok=True)
    bundle = reader.load(folder)
    interpreter = Interpreter(bundle, "", learned.learn_once(bundle, folder, folder))
    understand = Asker(bundle, next(iter(bundle.regions.values())), interpreter).understand
    reached = reached_by(bundle, understand)
    said: dict[tuple[str, StateName], list[str]] = defaultdict(list)
    missed = 0
    for intent, phrase in _phrases(bundle):
        if (intent.name, normal(phrase)) in reached:
            continue
        found = _slip_for(intent.name, phrase, understand)
        if found:
            said[intent.name, found[0]].append(found[1])
        missed += not found
    tests = [{"intent": name, "state": state, "say": lines} for (name, state), lines in said.items()]
    text = yaml.safe_dump({"tests": tests}, sort_keys=False, allow_unicode=True, width=200)
    (folder / FILE).write_text(_HEAD + text, encoding="utf-8")
    return missed


def slips(phrase: str) -> Iterator[str]:
    """Ways in which a phrase may come out: without one of its little words, then with a hesitation."""
    tokens = phrase.split()
    if len(tokens) >= _FEWEST:
        for place, token in enumerate(tokens):
            if len(token) <= _LITTLE:
                yield " ".join([*tokens[:place], *tokens[place + 1 :]])
    yield from (f"{hesitation} {phrase}" for hesitation in _HESITATIONS)


def _phrases(bundle: Bundle) -> Iterator[tuple[Intent, str]]:
    for intent in bundle.intents.values():
        for phrase in intent.phrases:
            yield intent, phrase


def _slip_for(intent: str, phrase: str, understand: Understand) -> tuple[StateName, str] | None:
    for state in get_args(StateName):
        for sentence in slips(phrase):
            understood = understand(sentence, state)
            if (understood.intent, normal(understood.phrase)) == (intent, normal(phrase)):
                return state, sentence
    return None


if __name__ == "__main__":
    print(make(Path(sys.argv[1])), "phrases are reached by no slip.")
