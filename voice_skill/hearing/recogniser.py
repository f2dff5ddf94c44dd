"""Vosk: blocks of sound in, words with their confidence out.

One model is loaded once; of it come several recognisers, each with the phrases of one way of listening.
They are made before the talk begins and never given other phrases, because Vosk aborts the whole process
when that happens in mid-utterance.  Each belongs to one thread.

Everything that Vosk answers with an abort or a bare exception is looked at first, so that a broken folder
ends in one sentence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_skill.audio.hush import hushed
from voice_skill.errors import ModelError
from voice_skill.hearing import model_store

if TYPE_CHECKING:
    from typing_extensions import Self

GARBAGE = "[unk]"
"""Vosk's word for sound that fits no phrase."""


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

    def recogniser(self, rate: int, phrases: Sequence[str] | None = None) -> Recogniser:
        """Make a recogniser for sound of ``rate`` that hears the phrases.

        Without phrases, or with a model that takes none, it hears all that the model knows; so it does for
        the phrases of which the model's own graph was made.  A phrase that is given several times is expected
        so many times as often.  Phrases with a word that the model lacks are
        left out, since they can never be heard as they are written; the garbage word goes along where there
        is one.  Raises ModelError when no phrase is left.
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
        except Exception as error:  # Vosk raises bare Exception
            raise _broken(self.folder, "Vosk makes no recogniser of it.") from error
        recogniser = Recogniser(inner, rate)
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

    def __init__(self, inner: Any, rate: int) -> None:
        self.rate = rate
        self._inner: Any = inner
        self._inner.SetWords(True)
        self._done: list[Word] = []
        self._partial = ""

    def accept(self, block: bytes) -> None:
        """Take in 16-bit mono at ``rate``."""
        if self._inner.AcceptWaveform(block):
            # Vosk has its own idea of an ending.  Ours decides, so what it has is kept and joined.
            self._done.extend(_words(self._inner.Result()))
            self._partial = ""
        else:
            self._partial = str(json.loads(self._inner.PartialResult()).get("partial", ""))

    @property
    def partial(self) -> str:
        """What has been understood so far, without garbage; it may yet change."""
        return " ".join([word.text for word in self._done if word.text != GARBAGE] + _plain(self._partial))

    def finish(self) -> Hearing:
        """End the utterance and give what was understood; the next block begins a new one."""
        words = (*self._done, *_words(self._inner.FinalResult()))
        self._done, self._partial = [], ""
        return _hearing(words)

    def reset(self) -> None:
        """Forget the utterance."""
        self._inner.FinalResult()  # frees more memory than Reset, which keeps the feature pipeline growing
        self._inner.Reset()
        self._done, self._partial = [], ""

    def close(self) -> None:
        """Free it; it must not be used again."""
        self._inner = None


def _plain(text: str) -> list[str]:
    return [word for word in text.split() if word != GARBAGE]


def _words(answer: str) -> list[Word]:
    return [
        Word(str(word["word"]), _share(word.get("conf", 0.0)), float(word["start"]), float(word["end"]))
        for word in json.loads(answer).get("result", [])
    ]


def _share(confidence: float) -> float:
    """Vosk's confidence brought between 0 and 1; a degenerate lattice can give NaN."""
    return 0.0 if math.isnan(confidence) else min(1.0, max(0.0, confidence))


def _hearing(words: tuple[Word, ...]) -> Hearing:
    understood = [word for word in words if word.text != GARBAGE]
    if not understood:
        return Hearing("", 0.0, words)
    mean = sum(word.confidence for word in understood) / len(words)
    return Hearing(" ".join(word.text for word in understood), mean, words)


def _broken(folder: Path, why: str) -> ModelError:
    return ModelError(f"The speech model in {folder} cannot be used. {why} Unpack it again or take another.")
