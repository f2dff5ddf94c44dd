"""From the loudspeaker's samples to the microphone's: which of ours may be sounding in what is heard now.

``played`` is called by PortAudio's thread with all that goes out, zeros included, and only puts it into a
queue; everything else is done by the ears' thread in ``without_echo``.  Two streams that never stop
keep their distance, so that is measured once from the moments at which pieces come and go; how late the
sound arrives beyond that (buffers, the air) is found by correlation while we speak, up to half a second,
and looked after from then on.
"""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, SimpleQueue

import numpy as np

from voice_skill.audio.sound import SPEECH_RATE, Samples, from_floats
from voice_skill.audio.streams import Pace, Resampler, Wave
from voice_skill.hearing.drift import SPARE, Drift, shifted, top
from voice_skill.hearing.echo import HOP, PARTS, EchoFilter, Softener
from voice_skill.hearing.endpoint import Voices

_LONGEST = 12_288
"""Samples of delay that are looked for, beyond what the clocks say and ``_SPARE``."""
_SPARE = 2_400
"""Samples by which the clocks may have been read too late."""
_LOOK = 8_192
"""Samples of each of our own and of what is heard that are compared."""
_KEPT = 16_000
"""Samples of what is heard that are kept, to be heard again once it is known where our echo is in them."""
_EVERY = 25
"""Steps between two looks."""
_SIZE = 32_768
"""Length of the transforms: both lengths together, and some."""
_CLEAR = 6.0
"""How many times higher than the usual the highest place of the correlation must be."""
_FOUND = 150.0
"""Sum of the squares of its height, over looks that agree, from which on a place is where our echo is; one
look may be enough.

Somebody's voice over ours made 135 where there was no echo at all, and our own echo makes 300 in a second."""
_BETTER = 3.0
"""How many times higher than the place where the sound was it must be to have moved: somebody's voice and
rain mostly make less than 2.7, and 3.1 for a look or two."""
_LEAST_GAIN = 0.01
"""Power of our echo that the filter expects at least, for one of ours: it may have been found too soon."""
_TAKEN = 0.5
"""With less than this share of the power left, the filter stands where the sound is."""
_OF_LATE = 0.98
"""Smoothing of the power over steps: half a second."""
_LEEWAY, _WIDEST = 6, 20
"""Samples to either side that count as the same place; and after hours of silence, in which clocks drift."""
_REFLECTED = 160
"""Samples within which another place is a reflection of the same sound, which the filter holds, too."""
_FAMILIAR = 300
"""Steps of our own sound, from when an echo was found, after which the filter can tell voices apart."""
_NOT_THERE = 500
"""Steps of our own sound after which an echo that has not been found is not there: we play to a headset."""
_SHAKEN = 200
"""To so many it falls back when the sound has moved."""
_EARLY = 160
"""Samples for which the filter begins before the sound arrives."""
_MOST = 4
"""Seconds of our own sound that wait at most for the microphone to come back."""
_OURS = 40_000
"""Samples of our own that are kept: what is heard again, the filter's reach before it, and the delay."""
_ASTRAY = 1_600
"""Samples by which the clocks may differ from what was measured before it is measured anew."""


class EchoPath:
    """One loudspeaker and one microphone; see the module's docstring for who calls what."""

    def __init__(self) -> None:
        self._sent: SimpleQueue[tuple[Samples, int, float]] = SimpleQueue()
        self._rate = 0
        self._resampler = Resampler(SPEECH_RATE, SPEECH_RATE)
        self._ours: Wave = np.zeros(0)
        self._ours_end = 0
        self._out, self._in = Pace(SPEECH_RATE), Pace(SPEECH_RATE)
        self._distance: int | None = None
        self._delay = float(_SPARE)
        """Of what is given to the filter; in samples, beyond the distance."""
        self._delay_at = 0
        self._drift = Drift()
        """Where the correlation was highest, in samples beyond the distance."""
        self._rumour = 0
        """Where it was highest at the last look."""
        self._agreed = 0
        """Looks in a row that saw it where the one before did."""
        self._evidence = 0.0
        """That there is an echo at that place."""
        self._found = self._moved = False
        self._filter, self._softener = EchoFilter(), Softener()
        self._waiting: Wave = np.zeros(0)
        self._heard: Wave = np.zeros(_KEPT)
        self._afresh: list[Wave] = []
        """What was heard of late, cleaned now that it can be."""
        self._product = np.zeros(_SIZE // 2 + 1, complex)
        self._heard_power = self._left_power = 0.0
        self._steps = self._sounded = self._foreign = self._known = self._unheard = 0

    def played(self, samples: Samples, rate: int, at: float) -> None:
        """Samples that have gone to the loudspeaker by the moment ``at``; any thread may call it."""
        self._sent.put((samples, rate, at))
        while self._sent.qsize() * len(samples) > _MOST * rate:  # pieces are about as long as each other
            with suppress(Empty):
                self._sent.get_nowait()

    def without_echo(self, block: bytes, at: float) -> tuple[bytes, Voices]:
        """The block, recorded by the moment ``at``, without our voice, up to 20 ms late; and whose it held.

        With "astray", what was given before is worth nothing: it held more of us than had to be.  The first
        time, the last second comes again with the block.

        While the way through the room is new, it may be anybody's: who says "stop" to the first words of a
        session must be heard, and only the words tell ours from theirs.  It is new again when a stream has
        stood still: a device that was unplugged comes back with another delay, and perhaps in another place.
        """
        self._take_ours()
        heard = np.frombuffer(block, "<i2").astype(np.float64)
        missed = self._in.missed(len(heard), at)
        if missed:
            heard = np.concatenate([np.zeros(min(missed, _KEPT)), heard])
            self._known = self._unheard = 0
            self._drift.doubt()
        self._measure_distance()
        self._waiting = np.concatenate([self._waiting, heard])
        whole = len(self._waiting) // HOP * HOP
        first = self._in.count - len(self._waiting)
        self._sounded = self._foreign = 0
        done: list[Wave] = []
        again = False
        for at_sample in range(0, whole, HOP):
            step = self._step(self._waiting[at_sample : at_sample + HOP], first + at_sample)
            if self._afresh:
                done, self._afresh, again = self._afresh, [], True
            done.append(step)
        self._waiting = self._waiting[whole:]
        self._known += self._sounded if self._found else 0
        out = np.concatenate([np.zeros(0), *done])
        if missed and not again:
            out = out[-len(block) // 2 :]  # a gap is no sound of the room
        return from_floats(out).astype("<i2").tobytes(), self._voices()

    def _voices(self) -> Voices:
        if self._moved:
            self._moved = False
            return "astray"
        if not self._found:
            return "strange" if self._sounded and self._unheard < _NOT_THERE else "room"
        if not self._sounded:
            return "room"
        if self._known < _FAMILIAR:
            return "strange"
        return "ours" if self._sounded > 2 * self._foreign else "both"

    def _step(self, heard: Wave, index: int) -> Wave:
        self._heard = np.concatenate([self._heard[HOP:], heard])
        self._delay += self._drift.pace * (index - self._delay_at)
        self._delay_at = index
        if not heard.any():
            self._filter.pass_by(self._ours_between(index - self._delay, HOP))
            return heard  # no microphone, or a dead one: from that there is nothing to learn
        self._steps += 1
        if self._steps % _EVERY == 0:
            strange = not self._found
            self._look(index + HOP)
            if strange and self._found:
                self._learn_back(index)
        ours = self._ours_between(index - self._delay, HOP)
        if not self._found:
            sounds = bool(np.mean(ours**2) > 100.0)
            self._sounded += sounds
            self._unheard += sounds
            return heard  # a headset, or a quiet room: there is nothing to take out
        out = self._cleaned(heard, ours)
        self._sounded += self._softener.sounds
        self._foreign += self._softener.foreign
        return out

    def _cleaned(self, heard: Wave, ours: Wave) -> Wave:
        rest = self._filter.step(heard, ours)
        self._heard_power = _OF_LATE * self._heard_power + (1 - _OF_LATE) * float(np.mean(heard**2))
        self._left_power = _OF_LATE * self._left_power + (1 - _OF_LATE) * float(np.mean(rest**2))
        return self._softener.step(rest, self._filter.echo, self._filter.unsure)

    def _learn_back(self, index: int) -> None:
        """Learn from the last second, now that it is known where our echo is in it, and clean it.

        Silence in it is no microphone yet, or a gap: there is nothing to learn from that.
        """
        begin = index - (_KEPT // HOP - 1) * HOP
        ours = np.array([self._ours_between(at - self._delay, HOP) for at in range(begin, index, HOP)])
        heard = self._heard[:-HOP].reshape(-1, HOP)
        ratio = np.sum(heard**2) / (np.sum(ours[heard.any(axis=1)] ** 2) + 1.0)
        self._filter.expect(float(np.clip(ratio, _LEAST_GAIN, 1.0)))
        for at in range(begin - PARTS * HOP, begin, HOP):
            self._filter.pass_by(self._ours_between(at - self._delay, HOP))
        for piece, own in zip(heard, ours, strict=True):
            if piece.any():
                self._afresh.append(self._cleaned(piece, own))
            else:
                self._filter.pass_by(own)

    def _take_ours(self) -> None:
        try:
            while True:
                samples, rate, at = self._sent.get_nowait()
                if rate != self._rate:
                    self._rate, self._resampler = rate, Resampler(rate, SPEECH_RATE)
                piece = self._resampler.feed(samples)
                missed = self._out.missed(len(piece), at)
                if missed:
                    piece = np.concatenate([np.zeros(min(missed, _OURS)), piece])
                    self._known = self._unheard = 0
                    self._drift.doubt()
                kept = self._ours[-_OURS:] if len(self._ours) > 2 * _OURS else self._ours
                self._ours = np.concatenate([kept, piece])
                self._ours_end = self._out.count
        except Empty:
            return

    def _measure_distance(self) -> None:
        """Find which of our samples had been sent when a sample was recorded."""
        if not self._out.count or not self._in.count:
            return
        distance = round((self._in.began - self._out.began) * SPEECH_RATE) + _SPARE
        if self._distance is None:
            self._distance = distance
        further = distance - self._distance
        if abs(further) > _ASTRAY:  # the same sound is at another place now, by the new count
            self._distance = distance
            self._delay += further
            self._drift.move(further)

    def _ours_at(self, index: int, length: int) -> Wave:
        """Our samples at a place of the microphone's stream; zeros where there are none."""
        begin = index + (self._distance or 0) - (self._ours_end - len(self._ours))
        piece = self._ours[max(0, begin) : max(0, begin + length)]
        if len(piece) == length:
            return piece
        before = min(length, max(0, -begin))
        return np.concatenate([np.zeros(before), piece, np.zeros(length - before - len(piece))])

    def _ours_between(self, index: float, length: int) -> Wave:
        """The same at a place that may lie between two samples."""
        whole = int(np.floor(index))
        if whole == index:
            return self._ours_at(whole, length)
        return shifted(self._ours_at(whole - SPARE + 1, length + 2 * SPARE - 1), index - whole)

    def _look(self, end: int) -> None:
        """Correlate the last second of what was heard with ours, and follow where the sound has gone."""
        ours = self._ours_at(end - _LOOK - _LONGEST, _LOOK + _LONGEST)
        if np.mean(ours[_LONGEST:] ** 2) < 100.0:
            return
        heard = np.fft.rfft(np.concatenate([np.zeros(_LONGEST), self._heard[-_LOOK:]]), _SIZE)
        cross = heard * np.fft.rfft(ours, _SIZE).conj()
        self._product = 0.5 * self._product + cross / (np.abs(cross) + 1e-6)
        places = np.abs(np.fft.irfft(self._product)[:_LONGEST])
        places /= np.sqrt(np.mean(places**2)) + 1e-12  # from here on, in heights of a usual place
        best = int(np.argmax(places))
        if places[best] > _CLEAR:
            self._follow(best, places, end)
        else:
            self._evidence *= 0.5
        if self._found:
            self._follow_slowly(places, end)

    def _follow_slowly(self, places: Wave, at: int) -> None:
        """See how clocks that drift apart move the sound, so that the filter need not follow it."""
        place = round(self._drift.place(at))
        leeway = int(np.clip(self._drift.unsure(at), 2, _WIDEST))
        if not leeway <= place < _LONGEST - leeway:
            return
        best = place - leeway + int(np.argmax(places[place - leeway : place + leeway + 1]))
        if places[best] > _CLEAR:
            self._drift.seen(top(places, best), at)
            if not _EARLY // 4 < self._drift.place(at) - self._delay < 4 * _EARLY:
                self._delay = float(best - _EARLY)

    def _fits(self) -> bool:
        """Whether the filter takes out what is heard, so that the sound cannot have moved.

        The tones that end a hold made the looks see it 0.2 seconds off, and "part" was taken for "pause".
        """
        return self._left_power < _TAKEN * self._heard_power

    def _has_left(self, place: int, best: int, places: Wave) -> bool:
        """Whether the sound is at another place and no longer where it was."""
        near = float(places[max(0, place - _LEEWAY) : max(0, place + _LEEWAY + 1)].max(initial=0.0))
        if places[best] < _BETTER * near or near > _CLEAR:
            return False  # pure tones are as high at many places at once
        return abs(best - place) < _REFLECTED or not self._fits()

    def _follow(self, best: int, places: Wave, at: int) -> None:
        """Let the filter begin just before the place; it need not learn anew if only the delay changed.

        A stream that ran dry for a moment moves the place and nothing else.
        """
        rumour, self._rumour = self._rumour, best
        again = abs(best - rumour) <= _LEEWAY
        self._agreed = self._agreed + 1 if again else 0
        self._evidence = float(places[best]) ** 2 + (self._evidence if again else 0.0)
        place = round(self._drift.place(at))
        away = abs(best - place)
        if self._found and away <= _LEEWAY:
            return
        # A look may be taken in by somebody else's voice, and its neighbour by the same.
        if self._evidence < _FOUND:
            return
        if self._found and (self._agreed < 2 or not self._has_left(place, best, places)):
            return
        if not self._found or away >= _REFLECTED:
            self._delay += best - place
            self._moved = True
            self._known = min(self._known, _SHAKEN)
        if not self._found or not _EARLY // 4 < best - self._delay < 4 * _EARLY:
            self._delay = float(best - _EARLY)
        self._found = True
        self._drift.found(best, at)
