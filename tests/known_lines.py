"""What timelines know of a bundle: an interpreter with a good memory, and the name of each sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from voice_skill import resources
from voice_skill.config import Config
from voice_skill.content.bundle import Bundle, Line, StateName
from voice_skill.content.learned import learn_once
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.meaning import Interpretation
from voice_skill.messages import Alternative


class QuickInterpreter(Interpreter):
    """The real one, which remembers what it made of each utterance; it is pure, so that is allowed."""

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(bundle, "", learn_once(bundle, Config().cache_folder, resources.intents_folder()))
        self._known: dict[tuple[object, ...], Interpretation] = {}
        self._planted: dict[str, Interpretation] = {}

    def interpret(
        self,
        text: str,
        state: StateName = "idle",
        confidence: float = 1.0,
        before: str = "",
        alternatives: Sequence[Alternative] = (),
    ) -> Interpretation:
        """Look it up, or find it out."""
        if text in self._planted:
            return self._planted[text]
        key = (text, state, confidence, before, tuple(alternatives))
        if key not in self._known:
            self._known[key] = super().interpret(text, state, confidence, before, alternatives)
        return self._known[key]

    def plant(self, meant: Interpretation) -> str:
        """Give a text that will be taken for ``meant``, whatever the bundle's wordings are."""
        text = f"({meant.intent} {meant.tier} {meant.runner_up})"
        self._planted[text] = meant
        return text


class Names:
    """Which sentence of the bundle a spoken text is."""

    def __init__(self, bundle: Bundle) -> None:
        self._patterns = [(name, _pattern(line)) for name, line in _lines(bundle)]
        self._known: dict[str, frozenset[str]] = {}

    def of(self, text: str) -> frozenset[str]:
        """All names under which ``text`` stands in the bundle; several where lines are shared."""
        if text not in self._known:
            found = frozenset(name for name, pattern in self._patterns if pattern.fullmatch(text))
            assert found, f"'{text}' was said, but is no sentence of the bundle"
            self._known[text] = found
        return self._known[text]


def _lines(bundle: Bundle) -> Iterator[tuple[str, Line]]:
    for prompt, lines in bundle.prompts.items():
        yield from ((prompt, line) for line in lines)
    for intent in bundle.intents.values():
        yield from ((f"reply {intent.name}", line) for line in intent.replies)
        yield from ((f"more {intent.name}", line) for line in intent.more)
    for rule in bundle.red_flags:
        yield from ((f"flag {rule.id}", line) for line in rule.replies)
        yield from ((f"more {rule.id}", line) for line in rule.more)
    for variant in bundle.routine.variants.values():
        for part in variant.parts:
            for index, step in enumerate(part.steps):
                yield f"step {part.name} {index}", step.say
                if step.halfway:
                    yield f"halfway {part.name} {index}", step.halfway


def _pattern(line: Line) -> re.Pattern[str]:
    """The line with anything but nothing in its slots; what is asked about is never a list."""
    pieces = re.split(r"\{(\w+)\}", line.text)
    for index, piece in enumerate(pieces):
        slot = "(?:(?!, or ).)+" if piece in ("first", "second") else ".+"
        pieces[index] = slot if index % 2 else re.escape(piece)
    return re.compile("".join(pieces))


_index: dict[int, tuple[Bundle, QuickInterpreter, Names]] = {}


def indexed(bundle: Bundle) -> tuple[QuickInterpreter, Names]:
    """What is made of a bundle once for all scenes."""
    if id(bundle) not in _index:
        _index[id(bundle)] = (bundle, QuickInterpreter(bundle), Names(bundle))
    _, interpreter, names = _index[id(bundle)]
    return interpreter, names
