"""The commonest mistakes of YAML in the words of somebody who writes content, not in the parser's.

Pure but for the parser's errors, which it takes.
"""

from __future__ import annotations

import yaml

_NO_COLON = "Here a colon is missing after a key; write it as 'key:'."


def explain(error: yaml.YAMLError | RecursionError, content: str) -> tuple[int, str]:
    """Give the line to look at, from 1 (0 where it is not known), and what is wrong with it."""
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deeply"
    began = getattr(error, "context_mark", None)
    context = getattr(error, "context", None) or ""
    lines = content.splitlines()
    line = mark.line + 1 if mark else 0
    said = lines[line - 1] if 0 < line <= len(lines) else ""
    if "cannot start any token" in reason and "\t" in said:
        return line, "There is a tab here; YAML indents with spaces, so put spaces in its place."
    if "quoted scalar" in context and began:
        return began.line + 1, f"The quote opened in line {began.line + 1} is not closed; close it."
    if "expected ':'" in reason and began:
        return began.line + 1, _NO_COLON
    if "mapping values are not allowed" in reason:
        if said.strip().count(": ") + said.rstrip().endswith(":") > 1:
            return line, "The text here has a colon in it; put the whole text in quotes."
        return line, "The line above has no colon after its key, or this one is indented too far; mend it."
    return line, f"This is not valid YAML: {reason}. Check indents, quotes and colons."
