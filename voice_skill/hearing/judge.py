"""Decides whether what was heard was meant for us: whose voice it was, and how sure the words must be.

Pure.  While we speak, most of what is heard is ourselves; at night, most is nobody's business.  Both are told
by whose voice the blocks held, by the words of the sentence in the air, and by the confidence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from voice_skill.hearing.endpoint import Turn, Voices
from voice_skill.messages import Alternative, ListeningMode

EVIDENT = 3
"""Blocks with another voice over ours that make even our own words somebody else's."""
BEFORE = 12
"""Blocks before a beginning that count as well: half a second, as much as the recogniser is given of it."""
UNLIKE_OURS, UNMISTAKABLE, STRANGER = 0.8, 0.9, 0.95
"""Confidence that is needed while the way through the room is new: for one of the few phrases that shares no
word with our own sentence, for the others of them, and for all else."""
OVER_US = 0.6
"""Share of the usual confidence that is enough for what was surely said over us."""
SURELY = 0.85
"""Confidence from which one of those blocks less will do: in rain, no more of a soft "help" stands out."""
LONG, BEGINNING = 6, 4
"""Letters of a word, and of the beginning by which it may be one of ours: our "loudspeaker" was "louder"."""
CERTAIN = 0.5
"""Share of the hearings from which on a call is certain; an hour of other people's talk reached 0.23."""


@dataclass
class Judge:
    """Keeps account of the utterance under way; ``mode`` is set by the ears."""

    phrases: Mapping[ListeningMode, Sequence[str] | None]
    """What each mode listens for; None stands for all that the model knows."""
    interrupts: frozenset[str]
    """Texts that cut in at once in interrupt mode."""
    speaking: Callable[[], str]
    """Our own sentence that is in the air, lower case."""
    least_confidence: Mapping[ListeningMode, float]
    """Below this, 0 to 1, a hearing is dropped."""
    mode: ListeningMode = "open"

    def __post_init__(self) -> None:
        self.few = frozenset(self.phrases.get("interrupt") or ())
        self._waking = frozenset(self.phrases.get("standby") or ())
        self._over_us = self._others = 0
        self._with_ours = self._strange = False
        self._before: deque[bool] = deque(maxlen=BEFORE)
        self._single = frozenset(phrase for phrase in self._waking if " " not in phrase)

    def count(self, voices: Voices, turn: Turn) -> None:
        """Take in whose voice a block held, and what the block before it was.

        A word as short as "stop" is half over by the time that it is taken for a beginning.
        """
        if turn in ("quiet", "ended"):
            self._over_us = self._others = sum(self._before)
            self._with_ours = self._strange = False
            self._before.append(voices == "both")
        else:
            self._before.clear()
        self._over_us += voices == "both"
        self._others += voices != "ours"
        self._with_ours |= voices != "room"
        self._strange |= voices in ("strange", "astray")

    def only_rest(self, least: int) -> bool:
        """Whether it may be what was left of our own voice: a burst of a block or two."""
        return self._with_ours and self._others < least

    def cuts_in(self, text: str) -> bool:
        """Whether a text is acted on before the person has fallen silent."""
        return text in self.interrupts and not self.is_echo(text)

    def is_echo(self, text: str) -> bool:
        """Whether it may be our own sentence."""
        if self._over_us >= EVIDENT:
            return False
        return bool(self.speaking()) and all(map(self._may_be_ours, text.split()))

    def _may_be_ours(self, word: str) -> bool:
        """Whether our own sentence holds it, or a word that begins alike, of which no more was left.

        Short words count only whole, for the urgent ones are short: "stop" is heard over "stops".
        """
        own = self.speaking().split()
        alike = self._with_ours and len(word) >= LONG
        return word in own or (alike and any(one.startswith(word[:BEGINNING]) for one in own))

    def is_meant(self, text: str, sure: float, silent: bool) -> bool:
        """Whether to post what was heard with this confidence; ``silent``: we do not speak."""
        evident = EVIDENT - 1 if sure >= SURELY else EVIDENT
        if self.mode == "interrupt" and self.only_rest(evident):
            return False
        return sure >= self._least(text) and (silent or not self.is_echo(text))

    def may_be_call(self, text: str) -> bool:
        """Whether what the few words of standby make of an utterance is worth a second look."""
        return not self._waking or text in self._waking or not self._single.isdisjoint(text.split())

    def call_among(self, hearings: Sequence[Alternative]) -> tuple[str, float]:
        """The likeliest call in what all words make of it, and the confidence that it was one.

        Whole phrases only: other people speak of cramps, too.
        """
        calls = [each for each in hearings if not self._waking or each.text in self._waking]
        likeliest = max(calls, key=lambda each: each.share, default=Alternative("", 0.0))
        return likeliest.text, min(1.0, sum(each.share for each in calls) / CERTAIN)

    def _least(self, text: str) -> float:
        """The confidence that these words need: less where they were surely said over us."""
        least = self.least_confidence.get(self.mode, 0.0)
        if self.mode != "interrupt":
            return least
        if self._over_us >= EVIDENT:
            return least * OVER_US
        if self._strange:
            alike = any(map(self._may_be_ours, text.split()))
            few = UNMISTAKABLE if alike else UNLIKE_OURS
            return few if text in self.few else STRANGER
        return least
