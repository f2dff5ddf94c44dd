"""What turns a request round: "don't stop", "no need to repeat it", "I have no cramp", "no, go on then".

Pure.  Likeness is blind to a "not", so that commands are never carried out where they are denied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from voice_skill.core.text import FILLERS, words

OPPOSITES: Mapping[str, str] = {
    **dict.fromkeys(("stop", "pause", "skip", "next", "back", "repeat", "easier"), "resume"),
    "slower": "faster",
    "faster": "slower",
    "louder": "quieter",
    "quieter": "louder",
}
"""What somebody wants who says "don't" to a command: that the routine goes on as it is, or the other way."""

ANSWERS: Mapping[str, str] = {
    **dict.fromkeys(("yes", "yeah", "yep", "yup", "aye"), "yes"),
    **dict.fromkeys(("no", "nope", "nah"), "no"),
}
"""First words that say it all after a question."""
_CORRECTING = frozenset(
    {
        *("i", "mean", "meant", "wait", "hang", "hold", "on", "a", "one", "moment", "minute"),
        *("second", "sec", "sorry", "rather", "make", "that", "it", "is"),
    }
)
"""What stands between an answer and the one that takes it back."""

_NAMED: Mapping[str, str] = {
    "stop": "stop|stopping|finish|end|quit",
    "pause": "pause|pausing|break",
    "skip": "skip|skipping",
    "next": "next",
    "back": "go back|going back",
    "repeat": "repeat|repeating|say that again|say it again|saying that again",
}
"""By what words a command is named where it is denied."""
_BETWEEN = (
    "you|dare|just|ever|say|said|want|wanted|need|have|ready|going|mean|for|me|us|it|like|time|about|told|asked"
    "|think|i|will|is"
)
_UNABLE = "".join(f"(?<!{verb} )" for verb in ("can", "could", "will", "would", "does", "did", "it", "has"))
"""What cannot or will not stop is no request."""
_DENIED = {
    intent: re.compile(
        rf"{_UNABLE}\b(?:not|never|no need)(?: (?:{_BETWEEN}))*(?: to| the| a)? (?:{names})\b"
        rf"|\b(?:stop|quit|no more) (?:all )?(?:the |this |that )?(?=\w+ing\b)(?:{names})\b"
    )
    for intent, names in _NAMED.items()
}
"""Denied as it is named: "I don't want you to stop"; but not "I can't do this, stop"."""
_BEFORE_DENIED = re.compile(r"(?: ?\b(?:please|i|we|you|do|did|am|would))+$")
_AFTER_DENIED = re.compile(
    r"^(?:(?:it|that|this|one|me|yet|now|but|instead|only|just|i said|i want(?: to)?)\b ?)+"
)
"""What belongs to the denied command, and not to what else is asked for beside it."""
_NO_CRAMP = re.compile(
    r"\b(?:not (?:have|got|had|get|getting)|have no|got no|is no|is not)(?: (?:a|any|the|my))*"
    r" cramp(?:s|ing)?(?: (?:now|tonight|today|right|any|more|at|all|yet|you|know|please|then|thanks))*$"
)
"""Nothing but that there is no cramp; "oh no cramp" and "not another cramp" say that there is one."""
_DENIED_BY_NO = frozenset({"need", "pain", "cramp", "cramps", "reason", "longer", "one", "help"})
"""Before these a "no" denies; before anything else it is mostly an answer: "no, go back"."""
_NEGATIONS = frozenset({"not", "never", "nobody", "none"})
_LEADING_TO_STOP = frozenset({"to", "should", "will", "would", "can", "could", "not", "must", "did"})
"""After these a last "stop" belongs to what was said before it."""
_AFTER_ALL = ("go on", "go ahead", "do", "please do", "i would", "carry on", "yes")
"""How somebody goes on who says no first and then means yes."""


def denied_command(said: str) -> tuple[str, str] | None:
    """The command that ``said`` (in normal form) denies by its name, and the words that do so."""
    for intent, rule in _DENIED.items():
        found = rule.search(said)
        if found:
            return intent, found.group()
    return None


def beside(said: str, denied: str) -> tuple[str, ...]:
    """What else is asked for beside what is ``denied``: before it and after it, where there is anything."""
    before, _, after = said.partition(denied)
    return _BEFORE_DENIED.sub("", before.strip()), _AFTER_DENIED.sub("", after.strip())


def says_no_cramp(said: str) -> bool:
    """Whether ``said`` (in normal form) ends in there being no cramp."""
    return bool(_NO_CRAMP.search(said))


def same_polarity(said: str, phrase: str) -> bool:
    """Whether both texts are negated or neither is: "don't stop" is not "stop"."""
    return _is_negated(said) == _is_negated(phrase)


def ends_in_a_stop_of_its_own(tokens: tuple[str, ...]) -> bool:
    """Whether a last "stop" is a request: "I don't like this, stop", but not "I don't want it to stop"."""
    return tokens[-1:] == ("stop",) and _LEADING_TO_STOP.isdisjoint(tokens[-2:-1])


def _is_negated(text: str) -> bool:
    tokens = words(text)
    by_no = any(first == "no" and second in _DENIED_BY_NO for first, second in pairwise(tokens))
    return by_no or not _NEGATIONS.isdisjoint(tokens)


def first_answer(tokens: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The yes or no with which ``tokens`` begin, or nothing; and what else is said that matters."""
    start = 0
    while start < len(tokens) and tokens[start] in ANSWERS:
        start += 1
    rest = tokens[start + 1 :] if tokens[start : start + 1] == ("but",) else tokens[start:]
    return (ANSWERS[tokens[0]] if start else ""), (() if FILLERS.issuperset(rest) else rest)


def corrected_answer(tokens: tuple[str, ...]) -> str:
    """The last of a yes and a no, where nothing is said besides: "yes, I mean no", "yeah, nah"."""
    given = [ANSWERS[token] for token in tokens if token in ANSWERS]
    plain = FILLERS.union(ANSWERS, _CORRECTING).issuperset(tokens)
    return given[-1] if plain and len(set(given)) > 1 else ""


def last_answer(first: str, rest: tuple[str, ...], meaning: str) -> str:
    """What counts, if not ``first``, once it is followed by ``rest``, which means ``meaning``."""
    if first == "no":
        back = meaning in ("yes", "resume") and " ".join(rest).startswith(_AFTER_ALL)
        return "yes" if back else ""
    return meaning if meaning in ("no", "not_now") else ""
