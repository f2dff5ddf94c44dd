"""The rules for good content, all of them; what ``voice-skill check`` prints.

Pure: takes a bundle that could be read and gives back everything that its author should mend.
"""

from __future__ import annotations

from collections.abc import Collection

from voice_skill.content.bundle import Bundle, Problem
from voice_skill.content.check_intents import intent_problems
from voice_skill.content.check_routine import routine_problems
from voice_skill.content.check_speech import speech_problems
from voice_skill.content.check_tests import Understand, behaviour_problems, tested_intent_problems
from voice_skill.content.check_wordings import spacing_warnings, synonym_problems


def find_problems(
    bundle: Bundle, known_words: Collection[str] | None = None, understand: Understand | None = None
) -> list[Problem]:
    """Find all problems, in the order of files and lines.

    ``known_words``: what the model can hear, None to leave that out.  ``understand``: what runs the
    bundle's tests, None to leave them out.
    """
    problems = [
        *intent_problems(bundle, known_words),
        *speech_problems(bundle),
        *routine_problems(bundle.routine),
        *tested_intent_problems(bundle),
        *synonym_problems(bundle),
    ]
    if understand is not None:
        problems.extend(behaviour_problems(bundle, understand))
    return sorted(problems, key=_place)


def find_warnings(bundle: Bundle) -> list[Problem]:
    """What breaks no rule and yet may be better otherwise, in the order of files and lines."""
    return sorted(spacing_warnings(bundle), key=_place)


def _place(problem: Problem) -> tuple[str, int]:
    return problem.place.file, problem.place.line
