"""One utterance in, one answer out: what ``voice-skill ask`` and ``hear`` print, and what ``check`` tests.

Pure.  Each utterance meets a fresh session, so that answers do not depend on what was asked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voice_skill.content.bundle import Bundle, Region, StateName
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.meaning import Interpretation, Tier
from voice_skill.core.session import Session
from voice_skill.messages import Heard, Say, SetVoice

DEFAULT_VOICE = SetVoice(rate=150, volume=0.4)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one utterance; the fields are those of the JSON output."""

    text: str
    intent: str
    tier: Tier
    score: float
    runner_up: str | None
    slots: Mapping[str, str] = field(default_factory=dict)
    reply: str = ""
    """The words that would be spoken."""

    def as_json(self) -> dict[str, object]:
        """The fields by name, in the order in which they are printed."""
        return {
            "text": self.text,
            "intent": self.intent,
            "tier": self.tier,
            "score": self.score,
            "runner_up": self.runner_up,
            "slots": dict(self.slots),
            "reply": self.reply,
        }


@dataclass(frozen=True, slots=True)
class Understood:
    """An answer with the phrase that decided, for ``check``."""

    intent: str
    phrase: str
    reply: str
    sure: bool = True
    """False where the skill asks back before it answers."""


class Asker:
    """Answers single utterances from a bundle."""

    def __init__(self, bundle: Bundle, region: Region, interpreter: Interpreter) -> None:
        """``interpreter``: that of the same bundle."""
        self._bundle = bundle
        self._region = region
        self._interpreter = interpreter

    def ask(self, text: str, state: StateName = "idle") -> Answer:
        """What would be understood and said."""
        return self.hear(Heard(text), state)

    def hear(self, heard: Heard, state: StateName = "idle") -> Answer:
        """The same for what a recogniser heard, with how sure it was and what else it may have been."""
        meant, reply = self._hear(heard, state)
        return Answer(heard.text, meant.intent, meant.tier, meant.score, meant.runner_up, meant.slots, reply)

    def explain(self, text: str, state: StateName = "idle") -> list[str]:
        """How the answer was found, in plain lines."""
        meant, _ = self._hear(Heard(text), state)
        lines = [f"decided by: {meant.lane}", f"intent: {meant.intent}, {meant.tier}, {meant.score:.2f}"]
        if meant.alarm:
            lines.append(f"rule: {meant.alarm.rule.id}, because of {'; '.join(meant.alarm.found)}")
        elif meant.phrase:
            lines.append(f"phrase: {meant.phrase}")
        if meant.runner_up:
            lines.append(f"runner-up: {meant.runner_up}")
        return lines + [
            f"likeness: {each.intent} {each.score:.2f}, by '{each.phrase}' (words {each.learned:+.2f}, "
            f"phrases {each.likeness:.2f}, lead {each.lead:+.2f})"
            for each in self._interpreter.nearest(text)[:3]
        ]

    def understand(self, text: str, state: StateName) -> Understood:
        """The same in the form that ``check`` wants."""
        meant, reply = self._hear(Heard(text), state)
        return Understood(meant.intent, "" if meant.alarm else meant.phrase, reply, meant.tier == "act")

    def _hear(self, heard: Heard, state: StateName) -> tuple[Interpretation, str]:
        session = Session(self._bundle, self._interpreter, self._region, DEFAULT_VOICE)
        session.stand(state, now=0.0)
        effects = session.handle(heard, now=1.0)
        spoken = " ".join(effect.text for effect in effects if isinstance(effect, Say))
        return session.meant, spoken
