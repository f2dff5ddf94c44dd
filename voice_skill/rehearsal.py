"""The whole chain on virtual time: a person with a synthetic voice, the real recogniser, session and voice.

What the person says goes as sound through the recogniser; what the skill says is rendered and laid on the
same track.  Nothing waits for a clock, so a routine of five minutes takes seconds.  The ``demo`` command
shows it where there is no microphone, and the tests hold it against what should happen.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

import numpy as np

from voice_skill.audio.sound import SPEECH_RATE, Samples, Sound, resample, silence
from voice_skill.core.interpreter import Interpreter
from voice_skill.core.session import Session
from voice_skill.core.text import sentences
from voice_skill.core.wholeness import Wholeness
from voice_skill.hearing.endpoint import Endpoint
from voice_skill.hearing.listener import Listener
from voice_skill.hearing.recogniser import Hearing, Recogniser
from voice_skill.messages import (
    Effect,
    Event,
    Heard,
    ListenFor,
    ListeningMode,
    PlayTone,
    Say,
    SetVoice,
    SpeechFinished,
    StopSpeaking,
    TimeReached,
)
from voice_skill.speaking.mouth import PAUSE
from voice_skill.speaking.tones import tone
from voice_skill.speaking.voice import Voice

RATE = 22_050
"""Samples a second of the track."""
ANSWER_TIME = 1.5
"""Seconds that the person gives the skill to begin its answer."""
_BLOCK = round(0.04 * SPEECH_RATE)
_FADE = round(0.008 * RATE)


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that the person says."""

    text: str
    wait: float = 1.0
    """Seconds after the skill fell silent, or after it began to speak where ``over`` is set."""
    over: bool = False
    """Said while the skill is speaking."""
    patience: float = 60.0
    """Seconds after which it is said whatever the skill is doing."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline."""

    at: float
    """Seconds from the beginning."""
    kind: Literal["asked", "heard", "understood", "said", "silent", "tone"]
    text: str


@dataclass
class Rehearsal:
    """One conversation; ``run`` it once."""

    session: Session
    interpreter: Interpreter
    wholeness: Wholeness
    voice: Voice
    """The skill's."""
    person: Voice
    """The person's; another voice, so that they can be told apart."""
    recognisers: Mapping[ListeningMode, Recogniser] | None
    """At 16,000 samples a second; None hands the words over as text."""
    moments: list[Moment] = field(default_factory=list)
    """What happened, in order."""

    def __post_init__(self) -> None:
        self._now = 0.0
        self._order = count()
        self._due: list[tuple[float, int, Event]] = []
        self._pieces: list[tuple[float, Samples]] = []
        self._speaking_until = 0.0
        self._speaking_since = 0.0
        self._mode: ListeningMode = "open"
        self._voice = SetVoice(self.voice.rate, 1.0)
        self._turn_began = 0.0

    def run(self, turns: Sequence[Turn], until: float = 0.0) -> None:
        """Say all turns, then go on until the skill is silent and the time ``until`` has passed."""
        self._carry_out(self.session.start(0.0))
        waiting = list(turns)
        while True:
            said_at = self._said_at(waiting[0]) if waiting else None
            at = min((time for time in (said_at, self._next_due()) if time is not None), default=None)
            answered = not waiting and not any(isinstance(event, Heard) for _, _, event in self._due)
            if at is None or (answered and at > max(until, self._speaking_until)):
                return
            self._now = max(self._now, at)
            if said_at is not None and at == said_at:
                self._speak_as_person(waiting.pop(0))
            else:
                self._pass_on()

    @property
    def track(self) -> Sound:
        """Everything that was to be heard, both voices."""
        length = max((round(at * RATE) + len(piece) for at, piece in self._pieces), default=0)
        mixed = np.zeros(length, dtype=np.int32)
        for at, piece in self._pieces:
            start = round(at * RATE)
            mixed[start : start + len(piece)] += piece
        return Sound(np.clip(mixed, -32768, 32767).astype(np.int16), RATE)

    # --- time ----------------------------------------------------------------------------------------

    def _said_at(self, turn: Turn) -> float:
        """When the person will say it, as things stand."""
        begins = self._speaking_since if turn.over else max(self._speaking_until, self._turn_began)
        return max(self._now, min(begins + turn.wait, self._turn_began + turn.patience))

    def _next_due(self) -> float | None:
        deadline = self.session.deadline()
        return min(
            (time for time in (self._due[0][0] if self._due else None, deadline) if time is not None),
            default=None,
        )

    def _pass_on(self) -> None:
        """Hand the session what is due now."""
        event: Event = TimeReached()
        if self._due and self._due[0][0] <= self._now:
            event = heapq.heappop(self._due)[2]
        if isinstance(event, Heard):
            self._note("heard", event.text)
            meant = self.interpreter.hear(event, self.session.context)
            self._note("understood", f"{meant.intent}, {meant.tier}")
        self._carry_out(self.session.handle(event, self._now))

    def _expect(self, at: float, event: Event) -> None:
        heapq.heappush(self._due, (at, next(self._order), event))

    # --- the person ----------------------------------------------------------------------------------

    def _speak_as_person(self, turn: Turn) -> None:
        sound = resample(self.person.render(turn.text), RATE)
        self._note("asked", turn.text)
        self._pieces.append((self._now, sound.samples))
        began = self._now
        self._turn_began = began + sound.seconds + ANSWER_TIME
        for seconds, ended, hearing in self._recognise(turn.text, sound):
            heard = Heard(hearing.text, hearing.confidence, began + ended, hearing.alternatives)
            self._expect(began + seconds, heard)

    def _recognise(self, text: str, sound: Sound) -> Iterator[tuple[float, float, Hearing]]:
        """What the recogniser makes of it: when it is known, when it ended, and what it is."""
        if self.recognisers is None:
            yield sound.seconds, sound.seconds, Hearing(text, 1.0)
            return
        recogniser = self.recognisers[self._mode]
        recogniser.reset()
        endpoint = Endpoint(SPEECH_RATE, self.wholeness.is_whole, self.wholeness.may_be_whole)
        listener = Listener(recogniser, endpoint)
        room = silence(1.6, SPEECH_RATE)
        heard = np.concatenate([room[: 10 * _BLOCK], resample(sound, SPEECH_RATE).samples, room])
        for end in range(_BLOCK, len(heard), _BLOCK):
            speech = listener.feed(heard[end - _BLOCK : end].tobytes())
            if speech:
                seconds = (end - 10 * _BLOCK) / SPEECH_RATE
                yield seconds, seconds - speech.since_end, speech.hearing

    # --- the skill -----------------------------------------------------------------------------------

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Say(utterance, text):
                    self._say(utterance, text)
                case StopSpeaking():
                    self._fall_silent()
                case PlayTone(name):
                    self._note("tone", name)
                    self._lay(tone(name, RATE))
                case ListenFor(mode):
                    self._mode = mode
                case SetVoice():
                    self._voice = effect

    def _say(self, utterance: int, text: str) -> None:
        began = max(self._now, self._speaking_until)
        if began > self._speaking_until:
            self._speaking_since = began
        self.moments.append(Moment(began, "said", text))
        for index, sentence in enumerate(sentences(text)):
            gap = silence(PAUSE if index else 0.0, RATE)
            sound = resample(self.voice.render(sentence, self._voice.rate), RATE).samples
            self._lay(np.concatenate([gap, sound]))
        self._expect(self._speaking_until, SpeechFinished(utterance))

    def _lay(self, samples: Samples) -> None:
        at = max(self._now, self._speaking_until)
        self._pieces.append((at, samples))
        self._speaking_until = at + len(samples) / RATE

    def _fall_silent(self) -> None:
        """Cut the skill's own pieces off where they are, with a short fade."""
        self._note("silent", "")
        self._due = [due for due in self._due if not isinstance(due[2], SpeechFinished)]
        heapq.heapify(self._due)
        self.moments = [moment for moment in self.moments if moment.at <= self._now]
        self._pieces = [(at, _cut(piece, self._now - at)) for at, piece in self._pieces if at < self._now]
        self._speaking_until = self._now

    def _note(self, kind: Literal["asked", "heard", "understood", "silent", "tone"], text: str) -> None:
        self.moments.append(Moment(self._now, kind, text))


def _cut(piece: Samples, seconds: float) -> Samples:
    end = round(seconds * RATE)
    if end >= len(piece):
        return piece
    tail = piece[end : end + _FADE]
    fade = np.linspace(1, 0, len(tail))
    return np.concatenate([piece[:end], (tail * fade).astype(np.int16)])
