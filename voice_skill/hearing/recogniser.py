"""Vosk: blocks of sound in, words with their confidence out.

One model is loaded once; of it come several recognisers, each with the phrases of one way of listening.
They are made before the talk begins and never given other phrases, because Vosk aborts the whole process
when that happens in mid-utterance.  Each belongs to one thread.

Everything that Vosk answers with an abort or a bare exception is looked at first, so that a broken folder
ends in one sentence.
"""

from __future__ import annotations

import functools
import json
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from voice_skill.audio.hush import hushed
from voice_skill.errors import ModelError
from voice_skill.hearing import model_store
from voice_skill.messages import Alternative

if TYPE_CHECKING:
    from typing_extensions import Self

Alternatives: TypeAlias = tuple[Alternative, ...]

GARBAGE = "[unk]"
"""Vosk's word for sound that fits no phrase."""
ALTERNATIVES = 10
"""Hearings of one utterance that are looked at, at most."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word."""

    text: str
    confidence: float
    """0 to 1."""
    start: float
    """Seconds of sound since the recogniser was made."""
    end: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """One utterance as it was understood."""

    text: str
    """Words joined by single spaces, without garbage; empty when nothing was understood."""
    confidence: float
    """Mean over all words, where garbage counts as 0; 0 when there are none."""
    words: tuple[Word, ...] = ()
    """All words, garbage included."""
    alternatives: Alternatives = ()
    """What the whole utterance may have been, the likeliest first; empty unless asked for."""


class SpeechModel:
    """A Vosk model folder, checked and loaded.

    Raises ModelError.  Close it after the recognisers made of it; it closes those that are still open,
    since Vosk crashes when the model goes first.
    """

    def __init__(self, folder: Path, expected: Collection[str] = ()) -> None:
        """``expected``: the phrases that the model's own graph was made of, where it was (``tailored``)."""
        self.folder = folder
        self._expected = frozenset(expected)
        self._recognisers: list[Recogniser] = []
        problems = model_store.inspect(folder)
        if problems:
            raise _broken(folder, problems[0])
        try:
            import vosk
        except (ImportError, OSError) as error:
            raise ModelError(f"Vosk cannot be loaded: {error}. Install it again: pip install vosk") from error
        self._vosk: Any = vosk
        vosk.SetLogLevel(-1)
        path = str(folder)
        try:
            # By path only: asked by name or language, Vosk goes to the network.
            with hushed() as said:
                self._model: Any = vosk.Model(model_path=path)
        except Exception as error:  # Vosk raises bare Exception
            raise _broken(folder, "Vosk refuses it.") from error
        if any(line.startswith("ERROR") for line in said):
            # A graph cut short is noticed only here; the first recogniser would take the process down.
            self.close()
            raise _broken(folder, "A graph in it is cut short.")
        self.takes_phrases = model_store.takes_grammars(folder)

    def knows(self, word: str) -> bool:
        """Whether the model can hear this word at all."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def missing(self, phrases: Sequence[str]) -> list[str]:
        """Words of the phrases that the model cannot hear, each once, sorted."""
        return sorted({word for phrase in phrases for word in phrase.split() if not self.knows(word)})

    def recogniser(
        self, rate: int, phrases: Sequence[str] | None = None, *, alternatives: bool = False
    ) -> Recogniser:
        """Make a recogniser for sound of ``rate`` that hears the phrases.

        Without phrases, or with a model that takes none, it hears all that the model knows; so it does for
        the phrases of which the model's own graph was made.  A phrase that is given several times is expected
        so many times as often.  Phrases with a word that the model lacks are left out, since they can never
        be heard as they are written; the garbage word goes along where there is one.  With ``alternatives``
        it also says what else may have been said, for twice the work: Vosk gives either that or the
        confidence of words.  Raises ModelError when no phrase is left.
        """
        grammar: str | None = None
        if phrases is not None and self.takes_phrases and self._expected != frozenset(phrases):
            plain = [" ".join(phrase.split()) for phrase in phrases]
            known = {phrase for phrase in set(plain) if phrase and not self.missing([phrase])}
            heard = [phrase for phrase in plain if phrase in known]
            if not heard:
                raise ModelError(f"The speech model {self.folder} knows none of the wanted phrases.")
            grammar = json.dumps([*heard, GARBAGE] if self.knows(GARBAGE) else heard)
        arguments = (self._model, float(rate)) if grammar is None else (self._model, float(rate), grammar)
        try:
            with hushed():
                inner = self._vosk.KaldiRecognizer(*arguments)
                beside = self._vosk.KaldiRecognizer(*arguments) if alternatives else None
        except Exception as error:  # Vosk raises bare Exception
            raise _broken(self.folder, "Vosk makes no recogniser of it.") from error
        recogniser = Recogniser(inner, rate, beside)
        self._recognisers.append(recogniser)
        return recogniser

    def close(self) -> None:
        """Free the recognisers, then the model; twice does no harm."""
        for recogniser in getattr(self, "_recognisers", []):
            recogniser.close()
        self._model = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Recogniser:
    """Turns the blocks of one utterance after the other into a Hearing; made by SpeechModel."""

    def __init__(self, inner: Any, rate: int, beside: Any = None) -> None:
        self.rate = rate
        self._inner: Any = inner
        self._inner.SetWords(True)
        self._beside: Any = beside
        if beside is not None:
            beside.SetMaxAlternatives(ALTERNATIVES)
        self._done: list[Word] = []
        self._others: Alternatives = ()
        self._partial = ""

    def accept(self, block: bytes) -> None:
        """Take in 16-bit mono at ``rate``."""
        if self._inner.AcceptWaveform(block):
            # Vosk has its own idea of an ending.  Ours decides, so what it has is kept and joined.
            self._done.extend(_words(self._inner.Result()))
            self._partial = ""
        else:
            self._partial = str(json.loads(self._inner.PartialResult()).get("partial", ""))
        if self._beside is not None and self._beside.AcceptWaveform(block):
            self._others = _joined(self._others, _alternatives(self._beside.Result()))

    @property
    def partial(self) -> str:
        """What has been understood so far, without garbage; it may yet change."""
        return " ".join([word.text for word in self._done if word.text != GARBAGE] + _plain(self._partial))

    def finish(self) -> Hearing:
        """End the utterance and give what was understood; the next block begins a new one."""
        words = (*self._done, *_words(self._inner.FinalResult()))
        others = self._others
        if self._beside is not None:
            others = _joined(others, _alternatives(self._beside.FinalResult()))
        self._forget()
        return _hearing(words, others)

    def reset(self) -> None:
        """Forget the utterance."""
        for inner in (self._inner, self._beside):
            if inner is not None:
                inner.FinalResult()  # frees more memory than Reset, which keeps the feature pipeline growing
                inner.Reset()
        self._forget()

    def close(self) -> None:
        """Free it; it must not be used again."""
        self._inner = self._beside = None

    def _forget(self) -> None:
        self._done, self._partial, self._others = [], "", ()


def _plain(text: str) -> list[str]:
    return [word for word in text.split() if word != GARBAGE]


def _words(answer: str) -> list[Word]:
    return [
        Word(str(word["word"]), _share(word.get("conf", 0.0)), float(word["start"]), float(word["end"]))
        for word in json.loads(answer).get("result", [])
    ]


def joined(parts: Iterable[Alternatives]) -> Alternatives:
    """The alternatives of an utterance that was cut into parts, the likeliest first."""
    nothing: Alternatives = ()
    return functools.reduce(_joined, parts, nothing)


def _alternatives(answer: str) -> Alternatives:
    """What Vosk lists, with the likelihoods made shares; garbage left out, so that some may be the same."""
    listed = json.loads(answer).get("alternatives", [])
    costs = [-float(each["confidence"]) for each in listed]
    weights = [math.exp(min(costs) - cost) for cost in costs]
    shares: defaultdict[str, float] = defaultdict(float)
    for each, weight in zip(listed, weights, strict=True):
        shares[" ".join(_plain(str(each["text"])))] += weight / sum(weights)
    return tuple(Alternative(*each) for each in sorted(shares.items(), key=lambda each: -each[1]))


def _joined(begun: Alternatives, ended: Alternatives) -> Alternatives:
    """Those of the two halves of an utterance put together, the likeliest of all pairs."""
    if not (begun and ended):
        return begun or ended
    pairs = (
        Alternative(f"{one.text} {other.text}".strip(), one.share * other.share)
        for one in begun
        for other in ended
    )
    likeliest = sorted(pairs, key=lambda pair: -pair.share)[:ALTERNATIVES]
    whole = sum(pair.share for pair in likeliest)
    return tuple(Alternative(pair.text, pair.share / whole) for pair in likeliest)


def _share(confidence: float) -> float:
    """Vosk's confidence brought between 0 and 1; a degenerate lattice can give NaN."""
    return 0.0 if math.isnan(confidence) else min(1.0, max(0.0, confidence))


def _hearing(words: tuple[Word, ...], alternatives: Alternatives = ()) -> Hearing:
    understood = [word for word in words if word.text != GARBAGE]
    if not understood:
        return Hearing("", 0.0, words, alternatives)
    mean = sum(word.confidence for word in understood) / len(words)
    return Hearing(" ".join(word.text for word in understood), mean, words, alternatives)


def _broken(folder: Path, why: str) -> ModelError:
    return ModelError(f"The speech model in {folder} cannot be used. {why} Unpack it again or take another.")
