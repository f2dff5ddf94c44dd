"""What the synthetic voices say: our phrases, commands on their own, and words of the whole language.

Word order matters little to an acoustic model; which sounds follow which, across word edges too, matters
much. So general text is drawn word by word from the frequency list, flattened (power 0.5) so that rare words
get a turn.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from .lexicon import cmudict_entries, common_words

COMMANDS: tuple[str, ...] = (
    *[
        "stop",
        "pause",
        "wait",
        "repeat",
        "next",
        "skip",
        "back",
        "resume",
        "louder",
        "quieter",
        "slower",
        "faster",
        "help",
        "easier",
        "yes",
        "no",
        "okay",
        "cramp",
        "more",
        "doctor",
        "stretches",
        "stretch",
        "start",
        "go",
        "again",
        "continue",
        "quiet",
        "sleep",
        "up",
        "down",
        "left",
        "right",
        "on",
        "off",
        "nope",
        "yeah",
        "yep",
        "please",
        "better",
        "worse",
        "done",
        "ready",
        "enough",
        "emergency",
        "calf",
        "thigh",
        "foot",
        "toes",
        "hamstring",
        "hurts",
        "ouch",
        "goodbye",
        "hello",
        "thanks",
        "seated",
        "standing",
        "bed",
        "wall",
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "forward",
        "backward",
        "follow",
        "learn",
        "no thanks",
        "go back",
        "go on",
        "it hurts",
        "how long left",
        "say that again",
        "cramp now",
        "help cramp",
        "be quiet",
        "good night",
    ],
)


@dataclass
class TextSource:
    """Endless sentences for synthesis; the same seed gives the same sentences."""

    domain: list[str]
    """Sentences of the bundle."""
    vocabulary: int = 24000
    """How many common words general text is drawn from."""

    def __post_init__(self) -> None:
        self._words = common_words(self.vocabulary)
        self._weights = [1.0 / (20 + rank) ** 0.5 for rank in range(len(self._words))]
        self._everyday = [1.0 / (5 + rank) ** 0.9 for rank in range(len(self._words))]
        known = cmudict_entries()
        own = sorted({w for s in self.domain for w in s.split() if w in known})
        self._domain_words = own or list(COMMANDS)

    def sentence(self, chance: random.Random) -> str:
        """One utterance: 30% a sentence of ours, 20% commands, 10% our words shuffled, the rest general."""
        kind = chance.random()
        if kind < 0.30 and self.domain:
            return chance.choice(self.domain)
        if kind < 0.50:
            return " ".join(chance.choices(COMMANDS, k=chance.choice((1, 1, 1, 1, 2))))
        if kind < 0.60:
            return " ".join(chance.choices(self._domain_words, k=chance.randint(1, 6)))
        if kind < 0.80:
            return " ".join(chance.choices(self._words, self._everyday, k=chance.randint(3, 12)))
        return " ".join(chance.choices(self._words, self._weights, k=chance.randint(1, 7)))
