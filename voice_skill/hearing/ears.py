"""The ears: one thread that owns the microphone and the recognisers and posts what was said.

Other threads only leave a wish (``listen``) in a queue of their own; everything else happens here.  A lost
microphone is reported once, tried again with growing pauses, and reported again when sound comes; so is a
mistake in the program.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, Queue, SimpleQueue

from voice_skill.audio import devices
from voice_skill.errors import VoiceSkillError
from voice_skill.hearing.endpoint import LONGEST, Endpoint, Voices
from voice_skill.hearing.judge import EVIDENT, Judge
from voice_skill.hearing.listener import Listener, Speech
from voice_skill.hearing.microphone import SILENT_REASON, Microphone
from voice_skill.hearing.recogniser import Hearing, Recogniser, SpeechModel
from voice_skill.messages import AudioBack, AudioLost, Event, Heard, ListeningMode

_logger = logging.getLogger(__name__)

LONGEST_WAIT = 30.0
"""Seconds between attempts to open a lost device, once they have doubled."""
PATIENT_TRIES = 15
"""Attempts before they double: who has pulled a plug by mistake puts it back within seconds."""
LOOKS_UP = 0.1
"""Seconds between two looks, meanwhile, whether there is a new list of devices."""
LONGEST_PUT_OFF = 2.0
"""Seconds for which a request under way may be heard to its end although we have begun to speak."""
LONGEST_CALL = 6.0
"""Seconds after which talk is cut in standby: no call is so long, and Vosk needs ever more memory for it."""


def _misunderstood(_: str) -> bool:
    return False


def hear_file(
    recogniser: Recogniser,
    microphone: Microphone,
    complete: Callable[[str], bool] = bool,
    understood: Callable[[str], bool] = _misunderstood,
) -> list[Hearing]:
    """Everything said in an open recording, as fast as the machine can; its rate must be the recogniser's."""
    listener = Listener(recogniser, Endpoint(recogniser.rate, complete, understood))
    speeches = [listener.feed(block) for block in (*microphone.blocks(), *_padding(recogniser.rate))]
    return [speech.hearing for speech in speeches if speech is not None]


def _padding(rate: int) -> list[bytes]:
    """Silence enough to end whatever is still being said when a recording stops."""
    return [bytes(round(rate * 0.04) * 2)] * 40


def _unchanged(block: bytes, _at: float) -> tuple[bytes, Voices]:
    return block, "room"


def _untold(_: bool) -> None:
    return None


@dataclass
class Ears:
    """The thread and what it needs; ``start`` it, ``close`` it."""

    open_microphone: Callable[[], Microphone]
    """Gives a microphone to be opened by ``with``; called again after a loss."""
    model: SpeechModel
    """Loaded before the microphone opens, so that nothing queues up meanwhile."""
    phrases: Mapping[ListeningMode, Sequence[str] | None]
    """What each mode listens for; None stands for all that the model knows."""
    inbox: Queue[Event]
    """Where the events go."""
    clock: Callable[[], float]
    """The app's clock."""
    complete: Callable[[str], bool] = bool
    """Whether a text is a whole request already."""
    understood: Callable[[str], bool] = _misunderstood
    """Whether it would be no surprise if another text were all."""
    interrupts: frozenset[str] = frozenset()
    """Texts that cut in before the person has fallen silent, in interrupt mode."""
    silencing: frozenset[str] = frozenset()
    """Those of them that cut in at once."""
    speaking: Callable[[], str] = str
    """Our own sentence that is in the air, lower case; see ``Judge.is_echo``."""
    without_echo: Callable[[bytes, float], tuple[bytes, Voices]] = _unchanged
    """Takes our own voice out of a block that was recorded by the moment given beside it."""
    on_voice: Callable[[bool], None] = _untold
    """Told when somebody begins and ceases to speak over us, so that we can speak lower."""
    least_confidence: Mapping[ListeningMode, float] = field(
        default_factory=lambda: {"interrupt": 0.65, "standby": 0.8}
    )
    """Below this a hearing is dropped.  In open mode nothing is: the session asks back instead."""
    first_wait: float = 1.0
    """Seconds until a lost microphone is tried again; they double up to thirty."""

    def __post_init__(self) -> None:
        self.judge = Judge(self.phrases, self.interrupts, self.speaking, self.least_confidence)
        self._wanted: SimpleQueue[ListeningMode] = SimpleQueue()
        self._next: ListeningMode | None = None
        self._next_since = 0.0
        self._spoken_over = False
        self._closed = threading.Event()
        self._lost = False
        self._silent = False
        self._early = False
        self._given_out_at = 0.0
        """Audio time up to which something has been made of what was heard."""
        self.lost_sound = 0.0
        """Seconds of sound that were lost, by all microphones that are closed again."""
        self._recognisers: dict[ListeningMode, Recogniser] = {}
        self._thread = threading.Thread(target=self._run, name="ears", daemon=True)

    def start(self) -> None:
        """Begin to listen, in open mode."""
        self._thread.start()

    def listen(self, mode: ListeningMode) -> None:
        """Listen for something else from now on, and afresh; any thread may call it."""
        self._wanted.put(mode)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until a recording has been heard to its end; says whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def close(self) -> None:
        """End the thread and free the recognisers; takes a block, or two seconds with a dead device."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()

    # --- the thread ---------------------------------------------------------------------------------

    def _run(self) -> None:
        wait, tries = self.first_wait, 0
        try:
            while not self._closed.is_set():
                try:
                    with self.open_microphone() as microphone:
                        self._hear(microphone)
                    return
                except VoiceSkillError as error:
                    reason = str(error)
                except Exception as error:  # it must not leave us deaf for the night
                    if not self._lost:
                        _logger.exception("Listening failed, and is tried again.")
                    reason = f"Listening failed because of a mistake in the program ({type(error).__name__})."
                    self._free_recognisers()  # nobody knows in which state they are
                # It worked for a while: begin again with the shortest wait.
                tries = tries + 1 if self._lost else 0
                wait = self.first_wait if tries < PATIENT_TRIES else min(wait * 2, LONGEST_WAIT)
                self._report_lost(reason)
                self._wait(wait, tries < PATIENT_TRIES)
        finally:
            self._free_recognisers()

    def _wait(self, seconds: float, patient: bool) -> None:
        """Wait until the next attempt, or until the loudspeaker has made way for a new list of devices.

        Not twice in a row, and not for ever: each attempt that fails asks the loudspeaker to make way again.
        """
        early, self._early = patient and not self._early, False
        devices.renewed.clear()
        waited = 0.0
        while waited < seconds and not self._closed.wait(LOOKS_UP):
            waited += LOOKS_UP
            if early and devices.renewed.is_set():
                self._early = True
                return

    def _hear(self, microphone: Microphone) -> None:
        """Listen until the microphone ends or is lost."""
        listener = self.attend(microphone)
        try:
            for block in microphone.blocks():
                self.take(listener, block, microphone)
                if self._closed.is_set():
                    return
            for block in _padding(microphone.rate):
                self.take(listener, block, microphone)
        finally:
            self.lost_sound += microphone.lost
            self._tell_spoken_over(False)  # or what we say until the sound is back would be said low

    def attend(self, microphone: Microphone) -> Listener:
        """Turn to a microphone; without the thread, for who brings time of their own."""
        self._make_recognisers(microphone.rate)
        endpoint = Endpoint(microphone.rate, self.complete, self.understood)
        self._given_out_at = 0.0  # by the new endpoint's time
        listener = Listener(self._recognisers[self._mode], endpoint, silencing=self.silencing)
        self._switch(listener, self._mode)
        return listener

    def take(self, listener: Listener, block: bytes, microphone: Microphone) -> None:
        """Take in one block, and post what came of it."""
        self._follow_wishes(listener)
        clean, voices = self.without_echo(block, self.clock() - microphone.behind)
        if voices == "astray":
            self._switch(listener, self._mode)
        again = max(0, len(clean) - len(block))
        since = listener.endpoint.now - again / 2 / microphone.rate
        for begin in range(0, len(clean), len(block)):
            # What comes again must not be obeyed again.
            new = begin >= again or since + begin / 2 / microphone.rate >= self._given_out_at
            if new and not (begin < again and listener.hears_rest):
                self._take_clean(listener, clean[begin : begin + len(block)], voices, microphone)
        self._notice(microphone)

    def _take_clean(self, listener: Listener, block: bytes, voices: Voices, microphone: Microphone) -> None:
        self.judge.count(voices, listener.turn)
        speech = listener.feed(block, voices)
        # Also told when the mode has changed in between, or we would go on speaking low.
        spoken_over = listener.turn == "speaking" and (self._mode == "interrupt" or self._next is not None)
        self._tell_spoken_over(spoken_over and not self.judge.only_rest(EVIDENT - 1))
        if speech is not None and self._mode == "standby":
            speech = self._as_call(speech, listener)
        if speech is not None and self._is_meant(speech.hearing):
            self._post(speech, microphone)
            self._given_out_at = listener.endpoint.now

    def _tell_spoken_over(self, spoken_over: bool) -> None:
        if spoken_over != self._spoken_over:
            self._spoken_over = spoken_over
            self.on_voice(spoken_over)

    def _as_call(self, speech: Speech, listener: Listener) -> Speech | None:
        """What may be a call, as the recogniser that knows all words hears it; None if it is none.

        To the one of standby, which knows calls and little else, "computer" is "cramp".
        """
        if not self.judge.may_be_call(speech.hearing.text):
            return None
        again = listener.heard_again(self._recognisers["open"])
        text, sure = self.judge.call_among(again.alternatives)
        return replace(speech, hearing=Hearing(text, sure)) if text else None

    def _is_meant(self, hearing: Hearing) -> bool:
        silent = self._mode != "interrupt" and self._next is None
        return self.judge.is_meant(hearing.text, hearing.confidence, silent)

    @property
    def _mode(self) -> ListeningMode:
        return self.judge.mode

    def _follow_wishes(self, listener: Listener) -> None:
        """Change the mode as wished, but let a request that began before we spoke be heard to its end."""
        now = listener.endpoint.now
        try:
            while True:
                self._next, self._next_since = self._wanted.get_nowait(), now
        except Empty:
            pass
        if self._next == self._mode:
            self._next = None  # a sentence has ended and the next one begun: whoever speaks over both goes on
        if self._next is None:
            return
        if not self._heard_out(listener) or now - self._next_since > LONGEST_PUT_OFF:
            mode, self._next = self._next, None
            self._switch(listener, mode)

    def _heard_out(self, listener: Listener) -> bool:
        """Whether a change of mode would cut somebody's words in two."""
        if listener.turn not in ("started", "speaking"):
            return False
        if self._mode == "open":
            return self._next in ("interrupt", "standby")
        # What we have just said may still ring in the room, and must not be taken for a request.
        own = not listener.recogniser.partial or self.judge.is_echo(listener.recogniser.partial)
        return self._mode == "interrupt" and not own

    def _post(self, speech: Speech, microphone: Microphone) -> None:
        ended_at = self.clock() - microphone.behind - speech.since_end
        heard = speech.hearing
        self.inbox.put(Heard(heard.text, heard.confidence, ended_at, heard.alternatives))

    def _switch(self, listener: Listener, mode: ListeningMode) -> None:
        afresh = self._mode == "interrupt"  # the last moment may hold the end of our own sentence
        self.judge.mode = mode
        listener.endpoint.longest = LONGEST_CALL if mode == "standby" else LONGEST
        if mode == "interrupt":
            beside = self._recognisers["open"]
            few = self.judge.few
            listener.use(self._recognisers[mode], self.judge.cuts_in, afresh, beside, few)
        else:
            listener.use(self._recognisers[mode], afresh=afresh)

    def _make_recognisers(self, rate: int) -> None:
        """One for each mode; made anew only when another device runs at another rate."""
        if any(recogniser.rate == rate for recogniser in self._recognisers.values()):
            return
        self._free_recognisers()
        self._recognisers = {
            mode: self.model.recogniser(rate, said, alternatives=mode == "open")
            for mode, said in self.phrases.items()
        }

    def _free_recognisers(self) -> None:
        for recogniser in self._recognisers.values():
            recogniser.close()
        self._recognisers = {}

    def _notice(self, microphone: Microphone) -> None:
        """Report a change in what the microphone gives; called with each block that was taken in well."""
        if microphone.silent and not self._silent:
            self._silent, self._lost = True, False  # plugged in again, and muted: that is news
            self._report_lost(SILENT_REASON)
        elif not microphone.silent and (self._lost or self._silent):
            self._lost = self._silent = False
            self.inbox.put(AudioBack("microphone"))

    def _report_lost(self, reason: str) -> None:
        if not self._lost:
            self._lost = True
            self.inbox.put(AudioLost("microphone", reason))
