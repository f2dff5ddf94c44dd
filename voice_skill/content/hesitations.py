"""Says each phrase with a hesitation, so that none is without a test.

Shell.  For every phrase that no written test has word for word, ``hesitations.test.yaml`` gets the phrase
with an "um" or the like before it, if the skill still takes it for that phrase.  After a change of phrases,
and after ``learned``::

    python -m voice_skill.content.hesitations intents/en
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
from voice_skill.content.check_tests import Understand
from voice_skill.core.asking import Asker
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.text import normal, words

FILE = "hesitations.test.yaml"
_HEAD = "# Phrases with a hesitation before them; made by voice_skill/content/hesitations.py.\n"
_HESITATIONS = ("um", "so", "well")


def make(folder: Path) -> int:
    """Write the file anew; gives how many phrases stay without a test."""
    (folder / FILE).unlink(missing_ok=True)
    bundle = reader.load(folder)
    interpreter = Interpreter(bundle, "", learned.learn_once(bundle, folder, folder))
    understand = Asker(bundle, next(iter(bundle.regions.values())), interpreter).understand
    tested = {(test.intent, words(line)) for test in bundle.tests for line in test.say}
    said: dict[tuple[str, StateName], list[str]] = defaultdict(list)
    missed = 0
    for intent, phrase in _phrases(bundle):
        if (intent.name, words(phrase)) in tested:
            continue
        found = _hesitant(intent.name, phrase, understand)
        if found:
            said[intent.name, found[0]].append(found[1])
        missed += not found
    tests = [{"intent": name, "state": state, "say": lines} for (name, state), lines in said.items()]
    text = yaml.safe_dump({"tests": tests}, sort_keys=False, allow_unicode=True, width=200)
    (folder / FILE).write_text(_HEAD + text, encoding="utf-8")
    return missed


def _phrases(bundle: Bundle) -> Iterator[tuple[Intent, str]]:
    for intent in bundle.intents.values():
        for phrase in intent.phrases:
            yield intent, phrase


def _hesitant(intent: str, phrase: str, understand: Understand) -> tuple[StateName, str] | None:
    for state in get_args(StateName):
        for hesitation in _HESITATIONS:
            sentence = f"{hesitation} {phrase}"
            understood = understand(sentence, state)
            if (understood.intent, normal(understood.phrase)) == (intent, normal(phrase)):
                return state, sentence
    return None


if __name__ == "__main__":
    print(make(Path(sys.argv[1])), "phrases stay without a test; check tells which of them need one.")
