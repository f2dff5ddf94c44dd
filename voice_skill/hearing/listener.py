"""From blocks to utterances: the recogniser and the endpoint working together, without a thread or a clock.

A recording goes through the same code as a microphone, in audio time.

Quiet is not given to the recogniser at all: that would cost most of an idle night's work, and noise would be
decoded as words.  The last moment before somebody begins is kept, so that a soft beginning is not lost.

While we speak, two recognisers hear the same: one that knows only the short words that cut in, and is seldom
wrong about them, and beside it one that knows everything, for a longer request.  A text that may cut in is
given out as soon as it has stood for a few blocks, without waiting for quiet.  What follows it in the same
breath counts only if it is a request of its own, as in "stop, and tell me about magnesium"; otherwise
"stop the routine" would be two requests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from voice_skill.hearing.endpoint import Endpoint, Turn, Voices
from voice_skill.hearing.recogniser import GARBAGE, Hearing, Recogniser

_SURE = 0.6
_JOINS = frozenset({"and", "then", "now", "please"})
_WHOLE, _LONG = 3, 4
"""Words after a cut-in that are a request of their own if they are a whole one, and in any case."""


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Speech:
    """One finished utterance with its place in audio time."""

    hearing: Hearing
    since_end: float
    """Seconds of sound between the last voiced block and the decision that it was over."""


@dataclass
class Listener:
    """Hears with one recogniser until told otherwise."""

    recogniser: Recogniser
    endpoint: Endpoint
    beside: Recogniser | None = None
    """Hears the same, for requests that are longer than the first one's phrases."""
    cuts_in: Callable[[str], bool] = _never
    """Whether a text shall be given out before the speech has ended."""
    silencing: Collection[str] = ()
    """Texts at which falling silent does no harm, even where they only begin something else."""
    stable_blocks: int = 3
    """Blocks for which such a text must not change."""
    patient_blocks: int = 12
    """The same for all others that cut in: "next" may be the beginning of "next door they have a dog"."""
    breath: float = 0.3
    """Seconds of quiet after which the rest of a cut-in is over."""
    longest_rest: float = 2.0
    """Seconds after which it is over where no words come; the room may not be quiet."""
    longest_request: float = 6.0
    """Seconds after which it is over in any case."""
    before: float = 0.5
    """Seconds of sound from before a beginning that the recogniser is given as well."""
    longest_again: float = 3.0
    """Seconds of sound that are at most heard once more, since that takes a moment."""
    turn: Turn = "quiet"
    """What the last block was."""

    _few: Collection[str] = ()
    _kept: deque[bytes] = field(default_factory=deque)
    _sound: list[bytes] = field(default_factory=list)
    """All that the recogniser was given of this utterance."""
    _finished: list[bytes] = field(default_factory=list)
    """The same of the last one that has ended."""
    _same: int = 0
    _last: str = ""
    _cut_in_at: float | None = None
    _cut_in_with: str = ""
    _rest: Recogniser | None = None
    """Hears the breath that cut in once more, from its beginning to its end."""

    def use(
        self,
        recogniser: Recogniser,
        cuts_in: Callable[[str], bool] = _never,
        afresh: bool = True,
        beside: Recogniser | None = None,
        few: Collection[str] = (),
    ) -> None:
        """Listen with another recogniser, or with the same one for another purpose.

        ``afresh`` drops what sounded in the last moment; otherwise it still counts as the beginning of what
        follows.  ``few`` are the phrases of the first of two recognisers.
        """
        self.recogniser, self.cuts_in, self.beside, self._few = recogniser, cuts_in, beside, few
        if self._cut_in_at is not None:
            return  # the rest of the breath that cut in is still to be heard
        if afresh or self.turn != "quiet":
            self._restart()
        else:
            self._wind_back()

    def feed(self, block: bytes, voices: Voices = "room") -> Speech | None:
        """Take in a block; give the utterance that it ended, if any."""
        text = ""
        if self.turn in ("started", "speaking") and self._cut_in_at is None:
            self._accept(block)
            text = self.recogniser.partial
        else:
            self._keep(block)
        self.turn = self.endpoint.process(block, text, voices)
        if self._cut_in_at is not None:
            return self._hear_rest(block, self._cut_in_at)
        if self.turn == "started":
            self._give_kept()
        self._same = self._same + 1 if text == self._last else 1
        self._last = text
        if self.turn == "ended":
            return self._finish()
        if self.turn != "quiet" and self._same >= self._blocks_for(text) and self._cuts_in(text):
            return self._cut_in(text)
        return None

    @property
    def hears_rest(self) -> bool:
        """Whether a text has cut in, and the rest of its breath is being heard."""
        return self._cut_in_at is not None

    def heard_again(self, recogniser: Recogniser) -> Hearing:
        """What another recogniser makes of the utterance that was given out last."""
        recogniser.reset()
        for block in self._finished:
            recogniser.accept(block)
        return recogniser.finish()

    def _cut_in(self, text: str) -> Speech | None:
        """Give out a text in mid-speech, or wait on where it does not stand at a second look.

        The recogniser names a word from its first sound on, but what ends within a word has none; and the few
        words fit the beginning of many another.
        """
        speech = self._finish()
        sound = self._finished
        short = sum(map(len, sound)) / 2 / self.recogniser.rate <= self.longest_again
        if short and not (speech and speech.hearing.text.split()[: len(text.split())] == text.split()):
            for block in sound:
                self._accept(block)
            return None
        self._cut_in_at, self._cut_in_with = self.endpoint.now, text
        if self.beside and short:
            self._rest = self.beside
            for block in sound:
                self._rest.accept(block)
        return _as_far_as(text, speech)

    def _accept(self, block: bytes) -> None:
        self._sound.append(block)
        self.recogniser.accept(block)
        if self.beside:
            self.beside.accept(block)

    def _blocks_for(self, text: str) -> int:
        return self.stable_blocks if text in self.silencing else self.patient_blocks

    def _cuts_in(self, text: str) -> bool:
        """Whether it cuts in, and is not a longer request forced onto a short word."""
        spare = 1 if text in self.silencing else 0
        longer = self.beside is not None and len(self.beside.partial.split()) > len(text.split()) + spare
        return not longer and self.cuts_in(text)

    def _keep(self, block: bytes) -> None:
        self._kept.append(block)
        seconds = sum(map(len, self._kept)) / 2 / self.recogniser.rate
        while seconds > self.before and len(self._kept) > 1:
            seconds -= len(self._kept.popleft()) / 2 / self.recogniser.rate

    def _give_kept(self) -> None:
        for block in self._kept:
            self._accept(block)
        self._kept.clear()

    def _hear_rest(self, block: bytes, since: float) -> Speech | None:
        """Go on to the end of the breath; give what followed the cut-in, if it is a whole request."""
        now = self.endpoint.now
        if self._rest:
            self._rest.accept(block)
        more = self._rest is not None and len(self._rest.partial.split()) > len(self._cut_in_with.split()) + 1
        quiet = now - max(since, self.endpoint.last_voice_at)
        most = self.longest_request if more else self.longest_rest
        enough = self.endpoint.quiet_when_complete if more else self.breath
        if self.turn not in ("ended", "quiet") and quiet <= enough and now - since <= most:
            return None
        rest = None
        if self._rest and more:
            rest = _after(self._cut_in_with, self._rest.finish(), self._is_whole)
        self._cut_in_at, self._rest = None, None
        self._restart()
        return Speech(rest, quiet) if rest else None

    def _is_whole(self, text: str) -> bool:
        return self.endpoint.complete(text) or self.endpoint.understood(text)

    def _finish(self) -> Speech | None:
        self._finished = self._sound
        hearing = self.recogniser.finish()
        if self.beside:
            hearing = surer(hearing, self.beside.finish(), self._few)
        speech = Speech(hearing, self.endpoint.now - self.endpoint.last_voice_at)
        self._begin_anew()
        return speech if speech.hearing.text else None

    def _restart(self) -> None:
        self.endpoint.reset()
        self.turn = "quiet"
        self._kept.clear()  # it may hold the end of our own sentence
        self._wind_back()

    def _wind_back(self) -> None:
        self.recogniser.reset()
        if self.beside:
            self.beside.reset()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._same, self._last, self._sound = 0, "", []


def surer(short: Hearing, long: Hearing, few: Collection[str]) -> Hearing:
    """Which of two hearings of the same sound is to be believed: the short one if it fits it all.

    What is none of the few phrases is a longer request forced onto pieces of them.
    """
    if short.text and short.text not in few:
        return long if long.text else short
    longer = len(long.text.split()) > len(short.text.split()) + 1
    if short.confidence >= _SURE and not longer:
        return short
    return long if long.confidence >= max(_SURE, short.confidence) or longer else short


def _after(begun: str, hearing: Hearing, whole: Callable[[str], bool]) -> Hearing | None:
    """What was said after a cut-in, or all where that was misheard, if it is sure and a request."""
    rest = [word for word in hearing.words if word.text != GARBAGE]
    count = len(begun.split())
    after = [word.text for word in rest[:count]] == begun.split()
    if after:
        rest = rest[count + (len(rest) > count and rest[count].text in _JOINS) :]
    if len(rest) < _WHOLE:
        return None
    text = " ".join(word.text for word in rest)
    sure = sum(word.confidence for word in rest) / len(rest)
    request = (after and len(rest) >= _LONG) or whole(text)
    return Hearing(text, sure, tuple(rest)) if sure >= _SURE and request else None


def _as_far_as(text: str, speech: Speech | None) -> Speech | None:
    """Cut what was only begun off the end: the sound after a cut-in is forced onto some word or other."""
    if speech is None or not speech.hearing.text.startswith(f"{text} "):
        return speech
    return replace(speech, hearing=replace(speech.hearing, text=text, alternatives=()))
