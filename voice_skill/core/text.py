"""One normal form for what is said, what is typed, and what the bundle expects.

Pure.  Everything that compares words goes through ``words`` so that "I can't!", "i cant" and
"I cannot" are the same three tokens everywhere.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

INTERRUPT_WORDS: tuple[str, ...] = (
    "stop",
    "pause",
    "wait",
    "repeat",
    "next",
    "skip",
    "louder",
    "quieter",
    "slower",
    "faster",
    "help",
    "hurts",
)
"""Single words that may cut into our own speech.  A sentence of ours that has one in it disarms it
for as long as that sentence is heard, so ``check`` asks the author to mean it."""

MAX_CHARACTERS = 500
"""Longer input is not a spoken request; only the red-flag lane still reads it."""

FILLERS = frozenset(
    [
        "please",
        "okay",
        "ok",
        "hey",
        "hi",
        "hello",
        "um",
        "uh",
        "er",
        "erm",
        "well",
        "so",
        "now",
        "just",
        "oh",
        "actually",
        "like",
        "kindly",
        "alright",
        "right",
        "thanks",
    ]
)
"""Words that carry no request; dropped where a command is compared with a closed list, unless they
are all there is.  "Right" and "like" are content elsewhere, which is why only commands drop them."""

_SAYING = frozenset(["okay", "ok", "alright", "right", "well", "like", "so"])
_SAID_OF = frozenset(["am", "is", "are", "be", "feel", "feels", "not", "all", "doing", "say", "think"])
"""After these the words above say something: "I'm okay" is not "I am"."""

_CONTRACTIONS = {
    "won't": "will not",
    "can't": "can not",
    "cant": "can not",
    "cannot": "can not",
    "shan't": "shall not",
    "ain't": "is not",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "wasnt": "was not",
    "havent": "have not",
    "hasnt": "has not",
    "im": "i am",
    "ive": "i have",
    "whats": "what is",
    "thats": "that is",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "have to",
    "let's": "let us",
    "lets": "let us",
    "y'all": "you all",
    "it's": "it is",
    "that's": "that is",
    "what's": "what is",
    "where's": "where is",
    "who's": "who is",
    "how's": "how is",
    "there's": "there is",
    "here's": "here is",
    "he's": "he is",
    "she's": "she is",
}
_ENDINGS = (
    ("n't", " not"),
    ("'re", " are"),
    ("'ve", " have"),
    ("'ll", " will"),
    ("'d", " would"),
    ("'m", " am"),
)

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def spell(number: int) -> str:
    """Speak a whole number from 0 to 9,999 in words: ``spell(24)`` is "twenty-four"."""
    if number < 20:
        return _UNITS[number]
    if number < 100:
        tens, units = divmod(number, 10)
        return _TENS[tens] + (f"-{_UNITS[units]}" if units else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_UNITS[hundreds]} hundred" + (f" and {spell(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    return f"{spell(thousands)} thousand" + (f" {spell(rest)}" if rest else "")


def spell_duration(seconds: float) -> str:
    """Speak a length of time: 95 is "one minute and thirty-five seconds"; rounds to whole seconds."""
    minutes, rest = divmod(round(seconds), 60)
    parts = [_counted(minutes, "minute")] if minutes else []
    if rest or not minutes:
        parts.append(_counted(rest, "second"))
    return " and ".join(parts)


def _counted(number: int, unit: str) -> str:
    return f"{spell(number)} {unit}{'' if number == 1 else 's'}"


def spell_month(iso_date: str) -> str:
    """Speak the month and year of a date: "2026-11-22" is "November twenty twenty-six"."""
    date = datetime.date.fromisoformat(iso_date)
    century, year = divmod(date.year, 100)
    return f"{_MONTHS[date.month - 1]} {spell(century)} {spell(year)}"


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """Bring text into the normal form: lower-case words, contractions and digits written out.

    Marks, emoji and control characters fall away; text in other scripts stays as words that match
    nothing.  Never fails, whatever the text.
    """
    folded = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")
    normal: list[str] = []
    for token in _WORD.findall(folded):
        normal.extend(_expand(token))
    return tuple(normal)


def _expand(token: str) -> list[str]:
    if token.isascii() and token.isdigit():
        return spell(int(token)).replace("-", " ").split() if len(token) <= 4 else list(token)
    if token in _CONTRACTIONS:
        return _CONTRACTIONS[token].split()
    for ending, written in _ENDINGS:
        if token.endswith(ending) and len(token) > len(ending):
            return (token[: -len(ending)] + written).split()
    # "my leg's cramping" and "the doctor's number": the ending says nothing that decides a request.
    return [token.removesuffix("'s")]


def normal(text: str) -> str:
    """The words of ``text`` in normal form, joined by single spaces."""
    return " ".join(words(text))


def without_fillers(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Drop words that carry no request, unless they are said of something or nothing would be left."""
    kept = tuple(tokens[place] for place in _carrying(tokens))
    return kept or tokens


def trimmed(tokens: tuple[str, ...]) -> list[tuple[str, ...]]:
    """``tokens`` with fewer and fewer of the fillers at both ends, the longest first."""
    kept = _carrying(tokens) or range(len(tokens))
    if not kept:
        return [tokens]
    starts, ends = range(kept[0] + 1), range(kept[-1] + 1, len(tokens) + 1)
    return sorted((tokens[start:end] for start in starts for end in ends), key=len, reverse=True)


def _carrying(tokens: tuple[str, ...]) -> list[int]:
    """The places of the words that are no fillers here."""
    pairs = enumerate(pairwise(("", *tokens)))
    return [
        place
        for place, (before, token) in pairs
        if token not in FILLERS or (token in _SAYING and before in _SAID_OF)
    ]


def sentences(text: str) -> list[str]:
    """Cut what is to be spoken into sentences, each with its mark; empty text gives none."""
    return [part.strip() for part in re.findall(r"[^.!?]+[.!?]*['\u201d\"]?", text) if part.strip(" .!?'\"")]
