"""What the threads say to each other: events into the session, effects out of it.

All are frozen, hold no resources, and can be written to the event log as they stand.
Times are seconds on the app's one clock; they only ever grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Part: TypeAlias = Literal["microphone", "speaker", "voice", "memory", "wake_phrase"]
Tone: TypeAlias = Literal["listening", "halfway", "ease"]
ListeningMode: TypeAlias = Literal["open", "interrupt", "standby"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the hearings of an utterance."""

    text: str
    share: float
    """How likely, 0 to 1; the shares of one utterance sum to one."""


# --- events ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """The person said something."""

    text: str
    """Words as recognised or typed; may be anything, of any length."""
    confidence: float = 1.0
    """Mean confidence of the words, 0 to 1; typed text has 1."""
    ended_at: float | None = None
    """When the last sound of speech ended, or None when that is not known (typed text)."""
    alternatives: tuple[Alternative, ...] = ()
    """The likeliest hearings, ``text`` mostly among them; none where nothing else was looked for."""


@dataclass(frozen=True, slots=True)
class SpeechFinished:
    """The last sample of an utterance has left the loudspeaker (or could not be played)."""

    utterance: int


@dataclass(frozen=True, slots=True)
class TimeReached:
    """The moment that ``Session.deadline`` named has come."""


@dataclass(frozen=True, slots=True)
class AudioLost:
    """A part stopped working, or never did; ``reason`` is a sentence with the remedy."""

    part: Part
    reason: str


@dataclass(frozen=True, slots=True)
class AudioBack:
    """A part that was lost works again."""

    part: Part


@dataclass(frozen=True, slots=True)
class Closed:
    """The person is gone: end of input, or the program was told to end."""


Event: TypeAlias = Heard | SpeechFinished | TimeReached | AudioLost | AudioBack | Closed


# --- effects --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Speak ``text`` after whatever is still being spoken; answered by one SpeechFinished."""

    utterance: int
    """Counts up from 1; the name by which this utterance is finished or cancelled."""
    text: str
    """Plain words and sentence marks, slots already filled in."""


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Fall silent within a block or two; utterances not yet spoken are dropped without an event."""


@dataclass(frozen=True, slots=True)
class PlayTone:
    """Play an earcon, after what is being spoken."""

    name: Tone


@dataclass(frozen=True, slots=True)
class ListenFor:
    """What the recogniser shall expect from now on.

    ``open``: everything the bundle knows.  ``interrupt``: we are speaking, only words that may cut in.
    ``standby``: only the wake phrase and calls for help with a cramp.
    """

    mode: ListeningMode


@dataclass(frozen=True, slots=True)
class SetVoice:
    """Speak from now on with ``rate`` words a minute and ``volume`` 0 to 1."""

    rate: int
    volume: float


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep ``value`` (JSON text) under ``key`` across a crash; None forgets it."""

    key: str
    value: str | None


Effect: TypeAlias = Say | StopSpeaking | PlayTone | ListenFor | SetVoice | Remember
