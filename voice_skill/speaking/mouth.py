"""The mouth: one thread that speaks what it is given, in order, and can be silenced at any block.

Every order has a number.  ``stop`` cancels all orders issued before it, by that number: there is no flag
that a later order could find still set.  The next sentence is rendered (by a thread of the voice's own)
while the present one plays.  The utterance that is cut short is finished as well, so every utterance
that began ends in one SpeechFinished; those that had not begun end without.

Without a voice there is a tone and a printed line, without a loudspeaker a printed line; the conversation
goes on either way.  But who has pulled a plug puts it back: for fifteen seconds after the loss of a
loudspeaker that worked, what cannot be heard is only shown and not taken for finished, so that the
conversation waits; when the loudspeaker is back, it is spoken from its beginning.  A loudspeaker that goes
while nothing is said is noticed as well, and opened again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from typing import cast

import numpy as np

from voice_skill.audio.sound import Samples, Sound, resample, silence
from voice_skill.core.text import sentences
from voice_skill.errors import AudioDeviceError
from voice_skill.messages import AudioBack, AudioLost, Event, Part, SpeechFinished, Tone
from voice_skill.speaking.speaker import BLOCK_SECONDS, Speaker
from voice_skill.speaking.tones import tone
from voice_skill.speaking.voice import Voice

_logger = logging.getLogger(__name__)

PAUSE = 0.7
"""Seconds between two sentences."""
LONGEST_WAIT = 30.0
"""Seconds between attempts to open a lost loudspeaker, once they have doubled from one."""
PATIENT_TRIES = 10
"""Attempts before they double."""
HELD_BACK = 15.0
"""Seconds after the loss of a loudspeaker for which the conversation waits for its return."""
LOOKED_AFTER = 0.5
"""Seconds between two looks at a loudspeaker that has nothing to play."""
DUCKED = 0.25
"""What is left of the volume while somebody speaks over us."""
_TAIL = 0.7
_RENDERINGS = 4
"""Sentences that may be rendered at once: one is enough, but what was cancelled may hang for a while."""


@dataclass(frozen=True, slots=True)
class _Order:
    number: int
    utterance: int | None
    """None for a tone."""
    content: str


def _nothing_marked(_utterance: int, _at: float) -> None:
    return None


@dataclass
class Mouth:
    """The thread and what it needs; ``start`` it, ``close`` it."""

    voice: Voice
    open_speaker: Callable[[], Speaker]
    """Gives an open speaker, or raises AudioDeviceError; called again after a loss."""
    inbox: Queue[Event]
    """Where the events go."""
    clock: Callable[[], float]
    """The app's clock."""
    show: Callable[[str], None] = print
    """Puts a line on the screen, for what could not be heard."""
    on_first_sample: Callable[[int, float], None] = _nothing_marked
    """Told the utterance and when its first sample is heard, to within a block."""
    volume: float = 1.0
    """Gain of the samples, 0 to 1."""
    pause: float = PAUSE
    """Seconds between two sentences."""
    first_wait: float = 1.0
    """Seconds until a lost loudspeaker is tried again; they double up to thirty."""
    sleep: Callable[[float], None] = time.sleep
    """Waits by the app's clock."""

    def __post_init__(self) -> None:
        self._orders: Queue[_Order | None] = Queue()
        self._issued = 0
        self._cancelled = 0
        self._ducked = False
        self._speaker: Speaker | None = None
        self._lost: set[Part] = set()
        self._wait, self._tries = self.first_wait, 0
        self._try_again_at = self._held_until = 0.0
        self._reason = ""
        self._sentence = ""
        self._previous = ""
        self._previous_until = 0.0
        self._renderer = ThreadPoolExecutor(_RENDERINGS, "voice")
        self._thread = threading.Thread(target=self._run, name="mouth", daemon=True)

    # --- orders: called by the main thread ------------------------------------------------------------

    def start(self) -> None:
        """Open the loudspeaker and wait for orders."""
        self._thread.start()

    def say(self, utterance: int, text: str) -> None:
        """Speak the text after everything ordered before."""
        self._order(utterance, text)

    def tone(self, name: Tone) -> None:
        """Sound an earcon after everything ordered before."""
        self._order(None, name)

    def stop(self) -> None:
        """Fall silent within a block or two; everything ordered so far is cancelled."""
        self._cancelled = self._issued

    def set_voice(self, rate: int, volume: float) -> None:
        """Speak at another rate from the next sentence on, and at another volume at once."""
        self.voice.rate = rate
        self.volume = min(1.0, max(0.0, volume))
        self._turn_volume()

    def duck(self, down: bool) -> None:
        """Speak lower while somebody speaks over us, so that the rest of their words is heard."""
        self._ducked = down
        self._turn_volume()

    @property
    def speaking(self) -> str:
        """The sentences that are in the air now or were a moment ago, lower case without marks; or empty."""
        previous = self._previous if self.clock() < self._previous_until else ""
        return f"{previous} {self._sentence}".strip()

    @property
    def idle(self) -> bool:
        """Whether all orders have been carried out."""
        return not self._orders.unfinished_tasks

    def close(self, finish: bool = False) -> None:
        """End the thread, after all orders when ``finish`` is set; closes the loudspeaker, not the voice."""
        if not finish:
            self.stop()
        self._orders.put(None)
        if self._thread.is_alive():
            self._thread.join()
        self._renderer.shutdown(wait=False, cancel_futures=True)

    def _turn_volume(self) -> None:
        speaker = self._speaker
        if speaker is not None:
            speaker.gain = self.volume * (DUCKED if self._ducked else 1.0)

    def _order(self, utterance: int | None, content: str) -> None:
        self._issued += 1
        self._orders.put(_Order(self._issued, utterance, content))

    # --- the thread ---------------------------------------------------------------------------------

    def _run(self) -> None:
        self._seek_speaker()
        while True:
            try:
                order = self._orders.get(timeout=self._seconds_to_look())
            except Empty:
                self._look_after_speaker()
                continue
            if order is not None and order.number > self._cancelled:
                self._carry_out(order)
                self._make_way_after(order)
            self._orders.task_done()
            if order is None:
                break
        self._drop_speaker()

    def _carry_out(self, order: _Order) -> None:
        """See to it that whoever waits for the end is told of it, and that the next order gets its turn."""
        try:
            self._utter(order)
        except Exception as error:
            if "speaker" not in self._lost:
                _logger.exception("Speaking failed.")
            self._report("speaker", f"Speaking failed because of a mistake in the program: {error}.")
            self._show(order)
        finally:
            if order.utterance is not None:
                self.inbox.put(SpeechFinished(order.utterance))

    def _utter(self, order: _Order) -> None:
        """Speak it, from the beginning again after a short loss of the loudspeaker; or show it."""
        shown = False
        while order.number > self._cancelled:
            if self._speaker is None and self.clock() >= self._try_again_at:
                self._seek_speaker()
            if self._speaker is not None:
                try:
                    self._sound(self._speaker, order)
                    return
                except AudioDeviceError as error:
                    if not shown:
                        self._held_until = self.clock() + HELD_BACK
                    self._lose_speaker(error)
            if not shown:
                self._show(order)
                shown = True
            if self.clock() >= self._held_until:
                return
            self.sleep(BLOCK_SECONDS)

    def _sound(self, speaker: Speaker, order: _Order) -> None:
        if order.utterance is None:
            self._play(speaker, order, tone(cast("Tone", order.content), speaker.rate))
        else:
            self._speak(speaker, order)

    def _speak(self, speaker: Speaker, order: _Order) -> None:
        said = sentences(order.content)
        ahead = self._render(said[0]) if said else None
        for index, sentence in enumerate(said):
            sound = self._await(ahead, order) if ahead is not None else None
            if self._silenced(speaker, order):
                break
            ahead = self._render(said[index + 1]) if index + 1 < len(said) else None
            if sound is None:
                self._play(speaker, order, tone("halfway", speaker.rate))
                self._print(sentence)
                continue
            if index:
                speaker = self._made_way(speaker, order)
            samples = resample(sound, speaker.rate).samples
            if index:
                samples = np.concatenate([silence(self.pause, speaker.rate), samples])
            elif order.utterance is not None:
                self.on_first_sample(order.utterance, self.clock() + speaker.waiting + speaker.latency)
            self._sentence = _bare(sentence)
            if not self._play(speaker, order, samples):
                break
            self._pass_on()
        else:
            self._drain(speaker, order)
        self._pass_on()

    def _pass_on(self) -> None:
        """Remember the sentence for the moment that the room still rings with it."""
        if self._sentence:
            self._previous, self._previous_until = self._sentence, self.clock() + _TAIL
        self._sentence = ""

    def _silenced(self, speaker: Speaker, order: _Order) -> bool:
        """Fall silent if the order has been cancelled; says whether it has."""
        if order.number > self._cancelled:
            return False
        speaker.stop()
        speaker.drain()
        return True

    def _drain(self, speaker: Speaker, order: _Order) -> None:
        speaker.drain(lambda: order.number <= self._cancelled)

    def _play(self, speaker: Speaker, order: _Order, samples: Samples) -> bool:
        """Play to the end, or fall silent when cancelled; says whether it was played to the end."""
        for block in _blocks(samples, round(BLOCK_SECONDS * speaker.rate)):
            if self._silenced(speaker, order):
                return False
            speaker.play(block)
            self._tell_return(speaker)
        return True

    # --- the voice ----------------------------------------------------------------------------------

    def _render(self, sentence: str) -> Future[Sound]:
        return self._renderer.submit(self.voice.render, sentence, self.voice.rate)

    def _await(self, rendering: Future[Sound], order: _Order) -> Sound | None:
        """Wait for the sound; None when it was cancelled or cannot be made."""
        while order.number > self._cancelled:
            try:
                sound = rendering.result(timeout=BLOCK_SECONDS)
            except NotYet:
                continue
            except Exception as error:  # mostly a VoiceError; whatever it is, the words are shown instead
                self._report("voice", str(error))
                return None
            self._report_back("voice")
            return sound
        return None

    # --- the loudspeaker ----------------------------------------------------------------------------

    def _seconds_to_look(self) -> float:
        return LOOKED_AFTER if self._speaker is not None else max(0.0, self._try_again_at - self.clock())

    def _look_after_speaker(self) -> None:
        """Notice that it has gone or is back before it is needed, and let a microphone be found."""
        if self._speaker is None:
            self._seek_speaker()
            return
        try:
            self._speaker.watch()
            self._tell_return(self._speaker)
            if self._speaker.makes_way():
                self._open_again()
        except AudioDeviceError as error:
            self._held_until = self.clock() + HELD_BACK
            self._lose_speaker(error)

    def _made_way(self, speaker: Speaker, order: _Order) -> Speaker:
        """Let a microphone be found between two sentences; gives the loudspeaker to go on with."""
        if not speaker.makes_way():
            return speaker
        self._drain(speaker, order)
        self._open_again()
        if self._speaker is None:
            raise AudioDeviceError(self._reason)
        return self._speaker

    def _make_way_after(self, order: _Order) -> None:
        """The same between two utterances, which may follow one another without a pause."""
        if self._speaker is None or not self._speaker.makes_way():
            return
        try:
            self._drain(self._speaker, order)
            self._open_again()
        except AudioDeviceError as error:
            self._held_until = self.clock() + HELD_BACK
            self._lose_speaker(error)

    def _open_again(self) -> None:
        self._held_until = self.clock() + HELD_BACK
        self._drop_speaker()
        self._seek_speaker()

    def _seek_speaker(self) -> None:
        try:
            self._speaker = self.open_speaker()
            self._turn_volume()
        except Exception as error:  # mostly an AudioDeviceError; whatever it is, the next try may succeed
            self._lose_speaker(error)
            return
        self._wait, self._tries = self.first_wait, 0
        self._tell_return(self._speaker)

    def _tell_return(self, speaker: Speaker) -> None:
        """Once it plays, and not already when it can be opened."""
        if speaker.alive:
            self._report_back("speaker")

    def _lose_speaker(self, error: Exception) -> None:
        """Drop it until the next try."""
        self._reason = str(error)
        self._report("speaker", self._reason)
        self._drop_speaker()
        self._try_again_at = self.clock() + self._wait
        self._tries += 1
        if self._tries > PATIENT_TRIES:
            self._wait = min(self._wait * 2, LONGEST_WAIT)

    def _drop_speaker(self) -> None:
        speaker, self._speaker = self._speaker, None
        self._sentence = ""
        if speaker is not None:
            try:
                speaker.close()
            except Exception as error:  # a file that cannot be written fails only now
                self._report("speaker", str(error))

    def _report(self, part: Part, reason: str) -> None:
        if part not in self._lost:
            self._lost.add(part)
            self.inbox.put(AudioLost(part, reason))
            if part == "speaker":
                self._print(reason)  # nobody could hear it said

    def _report_back(self, part: Part) -> None:
        if part in self._lost:
            self._lost.discard(part)
            self.inbox.put(AudioBack(part))

    def _show(self, order: _Order) -> None:
        if order.utterance is not None and order.number > self._cancelled:
            self._print(order.content)

    def _print(self, line: str) -> None:
        with suppress(Exception):  # a closed terminal, for one, must not make us mute
            self.show(line)


def _blocks(samples: Samples, length: int) -> Iterator[Samples]:
    for at in range(0, len(samples), length):
        yield samples[at : at + length]


def _bare(sentence: str) -> str:
    kept = (letter if letter.isalnum() or letter == "'" else " " for letter in sentence.lower())
    return " ".join("".join(kept).split())
