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
    ]
    if understand is not None:
        problems.extend(behaviour_problems(bundle, understand))
    return sorted(problems, key=lambda problem: (problem.place.file, problem.place.line))
