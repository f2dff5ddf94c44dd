"""A conversation on virtual time: what the person does, and what must be said, one line after the other.

``Scene`` plays the app for a real ``Session``: it carries out effects, ends utterances after the time
that their words take at the present rate, sends ``TimeReached`` at the session's deadline, drops queued
speech on ``StopSpeaking``, and keeps what shall be remembered, so that a power cut can come at any moment::

    scene = Scene(bundle).starts()
    scene.hears("start the routine").expect("safety_check")
    scene.settles().hears("no").expect("steady_check")
    scene.wait(20).silence(5)

What is said is expected by the names it has in the bundle, not by its words: a prompt by its name, an
answer as "reply why" or "more why", a red flag's answer as "flag statin", a line of the stretches as
"step calf 2" (parts by name, steps counted from 0), what comes half-way as "halfway calf 2".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from known_lines import indexed

from voice_skill.content.bundle import Bundle
from voice_skill.core.meaning import Interpretation, Tier
from voice_skill.core.routine import Guide
from voice_skill.core.session import Recollection, Session
from voice_skill.core.states import MOVES, State
from voice_skill.core.text import sentences
from voice_skill.messages import (
    Alternative,
    AudioBack,
    AudioLost,
    Effect,
    Event,
    Heard,
    ListenFor,
    ListeningMode,
    Part,
    PlayTone,
    Remember,
    Say,
    SetVoice,
    SpeechFinished,
    StopSpeaking,
    TimeReached,
)

PAUSE = 0.7
"""Seconds between two sentences."""
VOICE = SetVoice(rate=150, volume=0.4)
STUCK = 60
"""So many wake-ups in a row without time going on mean that the session is stuck."""


@dataclass
class Spoken:
    """One utterance of ours."""

    utterance: int
    text: str
    names: frozenset[str]
    begins: float
    ends: float

    def __str__(self) -> str:
        return f"{self.begins:7.1f} {'/'.join(sorted(self.names))}: {self.text}"


@dataclass
class Scene:
    """One session and the world around it; times in seconds from its beginning."""

    bundle: Bundle = field(repr=False)
    memory: dict[str, str] = field(default_factory=dict)
    """What survives a crash."""
    quiet_after: float | None = 120.0
    region: str = "uk"

    def __post_init__(self) -> None:
        self.now = 0.0
        self.voice = VOICE
        self.mode: ListeningMode = "open"
        self.said: list[Spoken] = []
        """Everything said, or waiting to be, in order."""
        self.tones: list[tuple[float, str]] = []
        self.entered: list[tuple[float, State]] = [(0.0, State.IDLE)]
        """Every state that was entered, and when."""
        self._mark = 0
        """Where in ``said`` the latest turn of the person began."""
        self._pending: list[Spoken] = []
        """What is being said or waits to be, in order."""
        self._wakes = 0
        self.interpreter, self._names = indexed(self.bundle)
        recollection = Recollection(self.memory.get("place"), "met" in self.memory)
        region = self.bundle.regions[self.region]
        self.session = Session(
            self.bundle, self.interpreter, region, VOICE, recollection, quiet_after=self.quiet_after
        )

    # --- what happens -----------------------------------------------------------------------------

    def starts(self) -> Scene:
        """Switch the skill on."""
        self._carry_out(self.session.start(self.now))
        return self

    def hears(
        self,
        text: str,
        confidence: float = 1.0,
        ended: float | None = None,
        alternatives: tuple[Alternative, ...] = (),
    ) -> Scene:
        """The person speaks; ``ended`` seconds ago, for echoes that come late."""
        self._mark = len(self.said)
        ended_at = self.now - (ended or 0.0)
        return self._feed(Heard(text, confidence, ended_at, alternatives))

    def says(self, prompt: str) -> Scene:
        """The skill says a prompt, for whatever reason."""
        self.session.script.prompt(prompt)
        self._carry_out(self.session._take())
        return self

    def means(self, intent: str, tier: Tier = "act", runner_up: str | None = None) -> Scene:
        """The person says something that is taken for ``intent``, in whatever words."""
        return self.hears(self.interpreter.plant(Interpretation(intent, tier, 0.6, runner_up)))

    def types(self, text: str) -> Scene:
        """The person types."""
        self._mark = len(self.said)
        return self._feed(Heard(text))

    def loses(self, part: Part, reason: str = "It is gone.") -> Scene:
        """A part of the machine fails."""
        self._mark = len(self.said)
        return self._feed(AudioLost(part, reason))

    def regains(self, part: Part) -> Scene:
        """A part of the machine works again."""
        self._mark = len(self.said)
        return self._feed(AudioBack(part))

    def wait(self, seconds: float) -> Scene:
        """Let time go by."""
        return self.at(self.now + seconds)

    def at(self, time: float) -> Scene:
        """Let time go by until ``time``."""
        while (due := self._next_due()) is not None and due <= time:
            self._pass_on(due)
        self.now = max(self.now, time)
        return self

    def settles(self, limit: float = 120.0) -> Scene:
        """Let time go by until the skill has nothing more to say for the moment."""
        until = self.now + limit
        while self.speaking and self.now < until:
            self.at(min(until, self._pending[0].ends))
        return self

    def waits_for(self, name: str, limit: float = 700.0) -> Scene:
        """Let time go by until something is said; it counts as said since the person's last turn."""
        until, seen = self.now + limit, len(self.said)
        while not any(name in spoken.names for spoken in self.said[seen:]):
            due = self._next_due()
            assert due is not None and due <= until, f"'{name}' never came\n{self.story()}"
            self._pass_on(due)
        return self

    def sleeps(self, seconds: float) -> Scene:
        """The machine sleeps: time goes by, and nothing of it is noticed."""
        self.now += seconds
        for spoken in self._pending:
            spoken.ends += seconds
        return self

    def after(self, seconds: float) -> Scene:
        """Let time go by as a new turn, so that only what is said in it counts."""
        self._mark = len(self.said)
        return self.wait(seconds)

    def crash(self) -> Scene:
        """The power is cut; the scene after it, not yet started."""
        return Scene(self.bundle, dict(self.memory), self.quiet_after, self.region)

    # --- what must hold ---------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """What is going on."""
        return self.session.state

    @property
    def question(self) -> str | None:
        """The question that is open."""
        return self.session.question

    @property
    def guide(self) -> Guide | None:
        """The routine under way."""
        return self.session.coach.guide

    @property
    def step(self) -> int | None:
        """The number of the routine's present step, among all of its variant, from 0."""
        return self.guide._index if self.guide else None

    @property
    def speaking(self) -> bool:
        """Whether something is being said or waits to be."""
        return bool(self._pending)

    @property
    def turn(self) -> list[Spoken]:
        """What was said since the person's last turn."""
        return self.said[self._mark :]

    @property
    def names(self) -> list[frozenset[str]]:
        """The names of what was said since the person's last turn."""
        return [spoken.names for spoken in self.turn]

    def has(self, name: str) -> bool:
        """Whether this was said since the person's last turn."""
        return any(name in names for names in self.names)

    def expect(self, *wanted: str) -> Scene:
        """All of these must have been said since the person's last turn, in this order."""
        left = iter(self.names)
        missing = [name for name in wanted if not any(name in names for names in left)]
        assert not missing, f"expected {missing} of {list(wanted)}\n{self.story()}"
        return self

    def expect_first(self, name: str) -> Scene:
        """Must have been the first thing said since the person's last turn."""
        assert self.names and name in self.names[0], f"expected '{name}' first\n{self.story()}"
        return self

    def expect_only(self, *wanted: str) -> Scene:
        """These and nothing else must have been said since the person's last turn."""
        fits = len(self.names) == len(wanted)
        fits = fits and all(name in names for name, names in zip(wanted, self.names, strict=True))
        assert fits, f"expected {list(wanted)} alone\n{self.story()}"
        return self

    def expect_not(self, *unwanted: str) -> Scene:
        """None of these may have been said since the person's last turn."""
        said = [name for name in unwanted if self.has(name)]
        assert not said, f"{said} must not be said\n{self.story()}"
        return self

    def expect_said(self, words: str) -> Scene:
        """These words must occur in what was said since the person's last turn."""
        text = " ".join(spoken.text for spoken in self.turn).lower()
        assert words.lower() in text, f"expected '{words}'\n{self.story()}"
        return self

    def expect_state(self, state: State) -> Scene:
        """The session must be in this state."""
        assert self.state is state, f"expected {state}, is {self.state}\n{self.story()}"
        return self

    def silence(self, seconds: float) -> Scene:
        """Nothing may be said for so long."""
        before = len(self.said)
        self.wait(seconds)
        assert len(self.said) == before, f"expected {seconds} s of silence\n{self.story()}"
        return self

    def story(self, lines: int = 12) -> str:
        """The latest of what was said, for reading a failure."""
        return f"at {self.now:.1f} in {self.state}:\n" + "\n".join(map(str, self.said[-lines:]))

    # --- the app ----------------------------------------------------------------------------------

    def _next_due(self) -> float | None:
        deadline = self.session.deadline()
        if not self._pending:
            return deadline
        return self._pending[0].ends if deadline is None else min(self._pending[0].ends, deadline)

    def _pass_on(self, due: float) -> None:
        """Hand the session what is due at ``due``."""
        self._wakes = 0 if due > self.now else self._wakes + 1
        assert self._wakes < STUCK, f"deadlines stay in the past\n{self.story()}"
        self.now = max(self.now, due)
        if self._pending and self._pending[0].ends <= self.now:
            self._feed(SpeechFinished(self._pending.pop(0).utterance))
        else:
            self._feed(TimeReached())

    def _feed(self, event: Event) -> Scene:
        before = self.session.state
        self._carry_out(self.session.handle(event, self.now))
        after = self.session.state
        if after is not before:
            assert before is State.STANDBY or after in MOVES[before], f"{before} was followed by {after}"
            self.entered.append((self.now, after))
        return self

    def _carry_out(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Say():
                    self._say(effect)
                case StopSpeaking():
                    self._fall_silent()
                case PlayTone(name):
                    self.tones.append((max(self.now, self.said[-1].ends) if self.said else self.now, name))
                case SetVoice():
                    self.voice = effect
                case ListenFor(mode):
                    self.mode = mode
                case Remember(key, None):
                    self.memory.pop(key, None)
                case Remember(key, str() as value):
                    self.memory[key] = value

    def _say(self, say: Say) -> None:
        assert not self.said or say.utterance > self.said[-1].utterance
        begins = max(self.now, self.said[-1].ends) if self.said else self.now
        ends = begins + spoken_seconds(say.text, self.voice.rate)
        self.said.append(Spoken(say.utterance, say.text, self._names.of(say.text), begins, ends))
        self._pending.append(self.said[-1])

    def _fall_silent(self) -> None:
        """Cut off what is being said, and forget what was not begun; it was never heard."""
        self._pending.clear()
        dropped = [spoken for spoken in self.said if spoken.begins > self.now]
        self._mark -= sum(1 for spoken in self.said[: self._mark] if spoken in dropped)
        self.said = [spoken for spoken in self.said if spoken.begins <= self.now]
        for spoken in self.said:
            spoken.ends = min(spoken.ends, self.now)


def spoken_seconds(text: str, rate: int) -> float:
    """How long ``text`` takes at ``rate`` words a minute, with a pause between sentences."""
    count = len(text.replace("-", " ").split())
    return count * 60 / rate + PAUSE * (len(sentences(text)) - 1)
