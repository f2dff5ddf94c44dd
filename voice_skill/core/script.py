"""What is said: lines chosen in turn, slots filled in, utterances numbered.

Pure.  Collects effects for the session and knows whether anything is still being spoken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from voice_skill.content.bundle import Bundle, Line, Region
from voice_skill.content.prompts import COMMON_SLOTS
from voice_skill.messages import Effect, Say, StopSpeaking

_SLOT = re.compile(r"\{(\w+)\}")

PASSING: frozenset[str] = frozenset(
    {
        *("general_information", "want_more", "want_more_again", "offer_routine", "offer_routine_again"),
        *("declined", "silence_quiet", "ask_again_yes_no", "carry_on_again", "cramp_easing"),
        *("no_match_1", "no_match_2", "no_match_3", "too_long", "nothing_to_repeat"),
        *("slower_done", "faster_done", "louder_done", "quieter_done"),
        *("slowest", "fastest", "loudest", "quietest"),
    }
)
"""Prompts said by the way: whoever says "repeat" after them wants what came before."""


class Script:
    """The skill's side of the conversation."""

    def __init__(self, bundle: Bundle, region: Region) -> None:
        """Take the sentences of ``bundle`` and the telephone numbers of ``region``."""
        self._prompts = bundle.prompts
        self._slots = {slot: getattr(region, slot) for slot in COMMON_SLOTS}
        self._turns: Counter[Sequence[Line]] = Counter()
        self._being_said: set[int] = set()
        self._number = 0
        self.effects: list[Effect] = []
        """What has come together since the session last took it."""
        self.last = ""
        """The last thing said."""
        self.answer = ""
        """The last thing said that was not said by the way, for "repeat"."""

    @property
    def speaking(self) -> bool:
        """Whether something is being said or waits to be."""
        return bool(self._being_said)

    def prompt(self, name: str, **slots: str) -> int:
        """Say one of the conversation's own sentences; returns the utterance's number."""
        answer = self.answer
        number = self.choose(self._prompts[name], **slots)
        if name in PASSING:
            self.answer = answer
        return number

    def choose(self, lines: Sequence[Line], **slots: str) -> int:
        """Say the next of several lines that mean the same; of none, nothing."""
        if not lines:
            return self._number
        key = tuple(lines)
        line = lines[self._turns[key] % len(lines)]
        self._turns[key] += 1
        return self.say(line.text, **slots)

    def say(self, text: str, **slots: str) -> int:
        """Say ``text`` with its slots filled in."""
        self.answer = self.fill(text, **slots)
        return self.say_again(self.answer)

    def say_again(self, text: str) -> int:
        """Say what was said before, in the same words."""
        self._number += 1
        self._being_said.add(self._number)
        self.last = text
        self.effects.append(Say(self._number, text))
        return self._number

    def fill(self, text: str, **slots: str) -> str:
        """Put the slots' words in; the region's numbers are always at hand."""
        known = self._slots | slots
        return _SLOT.sub(lambda mark: known.get(mark[1], ""), text)

    def finished(self, utterance: int) -> None:
        """Note that an utterance has been heard to its end."""
        self._being_said.discard(utterance)

    def hush(self) -> bool:
        """Fall silent; says whether anything was being said."""
        was_speaking = self.speaking
        if was_speaking:
            self._being_said.clear()
            self.effects.append(StopSpeaking())
        return was_speaking

    def silence(self) -> None:
        """Forget what is being said, as if it had been heard."""
        self._being_said.clear()
        self.effects.clear()
