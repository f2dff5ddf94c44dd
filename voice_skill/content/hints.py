"""Hints for a name that nobody knows: a misspelt key, intent, source or setting."""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz import fuzz, process

_FEW = 16
"""More names than this are no help to a reader, least of all aloud."""


def nearest(name: str, known: Collection[str]) -> str:
    """Give a hint such as `` Did you mean 'replies'?`` or, where nothing is near, the list of known names."""
    found = process.extractOne(name, sorted(known), scorer=fuzz.ratio, score_cutoff=60)
    if found:
        return f" Did you mean '{found[0]}'?"
    return f" Known are: {', '.join(sorted(known))}." if 0 < len(known) <= _FEW else ""
