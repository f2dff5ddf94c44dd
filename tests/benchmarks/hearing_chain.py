"""The whole way from sound to decision, as the skill goes it: its own graph, endpoint and doubts."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from hearing_sets import Clip

from voice_skill.config import Config
from voice_skill.core import vocabulary
from voice_skill.core.asking import Asker
from voice_skill.front_ends import load_content, load_model
from voice_skill.hearing.endpoint import Endpoint
from voice_skill.hearing.listener import Listener, Speech
from voice_skill.hearing.recogniser import Recogniser, joined
from voice_skill.messages import Alternative, Heard

RATE = 16_000
BLOCK = 640
LEAD, TRAIL = 0.5, 2.0
"""Seconds of room before and after each clip."""


@dataclass(frozen=True)
class Outcome:
    """What became of one clip."""

    text: str
    confidence: float
    """Mean over the utterances, 0 to 1."""
    decisions: tuple[tuple[str, str], ...]
    """Intent and tier of each utterance that it was taken for; a clip that was cut in two has two."""
    alternatives: tuple[Alternative, ...]
    """What the whole may have been."""
    lag: float
    """Seconds from the end of the last word to the last decision; nan where nothing was heard."""
    early: float
    """The same to the moment from which the words so far were all that was heard in the end."""
    spent: float
    """Seconds of processor time for each second of the clip."""

    def became(self, meant: str) -> str:
        """What a person would say of it: "right", "asked", "wrong" or "refused"."""
        acts = [intent for intent, tier in self.decisions if tier == "act"]
        if acts:
            return "right" if set(acts) == {meant} else "wrong"
        return "asked" if any(tier == "confirm" for _, tier in self.decisions) else "refused"


@dataclass
class Tally:
    """What became of many."""

    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    """The intent that was meant, and the outcome."""

    def share(self, became: str) -> float:
        """Percent of which this became; see ``Outcome.became``."""
        return 100 * float(np.mean([outcome.became(meant) == became for meant, outcome in self.outcomes]))

    def lags(self) -> str:
        """Median and 95th percentile of all that were heard, in seconds."""
        return _spread([outcome.lag for _, outcome in self.outcomes])

    def early(self) -> str:
        """The same for the words so far."""
        return _spread([outcome.early for _, outcome in self.outcomes])

    def spent(self) -> float:
        """Mean share of one core."""
        return float(np.mean([outcome.spent for _, outcome in self.outcomes]))

    def cut(self) -> float:
        """Percent taken for more than one utterance."""
        return 100 * float(np.mean([len(outcome.decisions) > 1 for _, outcome in self.outcomes]))


class Chain:
    """The skill's ears and understanding with one model, without devices."""

    def __init__(self, folder: Path, bundle: Path) -> None:
        """Index the bundle and tailor the model to it, in a cache of its own."""
        self._cache = tempfile.TemporaryDirectory(prefix="hearing-")
        config = Config(model=folder, bundle=bundle, cache_folder=Path(self._cache.name))
        self._content = load_content(config)
        self._model = load_model(config, self._content.bundle)
        phrases = vocabulary.phrases(self._content.bundle, config.wake_phrase)["open"]
        self._recogniser: Recogniser = self._model.recogniser(RATE, phrases, alternatives=True)
        self._asker = Asker(self._content.bundle, self._content.region, self._content.interpreter)

    def close(self) -> None:
        """Free the model and remove the cache."""
        self._model.close()
        self._cache.cleanup()

    def meaning(self, text: str) -> str:
        """The intent of a text as it is typed."""
        return self._asker.ask(text).intent

    def hear(self, clip: Clip, room: float = 6.0) -> Outcome:
        """One clip in a room with a faint noise of its own (root mean square, of 32,767)."""
        sound = clip.sound
        over = LEAD + len(sound) / RATE - clip.after
        chance = np.random.default_rng(len(sound))
        around = np.concatenate([np.zeros(round(LEAD * RATE)), sound, np.zeros(round(TRAIL * RATE))])
        samples = (around + chance.normal(0, room, len(around))).clip(-32768, 32767).astype("<i2")
        wholeness = self._content.wholeness
        listener = Listener(self._recogniser, Endpoint(RATE, wholeness.is_whole, wholeness.may_be_whole))
        self._recogniser.reset()
        heard: list[tuple[Speech, float]] = []
        words_at, words = 0.0, ""
        began = time.process_time()
        for start in range(0, len(samples), BLOCK):
            speech = listener.feed(samples[start : start + BLOCK].tobytes())
            now = (start + BLOCK) / RATE - over
            if speech is not None:
                heard.append((speech, now))
            elif self._recogniser.partial not in ("", words):
                words_at, words = now, self._recogniser.partial
        spent = (time.process_time() - began) / (len(sound) / RATE)
        text = " ".join(speech.hearing.text for speech, _ in heard)
        lag = heard[-1][1] if heard else math.nan
        early = words_at if heard and heard[-1][0].hearing.text == words else math.nan
        decisions = tuple(self._decide(speech) for speech, _ in heard)
        sure = float(np.mean([speech.hearing.confidence for speech, _ in heard])) if heard else 0.0
        others = joined(speech.hearing.alternatives for speech, _ in heard)
        return Outcome(text, sure, decisions, others, lag, early, spent)

    def _decide(self, speech: Speech) -> tuple[str, str]:
        heard = speech.hearing
        answer = self._asker.hear(Heard(heard.text, heard.confidence, None, heard.alternatives))
        return answer.intent, answer.tier if answer.intent != "none" else "none"

    def tally(self, clips: Sequence[Clip], meant: Sequence[str]) -> Tally:
        """Hear them all; ``meant`` are the intents."""
        return Tally([(name, self.hear(clip)) for clip, name in zip(clips, meant, strict=True)])


def _spread(seconds: Sequence[float]) -> str:
    known = [each for each in seconds if not math.isnan(each)]
    return f"{np.median(known):.2f} / {np.percentile(known, 95):.2f}" if known else "-"
